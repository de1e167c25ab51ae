"""What comes to a queue over some days, who answers it, and what those who come meet. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hubbub.workforce.core.blended import day as played
from hubbub.workforce.core.blended.outcome import Outcome, play_days
from hubbub.workforce.core.chat import chats_served
from hubbub.workforce.core.erlang import served
from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.need import need, when_open
from hubbub.workforce.core.plan.queue import Queue, Way

MOST_ITEMS: Final = 100_000
"""So many contacts are played at most, so that a page need not wait for them."""
DAYS: Final = (3, 20)
"""A plan is played so often, at least and at most."""
SEED: Final = 1
REMEMBERED, MORE_REMEMBERED = 200, 1_000
_KINDS: Final = {Way.NOW: played.Kind.CALL, Way.AT_ONCE: played.Kind.CHAT, Way.LATER: played.Kind.DEFERRED}


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """What comes to one queue, interval by interval of some days, and who answers; all arrays of one length."""

    id: int
    queue: Queue
    items: Floats
    handling_s: Floats
    opens: NDArray[np.bool_]
    people: Floats
    """Who answer; by a roster also parts of people."""
    bursts: float = 0.0
    storm: Floats | float = 0.0
    """What comes on top."""

    @property
    def comes(self) -> Floats:
        """How many come in each interval in which it is open."""
        return self.seen(self.items + self.storm)

    def seen(self, row: Floats) -> Floats:
        """Return a row as the queue sees it: who calls while it is shut is gone, other work waits until it opens."""
        later = self.queue.kind.way is Way.LATER
        return when_open(row, self.opens) if later else np.where(self.opens, row, 0.0)


@dataclass(frozen=True, slots=True)
class Met:
    """What those who come to a queue meet. Shares are of all who come; a time without end is infinite."""

    contacts: float
    in_time: float
    gives_up: float
    average_wait_s: float
    occupancy: float
    """Share of their time in which people have something in hand; of chats, how much of all they could have."""
    left: float = 0.0
    """How many still wait at the end."""
    played: bool = False
    """Found by playing the days, not by a formula."""


NOTHING: Final = Met(0.0, 1.0, 0.0, 0.0, 0.0)
"""Nobody comes."""


def met(work: Work, per: float) -> Met:
    """Return what those who come meet with the people there are.

    Calls and chats by the formulas, where each interval settles; where somebody comes and too few are there for that,
    and for work that may wait, the days are played.

    Parameters
    ----------
    per : seconds an interval lasts

    What was reckoned lately is remembered: pages ask for the same plan again and again.
    """
    rows = np.array([np.broadcast_to(row, work.opens.shape) for row in _rows(work)], np.float64)
    return _reckoned(work.queue, work.bursts, per, rows.shape[1], rows.tobytes())


def _rows(work: Work) -> tuple[Floats | float, ...]:
    return work.items, work.storm, work.handling_s, work.people, work.opens.astype(np.float64)


@lru_cache(maxsize=REMEMBERED)
def _reckoned(queue: Queue, bursts: float, per: float, many: int, told: bytes) -> Met:
    items, storm, handling_s, people, opens = np.frombuffer(told).copy().reshape(-1, many)
    work = Work(0, queue, items, handling_s, opens > 0, people, bursts, storm)
    comes = work.comes
    if not comes.any():
        return NOTHING
    if not work.people.any():
        return Met(float(comes.sum()), 0.0, 0.0, np.inf, 0.0, float(comes.sum()))
    if work.queue.kind.way is not Way.LATER:
        found = _by_formula(work, per)
        if np.isfinite(found.average_wait_s):
            return found
    return together([work], (team(work.queue.needs, [work.queue.name], work.people),), per).met[0]


def _by_formula(work: Work, per: float) -> Met:
    comes, low = work.comes, np.floor(work.people)
    part = work.people - low
    found = np.zeros((4, len(comes)))
    for people, weight in ((low, 1 - part), (low + 1, part)):
        if weight.any():
            told = _figures(work, people, per)
            found += np.where(weight > 0, np.where(weight > 0, told, 0.0) * weight, 0.0)
    at = comes > 0
    shares = (found[:3, at] * comes[at]).sum(axis=1) / comes.sum()
    busy = float((found[3] * work.people).sum() / work.people.sum())
    return Met(float(comes.sum()), float(shares[0]), float(shares[1]), float(shares[2]), busy)


def _figures(work: Work, people: Floats, per: float) -> Floats:
    """Return in time, giving up, average wait and occupancy: (4, n)."""
    queue = work.queue
    if queue.kind.way is Way.NOW:
        told = served(
            work.comes, people, per=per, handling=work.handling_s, within=queue.within_s, patience=queue.patience_s
        )
        return np.array([told.in_time, told.gives_up, told.average_wait, told.occupancy])
    chats = chats_served(
        work.comes, people, at_once=queue.at_once, slows=queue.slows, per=per, handling=work.handling_s,
        within=queue.within_s,
    )  # fmt: skip
    return np.array([chats.in_time, np.zeros(len(people)), chats.average_wait, chats.each / queue.at_once])


@dataclass(frozen=True, slots=True)
class Together:
    """What queues meet that share people, as they were played."""

    met: tuple[Met, ...]
    occupancy: float


def together(works: Sequence[Work], teams: Sequence[played.Team], per: float, reserve: int = 0) -> Together:
    """Return what queues meet whose teams may share skills: the days are played, each time from empty queues on.

    Hours in which all are shut are left out: deadlines count in open hours.
    """
    many = sum(float(each.comes.sum()) for each in works)
    days = int(np.clip(MOST_ITEMS / max(1.0, many), *DAYS))
    if not many:
        return Together(tuple(NOTHING for _ in works), 0.0)
    opens = np.any([each.opens for each in works], axis=0)
    there_then = tuple(replace(each, people=np.asarray(each.people)[opens]) for each in teams)
    queues = tuple(_played_queue(each, opens) for each in works)
    day = played.Day(queues, there_then, per, played.Routing(reserve=reserve))
    found = play_days(day, days=days, seed=SEED)
    there = {each.name: float(np.sum(each.people)) for each in there_then}
    return Together(
        tuple(_met(found, each, _busy(found, there, each.queue.name)) for each in works), _busy(found, there)
    )


def _busy(found: Outcome, there: dict[str, float], queue: str = "") -> float:
    """Return the occupancy of all teams, or of those that serve a queue."""
    teams = [each.name for each in found.day.teams if not queue or queue in each.skills]
    hours = sum(there[each] for each in teams)
    return sum(float(found.occupancy[each].mean) * there[each] for each in teams) / hours if hours else 0.0


def _met(found: Outcome, work: Work, busy: float) -> Met:
    meets = found.whole[work.queue.name]
    return Met(
        float(work.comes.sum()), float(meets.in_time.mean), float(meets.gives_up.mean),
        float(meets.average_wait.mean), busy, float(meets.backlog.mean), played=True,
    )  # fmt: skip


def _played_queue(work: Work, opens: NDArray[np.bool_]) -> played.Queue:
    queue = work.queue
    return played.Queue(
        queue.name, _KINDS[queue.kind.way], work.seen(work.items)[opens], work.handling_s[opens],
        queue.within_s, queue.level,
        patience=queue.patience_s if queue.kind.way is Way.NOW else None,
        branching=work.bursts if queue.kind.way is Way.LATER else 0.0,
        storm=work.seen(np.zeros(len(opens)) + work.storm)[opens], at_once=queue.at_once,
        slows=queue.slows,
    )  # fmt: skip


def team(name: str, queues: Sequence[str], people: Floats) -> played.Team:
    """Return people with skills, each interval's number rounded to whole people."""
    return played.Team(name, tuple(queues), np.floor(people + 0.5))


def needed(work: Work, per: float) -> Work:
    """Return the same work with the fewest people that meet its targets; remembered as in `met`."""
    rows = np.array([work.comes, work.handling_s, work.opens.astype(np.float64)])
    return replace(work, people=_needed(work.queue, work.bursts, per, rows.shape[1], rows.tobytes()))


@lru_cache(maxsize=MORE_REMEMBERED)
def _needed(queue: Queue, bursts: float, per: float, many: int, told: bytes) -> Floats:
    comes, handling_s, opens = np.frombuffer(told).copy().reshape(-1, many)
    found = need(queue, comes, per=per, handling=handling_s, opens=opens > 0, branching=bursts)
    people = found.answering.astype(np.float64)
    people.flags.writeable = False
    return people
