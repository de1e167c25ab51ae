"""What queues and teams meet on a day, from days that were played, with how sure it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark
from hubbub.workforce.core.blended import play, run
from hubbub.workforce.core.blended.day import Day
from hubbub.workforce.core.blended.items import Items, drawn
from hubbub.workforce.core.given import Floats

ITEMS, JUDGED, IN_TIME, WAITED, GAVE_UP = range(5)
_FEW = mark("Play at least two days: from one alone, nobody can tell how sure it is.")


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """A figure from days that were played: its mean, and the standard error of that; numbers or arrays."""

    mean: Floats
    error: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Meets:
    """What a queue meets: over the day (numbers), or by interval (n_intervals,), by when items come."""

    items: Estimate
    """How many come in a day or an interval."""
    in_time: Estimate
    """Share that is begun in time: the service level. What waits at the end and is not late yet does not count."""
    average_wait: Estimate
    """Seconds, over all, also those who give up."""
    gives_up: Estimate
    """Share that gives up."""
    backlog: Estimate
    """Items that wait at the end."""


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a day comes to."""

    day: Day
    whole: dict[str, Meets]
    """By queue, over the day."""
    each: dict[str, Meets]
    """By queue, in each interval."""
    occupancy: dict[str, Estimate]
    """By team, over the day: share of their time in which people have something in hand."""
    occupancy_each: dict[str, Estimate]


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """Counts of days that were played: R days, Q queues, T teams, n intervals."""

    tally: Floats
    """(R, Q, n, 5), see `play.tallied`."""
    left: Floats
    """(R, Q, n)"""
    busy: Floats
    """(R, T, n)"""
    paid: Floats


def play_days(day: Day, *, days: int = 40, seed: int = 1) -> Outcome:
    """Return what a day comes to, played so many times with other chance.

    Whoever comes goes to the person with the least in hand, of the team that is tried first; whoever gets free takes
    from the queues by the routing rules. Who has a call or an item that may wait in hand finishes it first. A person
    with c chats does each of them 1 + slows · (c-1) times as slowly. People who leave finish what they have in hand.

    Parameters
    ----------
    day : what comes, who is there, who takes what
    days : how many are played, >= 2; standard errors fall with its root
    seed : the same one plays the same days, whoever is there: differences between plans are known better than figures

    Raises
    ------
    InvalidInput
        If fewer than two days are to be played.

    >>> from hubbub.workforce import Day, Kind, Queue, Team
    >>> phone = Queue("phone", Kind.CALL, np.full(20, 100.0))
    >>> found = play_days(Day((phone,), (Team("all", ("phone",), 14),)), days=100)
    >>> found.whole["phone"].in_time.mean.round(2)
    np.float64(0.89)
    """
    return outcome(day, played(day, rows(day, days, seed)))


def rows(day: Day, days: int, seed: int) -> list[Items]:
    """Draw what comes on so many days: rows of one, or, where the day comes again, one long row."""
    if days < 2:
        raise InvalidInput(reason=_FEW)
    if day.again:
        return [drawn(day, sum(_around(day), days) * day.intervals, seed, 0)]
    return [drawn(day, day.intervals, seed, number) for number in range(days)]


def played(day: Day, items: Sequence[Items]) -> Played:
    """Play what was drawn, with the people and rules of the day."""
    before, after = _around(day)
    found = [_counts(day, each) for each in items]
    parts = []
    for column in range(4):
        rows_ = [each[column] for each in found]
        if day.again:
            whole = rows_[0].reshape(rows_[0].shape[0], -1, day.intervals, *rows_[0].shape[2:])
            parts.append(np.moveaxis(whole, 1, 0)[before : whole.shape[1] - after])
        else:
            parts.append(np.array(rows_))
    return Played(*parts)


def outcome(day: Day, found: Played) -> Outcome:
    """Return the figures of days that were played."""
    whole, each = {}, {}
    for at, queue in enumerate(day.queues):
        rows_ = found.tally[:, at]
        each[queue.name] = _meets(rows_, found.left[:, at])
        whole[queue.name] = _meets(rows_.sum(axis=1), found.left[:, at, -1])
    busy, paid = found.busy, found.paid
    return Outcome(
        day, whole, each,
        {team.name: ratio(busy[:, t].sum(axis=1), paid[:, t].sum(axis=1)) for t, team in enumerate(day.teams)},
        {team.name: ratio(busy[:, t], paid[:, t]) for t, team in enumerate(day.teams)},
    )  # fmt: skip


def ratio(parts: Floats, of: Floats, nothing: float = 0.0) -> Estimate:
    """Return the mean ratio over days, first axis, and its standard error (W. G. Cochran, 1977, ratio estimates)."""
    days, total = len(parts), of.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(total > 0, parts.sum(axis=0) / total, nothing)
        error = np.sqrt(((parts - mean * of) ** 2).sum(axis=0) / (days - 1) * days) / total
    return Estimate(mean[()], np.where(total > 0, error, 0.0)[()])


def _meets(tally: Floats, left: Floats) -> Meets:
    counts = np.moveaxis(tally, -1, 0)
    one = np.ones(counts[ITEMS].shape)
    return Meets(
        ratio(counts[ITEMS], one),
        ratio(counts[IN_TIME], counts[JUDGED], 1.0),
        ratio(counts[WAITED], counts[ITEMS]),
        ratio(counts[GAVE_UP], counts[ITEMS]),
        ratio(left, one),
    )


def _around(day: Day) -> tuple[int, int]:
    """Return how many days are played before and after those that count, so that all that waits has its time."""
    if not day.again:
        return 0, 0
    longest = max(queue.within for queue in day.queues)
    after = int(np.ceil(longest / (day.per * day.intervals)))
    return 1 + after, after


def _counts(day: Day, items: Items) -> tuple[Floats, Floats, Floats, Floats]:
    """Play one row; return its counts, by queue or team and interval."""
    floor = run.ran(day, items)
    tally = np.zeros((len(day.queues), items.spans, 5))
    play.tallied(floor, tally)
    return tally, floor.left, floor.busy, floor.paid
