"""A table of counts or calls, as a switch or a spreadsheet writes it, read into histories: one for each queue.

Either a row an interval (time, how many, and how long they took on average), or a row a call (when it came, and how
long it took). Columns are known by their names, else by what stands in them.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import islice, pairwise
from typing import NoReturn
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.workforce.core.forecast.history import MINUTES, History, passes
from hubbub.workforce.core.given import Floats

Flags = NDArray[np.bool_]
USUAL = 30
"""Minutes of an interval, where the file has finer ones or a row a call."""
NAMES = {
    "time": "time timestamp datetime date_time start starts start_time started begin begins interval interval_start "
    "zeit zeitpunkt zeitstempel beginn start_zeit startzeit intervall created created_at ds ts date_time period",
    "day": "date day datum tag",
    "clock": "time clock hour uhrzeit zeit stunde start_time interval interval_start",
    "queue": "queue channel skill split line group team warteschlange kanal gruppe unique_id series id name",
    "arrivals": "arrivals calls contacts count offered volume anrufe anzahl kontakte menge eingang y n value "
    "calls_offered number received",
    "handling": "handling handling_s handling_seconds aht handle_time average_handle_time duration duration_s seconds "
    "dauer bearbeitungszeit gesprächsdauer talk_time",
}
_KNOWN = {role: frozenset(names.split()) for role, names in NAMES.items()}
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]+(.+))?$")
_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4})(?:[T ,]+(.+))?$")
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2}))?(?::(\d{2})(?:[.,]\d+)?)?\s*([AaPp]\.?[Mm]\.?)?\s*(Z|[+-]\d{2}:?\d{2})?$")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?$")
_GROUPED = re.compile(r"[1-9]\d{0,2}([.,]\d{3})+$")
_SPAN = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})$")
_EMPTY = mark("There is nothing in the file: give a row of column names, and below it rows of counts or calls.")
_NO_HEAD = mark("The first row has a time in it: put a row of column names above it, as 'time,calls'.")
_NO_TIME = mark("No column has times. Name one 'time', with times as 2026-03-02 09:30.")
_TIME = mark("Line {line}: '{value}' is not a time. Write it as 2026-03-02 09:30.")
_NO_SUCH = mark("Line {line}: {value} is not in the calendar or on the clock.")
_EITHER = mark(
    "Line {line}: '{value}' may be a day first or a month first, and no row tells. Say which, or write 2026-03-02."
)
_BOTH = mark("Some rows have the day first and some the month first, as '{value}' in line {line}. Write 2026-03-02.")
_COUNT = mark("Line {line}: '{value}' is not a number from 0 on.")
_GROUPS = mark("Line {line}: '{value}' may be thousands or a fraction. Write thousands without a mark between them.")
_TANGLED = mark("About line {line} the table can't be read: look for a quotation mark that is not closed.")
_SHORT = mark("Line {line} has fewer columns than the first.")
_PER = mark("An interval lasts whole minutes that make up a day: 5, 15, 30 or 60, say.")
_MIXED = mark("The rows are {found} minutes apart: they can't be laid into intervals of {per} minutes.")
_SPREADS = mark("The times span more than {years} years, from {first} to {last}: one of them is wrong, it seems.")
YEARS = 30
EPOCH = datetime.combine(date(1970, 1, 1), datetime.min.time())
UNKNOWN = frozenset({"", "-", "na", "n/a", "nan", "null", "none"})
LONGEST = 30
ALIKE = 0.95
"""Where so many of the rows that have a time again have its count again too, they repeat it."""
ALONE = 0.99
"""The share of times that a column of queues has once for each; clocks that change may repeat some."""
MANY = 4
"""Rows that a queue has on average at least among the first; else its column is something else."""
OFTEN = 5
"""Rows a day: where there are so many, a day without any was closed, or nobody counted."""


@dataclass(frozen=True, slots=True)
class _Columns:
    time: int
    clock: int | None
    queue: int | None
    arrivals: int | None
    handling: int | None


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    at: datetime
    queue: str
    count: float
    handling: float | None


def read_history(
    text: str | Iterable[str], *, per: int | None = None, zone: ZoneInfo | None = None, day_first: bool | None = None
) -> dict[str, History]:
    r"""Return the history of each queue in a table: "" where it has no column for queues.

    The delimiter (comma, semicolon, tab or bar) is found by itself, and what the columns are by their names or what
    stands in them. Times may be ISO, or have the day or the month first where some row tells which. What is missing
    inside opening hours is not known, unless the file leaves out what is zero.

    Parameters
    ----------
    text : the file, or its lines
    per : minutes of an interval; None: as the file has it, half an hour at least
    zone : the clock to lay intervals by; times with an offset are put on it. None: times are as they are written
    day_first : whether 03/04/2026 is in April; None: found from rows that can be read in one way only

    Raises
    ------
    InvalidInput
        If something can't be read, with its line and what to mend.

    >>> calls = "time;queue;calls\n2026-03-02 09:00;Orders;7\n2026-03-02 09:30;Orders;9\n"
    >>> read_history(calls)["Orders"].arrivals[0, 18:20]
    array([7., 9.])
    """
    if per is not None and (per < 1 or MINUTES % per):
        raise InvalidInput(reason=_PER)
    lines = [line.rstrip("\r\n") for line in (text.splitlines() if isinstance(text, str) else text)]
    if lines:
        lines[0] = lines[0].removeprefix("\ufeff")
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if len(numbered) < 2:
        raise InvalidInput(reason=_EMPTY)
    table = _table([line for _, line in numbered])
    head, body = table[0][1], [row for _, row in table[1:]]
    numbers = [numbered[place][0] for place, _ in table[1:]]
    if not body:
        raise InvalidInput(reason=_EMPTY)
    if any(_ISO.match(cell.strip()) or _LAST.match(cell.strip()) for cell in head):
        raise InvalidInput(reason=_NO_HEAD)
    columns = _columns(head, body)
    rows = _rows(columns, body, numbers, zone, day_first)
    return _histories(rows, columns.arrivals is not None, per, zone)


def _table(lines: list[str]) -> list[tuple[int, list[str]]]:
    """Return the cells of each row, with the place of the line it ends in."""
    delimiter = max(";\t|,", key=lines[0].count)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    try:
        return [(reader.line_num - 1, row) for row in reader]
    except csv.Error:
        raise InvalidInput(reason=say(_TANGLED, line=reader.line_num)) from None


def _columns(head: list[str], body: list[list[str]]) -> _Columns:
    names = [re.sub(r"[\s\-]+", "_", name.strip().lower()) for name in head]
    sample = list(islice(body, 200))

    def called(role: str) -> int | None:
        return next((place for place, name in enumerate(names) if name in _KNOWN[role]), None)

    def all_match(place: int, fits: re.Pattern[str]) -> bool:
        cells = [row[place].strip() for row in sample if place < len(row) and row[place].strip()]
        return bool(cells) and all(fits.match(cell) for cell in cells)

    places = range(len(names))
    dated = [place for place in places if all_match(place, _ISO) or all_match(place, _LAST)]
    clocked = [place for place in dated if not all(len(row) <= place or _no_clock(row[place]) for row in sample)]
    named = [place for place in places if names[place] in _KNOWN["time"] | _KNOWN["day"]]
    best = [place for place in named if place in clocked] + clocked + [place for place in named if place in dated]
    if not (best := best + dated + named):
        raise InvalidInput(reason=_NO_TIME)
    time = best[0]
    bare = all(len(row) <= time or _no_clock(row[time]) for row in sample)
    clock = None
    if bare:
        clocks = [place for place in places if place != time and names[place] in _KNOWN["clock"]]
        clock = next((place for place in clocks if all_match(place, _CLOCK)), None)
    taken = {time, clock}
    queue, arrivals, handling = (
        place if (place := called(role)) not in taken else None for role in ("queue", "arrivals", "handling")
    )
    if queue is not None and len({row[queue] for row in sample if queue < len(row)}) > max(1, len(sample) / MANY):
        queue = None  # it numbers rows
    if queue is None:
        queue = _telling_apart(
            body, time, clock, [place for place in places if place not in {*taken, arrivals, handling}]
        )
    taken |= {queue, handling}
    if arrivals is None and handling is None:
        free = [place for place in places if place not in taken and all_match(place, _NUMBER)]
        arrivals = next((place for place in reversed(free) if not _numbering(sample, place)), None)
    return _Columns(time, clock, queue, arrivals, handling)


def _telling_apart(body: list[list[str]], time: int, clock: int | None, others: list[int]) -> int | None:
    """Return the column of words that tells rows of the same time apart, if there are such rows."""
    whole = [row for row in body if len(row) > max([time, *others])]
    times = [(row[time], row[clock] if clock is not None else "") for row in whole]
    many = len(set(times))
    if many == len(times):
        return None
    for place in others:
        found = {row[place] for row in whole}
        if 1 < len(found) <= 2 * len(whole) / many and not any(_NUMBER.match(cell.strip()) for cell in found):
            pairs = {(time, row[place]) for time, row in zip(times, whole, strict=True)}
            if len(pairs) >= ALONE * len(times):
                return place
    return None


def _no_clock(cell: str) -> bool:
    found = _ISO.match(cell.strip()) or _LAST.match(cell.strip())
    return found is not None and found[found.re.groups] is None


def _numbering(sample: list[list[str]], place: int) -> bool:
    """Say whether a column numbers the rows: 1, 2, 3."""
    cells = [row[place].strip() for row in sample if place < len(row)]
    if len(cells) < 2 or not all(cell.isdigit() for cell in cells):
        return False
    return all(int(after) == int(before) + 1 for before, after in pairwise(cells))


def _rows(
    columns: _Columns, body: list[list[str]], numbers: list[int], zone: tzinfo | None, day_first: bool | None
) -> list[_Row]:
    widest = max(place for place in (columns.time, columns.clock, columns.queue, columns.arrivals, columns.handling)
                 if place is not None)  # fmt: skip
    times: list[tuple[int, str]] = []
    for line, row in zip(numbers, body, strict=True):
        if len(row) <= widest:
            raise InvalidInput(reason=say(_SHORT, line=line))
        clock = "" if columns.clock is None else f" {row[columns.clock].strip()}"
        times.append((line, row[columns.time].strip() + clock))
    fractions = columns.arrivals is not None and any(
        ("." in (cell := row[columns.arrivals]) or "," in cell) and not _GROUPED.match(cell.strip()) for row in body
    )
    days_first = _days_first(times) if day_first is None else day_first
    rows = []
    for (line, written), row in zip(times, body, strict=True):
        count = 1.0 if columns.arrivals is None else _count(row[columns.arrivals], line, fractions)
        took = None if columns.handling is None else _seconds(row[columns.handling], line)
        queue = "" if columns.queue is None else row[columns.queue].strip()
        rows.append(_Row(line, _time(written, line, zone, days_first), queue, count, took))
    return rows


def _days_first(times: list[tuple[int, str]]) -> bool | None:
    """Return whether 03/04 is the third of April; None where it can't be told. Points always have the day first."""
    told: bool | None = None
    for line, written in times:
        found = _LAST.match(written)
        if found is None or found[2] == ".":
            continue
        first, second = int(found[1]), int(found[3])
        if (first > 12) == (second > 12):
            continue
        if told is not None and told != (first > 12):
            raise InvalidInput(reason=say(_BOTH, value=written, line=line))
        told = first > 12
    return told


