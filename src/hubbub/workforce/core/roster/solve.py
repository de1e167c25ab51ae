"""From a week to its roster: the best start is rounded in parts, and improved until the gap asked for is proven."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hubbub.workforce.core.roster.cover import Coverage, covered
from hubbub.workforce.core.roster.lines import is_unpopular, share
from hubbub.workforce.core.roster.model import Model, build, fair, unneeded
from hubbub.workforce.core.roster.naming import named
from hubbub.workforce.core.roster.patience import LONGEST, Patience
from hubbub.workforce.core.roster.people import Person
from hubbub.workforce.core.roster.program import Columns, Solved, Unsolved, solve
from hubbub.workforce.core.roster.search import bettered, nearest
from hubbub.workforce.core.roster.week import Shift, Week

Floats = NDArray[np.float64]
LEAST_S = 3.0
"""Each part has so many seconds at least, however few are left: a roster that is late beats none."""
FEW = 100
"""So few people are searched shift by shift too: there, counts round badly."""
SEARCH_SHARE = 0.7
"""The search may take so much of the time that is left."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the cost of a roster is made of."""

    missing: float
    wishes: float
    fairness: float
    hours: float
    unneeded: float = 0.0

    @property
    def total(self) -> float:
        """All together."""
        return self.missing + self.wishes + self.fairness + self.hours + self.unneeded


@dataclass(frozen=True)
class Roster:
    """Who works when, what it covers, and how near it is to the best there can be."""

    shifts: tuple[Shift, ...]
    coverage: Coverage
    parts: Parts
    bound: float
    """No roster of the week that keeps to the rules of docs/roster.md can cost less."""
    seconds: float
    balances: dict[str, float]
    """Unpopular shifts beyond the share, this week included: hand them in with the next one."""
    refused: dict[str, tuple[int, ...]]
    """Days wished off that are worked, by person."""
    idle: tuple[str, ...]
    """People for whom no week fits their contract, absences and what is placed."""

    @property
    def cost(self) -> float:
        """What is minimised."""
        return self.parts.total

    @property
    def gap_abs(self) -> float:
        """By how much a better roster could be cheaper at most."""
        return max(0.0, self.cost - self.bound)

    @property
    def gap(self) -> float:
        """The same as a share of the cost."""
        return self.gap_abs / self.cost if self.cost > 1e-9 else 0.0


def roster(week: Week, *, seconds: float = 30.0, gap: float = 0.005) -> Roster:
    """Return a roster of a week that is proven to be within `gap` of the best, or the best found in some `seconds`.

    They are seconds of the processor: where it has other things to do, it takes longer.

    Raises
    ------
    Unsolved
        If none was found in time.

    References
    ----------
    S. E. Bechtold and L. W. Jacobs, 1990: breaks as counts. G. B. Dantzig, 1954: shifts that cover.
    """
    began, patience = time.perf_counter(), Patience(seconds)
    model = build(week)
    relaxed = solve(model.program, whole=(), seconds=LONGEST * max(10 * LEAST_S, seconds))
    found = _searched(model, relaxed, patience) if len(week.people) <= FEW else None
    found = _found(model, relaxed, found, patience, gap)
    shifts, coverage = covered(week, named(model, found.values))
    idle = tuple(who for kind in model.kinds if not kind.lines for who in kind.people)
    told = outcome(week, shifts, coverage, found.bound + _standing(week, idle), tuple(who.name for who in idle))
    return replace(told, seconds=time.perf_counter() - began)


def outcome(week: Week, shifts: tuple[Shift, ...], coverage: Coverage, bound: float, idle: tuple[str, ...]) -> Roster:
    """Return what shifts come to."""
    worked = {(each.person, each.day) for each in shifts}
    refused = {
        who.name: days
        for who in week.people
        if (days := tuple(sorted(day for day in who.wishes if (who.name, day) in worked)))
    }
    balances = beyond(week, shifts)
    parts = Parts(
        coverage.cost,
        week.prices.wish * sum(week.named[name].wishes[day] for name, days in refused.items() for day in days),
        sum(fair(week, each) for each in balances.values()),
        week.prices.hour * sum(each.paid for each in shifts) / 60,
        sum(unneeded(week, week.named[each.person].skills, each.pieces) for each in shifts),
    )
    return Roster(shifts, coverage, parts, bound, 0.0, balances, refused, idle)


def beyond(week: Week, shifts: Sequence[Shift]) -> dict[str, float]:
    """Return how many unpopular shifts beyond their share people have worked, earlier weeks included."""
    worked = Counter(each.person for each in shifts if is_unpopular(each.start, week.weekend))
    return {
        who.name: who.balance + worked[who.name] - share(who, week.weekend, week.demand.interval) for who in week.people
    }


