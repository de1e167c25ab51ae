"""What if: a day as planned beside one that is changed, on the same drawn days."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.workforce.core.blended.day import Day, Queue, Team
from hubbub.workforce.core.blended.outcome import (
    GAVE_UP,
    IN_TIME,
    ITEMS,
    JUDGED,
    WAITED,
    Estimate,
    Outcome,
    Played,
    outcome,
    played,
    ratio,
    rows,
)
from hubbub.workforce.core.given import Floats, amounts, times

_UNKNOWN = mark("There is no {name} in this plan.")
_OTHER = mark("Compare days with the same queues and intervals.")
_AT = mark("A storm begins in an interval of the day: from 0 to {last}.")
_TIMES = mark("Say how many times as many, or as long, with a number above 0.")


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """One figure of the day as planned, of the changed one, and their difference, known better than either."""

    before: Estimate
    after: Estimate
    difference: Estimate

    @property
    def sure(self) -> bool:
        """Whether the difference is more than chance: two standard errors or more."""
        return bool(abs(self.difference.mean) > 2 * self.difference.error)


@dataclass(frozen=True, slots=True, eq=False)
class QueueBeside:
    """What a queue meets, before and after."""

    name: str
    asked: tuple[float, float]
    """The share that is to be in time, before and after."""
    met: tuple[bool, bool]
    items: Beside
    in_time: Beside
    average_wait: Beside
    gives_up: Beside
    backlog: Beside


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two plans side by side."""

    queues: tuple[QueueBeside, ...]
    occupancy: dict[str, Beside]
    """By team, of those that are in both."""
    cost: tuple[float, float]
    hours: tuple[float, float]
    """Of people."""
    before: Outcome
    after: Outcome


def changed(
    day: Day, *, queue: str | None = None, arrivals: float = 1.0, handling: float = 1.0, level: float | None = None,
    within: float | None = None, storm: float = 0.0, at: int = 0, lasts: float = 3600.0, team: str | None = None,
    people: int = 0, reserve: int | None = None,
) -> Day:  # fmt: skip
    """Return a plan with some figures changed.

    Parameters
    ----------
    queue : the one that is meant; None: all of them
    arrivals, handling : times as many, times as long
    level, within : another target
    storm : items on top, from interval `at` on, fading to a third within `lasts` seconds
    team : the one that is meant; None: all of them
    people : how many more (or fewer, below 0) there are wherever somebody is there; never fewer than none
    reserve : another reserve

    Raises
    ------
    InvalidInput
        If there is no such queue, team or interval, or something is out of its range.

    >>> from hubbub.workforce import Day, Kind, Queue, Team
    >>> day = Day((Queue("phone", Kind.CALL, [100.0, 80.0]),), (Team("all", ("phone",), [14, 0]),))
    >>> changed(day, arrivals=1.1, people=-2).people
    array([[12,  0]])
    """
    if queue is not None and queue not in [each.name for each in day.queues]:
        raise InvalidInput(reason=say(_UNKNOWN, name=queue))
    if team is not None and team not in [each.name for each in day.teams]:
        raise InvalidInput(reason=say(_UNKNOWN, name=team))
    more, longer = float(times(arrivals, _TIMES)), float(times(handling, _TIMES))

    def other(each: Queue) -> Queue:
        if queue not in (None, each.name):
            return each
        return replace(
            each,
            items=day.row(each.items) * more,
            handling=day.row(each.handling) * longer,
            spread=None if each.spread is None else each.spread * longer,
            level=each.level if level is None else level,
            within=each.within if within is None else within,
            storm=day.row(each.storm) + storming(day, storm, at=at, lasts=lasts),
        )

    def staffed(each: Team, row: Floats) -> Team:
        if team not in (None, each.name):
            return each
        return replace(each, people=np.where(row > 0, np.maximum(row + people, 0), 0))

    rules = day.routing if reserve is None else replace(day.routing, reserve=reserve)
    teams = tuple(staffed(each, row) for each, row in zip(day.teams, day.people, strict=True))
    return replace(day, queues=tuple(other(each) for each in day.queues), teams=teams, routing=rules)


