"""Reach held against impressions, where a network tells them: a factor, or a course, and how far off it still is.

Impressions count views, which is what a network tells, and ranked feeds do not show what is newest: both end up in the
factor, and the interval is made from how far off earlier posts were.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from hubbub.influence.core.reach.effective import TENTH, Reach
from hubbub.influence.core.reach.given import Floats, amounts, rows
from hubbub.influence.core.reach.visibility import OFF

LEAST: Final = 30
"""Posts from which a course is tried."""
PARTS: Final = 5
BEFORE: Final = np.log(OFF) / TENTH
"""How far off reach is before anything is known, as a standard deviation of the logarithm."""
POSTS: Final = 5.0
"""How many posts that came as foretold a factor of 1 counts as."""
DOUBT: Final = 0.25
"""How many posts that were so far off as before count beside those told: few posts that fit may fit by luck."""
BETTER: Final = 0.95
"""A course is taken where it errs by at most so much of what a factor does, on posts it has not seen."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What makes impressions of reach: a straight line between points of a rising course, in logarithms."""

    posts: int
    """From how many posts it was learnt."""
    at: Floats
    to: Floats
    sd: float
    """Of the logarithm of what is still missed."""
    error: float
    """By what share it missed posts that it had not seen, in the middle; nan with fewer than two."""

    def __call__(self, reach: ArrayLike) -> Floats:
        """Return the impressions to be expected."""
        given = amounts(reach)
        return np.asarray(np.where(given > 0, np.exp(self._log(np.log(np.maximum(given, 1e-9)))), 0.0))

    def between(self, reach: ArrayLike) -> tuple[Floats, Floats]:
        """Return between what four of five posts lie."""
        middle, wide = self(reach), np.exp(TENTH * self.sd)
        return np.asarray(middle / wide), np.asarray(middle * wide)

    def of(self, reach: Reach) -> Reach:
        """Return the reach as impressions tell it, by hour; gains and each follower's chance stay."""
        low, high = self.between(reach.by_hour)
        return Reach(
            reach.followers, self(reach.by_hour), low, high, reach.gain, reach.gain_low, reach.gain_high, reach.seen
        )  # fmt: skip

    def _log(self, x: Floats) -> Floats:
        beyond = np.minimum(x - self.at[0], 0) + np.maximum(x - self.at[-1], 0)
        return np.asarray(np.interp(x, self.at, self.to) + beyond)  # beyond what was seen: by a factor


def calibration(reach: ArrayLike, impressions: ArrayLike) -> Calibration:
    """Return what makes impressions of reach, from posts whose impressions the network told.

    A factor, shrunk to 1 as if five posts more had been just as foretold. From thirty posts on, a rising course
    (isotonic regression of the logarithms) is tried, and taken if it errs less on posts left out. Without any post,
    reach stays as it is, within the factor it may be off by.

    Parameters
    ----------
    reach : array of shape (n_posts,), as foretold, in the order in which they were said
    impressions : array of shape (n_posts,), counted; posts with a reach or impressions of 0 teach nothing

    Raises
    ------
    InvalidInput
        If something is negative or not finite, or rows do not fit together.

    References
    ----------
    R. Barlow and others (1972), Statistical inference under order restrictions.
    """
    told, counted = amounts(reach), amounts(impressions)
    rows(told, counted)
    some = (told > 0) & (counted > 0)
    x, y = np.log(told[some]), np.log(counted[some])
    n = len(x)
    if not n:
        return Calibration(0, np.zeros(1), np.zeros(1), float(BEFORE), float("nan"))
    part = np.arange(n) % min(PARTS, n)
    plain, risen = np.full(n, np.nan), np.full(n, np.nan)
    for left in range(min(PARTS, n) if n > 1 else 0):
        taught, asked = part != left, part == left
        plain[asked] = y[asked] - x[asked] - _factor(x[taught], y[taught])
        if n >= LEAST:
            risen[asked] = y[asked] - _learnt(*_course(x[taught], y[taught]))._log(x[asked])
    rising = n >= LEAST and (risen**2).sum() < BETTER**2 * (plain**2).sum()
    missed = risen if rising else plain
    factor = _factor(x, y)
    at, to = _course(x, y) if rising else (np.zeros(1), np.array([factor]))
    if n == 1:
        return Calibration(1, at, to, float(BEFORE), float("nan"))
    sd = np.sqrt((DOUBT * BEFORE**2 + float((missed**2).sum())) / (DOUBT + n))
    return Calibration(n, at, to, float(sd), float(np.expm1(np.median(np.abs(missed)))))


def _learnt(at: Floats, to: Floats) -> Calibration:
    return Calibration(0, at, to, 0.0, 0.0)


def _factor(x: Floats, y: Floats) -> float:
    return float((y - x).sum() / (len(x) + POSTS))


def _course(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Points of the rising course nearest to the posts: neighbours that fall are pooled until none does."""
    order = np.argsort(x, kind="stable")
    pools: list[tuple[float, float, float]] = []  # how many, mean of x, mean of y
    for a, b in zip(x[order], y[order], strict=True):
        many, across, up = 1.0, float(a), float(b)
        while pools and pools[-1][2] >= up:
            n, left, low = pools.pop()
            many, across, up = many + n, (across * many + left * n) / (many + n), (up * many + low * n) / (many + n)
        pools.append((many, across, up))
    return np.array([pool[1] for pool in pools]), np.array([pool[2] for pool in pools])
