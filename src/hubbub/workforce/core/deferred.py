"""Work that may wait until a deadline: mail, letters, posts. It comes in bursts, and what is left is carried over.

Sources: the tail of a queue's work under heavy load is exponential (J. F. C. Kingman, 1962; J. M. Harrison, 1985,
Brownian Motion and Stochastic Flow Systems); arrivals that call forth further ones have a variance 1/(1-η)² times as
large over long times (A. G. Hawkes, D. Oakes, 1974).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubbub.kernel.compiled import compiled
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark
from hubbub.workforce.core.given import Floats, amounts, loads, people, share, times, together

FOR_WAITING = np.arange(20) / 20
"""Parts of the deadline that a plan may spend on waiting for people; the rest is kept for bursts."""
WORTH = 1.02
"""Work waits longer for people only where that saves more than this."""
PIECE_S = 4 * 3600.0
"""Nobody comes for less: a crowd for half an hour costs as much as if it stayed for four hours, a short shift."""
_SPREAD = mark("The spread of handling times is in seconds, from 0 on.")
_BRANCHING = mark("How many further posts each one calls forth is from 0 on, and below 1: else they never end.")
_BACKLOG = mark("What is left from before is a number from 0 on.")
_ROW = mark("Give how much comes in as one row, an interval after the other.")
_OPEN = mark("Say for each interval whether somebody works then: as many as there are intervals.")
_CLOSED = mark("Some work is late, or nearly, before somebody comes to do it: allow more time, or work at more times.")


@dataclass(frozen=True, slots=True)
class Worked:
    """What becomes of deferred work with so many people; a number an interval."""

    backlog: Floats
    """Items that are left at its end."""
    waits: Floats
    """Seconds that what comes last in it waits; infinite where the row ends before it is done."""


def required_by_deadline(
    items: ArrayLike, *, within: ArrayLike, level: float = 0.9, per: ArrayLike = 1800.0, handling: ArrayLike = 240.0,
    spread: ArrayLike | None = None, branching: ArrayLike = 0.0,
) -> NDArray[np.int64]:  # fmt: skip
    """Return how many people begin a share of all items within a deadline; each interval stands for itself.

    n = ⌈R/2 + √(R²/4 + σ² ln(1/ε) / (2D))⌉ with R the load, D the deadline, ε = 1 - level the share that may be late,
    and σ² = λ (E[S]² / (1-η)² + Var S) the variance of the work that comes in. It solves exp(-2 n (n-R) D / σ²) = ε:
    the chance that the work found before one lasts longer than D.

    Parameters
    ----------
    items : array, how many come in each interval, >= 0
    within : seconds until an item is to be begun: some handling times at least, else it is a call (`required_agents`)
    level : share of items that is to be in time, above 0 and below 1
    per : seconds an interval lasts
    handling : mean seconds an item takes
    spread : standard deviation of that, seconds; None: as large as the mean
    branching : η, how many further items each one calls forth, in [0, 1); see `burstiness`

    All shapes are broadcast against each other.

    Raises
    ------
    InvalidInput
        If something is negative or not finite, or a share is none.

    >>> required_by_deadline(300, within=3600, per=3600, branching=[0, 0.9])
    array([21, 26])
    """
    load, limit, variance = _load_and_variance(items, within, per, handling, spread, branching)
    exact = load / 2 + _root(load, variance * np.log(1 / (1 - share(level))) / (2 * limit))
    return np.where(load > 0, np.maximum(np.ceil(exact), np.floor(load) + 1), 0).astype(np.int64)


def levelled(
    items: ArrayLike, *, within: float, level: float = 0.9, per: float = 1800.0, handling: float = 240.0,
    spread: float | None = None, branching: float = 0.0, backlog: float = 0.0, working: ArrayLike | None = None,
) -> NDArray[np.int64]:  # fmt: skip
    """Return people for each interval of a day or week in which work may wait, what is left being carried over.

    The deadline is parted: in the first part, work may wait for people, so that peaks and nights are spread (the least
    pace at which all that is due is done, interval by interval); for bursts, the rest is kept, and people on top
    of that pace, as in `required_by_deadline`, for bursts that come while nobody works too. Of twenty ways to part it,
    the one with the shortest wait for people is taken that costs at most 2 % more hours than the cheapest, where nobody
    comes for less than four; what is left at the end is counted as if it were paid.

    Parameters
    ----------
    items : array of shape (n_intervals,), how many come in each, in their order
    backlog : items left from before, thought to have come just before the row begins
    working : array of shape (n_intervals,) of bool, whether somebody works then; None: always

    The others are those of `required_by_deadline`, one number each.

    Raises
    ------
    InvalidInput
        As there; and if work is late before somebody comes.

    Work of a night is done by the evening:

    >>> levelled([90, 90, 0, 0], within=10 * 3600, per=4 * 3600, working=[False, True, True, False])
    array([0, 2, 2, 0])
    """
    arriving = amounts(items)
    if arriving.ndim != 1:
        raise InvalidInput(reason=_ROW)
    works = np.ones(len(arriving), bool) if working is None else np.asarray(working, bool)
    if works.shape != arriving.shape:
        raise InvalidInput(reason=_OPEN)
    _, _, variance = _load_and_variance(1.0, within, 1.0, handling, spread, branching)  # of one item a second
    chance = np.log(1 / (1 - share(level))) * len(works) / max(1, works.sum())
    plans, costs = [], []
    for part in FOR_WAITING:
        edges, came = _came(arriving, per, float(amounts(backlog, _BACKLOG)))
        ends = per * np.arange(1, len(arriving) + 1)
        until = np.interp(ends, edges, came)
        pace = _pace(np.interp(ends - part * within, edges, came) * handling, until * handling, works, per)
        if pace is None:
            continue
        present = (until - np.interp(ends - per - part * within, edges, came)) / (per + part * within)
        more = _root(pace, variance * present * chance / (2 * (1 - part) * within)) - pace / 2
        exact = np.where(works & (present + pace > 0), pace + more, 0.0)
        plans.append(np.where(exact > 0, np.ceil(exact - 1e-9), 0).astype(np.int64))
        left = carried_over(arriving, plans[-1], per=per, handling=handling, backlog=backlog).backlog[-1:].sum()
        costs.append(float(_paid(plans[-1], per) * per + left * handling))
    if not plans:
        raise InvalidInput(reason=_CLOSED)
    return next(plan for plan, cost in zip(plans, costs, strict=True) if cost <= WORTH * min(costs))


def carried_over(
    items: ArrayLike, agents: ArrayLike, *, per: float = 1800.0, handling: float = 240.0, backlog: float = 0.0
) -> Worked:
    """Return what is left after each interval, and how long what came waits, first come first served.

    Counted as a stream, without chance: what people on average leave behind.

    Parameters
    ----------
    items, agents : arrays of shape (n_intervals,)
    per, handling : seconds
    backlog : items left from before

    Raises
    ------
    InvalidInput
        If something is negative, not finite, or no whole number of people.

    >>> carried_over([120, 0, 0], [2, 2, 2], per=3600, handling=60).waits
    array([0., 0., 0.])
    >>> carried_over([120, 0, 0], [1, 1, 1], per=3600, handling=60).backlog
    array([60.,  0.,  0.])
    """
    arriving, staff = together(np.atleast_1d(amounts(items)), people(agents))
    if arriving.ndim != 1:
        raise InvalidInput(reason=_ROW)
    able = staff * float(times(per)) / float(times(handling))
    left, done = np.empty(len(able)), np.zeros(len(able) + 1)
    rest = float(amounts(backlog, _BACKLOG))
    came = rest + np.cumsum(arriving)
    for at in range(len(able)):
        worked = min(rest + arriving[at], able[at])
        rest += arriving[at] - worked
        left[at], done[at + 1] = rest, done[at] + worked
    edges = per * np.arange(len(able) + 1)
    after = np.searchsorted(done, came - 1e-9)  # the first end by which it is done
    seen = np.clip(after, 1, len(able))
    part = np.maximum(came - done[seen - 1], 0.0) / np.maximum(able[seen - 1], 1e-9)
    until = np.where(after > len(able), np.inf, edges[seen - 1] + per * np.minimum(part, 1.0))
    return Worked(left, np.maximum(until - edges[1:], 0.0))


def _load_and_variance(
    items: ArrayLike, within: ArrayLike, per: ArrayLike, handling: ArrayLike, spread: ArrayLike | None,
    branching: ArrayLike,
) -> tuple[Floats, Floats, Floats]:  # fmt: skip
    """Return R, D in seconds, and σ² in seconds."""
    calls_forth = amounts(branching, _BRANCHING)
    if (calls_forth >= 1).any():
        raise InvalidInput(reason=_BRANCHING)
    takes = times(handling)
    varies = takes if spread is None else amounts(spread, _SPREAD)
    load, limit, takes, varies, calls_forth = together(
        loads(items, per, handling), times(within), takes, varies, calls_forth
    )
    return load, limit, load / takes * (takes**2 / (1 - calls_forth) ** 2 + varies**2)


def _paid(plan: NDArray[np.int64], per: float) -> int:
    """Return how many people are paid over all intervals, if who comes stays for a piece at least."""
    stays = max(1, round(PIECE_S / per))
    return int(_staying(plan, stays, np.zeros(len(plan) + stays + 1, np.int64)))


@compiled
def _staying(plan: NDArray[np.int64], stays: int, may_go: NDArray[np.int64]) -> int:
    there = paid = 0
    for at in range(len(plan)):
        stay_on = min(may_go[at], max(0, plan[at] - there + may_go[at]))
        may_go[at + 1] += stay_on
        there += stay_on - may_go[at]
        if plan[at] > there:
            may_go[at + stays] += plan[at] - there
            there = plan[at]
        paid += there
    return paid


def _root(load: Floats, over: Floats) -> Floats:
    return np.asarray(np.sqrt(load**2 / 4 + over))


def _came(arriving: Floats, per: float, backlog: float) -> tuple[Floats, Floats]:
    """Return times and how much has come until each, from a moment before the first interval on."""
    edges = np.concatenate([[-1e-6], float(times(per)) * np.arange(len(arriving) + 1)])
    return edges, np.concatenate([[0.0], backlog + np.concatenate([[0.0], np.cumsum(arriving)])])


def _pace(due: Floats, came: Floats, works: NDArray[np.bool_], per: float) -> Floats | None:
    """Return the least pace at which what is due by each end is done by then, and nothing before it came.

    None: it can't be.
    """
    pace = np.zeros(len(due))
    return pace if _paces(due, came, works, per, pace) else None


@compiled
def _paces(due: Floats, came: Floats, works: NDArray[np.bool_], per: float, pace: Floats) -> bool:
    done = 0.0
    for at in range(len(due)):
        if works[at]:
            wanted, spent = 0.0, 0.0
            for later in range(at, len(due)):
                spent += per * works[later]
                wanted = max(wanted, (due[later] - done) / spent)
            pace[at] = min(wanted, (came[at] - done) / per)
            done += pace[at] * per
        if due[at] > done * (1 + 1e-9) + 1e-9:
            return False
    return True
