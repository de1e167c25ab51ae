"""Wishes and absences: of oneself, and of others by who plans."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from hubbub.flows import shifts
from hubbub.kernel.errors import HubbubError, InvalidInput, NotAllowed, NotFound
from hubbub.kernel.speech import say
from hubbub.web.request import Request, in_workspace, now
from hubbub.web.settings.forms import text
from hubbub.web.workforce.people import day_of
from hubbub.workforce.selectors import people as selectors
from hubbub.workforce.services import people


@require_POST
@in_workspace
def wishes(request: Request, rostered: int) -> HttpResponse:
    """Say on which weekdays, or on which single day, somebody wishes to be off."""
    member = selectors.member(request.access, rostered)

    def wish() -> None:
        if text(request, "what") == "week":
            days = [int(each) for each in request.POST.getlist("off") if each in set("0123456")]
            people.wish_weekdays(request.access, member.id, days, now=now())
            return
        day = day_of(text(request, "day"))
        if day is None:
            raise InvalidInput(reason=say("Choose a day."))
        people.wish_day(request.access, member.id, day, on=text(request, "what") != "drop", now=now())

    return _done(request, member.id, wish, say("Saved."))


@require_POST
@in_workspace
def note(request: Request, rostered: int) -> HttpResponse:
    """Note that somebody is away, or ask to be."""
    member = selectors.member(request.access, rostered)

    def away() -> None:
        first, last = day_of(text(request, "first")), day_of(text(request, "last"))
        if first is None:
            raise InvalidInput(reason=say("Choose a day."))
        shifts.note_absence(
            request.access, member.id, first, last or first, text(request, "cause"), note=text(request, "note"),
            now=now(),
        )  # fmt: skip

    return _done(request, member.id, away, say("Noted."))


@require_POST
@in_workspace
def answer(request: Request, absence: int) -> HttpResponse:
    """Grant or refuse one."""
    try:
        shifts.answer_absence(request.access, absence, granted=text(request, "grant") == "yes", now=now())
    except HubbubError as error:
        if error.status != 409:
            raise
        messages.error(request, str(error))
    return redirect("roster-people", slug=request.access.slug)


@require_POST
@in_workspace
def end(request: Request, absence: int) -> HttpResponse:
    """Remove one."""
    member = people.end_absence(request.access, absence, now=now())
    return _back(request, member)


def _done(request: Request, member: int, work: Callable[[], None], said: str) -> HttpResponse:
    try:
        work()
    except (NotAllowed, NotFound):
        raise
    except HubbubError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return _back(request, member)


def _back(request: Request, member: int) -> HttpResponse:
    """Go on where it was asked: on one's own page, or on somebody's."""
    mine = selectors.own_member(request.access)
    if mine is not None and mine.id == member and text(request, "from") != "people":
        return redirect("my-shifts", slug=request.access.slug)
    return redirect("roster-person", slug=request.access.slug, rostered=member)
