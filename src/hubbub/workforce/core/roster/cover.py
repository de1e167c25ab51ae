"""How many serve which skill when: whoever has several serves where it is worth most."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import gcd

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
    left = dict(zip(week.demand.skills, week.needs() * per - already.reshape(-1, week.steps, per).sum(2), strict=True))
    most = {skill: np.ceil(NEAR * row) * per for skill, row in zip(week.demand.skills, week.needs(), strict=True)}
    found: dict[tuple[int, Skills, str], int] = {}
    for (step, skills), slots in supply.items():
        if len(skills) == 1:
            (skill,) = skills
            left[skill][step] -= slots
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
        price = week.demand.missing[skill]
        near = program.column(most[skill][step], price, whole=False)
        deep = program.column(np.inf, price * DEEP, whole=False)
        program.row([*terms, (near, 1.0), (deep, 1.0)], low=max(0.0, float(left[skill][step])))
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