def _standing(week: Week, idle: tuple[Person, ...]) -> float:
    """Return what costs whatever is chosen: hours placed, and what is placed for those for whom no week is open."""
    names, hours = {who.name for who in idle}, sum(each.paid for each in week.placed) / 60
    placed = [each for each in week.placed if each.person in names]
    wished = sum(week.named[each.person].wishes.get(each.day, 0.0) for each in placed)
    unfair = beyond(week, placed)
    quiet = sum(unneeded(week, week.named[each.person].skills, each.pieces) for each in week.placed)
    unfairly = sum(fair(week, unfair[name]) for name in names)
    return week.prices.hour * hours + week.prices.wish * wished + unfairly + quiet


def _found(model: Model, relaxed: Solved, best: Solved | None, patience: Patience, gap: float) -> Solved:
    """Return a solution of the whole program and the best bound: the relaxed one's, or that of a search through all."""

    def is_good(found: Solved) -> bool:
        return found.objective * (1 - gap) <= relaxed.bound + 1e-6 or patience.left < 1

    if best is None or not is_good(best):
        try:
            rounded = _rounded(model, relaxed, patience, gap)
            best = min(rounded, best or rounded, key=lambda each: each.objective)
        except Unsolved:
            if best is None:
                raise
    if is_good(best):
        return replace(best, bound=relaxed.bound)
    whole = solve(model.program, start=best.values, seconds=_left(patience), gap=gap)
    return replace(min(whole, best, key=lambda each: each.objective), bound=max(relaxed.bound, whole.bound))


def _searched(model: Model, relaxed: Solved, patience: Patience) -> Solved | None:
    """Return what a search shift by shift finds, with who serves what."""
    seconds = max(2 * LEAST_S, SEARCH_SHARE * patience.left)
    counts = bettered(model, nearest(model, relaxed.values), Patience(seconds))
    if counts is None:
        return None
    low, high = np.zeros(len(counts)), np.array(model.program.most)
    whole = np.array(model.program.whole_columns, np.int64)
    low[whole] = high[whole] = counts[whole]
    return solve(model.program, whole=(), within=(low, high))


def _rounded(model: Model, relaxed: Solved, patience: Patience, gap: float) -> Solved:
    """Round in three parts, each near what the last one left: the week of each, the shifts, when breaks begin."""
    columns = (model.lines, model.shifts, model.breaks)
    lines, shifts, breaks = (np.array(list(each.values()), np.int64) for each in columns)
    low, high = np.zeros(len(model.program.cost)), np.array(model.program.most)

    def near(values: Floats, part: Columns, more: int) -> None:
        low[part] = np.maximum(low[part], np.floor(values[part] + 1e-6) - more)
        high[part] = np.minimum(high[part], np.ceil(values[part] - 1e-6) + more)

    def whole(part: Columns, budget: float, within: float, time_share: float) -> Solved:
        seconds, target = max(LEAST_S, _left(patience) * time_share), relaxed.bound / (1 - budget * gap)
        found = solve(
            model.program, whole=part, within=(low, high), seconds=seconds, gap=within * gap, enough=target
        )  # fmt: skip
        found.values[part] = np.rint(found.values[part])
        return found

    near(relaxed.values, lines, 0)
    lined = whole(lines, 0.45, 0.4, 0.75)
    near(lined.values, lines, 0)
    open_shifts = low.copy(), high.copy()
    near(lined.values, shifts, 1)
    found = whole(shifts, 0.85, 0.1, 0.5)
    if found.objective * (1 - gap) > relaxed.bound:
        found = min(found, _by_day(model, lined, open_shifts, patience, gap), key=lambda each: each.objective)
    low[shifts] = high[shifts] = found.values[shifts]
    return whole(breaks, 1, 0.01, 1)


def _by_day(model: Model, found: Solved, within: tuple[Floats, Floats], patience: Patience, gap: float) -> Solved:
    """Round the shifts of one day after the other; those of other days stay, and what goes over midnight is free."""
    week, steps = model.week, model.steps()
    shifts = np.array(list(model.shifts.values()), np.int64)
    days = np.array([day for _, day, _, _ in model.shifts], np.int64)
    per = week.steps // 7
    over = per + max((shape.minutes for *_, shape in model.shifts), default=0) // week.step + 1
    for day in range(7):
        chosen = shifts[days == day]
        since = (steps - day * per) % week.steps if week.repeats else steps - day * per
        free = (since >= 0) & (since < over) & (steps >= 0)
        free[shifts] = False
        free[chosen] = True
        low, high = (np.where(free, bound, found.values) for bound in within)
        low[chosen] = np.maximum(0, np.floor(found.values[chosen] + 1e-6) - 1)
        high[chosen] = np.ceil(found.values[chosen] - 1e-6) + 1
        seconds = _left(patience) / (8 - day)
        found = solve(model.program, whole=chosen, within=(low, high), seconds=max(LEAST_S / 3, seconds), gap=gap / 20)
        found.values[chosen] = np.rint(found.values[chosen])
    return found


def _left(patience: Patience) -> float:
    """Seconds by the clock, as the solver counts."""
    return patience.by_clock(max(0.5, patience.left))
