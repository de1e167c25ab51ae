"""How many people a queue needs in each interval, from what is expected to come. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubbub.workforce.core.chat import required_for_chat
from hubbub.workforce.core.deferred import carried_over, levelled
from hubbub.workforce.core.given import Floats, amounts, times, together
from hubbub.workforce.core.plan.queue import Queue, Way
from hubbub.workforce.core.required import required_agents


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """People an interval: who answer, and who stand on the schedule for it."""

    answering: NDArray[np.int64]
    scheduled: Floats


def need(
    queue: Queue, items: ArrayLike, *, per: float, handling: ArrayLike | None = None, opens: ArrayLike | None = None,
    branching: float = 0.0, shrinkage: float = 0.0,
) -> Need:  # fmt: skip
    """Return how many people meet the targets of a queue in each interval.

    Who calls or chats needs somebody there in that interval. Work that may wait is levelled over the intervals in
    which the queue is open, with what is left carried over; so hand in whole days, in order. Its deadline counts in
    open hours: what comes while the queue is shut is begun as if it came when it opens. The span repeats: what its end
    leaves is there at its beginning.

    Parameters
    ----------
    items : array of shape (n_intervals,), how many come in each, >= 0
    per : seconds an interval lasts
    handling : seconds each takes, one number or one an interval; None: as the queue says
    opens : array of bool of shape (n_intervals,), when people work; None: always
    branching : how many further ones each calls forth where the queue itself says none
    shrinkage : the share of paid time in which nobody answers

    >>> from hubbub.workforce.core.plan.queue import Kind, usual
    >>> need(usual(Kind.PHONE), [0, 100], per=1800, shrinkage=0.3).scheduled
    array([ 0., 20.])
    """
    coming, takes = together(amounts(items), times(queue.handling_s if handling is None else handling))
    works = np.ones(len(coming), np.bool_) if opens is None else np.asarray(opens, np.bool_)
    if queue.kind.way is Way.NOW:
        agents = required_agents(coming, queue.targets, per=per, handling=takes, patience=queue.patience_s)
    elif queue.kind.way is Way.AT_ONCE:
        agents = required_for_chat(
            coming, level=queue.level, within=queue.within_s, at_once=queue.at_once, slows=queue.slows, per=per,
            handling=takes,
        )  # fmt: skip
    else:
        agents = _later(queue, coming, takes, works, per, branching)
    agents = np.where(works, agents, 0)
    return Need(agents, np.ceil(agents / (1.0 - shrinkage) - 1e-9) + 0.0)  # no -0


def when_open(row: Floats, works: NDArray[np.bool_]) -> Floats:
    """Return a row with what comes while nobody works moved to when somebody does, if anybody ever does.

    What comes after the last opening comes before the first, as the week before left it.
    """
    open_at = np.flatnonzero(works)
    found = np.zeros(len(row))
    if len(open_at):
        first = np.searchsorted(open_at, np.arange(len(row))) % len(open_at)
        found[open_at] = np.bincount(first, row, minlength=len(open_at))
    return found


def _later(
    queue: Queue, coming: Floats, takes: Floats, works: NDArray[np.bool_], per: float, branching: float
) -> NDArray[np.int64]:
    agents, open_at = np.zeros(len(coming), np.int64), np.flatnonzero(works)
    if not len(open_at):
        return agents
    due = when_open(coming, works)[open_at]
    if not due.any():
        return agents
    takes_mean, left = float((coming * takes).sum() / coming.sum()), 0.0
    for _ in range(2):  # what its own end leaves is there when it begins again
        agents[open_at] = levelled(
            due, within=queue.within_s, level=queue.level, per=per, handling=takes_mean, backlog=left,
            branching=branching if queue.branching is None else queue.branching,
        )  # fmt: skip
        left = float(carried_over(due, agents[open_at], per=per, handling=takes_mean).backlog[-1])
        if left < 1:
            break
    return agents
