"""One shift: changed in the grid, where the browser can, or by its form."""

import json
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_POST

from hubbub.accounts.core.access import Permission
from hubbub.kernel.errors import HubbubError, InvalidInput, NotFound
from hubbub.kernel.speech import say
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import number, text
from hubbub.web.workforce.people import DAYS, day_of
from hubbub.web.workforce.roster.grid import Grid, facts, grid
from hubbub.web.workforce.roster.page import address, address_of, asked_monday
from hubbub.workforce.core.plan.clock import spans_of, words_of
from hubbub.workforce.core.plan.presence import Shift
from hubbub.workforce.selectors import people, rosters
from hubbub.workforce.services import rosters as services
from hubbub.workforce.services.rosters import Edited

_ODD = "Give the change of a shift as JSON."
MOST_BYTES = 20_000


@require_POST
@in_workspace
def edit(request: Request) -> HttpResponse:
    """Change one shift; answer with what of the page is not as it was, and how to take it back."""
    request.access.require(Permission.PLAN)
    told = _read(request)
    try:
        monday, day = day_of(str(told.get("week", ""))), day_of(str(told.get("view", "")))
        if monday is None:
            raise InvalidInput(reason=say("A roster is of a week: give its Monday, as 2026-12-07."))
        week = rosters.week(request.access, monday)
        planned = rosters.expectation(request.access, monday)
        before = rosters.effect(request.access, week.shifts, monday, week.left, planned)
        whose = {each.member for each in week.shifts if each.id == told.get("shift")} | {told.get("member")}
        theirs = [each for each in week.shifts if each.member in whose]
        known = rosters.broken(request.access, monday, theirs)
        done = services.edit(request.access, monday, _whole(told, "version"), _change(told), now=now())
    except HubbubError as error:
        return JsonResponse({"message": str(error)}, status=error.status)
    week = rosters.week(request.access, monday)
    touched = {each.member for each in (done.before, done.after) if each is not None}
    days = tuple(range(7)) if day is None else ((day - monday).days,)
    rows = grid(request.access, week, days=days, only=touched, planned=planned)
    head = facts(rows, address_of(request, "roster-shift", monday)) | {
        "monday": monday,
        "day": day,
        "access": request.access,
        "may": {"plan": True},
    }
    return JsonResponse(
        {
            "version": done.version,
            "shift": done.after.id if done.after else None,
            "said": _said(rows, before, done, {each.words for told in known.values() for each in told}),
            "back": done.back,
            "head": render_to_string("workforce/roster/head.html", head, request),
            "rows": {
                each.member.id: render_to_string("workforce/roster/row.html", head | {"row": each}, request)
                for each in rows.rows
            },
        }
    )


def _read(request: Request) -> Mapping[str, Any]:
    if len(request.body) > MOST_BYTES:
        raise InvalidInput(reason=_ODD)
    try:
        told = json.loads(request.body)
    except ValueError:
        raise InvalidInput(reason=_ODD) from None
    if not isinstance(told, dict):
        raise InvalidInput(reason=_ODD)
    return told


def _whole(told: Mapping[str, Any], name: str) -> int:
    value = told.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise InvalidInput(reason=_ODD)
    return value