def storming(day: Day, items: ArrayLike, *, at: int, lasts: float = 3600.0) -> Floats:
    """Return how many items of a storm come in each interval: most at its beginning, fading to a third in `lasts`.

    >>> from hubbub.workforce import Day, Kind, Queue, Team
    >>> day = Day((Queue("posts", Kind.DEFERRED, [5.0] * 4, within=3600),), (Team("all", ("posts",), 2),))
    >>> storming(day, 100, at=1).round()
    array([ 0., 39., 24., 14.])
    """
    if not 0 <= at < day.intervals:
        raise InvalidInput(reason=say(_AT, last=day.intervals - 1))
    edges = np.maximum(np.arange(day.intervals + 1) - at, 0) * day.per
    after = np.exp(-edges / float(times(lasts)))
    return np.asarray(amounts(items) * (after[:-1] - after[1:]))


def what_if(before: Day, after: Day, *, days: int = 40, seed: int = 1) -> Comparison:
    """Return what two plans come to, side by side, on the same drawn days.

    What both have in common comes at the same moments with the same work, so the differences are known far better than
    the figures. Not so for bursty posts that are more or fewer: they are drawn anew.

    Parameters
    ----------
    before, after : plans for the same queues and intervals; teams may differ. See `changed`
    days, seed : as in `play_days`

    Raises
    ------
    InvalidInput
        If queues or intervals differ.

    >>> from hubbub.workforce import Day, Kind, Queue, Team
    >>> day = Day((Queue("phone", Kind.CALL, [100.0] * 20),), (Team("all", ("phone",), 14),))
    >>> found = what_if(day, changed(day, people=-1)).queues[0].in_time
    >>> found.difference.mean.round(2), found.sure
    (np.float64(-0.09), True)
    """
    names = [queue.name for queue in before.queues]
    if names != [queue.name for queue in after.queues] or (before.intervals, before.per, before.again) != (
        after.intervals, after.per, after.again
    ):  # fmt: skip
        raise InvalidInput(reason=_OTHER)
    plays = [played(day, rows(day, days, seed)) for day in (before, after)]
    if len(plays[0].tally) != len(plays[1].tally):
        raise InvalidInput(reason=_OTHER)
    queues = tuple(_queue(before, after, plays, q) for q in range(len(names)))
    occupancy = {}
    for one, team in enumerate(before.teams):
        for two, other in enumerate(after.teams):
            if team.name == other.name:
                both = zip(plays, (one, two), strict=True)
                pairs = [(found.busy[:, t].sum(axis=1), found.paid[:, t].sum(axis=1)) for found, t in both]
                occupancy[team.name] = _beside(pairs)
    return Comparison(
        queues, occupancy,
        (before.cost, after.cost), (before.hours, after.hours),
        outcome(before, plays[0]), outcome(after, plays[1]),
    )  # fmt: skip


def _queue(before: Day, after: Day, plays: Sequence[Played], q: int) -> QueueBeside:
    counts = [found.tally[:, q].sum(axis=1) for found in plays]
    one = np.ones(len(counts[0]))
    in_time = _beside([(each[:, IN_TIME], each[:, JUDGED]) for each in counts], 1.0)
    asked = before.queues[q].level, after.queues[q].level
    return QueueBeside(
        before.queues[q].name, asked,
        (bool(in_time.before.mean >= asked[0]), bool(in_time.after.mean >= asked[1])),
        _beside([(each[:, ITEMS], one) for each in counts]), in_time,
        _beside([(each[:, WAITED], each[:, ITEMS]) for each in counts]),
        _beside([(each[:, GAVE_UP], each[:, ITEMS]) for each in counts]),
        _beside([(found.left[:, q, -1], one) for found in plays]),
    )  # fmt: skip


def _beside(pairs: Sequence[tuple[Floats, Floats]], nothing: float = 0.0) -> Beside:
    """Return two ratios and their difference, with its error from what days add to both (paired)."""
    first, second = (ratio(*pair, nothing) for pair in pairs)
    adds = [
        (parts - each.mean * of) / of.mean() if of.sum() > 0 else np.zeros(len(of))
        for (parts, of), each in zip(pairs, (first, second), strict=True)
    ]
    error = np.std(adds[1] - adds[0], ddof=1) / np.sqrt(len(adds[0]))
    return Beside(first, second, Estimate(second.mean - first.mean, error))
