"""Incidents: the list, one of them, and what people do with it."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from hubbub.care import selectors as care
from hubbub.care.core.incidents import IncidentView, Members, Say, feedback_draft
from hubbub.care.selectors import incidents as selectors
from hubbub.care.services import incidents
from hubbub.kernel import speech
from hubbub.kernel.errors import Conflict, HubbubError, InvalidInput, NotAllowed, NotFound
from hubbub.kernel.ids import PersonId
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import done, number, text

SECTION: Final = {"section": "inbox"}
WIDE, HIGH = 600.0, 120.0
NAMED: Final = 10
"""Cases named with a reason where closing could not deal with them."""


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """All incidents, open ones first. In part: the list alone."""
    context = {**SECTION, "lines": selectors.incidents(request.access)}
    return render(request, "incidents/lines.html" if request.htmx else "incidents/list.html", context)


@require_safe
@in_workspace
def page(request: Request, incident: int) -> HttpResponse:
    """An incident as it stands. In part: what moves by itself, without the words somebody writes."""
    context = _shown(request, selectors.incident(request.access, incident))
    return render(request, "incidents/now.html" if request.htmx else "incidents/incident.html", context)


def _shown(request: Request, found: IncidentView) -> dict[str, Any]:
    others = [each for each in selectors.incidents(request.access, open_only=True) if each.id != found.line.id]
    return {
        **SECTION,
        "incident": found,
        "line": found.line,
        "curve": _curve(found),
        "colleagues": care.colleagues(request.access),
        "others": others,
        "wrap_ups": care.wrap_ups(request.access) if care.case_rules(request.access).wrap_up != "off" else (),
        "over": found.drafts[Say.FEEDBACK] or feedback_draft(found.topic, found.note.text if found.note else ""),
    }


def _curve(found: IncidentView) -> dict[str, Any] | None:
    """Return the bars of an incident in the units of its picture."""
    if not found.bars:
        return None
    most = max(max(each.posts for each in found.bars), found.usual or 0.0, 1.0)
    width = WIDE / max(12, len(found.bars))
    drawn = [
        {"x": place * width, "y": HIGH - HIGH * each.posts / most, "w": width * 0.8, "h": HIGH * each.posts / most}
        for place, each in enumerate(found.bars)
    ]
    minutes = int(found.step.total_seconds() // 60)
    return {
        "bars": drawn,
        "most": int(most),
        "usual": None if found.usual is None else HIGH - HIGH * found.usual / most,
        "step": _step(minutes),
        "first": found.bars[0].at,
        "last": found.bars[-1].at + found.step,
        "now": found.bars[-1].posts,
    }


def _step(minutes: int) -> str:
    if minutes == 1:
        return speech.say("{number} minute", number=1)
    return speech.say("{number} minutes", number=minutes) if minutes < 60 else f"{minutes // 60} h"


def _done(request: Request, incident: int, work: Callable[[], object], said: str) -> HttpResponse:
    """Do something and show the incident; where it can't be done, say why beside the words, which stay."""

    def again() -> dict[str, Any]:
        return _shown(request, selectors.incident(request.access, incident))

    return done(request, work, said, "incidents/incident.html", again, then="incident", incident=incident)


@require_POST
@in_workspace
def start(request: Request) -> HttpResponse:
    """Make an incident of some cases."""
    words = text(request, "cases").replace("#", " ").replace(",", " ").split()
    try:
        if any(not each.isdecimal() or len(each) > 15 for each in words):
            raise InvalidInput(reason="Give the numbers of cases, as in 12, 15, 17.")
        made = incidents.start(
            request.access, title=text(request, "title"), numbers=[int(each) for each in words], now=now()
        )
    except (NotAllowed, NotFound):
        raise
    except HubbubError as error:
        context = {**SECTION, "lines": selectors.incidents(request.access), "error": error, "given": request.POST}
        return render(request, "incidents/list.html", context, status=error.status)
    return redirect("incident", slug=request.access.slug, incident=made)


@require_POST
@in_workspace
def note(request: Request, incident: int) -> HttpResponse:
    """Write what is known."""
    seen = number(request, "seen") or 0
    work = partial(incidents.note, request.access, incident, text=text(request, "note"), seen=seen, now=now())
    return _done(request, incident, work, speech.say("Noted."))


@require_POST
@in_workspace
def rename(request: Request, incident: int) -> HttpResponse:
    """Give it another title."""
    work = partial(incidents.rename, request.access, incident, title=text(request, "title"), now=now())
    return _done(request, incident, work, speech.say("Renamed."))


