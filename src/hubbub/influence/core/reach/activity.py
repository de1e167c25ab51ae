"""When people are there: what they do by hour of the week, shrunk to what all do at that hour of their own day.

Reading leaves no trace, so people are taken to read when they act. An hour in which somebody acts counts once, however
much they do in it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from hubbub.influence.core.reach.given import Floats, Ints, amounts, rows
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark

HOURS: Final = 168
"""Hours of a week; hour 0 begins on Monday at midnight."""
MONDAY: Final = 72  # hours from Monday to the Thursday on which 1970 began
PAUSE_S: Final = 3_600
"""Seconds without an act after which a new sitting begins."""
SECONDS: Final = 34
"""Bits that hold a time until the year 2514."""
FEWEST: Final = 10
"""Hours of activity that are needed to tell a time zone."""
CLEARLY: Final = np.log(3.0)
_ACCOUNTS = mark("Accounts are numbered from 0 to one less than how many there are, one for each act.")


@dataclass(frozen=True, slots=True)
class Activity:
    """When accounts acted, as the hours of the week of each: those of account i lie from starts[i] to starts[i+1]."""

    starts: Ints
    hours: Ints
    """Of the week, UTC."""
    counts: Floats
    """In how many such hours they acted."""
    sittings: Ints
    """In how many sittings each acted."""

    def __len__(self) -> int:
        return len(self.sittings)

    def owners(self) -> Ints:
        """Return the account of each row."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def acts(self) -> Floats:
        """Return in how many hours each account acted."""
        return np.bincount(self.owners(), self.counts, minlength=len(self)).astype(np.float64)


def hour_of_week(at: ArrayLike) -> Ints:
    """Return the hour of the week, UTC, of times in seconds since 1970.

    >>> int(hour_of_week(0))  # a Thursday, midnight
    72
    """
    return np.asarray((np.floor_divide(np.asarray(at, np.float64), 3_600).astype(np.int64) + MONDAY) % HOURS)


def activity(account: ArrayLike, at: ArrayLike, n: int) -> Activity:
    """Return when accounts acted, from their acts in any order.

    Parameters
    ----------
    account : array of shape (n_acts,), whole numbers from 0 to n - 1
    at : array of shape (n_acts,), seconds since 1970
    n : how many accounts there are, those included that never act

    Raises
    ------
    InvalidInput
        If an account has no such number, or the times do not fit the accounts.
    """
    who, when = np.asarray(account, np.int64), amounts(at).astype(np.int64)
    if rows(who, when) and not (who.min() >= 0 and who.max() < n):
        raise InvalidInput(reason=_ACCOUNTS)
    key = np.sort(who << SECONDS | when)  # one number each sorts ten times as fast as two
    who, when = key >> SECONDS, key & (1 << SECONDS) - 1
    new = np.ones(len(who), bool)
    new[1:] = (who[1:] != who[:-1]) | (np.diff(when) >= PAUSE_S)
    hour = when // 3_600
    first = np.ones(len(who), bool)
    first[1:] = (who[1:] != who[:-1]) | (hour[1:] != hour[:-1])
    keys, counts = np.unique(who[first] * HOURS + (hour[first] + MONDAY) % HOURS, return_counts=True)
    starts = np.searchsorted(keys, np.arange(n + 1) * HOURS)
    return Activity(starts, keys % HOURS, counts.astype(np.float64), np.bincount(who[new], minlength=n))


def weeks(acts: Activity, zones: Floats, groups: Ints, count: int, strength: float) -> Floats:
    """Return how much accounts of each group act by hour of their own week.

    An account counts the less further the more it acts: n acts weigh n / (n + strength).

    Parameters
    ----------
    zones : array of shape (n_accounts,), hours ahead of UTC; nan: unknown, which counts as UTC
    groups : array of shape (n_accounts,), from 0 to count - 1

    Returns
    -------
    array of shape (count, 168)
    """
    owners = acts.owners()
    weights = acts.counts / (acts.acts()[owners] + strength)
    local = (acts.hours + np.rint(np.nan_to_num(zones[owners])).astype(np.int64)) % HOURS
    found = np.bincount(groups[owners] * HOURS + local, weights, minlength=count * HOURS)
    return np.asarray(found.reshape(count, HOURS))


def usual(week: Floats) -> Floats:
    """Return a week as multiples of its average hour: near the same day for all where few act, and flat if nobody.

    >>> usual(np.zeros(168)).round(6).tolist() == [1.0] * 168
    True
    """
    whole = week.sum()
    known = whole / (whole + 1)
    by_day = np.tile(week.reshape(7, 24).mean(0), 7)
    own = whole / (whole + 7)
    mixed = (own * week + (1 - own) * by_day) * HOURS / whole if whole else np.ones(HOURS)
    return np.asarray(known * mixed + (1 - known))


def zones_of(acts: Activity, week: Floats) -> Floats:
    """Return how many hours ahead of UTC each account seems to live; nan where its hours do not tell.

    The shift under which the usual week explains the hours best, if clearly better than any shift that is more than an
    hour away: at least three times as likely.
    """
    log, owners = np.log(np.maximum(week, 1e-6)), acts.owners()
    shifts = np.arange(-11, 13)
    fit = np.stack(
        [np.bincount(owners, acts.counts * log[(acts.hours + shift) % HOURS], len(acts)) for shift in shifts], axis=1
    )
    best = fit.argmax(1)
    away = np.abs((shifts[None, :] - shifts[best][:, None] + 12) % 24 - 12) > 1
    next_best = np.where(away, fit, -np.inf).max(1)
    clear = (acts.acts() >= FEWEST) & (fit.max(1) - next_best >= CLEARLY)
    return np.asarray(np.where(clear, shifts[best].astype(np.float64), np.nan))
