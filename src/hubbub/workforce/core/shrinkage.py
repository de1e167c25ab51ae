"""Why more people stand on the schedule than answer: holidays, sickness, lieu days, training, breaks, meetings."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.workforce.core.given import people

_SHARE = mark("{name}: a share is from 0 on and below 1, as .08 for 8 %.")
_ALL = mark("These causes leave nobody to answer: together they are {share:.0%} of all paid time.")
_OF_ALL = mark("{name}: {share:.1%} of all paid time")
_OF_REST = mark("{name}: {given:.1%} of what is left, {share:.1%} of all paid time")


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause for which somebody who is paid does not answer."""

    name: str
    share: float
    of_rest: bool = True
    """The share is of the time that the causes before it leave (multiplicative), not of all paid time (additive)."""

    def __post_init__(self) -> None:
        if not 0 <= self.share < 1:
            raise InvalidInput(reason=say(_SHARE, name=self.name))


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """The share of all paid time in which nobody answers, and how it comes about, a line a cause."""

    share: float
    words: tuple[str, ...]


def shrinkage(causes: Sequence[Cause]) -> Shrinkage:
    """Return what causes take together, in their order.

    Somebody who is on holiday attends no meeting: such a cause is a share of what is left. What was counted over all
    paid time, as a year's statistics of sickness, is a share of all.

    Raises
    ------
    InvalidInput
        If a share is below 0 or 1 and more, or nothing is left.

    >>> round(shrinkage([Cause("Holiday", 0.1), Cause("Training", 0.05)]).share, 3)
    0.145
    >>> round(shrinkage([Cause("Holiday", 0.1), Cause("Training", 0.05, of_rest=False)]).share, 3)
    0.15
    """
    left, words = 1.0, []
    for cause in causes:
        taken = cause.share * left if cause.of_rest else cause.share
        left -= taken
        words.append(say(_OF_REST if cause.of_rest else _OF_ALL, name=cause.name, given=cause.share, share=taken))
    if left <= 1e-9:
        raise InvalidInput(reason=say(_ALL, share=1 - left))
    return Shrinkage(1.0 - left, tuple(words))


def on_the_schedule(agents: ArrayLike, causes: Sequence[Cause] | float) -> NDArray[np.int64]:
    """Return how many people stand on the schedule, so that so many answer: agents / (1 - shrinkage), rounded up.

    >>> on_the_schedule([14, 7], 0.3)
    array([20, 10])
    """
    listed = [Cause("Shrinkage", causes)] if isinstance(causes, int | float) else causes
    share = shrinkage(listed).share
    return np.ceil(people(agents) / (1.0 - share) - 1e-9).astype(np.int64)
