"""The page of a week's roster, and what is done to the week as a whole."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hubbub.accounts.core.access import Permission
from hubbub.flows import rostering
from hubbub.kernel.errors import HubbubError, InvalidInput, NotAllowed, NotFound
from hubbub.kernel.speech import say
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import number, text
from hubbub.web.when import today
from hubbub.web.workforce.people import day_of
from hubbub.web.workforce.roster.grid import DAYS, facts, grid
from hubbub.workforce.core.plan.making import ADVICE_S, SECONDS
from hubbub.workforce.selectors import people, rosters
from hubbub.workforce.selectors.queues import rules
from hubbub.workforce.selectors.rosters import WEEK, RosterWeek, monday_of
from hubbub.workforce.services import rosters as services


@require_safe
@in_workspace
def page(request: Request) -> HttpResponse:
    """A week: people by days, or one day by its hours."""
    monday = asked_monday(request)
    day = _asked_day(request, monday)
    return render(request, "workforce/roster/page.html", shown(request, monday, day))


def asked_monday(request: Request) -> date:
    """Return the Monday that the address asks for; without one, that of this week."""
    given = request.GET.get("week", "") or text(request, "week")
    day = day_of(given) if given else today(request)
    return rosters.checked_monday(monday_of(day or today(request)))


def _asked_day(request: Request, monday: date) -> date | None:
    day = day_of(request.GET.get("day", ""))
    if day is not None and not monday <= day < monday + WEEK:
        raise InvalidInput(reason=say("The day is not in this week."))
    return day


def shown(request: Request, monday: date, day: date | None = None) -> dict[str, Any]:
    """What the page shows."""
    week = rosters.week(request.access, monday)
    skill, search = (request.GET.get(name, "").replace("\x00", "")[:100] for name in ("skill", "q"))
    days = DAYS if day is None else ((day - monday).days,)
    found = grid(request.access, week, days=days, skill=skill, search=search)
    mine = people.own_member(request.access)
    listed = day or _listed_day(request, monday)
    plans = request.access.may(Permission.PLAN)
    return {
        "section": "staffing", "tab": "roster", "monday": monday, "sunday": monday + timedelta(days=6), "day": day,
        "before": monday - WEEK, "after": monday + WEEK, "skill": skill, "search": search,
        "skills": people.skills(request.access), "causes": rules(request.access).causes if plans else (),
        "mine": mine, "own": [each for each in week.shifts if mine is not None and each.member == mine.id],
        "listed": listed, "list": _list_of(request, week, listed),
        "dates": [monday + timedelta(days=each) for each in DAYS],
        "seconds": int(SECONDS + ADVICE_S) + 10, "step": rules(request.access).step_min,
        **facts(found, address_of(request, "roster-shift", monday)),
    }  # fmt: skip


def _listed_day(request: Request, monday: date) -> date:
    present = today(request)
    return present if monday <= present < monday + WEEK else monday


def _list_of(request: Request, week: RosterWeek, day: date) -> list[tuple[str, Any]]:
    """Return who works on a day, in the order in which they come."""
    names = {each.id: each.name for each in people.members(request.access)}
    return [(names.get(each.member, ""), each) for each in week.shifts if each.day == day]


@require_POST
@in_workspace
def make(request: Request) -> HttpResponse:
    """Have the week made."""
    monday = asked_monday(request)
    names = {each.name for each in rules(request.access).causes}
    left = [each for each in request.POST.getlist("left") if each in names]
    return _done(request, monday, lambda: services.ask(request.access, monday, left, now=now()))


@require_POST
@in_workspace
def stop(request: Request) -> HttpResponse:
    """Stop the making."""
    monday = asked_monday(request)
    return _done(request, monday, lambda: services.stop(request.access, monday, now=now()))


@require_http_methods(["GET", "POST"])
@in_workspace
def publish(request: Request) -> HttpResponse:
    """Look at what changed since the week was published before, and publish it."""
    request.access.require(Permission.PLAN)
    monday = asked_monday(request)
    if request.method == "POST":
        version = number(request, "version") or 0
        return _done(
            request, monday, lambda: rostering.publish(request.access, monday, version, now=now()),
            say("Published. Whose shifts changed is told."),
        )  # fmt: skip
    week = rosters.week(request.access, monday)
    if not week.version:
        raise NotFound(what="roster", which=monday.isoformat())
    names = {each.id: each.name for each in people.members(request.access)}
    changed = rosters.changes(request.access, monday)
    return render(
        request, "workforce/roster/publish.html",
        {
            "section": "staffing", "tab": "roster", "week": week, "monday": monday,
            "sunday": monday + timedelta(days=6),
            "lines": sorted(
                ((names.get(each.member, ""), each) for each in changed), key=lambda each: (each[0], each[1].day)
            ),
            "people": len({each.member for each in changed}),
            "warnings": rosters.broken(request.access, monday, week.shifts),
        },
    )  # fmt: skip


def _done(request: Request, monday: date, work: Any, said: str = "") -> HttpResponse:
    """Do it and go on to the week; where it can't be done, say there why."""
    try:
        work()
    except (NotAllowed, NotFound):
        raise
    except HubbubError as error:
        messages.error(request, str(error))
    else:
        if said:
            messages.success(request, said)
    return redirect(address(request, monday))


def address(request: Request, monday: date, day: date | None = None) -> str:
    """Return the address of a week, or of one of its days."""
    return address_of(request, "roster", monday) + (f"&day={day.isoformat()}" if day else "")


def address_of(request: Request, name: str, monday: date) -> str:
    """Return the address of a page of a week."""
    return reverse(name, kwargs={"slug": request.access.slug}) + f"?week={monday.isoformat()}"
