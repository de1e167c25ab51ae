"""The compiled half of the search: rosters as arrays, and moves upon them. See `search.py`."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubbub.kernel.compiled import compiled

ANOTHER_LINE, SAME_SHIFT = 0.15, 0.15
"""The share of moves that give somebody another line, and of those that place the breaks of a shift anew only."""
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Flat(NamedTuple):
    """What does not change, as the compiled loop reads it; `*_at` is where the rows of each begin."""

    steps: int
    repeats: bool
    per: int
    """Slots of a step."""
    line_at: Ints
    """By person: the first line, and the one after the last."""
    line_cell: Ints
    line_days: NDArray[np.bool_]
    line_cost: Floats
    cell_set: Ints
    option_at: Ints
    """By cell and day."""
    option_start: Ints
    option_form: Ints
    option_cost: Floats
    piece_at: Ints
    """By form."""
    pieces: Ints
    break_at: Ints
    """By form."""
    breaks: Ints
    """The earliest and the latest step, and the slots it takes."""
    sets: Ints
    """Bits of the skills of people who can be swapped."""
    short_at: Ints
    """By step."""
    short_skill: Ints
    short_slots: Ints
    short_cost: Floats
    """Of each slot that is missing, those that cost most first."""


class State(NamedTuple):
    """A roster, and what it comes to."""

    line: Ints
    option: Ints
    """By person and day; -1: free."""
    begun: Ints
    """By person, day and break: so many steps after the shift's start."""
    supply: Ints
    """Slots by set of skills and step."""
    costs: Floats
    """What is missing costs, by step."""
    total: Floats
    """One number."""


class Paper(NamedTuple):
    """Where the loop takes notes."""

    slack: Ints
    touched: Ints
    """The steps that a move changed."""
    many: Ints
    """How many; one number."""
    seen: NDArray[np.bool_]
    option: Ints
    begun: Ints
    """One person's, before the move."""


@compiled
def _step_cost(week: Flat, state: State, paper: Paper, step: int) -> float:
    """Return what is missing in a step costs at least, whoever of several skills serves what.

    What can be served together is a polymatroid: to fill what costs most first is best. J. Edmonds, 1970.
    """
    first, last = week.short_at[step], week.short_at[step + 1]
    if first == last:
        return 0.0
    skills = 0
    for each in range(first, last):
        skills = max(skills, week.short_skill[each] + 1)
    for some in range(1, 1 << skills):
        held = 0
        for each in range(len(week.sets)):
            if week.sets[each] & some:
                held += state.supply[each, step]
        paper.slack[some] = held
    cost = 0.0
    for each in range(first, last):
        bit = 1 << week.short_skill[each]
        served = week.short_slots[each]
        for some in range(1, 1 << skills):
            if some & bit:
                served = min(served, paper.slack[some])
        if served > 0:
            for some in range(1, 1 << skills):
                if some & bit:
                    paper.slack[some] -= served
        cost += (week.short_slots[each] - served) * week.short_cost[each]
    return cost


@compiled
def _supply(week: Flat, state: State, paper: Paper, of: int, step: int, slots: int) -> None:
    """Let so many more slots of a step be served by people of some skills."""
    if week.repeats:
        step %= week.steps
    if of < 0 or step >= week.steps:
        return
    state.supply[of, step] += slots
    if not paper.seen[step]:
        paper.seen[step] = True
        paper.touched[paper.many[0]] = step
        paper.many[0] += 1


@compiled
def _pause(week: Flat, state: State, paper: Paper, of: int, step: int, slots: int, sign: int) -> None:
    """Let a break begin in a step, or not."""
    while slots > 0:
        _supply(week, state, paper, of, step, -sign * min(slots, week.per))
        slots -= week.per
        step += 1


@compiled
def _pause_costs(week: Flat, state: State, paper: Paper, of: int, step: int, slots: int) -> float:
    """Return what a break would cost that begins in a step."""
    cost = 0.0
    while slots > 0:
        at = step % week.steps if week.repeats else step
        if at < week.steps:
            some = min(slots, week.per)
            cost -= _step_cost(week, state, paper, at)
            state.supply[of, at] -= some
            cost += _step_cost(week, state, paper, at)
            state.supply[of, at] += some
        slots -= week.per
        step += 1
    return cost


@compiled
def _work(week: Flat, state: State, paper: Paper, who: int, day: int, sign: int) -> float:
    """Put a shift on, without its breaks, or take it off, with them; return what it costs by itself."""
    option = state.option[who, day]
    of = week.cell_set[week.line_cell[state.line[who]]]
    start, form = week.option_start[option], week.option_form[option]
    for piece in range(week.piece_at[form], week.piece_at[form + 1]):
        for step in range(start + week.pieces[piece, 0], start + week.pieces[piece, 1]):
            _supply(week, state, paper, of, step, sign * week.per)
    return float(week.option_cost[option])


@compiled
def _rest(week: Flat, state: State, paper: Paper, who: int, day: int, sign: int) -> None:
    """Put the breaks of a shift on as they stand, or take them off."""
    option = state.option[who, day]
    of = week.cell_set[week.line_cell[state.line[who]]]
    start, form = week.option_start[option], week.option_form[option]
    first = week.break_at[form]
    for each in range(first, week.break_at[form + 1]):
        _pause(week, state, paper, of, start + state.begun[who, day, each - first], week.breaks[each, 2], sign)


