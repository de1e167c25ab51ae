"""A week's roster as its page shows it: people by days, above them what is covered."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from hubbub.accounts.core.access import Access, Permission
from hubbub.kernel.speech import figure, mark, say
from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.clock import clock, words_of
from hubbub.workforce.core.plan.people import Absence, Member
from hubbub.workforce.core.plan.presence import Shift
from hubbub.workforce.core.plan.rostering import Warned
from hubbub.workforce.selectors import people, rosters
from hubbub.workforce.selectors.plan import Plan
from hubbub.workforce.selectors.rosters import Covered, Effect, RosterWeek

DAYS = tuple(range(7))
COLOURS = 6
HIGH = 28
"""The height of a skill's curve, in the units of its picture."""
EDGE_MIN = 60
"""So much more than what is worked is shown before and after."""
_BREAK = mark("break {at}")


@dataclass(frozen=True, slots=True)
class Bar:
    """A shift as it is drawn."""

    shift: Shift
    text: str
    says: str
    """All of it in words, for those who can't see it."""
    colour: int
    warnings: tuple[str, ...] = ()

    @property
    def pieces(self) -> str:
        """From when to when, as the script reads it."""
        return ",".join(f"{start}-{end}" for start, end in self.shift.pieces)

    @property
    def breaks(self) -> str:
        """Its breaks, as the script reads them."""
        return ",".join(f"{start}-{end}-{int(paid)}" for start, end, paid in self.shift.breaks)


@dataclass(frozen=True, slots=True)
class Cell:
    """A person's day."""

    day: date
    bar: Bar | None
    away: str = ""
    wished: bool = False
    refused: bool = False
    """A wished day off on which there is a shift."""

    @property
    def iso(self) -> str:
        """The day as addresses have it."""
        return self.day.isoformat()


@dataclass(frozen=True, slots=True)
class Row:
    """A person's week."""

    member: Member
    cells: tuple[Cell, ...]
    hours: float
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Curve:
    """A skill's need on one day and who is there, drawn."""

    there: str
    short: str
    needed: str
    short_h: float
    over_h: float
    says: str


@dataclass(frozen=True, slots=True)
class Strip:
    """A skill above the days."""

    skill: str
    colour: int
    curves: tuple[Curve, ...]
    short_h: float
    over_h: float
    wide: int
    """Intervals of a day that are shown."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A week, or a part of its people, with the hours of the day that are shown."""

    week: RosterWeek
    days: tuple[date, ...]
    rows: tuple[Row, ...]
    strips: tuple[Strip, ...]
    effect: Effect
    first_min: int
    last_min: int
    everybody: int

    @property
    def ticks(self) -> tuple[tuple[int, str], ...]:
        """Hours of the day view: minutes from its beginning, and how they read."""
        hours = range(self.first_min, self.last_min, 60 if self.last_min - self.first_min <= 960 else 120)
        return tuple((each, clock(each)) for each in hours)


def grid(
    access: Access, week: RosterWeek, *, days: Sequence[int] = DAYS, skill: str = "", search: str = "",
    only: Collection[int] | None = None, planned: Plan | None = None,
) -> Grid:  # fmt: skip
    """Return the week of those whom a filter leaves; `only`: of these people alone; `planned`: where it is known."""
    monday = week.monday
    dates = tuple(monday + timedelta(days=each) for each in days)
    plans = access.may(Permission.PLAN)
    effect = rosters.effect(access, week.shifts, monday, week.left, planned)
    skills = [each.skill for each in effect.covered]
    working = {each.member for each in week.shifts}
    members = [each for each in people.members(access) if each.is_there(monday) or each.id in working]
    away = _away(people.absences(access, monday, monday + rosters.WEEK), monday)
    wishes = people.wishes(access, monday, monday + rosters.WEEK)
    judged = [each for each in week.shifts if only is None or each.member in only]
    warned = rosters.broken(access, monday, judged) if plans else {}
    wanted = search.strip().casefold()
    shown = [
        each
        for each in members
        if (not skill or skill in each.skills) and wanted in each.name.casefold()
        and (only is None or each.id in only)
    ]  # fmt: skip
    by_member: dict[int, dict[date, Shift]] = {}
    for each in week.shifts:
        by_member.setdefault(each.member, {})[each.day] = each
    first, last = _window(week.shifts, effect.covered)
    return Grid(
        week, dates,
        tuple(
            _row(
                each, dates, by_member.get(each.id, {}), away, wishes.get(each.id, ()), warned.get(each.id, ()), skills
            )
            for each in shown
        ),
        tuple(
            _strip(each, place, days, first, last)
            for place, each in enumerate(effect.covered)
            if not skill or each.skill == skill
        ),
        effect, first, last, len(members),
    )  # fmt: skip


def _away(absences: Sequence[Absence], monday: date) -> Mapping[tuple[int, date], str]:
    return {
        (each.member, day): each.cause.label
        for each in absences
        if each.holds
        for day in each.days(monday, monday + rosters.WEEK)
    }


