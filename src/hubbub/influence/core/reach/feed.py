"""How many posts a day come into somebody's feed: those of all they follow, and a log-normal guess for the rest."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from hubbub.influence.core.reach.activity import HOURS, hour_of_week, usual
from hubbub.influence.core.reach.given import Floats, amounts, rows
from hubbub.influence.core.reach.visibility import POSTS_RECEIVED
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark

FOLLOWS: Final = 1_100.0
"""How many the reader of the worked example follows, to receive 1,500 posts a day."""
APART: Final = 1.0
"""How far feeds of people of whom nothing is known lie apart, as a standard deviation of the logarithm."""
APART_EACH: Final = 1.5
"""How far people who post lie apart."""
_PAIRS = mark("Each line of who follows whom has a follower and somebody followed, numbered from 0.")


@dataclass(frozen=True, slots=True)
class Feeds:
    """Posts a day that come into each feed: the median, and the standard deviation of the logarithm."""

    received: Floats
    spread: Floats


def feeds(
    follower: ArrayLike, followed: ArrayLike, posts_a_day: ArrayLike, follows: ArrayLike, *,
    usual: float = POSTS_RECEIVED / FOLLOWS,
) -> Feeds:  # fmt: skip
    """Return what comes into feeds.

    Those of whom we know what they post add up; each other one posts as those known do, or as is usual where none is.
    The sum of many such guesses errs by less than one of them: by the root of how many.

    Parameters
    ----------
    follower, followed : arrays of shape (n_edges,), who follows whom as far as known
    posts_a_day : array of shape (n_accounts,), of those followed; nan: not known
    follows : array of shape (n_followers,), how many each follows as the network tells; nan: not known
    usual : posts a day of somebody of whom nothing is known

    Raises
    ------
    InvalidInput
        If a number is negative, or an account has no row.
    """
    who, whom = np.asarray(follower, np.int64), np.asarray(followed, np.int64)
    rates, many = amounts(posts_a_day, unknown=True), amounts(follows, unknown=True)
    n = len(many)
    if rows(who, whom) and not (who.min() >= 0 and who.max() < n and whom.min() >= 0 and whom.max() < len(rates)):
        raise InvalidInput(reason=_PAIRS)
    told = ~np.isnan(rates[whom])
    known = np.bincount(who[told], minlength=n)
    sums = np.bincount(who[told], rates[whom][told], minlength=n)
    # As if ten more of the usual kind were known: a few loud ones do not tell what all others post.
    typical = (sums + 10 * usual) / (known + 10)
    others = np.maximum(np.where(np.isnan(many), FOLLOWS, many) - known, 0)
    received = sums + others * typical
    guessed = np.divide(others * typical, received, out=np.zeros(n), where=received > 0)
    apart = np.where(np.isnan(many), APART, np.hypot(0.3, APART_EACH / np.sqrt(np.maximum(others, 1))))
    return Feeds(received, guessed * apart)


def flow(at: ArrayLike) -> Floats:
    """Return what comes into feeds by hour of the week (UTC), as multiples of the average hour.

    Parameters
    ----------
    at : array of shape (n_posts,), seconds since 1970 at which those whom followers follow post, or a sample of it

    >>> flow([]).tolist() == [1.0] * 168
    True
    """
    hours = hour_of_week(amounts(at))
    return usual(np.bincount(hours, minlength=HOURS).astype(np.float64))