@compiled
def _place_breaks(week: Flat, state: State, paper: Paper, who: int, day: int) -> None:
    """Put each break of a shift where it costs least, by chance among those that cost the same."""
    option = state.option[who, day]
    of = week.cell_set[week.line_cell[state.line[who]]]
    start, form = week.option_start[option], week.option_form[option]
    first = week.break_at[form]
    for each in range(first, week.break_at[form + 1]):
        earliest, latest, slots = week.breaks[each, 0], week.breaks[each, 1], week.breaks[each, 2]
        best, like, chosen = np.inf, 0, earliest
        if of >= 0:
            for at in range(earliest, latest + 1):
                cost = _pause_costs(week, state, paper, of, start + at, slots)
                if cost < best - 1e-9:
                    best, like, chosen = cost, 1, at
                elif cost < best + 1e-9:
                    like += 1
                    if np.random.random() * like < 1:
                        chosen = at
        state.begun[who, day, each - first] = chosen
        _pause(week, state, paper, of, start + chosen, slots, 1)


@compiled
def _random_option(week: Flat, state: State, who: int, day: int) -> int:
    """Return one of the shifts that somebody's line allows on a day."""
    place = week.line_cell[state.line[who]] * 7 + day
    first, last = week.option_at[place], week.option_at[place + 1]
    return int(first + np.random.randint(0, last - first))


@compiled
def _same_option(week: Flat, state: State, who: int, day: int, option: int) -> int:
    """Return the shift of somebody's line that begins as another and has its form; -1: there is none."""
    place = week.line_cell[state.line[who]] * 7 + day
    for each in range(week.option_at[place], week.option_at[place + 1]):
        if week.option_start[each] == week.option_start[option] and week.option_form[each] == week.option_form[option]:
            return each
    return -1


@compiled
def _missing(week: Flat, state: State, paper: Paper, old: bool) -> float:
    """Return what is missing costs more, or less, since steps were touched; `old`: forget what they cost before."""
    more = 0.0
    for place in range(paper.many[0]):
        step = paper.touched[place]
        cost = _step_cost(week, state, paper, step)
        more += cost - state.costs[step]
        if old:
            state.costs[step] = cost
            paper.seen[step] = False
    if old:
        paper.many[0] = 0
    return float(more)


@compiled
def start(week: Flat, state: State, paper: Paper, seed: int) -> None:
    """Give everybody shifts on the days of their lines, by chance."""
    np.random.seed(seed)
    total = 0.0
    for step in range(week.steps):
        state.costs[step] = _step_cost(week, state, paper, step)
        total += state.costs[step]
    for who in range(len(state.line)):
        total += week.line_cost[state.line[who]]
        for day in range(7):
            if week.line_days[state.line[who], day]:
                state.option[who, day] = _random_option(week, state, who, day)
                total += _work(week, state, paper, who, day, 1)
                _place_breaks(week, state, paper, who, day)
                total += _missing(week, state, paper, True)
    state.total[0] = total


@compiled
def copy(source: State, target: State) -> None:
    """Keep a roster as it is."""
    for who in range(len(source.line)):
        target.line[who] = source.line[who]
        for day in range(7):
            target.option[who, day] = source.option[who, day]
            for each in range(source.begun.shape[2]):
                target.begun[who, day, each] = source.begun[who, day, each]
    target.total[0] = source.total[0]


@compiled
def _take_off(week: Flat, state: State, paper: Paper, who: int, day: int) -> float:
    """Take a shift off; return what that saves beside what is missing."""
    _rest(week, state, paper, who, day, -1)
    return -float(_work(week, state, paper, who, day, -1))


@compiled
def anneal(week: Flat, state: State, best: State, paper: Paper, heat: float, moves: int) -> None:
    """Try so many moves: another start or form, breaks placed anew, or another line."""
    people = len(state.line)
    for _ in range(moves):
        who, chance = np.random.randint(0, people), np.random.random()
        one = np.random.randint(0, 7)
        line = state.line[who]
        into = line
        if chance < ANOTHER_LINE:
            into = np.random.randint(week.line_at[who, 0], week.line_at[who, 1])
            if into == line:
                continue
        elif state.option[who, one] < 0:
            continue
        more = week.line_cost[into] - week.line_cost[line]
        for day in range(7):
            paper.option[day] = state.option[who, day]
            for each in range(state.begun.shape[2]):
                paper.begun[day, each] = state.begun[who, day, each]
            if state.option[who, day] >= 0 and (into != line or day == one):
                more += _take_off(week, state, paper, who, day)
        state.line[who] = into
        for day in range(7):
            if into == line and day != one:
                continue
            before = paper.option[day]
            if not week.line_days[into, day]:
                state.option[who, day] = -1
                continue
            if into == line:
                option = before if chance > 1 - SAME_SHIFT else _random_option(week, state, who, day)
            else:
                option = _same_option(week, state, who, day, before) if before >= 0 else -1
                if option < 0:
                    option = _random_option(week, state, who, day)
            state.option[who, day] = option
            more += _work(week, state, paper, who, day, 1)
            _place_breaks(week, state, paper, who, day)
        more += _missing(week, state, paper, False)
        if more <= 0 or np.random.random() < np.exp(-more / heat):
            _missing(week, state, paper, True)
            state.total[0] += more
            if state.total[0] < best.total[0] - 1e-9:
                copy(state, best)
            continue
        for day in range(7):
            if state.option[who, day] >= 0 and (into != line or day == one):
                _take_off(week, state, paper, who, day)
        state.line[who] = line
        for day in range(7):
            state.option[who, day] = paper.option[day]
            for each in range(state.begun.shape[2]):
                state.begun[who, day, each] = paper.begun[day, each]
            if state.option[who, day] >= 0 and (into != line or day == one):
                _work(week, state, paper, who, day, 1)
                _rest(week, state, paper, who, day, 1)
        for place in range(paper.many[0]):
            paper.seen[paper.touched[place]] = False
        paper.many[0] = 0