def _time(written: str, line: int, zone: tzinfo | None, days_first: bool | None) -> datetime:
    if found := _ISO.match(written):
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    elif found := _LAST.match(written):
        day, month, year = int(found[1]), int(found[3]), int(found[4])
        if found[2] != ".":
            if days_first is None and day != month:
                raise InvalidInput(reason=say(_EITHER, line=line, value=written))
            day, month = (day, month) if days_first else (month, day)
    else:
        _wrong(_TIME, line, written)
    clock = _CLOCK.match((found[found.re.groups] or "0:00").strip())
    if clock is None:
        _wrong(_TIME, line, written)
    hour, minute, second = int(clock[1]), int(clock[2] or 0), int(clock[3] or 0)
    if clock[4]:
        if not 1 <= hour <= 12:
            _wrong(_NO_SUCH, line, written)
        hour = hour % 12 + (12 if clock[4][0] in "pP" else 0)
    try:
        at = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 (the clock on the wall)
        if clock[5] and zone is not None:
            offset = "+00:00" if clock[5] == "Z" else clock[5]
            at = datetime.fromisoformat(f"{at.isoformat()}{offset}").astimezone(zone).replace(tzinfo=None)
    except (ValueError, OverflowError):
        _wrong(_NO_SUCH, line, written)
    return at


