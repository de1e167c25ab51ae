"""A file of what came, as days that can be kept, and what is odd about it. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from hubbub.kernel.text import one_line
from hubbub.workforce.core.forecast.history import History, passes
from hubbub.workforce.core.forecast.reading import read_history
from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.history import Day, Figures
from hubbub.workforce.core.plan.queue import DAY_MIN, WEEK, Hours, Kind, Way


@dataclass(frozen=True, slots=True)
class Came:
    """What a file tells of one queue; `name` is empty where it names none."""

    name: str
    days: tuple[Day, ...]
    handling_s: float | None
    """On average."""
    missing: tuple[date, ...]
    """Days without anything, of weekdays that usually have something."""
    changes: tuple[date, ...]
    """Days on which the clock changes."""
    week: tuple[Hours, ...]
    """The hours in which something came, as a queue has them."""

    @property
    def first(self) -> date:
        """The first day."""
        return self.days[0].day

    @property
    def last(self) -> date:
        """The last day."""
        return self.days[-1].day

    @property
    def total(self) -> float:
        """How many came in all."""
        return sum(each.total for each in self.days)


@dataclass(frozen=True, slots=True)
class Read:
    """A file as it is understood."""

    queues: tuple[Came, ...]
    doubled: int
    """Lines that stand there again, word for word."""


def read_days(text: str, *, step_min: int, zone: ZoneInfo) -> Read:
    r"""Return what a table of counts or calls says of each queue, day by day of a zone's wall clock.

    Raises
    ------
    InvalidInput
        If something can't be read, with its line and what to mend.

    >>> text = "time;queue;calls\n2026-03-02 09:00;Orders;7\n2026-03-02 09:30;Orders;9\n"
    >>> [(each.name, each.total) for each in read_days(text, step_min=30, zone=ZoneInfo("UTC")).queues]
    [('Orders', 16.0)]
    """
    found = read_history(text, per=step_min, zone=zone)
    queues = tuple(_came(name, each, step_min, zone) for name, each in found.items())
    return Read(tuple(each for each in queues if each.days), _doubled(text))


def decoded(data: bytes) -> str:
    """Return the text of a file as spreadsheets save it: UTF-8, UTF-16, else as Windows wrote it."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def kind_of(name: str) -> Kind:
    """Return what comes to a queue, by the words of its name; calls, where they do not tell."""
    words = set(name.casefold().split())
    return next((kind for kind in Kind if {kind.value, kind.label.casefold()} & words), Kind.PHONE)


def new_queue(came: Came, name: str, kind: str) -> dict[str, Any]:
    """Return a queue as what came tells of it; when work that may wait is done, it does not tell."""
    told: dict[str, Any] = {"kind": kind, "name": name}
    if came.handling_s:
        told["handling_s"] = round(came.handling_s, 1)
    if kind in set(Kind) and Kind(kind).way is not Way.LATER:
        told["week"] = came.week
    return told


def _came(name: str, found: History, step_min: int, zone: ZoneInfo) -> Came:
    times = passes(found.first, found.days, found.arrivals.shape[1], zone)
    counts = np.where(times > 0, found.arrivals * times, np.nan)  # as many as came, in an hour shown twice in both
    takes = np.full(counts.shape, np.nan) if found.handling is None else found.handling
    handled = np.where(np.isnan(takes), np.nan, counts)
    known = np.asarray(~np.isnan(counts).all(axis=1))
    days = tuple(
        Day(found.first + timedelta(days=at), step_min, _told(counts[at]), _told(handled[at]), _told(takes[at]))
        for at in np.flatnonzero(known).tolist()
    )
    many = np.nansum(handled)
    mean = float(np.nansum(handled * takes) / many) if many else None
    changes = np.flatnonzero((times != 1).any(axis=1) & known).tolist()
    return Came(
        one_line(name)[:60], days, mean, _missing(found.first, known),
        tuple(found.first + timedelta(days=at) for at in changes), _week(found, step_min),
    )  # fmt: skip


def _told(row: Floats) -> Figures:
    return tuple(None if np.isnan(each) else float(each) for each in row)


def _missing(first: date, known: NDArray[np.bool_]) -> tuple[date, ...]:
    inside = np.flatnonzero(known)
    if not len(inside):
        return ()
    usual = [known[weekday::WEEK].mean() > 0.5 for weekday in range(min(WEEK, len(known)))]
    return tuple(
        first + timedelta(days=at)
        for at in range(inside[0], inside[-1] + 1)
        if not known[at] and usual[at % WEEK]
    )  # fmt: skip


def _week(found: History, step_min: int) -> tuple[Hours, ...]:
    """Return from when to when something came on each weekday; none where it came at all hours."""
    week: list[Hours] = [None] * WEEK
    for at in range(min(WEEK, found.days)):
        came = np.flatnonzero((np.nan_to_num(found.arrivals[at::WEEK]) > 0).any(axis=0))
        if len(came):
            span = int(came[0]) * step_min, min(DAY_MIN, (int(came[-1]) + 1) * step_min)
            week[(found.first.weekday() + at) % WEEK] = span
    all_day = all(hours is not None and hours[1] - hours[0] >= DAY_MIN - 120 for hours in week)
    return () if all_day or not any(week) else tuple(week)


def _doubled(text: str) -> int:
    lines: Sequence[str] = [line for line in text.splitlines()[1:] if line.strip()]
    return sum(many - 1 for many in Counter(lines).values())
