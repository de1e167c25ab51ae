"""Quarantine: what could not be read, with the reason; read again after a mend, or thrown away."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from hubbub.channels import selectors
from hubbub.channels.services import discard
from hubbub.flows.quarantine import hear_again
from hubbub.infra.places import places
from hubbub.kernel.speech import mark, say
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import save, text

PAGE = 50


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """What is held, the newest first."""
    return render(request, "settings/quarantine.html", _held(request))


def _held(request: Request) -> dict[str, object]:
    before = request.GET.get("before", "")
    last = int(before) if before.isdecimal() and len(before) < 19 else None
    lines = selectors.quarantine(request.access, last, PAGE)
    return {"section": "settings", "lines": lines, "more": len(lines) == PAGE}


@require_POST
@in_workspace
def again(request: Request, line: int | None = None) -> HttpResponse:
    """Read one line again, as it came or as somebody mended it; or all of them."""
    raw = text(request, "raw")
    if raw:
        return save(
            request,
            "settings/quarantine.html",
            _held(request),
            lambda: hear_again(request.access, places(), now=now(), which=line, raw=raw),
            then="quarantine",
            said=mark("Read as you mended it."),
        )
    done = hear_again(request.access, places(), now=now(), which=line)
    told = (
        say("{number} heard", number=done.heard) if done.heard else "",
        say("{number} read, and nothing new", number=done.known) if done.known else "",
        say("{number} still can’t be read", number=done.held) if done.held else "",
    )
    messages.success(request, ("; ".join(filter(None, told)) or say("Nothing was held")) + ".")
    return redirect("quarantine", slug=request.access.slug)


@require_POST
@in_workspace
def throw_away(request: Request, line: int | None = None) -> HttpResponse:
    """Throw one line away, or all."""
    return save(
        request,
        "settings/quarantine.html",
        _held(request),
        lambda: discard(request.access, line, now=now()),
        then="quarantine",
        said=mark("Thrown away."),
    )