def _count(cell: str, line: int, fractions: bool) -> float:
    written = cell.strip()
    if written.lower() in UNKNOWN:
        return float("nan")
    if not fractions and _GROUPED.match(written):
        _wrong(_GROUPS, line, written)
    if not _NUMBER.match(written) or len(written) > LONGEST:
        _wrong(_COUNT, line, written)
    return float(written.replace(",", "."))


def _seconds(cell: str, line: int) -> float:
    if found := _SPAN.match(cell.strip()):
        return int(found[1] or 0) * 3600.0 + int(found[2]) * 60 + int(found[3])
    return _count(cell, line, True)


def _wrong(words: str, line: int, value: str) -> NoReturn:
    raise InvalidInput(reason=say(words, line=line, value=value[:60]))


def _histories(rows: list[_Row], counted: bool, per: int | None, zone: ZoneInfo | None) -> dict[str, History]:
    first, last = min(row.at for row in rows).date(), max(row.at for row in rows).date()
    days = (last - first).days + 1
    if days > YEARS * 366:
        raise InvalidInput(reason=say(_SPREADS, years=YEARS, first=first.isoformat(), last=last.isoformat()))
    queues: dict[str, list[_Row]] = {}
    for row in rows:
        queues.setdefault(row.queue, []).append(row)
    step = _step(queues) if counted else None
    length = per or max(USUAL, step or 0)
    if step is not None and length % step:
        raise InvalidInput(reason=say(_MIXED, found=step, per=length))
    zeros = counted and any(row.count == 0 for row in rows)
    return {queue: _history(own, first, days, length, step, zeros, zone) for queue, own in sorted(queues.items())}


