"""Chat: one person talks with several people at a time, and each chat then takes longer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark
from hubbub.workforce.core import queues
from hubbub.workforce.core.given import WITHIN, Floats, amounts, flat, loads, people, share, times, together

_AT_ONCE = mark("Chats at a time are whole numbers from 1 on.")
_SLOWS = mark("How much longer each further chat makes all of them is a share from 0 on, and below 1.")


@dataclass(frozen=True, slots=True)
class Chats:
    """What those who chat meet in each interval; arrays of one shape."""

    waits: Floats
    """Share that does not get somebody at once."""
    in_time: Floats
    """Share that is answered within the time asked for."""
    average_wait: Floats
    """Seconds; infinite where a queue only grows."""
    each: Floats
    """Chats that one person has at a time, on average."""


def chats_served(
    chats: ArrayLike, agents: ArrayLike, *, at_once: int = 3, slows: float = 0.0, per: ArrayLike = 1800.0,
    handling: ArrayLike = 600.0, within: ArrayLike = 60.0,
) -> Chats:  # fmt: skip
    """Return what those who chat meet, where each goes to whoever has the fewest chats.

    With c chats a person, each takes handling · (1 + slows · (c-1)). The queue is the chain of births and deaths over
    the number of chats, all of them spread evenly; nobody gives up. One at a time, it is Erlang C.

    Parameters
    ----------
    chats : array, how many come in each interval, >= 0
    agents : array, whole people, >= 0
    at_once : chats one person has at most
    slows : by how much each further chat lengthens all of them, in [0, 1)
    per, handling, within : seconds; `handling` of a chat that has somebody alone

    Raises
    ------
    InvalidInput
        If something is negative, not finite, or no whole number where it must be.

    >>> chats_served([100], 14, at_once=1, handling=180, within=20).in_time.round(3)
    array([0.888])
    """
    _check(at_once, slows)
    load, staff, seconds, limit = together(
        loads(chats, per, handling), people(agents), times(handling), amounts(within, WITHIN)
    )
    out = np.empty((load.size, 4))
    queues.all_chats(flat(load), flat(staff), flat(limit / seconds), float(at_once), slows, out)
    waits, in_time, wait, each = (column.reshape(load.shape) for column in out.T)
    return Chats(waits, in_time, wait * seconds, each)


def required_for_chat(
    chats: ArrayLike, *, level: float = 0.8, within: float = 60.0, at_once: int = 3, slows: float = 0.0,
    per: ArrayLike = 1800.0, handling: ArrayLike = 600.0,
) -> NDArray[np.int64]:  # fmt: skip
    """Return the fewest people with whom this share of chats is answered in time; as in `chats_served`.

    >>> required_for_chat([0, 100], at_once=3, slows=0.2)
    array([ 0, 18])
    """
    _check(at_once, slows)
    load, seconds = together(loads(chats, per, handling), times(handling))
    limit = amounts(within, WITHIN) / seconds
    out = np.empty(load.size, np.int64)
    queues.all_needed_for_chat(flat(load), flat(limit), share(level), float(at_once), slows, out)
    return out.reshape(load.shape)


def _check(at_once: int, slows: float) -> None:
    if not (at_once >= 1 and at_once == int(at_once)):
        raise InvalidInput(reason=_AT_ONCE)
    if not 0 <= slows < 1:
        raise InvalidInput(reason=_SLOWS)
