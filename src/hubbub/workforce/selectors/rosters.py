"""Reads of rosters: a week's shifts, what is known before one is made, and what they cover."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from hubbub.accounts.core.access import Access, Permission
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say
from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.people import Member
from hubbub.workforce.core.plan.presence import Shift, present
from hubbub.workforce.core.plan.queue import Way
from hubbub.workforce.core.plan.rostering import (
    Known,
    Warned,
    demand,
    left_over,
    placed_of,
    stays,
    warned,
    week_of,
)
from hubbub.workforce.core.plan.work import Work, met
from hubbub.workforce.core.roster.week import Shift as Placed
from hubbub.workforce.core.roster.week import Week
from hubbub.workforce.models import RosterRow, ShiftRow
from hubbub.workforce.selectors import people
from hubbub.workforce.selectors.plan import Plan, kept, plan, shift_of
from hubbub.workforce.selectors.queues import rules

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Making:
    """How far the making of a roster is: since when it is asked for or runs, and why the last one came to nothing."""

    state: str = ""  # "", "asked" or "running"
    since: datetime | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class RosterWeek:
    """A week's roster as somebody may see it: who plans, as it stands; others, as it was published."""

    monday: date
    version: int = 0
    """0: there is none yet."""
    shifts: tuple[Shift, ...] = ()
    making: Making = Making()
    made_at: datetime | None = None
    published_at: datetime | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    """Causes of shrinkage for which more are asked than answer, since the roster does not place them."""
    changed: bool = False
    """Whether shifts are not as they were published."""


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def checked_monday(day: date) -> date:
    """Return the day, if it is a Monday within ten years.

    Raises
    ------
    InvalidInput
        If it is not.
    """
    if day.weekday() or not 2000 <= day.year <= 2100:
        raise InvalidInput(reason=say("A roster is of a week: give its Monday, as 2026-12-07."))
    return day


def week(access: Access, monday: date) -> RosterWeek:
    """Return the roster of a week: as it stands to who plans, else as it was published."""
    access.require(Permission.READ)
    row = RosterRow.objects.filter(workspace_id=access.workspace, monday=checked_monday(monday)).first()
    plans = access.may(Permission.PLAN)
    if row is None:
        return RosterWeek(monday, left=_left_before(access))
    left = tuple(row.demand.get("left", ())) if row.demand else _left_before(access)
    if not plans:
        snapshot = published_shifts(row)
        return RosterWeek(monday, row.version, snapshot, published_at=row.published_at, left=left)
    shifts = current(row)
    return RosterWeek(
        monday, row.version, shifts, Making(row.solving, row.solve_at, row.trouble), row.made_at, row.published_at,
        row.result, left,
        row.published_at is not None and snapshot_of(shifts) != row.published,
    )  # fmt: skip


def current(row: RosterRow) -> tuple[Shift, ...]:
    """Return the shifts of a roster as they stand, by day and beginning."""
    return in_order(map(shift_of, ShiftRow.objects.filter(roster=row)))


def snapshot_of(shifts: Sequence[Shift]) -> list[list[Any]]:
    """Return shifts as they are kept when they are published."""
    return sorted(
        [
            [
                each.member, each.day.isoformat(), [list(span) for span in each.pieces],
                [list(span) for span in each.breaks], [list(span) for span in each.skills],
            ]
            for each in shifts
        ]
    )  # fmt: skip


def published_shifts(row: RosterRow) -> tuple[Shift, ...]:
    """Return the shifts of a roster as they were published."""
    return in_order(
        Shift(
            0, member, date.fromisoformat(day), tuple((start, end) for start, end in pieces),
            tuple((start, end, paid) for start, end, paid in breaks),
            tuple((start, end, skill) for start, end, skill in skills),
        )
        for member, day, pieces, breaks, skills in row.published or ()
    )  # fmt: skip


def in_order(shifts: Iterable[Shift]) -> tuple[Shift, ...]:
    """Return shifts by day and beginning."""
    return tuple(sorted(shifts, key=lambda each: (each.day, each.start, each.member)))


def _left_before(access: Access) -> tuple[str, ...]:
    """Return which causes were left over when the last roster was made; else those that are usual."""
    last = RosterRow.objects.filter(workspace_id=access.workspace).exclude(demand={}).order_by("-monday").first()
    causes = rules(access).causes
    if last is None:
        return stays(causes)
    known = {each.name for each in causes}
    return tuple(each for each in last.demand.get("left", ()) if each in known)


def known(access: Access, monday: date, left: Sequence[str]) -> Known:
    """Return what a roster of a week is made from."""
    planned = expectation(access, monday)
    share = left_over(planned.rules.causes, left)
    needed = demand({skill: planned.required(skill) for skill in planned.skills}, share)
    rows = ShiftRow.objects.filter(roster__workspace_id=access.workspace, roster__monday=monday, locked=True)
    return replace(
        _frame(access, monday, planned.rules.step_min),
        members=_able(people.members(access, monday), planned.skills),
        demand={skill: row.tolist() for skill, row in needed.items() if row.any()},
        locked=tuple(map(shift_of, rows)),
    )


def expectation(access: Access, monday: date) -> Plan:
    """Return what is expected of a week and who is needed for it."""
    return plan(access, monday, 7)


def _frame(access: Access, monday: date, step_min: int) -> Known:
    """Return who is away, what is wished, and what was worked in the week before."""
    access.require(Permission.PLAN)
    away: dict[int, list[date]] = {}
    for each in people.absences(access, monday, monday + WEEK):
        if each.holds:
            away.setdefault(each.member, []).extend(each.days(monday, monday + WEEK))
    before = ShiftRow.objects.filter(roster__workspace_id=access.workspace, roster__monday=monday - WEEK)
    wishes = people.wishes(access, monday, monday + WEEK)
    return Known(monday, step_min, (), {}, away, wishes, before=tuple(map(shift_of, before)))


