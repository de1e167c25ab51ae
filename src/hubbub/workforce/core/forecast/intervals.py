"""Distributions: how far what came lay from what was foretold, by level, and how intervals of a day go together.

The residuals of the model's own backtest are the distribution (conformal prediction: V. Vovk, A. Gammerman, G. Shafer,
2005): on the scale of square roots, in groups of like level, so that queues of any size and any dispersion are met
without naming a distribution. A count is thought to lie anywhere within half a one of it, so that small counts have
quantiles too (C. Czado, T. Gneiting, L. Held, 2009); what is shown is rounded again.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri, stdtrit

from hubbub.workforce.core.given import Floats, amounts

GRID = np.linspace(-3, 3, 61)
"""Where quantiles are kept, as normal scores."""
SHARES = ndtr(GRID)
LIFT = 0.75
"""Is added before the root, so that a count of 0 has room below it."""
WITHIN = np.array([-3, -1, 1, 3]) / 8
"""Where within its half a one a count is put."""
HALF = 0.25
"""The median may lie so far from what the model says as half a count does (this, by the root); what is more is the
luck of the last weeks and tells nothing of the next."""
GROUP, GROUPS = 150, 8
"""Residuals that a group of like level has at least, and groups there are at most."""
ENOUGH = 30
"""With fewer residuals, the spread is that of Poisson counts on days that scatter by `SCATTER`."""
SCATTER = 0.2
LINKED = (0.3, 0.99)
"""How intervals of a day go together where too little is known: the correlation of neighbours, and how it fades."""


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """How what comes scatters around a forecast."""

    levels: Floats
    """(groups,) middle of each group: the square root of what was foretold."""
    quantiles: Floats
    """(groups, len(GRID)) of what came less what was foretold, both as square roots."""
    linked: float = LINKED[0]
    """How intervals of a day go together: the correlation of normal scores that neighbours nearly have."""
    fades: float = LINKED[1]
    """By which factor that falls an interval further."""
    whole: bool = True
    """What is counted is whole."""
    shared: float = 0.0
    """Which part of the variance all intervals of a week have in common."""
    assumed: bool = False
    """There was too little to learn it from."""

    def at(self, middle: Floats, scores: ArrayLike, wider: ArrayLike = 1.0) -> Floats:
        """Return what comes, at normal scores (0: the median), around a forecast; shapes are broadcast."""
        root, scores, wider = np.broadcast_arrays(_root(middle), np.asarray(scores, float), np.asarray(wider, float))
        moved = _between(self.levels, self.quantiles, root, scores)
        if (wider != 1).any():
            centre = _between(self.levels, self.quantiles, root, np.zeros(root.shape))
            moved = centre + (moved - centre) * wider
        return np.asarray(np.maximum(root + moved, 0.5) ** 2 - LIFT)

    def scores(self, middle: Floats, seen: Floats, wider: Floats) -> Floats:
        """Return where what came lies in its distribution, as normal scores; nan where nothing is known."""
        known = ~np.isnan(middle) & ~np.isnan(seen)
        found = np.full(middle.shape, np.nan)
        ladder = self.at(middle[known][:, None], GRID, wider[known][:, None]) + 1e-9 * GRID
        found[known] = [np.interp(value, steps, GRID) for steps, value in zip(ladder, seen[known], strict=True)]
        return found

    def together(self, intervals: int) -> Floats:
        """Return the correlation of normal scores of the intervals of a day: (intervals, intervals)."""
        far = np.abs(np.subtract.outer(np.arange(intervals), np.arange(intervals)))
        linked = self.linked * self.fades**far
        np.fill_diagonal(linked, 1.0)
        return np.asarray(linked)


def assumed(levels: ArrayLike = (0.5, 1, 2, 5, 10, 30, 100, 300)) -> Spread:
    """Return the spread where there is too little to learn it from: Poisson counts on days that scatter."""
    at = amounts(levels)
    wide = np.sqrt(0.25 + (SCATTER / 2 * at) ** 2)
    return Spread(at, wide[:, None] * GRID, assumed=True)


def learnt(foretold: Floats, seen: Floats, weeks: int) -> Spread:
    """Return the spread of what came around what was foretold: (days, intervals) each, nan where not known."""
    known = ~np.isnan(foretold) & ~np.isnan(seen)
    if known.sum() < ENOUGH:
        return assumed()
    whole = bool((seen[known] % 1 != 0).mean() < 0.05)
    root, rest = (
        _root(foretold[known]),
        _root(seen[known][:, None] + (WITHIN if whole else 0)) - _root(foretold[known])[:, None],
    )
    groups = np.array_split(np.argsort(root, kind="stable"), min(GROUPS, max(1, len(root) // GROUP)))
    levels = np.array([root[group].mean() for group in groups]) + 1e-9 * np.arange(len(groups))
    quantiles = np.array([np.quantile(rest[group], SHARES) for group in groups])
    centre = quantiles[:, [len(GRID) // 2]]
    apart = np.clip(centre, -HALF / levels[:, None], HALF / levels[:, None])
    scores = _normal(_root(seen) - _root(foretold), _root(foretold), Spread(levels, quantiles))
    shared = _shared(scores, weeks)
    wide = apart + (quantiles - centre) * (1 + shared * (_unsure(weeks) - 1))
    linked, fades = _linked(scores)
    return Spread(levels, wide, linked, fades, whole, shared)


def _shared(scores: Floats, weeks: int) -> float:
    """Return which part of the variance the intervals of a week have in common; of one week that can't be known."""
    if weeks < 2:
        return 0.0
    means = [float(np.nanmean(week)) for week in np.array_split(scores, weeks) if not np.isnan(week).all()]
    return min(1.0, float(np.mean(np.square(means))) / max(float(np.nanmean(scores**2)), 1e-9))


