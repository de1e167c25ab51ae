"""What is done with what-ifs: kept, reckoned anew, shared, withdrawn, removed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from hubbub.accounts.core.access import Permission
from hubbub.kernel.errors import Conflict, InvalidInput
from hubbub.kernel.speech import say
from hubbub.web.request import Request, in_workspace, now
from hubbub.web.settings.forms import text
from hubbub.web.workforce.span import span_of
from hubbub.web.workforce.whatif import form
from hubbub.web.workforce.whatif.pages import SPANS, page
from hubbub.workforce.selectors.queues import queues
from hubbub.workforce.services import scenarios


@require_POST
@in_workspace
def keep(request: Request) -> HttpResponse:
    """Keep what the form says under a name."""
    request.access.require(Permission.PLAN)
    given = {name: text(request, name) for name in request.POST}
    span = span_of([name for name, _ in SPANS], given)
    try:
        data = form.read(given, [(each.id, each.queue) for each in queues(request.access)], span.since)
        made = scenarios.keep(request.access, given.get("name", ""), span.since, span.days, data, now=now())
    except (InvalidInput, Conflict) as error:
        return page(request, given, error)
    messages.success(request, say("Kept."))
    return redirect("scenario", slug=request.access.slug, scenario=made)


@require_POST
@in_workspace
def renew(request: Request, scenario: int) -> HttpResponse:
    """Reckon it anew by the present plan."""
    scenarios.renew(request.access, scenario, now=now())
    messages.success(request, say("Reckoned anew by the plan as it is now."))
    return redirect("scenario", slug=request.access.slug, scenario=scenario)


@require_POST
@in_workspace
def share(request: Request, scenario: int) -> HttpResponse:
    """Share it as a page."""
    scenarios.share(request.access, scenario, now=now())
    return redirect("scenario", slug=request.access.slug, scenario=scenario)


@require_POST
@in_workspace
def withdraw(request: Request, scenario: int) -> HttpResponse:
    """Share it no longer."""
    scenarios.withdraw(request.access, scenario, now=now())
    messages.success(request, say("Withdrawn: the address shows nothing any more."))
    return redirect("scenario", slug=request.access.slug, scenario=scenario)


@require_POST
@in_workspace
def remove(request: Request, scenario: int) -> HttpResponse:
    """Remove it."""
    scenarios.remove(request.access, scenario, now=now())
    messages.success(request, say("Removed."))
    return redirect("what-if", slug=request.access.slug)