def _able(members: Sequence[Member], skills: Sequence[str]) -> tuple[Member, ...]:
    return tuple(each for each in members if set(each.skills) & set(skills))


@dataclass(frozen=True, slots=True)
class Change:
    """A person's day that is not as it was published."""

    member: int
    day: date
    before: Shift | None
    after: Shift | None


def changes(access: Access, monday: date) -> tuple[Change, ...]:
    """Return what of a week is not as it was published; all of it, where it never was."""
    access.require(Permission.PLAN)
    row = RosterRow.objects.filter(workspace_id=access.workspace, monday=checked_monday(monday)).first()
    return differing(published_shifts(row), current(row)) if row else ()


def differing(before: Sequence[Shift], after: Sequence[Shift]) -> tuple[Change, ...]:
    """Return the days on which somebody's shift is not the same."""
    one, two = ({(each.member, each.day): each for each in shifts} for shifts in (before, after))

    def same(key: tuple[int, date]) -> bool:
        return key in one and key in two and snapshot_of([one[key]]) == snapshot_of([two[key]])

    return tuple(Change(*key, one.get(key), two.get(key)) for key in sorted(one.keys() | two.keys()) if not same(key))


def broken(access: Access, monday: date, shifts: Sequence[Shift]) -> dict[int, tuple[Warned, ...]]:
    """Return by member which rules their shifts of a week break; of those who have shifts."""
    return warned(_known_of(access, monday, {each.member for each in shifts}), shifts)


def judged(
    access: Access, monday: date, shifts: Sequence[Shift], extra: Sequence[Member] = ()
) -> tuple[Week, tuple[Placed, ...]]:
    """Return a week and its shifts as the rules of swaps take them, with people who have no shift yet."""
    held = _known_of(access, monday, {each.member for each in shifts} | {each.id for each in extra})
    names = {each.id: each.name for each in held.members}
    placed = tuple(placed_of(each, names, monday) for each in shifts if each.member in names)
    return week_of(replace(held, locked=())), placed


def _known_of(access: Access, monday: date, who: set[int]) -> Known:
    """Return what is known of a week and some people, whatever is needed in it."""
    held = _frame(access, monday, rules(access).step_min)
    able = [each for each in people.members(access) if each.id in who and each.skills]
    nothing = [0.0] * (7 * 1440 // held.step_min)
    return replace(held, members=able, demand={each: nothing for who in able for each in who.skills})


@dataclass(frozen=True, slots=True, eq=False)
class Covered:
    """What a week's shifts cover of one skill, interval by interval: people at work."""

    skill: str
    needed: Floats
    there: Floats
    step_min: int

    @property
    def short_h(self) -> float:
        """Hours that are missing."""
        return float(np.maximum(0, self.needed - self.there).sum()) * self.step_min / 60

    @property
    def over_h(self) -> float:
        """Hours that are more than needed."""
        return float(np.maximum(0, self.there - self.needed).sum()) * self.step_min / 60

    def of_day(self, day: int) -> "Covered":
        """Return the same of one day, Monday 0."""
        per_day = 1440 // self.step_min
        at = slice(day * per_day, (day + 1) * per_day)
        return Covered(self.skill, self.needed[at], self.there[at], self.step_min)


@dataclass(frozen=True, slots=True)
class Level:
    """Which share of those who come to a queue in a week is answered in time, and which share is wanted."""

    name: str
    level: float
    target: float


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """What a week's shifts come to."""

    covered: tuple[Covered, ...]
    levels: tuple[Level, ...]
    """Of queues in which somebody waits for an answer at once."""
    forecast: bool
    """Whether anything is expected."""


def effect(
    access: Access, shifts: Sequence[Shift], monday: date, left: Sequence[str], planned: Plan | None = None
) -> Effect:
    """Return what shifts of a week cover and which service level they give, those of the week before included."""
    planned = planned or expectation(access, monday)
    share = left_over(planned.rules.causes, left)
    first = {each.id: each.skills[0] if each.skills else "" for each in people.members(access)}
    sunday = ShiftRow.objects.filter(roster__workspace_id=access.workspace, day=monday - timedelta(days=1))
    at_work = kept(access, (*shifts, *map(shift_of, sunday)))
    there = present(at_work, first, since=monday, days=7, step_min=planned.rules.step_min)
    nobody = np.zeros(planned.intervals)
    step = planned.rules.step_min
    covered = tuple(
        Covered(each, planned.required(each) / (1 - share), there.get(each, nobody), step) for each in planned.skills
    )
    return Effect(
        covered, _levels(planned, {each.skill: each.there * (1 - share) for each in covered}),
        any(each.known.any() for each in planned.queues),
    )  # fmt: skip


def _levels(planned: Plan, answering: Mapping[str, Floats]) -> tuple[Level, ...]:
    found = []
    for each in planned.queues:
        if each.queue.kind.way is Way.LATER or not each.mean.any():
            continue
        needed = planned.required(each.queue.needs)
        part = np.divide(each.required, needed, out=np.zeros(len(needed)), where=needed > 0)
        people_there = np.maximum(0.0, answering[each.queue.needs] * part)
        work = Work(each.id, each.queue, each.mean, each.handling_s, each.opens, people_there, each.bursts)
        found.append(Level(each.queue.name, met(work, planned.rules.per_s).in_time, each.queue.level))
    return tuple(found)
