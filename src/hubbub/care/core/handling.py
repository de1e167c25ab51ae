"""Handling time: from heartbeats of open pages to the seconds that somebody worked on a case.

A person has one time, however many pages are open: the time between two heartbeats belongs to the case whose page beat
at its end, so that nothing is counted twice. A silence, or a page at which nothing moves, is no work.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

SILENCE: Final = timedelta(seconds=40)
"""Pages beat every 15 s; a longer time without a beat is not worked."""


@dataclass(frozen=True, slots=True)
class Beat:
    """A page says that it shows a case."""

    at: datetime
    case: int
    active: bool = True  # something moved there in the last two minutes
    fresh: bool = False  # it was just opened, or is in sight again: what was before does not belong to it


@dataclass(frozen=True, slots=True)
class Slice:
    """Time worked on a case."""

    case: int
    since: datetime
    until: datetime


def worked(last: datetime | None, beat: Beat) -> timedelta:
    """Return how much of the time since a person's last beat belongs to the case of this one."""
    if last is None or beat.fresh or not beat.active or beat.at <= last or beat.at - last > SILENCE:
        return timedelta()
    return beat.at - last


def slices(beats: Iterable[Beat]) -> Iterator[Slice]:
    """Return the time that one person worked, from their beats in the order they came; neighbours are joined."""
    last: datetime | None = None
    held: Slice | None = None
    for beat in beats:
        span = worked(last, beat)
        last = beat.at if last is None else max(last, beat.at)
        if not span:
            continue
        if held is not None and held.case == beat.case and held.until == beat.at - span:
            held = Slice(beat.case, held.since, beat.at)
            continue
        if held is not None:
            yield held
        held = Slice(beat.case, beat.at - span, beat.at)
    if held is not None:
        yield held


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something takes, of many: all in seconds."""

    count: int
    mean: float
    median: float
    p90: float


def spread(seconds: Sequence[float] | NDArray[np.float64]) -> Spread:
    """Return how handling times are spread.

    >>> spread([60.0, 120.0, 600.0])
    Spread(count=3, mean=260.0, median=120.0, p90=504.0)
    """
    if len(seconds) == 0:
        return Spread(0, 0.0, 0.0, 0.0)
    given = np.asarray(seconds, dtype=np.float64)
    median, p90 = np.percentile(given, (50, 90))
    return Spread(len(given), float(given.mean()), float(median), float(p90))


@dataclass(frozen=True, slots=True, eq=False)
class HandlingTimes:
    """Contacts that ended, as columns of the same length, oldest first.

    `seconds` are those worked with those of wrap-up; `at_once` the most cases that were open at the same time.
    """

    channels: tuple[str, ...]
    kinds: tuple[str, ...]
    ended_at: NDArray[np.datetime64]
    seconds: NDArray[np.float64]
    at_once: NDArray[np.int64]

    def by(self, of: Sequence[str]) -> dict[str, Spread]:
        """Return the spread for each of the names that stand beside the seconds: `times.by(times.channels)`."""
        names = np.asarray(of)
        return {str(name): spread(self.seconds[names == name]) for name in np.unique(names)}


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """How many cases came in which interval: `counts[channel, interval]`."""

    channels: tuple[str, ...]
    starts: NDArray[np.datetime64]
    counts: NDArray[np.int64]
