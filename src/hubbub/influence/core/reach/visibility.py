"""The chance that a follower sees one post: an open formula.

A follower receives I posts a day, sits down s times a day at random moments, and each time reads from the newest down,
D posts on average (geometrically distributed). At their next sitting, T after the post, some I·T newer ones lie above
it, and they read so deep with the chance e^(-I·T/D). T is exponential with rate s, so over all T that makes
s / (s + I/D) = 1 / (1 + I / (D s)). The log-odds are ln(D s / I): whatever is wrong by a factor moves them by as much.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from hubbub.influence.core.reach.given import Floats, amounts

POSTS_RECEIVED: Final = 1_500.0  # by a follower, a day
POSTS_READ: Final = 200.0  # in one sitting
SITTINGS: Final = 1.0  # a day
OFF: Final = 2.5
"""How many times too high or low D s / I may be, in four of five audiences, before impressions say more."""


def chance(received: float = POSTS_RECEIVED, read: float = POSTS_READ, sittings: float = SITTINGS) -> float:
    """Return the chance for one follower, of numbers that are known to be fine.

    >>> round(chance(), 3), round(chance(sittings=1.25), 3)
    (0.118, 0.143)
    """
    taken = read * sittings
    return taken / (taken + received) if taken > 0 else 0.0


def p_seen(
    received: ArrayLike = POSTS_RECEIVED, read: ArrayLike = POSTS_READ, sittings: ArrayLike = SITTINGS
) -> Floats:
    """Chance that a follower sees one post, whenever it is said.

    Parameters
    ----------
    received : array, posts a day that come into their feed, >= 0
    read : array, posts they read in one sitting on average, >= 0
    sittings : array, sittings a day, >= 0

    Returns
    -------
    array of the shape of all three; 0.0 for who never reads, however little comes

    Raises
    ------
    InvalidInput
        If one is negative or not finite.

    >>> p_seen(1_500, 200, [1.0, 1.25]).round(3)
    array([0.118, 0.143])
    """
    taken = np.asarray(amounts(read) * amounts(sittings))
    coming = np.asarray(amounts(received))
    return np.asarray(np.where(taken > 0, taken / np.where(taken > 0, taken + coming, 1.0), 0.0))


def shifted(p: Floats, factor: float) -> Floats:
    """Return chances where D s / I is so many times as high.

    >>> shifted(p_seen(1_500, 200, [1.0]), 1.25).round(3)
    array([0.143])
    """
    return np.asarray(p * factor / (p * factor + 1.0 - p))
