"""A week as it is kept, told to the solver of rosters and back; and what of shrinkage a roster itself places. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby

import numpy as np

from hubbub.kernel.speech import mark, say
from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.contracts import Contract
from hubbub.workforce.core.plan.people import Member
from hubbub.workforce.core.plan.presence import Shift
from hubbub.workforce.core.plan.queue import DAY_MIN
from hubbub.workforce.core.roster import people as solver
from hubbub.workforce.core.roster.checker import broken
from hubbub.workforce.core.roster.lines import is_night, share
from hubbub.workforce.core.roster.week import Demand, Prices, Week
from hubbub.workforce.core.roster.week import Shift as Placed
from hubbub.workforce.core.shrinkage import Cause, shrinkage

PLACED = (mark("Holiday"), mark("Lieu days"), mark("Breaks"))
"""Causes that a roster places by itself, where nobody says otherwise: it knows who is away, and when breaks are."""
UNNEEDED = 0.5
"""What an hour at work weighs in which nobody is needed, beside 4 for one that is missing: who comes, is needed."""
START_MIN = 30
"""Shifts that are made start on this grid, so that a week is solved soon."""


def stays(causes: Sequence[Cause], placed: Iterable[str] | None = None) -> tuple[str, ...]:
    """Return the names of the causes that a roster does not place: sickness that nobody knows of yet, meetings."""
    known = {each.casefold() for each in (placed if placed is not None else (*PLACED, *map(say, PLACED)))}
    return tuple(each.name for each in causes if each.name.casefold() not in known)


def left_over(causes: Sequence[Cause], names: Iterable[str]) -> float:
    """Return the share of time at work in which nobody answers for causes that a roster does not place."""
    kept = [each for each in causes if each.name in set(names)]
    return shrinkage(kept).share if kept else 0.0


def demand(required: Mapping[str, "np.ndarray[tuple[int], np.dtype[np.int64]]"], share: float) -> dict[str, Floats]:
    """Return how many people are to be at work, so that so many answer: parts of a person are kept."""
    return {skill: np.round(agents / (1.0 - share), 2) for skill, agents in required.items()}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a week before its roster is made."""

    monday: date
    step_min: int
    members: Sequence[Member]
    demand: Mapping[str, Sequence[float]]
    away: Mapping[int, Sequence[date]]
    """By member, the days of the week on which they are not there."""
    wishes: Mapping[int, Sequence[date]]
    """By member, single days wished off; they weigh more than those wished every week."""
    locked: Sequence[Shift] = ()
    before: Sequence[Shift] = ()
    """Shifts of the week before."""


def week_of(known: Known) -> Week:
    """Return the week as the solver takes it; who has none of the skills is left out.

    Raises
    ------
    InvalidInput
        If nobody can serve what is needed.
    """
    skills = set(known.demand)
    able = [each for each in known.members if skills & set(each.skills)]
    names = {each.id: each.name for each in able}
    return Week(
        tuple(_person(each, known, skills) for each in able),
        Demand({skill: np.asarray(row, float) for skill, row in known.demand.items()}, known.step_min),
        Prices(unneeded=UNNEEDED),
        placed=tuple(placed_of(each, names, known.monday) for each in known.locked if each.member in names),
        before=tuple(placed_of(each, names, known.monday) for each in known.before if each.member in names),
    )


def _person(member: Member, known: Known, skills: set[str]) -> solver.Person:
    days = {known.monday + timedelta(days=place): place for place in range(7)}
    wishes = dict.fromkeys(member.days_off, 1.0) | {
        days[day]: 2.0 for day in known.wishes.get(member.id, ()) if day in days
    }
    away = frozenset(days[day] for day in known.away.get(member.id, ()) if day in days)
    away |= {place for day, place in days.items() if not member.is_there(day)}
    return solver.Person(
        member.name, contract_of(member.contract), frozenset(member.skills) & skills,
        {day: weight for day, weight in wishes.items() if day not in away}, away, round(member.balance, 1),
    )  # fmt: skip


