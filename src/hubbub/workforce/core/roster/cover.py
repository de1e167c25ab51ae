"""How many serve which skill when: whoever has several serves where it is worth most."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from math import ceil, floor, gcd

import numpy as np
from numpy.typing import NDArray

from hubbub.workforce.core.roster.people import WEEK
from hubbub.workforce.core.roster.program import Program, solve
from hubbub.workforce.core.roster.week import DEEP, NEAR, Shift, Week

Skills = frozenset[str]
Crews = dict[tuple[int, Skills], list[tuple[int, list[int]]]]
"""Step and skills → who is at work (their shift's place in the row) in which slots of it."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Coverage:
    """People at work a skill and interval, on average of the interval, of shape (skills, intervals)."""

    skills: tuple[str, ...]
    needed: Floats
    agents: Floats
    missing: Floats
    """How many are missing; counted a step of the roster, so that too many in one do not help the next."""
    cost: float
    """What the missing ones cost."""


def covered(week: Week, shifts: Sequence[Shift]) -> tuple[tuple[Shift, ...], Coverage]:
    """Return shifts with the skills that are served when, and what is covered."""
    fine = _fine(week, (*shifts, *week.past))
    crews = _crews(week, shifts, fine)
    already = _served(week, week.past, fine)
    shares = _shares(week, crews, already, week.step // fine)
    serving: list[dict[int, str]] = [{} for _ in shifts]
    for (step, skills), crew in sorted(crews.items(), key=lambda each: (each[0][0], sorted(each[0][1]))):
        left = {skill: shares.get((step, skills, skill), 0) for skill in sorted(skills)}
        for i, slots in crew:
            skill = next(reversed(serving[i].values()), "")
            for slot in slots:
                if not left.get(skill):
                    best = max(left, key=left.__getitem__)
                    skill = best if left[best] or skill not in left else skill
                left[skill] -= left[skill] > 0
                serving[i][slot] = skill
    spelled = tuple(replace(each, skills=_spells(serving[i], fine)) for i, each in enumerate(shifts))
    return spelled, _coverage(week, already + _served(week, spelled, fine))


@cache
def shortage(needed: float, per: int) -> tuple[int, tuple[tuple[float, float], ...]]:
    """Return how many slots of a step are needed, rounded up, and what each that is missing costs, the cheapest first.

    A step has `per` slots a person. Slots are whole: where 3.4 people are needed, a fourth is worth .4 of the third.
    The costs are pairs: of so many slots, each so much; the last pair has no end.

    >>> shortage(12.5, 1)
    (13, ((1.0, 0.5), (1.0, 1.0), (1.0, 2.0), (inf, 3.0)))
    """
    near = ceil(NEAR * needed)
    places = {each(round(slots, 9)) for slots in (needed * per, (needed - near) * per) for each in (floor, ceil)}
    edges = sorted({0, *(max(0, each) for each in places)}, reverse=True)

    def cost(slots: int) -> float:
        missing = max(0.0, needed - slots / per)
        return per * (min(missing, near) + DEEP * max(0.0, missing - near))

    pieces = [(float(high - low), (cost(low) - cost(high)) / (high - low)) for high, low in pairwise(edges)]
    return edges[0], (*pieces[:-1], (np.inf, pieces[-1][1])) if pieces else ()


def _fine(week: Week, shifts: Sequence[Shift]) -> int:
    """Return the minutes of a slot: no shift or break ends within one."""
    found = week.step
    for shift in shifts:
        found = gcd(found, *(each for span in shift.pieces for each in span))
        found = gcd(found, *(each for begins, ends, _ in shift.breaks for each in (begins, ends)))
    return found


def _crews(week: Week, shifts: Sequence[Shift], fine: int) -> Crews:
    needed, crews = frozenset(week.demand.skills), defaultdict(list)
    for i, shift in enumerate(shifts):
        skills = week.named[shift.person].skills & needed
        away = {slot for begins, ends, _ in shift.breaks for slot in range(begins // fine, ends // fine)}
        steps = defaultdict(list)
        for begins, ends in shift.pieces:
            for slot in range(begins // fine, ends // fine):
                if slot not in away:
                    steps[slot * fine // week.step].append(slot)
        for step, slots in steps.items():
            if skills and (week.repeats or 0 <= step < week.steps):
                crews[step % week.steps, skills].append((i, slots))
    return crews


def _shares(week: Week, crews: Crews, already: Floats, per: int) -> dict[tuple[int, Skills, str], int]:
    """Return how many slots of a step people of some skills serve each: the cheapest sharing.

    It is a flow, so that whole numbers come of themselves.
    """
    supply = {key: sum(len(slots) for _, slots in crew) for key, crew in crews.items()}
    needs = dict(zip(week.demand.skills, week.needs(), strict=True))
    there = dict(zip(week.demand.skills, already.reshape(-1, week.steps, per).sum(2), strict=True))
    found: dict[tuple[int, Skills, str], int] = {}
    for (step, skills), slots in supply.items():
        if len(skills) == 1:
            (skill,) = skills
            there[skill][step] += slots
            found[step, skills, skill] = slots
    program, columns = Program(), {}
    serve: defaultdict[tuple[int, str], list[tuple[int, float]]] = defaultdict(list)
    for (step, skills), slots in supply.items():
        if len(skills) > 1:
            for skill in sorted(skills):
                columns[step, skills, skill] = column = program.column(slots, whole=False)
                serve[step, skill].append((column, 1.0))
            program.row([(columns[step, skills, skill], 1.0) for skill in skills], high=slots)
    for (step, skill), terms in serve.items():
        most, short = shortage(float(needs[skill][step]), per)
        pieces = [(program.column(wide, week.demand.missing[skill] * cost, whole=False), 1.0) for wide, cost in short]
        program.row([*terms, *pieces], low=most - float(there[skill][step]))
    if columns:
        values = solve(program).values
        found |= {key: int(np.rint(values[column])) for key, column in columns.items()}
    return found


def _spells(serving: dict[int, str], fine: int) -> tuple[tuple[int, int, str], ...]:
    found: list[tuple[int, int, str]] = []
    for slot, skill in sorted(serving.items()):
        begins = slot * fine
        if found and found[-1][1:] == (begins, skill):
            begins = found.pop()[0]
        found.append((begins, (slot + 1) * fine, skill))
    return tuple(found)


def _served(week: Week, served: Sequence[Shift], fine: int) -> Floats:
    """Return how many serve each skill in each slot of the week, of shape (skills, slots)."""
    rows = {skill: np.zeros(WEEK // fine) for skill in week.demand.skills}
    for shift in served:
        for begins, ends, skill in shift.skills:
            slots = np.arange(begins // fine, ends // fine)
            within = slots % (WEEK // fine) if week.repeats else slots[(slots >= 0) & (slots < WEEK // fine)]
            rows[skill][within] += 1
    return np.array(list(rows.values()))


def _coverage(week: Week, slots: Floats) -> Coverage:
    needs = week.needs()
    agents = slots.reshape(*needs.shape, -1).mean(2)
    missing = np.maximum(0, needs - agents)
    near = np.minimum(missing, np.ceil(NEAR * needs))
    prices = np.array(list(week.demand.missing.values()))[:, None] * week.step / 60
    shape = (len(needs), -1, week.demand.interval // week.step)
    return Coverage(
        week.demand.skills,
        needs.reshape(shape).mean(2),
        agents.reshape(shape).mean(2),
        missing.reshape(shape).mean(2),
        float((prices * (near + DEEP * (missing - near))).sum()),
    )
