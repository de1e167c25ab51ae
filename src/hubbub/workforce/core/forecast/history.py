"""What was counted: a row a day, a column an interval of the day by the clock on the wall."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import ArrayLike

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark
from hubbub.workforce.core.given import Floats

MINUTES = 24 * 60
_TABLE = mark("Give what was counted as a table: a row a day, and columns of equal length that make up 24 hours.")
_COUNTS = mark("What was counted is a number from 0 on; leave empty what is not known.")
_HANDLING = mark("Handling times are seconds from 0 on, one for each count.")


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """What one queue got, and how long that took.

    Parameters
    ----------
    first : the day of the first row
    arrivals : array of shape (days, intervals of a day); nan where closed or not known. The intervals make up the 24
        hours from midnight, so 48 columns are half-hours
    handling : array of that shape, mean seconds; nan where none; None: not known
    zone : the clock by which the intervals are; None: one that never changes

    Raises
    ------
    InvalidInput
        If the shapes do not fit, or a count is negative.
    """

    first: date
    arrivals: Floats
    handling: Floats | None = None
    zone: ZoneInfo | None = None

    def __post_init__(self) -> None:
        """Check the table."""
        object.__setattr__(self, "arrivals", _table(self.arrivals, _COUNTS))
        if self.handling is not None:
            object.__setattr__(self, "handling", _table(self.handling, _HANDLING))
            if self.handling.shape != self.arrivals.shape:
                raise InvalidInput(reason=_HANDLING)

    @property
    def days(self) -> int:
        """How many days it spans."""
        return len(self.arrivals)

    @property
    def per(self) -> int:
        """Minutes an interval lasts."""
        return MINUTES // int(self.arrivals.shape[1])

    @property
    def end(self) -> date:
        """The first day after it."""
        return self.first + timedelta(days=self.days)

    def until(self, day: date) -> "History":
        """Return what was known when that day began."""
        rows = max(0, (day - self.first).days)
        handling = None if self.handling is None else self.handling[:rows]
        return History(self.first, self.arrivals[:rows], handling, self.zone)


def weeks(table: Floats) -> Floats:
    """Return a table of days as (weeks, 7, intervals), ending with its last day; nan before its first.

    The day that comes next has the weekday of column 0.
    """
    days, intervals = table.shape
    before = np.full((-days % 7, intervals), np.nan)
    return np.concatenate([before, table]).reshape(-1, 7, intervals)


def passes(first: date, days: int, intervals: int, zone: ZoneInfo | None) -> Floats:
    """Return how often the clock goes through each interval: once, or where it changes not at all, or twice.

    Where it changes within an interval, it is the part of its length: half an hour that an hourly interval loses is .5.

    >>> from datetime import date; from zoneinfo import ZoneInfo
    >>> passes(date(2026, 10, 25), 1, 24, ZoneInfo("Europe/Berlin"))[0, :4]
    array([1., 1., 2., 1.])
    """
    times = np.ones((days, intervals))
    if zone is None:
        return times
    midnights = [datetime.combine(first + timedelta(days=day), time(), zone).utcoffset() for day in range(days + 1)]
    for day in range(days):
        if midnights[day] != midnights[day + 1]:
            times[day] = _lengths(first + timedelta(days=day), intervals, zone)
    return times


def instants(day: date, intervals: int, zone: ZoneInfo | None) -> list[tuple[int, datetime]]:
    """Return each interval of a day with its beginning, in order; one that comes twice has two, one skipped none."""
    per = timedelta(minutes=MINUTES // intervals)
    if zone is None:
        midnight = datetime.combine(day, time())
        return [(column, midnight + column * per) for column in range(intervals)]
    begins, until = (_instant(each, zone) for each in (day, day + timedelta(days=1)))
    found: list[tuple[int, datetime]] = []
    step = timedelta(minutes=min(15, MINUTES // intervals))
    while begins < until:
        wall = begins.astimezone(zone)
        column = (wall.hour * 60 + wall.minute) * intervals // MINUTES
        new = not found or column != found[-1][0] or begins - found[-1][1].astimezone(UTC) >= per
        if new:
            found.append((column, wall))
        begins += step
    return found


def _lengths(day: date, intervals: int, zone: ZoneInfo) -> Floats:
    begins, until = (_instant(each, zone) for each in (day, day + timedelta(days=1)))
    length = np.zeros(intervals)
    while begins < until:
        wall = begins.astimezone(zone)
        length[(wall.hour * 60 + wall.minute) * intervals // MINUTES] += 1
        begins += timedelta(minutes=1)
    return length / (MINUTES // intervals)


def _instant(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _table(given: ArrayLike, words: str) -> Floats:
    try:
        table = np.array(given, np.float64)
    except (TypeError, ValueError):
        raise InvalidInput(reason=words) from None
    if table.ndim != 2 or table.shape[1] == 0 or MINUTES % table.shape[1]:
        raise InvalidInput(reason=_TABLE)
    if np.isinf(table).any() or (table < 0).any():
        raise InvalidInput(reason=words)
    return table