def _unsure(weeks: int) -> float:
    """Return how much wider than the normal 80 % interval that of Student is, of so many weeks and for one more."""
    return float(stdtrit(max(weeks - 1, 1), 0.9) / ndtri(0.9) * np.sqrt(1 + 1 / weeks))


def inside(low: Floats, high: Floats, seen: Floats, whole: bool) -> Floats:
    """Return which part of each count lies in an interval: of a whole number, what of half a one around it does."""
    if not whole:
        return ((seen >= low) & (seen <= high)).astype(float)
    return np.asarray(np.clip(np.minimum(high, seen + 0.5) - np.maximum(low, seen - 0.5), 0, 1))


def _root(count: Floats) -> Floats:
    return np.asarray(np.sqrt(np.maximum(count, 0.25 - LIFT) + LIFT))


def _normal(rest: Floats, root: Floats, spread: Spread) -> Floats:
    """Return residuals as if they were normal: less the middle of their level, by its spread."""
    low, centre, high = (_between(spread.levels, spread.quantiles, root, np.full(root.shape, z)) for z in (-1, 0, 1))
    return np.clip((rest - centre) / np.maximum((high - low) / 2, 1e-6), -3, 3)


def _linked(scores: Floats) -> tuple[float, float]:
    """Return what correlation intervals of a day have, and how it fades: ρ λᵏ at a distance of k, by least squares."""
    known = ~np.isnan(scores)
    value = np.nan_to_num(scores)
    whole = (value**2).sum() / max(1, known.sum())
    far = np.arange(1, max(2, scores.shape[1] // 2))
    pairs = np.array([(known[:, k:] & known[:, :-k]).sum() for k in far], float)
    both = np.array([(value[:, k:] * value[:, :-k]).sum() for k in far])
    if whole <= 0 or pairs.sum() < ENOUGH:
        return LINKED
    found = both / np.maximum(pairs, 1) / whole
    best = (float("inf"), 0.0, 1.0)
    for fades in (0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 1.0):
        curve = fades**far
        linked = float(np.clip((pairs * curve) @ found / ((pairs * curve) @ curve), 0, 0.95))
        missed = float(pairs @ (found - linked * curve) ** 2)
        best = min(best, (missed, linked, fades))
    return best[1], best[2]


def _between(levels: Floats, table: Floats, root: Floats, scores: Floats) -> Floats:
    """Return table[level, score], linear between both; above the highest level it grows with the level."""
    place = np.interp(root, levels, np.arange(len(levels)))
    low = np.minimum(np.nan_to_num(place).astype(int), max(0, len(levels) - 2))
    high = np.minimum(low + 1, len(levels) - 1)
    part = place - low
    step = (np.clip(scores, GRID[0], GRID[-1]) - GRID[0]) / (GRID[1] - GRID[0])
    left = np.minimum(np.nan_to_num(step).astype(int), len(GRID) - 2)
    over = step - left
    below = table[low, left] * (1 - over) + table[low, left + 1] * over
    above = table[high, left] * (1 - over) + table[high, left + 1] * over
    return np.asarray((below * (1 - part) + above * part) * np.maximum(root / levels[-1], 1))


def normal_score(share: ArrayLike) -> Floats:
    """Return the normal score of a share."""
    return np.asarray(ndtri(np.asarray(share, float)))
