"""The grouped model: whole numbers of people a line, of shifts a crew, day and form, and of breaks a step.

Nobody is named in it. Its rows see to it that names can be given afterwards without breaking a rule
(`naming.py`). All of it stands in docs/roster.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from math import gcd

import numpy as np
from numpy.typing import NDArray

from hubbub.workforce.core.roster.cover import shortage
from hubbub.workforce.core.roster.lines import Cell, Kind, kinds, share
from hubbub.workforce.core.roster.people import Shape
from hubbub.workforce.core.roster.program import Program
from hubbub.workforce.core.roster.week import Shift, Week

Skills = frozenset[str]
Pool = tuple[Skills, int, int, int]
"""Breaks that can be swapped: skills served meanwhile; earliest and latest minute after the start; minutes it takes."""
Worked = tuple[Cell, int, int, Shape]
"""A shift without a name: crew, day, start, form."""


@dataclass
class Model:
    """The program of a week, and what its columns are."""

    week: Week
    kinds: tuple[Kind, ...]
    program: Program = field(default_factory=Program)
    lines: dict[tuple[int, int], int] = field(default_factory=dict)
    """Kind and line → how many people of the kind have it."""
    shifts: dict[Worked, int] = field(default_factory=dict)
    breaks: dict[tuple[Pool, int], int] = field(default_factory=dict)
    """Pool and step → how many breaks begin."""
    waiting: dict[tuple[Pool, int], int] = field(default_factory=dict)
    """Pool and step → how many may have begun and have not."""
    serving: dict[tuple[Skills, str, int], int] = field(default_factory=dict)
    """People of several skills → how many serve which at which step."""
    needed: dict[tuple[str, int], int] = field(default_factory=dict)
    """Skill and step → the row of its need."""
    missing: dict[tuple[str, int], tuple[int, ...]] = field(default_factory=dict)
    """Skill and step → the columns of what is missing, the cheapest first."""
    served: defaultdict[tuple[Skills, int], list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))

    @cached_property
    def there(self) -> dict[Skills, NDArray[np.float64]]:
        """People at work in each step by shifts that are not to be chosen."""
        found: dict[Skills, NDArray[np.float64]] = defaultdict(lambda: np.zeros(self.week.steps))
        for shift in self.week.placed:
            skills = self.week.named[shift.person].skills & frozenset(self.week.demand.skills)
            found[skills] += present(self.week, shift)
        for shift in self.week.past:
            for begins, ends, skill in shift.skills:
                for step, part in steps(self.week, begins, ends):
                    found[frozenset({skill})][step] += part
        return dict(found)

    def steps(self) -> NDArray[np.int64]:
        """Return the step of each column, of a shift that of its start; -1 for lines."""
        found = np.full(len(self.program.cost), -1, np.int64)
        for (_, _, start, _), column in self.shifts.items():
            found[column] = start // self.week.step
        for table in (self.breaks, self.waiting):
            for (_, step), column in table.items():
                found[column] = step
        for (_, _, step), column in self.serving.items():
            found[column] = step
        for (_, step), both in self.missing.items():
            found[list(both)] = step
        return found


def build(week: Week) -> Model:
    """Return the program of a week."""
    model = Model(week, kinds(week))
    _people(model)
    _presence(model)
    _pauses(model)
    _coverage(model)
    return model


def slot(week: Week) -> int:
    """Return the minutes of the shortest time for which somebody may serve a skill: nothing ends within it."""
    forms = [form for who in week.people for form in who.contract.shapes]
    found = gcd(week.step, *(each.minutes for form in forms for each in form.breaks))
    for shift in (*week.placed, *week.past):
        for begins, ends, *_ in (*shift.pieces, *shift.breaks, *shift.skills):
            found = gcd(found, int(begins), int(ends))
    return found


def fair(week: Week, beyond: float) -> float:
    """Return what it weighs that somebody has worked so many unpopular shifts beyond their share."""
    return week.prices.fairness * max(0.0, beyond) ** 2


def unneeded(week: Week, skills: frozenset[str], pieces: Iterable[tuple[int, int]]) -> float:
    """Return what it weighs that somebody is at work in these pieces while nobody needs them."""
    if not week.prices.unneeded:
        return 0.0
    quiet = week.quiet(skills)
    hours = sum(part * quiet[step] for begins, ends in pieces for step, part in steps(week, begins, ends))
    return week.prices.unneeded * float(hours) * week.step / 60


def steps(week: Week, start: int, end: int) -> Iterator[tuple[int, float]]:
    """Yield the steps of the week that a span touches, and which part of each."""
    for step in range(start // week.step, -(-end // week.step)):
        part = (min(end, (step + 1) * week.step) - max(start, step * week.step)) / week.step
        if week.repeats or 0 <= step < week.steps:
            yield step % week.steps, part


def present(week: Week, shift: Shift) -> NDArray[np.float64]:
    """Return which part of each step somebody is at work, breaks taken off."""
    found = np.zeros(week.steps)
    for begins, ends in shift.pieces:
        for step, part in steps(week, begins, ends):
            found[step] += part
    for begins, ends, _ in shift.breaks:
        for step, part in steps(week, begins, ends):
            found[step] -= part
    return found


def _people(model: Model) -> None:
    """Each person has one line; on each of its days there is a shift of its crew."""
    week, program = model.week, model.program
    working: defaultdict[tuple[Cell, int], list[tuple[int, float]]] = defaultdict(list)
    for k, kind in enumerate(model.kinds):
        who, many = kind.people[0], len(kind.people)
        usual = share(who, week.weekend, week.demand.interval)
        for j, line in enumerate(kind.lines):
            cost = week.prices.wish * line.wished + fair(week, who.balance + line.unpopular - usual)
            model.lines[k, j] = column = program.column(many, cost)
            for day in line.days:
                working[line.cell, day].append((column, -1.0))
        if kind.lines:
            program.row([(model.lines[k, j], 1.0) for j in range(len(kind.lines))], many, many)
    for (cell, day), terms in working.items():
        for start, shape in cell.days[day]:
            pieces = [(start + begins, start + ends) for begins, ends in shape.pieces]
            cost = week.prices.hour * shape.paid / 60 + unneeded(week, cell.skills, pieces)
            model.shifts[cell, day, start, shape] = column = program.column(len(week.people), cost)
            terms.append((column, 1.0))
        program.row(terms, 0, 0)


def _presence(model: Model) -> None:
    """A shift serves from its start to its end."""
    for (cell, _, start, shape), column in model.shifts.items():
        for begins, ends in shape.pieces:
            for step, part in steps(model.week, start + begins, start + ends):
                model.served[cell.skills, step].append((column, part))


def _pauses(model: Model) -> None:
    """Breaks wait from their earliest step on and begin by their latest: first come, first served keeps every window.

    waiting[t] = waiting[t-1] + those whose window opens at t - those begun at t; and whoever waits after t has a window
    that is still open: waiting[t] ≤ those whose windows opened after t - width.
    """
    week, program = model.week, model.program
    opening: defaultdict[Pool, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for (cell, _, start, shape), column in model.shifts.items():
        for each in shape.breaks if cell.skills else ():
            pool = cell.skills, each.earliest, each.latest, each.minutes
            opening[pool][turned(week, (start + each.earliest) // week.step)].append(column)
    for pool, opens in opening.items():
        skills, earliest, latest, minutes = pool
        width = (latest - earliest) // week.step
        held = sorted({turned(week, at + more) for at in opens for more in range(width + 1)})
        for step in held:
            model.breaks[pool, step] = column = program.column(len(week.people))
            for at, part in steps(week, step * week.step, step * week.step + minutes):
                model.served[skills, at].append((column, -part))
            model.waiting[pool, step] = program.column(len(week.people), whole=False)
        for step in held:
            came = [(each, -1.0) for each in opens.get(step, ())]
            last = model.waiting.get((pool, turned(week, step - 1)))
            left = [] if last is None else [(last, -1.0)]
            flow = [(model.waiting[pool, step], 1.0), (model.breaks[pool, step], 1.0)]
            program.row([*flow, *left, *came], 0, 0)
            recent = [each for back in range(width) for each in opens.get(turned(week, step - back), ())]
            program.row([(model.waiting[pool, step], 1.0), *((each, -1.0) for each in recent)], high=0)


def _coverage(model: Model) -> None:
    """Whoever has several skills serves one at a time; what is missing costs."""
    week, program = model.week, model.program
    per = week.step // slot(week)
    needs = dict(zip(week.demand.skills, week.needs(), strict=True))
    serve: defaultdict[tuple[str, int], list[tuple[int, float]]] = defaultdict(list)
    given: defaultdict[tuple[str, int], float] = defaultdict(float)
    fixed = {(skills, step): row[step] for skills, row in model.there.items() for step in np.flatnonzero(row).tolist()}
    for skills, step in {**model.served, **fixed}:
        terms, already = model.served.get((skills, step), []), float(fixed.get((skills, step), 0.0))
        if len(skills) == 1:
            (skill,) = skills
            serve[skill, step] += terms
            given[skill, step] += already
        elif skills:
            shares = []
            for skill in sorted(skills):
                if needs[skill][step] > 0:
                    model.serving[skills, skill, step] = column = program.column(len(week.people), whole=False)
                    shares.append((column, -1.0))
                    serve[skill, step].append((column, 1.0))
            program.row([*terms, *shares], low=-already)
    for skill, row in needs.items():
        price = week.demand.missing[skill] * week.step / 60
        for step in np.flatnonzero(row).tolist():
            most, short = shortage(float(row[step]), per)
            pieces = tuple(program.column(wide / per, price * cost, whole=False) for wide, cost in short)
            model.missing[skill, step] = pieces
            terms = [*serve[skill, step], *((each, 1.0) for each in pieces)]
            model.needed[skill, step] = program.row(terms, low=most / per - given[skill, step])


def turned(week: Week, step: int) -> int:
    """Return a step of a week that follows itself; else it stays beyond the end."""
    return step % week.steps if week.repeats else step
