"""The dry run: what a draft or a version would have decided about the last days."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from hubbub.accounts.core.access import Permission
from hubbub.care import selectors as care
from hubbub.care.core.playbook.sentences import DECISION_WORDS
from hubbub.care.services import dry_run
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import number

TEMPLATE = "settings/playbook/try.html"


@require_safe
@in_workspace
def page(request: Request) -> HttpResponse:
    """How far one's last dry run is, and what came out."""
    request.access.require(Permission.PLAYBOOK)
    given = request.GET.get("page", "1")
    run = care.dry_run(request.access, max(1, int(given)) if given.isdecimal() and len(given) < 6 else 1)
    return _shown(request, run)


@require_POST
@in_workspace
def start(request: Request) -> HttpResponse:
    """Try one's draft, or a version."""
    request.access.require(Permission.PLAYBOOK)
    version = number(request, "version")
    if version is not None:
        name, (_, data) = say("Version {version}", version=version), care.data_of(request.access, version)
    else:
        draft = care.playbook_draft(request.access)
        if draft is None:
            raise InvalidInput(reason="You have no draft to try.")
        name, data = say("Your draft"), dict(draft.data)
    dry_run.start(request.access, data, name=name, days=number(request, "days") or 7, now=now())
    return redirect("playbook-try", slug=request.access.slug)


@require_POST
@in_workspace
def go_on(request: Request) -> HttpResponse:
    """Try the next few thousand decisions; the page asks for it until all is tried."""
    dry_run.go_on(request.access)
    if not request.htmx:
        return redirect("playbook-try", slug=request.access.slug)
    return _shown(request, care.dry_run(request.access))


def _shown(request: Request, run: object) -> HttpResponse:
    words = {decision: say(told) for decision, told in DECISION_WORDS.items()}
    context = {"section": "settings", "run": run, "words": words, "most": dry_run.MOST}
    return render(request, TEMPLATE, context)
