"""True reach: who of an audience is real and there, split into who acted and who may; as it stands, and day by day."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from hubbub.influence.core.reach.effective import TENTH
from hubbub.influence.core.reach.given import Floats, Ints, amounts, chances, rows
from hubbub.influence.core.reach.visibility import shifted
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark

LEAVING: Final = 1 / 365
"""A day, of those who use a network: they stay a year on average."""
ACTS: Final = 0.1
"""A day, of an account that did nothing yet; counts as much as a month of watching it."""
WATCHED: Final = 30.0
OFF: Final = 1.65
"""By how many times the odds of being a bot may be too high or low for all at once, in four of five audiences."""
ACTING: Final = 90
"""Days for which somebody who acted counts as having acted."""
USUAL: Final = 28
"""Days before that say how many new followers are usual: the last ones that were not remarkable."""
LEAST: Final = 7
"""Such days that are needed; with fewer, all days before say it."""
FEW: Final = 100
"""New followers a day that are never remarkable."""
ACT_EARLY, SEEN = 0.02, 50.0
"""Share of new followers that act on us, before we know; counts as much as fifty of them."""
NEVER: Final = np.iinfo(np.int64).max
_DAYS = mark("Days are whole numbers, and the last day is not before the first.")


@dataclass(frozen=True, slots=True)
class TrueReach:
    """An audience in parts that add up to it: of whom each is the sum of likelihoods."""

    audience: float
    bots: float
    """Automated, spam, or bought."""
    dormant: float
    acted: float
    """Real people who did something with what we said, in the last 90 days."""
    may: float
    """Real people who are there and did not."""
    low: float
    """With four of five audiences like this, the true reach is between this and `high`."""
    high: float

    @property
    def reach(self) -> float:
        """How many are real and there."""
        return self.acted + self.may


def p_there(acts: ArrayLike, last: ArrayLike, watched: ArrayLike) -> Floats:
    """Chance that accounts are still active, from how often they acted and for how long they have been silent.

    Each acts at its own rate λ until it leaves, at the rate μ = 1/365 a day. Silent for g days, it is there with
    1 / (1 + μ / (λ+μ) (e^((λ+μ) g) - 1)). λ is shrunk to one act in ten days, as if watched for a month more: an
    account without posts has been silent since we know it, and is not gone at once.

    Parameters
    ----------
    acts : array, how often each acted while watched
    last : array, days since it last did; nan where it never did
    watched : array, days for which it is known

    References
    ----------
    D. Schmittlein, D. Morrison, R. Colombo (1987), Counting your customers.

    >>> p_there([100, 1, 0], [1, 80, np.nan], [90, 90, 90]).round(2)
    array([1.  , 0.44, 0.48])
    """
    span = amounts(watched)
    silent = np.where(np.isnan(np.asarray(last, np.float64)), span, amounts(last, unknown=True))
    ending = (amounts(acts) + ACTS * WATCHED) / (span + WATCHED) + LEAVING
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + LEAVING / ending * np.expm1(ending * silent)))


def true_reach(p_bot: ArrayLike, p_here: ArrayLike, acted: ArrayLike, *, off: float = OFF) -> TrueReach:
    """Return an audience without bots, spam and dormant accounts.

    Parameters
    ----------
    p_bot : array of shape (n_followers,), likelihood of being automated, spam or bought
    p_here : array of shape (n_followers,), chance of being still active; who acted is
    acted : array of shape (n_followers,), whether they did something with what we said
    off : by how many times the odds of all p_bot may be too high or low

    Raises
    ------
    InvalidInput
        If rows do not fit together, or a likelihood is none.
    """
    bot, here, did = chances(p_bot), chances(p_here), np.asarray(acted, bool)
    n = rows(bot, here, did)
    here = np.where(did, 1.0, here)
    real = 1 - bot
    counts = real * here
    reach, noise = float(counts.sum()), TENTH**2 * float((counts * (1 - counts)).sum())
    fewest, most = (float((shifted(real, factor) * here).sum()) for factor in (1 / off, off))
    return TrueReach(
        audience=float(n),
        bots=float(bot.sum()),
        dormant=float((real * (1 - here)).sum()),
        acted=float(real[did].sum()),
        may=float(counts[~did].sum()),
        low=max(reach - float(np.hypot(reach - fewest, np.sqrt(noise))), 0.0),
        high=min(reach + float(np.hypot(most - reach, np.sqrt(noise))), float(n)),
    )


def bought(followed: Ints, acted: ArrayLike, *, today: int) -> Floats:
    """Likelihood for each follower of having been bought: came with far more than usual, of whom too few act.

    A day is remarkable with more than 100 new followers, and more than three times the median of the last 28 days
    that were not, and six spreads above it. What is beyond is bought, as far as fewer of that day act than of other
    days: one person more than counted, as a small number is no proof. Whoever acts was not bought.

    Parameters
    ----------
    followed : array of shape (n_followers,), day on which each began to follow; below 0: before we looked
    acted : array of shape (n_followers,), whether they ever did something with what we said
    today : the last day
    """
    did, found = np.asarray(acted, bool), np.zeros(rows(followed, np.asarray(acted)))
    dated = (followed >= 0) & (followed <= today)
    gained = np.bincount(followed[dated], minlength=today + 1).astype(np.float64)
    acting = np.bincount(followed[dated & did], minlength=today + 1).astype(np.float64)
    odd: dict[int, float] = {}
    begun = int(np.argmax(gained > 0))
    usual: list[float] = []
    for day, gain in enumerate(gained[begun:].tolist(), begun):
        # Too few plain days say nothing of what is usual; then all do, or an account that grows fast is never usual.
        before = np.array(usual[-USUAL:] if len(usual) >= LEAST else gained[begun:day])
        middle = float(np.median(before)) if gain > FEW and len(before) else 0.0
        spread = 1.4826 * float(np.median(np.abs(before - middle))) if gain > FEW and len(before) else 0.0
        beyond = gain - max(FEW, 3 * middle, middle + 6 * spread)
        if beyond > 0:
            odd[day] = beyond / gain
        else:
            usual.append(gain)
    plain = np.ones(len(found), bool) if not odd else ~np.isin(followed, list(odd))
    early = (float(np.count_nonzero(did & plain)) + SEEN * ACT_EARLY) / (float(np.count_nonzero(plain)) + SEEN)
    for day, share in odd.items():
        silent = max(1 - (acting[day] + 1) / (gained[day] * early), 0.0)
        found[(followed == day) & ~did] = share * silent
    return found


@dataclass(frozen=True, slots=True)
class Acts:
    """What followers did: who, on which day, and whether with something of ours."""

    account: Ints
    day: Ints
    ours: np.ndarray


def by_day(
    p_bot: ArrayLike, followed: ArrayLike, left: ArrayLike, acts: Acts, *, first: int, last: int, off: float = OFF
) -> tuple[TrueReach, ...]:
    """Return the true reach of each day from the first to the last, as it could have been told on that day.

    Parameters
    ----------
    p_bot : array of shape (n_followers,)
    followed : array of shape (n_followers,), day on which each began to follow; below 0: before we looked
    left : array of shape (n_followers,), day from which each follows no more, or is deleted; NEVER for others
    acts : of accounts that are rows here

    Raises
    ------
    InvalidInput
        If rows do not fit together, or days do not.
    """
    bot, came, gone = chances(p_bot), np.asarray(followed, np.int64), np.asarray(left, np.int64)
    n = rows(bot, came, gone)
    if last < first or (
        rows(acts.account, acts.day, acts.ours) and not 0 <= acts.account.min() <= acts.account.max() < n
    ):
        raise InvalidInput(reason=_DAYS)
    order = np.argsort(acts.day, kind="stable")
    who, when, ours = acts.account[order], acts.day[order], acts.ours[order].astype(bool)
    many, latest, with_us = np.zeros(n), np.full(n, np.nan), np.full(n, -NEVER)
    found, begun = [], 0
    for day in range(first, last + 1):
        until = int(np.searchsorted(when, day, side="right"))
        many += np.bincount(who[begun:until], minlength=n)
        latest[who[begun:until]] = when[begun:until]  # in order of days: the last one stays
        did = begun + np.flatnonzero(ours[begun:until])
        with_us[who[did]] = when[did]
        begun = until
        here = (came <= day) & (day < gone)
        known = np.maximum(day - np.maximum(came, 0), 0)
        fake = (
            bought(np.where(came <= day, came, -1), with_us >= 0, today=day)[here] if day >= 0 else np.zeros(here.sum())
        )
        there = p_there(many[here], np.maximum(day - latest[here], 0), known[here])
        found.append(true_reach(1 - (1 - bot[here]) * (1 - fake), there, with_us[here] > day - ACTING, off=off))
    return tuple(found)
