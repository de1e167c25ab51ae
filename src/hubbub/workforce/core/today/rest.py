"""What is left of a day: its parts, what is still expected in them in the light of what came, who is there. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark
from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.queue import DAY_MIN

_NOW = mark("Now is a minute of the day, from 0 on and below 1440.")
WIDTH = 2 * 1.2816
"""Standard deviations between what eight times of ten lies in."""
LIFT, CHANCE = 3 / 8, 1 / 4
"""Roots of counts lifted by 3/8 scatter by chance with variance 1/4. F. Anscombe (1948)."""
LEAST = 0.025
"""However narrow a forecast is, a day may be off by a twentieth: half of that, of roots."""
LIKE = 8
FADES = 0.95
"""How much alike the course of a day is half an hour apart; tried on calls of a bank, see docs/today.md."""


@dataclass(frozen=True, eq=False)
class Parts:
    """The intervals of a day from now on; the first is what is left of the present one."""

    now: float
    step_min: int

    def __post_init__(self) -> None:
        if not 0 <= self.now < DAY_MIN:
            raise InvalidInput(reason=_NOW)

    @cached_property
    def first(self) -> int:
        """The number in the day of the present interval."""
        return int(self.now // self.step_min)

    @cached_property
    def edges(self) -> Floats:
        """Where they begin, and where the last one ends, in minutes of the day."""
        later = np.arange((self.first + 1) * self.step_min, DAY_MIN + 1, self.step_min, dtype=np.float64)
        return np.concatenate([[self.now], later])

    @cached_property
    def minutes(self) -> Floats:
        """How long each lasts."""
        return np.diff(self.edges)

    @property
    def weight(self) -> Floats:
        """How long each lasts, in whole intervals."""
        return self.minutes / self.step_min

    def within(self, minutes: float) -> int:
        """Return how many of them begin before so many minutes have passed."""
        return int((self.edges[:-1] < self.now + minutes - 1e-9).sum())

    def covered(self, start: ArrayLike, end: ArrayLike) -> Floats:
        """Return which share of each part spans cover: of shape (…, parts), for spans of shape (…)."""
        begins, ends = self.edges[:-1], self.edges[1:]
        low = np.maximum(np.asarray(start, np.float64)[..., None], begins)
        high = np.minimum(np.asarray(end, np.float64)[..., None], ends)
        return np.asarray(np.maximum(high - low, 0.0) / self.minutes)

    def part_at(self, minute: float) -> int:
        """Return in which part a minute lies."""
        return int(np.searchsorted(self.edges, minute, side="right") - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """What is expected of a day now, interval by interval: what came where it is over, else what will."""

    mean: Floats
    low: Floats
    high: Floats


def outlook(mean: Floats, low: Floats, high: Floats, seen: ArrayLike, *, step_min: int = 30) -> Outlook:
    """Return what is expected of the rest of a day, now that some of it is seen.

    Square roots of counts scatter by chance with variance 1/4, whatever their size. What a forecast's own width has
    beyond that is the course of the day: normal, and much alike in intervals near to each other. So the rest of a day
    moves with what was seen of it, the next hours more than the evening, and few counts move it little. A day that is
    off further than the forecast had it is taken at its word: its course is then thought to vary more.

    Parameters
    ----------
    mean, low, high : arrays of shape (n_intervals,), the forecast, and between what it lies eight times of ten
    seen : array of the same shape; nan where an interval is not over, or nobody knows
    step_min : minutes of an interval

    References
    ----------
    L. Brown and others (2005), Statistical analysis of a telephone call center: roots of counts; J. Weinberg, L. Brown,
    J. Stroud (2007), Bayesian forecasting of an inhomogeneous Poisson process: the day moved by what was seen of it.

    >>> ten = np.full(6, 100.0)
    >>> outlook(ten, ten - 30, ten + 30, [130, 130, np.nan, np.nan, np.nan, np.nan]).mean.round()
    array([130., 130., 126., 124., 123., 122.])
    """
    came = np.asarray(seen, np.float64)
    known = ~np.isnan(came)
    root, lower, upper = (np.sqrt(each + LIFT) for each in (mean, low, high))
    off = np.sqrt(came[known] + LIFT) - root[known]
    course = np.sqrt(np.maximum(((upper - lower) / WIDTH) ** 2 - CHANCE, LEAST**2 * mean))
    course *= np.sqrt(_wider(off, course[known]))
    apart = np.abs(np.subtract.outer(np.arange(len(mean)), np.arange(len(mean)))) * (step_min / 30)
    shared = np.outer(course, course) * FADES**apart
    weight = np.linalg.solve(shared[np.ix_(known, known)] + CHANCE * np.eye(int(known.sum())), shared[known])
    moved = root + weight.T @ off
    left = np.maximum(course**2 - (weight * shared[known]).sum(axis=0), 0.0)
    narrower = np.sqrt((left + CHANCE) / (course**2 + CHANCE))

    def counts(roots: Floats) -> Floats:
        return np.where(known, came, np.maximum(np.maximum(roots, 0.0) ** 2 - LIFT, 0.0))

    return Outlook(counts(moved), counts(moved - (root - lower) * narrower), counts(moved + (upper - root) * narrower))


def _wider(off: Floats, course: Floats) -> float:
    """Return how much more a day's course varies than was thought, by what was seen of it; at least 1.

    As if `LIKE` intervals had been seen that are off as far as was thought.
    """
    open_ = course > 0
    if not open_.any():
        return 1.0
    many = int(open_.sum())
    seen = max(0.0, float((off[open_] ** 2 - CHANCE).sum() / (course[open_] ** 2).sum()))
    return max(1.0, (LIKE + many * seen) / (LIKE + many))


def slower(expected_s: float, seen_s: float, many: float, like: float = 20.0) -> float:
    """Return by which factor handling takes longer today, drawn to 1 as if `like` of the usual had been seen too.

    >>> slower(200.0, 260.0, 60)
    1.225
    """
    if many <= 0 or expected_s <= 0:
        return 1.0
    return (like + many * seen_s / expected_s) / (like + many)


def runs(flags: NDArray[np.bool_]) -> Sequence[tuple[int, int]]:
    """Return where a flag holds without a gap, from the first to before the last.

    >>> runs(np.array([True, True, False, True]))
    [(0, 2), (3, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]
