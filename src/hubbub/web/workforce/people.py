"""The people that rosters are made of: the list, one of them, and a file of many."""

import csv
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from hubbub.accounts.core.access import Permission
from hubbub.kernel.errors import HubbubError, InvalidInput, NotAllowed
from hubbub.kernel.speech import mark, say, say_many
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import number, save, text
from hubbub.web.uploads import read_uploaded
from hubbub.web.when import today
from hubbub.workforce.core.plan.people import Cause
from hubbub.workforce.selectors import people as selectors
from hubbub.workforce.selectors.queues import rules
from hubbub.workforce.selectors.shifts import swaps, swaps_pass
from hubbub.workforce.services import people

DAYS = (mark("Mon"), mark("Tue"), mark("Wed"), mark("Thu"), mark("Fri"), mark("Sat"), mark("Sun"))
AHEAD = timedelta(days=365)


@require_http_methods(["GET", "POST"])
@in_workspace
def index(request: Request) -> HttpResponse:
    """Who stands on rosters, who asks to be away, and the contracts; a form puts people of the workspace on it."""
    request.access.require(Permission.PLAN)
    if request.method != "POST":
        return render(request, "workforce/people.html", shown(request))
    return save(
        request,
        "workforce/people.html",
        {"picked": request.POST.getlist("person"), "able": request.POST.getlist("skill"), **shown(request)},
        lambda: people.add_members(
            request.access,
            [int(each) for each in request.POST.getlist("person") if each.isdecimal() and len(each) < 19],
            contract=number(request, "contract") or 0,
            skills=request.POST.getlist("skill"),
            now=now(),
        ),
        then="roster-people",
        said=mark("They are on the roster."),
    )


def shown(request: Request) -> dict[str, Any]:
    """What the page of people shows."""
    members = selectors.members(request.access)
    search = request.GET.get("q", "").replace("\x00", "").strip().casefold()
    day = today(request)
    away = selectors.absences(request.access, day, day + timedelta(days=1))
    return {
        "section": "staffing",
        "tab": "people",
        "search": search,
        "members": [each for each in members if search in each.name.casefold() and each.is_there(day)],
        "gone": [each for each in members if not each.is_there(day)],
        "away": {each.member: each for each in away if each.holds},
        "contracts": selectors.contracts(request.access),
        "skills": selectors.skills(request.access),
        "others": selectors.not_yet(request.access),
        "asked": selectors.asked_for(request.access),
        "swaps": [each for each in swaps(request.access) if each.state == "taken"],
        "swaps_pass": swaps_pass(request.access),
        "rules": rules(request.access),
        "days": {place: say(each) for place, each in enumerate(DAYS)},
    }


@require_http_methods(["GET", "POST"])
@in_workspace
def edit(request: Request, rostered: int | None = None) -> HttpResponse:
    """Somebody on the roster."""
    request.access.require(Permission.PLAN)
    member = selectors.member(request.access, rostered) if rostered is not None else None
    day = today(request)
    context: dict[str, Any] = {
        "section": "staffing",
        "tab": "people",
        "member": member,
        "contracts": selectors.contracts(request.access),
        "skills": selectors.skills(request.access),
        "days": [(place, say(each)) for place, each in enumerate(DAYS)],
        "able": request.POST.getlist("skill") if request.method == "POST" else member.skills if member else (),
        "off": _weekdays(request) if request.method == "POST" else member.days_off if member else (),
        "rules": rules(request.access),
        "causes": list(Cause),
    }
    if member is not None:
        context["absences"] = selectors.absences(request.access, day - timedelta(days=30), day + AHEAD, member.id)
        context["wishes"] = selectors.wishes(request.access, day, day + AHEAD, member.id).get(member.id, ())
    if request.method != "POST":
        return render(request, "workforce/person.html", context)
    return save(
        request, "workforce/person.html", context,
        lambda: people.save_member(request.access, _given(request), member=rostered, now=now()),
        then="roster-people", said=mark("Saved."),
    )  # fmt: skip


def _weekdays(request: Request) -> tuple[int, ...]:
    return tuple(int(each) for each in request.POST.getlist("off") if each in set("0123456"))


def _given(request: Request) -> Mapping[str, Any]:
    return {
        "name": text(request, "name"), "contract": number(request, "contract"),
        "skills": request.POST.getlist("skill"), "days_off": _weekdays(request), "rate": amount(text(request, "rate")),
        "left_on": day_of(text(request, "left_on")),
    }  # fmt: skip


def amount(given: str) -> float | None:
    """Read an amount of money; None where nothing is written."""
    if not given.strip():
        return None
    try:
        return float(given.strip().replace(",", "."))
    except ValueError:
        raise InvalidInput(reason=say("{text} is no amount of money.", text=given.strip()[:40])) from None


def day_of(given: str) -> date | None:
    """Read a day as browsers send it; None where nothing is given."""
    if not given.strip():
        return None
    try:
        return date.fromisoformat(given.strip())
    except ValueError:
        raise InvalidInput(reason=say("{text} is no day. Write it as 2026-12-24.", text=given.strip()[:40])) from None


@require_POST
@in_workspace
def upload(request: Request) -> HttpResponse:
    """Put the people of a file on the roster."""
    request.access.require(Permission.PLAN)
    try:
        done = read_uploaded(
            request, "people.csv", "people",
            lambda path, _: people.take_in(request.access, _lines(path), now=now()),
        )  # fmt: skip
    except NotAllowed:
        raise
    except HubbubError as error:
        return render(request, "workforce/people.html", {**shown(request), "error": error}, status=error.status)
    messages.success(request, say_many("{number} person taken in.", "{number} people taken in.", done))
    return redirect("roster-people", slug=request.access.slug)


def _lines(path: Path) -> list[dict[str, str]]:
    """Return the lines of a CSV, whatever separates its cells; names of columns in any case."""
    try:
        told = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(reason=say("The file is no text in UTF-8. Save it as CSV UTF-8.")) from None
    head = told.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    rows = csv.DictReader(told.replace("\x00", "").splitlines(), delimiter=separator)
    names = {each: (each or "").strip().casefold() for each in rows.fieldnames or ()}
    if "name" not in names.values():
        raise InvalidInput(reason=say("The first line names the columns: name, contract, skills, rate."))
    return [{names.get(key, ""): value or "" for key, value in row.items() if isinstance(value, str)} for row in rows]


@require_POST
@in_workspace
def remove(request: Request, rostered: int) -> HttpResponse:
    """Take somebody off the list who never stood on a roster."""
    try:
        people.remove_member(request.access, rostered, now=now())
    except HubbubError as error:
        if error.status != 409:
            raise
        messages.error(request, str(error))
        return redirect("roster-person", slug=request.access.slug, rostered=rostered)
    return redirect("roster-people", slug=request.access.slug)


@require_POST
@in_workspace
def feed(request: Request, rostered: int) -> HttpResponse:
    """Give somebody's calendar a new address."""
    people.renew_feed(request.access, rostered, now=now())
    messages.success(request, say("The calendar has a new address. The old one ends."))
    mine = selectors.own_member(request.access)
    if mine is not None and mine.id == rostered:
        return redirect("my-shifts", slug=request.access.slug)
    return redirect("roster-person", slug=request.access.slug, rostered=rostered)
