"""Reads of forecasts: what is due, what is expected, how far off it was, and the events that are marked."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import F, Q

from hubbub.accounts.core.access import Access, Permission
from hubbub.kernel.errors import NotFound
from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.events import Marked
from hubbub.workforce.core.plan.foretelling import SPAN, WEEK, Asked, DayAhead
from hubbub.workforce.core.plan.history import Day
from hubbub.workforce.core.plan.queue import queue_of
from hubbub.workforce.models import BacktestRow, ForecastRow, MarkedRow, QueueRow
from hubbub.workforce.selectors.queues import history, rules


@dataclass(frozen=True, slots=True)
class Due:
    """A queue that is to be forecast, and the day that runs there."""

    queue: int
    workspace: int
    today: date


@dataclass(frozen=True, slots=True)
class Tried:
    """How the models of a queue did, what was learnt, or why there is no forecast."""

    made_on: date
    model: str = ""
    errors: dict[str, float] = field(default_factory=dict)
    """WAPE of each model, a week ahead; empty: nothing could be tried."""
    origins: int = 0
    weeks: dict[str, dict[str, float]] = field(default_factory=dict)
    """By the first day of each week: WAPE of each model."""
    coverage: float | None = None
    notes: tuple[str, ...] = ()
    learnt: tuple[dict[str, Any], ...] = ()
    storms: dict[str, float] = field(default_factory=dict)
    known: int = 0
    trouble: str = ""

    @property
    def error(self) -> float | None:
        """How far off the chosen model was."""
        return self.errors.get(self.model)

    @property
    def gain(self) -> float | None:
        """By which share that is less than of the same week before."""
        naive = self.errors.get("last_week", 0.0)
        return 1 - self.errors[self.model] / naive if naive > 0 and self.model in self.errors else None


@dataclass(frozen=True, slots=True)
class Off:
    """How far off the forecasts of some days were that were made a week ahead."""

    since: date
    days: int
    came: float
    expected: float
    error: float
    """WAPE, by intervals."""
    naive: float | None
    """WAPE of the same week before; None where that is not known."""
    inside: float
    """Share of intervals within the band."""

    @property
    def bias(self) -> float:
        """By which share more was expected than came."""
        return self.expected / self.came - 1 if self.came else 0.0


def due(now: datetime) -> tuple[Due, ...]:
    """Return the queues to forecast: what they are made of changed, or it was not done today."""
    rows = QueueRow.objects.values_list(
        "id", "workspace_id", "workspace__timezone", "forecast_due", "backtest__made_on"
    ).order_by("backtest__made_on", "id")
    found = []
    for pk, workspace, zone, changed, made_on in rows:
        today = now.astimezone(ZoneInfo(zone)).date()
        if changed or made_on != today:
            found.append(Due(pk, workspace, today))
    return tuple(found)


def asked(access: Access, queue: int, today: date) -> Asked | None:
    """Return what a forecast of a queue is made of; None if it is gone."""
    row = QueueRow.objects.filter(pk=queue, workspace_id=access.workspace).first()
    if row is None:
        return None
    held = rules(access)
    days = history(access, queue, since=today - timedelta(days=4 * SPAN), until=today)
    marked = tuple(each for each in events(access) if each.queue in (None, queue))
    return Asked(queue_of(row.data), held.step_min, today, access.timezone, held.country, days, marked)


def events(access: Access, *, since: date | None = None) -> tuple[Marked, ...]:
    """Return the events that are marked and the storms that were found, by day."""
    access.require(Permission.READ)
    rows = MarkedRow.objects.filter(Q() if since is None else Q(day__gte=since), workspace_id=access.workspace)
    return tuple(map(marked, rows.order_by("day", "start_min", "id")))


def marked(row: MarkedRow) -> Marked:
    """Return a row as a value."""
    return Marked(
        row.pk, row.queue_id, row.kind, row.name, row.day, row.start_min, row.end_min, row.factor, row.storm,
        row.found, row.confirmed,
    )  # fmt: skip


def event(access: Access, which: int) -> Marked:
    """Return one event.

    Raises
    ------
    NotFound
        If it is not there, or not of this workspace.
    """
    found = next((each for each in events(access) if each.id == which), None)
    if found is None:
        raise NotFound(what="event", which=which)
    return found


def pending(access: Access) -> frozenset[int]:
    """Return the queues of which the forecast is being made."""
    access.require(Permission.READ)
    rows = QueueRow.objects.filter(workspace_id=access.workspace, forecast_due=True)
    return frozenset(rows.values_list("id", flat=True))


def tried(access: Access) -> dict[int, Tried]:
    """Return how the models of each queue did that was forecast."""
    access.require(Permission.READ)
    rows = BacktestRow.objects.filter(queue__workspace_id=access.workspace)
    names = {each for each in Tried.__dataclass_fields__ if each != "made_on"}
    found = {}
    for row in rows:
        told = {key: value for key, value in row.data.items() if key in names}
        told |= {key: tuple(told[key]) for key in ("notes", "learnt") if key in told}
        found[row.queue_id] = Tried(row.made_on, **told)
    return found


def expected(access: Access, queue: int, since: date, until: date) -> tuple[tuple[DayAhead, date], ...]:
    """Return the newest forecast of each day of a span, with the day on which it was made."""
    access.require(Permission.READ)
    rows = ForecastRow.objects.filter(
        queue_id=queue, queue__workspace_id=access.workspace, day__gte=since, day__lt=until
    )
    newest = {row.day: row for row in rows.order_by("made_on")}
    return tuple((_ahead(newest[day]), newest[day].made_on) for day in sorted(newest))


def accuracy(access: Access, queue: int, today: date, weeks: int = 8) -> tuple[Off, ...]:
    """Return how far off week-ahead forecasts of the last whole weeks were, Monday to Sunday, the newest last."""
    access.require(Permission.READ)
    monday = today - timedelta(days=today.weekday())
    since = monday - timedelta(weeks=weeks)
    rows = ForecastRow.objects.filter(
        queue_id=queue, queue__workspace_id=access.workspace, day__gte=since, day__lt=monday,
        made_on__lte=F("day") - timedelta(days=WEEK),
    )  # fmt: skip
    ahead = {row.day: row for row in rows.order_by("made_on")}
    came = {each.day: each for each in history(access, queue, since - timedelta(weeks=1), monday)}
    by_week: dict[date, list[date]] = defaultdict(list)
    for day, row in ahead.items():
        if day in came and came[day].step_min == row.step_min:
            by_week[day - timedelta(days=day.weekday())].append(day)
    return tuple(_off(week, days, ahead, came) for week, days in sorted(by_week.items()))


def _off(week: date, days: list[date], ahead: dict[date, ForecastRow], came: dict[date, Day]) -> Off:
    seen, mean, low, high = (
        np.concatenate([np.array(given, np.float64) for given in each])
        for each in zip(
            *((came[day].arrivals, ahead[day].mean, ahead[day].low, ahead[day].high) for day in days), strict=True
        )
    )
    before = [came.get(day - timedelta(weeks=1)) for day in days]
    naive = [np.array(each.arrivals, np.float64) for each in before if each is not None]
    known = ~np.isnan(seen) & ~np.isnan(mean)
    whole = float(seen[known].sum()) or 1.0
    last = np.concatenate(naive) if len(naive) == len(days) else None
    return Off(
        week, len(days), float(seen[known].sum()), float(mean[known].sum()),
        float(np.abs(seen - mean)[known].sum()) / whole,
        None if last is None else float(np.nansum(np.abs(seen - last)[known])) / whole,
        _inside(seen[known], low[known], high[known]),
    )  # fmt: skip


def _inside(seen: Floats, low: Floats, high: Floats) -> float:
    """Return the share within a band whose ends were rounded: on an end, half of it is; a single number is no band."""
    wide = high > low
    hits = np.where((seen > low) & (seen < high), 1.0, np.where((seen == low) | (seen == high), 0.5, 0.0))
    return float(hits[wide].mean()) if wide.any() else 0.0


def _ahead(row: ForecastRow) -> DayAhead:
    return DayAhead(
        row.day, row.model, tuple(row.mean), tuple(row.low), tuple(row.high), tuple(row.storm),
        tuple(row.handling_s), row.day_low, row.day_high,
    )  # fmt: skip
