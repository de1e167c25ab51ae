"""What was reached of a queue's target so far, interval by interval of the wall clock. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.queue import DAY_MIN, Queue, Way

BACK_DAYS = 14
AHEAD_DAYS = 7


@dataclass(frozen=True, eq=False)
class OpenTime:
    """The time in which a queue is open, counted from two weeks before a day; in minutes of that day's wall clock."""

    queue: Queue
    day: date

    @cached_property
    def passed(self) -> Floats:
        """Open minutes that have passed by each minute."""
        dates = [self.day + timedelta(days=each) for each in range(-BACK_DAYS, AHEAD_DAYS)]
        opens = np.concatenate([self.queue.opens(each.weekday(), 1) for each in dates])
        return np.concatenate([[0.0], np.cumsum(opens)])

    def until(self, minute: ArrayLike) -> Floats:
        """Return how many open minutes have passed by a minute of the day; below 0 it is of a day before."""
        at = np.asarray(minute, np.float64) + BACK_DAYS * DAY_MIN
        return np.interp(at, np.arange(len(self.passed)), self.passed)

    def due(self, came: ArrayLike, within_s: float) -> Floats:
        """Return the minute of the day by which what came is to be answered: the deadline counts in open time.

        >>> from hubbub.workforce.core.plan.queue import Kind, queue_of
        >>> mail = queue_of({"name": "Mail", "kind": "mail", "week": [(540, 1020)] * 7})
        >>> OpenTime(mail, date(2026, 11, 30)).due([480, 1000], 3600.0)  # before it opens, and soon before it shuts
        array([ 600., 2020.])
        """
        wanted = self.until(came) + within_s / 60.0
        at = np.searchsorted(self.passed, wanted - 1e-9, side="left")
        late = wanted - np.interp(at - 1.0, np.arange(len(self.passed)), self.passed)
        return np.asarray(np.minimum(at - 1 + late, len(self.passed) - 1) - BACK_DAYS * DAY_MIN, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Came:
    """Who wanted a queue, as columns of one length."""

    at: Floats
    """The minute of the day's wall clock."""
    until: Floats
    """When they were answered or gone; nan: they still wait."""
    waited_s: Floats
    """Seconds that really passed, until then or until now."""
    lost: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """How it went, by intervals of the day."""

    offered: Floats
    counted: Floats
    """Of whom it is known whether they were in time."""
    in_time: Floats
    lost: Floats

    @property
    def share(self) -> Floats:
        """The service level of each interval; nan where nothing counts."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.counted > 0, self.in_time / self.counted, np.nan)

    @property
    def level(self) -> float | None:
        """The service level so far; None where nothing counts."""
        counted = float(self.counted.sum())
        return float(self.in_time.sum()) / counted if counted else None


def in_time(queue: Queue, came: Came, opened: OpenTime, now: float) -> Floats:
    """Return for each who came 1 if they were answered in time, 0 if not, nan while it is open.

    Who gave up was not answered in time. Work that may wait has its deadline in open time, all else in seconds.
    """
    if queue.kind.way is Way.LATER:
        end = np.where(np.isnan(came.until), now, came.until)
        spent = (opened.until(end) - opened.until(came.at)) * 60.0
    else:
        spent = came.waited_s
    soon = spent <= queue.within_s + 1e-6
    found = np.where(soon & ~came.lost, 1.0, 0.0)
    return np.where(np.isnan(came.until) & soon, np.nan, found)


def reached(queue: Queue, came: Came, opened: OpenTime, now: float, step_min: int) -> Reached:
    """Return how it went with who came, in the interval in which each came."""
    place = np.clip(came.at // step_min, 0, DAY_MIN // step_min - 1).astype(np.int64)
    kept = in_time(queue, came, opened, now)

    def added(weights: ArrayLike) -> Floats:
        return np.bincount(place, np.asarray(weights, np.float64), DAY_MIN // step_min).astype(np.float64)

    return Reached(added(np.ones(len(place))), added(~np.isnan(kept)), added(np.nan_to_num(kept)), added(came.lost))
