"""Names for the counts of the model: who has which week, which shift of each day, and when their breaks are.

Exact: a line's shifts keep its rules whoever works them on which day (`lines.py`), and breaks of one pool are taken
first come, first served, which keeps each in its window (`model.py`). What is free to choose spreads late shifts.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hubbub.workforce.core.roster.lines import Cell, Line
from hubbub.workforce.core.roster.model import Model, Pool
from hubbub.workforce.core.roster.people import Break, Person, Shape
from hubbub.workforce.core.roster.week import Shift

Named = tuple[Person, int, Shape]
"""Who, from when, in which form."""


def named(model: Model, values: NDArray[np.float64]) -> tuple[Shift, ...]:
    """Return the shifts of a solution, those placed by hand among them; without the skills served."""
    counts = np.rint(values).astype(int)
    chosen = list(_shifts(model, counts, _weeks(model, counts)))
    breaks = _breaks(model, counts, chosen, values)
    found = [
        Shift(
            who.name,
            tuple((start + begins, start + ends) for begins, ends in shape.pieces),
            tuple(breaks.get((who.name, start), ())) or _earliest(start, shape),
        )
        for who, start, shape in chosen
    ]
    return tuple(sorted((*model.week.placed, *found), key=lambda each: (each.person, each.start)))


def _weeks(model: Model, counts: NDArray[np.int64]) -> list[tuple[Person, Line]]:
    found: list[tuple[Person, Line]] = []
    for k, kind in enumerate(model.kinds):
        lines = [line for j, line in enumerate(kind.lines) for _ in range(counts[model.lines[k, j]])]
        found += zip(kind.people if lines else (), lines, strict=True)
    return found


def _shifts(model: Model, counts: NDArray[np.int64], weeks: list[tuple[Person, Line]]) -> Iterator[Named]:
    """Give each day's shifts of a crew to its people: the latest to whom has had the fewest hours late."""
    crews: defaultdict[tuple[Cell, int], list[Person]] = defaultdict(list)
    for who, line in weeks:
        for day in line.days:
            crews[line.cell, day].append(who)
    work: defaultdict[tuple[Cell, int], list[tuple[int, Shape]]] = defaultdict(list)
    for (cell, day, start, shape), column in model.shifts.items():
        work[cell, day] += [(start, shape)] * int(counts[column])
    late: Counter[str] = Counter()
    for (cell, day), crew in sorted(crews.items(), key=lambda each: each[0][1]):
        shifts = sorted(work[cell, day], key=lambda each: (each[0] + each[1].minutes, each[0]))
        crew.sort(key=lambda who: (-late[who.name], -who.balance, who.name))
        for who, (start, shape) in zip(crew, shifts, strict=True):
            late[who.name] += start + shape.minutes - shifts[0][0] - shifts[0][1].minutes
            yield who, start, shape


def _breaks(
    model: Model, counts: NDArray[np.int64], chosen: list[Named], values: NDArray[np.float64]
) -> dict[tuple[str, int], list[tuple[int, int, bool]]]:
    """Give each pool's breaks, as they begin, to those whose windows open, as they open."""
    week = model.week
    begun: defaultdict[Pool, list[int]] = defaultdict(list)
    for (pool, step), column in model.breaks.items():
        begun[pool] += [step] * int(counts[column])
    opening: defaultdict[Pool, list[tuple[int, Named, Break]]] = defaultdict(list)
    for who, start, shape in chosen:
        skills = who.skills & frozenset(week.demand.skills)
        for each in shape.breaks if skills else ():
            at = (start + each.earliest) // week.step
            opened = at % week.steps if week.repeats else at
            opening[skills, each.earliest, each.latest, each.minutes].append((opened, (who, start, shape), each))
    found: defaultdict[tuple[str, int], list[tuple[int, int, bool]]] = defaultdict(list)
    beside: Counter[tuple[frozenset[str], int]] = Counter()
    for pool, wanted in opening.items():
        wanted.sort(key=lambda each: (each[0], each[1][1], each[1][0].name))
        times = sorted(begun[pool])
        last = model.waiting.get((pool, week.steps - 1)) if week.repeats else None
        ahead = 0 if last is None else int(np.floor(values[last] + 1e-6))
        for i, (opened, (who, start, _), each) in enumerate(wanted):
            step = times[(ahead + i) % len(times)]
            begins = start + each.earliest + (step - opened) % week.steps * week.step
            begins += _within(week.step, each, begins - start, beside[pool[0], step])
            beside[pool[0], step] += 1
            found[who.name, start].append((begins, begins + each.minutes, each.paid))
    return {key: sorted(each) for key, each in found.items()}


def _within(step: int, each: Break, begins: int, others: int) -> int:
    """Return how far into the step a break shorter than it begins, so that those of one step follow each other."""
    places = max(1, step // each.minutes)
    more = others % places * each.minutes
    return more if begins + more <= each.latest else 0


def _earliest(start: int, shape: Shape) -> tuple[tuple[int, int, bool], ...]:
    return tuple((start + each.earliest, start + each.earliest + each.minutes, each.paid) for each in shape.breaks)
