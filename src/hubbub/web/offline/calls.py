"""Calls: the records, their import, and calling back."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from hubbub.accounts.core.access import Permission
from hubbub.care import selectors as care
from hubbub.care.core.calls.record import Outcome
from hubbub.care.selectors import calls as selectors
from hubbub.care.services import calls as services
from hubbub.care.services import people
from hubbub.channels.adapters.phone.channel import uri_of
from hubbub.flows.calls import import_calls
from hubbub.infra.places import places
from hubbub.kernel.errors import HubbubError, NotAllowed
from hubbub.kernel.speech import mark, say
from hubbub.web.inbox.deeds import changed
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import text
from hubbub.web.uploads import read_uploaded
from hubbub.web.when import when

OUTCOMES = {
    "": mark("Any outcome"),
    "lost": mark("Nobody reached"),
    "answered": mark("answered"),
    "abandoned": mark("Hung up"),
    "missed": mark("missed"),
    "voicemail": mark("Voice message"),
    "busy": mark("busy"),
    "callback": mark("Call-back wanted"),
}
SPAN = timedelta(days=7)
QUEUES_OF = timedelta(days=60)


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """The newest calls, and how those of the last days went."""
    return render(request, "offline/calls.html", _page(request))


def _page(request: Request) -> dict[str, Any]:
    access = request.access
    before = request.GET.get("before", "")
    asked = {name: request.GET.get(name, "").replace("\x00", "")[:100] for name in ("outcome", "queue", "search")}
    page = selectors.calls(
        access,
        outcome=asked["outcome"],
        queue=asked["queue"],
        search=asked["search"],
        before=int(before) if before.isdecimal() and len(before) < 19 else 0,
    )
    cases = care.cases_of(access, [uri_of(line.source, line.native) for line in page.lines])
    unread, unread_in_all = selectors.unread_calls(access) if access.may(Permission.LISTEN) else ((), 0)
    kept = request.GET.copy()
    kept.pop("before", None)
    return {
        "section": "inbox",
        "lines": [(line, line.case or cases.get(uri_of(line.source, line.native))) for line in page.lines],
        "next": page.next,
        "query": kept.urlencode(),
        "asked": asked,
        "narrowed": any(asked.values()),
        "outcomes": {value: say(words) for value, words in OUTCOMES.items()},
        "queues": selectors.call_queues(access, now() - QUEUES_OF),
        "counts": selectors.call_counts(access, now() - SPAN, now()),
        "unread": unread,
        "unread_in_all": unread_in_all,
        "answered": Outcome.ANSWERED,
    }


@require_POST
@in_workspace
def upload(request: Request) -> HttpResponse:
    """Keep the calls of a file; what can't be read is shown."""
    request.access.require(Permission.LISTEN)
    try:
        done = read_uploaded(
            request,
            "calls.csv",
            "calls",
            lambda path, name: import_calls(
                request.access,
                path,
                source=text(request, "source").strip() or Path(name).stem[:60],
                mapping=text(request, "mapping"),
                places=places(),
            ),
        )
    except NotAllowed:
        raise
    except HubbubError as error:
        shown = {**_page(request), "error": error, "given": request.POST}
        return render(request, "offline/calls.html", shown, status=error.status)
    kept = done.kept
    told = [say("{number:,} calls kept", number=kept.new)]
    if kept.changed:
        told.append(say("{number:,} changed", number=kept.changed))
    if kept.same:
        told.append(say("{number:,} known before", number=kept.same))
    if kept.to_call:
        told.append(say("{number:,} to be called back", number=kept.to_call))
    unread = say("; {number:,} lines could not be read", number=done.rejected) if done.rejected else ""
    messages.success(request, ", ".join(told) + unread + ".")
    return redirect("calls", slug=request.access.slug)


@require_POST
@in_workspace
def discard(request: Request) -> HttpResponse:
    """Throw away the lines that could not be read."""
    services.drop_rejects(request.access, now=now())
    return redirect("calls", slug=request.access.slug)


# In a case ------------------------------------------------------------------
@require_POST
@in_workspace
def ask(request: Request, number: int) -> HttpResponse:
    """Ask for a call to the person of a case."""
    to = text(request, "other").strip() or text(request, "to")
    services.ask(
        request.access,
        number,
        to=to,
        at=when(request, now(), say("Say when to call.")),
        why=text(request, "why"),
        now=now(),
    )
    return changed(request, number)


@require_POST
@in_workspace
def called(request: Request, number: int) -> HttpResponse:
    """Note how a call-back went."""
    how, _, code = text(request, "how").partition(":")
    if how in ("settled", "open"):
        wrap_up = int(code) if code.isdecimal() and len(code) < 19 else None
        services.called(request.access, number, reached=True, settled=how == "settled", wrap_up=wrap_up, now=now())
    else:
        services.called(
            request.access, number, reached=False, again_at=when(request, now(), say("Say when to call.")), now=now()
        )
    return changed(request, number)


@require_POST
@in_workspace
def number_noted(request: Request, number: int, account: int) -> HttpResponse:
    """Note a telephone number of the person of a case."""
    people.note_number(request.access, account, number=text(request, "number"), now=now())
    return changed(request, number)


@require_POST
@in_workspace
def number_dropped(request: Request, number: int, account: int) -> HttpResponse:
    """A telephone number was not theirs after all."""
    people.unlink(request.access, account, now=now())
    return changed(request, number)