def _change(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Read a change as the service takes it; anything odd is refused."""
    shift = _whole(told, "shift") if told.get("shift") is not None else None
    if told.get("remove"):
        return {"shift": shift, "remove": True}
    day = day_of(str(told.get("day", "")))
    try:
        pieces = [(int(start), int(end)) for start, end in told["pieces"]][:3]
        breaks = [(int(start), int(end), bool(paid)) for start, end, paid in told.get("breaks") or ()][:20]
        skills = [(int(start), int(end), str(skill)) for start, end, skill in told.get("skills") or ()][:50]
    except (KeyError, TypeError, ValueError, OverflowError):
        raise InvalidInput(reason=_ODD) from None
    if day is None or any(abs(each) > 10_000 for span in (*pieces, *breaks) for each in span[:2]):
        raise InvalidInput(reason=_ODD)
    return {
        "shift": shift, "member": _whole(told, "member"), "day": day, "pieces": pieces, "breaks": breaks,
        "skills": skills, "locked": bool(told.get("locked", True)),
    }  # fmt: skip


def _said(now_: Grid, before: rosters.Effect, done: Edited, known: Collection[str]) -> str:
    """Return in words what a change does: to what is missing, to service levels, and which rules it breaks anew."""
    if done.after is None:
        parts = [say("Shift removed.")]
    elif done.before is None:
        parts = [say("Shift added: {at}.", at=words_of(done.after.pieces))]
    else:
        parts = [say("Shift is now {at}.", at=words_of(done.after.pieces))]
    gone, left = (sum(each.short_h for each in effect.covered) for effect in (before, now_.effect))
    if abs(left - gone) >= 0.05:
        words = say("{hours:,.1f} hours fewer are missing.", hours=gone - left) if left < gone else say(
            "{hours:,.1f} hours more are missing.", hours=left - gone
        )  # fmt: skip
        parts.append(words)
    old = {each.name: each.level for each in before.levels}
    for each in now_.effect.levels:
        was = old.get(each.name, each.level)
        if round(was, 3) != round(each.level, 3):
            parts.append(
                say("{queue}: {level:.1%} in time, before {was:.1%}.", queue=each.name, level=each.level, was=was)
            )
    for row in now_.rows:
        warnings = (*row.warnings, *(each for cell in row.cells if cell.bar for each in cell.bar.warnings))
        parts.extend([each for each in warnings if each not in known][:3])
    return " ".join(parts)


# The form ---------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@in_workspace
def form(request: Request) -> HttpResponse:
    """Add, change or remove a shift without a script."""
    request.access.require(Permission.PLAN)
    monday = asked_monday(request)
    week = rosters.week(request.access, monday)
    given = request.GET.get("shift", "") or text(request, "shift")
    shift = next((each for each in week.shifts if str(each.id) == given), None)
    if given and shift is None:
        raise NotFound(what="shift", which=given[:20])
    context: dict[str, Any] = {
        "section": "staffing", "tab": "roster", "week": week, "monday": monday, "shift": shift,
        "members": people.members(request.access, monday),
        "dates": [(monday + timedelta(days=place), say(name)) for place, name in enumerate(DAYS)],
        "given": request.POST if request.method == "POST" else _words(request, shift, monday),
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "workforce/roster/shift.html", context)
    try:
        change = {"shift": shift.id if shift else None, "remove": True} if text(request, "do") == "remove" else {
            "shift": shift.id if shift else None, **_given(request)
        }  # fmt: skip
        services.edit(request.access, monday, number(request, "version") or 0, change, now=now())
    except HubbubError as error:
        if error.status not in (400, 409):
            raise
        return render(request, "workforce/roster/shift.html", {**context, "error": error}, status=error.status)
    return redirect(address(request, monday, day_of(text(request, "view"))))


def _words(request: Request, shift: Shift | None, monday: date) -> dict[str, str]:
    """Return a shift as its form shows it; a new one as the contract of its person has it."""
    if shift is None:
        who, day = request.GET.get("member", ""), request.GET.get("day", "") or monday.isoformat()
        found = next((each for each in people.members(request.access) if str(each.id) == who), None)
        start = found.contract.starts[0][0] if found else 540
        forms = found.contract.forms if found else ()
        pieces, breaks = forms[0].at(start) if forms else (((start, start + 480),), ())
        shift = Shift(0, found.id if found else 0, day_of(day) or monday, pieces, breaks)
    second = shift.pieces[1:2]
    return {
        "member": str(shift.member), "day": shift.day.isoformat(), "piece": words_of(shift.pieces[:1]),
        "second": words_of(second), "paid": words_of(tuple((s, e) for s, e, paid in shift.breaks if paid)),
        "unpaid": words_of(tuple((s, e) for s, e, paid in shift.breaks if not paid)),
        "view": request.GET.get("view", ""),
    }  # fmt: skip


def _given(request: Request) -> dict[str, Any]:
    pieces = [*spans_of(text(request, "piece"))[:1], *spans_of(text(request, "second"))[:1]]
    day = day_of(text(request, "day"))
    if not pieces or day is None:
        raise InvalidInput(reason=say("Say from when to when, as 09:00–17:30."))
    start = pieces[0][0]
    return {
        "member": number(request, "member") or 0, "day": day,
        "pieces": [_after(each, start) for each in pieces],
        "breaks": [
            (*_after(each, start), name == "paid")
            for name in ("paid", "unpaid") for each in spans_of(text(request, name))
        ],
    }  # fmt: skip


def _after(span: tuple[int, int], start: int) -> tuple[int, int]:
    """Return a span as minutes after a shift's day began: what lies before the shift's beginning is the next day's."""
    begin = span[0] + (1440 if span[0] < start else 0)
    return begin, span[1] + (1440 if span[1] <= begin else 0)
