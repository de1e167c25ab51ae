"""How many people so many contacts need, and what one more or one fewer would change. Pure."""

from dataclasses import dataclass

import numpy as np

from hubbub.workforce.core.chat import chats_served
from hubbub.workforce.core.deferred import required_by_deadline
from hubbub.workforce.core.erlang import served
from hubbub.workforce.core.given import Floats, amounts, loads
from hubbub.workforce.core.plan.need import need
from hubbub.workforce.core.plan.queue import Queue, Way
from hubbub.workforce.core.shrinkage import on_the_schedule

AROUND = (-2, -1, 0, 1, 2)


@dataclass(frozen=True, slots=True)
class Beside:
    """What those who come meet with so many people; a wait without end is infinite."""

    people: int
    in_time: float
    average_wait_s: float
    gives_up: float
    occupancy: float


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The fewest people that meet all targets of a queue."""

    people: int
    scheduled: int
    """Who stand on the schedule, so that so many answer."""
    load: float
    """In erlangs: how many would be busy without a break."""
    around: tuple[Beside, ...] = ()
    """With some fewer and some more; none for work that may wait."""


def reckon(queue: Queue, items: float, *, per: float, shrinkage: float = 0.0) -> Reckoned:
    """Return how many people so many contacts in an interval need, by the targets and times of a queue.

    Work that may wait is taken as coming so all the time.

    Parameters
    ----------
    per : seconds the interval lasts
    shrinkage : the share of paid time in which nobody answers

    Raises
    ------
    InvalidInput
        If something makes no sense.

    >>> from hubbub.workforce.core.plan.queue import Kind, usual
    >>> told = reckon(usual(Kind.PHONE), 100, per=1800, shrinkage=0.3)
    >>> told.people, told.scheduled, [each.people for each in told.around]
    (14, 20, [12, 13, 14, 15, 16])
    """
    load = float(loads(items, per, queue.handling_s))
    if queue.kind.way is Way.LATER:
        found = required_by_deadline(
            items, within=queue.within_s, level=queue.level, per=per, handling=queue.handling_s,
            branching=queue.branching or 0.0,
        )  # fmt: skip
        people = int(found)
        return Reckoned(people, int(on_the_schedule(people, shrinkage)), load)
    people = int(need(queue, amounts([items]), per=per).answering[0])
    beside = np.array([each for each in (people + more for more in AROUND) if each > 0], np.float64)
    return Reckoned(
        people, int(on_the_schedule(people, shrinkage)), load, _around(queue, items, per, beside) if people else ()
    )


def _around(queue: Queue, items: float, per: float, people: Floats) -> tuple[Beside, ...]:
    if queue.kind.way is Way.NOW:
        told = served(
            items, people, per=per, handling=queue.handling_s, within=queue.within_s, patience=queue.patience_s
        )
        columns = told.in_time, told.average_wait, told.gives_up, told.occupancy
    else:
        chats = chats_served(
            items, people, at_once=queue.at_once, slows=queue.slows, per=per, handling=queue.handling_s,
            within=queue.within_s,
        )  # fmt: skip
        columns = chats.in_time, chats.average_wait, np.zeros(len(people)), chats.each / queue.at_once
    return tuple(
        Beside(int(many), *map(float, row)) for many, row in zip(people, zip(*columns, strict=True), strict=True)
    )
