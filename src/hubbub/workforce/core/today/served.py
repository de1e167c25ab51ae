"""What the people who are expected can do with what is expected: service levels of what is left of a day. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hubbub.workforce.core.chat import chats_served
from hubbub.workforce.core.erlang import served
from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.need import need
from hubbub.workforce.core.plan.queue import Queue, Way
from hubbub.workforce.core.today.rest import Parts

ENOUGH = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Backlog:
    """What waits of work that may wait, each with the minute of the day by which it is due; below now: late already."""

    due_min: tuple[float, ...] = ()

    def by(self, edges: Floats) -> Floats:
        """Return how much is due by each moment."""
        return np.searchsorted(np.sort(np.array(self.due_min, np.float64)), edges, side="right").astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A queue in what is left of a day. Arrays have one figure for each part of it."""

    id: int
    queue: Queue
    items: Floats
    """What is expected, as many as would come in a whole interval."""
    handling_s: Floats
    opens: NDArray[np.bool_]
    planned: Floats
    """Who are to answer, as was reckoned from the whole day."""
    backlog: Backlog = Backlog()


@dataclass(frozen=True, eq=False)
class Rest:
    """What is left of a day, and its queues."""

    parts: Parts
    lines: tuple[Line, ...]

    @cached_property
    def skills(self) -> tuple[str, ...]:
        """The skills that are needed, in the order of the queues."""
        return tuple(dict.fromkeys(each.queue.needs for each in self.lines))

    @cached_property
    def by_line(self) -> dict[int, Floats]:
        """How many people are to answer for each queue."""
        return {each.id: required(each, self.parts) for each in self.lines}

    @cached_property
    def required(self) -> dict[str, Floats]:
        """How many people are to answer by skill."""
        found = {skill: np.zeros(len(self.parts.minutes)) for skill in self.skills}
        for each in self.lines:
            found[each.queue.needs] += self.by_line[each.id]
        return found

    def levels(self, there: Mapping[str, Floats]) -> tuple["Level", ...]:
        """Return what each queue reaches with so many people by skill; queues of one skill share them by their need."""
        found = []
        for each in self.lines:
            same = self.required[each.queue.needs]
            part = np.divide(self.by_line[each.id], same, out=np.zeros(len(same)), where=same > 0)
            found.append(level(each, self.parts, there.get(each.queue.needs, np.zeros(len(same))) * part))
        return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """What a queue reaches in each part: how many count, and how many of them are answered in time."""

    id: int
    counted: Floats
    in_time: Floats

    @property
    def share(self) -> Floats:
        """The service level of each part; nan where nothing counts."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.counted > ENOUGH, self.in_time / self.counted, np.nan)

    def over(self, many: int) -> float | None:
        """Return the service level of the first so many parts together; None where nothing counts."""
        whole = float(self.counted[:many].sum())
        return float(self.in_time[:many].sum()) / whole if whole > ENOUGH else None


def required(line: Line, parts: Parts) -> Floats:
    """Return how many people are to answer in each part; with what waits already, so that it is done by when it is due.

    Work that may wait needs at least the pace at which all that is due is done, the least there is.
    """
    if line.queue.kind.way is not Way.LATER:
        return need(line.queue, line.items, per=parts.step_min * 60.0, handling=line.handling_s, opens=line.opens
        ).answering.astype(np.float64)  # fmt: skip
    pace = _pace(line, parts)
    return np.where(line.opens, np.maximum(line.planned, np.ceil(pace - 1e-6)), 0.0)


def level(line: Line, parts: Parts, there: Floats) -> Level:
    """Return what a queue reaches with so many people; between whole ones, it lies between what these reach."""
    items = line.items * parts.weight
    if line.queue.kind.way is Way.LATER:
        return _later(line, parts, there)
    below = np.floor(there + ENOUGH)
    part = np.clip(there - below, 0.0, 1.0)
    share = (1 - part) * _share(line, parts, below) + part * _share(line, parts, below + 1)
    return Level(line.id, items, items * np.where(line.opens, share, 0.0))


def _share(line: Line, parts: Parts, agents: Floats) -> Floats:
    queue, per = line.queue, parts.step_min * 60.0
    if queue.kind.way is Way.AT_ONCE:
        return chats_served(
            line.items, agents, at_once=queue.at_once, slows=queue.slows, per=per, handling=line.handling_s,
            within=queue.within_s,
        ).in_time  # fmt: skip
    return served(
        line.items, agents, per=per, handling=line.handling_s, within=queue.within_s, patience=queue.patience_s
    ).in_time


def _later(line: Line, parts: Parts, there: Floats) -> Level:
    """Count as a stream, first due first done, with what is late already before all else."""
    due, came, late = _due(line, parts)
    able = np.where(line.opens, there, 0.0) * parts.minutes * 60.0 / line.handling_s
    done, total = np.empty(len(able)), 0.0
    for at, can in enumerate(able):
        total = done[at] = min(total + can, came[at])
    falls_due = np.diff(np.concatenate([[late], due]))
    missed = np.clip(due - np.maximum(done, late), 0.0, falls_due)
    return Level(line.id, falls_due, falls_due - missed)


def _due(line: Line, parts: Parts) -> tuple[Floats, Floats, float]:
    """Return what is due and what has come by the end of each part, and what is late already.

    The deadline of what comes counts in minutes in which the queue is open; what is due after its last is not due.
    """
    edges = parts.edges
    opened = np.concatenate([[0.0], np.cumsum(np.where(line.opens, parts.minutes, 1e-6))])
    arrived = np.concatenate([[0.0], np.cumsum(line.items * parts.weight)])
    waits = len(line.backlog.due_min)
    new = np.interp(opened[1:] - line.queue.within_s / 60.0, opened, arrived, left=0.0)
    late = float(line.backlog.by(edges[:1])[0])
    return line.backlog.by(edges[1:]) + new, waits + arrived[1:], late


def _pace(line: Line, parts: Parts) -> Floats:
    due, came, _ = _due(line, parts)
    able = np.where(line.opens, parts.minutes * 60.0, 0.0) / line.handling_s
    pace, done = np.zeros(len(due)), 0.0
    for at in np.flatnonzero(line.opens):
        spent = np.cumsum(able[at:])
        wanted = max(0.0, float(((due[at:] - done) / spent).max()))
        pace[at] = min(wanted, (came[at] - done) / able[at])
        done += pace[at] * able[at]
    return pace