@require_POST
@in_workspace
def lead(request: Request, incident: int) -> HttpResponse:
    """Say who leads."""
    to = number(request, "to")
    work = partial(incidents.lead, request.access, incident, to=PersonId(to) if to else None, now=now())
    return _done(request, incident, work, speech.say("Saved."))


@require_POST
@in_workspace
def keep(request: Request, incident: int) -> HttpResponse:
    """Keep a draft as it is typed."""
    incidents.keep(request.access, incident, _kind(request), text(request, "text"))
    return HttpResponse(status=204)


def _kind(request: Request) -> Say:
    try:
        return Say(text(request, "kind"))
    except ValueError:
        raise InvalidInput(reason=speech.say("What is said is one of {kinds}.", kinds=", ".join(Say))) from None


@require_POST
@in_workspace
def say(request: Request, incident: int) -> HttpResponse:
    """Say something in public: as one post on each network chosen, or as answers to the first."""
    kind, said, sure = _kind(request), text(request, "text"), text(request, "confirmed") == "yes"
    chosen = [int(each) for each in request.POST.getlist("connection") if each.isdecimal() and len(each) < 19]
    if text(request, "how") == "replies":
        first = number(request, "first") or 0
        answer = partial(
            incidents.reply_first, request.access, incident, text=said, first=first, confirmed=sure, now=now()
        )
        return _done(request, incident, answer, speech.say("Sent to the first of them."))
    work = partial(
        incidents.post, request.access, incident, kind, text=said, connections=chosen, confirmed=sure, now=now()
    )
    return _done(request, incident, work, speech.say("Sent."))


@require_POST
@in_workspace
def offer(request: Request, incident: int) -> HttpResponse:
    """Offer help in private to the first."""
    first = number(request, "first") or 0
    work = partial(incidents.offer, request.access, incident, text=text(request, "text"), first=first, now=now())
    return _done(request, incident, work, speech.say("Sent to those who can be reached in private."))


@require_POST
@in_workspace
def add(request: Request, incident: int) -> HttpResponse:
    """Put a case in."""
    work = partial(incidents.add, request.access, incident, number(request, "case") or 0, now=now())
    return _done(request, incident, work, speech.say("It stands in this incident now."))


@require_POST
@in_workspace
def out(request: Request, incident: int, number: int) -> HttpResponse:
    """Take a case out."""
    work = partial(incidents.take_out, request.access, incident, number, now=now())
    return _done(request, incident, work, speech.say("Case {number} is a matter of its own now.", number=number))


@require_POST
@in_workspace
def merge(request: Request, incident: int) -> HttpResponse:
    """Put another incident into this one."""
    other = number(request, "other") or 0
    work = partial(incidents.merge, request.access, incident, other, now=now())
    return _done(request, incident, work, speech.say("Both are one now."))


@require_POST
@in_workspace
def close(request: Request, incident: int) -> HttpResponse:
    """It is over."""
    chosen = text(request, "members")
    if chosen not in set(Members):
        raise InvalidInput(reason="Say what becomes of the cases nobody answered.")
    return _done(
        request,
        incident,
        partial(_close, request, incident, Members(chosen)),
        speech.say("Closed. The word to everybody is drafted below."),
    )


def _close(request: Request, incident: int, members: Members) -> None:
    """Close it; where cases still wait, say which and why."""
    closing = incidents.close(
        request.access,
        incident,
        members=members,
        feedback=text(request, "text"),
        wrap_up=number(request, "code"),
        confirmed=text(request, "confirmed") == "yes",
        now=now(),
    )
    if closing.waiting:
        raise Conflict(reason=_still_open(closing))


def _still_open(closing: incidents.Closing) -> str:
    """Say how far closing came, and name the first cases that could not be dealt with."""
    said = [
        speech.say_many("{number} case is dealt with.", "{number} cases are dealt with.", closing.done),
        speech.say_many(
            "{number} still waits, and the incident stays open. Close it again to go on; nobody is told twice.",
            "{number} still wait, and the incident stays open. Close it again to go on; nobody is told twice.",
            closing.waiting,
        ),
        *(speech.say("Case {number}: {why}", number=number, why=why) for number, why in closing.refused[:NAMED]),
    ]
    if (more := len(closing.refused) - NAMED) > 0:
        said.append(speech.say_many("{number} more case could not be.", "{number} more cases could not be.", more))
    return " ".join(said)
