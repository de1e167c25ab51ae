"""Storms: bursts far above what is usual. They are kept out of the base, and provided for on top of it.

What is usual is the median of nine weeks around, times how the day as a whole was. A storm is a run of intervals far
above it. A day that as a whole lies far off, alone or with one neighbour, teaches the base nothing either; three such
days in a row are no accident but a new level.
"""

import math
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from hubbub.workforce.core.forecast.history import History, weeks
from hubbub.workforce.core.given import Floats

AROUND = 4
"""Weeks before and after a day from which the usual is taken."""
FAR, ABOVE = 6.0, 3.0
"""A storm has an interval so many spreads above the usual, and lasts while it stays above the second."""
TWICE = 1.8
ODD = 0.3
"""A day is odd if it lies by more than this share off, and by five spreads of days."""
SHIFT = 3
"""So many odd days in a row are a new level."""
_SCALE = 1.4826
"""A median distance times this is the standard deviation of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Storm:
    """One storm that was found."""

    day: date
    interval: int
    """In which it began."""
    extra: tuple[float, ...]
    """By how much each of its intervals lies above the usual."""

    @property
    def size(self) -> float:
        """All that came on top."""
        return sum(self.extra)


@dataclass(frozen=True, slots=True)
class Storms:
    """How often storms come, how large they are, and what to provide for."""

    found: tuple[Storm, ...] = ()
    days: int = 0
    """On how many days something was counted."""

    @property
    def per_week(self) -> float:
        """How many a week of seven open days has."""
        return 7 * len(self.found) / self.days if self.days else 0.0

    @property
    def chance(self) -> float:
        """The chance that an open day has one at least."""
        return 1 - math.exp(-self.per_week / 7)

    def size(self, share: float = 0.8) -> float:
        """Return what all but the largest storms (here a fifth) stay below, in arrivals on top of the usual."""
        return float(np.quantile([storm.size for storm in self.found], share)) if self.found else 0.0

    def shape(self, share: float = 0.8) -> Floats:
        """Return a storm of that size from its first interval on: the course that those found had on average."""
        if not self.found:
            return np.zeros(0)
        courses = np.zeros((len(self.found), max(len(storm.extra) for storm in self.found)))
        for row, storm in zip(courses, self.found, strict=True):
            row[: len(storm.extra)] = storm.extra
        mean = courses.mean(0)
        return np.asarray(mean / mean.sum() * self.size(share))

    def allowance(self, usual: Floats) -> Floats:
        """Return how much storms add on average, for each interval of days: spread as the usual of each day is."""
        mean = sum(storm.size for storm in self.found) / max(1, self.days)
        whole = usual.sum(1, keepdims=True)
        return np.where(whole > 0, mean * usual / np.where(whole > 0, whole, 1), 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Swept:
    """A history without its storms and odd days."""

    base: Floats
    """Arrivals, nan where a storm was or the day was odd."""
    seen: Floats
    """Arrivals, nan where a storm was: odd days come again, so what is foretold is measured on them too."""
    usual: Floats
    """What is usual for each interval, by the weeks around."""
    storms: Storms = field(default_factory=Storms)


def swept(history: History, marked: Floats | None = None, denied: np.ndarray | None = None) -> Swept:
    """Find storms and odd days; `marked` is true (days, intervals) where something known was, which is neither.

    Where `denied` is true, somebody said that what came was no storm: it teaches the base.
    """
    seen = history.arrivals if marked is None else np.where(marked, np.nan, history.arrivals)
    root = np.sqrt(seen + 0.25)
    middle = _around(root)
    level = _day_level(root, middle)
    odd = _odd(level)
    level = np.where(np.isnan(level) | odd, 1.0, level)
    usual = np.where(np.isnan(middle), np.nan, middle * level[:, None])
    rest = root - usual
    spread = _spread(rest, usual)
    storms = _storms(rest / spread, seen, usual**2 - 0.25, history.first)
    if denied is not None:
        storms = tuple(each for each in storms if not denied[_where(each, history.first)].any())
    calm = seen.copy()
    for storm in storms:
        calm[_where(storm, history.first)] = np.nan
    base = np.where(odd[:, None], np.nan, calm)
    open_days = int((~np.isnan(seen)).any(1).sum())
    return Swept(base, calm, np.maximum(middle**2 - 0.25, 0), Storms(storms, open_days))


def _where(storm: Storm, first: date) -> tuple[int, slice]:
    return (storm.day - first).days, slice(storm.interval, storm.interval + len(storm.extra))


def _around(root: Floats) -> Floats:
    table = weeks(root)
    far = np.full((AROUND, *table.shape[1:]), np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(np.concatenate([far, table, far]), 2 * AROUND + 1, axis=0)
    ordered = np.sort(windows, axis=-1)  # nan last
    known = (~np.isnan(windows)).sum(-1)
    low, high = (np.maximum(known - 1, 0) // 2)[..., None], (known // 2)[..., None]
    high = np.minimum(high, np.maximum(known - 1, 0)[..., None])
    middle = (np.take_along_axis(ordered, low, -1) + np.take_along_axis(ordered, high, -1))[..., 0] / 2
    return np.asarray(middle.reshape(-1, root.shape[1])[len(middle) * 7 - len(root) :])


def _day_level(root: Floats, middle: Floats) -> Floats:
    """Return how each day lies to the usual, as a factor; twice, the second time without what stands out."""
    stands_out = np.zeros(root.shape, bool)
    level = np.full(len(root), np.nan)
    for _ in range(2):
        known = ~np.isnan(root) & ~np.isnan(middle) & ~stands_out
        usual = np.where(known, middle, 0.0)
        size = (usual**2).sum(1)
        level = (usual * np.where(known, root, 0.0)).sum(1) / np.where(size > 0, size, np.nan)
        rest = root - middle * level[:, None]
        stands_out = rest > ABOVE * _spread(rest, middle)
    return level


def _odd(level: Floats) -> np.ndarray:
    off = 2 * np.log(np.maximum(level, 1e-3))  # of roots, so twice for counts; stays nan
    known = off[~np.isnan(off)]
    if len(known) < 14:
        return np.zeros(len(level), bool)
    usual = float(np.median(known))
    spread = _SCALE * float(np.median(np.abs(known - usual)))
    far = np.abs(off - usual) > max(ODD, 5 * spread)
    ups = np.where(far, np.sign(off - usual), 0)[~np.isnan(off)]
    odd = np.zeros(len(level), bool)
    odd[~np.isnan(off)] = (ups != 0) & (_run_lengths(ups) < SHIFT)
    return odd


def _run_lengths(values: Floats) -> np.ndarray:
    """Return for each value how many equal ones stand together where it stands."""
    ends = np.flatnonzero(np.append(np.diff(values) != 0, True))
    lengths = np.diff(np.append(-1, ends))
    return np.repeat(lengths, lengths)


def _spread(rest: Floats, usual: Floats) -> Floats:
    """Return the spread at each level: by the median distance in eight groups of like level, no less than Poisson's."""
    known = ~np.isnan(rest) & ~np.isnan(usual)
    if known.sum() < 50:
        return np.full(rest.shape, max(0.5, float(np.std(rest[known])) if known.any() else 0.5))
    order = np.argsort(usual[known])
    groups = np.array_split(order, 8)
    at = [float(np.median(usual[known][group])) for group in groups]
    wide = [_SCALE * float(np.median(np.abs(rest[known][group]))) for group in groups]
    return np.maximum(np.interp(usual, at, wide), 0.5)


def _storms(far: Floats, seen: Floats, usual: Floats, first: date) -> tuple[Storm, ...]:
    above = (far > ABOVE) & (seen > TWICE * np.maximum(usual, 0.5))
    found = []
    for day in np.flatnonzero((above & (far > FAR)).any(1)):
        edges = np.diff(np.concatenate([[False], above[day], [False]]).astype(int))
        for begins, ends in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
            if (far[day, begins:ends] > FAR).any():
                extra = np.maximum(seen[day, begins:ends] - usual[day, begins:ends], 0)
                found.append(Storm(first + timedelta(days=int(day)), int(begins), tuple(map(float, extra))))
    return tuple(found)
