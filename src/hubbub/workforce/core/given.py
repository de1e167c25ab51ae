"""What is given, as arrays of numbers; what can't be used gets a sentence that says what to mend."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say

Floats = NDArray[np.float64]
AMOUNT = mark("How much comes in is a number from 0 on.")
AGENTS = mark("Agents are whole people, from 0 on.")
TIMES = mark("Times are seconds above 0.")
WITHIN = mark("The time within which to answer is 0 seconds or more.")
LEVEL = mark("A service level is a share above 0 and below 1, as .8 for 80 %.")
_SHAPES = mark("What is given for each interval does not fit together: {shapes}. Give one number, or one an interval.")


def amounts(given: ArrayLike, words: str = AMOUNT) -> Floats:
    """Return numbers from 0 on."""
    found = _numbers(given, words)
    if not (np.isfinite(found) & (found >= 0)).all():
        raise InvalidInput(reason=words)
    return found


def times(given: ArrayLike, words: str = TIMES) -> Floats:
    """Return numbers above 0."""
    found = amounts(given, words)
    if not (found > 0).all():
        raise InvalidInput(reason=words)
    return found


def people(given: ArrayLike) -> Floats:
    """Return whole numbers from 0 on."""
    found = amounts(given, AGENTS)
    if not (found == np.floor(found)).all():
        raise InvalidInput(reason=AGENTS)
    return found


def loads(calls: ArrayLike, per: ArrayLike, handling: ArrayLike) -> Floats:
    """Return erlangs: calls a second times the seconds one takes."""
    arriving, lasts, takes = together(amounts(calls), times(per), times(handling))
    return np.asarray(arriving * (takes / lasts))


def share(given: float, words: str = LEVEL) -> float:
    """Return a share above 0 and below 1."""
    if not 0 < given < 1:
        raise InvalidInput(reason=words)
    return given


def together(*arrays: Floats) -> tuple[Any, ...]:
    """Return them in one shape."""
    try:
        return tuple(np.broadcast_arrays(*arrays))
    except ValueError:
        shapes = ", ".join("×".join(map(str, each.shape)) or "1" for each in arrays)
        raise InvalidInput(reason=say(_SHAPES, shapes=shapes)) from None


def flat(found: Floats) -> Floats:
    """Return it as one row."""
    return np.ascontiguousarray(found, np.float64).reshape(-1)


def _numbers(given: ArrayLike, words: str) -> Floats:
    try:
        return np.asarray(given, np.float64)
    except (TypeError, ValueError):
        raise InvalidInput(reason=words) from None
