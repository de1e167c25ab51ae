"""How a queue stands in each interval: who is there against who is needed, and what those who come meet. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hubbub.workforce.core.chat import chats_served
from hubbub.workforce.core.deferred import carried_over
from hubbub.workforce.core.erlang import served
from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.queue import Way
from hubbub.workforce.core.plan.work import Work

NEARLY = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Meets:
    """What those who come in each interval meet; nan where nobody comes, or nobody is there who could be busy."""

    in_time: Floats
    """Share that is answered in time."""
    occupancy: Floats
    """Share of their time in which people have something in hand; of chats, how much of all they could have."""


@dataclass(frozen=True, slots=True)
class Run:
    """Intervals that follow each other with too few people: from the first to before the last."""

    start: int
    end: int
    most: int
    """So many are missing at most."""
    missing: float
    """Intervals of people that are missing in all."""


def meets(work: Work, per: float) -> Meets:
    """Return what those who come in each interval meet with the people there are.

    Between whole numbers of people it is what lies between. Of work that may wait, what is carried over counts, and its
    deadline runs in open hours; as a stream, without chance.

    Parameters
    ----------
    per : seconds an interval lasts

    >>> from hubbub.workforce.core.plan.queue import Kind, usual
    >>> day = np.array([0.0, 100.0])
    >>> phones = Work(1, usual(Kind.PHONE), day, np.full(2, 180.0), np.ones(2, bool), np.array([14.0, 14.0]))
    >>> meets(phones, 1800).in_time.round(3)
    array([  nan, 0.888])
    """
    if work.queue.kind.way is Way.LATER:
        return _later(work, per)
    low = np.floor(work.people + NEARLY)
    part = np.clip(work.people - low, 0.0, 1.0)
    below, above = _settled(work, low, per), _settled(work, low + 1, per)
    in_time, busy = ((1 - part) * each + part * more for each, more in zip(below, above, strict=True))
    return Meets(np.where(work.comes > 0, in_time, np.nan), np.where(work.people > 0, busy, np.nan))


def _settled(work: Work, people: Floats, per: float) -> tuple[Floats, Floats]:
    queue = work.queue
    if queue.kind.way is Way.NOW:
        told = served(
            work.comes, people, per=per, handling=work.handling_s, within=queue.within_s, patience=queue.patience_s
        )
        return told.in_time, told.occupancy
    chats = chats_served(
        work.comes, people, at_once=queue.at_once, slows=queue.slows, per=per, handling=work.handling_s,
        within=queue.within_s,
    )  # fmt: skip
    return chats.in_time, chats.each / queue.at_once


def _later(work: Work, per: float) -> Meets:
    comes, in_time, busy = work.comes, np.full(len(work.items), np.nan), np.full(len(work.items), np.nan)
    at = np.flatnonzero(work.opens)
    if not len(at) or not comes.any():
        return Meets(in_time, np.where(work.people > 0, 0.0, np.nan))
    first_open = np.minimum(np.searchsorted(at, np.arange(len(comes))), len(at) - 1)
    due = np.bincount(first_open, comes, minlength=len(at))
    takes = float((comes * work.handling_s).sum() / comes.sum())
    people = np.floor(work.people[at] + 0.5)
    again = np.concatenate([due, np.zeros(len(at))])  # what the last leave is done as the next days are like these
    found = carried_over(again, np.tile(people, 2), per=per, handling=takes)
    shown = found.waits[: len(at)] <= work.queue.within_s + NEARLY
    in_time[at] = np.where(due > 0, shown, np.nan)
    left = found.backlog[: len(at)]
    done = due + np.concatenate([[0.0], left[:-1]]) - left
    with np.errstate(divide="ignore", invalid="ignore"):
        busy[at] = np.where(people > 0, np.minimum(1.0, done * takes / (people * per)), np.nan)
    return Meets(in_time, busy)


def divided(required: Sequence[NDArray[np.int64]], there: Floats) -> list[Floats]:
    """Return how many of the people of one skill are for each of its queues: as they are needed, else alike.

    >>> [each.tolist() for each in divided([np.array([3, 0]), np.array([1, 0])], np.array([8.0, 2.0]))]
    [[6.0, 1.0], [2.0, 1.0]]
    """
    needed = np.sum(required, axis=0)
    alike = there / len(required)
    return [np.where(needed > 0, there * each / np.maximum(needed, 1), alike) for each in required]


def gaps(there: Floats, required: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return by how many people there are too many, or too few (below 0), to the next whole one.

    >>> gaps(np.array([3.5, 3.25, 6.0]), np.array([4, 4, 4]))
    array([ 0, -1,  2])
    """
    return np.floor(there - required + 0.5).astype(np.int64)


def runs(gap: NDArray[np.int64]) -> tuple[Run, ...]:
    """Return where too few are there, the worst first.

    >>> [(each.start, each.end, each.most) for each in runs(np.array([0, -1, -3, 0, -1]))]
    [(1, 3, 3), (4, 5, 1)]
    """
    short = np.concatenate([[0], (gap < 0).astype(np.int64), [0]])
    starts, ends = np.flatnonzero(np.diff(short) == 1), np.flatnonzero(np.diff(short) == -1)
    found = [
        Run(int(start), int(end), int(-gap[start:end].min()), float(-gap[start:end].sum()))
        for start, end in zip(starts, ends, strict=True)
    ]
    return tuple(sorted(found, key=lambda each: -each.missing))
