"""Bursts: more said than its own weekday and hour let one expect, beyond what chance and the day's mood explain.

Counts are held against a negative binomial, whose mean is what the same hour of the week had in the weeks before,
raised or lowered as the last day was, and whose spread is that of the past itself. False alarms are bounded by how
often is looked: a topic that is looked at every five minutes is to raise less than one in four quiet weeks.
After C. Farrington et al., "A statistical algorithm for the early detection of outbreaks of infectious disease" (1996):
a baseline of comparable past times, with its spread, in which past outbreaks weigh little.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, lgamma, log, sqrt

import numpy as np
from numpy.typing import NDArray

WEEK_H, DAY_H = 168, 24
WEEKS = 8
EVERY_MIN = 5
WINDOWS_MIN = (5, 10)
LOOKS = 4 * 7 * DAY_H * 60 // EVERY_MIN * len(WINDOWS_MIN)
"""How often a topic is looked at in four weeks."""
ALPHA = 0.5 / LOOKS
LEAST_POSTS = 8
LEAST_TIMES = 2.0
"""Fewer posts, or fewer times the usual, are no burst worth telling."""
GOES_ON_MIN = 30
"""Seen again within this, a burst is the same."""
LEAST_PAST_H = 3 * DAY_H

Counts = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Usual:
    """What an hour is expected to have: mean and how much it spreads (variance = mean + mean² × spread)."""

    mean: float
    spread: float

    def of(self, minutes: float) -> "Usual":
        """Return what a part of the hour is expected to have; the mood of an hour is that of its parts."""
        return Usual(self.mean * minutes / 60, self.spread)

    def chance(self, posts: int) -> float:
        """Return how likely so many posts or more are."""
        return tail(posts, self.mean, self.spread)


def usual(hours: Counts) -> Usual | None:
    """Return what the next hour is expected to have; None where too little is known of the past.

    Parameters
    ----------
    hours : array of shape (n,), posts of each past hour, the last just before the one asked for
    """
    hours = np.asarray(hours, np.float64)[-WEEKS * WEEK_H :]
    return _usual(hours.tobytes()) if len(hours) >= LEAST_PAST_H else None


@lru_cache(maxsize=2_000)
def _usual(packed: bytes) -> Usual:
    """Return it for hours as bytes: it is asked for many times an hour."""
    hours = np.frombuffer(packed)
    level = _level(hours)
    mean = max(0.02, level * _of_hour(hours, len(hours)))
    return Usual(mean, _spread(hours))


def _of_hour(hours: Counts, at: int) -> float:
    """Return the mean of comparable past hours: of the same weekday, leaning on the same hour of all days."""
    daily = hours[np.arange(at - DAY_H, -1, -DAY_H)] if at >= DAY_H else hours[:at]
    weekly = hours[np.arange(at - WEEK_H, -1, -WEEK_H)] if at >= WEEK_H else hours[:0]
    beside = [hours[at - WEEK_H * week + step] for week in range(1, at // WEEK_H + 1) for step in (-1, 1)
              if 0 <= at - WEEK_H * week + step < len(hours)]  # fmt: skip
    by_day = _tamed(daily[:14])
    if not len(weekly):
        return by_day
    by_week = (2 * _tamed(weekly) * len(weekly) + _tamed(np.array(beside)) * len(beside) / 2) / (
        2 * len(weekly) + len(beside) / 2
    )
    sure = len(weekly) / (len(weekly) + 1.0)
    return sure * by_week + (1 - sure) * by_day


def _tamed(values: Counts) -> float:
    """Return a mean that a past burst does not raise: no value counts more than three times the median, or so."""
    if not len(values):
        return 0.0
    middle = float(np.median(values))
    return float(np.minimum(values, 3 * middle + 3).mean())


def _level(hours: Counts) -> float:
    """Return how the last week was against the weeks before, day by day: what grows is not bursting."""
    weeks = len(hours) // WEEK_H
    if weeks < 2:
        return 1.0
    days = hours[len(hours) - weeks * WEEK_H :].reshape(weeks, 7, DAY_H).sum(2)
    ratios = (days[-1] + 5) / (np.median(days, axis=0) + 5)  # the usual is of all weeks, the last one among them
    return float(np.clip(np.median(ratios), 0.5, 2.0))


def _spread(hours: Counts) -> float:
    """Return how much more than chance hours differ from what was expected of them, past bursts left out."""
    first = max(LEAST_PAST_H, len(hours) - 2 * WEEK_H)
    known = np.arange(first, len(hours), 5)  # every fifth: all hours of the day come by, and it is quick
    if not len(known):
        return 0.3
    expected = np.maximum(0.2, [_of_hour(hours[:at], at) for at in known.tolist()])
    excess = ((hours[known] - expected) ** 2 - expected) / expected**2
    order = np.argsort(excess)[: max(1, int(len(excess) * 0.99))]
    found = float((excess[order] * expected[order]).sum() / expected[order].sum())
    return float(np.clip(found + 0.02, 0.05, 4.0))  # the mean itself is known only so well


def tail(posts: int, mean: float, spread: float) -> float:
    """Return the probability of so many or more, by a negative binomial of that mean and spread.

    >>> round(tail(1, 1.0, 1e-9), 4), round(tail(10, 2.0, 0.5), 4)
    (0.6321, 0.0059)
    """
    if posts <= 0:
        return 1.0
    size = 1 / max(spread, 1e-9)
    ratio = mean / (mean + size)
    if size > 1e6:  # as good as Poisson, and its gammas would cancel
        start = posts * log(mean) - mean - lgamma(posts + 1)
    else:
        start = lgamma(posts + size) - lgamma(size) - lgamma(posts + 1) + posts * log(ratio) + size * log(1 - ratio)
    term = whole = 1.0
    for more in range(posts, posts + 100_000):
        term *= (mean if size > 1e6 else (more + size) * ratio) / (more + 1)
        whole += term
        if term < 1e-9 * whole:
            break
    return min(1.0, exp(min(0.0, start + log(whole))))


@dataclass(frozen=True, slots=True)
class Found:
    """A burst: so many posts in so many minutes, where so many were expected."""

    posts: int
    minutes: int
    expected: float

    @property
    def times(self) -> float:
        """As many times the usual."""
        return self.posts / max(self.expected, 0.1)


def burst(hours: Counts, minutes: Counts, into: int) -> Found | None:
    """Return the burst that is on now.

    Parameters
    ----------
    hours : array of shape (n,), posts of each past hour, the last one that ended
    minutes : array of shape (m,), posts of the last minutes, m >= 10
    into : how many of these minutes are of the hour that goes on, in [0, 60]
    """
    counts = [int(minutes[-window:].sum()) for window in WINDOWS_MIN]
    if max(counts) < LEAST_POSTS:
        return None
    here, before = usual(hours), usual(hours[:-1])
    if here is None or before is None:
        return None
    for window, posts in zip(WINDOWS_MIN, counts, strict=True):
        share = min(window, into) / window
        mixed = Usual(share * here.mean + (1 - share) * before.mean, share * here.spread + (1 - share) * before.spread)
        part = mixed.of(window)
        if posts >= LEAST_POSTS and posts >= LEAST_TIMES * part.mean and part.chance(posts) < ALPHA:
            return Found(posts, window, part.mean)
    return None


def rising(here: int, sampled: int, before: int, sampled_before: int, tried: int) -> bool:
    """Say whether a word or tag comes more often than before, given that so many were tried.

    Parameters
    ----------
    here, sampled : posts that hold it, of so many looked at
    before, sampled_before : the same of the time before
    """
    if here < 5 or not sampled or not sampled_before:
        return False
    share = (before + 0.5) / (sampled_before + 1)
    return here >= 3 * share * sampled and tail(here, share * sampled, 0.3) < 0.01 / max(1, tried)


def swing_of(held: Sequence[int], posts: Sequence[int]) -> float:
    """Return by how much a share moves from step to step beyond chance, as a part of itself: 0 is steady.

    Parameters
    ----------
    held, posts : of each step, posts that hold a word, of so many looked at

    >>> round(swing_of([50, 48, 53], [100, 100, 100]), 2), round(swing_of([0, 0, 90], [100, 100, 100]), 2)
    (0.0, 1.41)
    """
    some = [(here, of) for here, of in zip(held, posts, strict=True) if of]
    whole = sum(of for _, of in some)
    share = sum(here for here, _ in some) / whole if whole else 0.0
    if not share:
        return 0.0
    spread = sum(of * (here / of - share) ** 2 for here, of in some) / whole
    chance = share * (1 - share) * len(some) / whole
    return sqrt(max(0.0, spread - chance)) / share