def _step(queues: dict[str, list[_Row]]) -> int:
    """Return how many minutes an interval of the file lasts: the commonest distance of its rows."""
    apart: dict[int, int] = {}
    for rows in queues.values():
        minutes = sorted({(row.at - EPOCH) // timedelta(minutes=1) for row in rows})
        for before, after in pairwise(minutes):
            apart[after - before] = apart.get(after - before, 0) + 1
    if not apart:
        return USUAL
    step = max(apart, key=lambda minutes: (apart[minutes], -minutes))
    return step if step <= MINUTES and MINUTES % step == 0 else USUAL


def _history(
    rows: list[_Row], first: date, days: int, per: int, step: int | None, zeros: bool, zone: ZoneInfo | None
) -> History:
    midnight = datetime.combine(first, datetime.min.time())
    minutes = np.array([(row.at - midnight) // timedelta(minutes=1) for row in rows])
    count = np.array([row.count for row in rows])
    fine = step or per
    shape = (days, MINUTES // fine)
    place = minutes // fine
    some = ~np.isnan(count) & _once(minutes, count)
    came = np.bincount(place[some], count[some], shape[0] * shape[1]).reshape(shape)
    there = np.bincount(place[some], minlength=shape[0] * shape[1]).reshape(shape) > 0
    known = there if step is not None and (zeros or _complete(there)) else _open(there, max(1, shape[1] // 24))
    if some.sum() >= OFTEN * there.any(1).sum():  # else a day without any is nothing rare
        known &= there.any(1, keepdims=True)
    into = (days, MINUTES // per, per // fine)
    whole = known.reshape(into).all(2)
    arrivals = np.where(whole, came.reshape(into).sum(2), np.nan)
    times = passes(first, days, MINUTES // per, zone)
    arrivals = np.where(times > 0, arrivals / np.where(times > 0, times, 1), np.nan)
    return History(first, arrivals, _handling(rows, minutes // per, count, arrivals.shape), zone)


def _once(minutes: NDArray[np.int64], count: Floats) -> Flags:
    """Return which rows count: all, as parts of an interval are added; but the first of a time if others repeat it."""
    _, first, place = np.unique(minutes, return_index=True, return_inverse=True)
    again = np.ones(len(count), bool)
    again[first] = False
    same = count[again] == count[first][place[again]]
    repeated = again.sum() >= OFTEN and same.mean() >= ALIKE and np.median(count[again]) >= OFTEN
    return ~again if repeated else np.ones(len(count), bool)


def _handling(rows: list[_Row], place: NDArray[np.int64], count: Floats, shape: tuple[int, int]) -> Floats | None:
    took = np.array([np.nan if row.handling is None else row.handling for row in rows])
    some = ~np.isnan(took) & (np.nan_to_num(count) > 0) & (took > 0)
    if not some.any():
        return None
    cells = shape[0] * shape[1]
    number = np.bincount(place[some], count[some], cells)
    seconds = np.bincount(place[some], (count * took)[some], cells)
    return np.asarray((seconds / np.where(number > 0, number, np.nan)).reshape(shape))


def _complete(there: Flags) -> bool:
    """Say whether nearly every interval inside opening hours has a row: then one that has none is not known."""
    hours = _open(there, 0) & there.any(1, keepdims=True)
    return bool(there[hours].sum() >= 0.95 * hours.sum())


def _open(there: Flags, near: int) -> Flags:
    """Return opening hours (days, intervals): where, so near, some week in thirty had a row on that weekday."""
    found = np.zeros(there.shape, bool)
    for weekday in range(min(7, len(there))):
        some = there[weekday::7]
        wide = np.stack([np.roll(some, step, axis=1) for step in range(-near, near + 1)]).any(0)
        found[weekday::7] = wide.sum(0) >= max(1, len(some) / 30)
    return found
