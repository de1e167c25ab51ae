"""What callers meet: who is turned away, who waits and for how long, who gives up. Over whole days at once.

Arrivals are Poisson within an interval, handling times exponential, and an interval is long enough to settle: the
assumptions of every figure here. Bursts, as posts come in, break the first one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark
from hubbub.workforce.core import queues
from hubbub.workforce.core.given import WITHIN, Floats, amounts, flat, loads, people, times, together

REDIAL_STEPS = 60
_SHARE = mark("The share that calls again is from 0 on, and below 1.")


@dataclass(frozen=True, slots=True)
class Served:
    """What callers meet in each interval; arrays of one shape. Shares are of all who call."""

    load: Floats
    """Erlangs: calls that would be talking at a time if nobody waited."""
    waits: Floats
    """Share that does not get somebody at once."""
    in_time: Floats
    """Share that is answered within the time asked for: the service level."""
    gives_up: Floats
    """Share that hangs up before an answer; 0 without patience."""
    average_wait: Floats
    """Seconds, over all, also those who are answered at once or give up; infinite where a queue only grows."""
    occupancy: Floats
    """Share of their time in which agents talk."""


def blocking(load: ArrayLike, agents: ArrayLike) -> Floats:
    """Share of calls that find all lines taken, where nobody can wait (Erlang B).

    Parameters
    ----------
    load : array, erlangs, >= 0
    agents : array of the same shape, or one that fits it, whole numbers >= 0

    Raises
    ------
    InvalidInput
        If a load is negative or not finite, or agents are no whole numbers.

    References
    ----------
    A. K. Erlang (1917).

    >>> blocking([4.46, 10.0], 10).round(4)
    array([0.01  , 0.2146])
    """
    return _each(queues.all_blocking, load, agents)


def wait_probability(load: ArrayLike, agents: ArrayLike) -> Floats:
    """Share of calls that wait, where everybody waits as long as it takes (Erlang C); 1 where load >= agents.

    Parameters, errors and source as in `blocking`.

    >>> wait_probability([8.0, 10.0], 10).round(3)
    array([0.409, 1.   ])
    """
    return _each(queues.all_waits, load, agents)


def served(
    calls: ArrayLike, agents: ArrayLike, *, per: ArrayLike = 1800.0, handling: ArrayLike = 180.0,
    within: ArrayLike = 20.0, patience: ArrayLike | None = None,
) -> Served:  # fmt: skip
    """Return what callers meet with so many agents.

    Parameters
    ----------
    calls : array, how many come in each interval, >= 0
    agents : array, whole people, >= 0
    per : seconds an interval lasts
    handling : mean seconds a call takes, the work after it included
    within : seconds within which a call is to be answered
    patience : mean seconds until a caller gives up (Erlang A); None: nobody does (Erlang C)

    All shapes are broadcast against each other.

    Raises
    ------
    InvalidInput
        If something is negative, not finite, or no whole number of people.

    References
    ----------
    A. K. Erlang (1917); C. Palm (1946); A. Mandelbaum and S. Zeltyn (2007), Service engineering in action: the
    Palm/Erlang-A queue.

    >>> served(100, [13, 14]).in_time.round(3)
    array([0.796, 0.888])
    """
    load, staff, seconds, limit = together(
        loads(calls, per, handling), people(agents), times(handling), amounts(within, WITHIN)
    )
    if patience is not None:
        load, staff, seconds, limit, stays = together(load, staff, seconds, limit, times(patience))
        out = np.empty((load.size, 3))
        queues.all_impatient(flat(load), flat(staff), flat(stays / seconds), flat(limit / seconds), out)
        waits, gone, in_time = (column.reshape(load.shape) for column in out.T)
        return Served(load, waits, in_time, gone, gone * stays, _busy(load * (1 - gone), staff))
    waits = wait_probability(load, staff)
    with np.errstate(divide="ignore", invalid="ignore"):
        free = np.where(staff > load, staff - load, 0.0)
        in_time = np.where(free > 0, 1 - waits * np.exp(-free * limit / seconds), np.where(load == 0, 1.0, 0.0))
        mean = np.where(load == 0, 0.0, np.where(free > 0, waits * seconds / free, np.inf))
    return Served(load, waits, in_time, np.zeros(load.shape), mean, _busy(np.minimum(load, staff), staff))


def redialled(
    calls: ArrayLike, agents: ArrayLike, *, again: float, per: ArrayLike = 1800.0, handling: ArrayLike = 180.0,
    patience: ArrayLike,
) -> Floats:  # fmt: skip
    """Return how many calls come in all, where a share of those who gave up calls again (Erlang X).

    A fixed point: calls = first calls + again · calls · share that gives up among so many.

    Parameters
    ----------
    again : share of those who gave up that calls again, in [0, 1)

    The others are those of `served`; `calls` are the first tries.
    """
    if not 0 <= again < 1:
        raise InvalidInput(reason=_SHARE)
    first = amounts(calls)
    low, high = first, first / (1 - again)
    for _ in range(REDIAL_STEPS):
        middle = (low + high) / 2
        gone = served(middle, agents, per=per, handling=handling, patience=patience).gives_up
        more = first + again * middle * gone > middle
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return np.asarray((low + high) / 2)


def _each(fill: queues.Fill, load: ArrayLike, agents: ArrayLike) -> Floats:
    offered, staff = together(amounts(load), people(agents))
    out = np.empty(offered.size)
    fill(flat(offered), flat(staff), out)
    return out.reshape(offered.shape)


def _busy(work: Floats, staff: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(staff > 0, work / staff, 0.0)
