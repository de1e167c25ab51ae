"""The forecast of one queue from what is kept of it, as what is to be kept of it. Pure.

Days up to a week ahead are foretold by the model that foretold past weeks best, those further on by the one that was
best four weeks ahead: so what is kept of the backtest is how far off a week ahead one is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark
from hubbub.workforce.core.forecast.calendar import Event, holidays_in
from hubbub.workforce.core.forecast.handling import handling
from hubbub.workforce.core.forecast.history import History, passes
from hubbub.workforce.core.forecast.outlook import Forecast, forecast
from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.events import Marked
from hubbub.workforce.core.plan.history import Day, Figures
from hubbub.workforce.core.plan.queue import DAY_MIN, Queue, Way

AHEAD: Final = 42
WEEK: Final = 7
SPAN = 1100
"""Days that are looked back at."""
STALE = 180
"""What ended so many days ago is taken as if it had ended now: by whole weeks later."""
SAMPLES = 400
_NONE = mark("Nothing is known of this queue yet.")
_STALE = mark("What is known ended long ago. It is taken as if it went on to this day.")


@dataclass(frozen=True, slots=True)
class Asked:
    """All that a forecast is made of; two that are equal give the same one."""

    queue: Queue
    step_min: int
    today: date
    zone: str
    country: str
    days: tuple[Day, ...]
    """Of before today, oldest first."""
    marked: tuple[Marked, ...]


@dataclass(frozen=True, slots=True)
class DayAhead:
    """What is expected of one day; None where nobody is there."""

    day: date
    model: str
    mean: Figures
    low: Figures
    high: Figures
    storm: Figures
    handling_s: Figures
    day_low: float
    day_high: float


@dataclass(frozen=True, slots=True)
class FoundStorm:
    """A storm that was found in what came."""

    day: date
    start_min: int
    end_min: int
    extra: float
    """How many came on top of the usual."""


@dataclass(frozen=True, slots=True)
class Foretold:
    """A forecast of one queue, and how well it would have done before."""

    days: tuple[DayAhead, ...]
    storms: tuple[FoundStorm, ...]
    tried: Mapping[str, Any]
    """How the models did, what was learnt and what is not sure, as JSON can hold it."""


def foretell(asked: Asked) -> Foretold:
    """Foretell the next six weeks of a queue.

    Raises
    ------
    InvalidInput
        If nothing is known of it.
    """
    zone = ZoneInfo(asked.zone)
    history, handled, first = _histories(asked, zone)
    gap, shift = (asked.today - history.end).days, (history.first - first).days
    holidays = holidays_near(asked.country, history.first, asked.today + timedelta(AHEAD))
    events = [_event(each) for each in asked.marked if each.factor is None and not each.storm]
    denied = _denied(asked, history, shift)
    near, far = (forecast(history, gap + days, holidays, events, denied) for days in (WEEK, AHEAD))
    takes = _handling(handled, gap + AHEAD, asked.queue)
    days: list[DayAhead] = []
    for told, since, until in ((near, gap, gap + WEEK), (far, gap + WEEK, gap + AHEAD)):
        days += _days(asked, told, takes, range(since, until), zone)
    return Foretold(tuple(days), _storms(near, asked, shift), _tried(near, far, history, shift))


def _histories(asked: Asked, zone: ZoneInfo) -> tuple[History, History, date]:
    """Return what came, what was handled with the time that took, and on which day both really began."""
    days = [each for each in asked.days if each.step_min == asked.step_min][-SPAN:]
    if not any(each.total for each in days):
        raise InvalidInput(reason=_NONE)
    first, intervals = days[0].day, DAY_MIN // asked.step_min
    shape = ((days[-1].day - first).days + 1, intervals)
    came, done, took = np.full((3, *shape), np.nan)
    for each in days:
        row = (each.day - first).days
        came[row] = [np.nan if value is None else value for value in each.arrivals]
        done[row] = [np.nan if value is None else value for value in each.handled]
        took[row] = [np.nan if value is None else value for value in each.handling_s]
        if asked.queue.kind.way is not Way.LATER:
            came[row][~asked.queue.opens(each.day.weekday(), asked.step_min)] = np.nan
        for event in asked.marked:
            if event.day == each.day and (event.factor is not None or (event.storm and not event.found)):
                came[row][_places(event, asked.step_min)] = np.nan  # it teaches nothing of what is usual
    times = passes(first, shape[0], intervals, zone)
    came = np.where(times > 0, came / np.where(times > 0, times, 1), np.nan)
    if np.isnan(came).all():
        raise InvalidInput(reason=_NONE)
    gap = (asked.today - days[-1].day).days - 1
    begins = first + timedelta(days=gap // WEEK * WEEK if gap > STALE else 0)
    return History(begins, came, None, zone), History(begins, np.nan_to_num(done), took, zone), first


def holidays_near(country: str, first: date, until: date) -> dict[date, str]:
    """Return the holidays of a country in a span; none where none are known of it."""
    try:
        return holidays_in(country, first, until) if country else {}
    except InvalidInput:
        return {}


def _event(marked: Marked) -> Event:
    at = datetime.combine(marked.day, time()) + timedelta(minutes=marked.start_min)
    return Event(marked.kind, at, before=0, after=marked.end_min - marked.start_min)


def _places(event: Marked, step_min: int) -> slice:
    return slice(event.start_min // step_min, -(-event.end_min // step_min))


def _handling(handled: History, ahead: int, queue: Queue) -> Floats:
    try:
        return handling(handled, ahead).mean
    except InvalidInput:
        return np.full((ahead, handled.arrivals.shape[1]), queue.handling_s)


def _days(asked: Asked, told: Forecast, takes: Floats, rows: range, zone: ZoneInfo) -> list[DayAhead]:
    mean, (low, high) = told.mean, told.interval()
    whole_low, _, whole_high = told.totals(many=SAMPLES)
    storm = told.storms.allowance(np.nan_to_num(mean))
    times = passes(told.first, len(mean), mean.shape[1], zone)
    found = []
    for row in rows:
        day = told.first + timedelta(days=row)
        factor = times[row].copy()
        for event in asked.marked:
            if event.factor is not None and event.day == day:
                factor[_places(event, asked.step_min)] *= event.factor
        usual = float(np.nansum(mean[row]))
        share = float(np.nansum(mean[row] * factor)) / usual if usual > 0 else 1.0
        low_day, high_day = (float(each[row]) * share for each in (whole_low, whole_high))
        told_mean, told_low, told_high = (_told(each[row] * factor) for each in (mean, low, high))
        found.append(
            DayAhead(
                day, told.backtest.model, told_mean, told_low, told_high, _told(storm[row]), _told(takes[row]), low_day,
                high_day,
            )
        )  # fmt: skip
    return found


def _told(row: Floats) -> Figures:
    return tuple(None if np.isnan(each) else round(float(each), 3) for each in row)


def _storms(told: Forecast, asked: Asked, shift: int) -> tuple[FoundStorm, ...]:
    step = asked.step_min
    return tuple(
        FoundStorm(
            each.day - timedelta(days=shift), each.interval * step, (each.interval + len(each.extra)) * step, each.size
        )
        for each in told.storms.found
    )


def _tried(told: Forecast, far: Forecast, history: History, shift: int) -> dict[str, Any]:
    back, storms = told.backtest, told.storms
    return {
        "model": back.model,
        "errors": {name: float(error) for name, error in back.errors.items()},
        "origins": back.origins,
        "weeks": _weeks(told, history, shift),
        "coverage": back.coverage,
        "notes": [*told.notes, *([_STALE] if shift else [])],
        "learnt": [
            {"kind": each.kind, "times": each.times, "seen": each.seen, "closed": each.closed} for each in far.learnt
        ],
        "storms": {"many": len(storms.found), "per_week": storms.per_week, "size": storms.size()},
        "first": (history.first - timedelta(days=shift)).isoformat(),
        "known": int((~np.isnan(history.arrivals)).any(1).sum()),
    }


def _weeks(told: Forecast, history: History, shift: int) -> dict[str, dict[str, float]]:
    """Return by the first day of each week tried how far off each model was."""
    back, found = told.backtest, {}
    for at, row in enumerate(back.began):
        missed = {name: errors[at] for name, errors in back.each.items() if not np.isnan(errors[at])}
        if missed:
            found[(history.first + timedelta(days=row - shift)).isoformat()] = missed
    return found


def _denied(asked: Asked, history: History, shift: int) -> NDArray[np.bool_]:
    """Return where somebody said that what was found is no storm."""
    denied = np.zeros(history.arrivals.shape, bool)
    for event in asked.marked:
        row = (event.day - history.first).days + shift
        if event.confirmed is False and 0 <= row < len(denied):
            denied[row, _places(event, asked.step_min)] = True
    return denied
