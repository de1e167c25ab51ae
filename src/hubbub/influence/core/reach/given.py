"""What is given about followers, as arrays; what can't be used gets a sentence that says what to mend."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
AMOUNTS = mark("Posts, sittings and followers are numbers from 0 on.")
CHANCES = mark("A likelihood is a number from 0 to 1.")
_LENGTHS = mark("What is given for each follower does not fit together: {lengths} rows. Give each one row.")


def amounts(given: ArrayLike, *, unknown: bool = False) -> Floats:
    """Return numbers from 0 on; nan only where that is allowed to say: unknown."""
    return _within(given, np.inf, AMOUNTS, unknown)


def chances(given: ArrayLike, *, unknown: bool = False) -> Floats:
    """Return numbers from 0 to 1; nan only where that is allowed to say: unknown."""
    return _within(given, 1.0, CHANCES, unknown)


def rows(*columns: NDArray[np.generic]) -> int:
    """Return how many rows all of them have."""
    lengths = {len(each) for each in columns}
    if len(lengths) > 1:
        raise InvalidInput(reason=say(_LENGTHS, lengths=", ".join(map(str, sorted(lengths)))))
    return lengths.pop()


def _within(given: ArrayLike, most: float, words: str, unknown: bool) -> Floats:
    try:
        found = np.asarray(given, np.float64)
    except (TypeError, ValueError):
        raise InvalidInput(reason=words) from None
    fits = np.isfinite(found) & (found >= 0) & (found <= most)
    if not (fits | (np.isnan(found) & unknown)).all():
        raise InvalidInput(reason=words)
    return found
