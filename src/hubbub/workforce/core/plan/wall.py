"""Days of a clock on the wall, by quarters of an hour: some show an hour twice, and some skip one. Pure."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.history import Day, Figures
from hubbub.workforce.core.plan.queue import DAY_MIN

QUARTER = timedelta(minutes=15)
"""All zones lie whole quarters of an hour apart."""
A_DAY = DAY_MIN // 15


@dataclass(frozen=True)
class Wall:
    """Some days by the clock of a zone."""

    first: date
    days: int
    zone: ZoneInfo
    since: datetime = field(init=False)
    until: datetime = field(init=False)

    def __post_init__(self) -> None:
        """Find when they begin and end."""
        object.__setattr__(self, "since", midnight(self.first, self.zone))
        object.__setattr__(self, "until", midnight(self.first + timedelta(days=self.days), self.zone))

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """Return for each quarter that passes which one the clock shows, counted from the first midnight."""
        found = []
        at = self.since
        while at < self.until:
            wall = at.astimezone(self.zone)
            found.append((wall.date() - self.first).days * A_DAY + (wall.hour * 60 + wall.minute) // 15)
            at += QUARTER
        return np.array(found, np.int64)

    def table(self, figures: ArrayLike, step_min: int) -> Floats:
        """Return figures of each quarter that passes as (days, intervals), added up; nan where the clock skips one."""
        shape = (self.days, DAY_MIN // step_min, step_min // 15)
        size = self.days * A_DAY
        added = np.bincount(self.places, np.asarray(figures, np.float64), size).reshape(shape).sum(2)
        shown = np.bincount(self.places, minlength=size).reshape(shape).sum(2)
        return np.where(shown > 0, added, np.nan)

    def counted(self, at_s: Floats, weights: Floats | None = None) -> Floats:
        """Return for each quarter that passes how many of these seconds since the beginning lie in it."""
        quarter = (at_s // QUARTER.total_seconds()).astype(np.int64)
        return np.bincount(quarter, weights, len(self.places)).astype(np.float64)

    def over(self, now: datetime, step_min: int) -> NDArray[np.bool_]:
        """Return which intervals (days, intervals) are over: where the clock shows one twice, after the second time."""
        left = np.arange(len(self.places)) >= (now - self.since) // QUARTER
        return np.asarray(~(self.table(left, step_min) > 0))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return when a day begins."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def as_days(wall: Wall, step_min: int, came: Floats, handled: Floats, seconds: Floats) -> tuple[Day, ...]:
    """Return days from what came, what was handled and the seconds that took, each by quarters that pass."""
    many, done, took = (wall.table(each, step_min) for each in (came, handled, seconds))
    mean = np.full(done.shape, np.nan)
    np.divide(took, done, out=mean, where=done > 0)
    return tuple(
        Day(wall.first + timedelta(days=row), step_min, _told(many[row]), _told(done[row]), _told(mean[row]))
        for row in range(wall.days)
    )


def _told(row: Floats) -> Figures:
    return tuple(None if np.isnan(each) else round(float(each), 2) for each in row)