def _row(
    member: Member, days: Sequence[date], shifts: Mapping[date, Shift], away: Mapping[tuple[int, date], str],
    wishes: Sequence[date], warned: Sequence[Warned], skills: Sequence[str],
) -> Row:  # fmt: skip
    cells = []
    for day in days:
        shift = shifts.get(day)
        wished = day in wishes or day.weekday() in member.days_off
        warnings = tuple(each.words for each in warned if each.day == day)
        bar = bar_of(shift, member, skills, warnings) if shift else None
        cells.append(Cell(day, bar, away.get((member.id, day), ""), wished, wished and shift is not None))
    return Row(
        member, tuple(cells), sum(each.worked_min for each in shifts.values()) / 60,
        tuple(each.words for each in warned if each.day is None or each.day not in shifts),
    )  # fmt: skip


def bar_of(shift: Shift, member: Member, skills: Sequence[str], warnings: tuple[str, ...] = ()) -> Bar:
    """Return a shift as it is drawn."""
    text = words_of(shift.pieces)
    parts = [member.name, figure(shift.day, "%A"), text]
    parts += [say(_BREAK, at=clock(start)) for start, _, _ in shift.breaks]
    parts += dict.fromkeys(skill for _, _, skill in shift.skills)
    return Bar(shift, text, ", ".join([*parts, *warnings]), _colour(shift, member, skills), warnings)


def _colour(shift: Shift, member: Member, skills: Sequence[str]) -> int:
    """Return the colour of the skill that most of a shift is for."""
    held: dict[str, int] = {}
    for start, end, skill in shift.skills:
        held[skill] = held.get(skill, 0) + end - start
    most = max(held, key=held.__getitem__) if held else member.skills[0] if member.skills else ""
    return skills.index(most) % COLOURS + 1 if most in skills else COLOURS


def _window(shifts: Sequence[Shift], covered: Sequence[Covered]) -> tuple[int, int]:
    """Return the minutes of a day between which something happens, in whole hours."""
    starts, ends = [each.start for each in shifts], [min(1440, each.end) for each in shifts]
    for each in covered:
        per_day = 1440 // each.step_min
        busy = np.flatnonzero(each.needed.reshape(7, per_day).any(axis=0))
        if len(busy):
            starts.append(int(busy[0]) * each.step_min)
            ends.append(int(busy[-1] + 1) * each.step_min)
    if not starts:
        return 360, 1320
    first = max(0, (min(starts) - EDGE_MIN) // 60 * 60)
    last = min(1440, -(-(max(ends) + EDGE_MIN) // 60) * 60)
    return first, max(last, first + 480)


def _strip(covered: Covered, place: int, days: Sequence[int], first: int, last: int) -> Strip:
    top = max(1.0, float(covered.needed.max()), float(covered.there.max()))
    at = slice(first // covered.step_min, last // covered.step_min)
    curves = tuple(_curve(covered.of_day(each), at, top) for each in days)
    return Strip(covered.skill, place % COLOURS + 1, curves, covered.short_h, covered.over_h, at.stop - at.start)


def _curve(day: Covered, at: slice, top: float) -> Curve:
    needed, there = day.needed[at], day.there[at]
    short = np.maximum(0, needed - there)
    worst = int(short.argmax()) if len(short) else 0
    says = say("{skill}: {short:,.1f} hours missing, {over:,.1f} too many", skill=day.skill, short=day.short_h,
               over=day.over_h)  # fmt: skip
    if short.any():
        says += ", " + say("most at {time}: {many:,.1f}", time=clock((at.start + worst) * day.step_min),
                           many=float(short[worst]))  # fmt: skip
    return Curve(
        _boxes(np.zeros(len(there)), there, top), _boxes(np.minimum(needed, there), needed, top), _line(needed, top),
        day.short_h, day.over_h, says,
    )  # fmt: skip


def _boxes(low: Floats, high: Floats, top: float) -> str:
    """Return boxes from one row of heights to another, as a path."""
    return "".join(
        f"M{place} {_y(under, top)}V{_y(over, top)}h1V{_y(under, top)}z"
        for place, (under, over) in enumerate(zip(low.tolist(), high.tolist(), strict=True))
        if over - under > 1e-9
    )


def _line(heights: Floats, top: float) -> str:
    """Return steps as a path."""
    return "".join(f"{'V' if place else 'M0 '}{_y(each, top)}h1" for place, each in enumerate(heights.tolist()))


def _y(height: float, top: float) -> str:
    return f"{HIGH - height / top * (HIGH - 2):.1f}"


def facts(found: Grid, form: str) -> dict[str, Any]:
    """Return what the page shows of a grid; `form`: the address of the form of a shift, for this week."""
    return {
        "form": form,
        "grid": found,
        "week": found.week,
        "short_h": sum(each.short_h for each in found.effect.covered),
        "over_h": sum(each.over_h for each in found.effect.covered),
    }