def contract_of(held: Contract) -> solver.Contract:
    """Return a contract as the solver takes it."""
    shapes = tuple(
        solver.Shape(
            form.minutes, tuple(solver.Break(long, first, last, paid) for first, last, long, paid in form.breaks),
            form.pause,
        )
        for form in held.forms
    )  # fmt: skip
    starts = sorted({at for first, last in held.starts for at in (*range(first, last + 1, START_MIN), last)})
    return solver.Contract(
        held.name, shapes, tuple((at, at) for at in starts), held.days, held.hours, held.rest_min, held.running,
        held.together,
    )  # fmt: skip


def placed_of(shift: Shift, names: Mapping[int, str], monday: date) -> Placed:
    """Return a kept shift as the solver takes it: minutes from the Monday on."""
    at = (shift.day - monday).days * DAY_MIN
    return Placed(
        names[shift.member],
        tuple((at + start, at + end) for start, end in shift.pieces),
        tuple((at + start, at + end, paid) for start, end, paid in sorted(shift.breaks)),
    )


def kept_of(shift: Placed, member: Member, monday: date) -> Shift:
    """Return a shift that was made as it is kept: minutes of its day; who can do one thing only is told none."""
    at = shift.day * DAY_MIN
    skills = tuple((start - at, end - at, skill) for start, end, skill in shift.skills)
    pieces = tuple((start - at, end - at) for start, end in shift.pieces)
    return Shift(
        0, member.id, monday + timedelta(days=shift.day), pieces,
        tuple((start - at, end - at, paid) for start, end, paid in shift.breaks),
        tiled(skills, pieces[0][0], pieces[-1][1], member.skills),
    )  # fmt: skip


def tiled(
    spans: Sequence[tuple[int, int, str]], start: int, end: int, skills: Sequence[str]
) -> tuple[tuple[int, int, str], ...]:
    """Return spans of skills that cover a shift without gaps; none where it is all for the first skill.

    >>> tiled([(480, 600, "chat"), (615, 700, "chat"), (700, 960, "phone")], 480, 990, ["phone", "chat"])
    ((480, 700, 'chat'), (700, 990, 'phone'))
    """
    able = sorted((max(start, begin), min(end, over), skill) for begin, over, skill in spans if skill in skills)
    runs = [next(group) for _, group in groupby((each for each in able if each[0] < each[1]), key=lambda each: each[2])]
    if {each[2] for each in runs} <= set(skills[:1]):
        return ()
    begins = [start, *(each[0] for each in runs[1:]), end]
    return tuple((begins[place], begins[place + 1], each[2]) for place, each in enumerate(runs))


def moved(shift: Shift, *, member: Member, day: date, by: int) -> Shift:
    """Return a shift at another time, on another day, or another person's."""
    pieces = tuple((start + by, end + by) for start, end in shift.pieces)
    skills = tuple((start + by, end + by, skill) for start, end, skill in shift.skills)
    return replace(
        shift, member=member.id, day=day, pieces=pieces,
        breaks=tuple((start + by, end + by, paid) for start, end, paid in shift.breaks),
        skills=tiled(skills, pieces[0][0], pieces[-1][1], member.skills),
    )  # fmt: skip


def beyond(member: Member, shifts: Sequence[Shift], weekend: frozenset[int] = frozenset({5, 6})) -> float:
    """Return how many shifts on weekends and at night somebody works in a week beyond a fair share of its shifts."""
    who = solver.Person(member.name, contract_of(member.contract), frozenset({"any"}))
    unpopular = sum(each.day.weekday() in weekend or is_night(each.start % DAY_MIN) for each in shifts)
    return round(unpopular - share(who, weekend, START_MIN), 2)


@dataclass(frozen=True, slots=True)
class Warned:
    """A rule that somebody's shifts break, in words; `day` where it is one day's."""

    rule: str
    day: date | None
    words: str


def warned(known: Known, shifts: Sequence[Shift]) -> dict[int, tuple[Warned, ...]]:
    """Return by member which rules shifts of a week break, rest after the week before included."""
    if not known.members:
        return {}
    week = week_of(replace(known, locked=()))
    names = {each.id: each.name for each in known.members if each.name in week.named}
    ids = {name: member for member, name in names.items()}
    placed = [placed_of(each, names, known.monday) for each in shifts if each.member in names]
    found: dict[int, tuple[Warned, ...]] = {}
    for each in broken(week, placed):
        day = None if each.day is None else known.monday + timedelta(days=each.day)
        found[ids[each.person]] = (*found.get(ids[each.person], ()), Warned(each.rule, day, each.words))
    return found
