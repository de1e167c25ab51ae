"""Named shifts, changed one at a time: for crews so small that rounding counts leaves much to better.

Simulated annealing: a move that costs more is taken too, the less often the more it costs and the later it comes. Each
move keeps every rule, since it stays within a line (`lines.py`); what it costs is exact.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np

from hubbub.workforce.core.roster.annealing import Flat, Floats, Ints, Paper, State, anneal, copy, start
from hubbub.workforce.core.roster.cover import shortage
from hubbub.workforce.core.roster.lines import Line
from hubbub.workforce.core.roster.model import Model, slot, turned
from hubbub.workforce.core.roster.patience import Patience
from hubbub.workforce.core.roster.people import Person, Shape
from hubbub.workforce.core.roster.program import SEED

T = TypeVar("T")
MOST_SKILLS = 6
"""With more, sharing out takes too long to be done at each move: it looks at each set of skills."""
MOVES = 1500
"""So many are tried for each shift."""
ROUNDS = 200
"""Between rounds it is cooled, and looks at the clock."""
HOT, COLD = 1.0, 0.03
"""What a move may cost more, in missing steps, so that it is taken about every third time: at first, and in the end."""


def bettered(model: Model, weeks: Sequence[tuple[Person, Line]], patience: Patience) -> Floats | None:
    """Return the best counts that are found from these weeks on; None where too many skills are needed.

    Parameters
    ----------
    weeks
        Everybody for whom a week is open, and a line of theirs.
    """
    if not weeks or len(model.week.demand.skills) > MOST_SKILLS:
        return None
    week, forms = _flat(model, weeks)
    state, best, paper = _begun(model, week, weeks), _begun(model, week, weeks), _paper(week, len(weeks))
    start(week, state, paper, SEED)
    copy(state, best)
    moves = MOVES * sum(len(line.days) for _, line in weeks) // ROUNDS + 1
    unit = float(np.mean(list(model.week.demand.missing.values()))) * model.week.step / 60
    done = 0.0
    while done < 1:
        anneal(week, state, best, paper, unit * HOT * (COLD / HOT) ** done, moves)
        done = max(done + 1 / ROUNDS, patience.used)
    return _counted(model, week, forms, weeks, best)


def nearest(model: Model, values: Floats) -> list[tuple[Person, Line]]:
    """Return a line for everybody for whom one is open, as near as whole people can be to a relaxed answer."""
    found: list[tuple[Person, Line]] = []
    for k, kind in enumerate(model.kinds):
        many = np.array([values[model.lines[k, j]] for j in range(len(kind.lines))])
        whole = np.floor(many + 1e-6).astype(int)
        for j in np.argsort(whole - many, kind="stable")[: len(kind.people) - int(whole.sum())]:
            whole[j] += 1
        lines = [line for line, times in zip(kind.lines, whole.tolist(), strict=True) for _ in range(times)]
        found += zip(kind.people if lines else (), lines, strict=True)
    return found


def _flat(model: Model, weeks: Sequence[tuple[Person, Line]]) -> tuple[Flat, list[Shape]]:
    held, per = model.week, model.week.step // slot(model.week)
    kind_of = {who.name: k for k, kind in enumerate(model.kinds) for who in kind.people}
    cells = _numbered(line.cell for kind in model.kinds for line in kind.lines)
    forms = _numbered(shape for _, _, _, shape in model.shifts)
    sets = _numbered([*(cell.skills for cell in cells if cell.skills), *_known(model)])
    bits = {skill: 1 << place for place, skill in enumerate(held.demand.skills)}
    cost = model.program.cost
    lines_of = [
        [(cells[line.cell], line.days, cost[model.lines[k, j]]) for j, line in enumerate(kind.lines)]
        for k, kind in enumerate(model.kinds)
    ]
    kind_at = np.cumsum([0, *(len(each) for each in lines_of)])
    lines = [each for some in lines_of for each in some]
    options = [
        [
            (start // held.step, forms[shape], cost[model.shifts[cell, day, start, shape]])
            for start, shape in cell.days[day]
            if (cell, day, start, shape) in model.shifts
        ]
        for cell in cells
        for day in range(7)
    ]
    flat_options = [each for some in options for each in some]
    pieces = [[(begins // held.step, ends // held.step) for begins, ends in shape.pieces] for shape in forms]
    breaks = [
        [
            (each.earliest // held.step, each.latest // held.step, each.minutes * per // held.step)
            for each in shape.breaks
        ]
        for shape in forms
    ]
    needs = held.needs()
    short = []
    for step in range(held.steps):
        row = []
        for place, skill in enumerate(held.demand.skills):
            price = held.demand.missing[skill] * held.step / 60 / per
            most, costs = shortage(float(needs[place, step]), per)
            for wide, each in costs:
                row.append((place, int(min(wide, most)), price * each))
                most -= row[-1][1]
        short.append(sorted(row, key=lambda each: -each[2]))
    flat_short = [each for row in short for each in row]
    starts = np.array([kind_at[[kind_of[who.name], kind_of[who.name] + 1]] for who, _ in weeks], np.int64)
    return Flat(
        held.steps,
        held.repeats,
        per,
        starts,
        np.array([cell for cell, _, _ in lines], np.int64),
        np.array([[day in days for day in range(7)] for _, days, _ in lines], np.bool_),
        np.array([each for _, _, each in lines], float),
        np.array([sets.get(cell.skills, -1) for cell in cells], np.int64),
        _at(options),
        _column(flat_options, 0),
        _column(flat_options, 1),
        _costs(flat_options),
        _at(pieces),
        np.array([each for some in pieces for each in some], np.int64).reshape(-1, 2),
        _at(breaks),
        np.array([each for some in breaks for each in some], np.int64).reshape(-1, 3),
        np.array([sum(bits[skill] for skill in skills) for skills in sets], np.int64),
        _at(short),
        _column(flat_short, 0),
        _column(flat_short, 1),
        _costs(flat_short),
    ), list(forms)


def _numbered(things: Iterable[T]) -> dict[T, int]:
    """Return different things in their order, and the place of each."""
    return {each: place for place, each in enumerate(dict.fromkeys(things))}


def _at(rows: Sequence[Sequence[object]]) -> Ints:
    return np.cumsum([0, *(len(each) for each in rows)]).astype(np.int64)


def _column(rows: Sequence[tuple[int, int, float]], which: int) -> Ints:
    return np.array([each[which] for each in rows], np.int64)


def _costs(rows: Sequence[tuple[int, int, float]]) -> Floats:
    return np.array([each[2] for each in rows], float)


def _begun(model: Model, week: Flat, weeks: Sequence[tuple[Person, Line]]) -> State:
    """Return a state in which everybody has their line and no shift yet."""
    places = {who.name: (k, kind) for k, kind in enumerate(model.kinds) for who in kind.people}
    chosen = [week.line_at[i, 0] + places[who.name][1].lines.index(line) for i, (who, line) in enumerate(weeks)]
    supply = np.zeros((max(1, len(week.sets)), week.steps), np.int64)
    bits = {skill: 1 << place for place, skill in enumerate(model.week.demand.skills)}
    for skills in _known(model):
        place = week.sets.tolist().index(sum(bits[each] for each in skills))
        supply[place] += np.rint(model.there[skills] * week.per).astype(np.int64)
    many, most = len(weeks), max(1, int(np.diff(week.break_at).max(initial=0)))
    return State(
        np.array(chosen, np.int64),
        np.full((many, 7), -1),
        np.zeros((many, 7, most), np.int64),
        supply,
        np.zeros(week.steps),
        np.zeros(1),
    )


def _known(model: Model) -> list[frozenset[str]]:
    """Return the skills of people at work already that somebody needs."""
    return [skills for skills in model.there if skills and skills <= set(model.week.demand.skills)]


def _paper(week: Flat, many: int) -> Paper:
    most = max(1, int(np.diff(week.break_at).max(initial=0)))
    return Paper(
        np.zeros(1 << MOST_SKILLS, np.int64),
        np.zeros(week.steps, np.int64),
        np.zeros(1, np.int64),
        np.zeros(week.steps, np.bool_),
        np.zeros(7, np.int64),
        np.zeros((7, most), np.int64),
    )


def _counted(
    model: Model, week: Flat, forms: Sequence[Shape], weeks: Sequence[tuple[Person, Line]], state: State
) -> Floats:
    """Return how many have each line, each shift and breaks in each step, as the model's columns count them."""
    found, step, needed = np.zeros(len(model.program.cost)), model.week.step, set(model.week.demand.skills)
    kind_of = {who.name: k for k, kind in enumerate(model.kinds) for who in kind.people}
    for i, (who, _) in enumerate(weeks):
        k, line = kind_of[who.name], int(state.line[i] - week.line_at[i, 0])
        found[model.lines[k, line]] += 1
        cell, skills = model.kinds[k].lines[line].cell, who.skills & needed
        for day, option in enumerate(state.option[i].tolist()):
            if option >= 0:
                start, form = int(week.option_start[option]), forms[week.option_form[option]]
                found[model.shifts[cell, day, start * step, form]] += 1
                for at, each in zip(state.begun[i, day].tolist(), form.breaks if skills else (), strict=False):
                    begun = turned(model.week, start + at)
                    found[model.breaks[(skills, each.earliest, each.latest, each.minutes), begun]] += 1
    return found
