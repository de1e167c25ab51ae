"""How many people are needed: the fewest with whom all targets are met."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark
from hubbub.workforce.core import queues
from hubbub.workforce.core.given import LEVEL, WITHIN, flat, loads, times, together

_NONE = mark("Name at least one target: a service level, an average wait, a share that gives up, or an occupancy.")
_WAIT = mark("An average wait is above 0 seconds.")
_GIVING_UP = mark("The share that may give up is above 0 and below 1, and needs a patience: without one, nobody does.")
_BUSY = mark("Occupancy is a share above 0 and at most 1.")
_PATIENCE = mark("Patience is in seconds above 0.")


@dataclass(frozen=True, slots=True)
class Targets:
    """What is to be met, all of it; None asks for nothing.

    Raises
    ------
    InvalidInput
        If nothing is asked for, or no number of people could meet it.
    """

    level: float | None = 0.8
    """Share of calls that is answered within `within` seconds."""
    within: float = 20.0
    average_wait: float | None = None
    """Seconds, at most."""
    gives_up: float | None = None
    """Share that gives up, at most."""
    occupancy: float | None = None
    """Share of their time in which agents talk, at most."""

    def __post_init__(self) -> None:
        asked = (self.level, self.average_wait, self.gives_up, self.occupancy)
        if all(each is None for each in asked):
            raise InvalidInput(reason=_NONE)
        if self.level is not None and not 0 < self.level < 1:
            raise InvalidInput(reason=LEVEL)
        if not 0 <= self.within < np.inf:
            raise InvalidInput(reason=WITHIN)
        if self.average_wait is not None and not 0 < self.average_wait < np.inf:
            raise InvalidInput(reason=_WAIT)
        if self.gives_up is not None and not 0 < self.gives_up < 1:
            raise InvalidInput(reason=_GIVING_UP)
        if self.occupancy is not None and not 0 < self.occupancy <= 1:
            raise InvalidInput(reason=_BUSY)


def required_agents(
    calls: ArrayLike, targets: Targets, *, per: ArrayLike = 1800.0, handling: ArrayLike = 180.0,
    patience: ArrayLike | None = None,
) -> NDArray[np.int64]:  # fmt: skip
    """Return the fewest agents that meet all targets in each interval; none where nobody calls.

    Every target gets easier with more people, so it is the first number that meets them all. Without patience that is
    more than the load, but it may be the very next number: where the time allowed is long, a queue may grow and shrink
    again. With patience it may be below the load, as some give up.

    Parameters
    ----------
    calls : array, how many come in each interval, >= 0
    targets : for all intervals
    per, handling, patience : seconds, as in `served`; all shapes are broadcast

    Raises
    ------
    InvalidInput
        If something is negative or not finite, or a share that gives up is asked for without patience.

    >>> required_agents([0, 100], Targets(level=0.8, within=20, occupancy=0.85))
    array([ 0, 14])
    """
    load = loads(calls, per, handling)
    seconds = times(handling)
    if patience is None:
        if targets.gives_up is not None:
            raise InvalidInput(reason=_GIVING_UP)
        stays = np.asarray(np.inf)
    else:
        stays = times(patience, _PATIENCE)
    load, seconds, stays = together(load, seconds, stays)
    given = np.empty((load.size, 6))
    given[:, 0] = (stays / seconds).reshape(-1)
    given[:, 1] = 0.0 if targets.level is None else targets.level
    given[:, 2] = (targets.within / seconds).reshape(-1)
    given[:, 3] = np.inf if targets.average_wait is None else (targets.average_wait / seconds).reshape(-1)
    given[:, 4] = np.inf if targets.gives_up is None else targets.gives_up
    given[:, 5] = np.inf if targets.occupancy is None else targets.occupancy
    out = np.empty(load.size, np.int64)
    queues.all_needed(flat(load), given, out)
    return out.reshape(load.shape)
