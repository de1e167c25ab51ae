"""`hubbub forecast`: what the next week brings, from a file of counts or calls."""

import csv
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
import numpy as np

from hubbub.cli.staff import Span
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import figure, mark, say

if TYPE_CHECKING:
    from hubbub.workforce import Event, Forecast, Handling, History

_UTF8 = mark("The file is not text in UTF-8: save it as 'CSV UTF-8'.")
_QUEUE = mark("The file has no queue '{queue}'. It has: {queues}.")
_NO_QUEUES = mark("The file has no column of queues: leave '--queue' out.")
_ZONE = mark("'{zone}' is no time zone. Give one as Europe/Berlin.")
_EVENT = mark("'{event}' is not an event: give its kind and when it begins, as 'match@2026-03-07 20:30'.")
FIELDS = ("queue", "start", "median", "mean", "low", "high", "handling_s")


@dataclass(frozen=True, slots=True)
class _Told:
    history: "History"
    forecast: "Forecast"
    handling: "Handling | None"


@click.command("forecast")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--queue", help="Only this queue of the file.")
@click.option("--days", type=click.IntRange(1, 366), default=7, show_default=True, help="How many days to foretell.")
@click.option("--per", type=Span(), help="How long an interval is; else as in the file, half an hour at least.")
@click.option("--zone", help="The clock by which to lay intervals, as Europe/Berlin.")
@click.option("--country", help="Whose holidays count: DE, or with a region DE-BY.")
@click.option(
    "--event", "events", multiple=True, help="An event, past or to come: 'match@2026-03-07 20:30'. Repeat it."
)
@click.option("--day-first/--month-first", default=None, help="How to read 03/04/2026, where no row tells.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a table as CSV instead, a row an interval.")
def forecast_command(
    file: Path,
    queue: str | None,
    days: int,
    per: float | None,
    zone: str | None,
    country: str | None,
    events: tuple[str, ...],
    day_first: bool | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Foretell the days after a file of counts or calls: the median, and between what 80 % of all cases lie.

    FILE is a table with a row an interval (time, how many, perhaps how long they took on average, perhaps a queue), or
    a row a call (when it came, how long it took).

    \b
    hubbub forecast calls.csv --country DE
    """  # noqa: D301 - the help wants the character
    from hubbub.workforce import read_history
    from hubbub.workforce.core.forecast.outlook import NOTHING

    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(reason=_UTF8) from None
    minutes = None if per is None else int(per / 60) if per % 60 == 0 else 0
    found = read_history(text, per=minutes, zone=_zone(zone), day_first=day_first)
    if queue is not None:
        if queue not in found:
            known = say(_QUEUE, queue=queue, queues=", ".join(found)) if any(found) else _NO_QUEUES
            raise InvalidInput(reason=known)
        found = {queue: found[queue]}
    marked = [_event(each) for each in events]
    told = {name: _told(history, days, country, marked) for name, history in found.items() if _counted(history)}
    if not told:
        raise InvalidInput(reason=NOTHING)
    if as_json:
        click.echo(json.dumps({name: _object(each) for name, each in told.items()}))
    elif as_csv:
        writer = csv.DictWriter(sys.stdout, FIELDS)
        writer.writeheader()
        writer.writerows({"queue": name} | row for name, each in told.items() for row in _rows(each))
    else:
        for name, each in told.items():
            for line in _lines(name, each):
                click.echo(line)


def _counted(history: "History") -> bool:
    """Say whether a queue had anything of late; one that a long file has long forgotten is left out."""
    from hubbub.workforce.core.forecast.models import SPAN

    return not bool(np.isnan(history.arrivals[-7 * SPAN :]).all())


def _told(history: "History", days: int, country: str | None, events: "list[Event]") -> _Told:
    from hubbub.workforce import forecast, handling
    from hubbub.workforce.core.forecast.calendar import holidays_in

    holidays: dict[date, str] = {}
    if country:
        holidays = holidays_in(country, history.first, history.end + timedelta(days=days))
    took = None if history.handling is None else handling(history, days)
    return _Told(history, forecast(history, days, holidays, events), took)


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput(reason=say(_ZONE, zone=name)) from None


def _event(given: str) -> "Event":
    from hubbub.workforce import Event

    kind, _, at = given.rpartition("@")
    try:
        return Event(kind.strip(), datetime.fromisoformat(at.strip()).replace(tzinfo=None))
    except ValueError:
        raise InvalidInput(reason=say(_EVENT, event=given)) from None


def _rows(told: _Told) -> Iterator[dict[str, Any]]:
    """Yield each interval that is open: one that the clock skips not, one that it repeats twice."""
    from hubbub.workforce import instants

    forecast = told.forecast
    (low, high), median, mean = forecast.interval(), forecast.median, forecast.mean
    for day in range(len(median)):
        for place, start in instants(forecast.first + timedelta(days=day), median.shape[1], forecast.zone):
            if not np.isnan(median[day, place]):
                yield {
                    "start": start.isoformat(timespec="minutes"),
                    "median": round(float(median[day, place]), 2),
                    "mean": round(float(mean[day, place]), 3),
                    "low": round(float(low[day, place]), 2),
                    "high": round(float(high[day, place]), 2),
                    "handling_s": None if told.handling is None else round(float(told.handling.mean[day, place]), 1),
                }


def _object(told: _Told) -> dict[str, Any]:
    tried, storms = told.forecast.backtest, told.forecast.storms
    return {
        "model": tried.model,
        "wape": tried.errors,
        "coverage80": tried.coverage,
        "weeks_tried": tried.origins,
        "notes": [say(note) for note in told.forecast.notes],
        "storms": {"per_week": storms.per_week, "size_80": storms.size()},
        "learnt": [{"kind": each.kind, "times": each.times, "seen": each.seen, "closed": each.closed}
                   for each in told.forecast.learnt],
        "intervals": list(_rows(told)),
    }  # fmt: skip


def _lines(name: str, told: _Told) -> Iterator[str]:
    yield from _why(name, told)
    forecast = told.forecast
    (low, high), median = forecast.interval(), forecast.median
    columns, per = median.shape[1], told.history.per
    below, middle, above = forecast.totals()
    for begins in range(0, len(median), 7):
        rows = range(begins, min(begins + 7, len(median)))
        days = [forecast.first + timedelta(days=row) for row in rows]
        table = [["", *(figure(day, "%a %-d %b") for day in days)]]
        table += [
            [f"{place * per // 60:02d}:{place * per % 60:02d}",
             *(_cell(low[row, place], median[row, place], high[row, place]) for row in rows)]
            for place in range(columns) if not np.isnan(median[rows.start : rows.stop, place]).all()
        ]  # fmt: skip
        table.append([say("Day"), *(
            "" if np.isnan(median[row]).all() else _cell(below[row], middle[row], above[row]) for row in rows
        )])  # fmt: skip
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        yield ""
        for line in table:
            yield "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def _cell(low: float, middle: float, high: float) -> str:
    if np.isnan(middle):
        return ""
    return f"{figure(float(middle), ',.0f')} ({figure(float(low), ',.0f')}-{figure(float(high), ',.0f')})"


def _why(name: str, told: _Told) -> Iterator[str]:
    from hubbub.workforce.core.forecast.calendar import AFTER, BEFORE
    from hubbub.workforce.core.forecast.models import WORDS

    tried, storms = told.forecast.backtest, told.forecast.storms
    yield say(
        "{queue}: {days:,} days known until {last:%-d %b %Y}. The median of each interval, and between what 80 % lie.",
        queue=name or say("All"), days=told.history.days, last=told.history.end - timedelta(days=1),
    )  # fmt: skip
    if tried.origins:
        yield say(
            "Model: {model}. Over the last {weeks} weeks it was {error:.1%} off; 'as last week' was {naive:.1%} off.",
            model=say(WORDS[tried.model]), weeks=tried.origins, error=tried.errors[tried.model],
            naive=tried.errors["last_week"],
        )  # fmt: skip
    if storms.found:
        yield say(
            "Not in it: storms, {per_week:.1f} a week, of {size:,.0f} on top and less four times in five.",
            per_week=storms.per_week, size=storms.size(),
        )  # fmt: skip
    if told.handling is not None:
        yield say("One takes {seconds:,.0f} s on average.", seconds=told.handling.whole)
    for each in told.forecast.learnt:
        kind = say(each.kind) if each.kind in (BEFORE, AFTER) else each.kind
        if each.closed:
            yield say("{kind}: closed.", kind=kind)
        elif not each.seen:
            yield say("{kind}: not seen yet, so it is thought to do what others do: {times:.0%} of the usual.",
                      kind=kind, times=each.times)  # fmt: skip
        else:
            yield say("{kind}: {times:.0%} of the usual (seen so often: {seen}).",
                      kind=kind, times=each.times, seen=each.seen)  # fmt: skip
    yield from (say(note) for note in told.forecast.notes)
