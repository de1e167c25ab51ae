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
LEAST = 0.05
MOST = 0.6
"""How far off a whole day may be, as a share, however narrow or wide the forecast says it is."""


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
    factor: float
    """By how much the rest is above what was forecast."""


def outlook(mean: Floats, low: Floats, high: Floats, seen: ArrayLike) -> Outlook:
    """Return what is expected of the rest of a day, now that some of it is seen.

    Counts are Poisson about the forecast times a factor of the day, which is Gamma about 1; how far it scatters is what
    the forecast's own width says beyond chance. So few counts move it little, and many move it nearly all the way.

    Parameters
    ----------
    mean, low, high : arrays of shape (n_intervals,), the forecast, and between what it lies eight times of ten
    seen : array of the same shape; nan where an interval is not over, or nobody knows

    References
    ----------
    G. Jongbloed, G. Koole (2001), Managing uncertainty in call centers using Poisson mixtures; A. Avramidis,
    A. Deslauriers, P. L'Ecuyer (2004), Modeling daily arrivals to a telephone call center: the factor of a day.

    >>> ten = np.full(4, 100.0)
    >>> outlook(ten, ten - 30, ten + 30, [130, 130, np.nan, np.nan]).mean.round()
    array([130., 130., 127., 127.])
    """
    came = np.asarray(seen, np.float64)
    known = ~np.isnan(came)
    vague = _scatter(mean, low, high) ** 2
    shape, rate = 1 / vague + came[known].sum(), 1 / vague + mean[known].sum()
    factor = float(shape / rate)
    with np.errstate(invalid="ignore"):
        before, after = np.sqrt(mean + vague * mean**2), np.sqrt(mean * factor + shape / rate**2 * mean**2)
        scale = np.where(before > 0, after / before, 1.0)
    return Outlook(
        np.where(known, came, mean * factor),
        np.where(known, came, np.maximum(mean * factor - (mean - low) * scale, 0.0)),
        np.where(known, came, mean * factor + (high - mean) * scale),
        factor,
    )


def _scatter(mean: Floats, low: Floats, high: Floats) -> float:
    """Return how far the factor of a day scatters, as the width of a forecast says beyond the chance of counts."""
    wide = mean >= 1
    if not wide.any():
        return LEAST
    beyond = (((high - low) / WIDTH) ** 2 - mean)[wide] / mean[wide] ** 2
    return float(np.sqrt(np.clip(np.median(beyond), LEAST**2, MOST**2)))


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
