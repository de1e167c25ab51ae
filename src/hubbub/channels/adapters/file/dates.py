"""Dates as people and programs write them."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from typing import Final

DAY_FIRST: Final = "day-first"
MONTH_FIRST: Final = "month-first"

EARLIEST, LATEST = 1970, 2200
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = re.compile(
    r"(\d{1,4})([-/. ])(\d{1,2})\2(\d{1,4})"
    r"(?:[ T,]+(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?)?"
    r"\s*([AaPp])?\.?(?:[Mm]\.?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_UNIX_ORDER = re.compile(  # Tue Oct 31 22:10:47 +0000 2017, and as C prints it
    r"[A-Za-z]{3} ([A-Za-z]{3}) +(\d{1,2}) (\d\d):(\d\d):(\d\d)(?: ([+-]\d{4}|UTC|GMT))? (\d{4})", re.ASCII
)


def read_date(text: str, *, month_first: bool = False, zone: tzinfo = UTC) -> datetime | None:
    """Return the moment a text names, in UTC; None where it names none. `zone` is where it names no zone itself.

    Reads ISO 8601, RFC 2822, Unix order, numbers with `-`, `/` or `.` between, and seconds,
    milliseconds or microseconds since 1970.

    >>> read_date("24-02-2015 11.35")
    datetime.datetime(2015, 2, 24, 11, 35, tzinfo=datetime.timezone.utc)
    """
    text = text.strip()
    try:
        found = _read(text, month_first) if 6 <= len(text) <= 64 else None
        if found is None or not EARLIEST <= found.year <= LATEST:
            return None
        return (found.replace(tzinfo=zone) if found.tzinfo is None else found).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def date_order(texts: Iterable[str]) -> str:
    """Return which of day and month comes first, from the first date that leaves no doubt.

    Where none does, it is the month if the clock has twelve hours, else the day; empty where dates are
    written in no such way (none of the first thousand).
    """
    doubtful = ""
    for count, text in enumerate(texts):
        match = _NUMBERS.fullmatch(text.strip())
        if match is not None and len(match[1]) <= 2:
            if int(match[1]) > 12:
                return DAY_FIRST
            if int(match[3]) > 12:
                return MONTH_FIRST
            doubtful = MONTH_FIRST if match[8] else doubtful or DAY_FIRST
        elif not doubtful and count >= 1_000:
            break
    return doubtful


def _read(text: str, month_first: bool) -> datetime | None:
    if text[4:5] == "-" or "T" in text[8:11]:
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    if text.isascii() and text.replace(".", "", 1).isdigit():
        if "." not in text and len(text) == 8:
            return datetime.strptime(text, "%Y%m%d")  # noqa: DTZ007 - read_date gives it its zone
        if len(text.partition(".")[0]) >= 9:
            return _since_1970(float(text))
    if match := _NUMBERS.fullmatch(text):
        return _from_numbers(match, month_first)
    if match := _UNIX_ORDER.fullmatch(text):
        month, day, hour, minute, second, zone, year = match.groups()
        number = _MONTHS.index(month.lower()) + 1
        return datetime(int(year), number, int(day), int(hour), int(minute), int(second), tzinfo=_zone(zone))
    return parsedate_to_datetime(text)


def _since_1970(number: float) -> datetime:
    """Tell seconds, milliseconds and microseconds apart by their size: seconds reach 1e11 in the year 5138."""
    for _ in range(2):
        if number >= 1e11:
            number /= 1000
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=number)


def _from_numbers(match: re.Match[str], month_first: bool) -> datetime:
    first, _, second, third, hour, minute, seconds, half, zone = match.groups()
    if len(first) == 4:
        year, month, day = int(first), int(second), int(third)
    else:
        year = int(third) if len(third) == 4 else 2000 + int(third) if len(third) <= 2 else -1
        day, month = (int(second), int(first)) if month_first else (int(first), int(second))
    hours = int(hour or 0)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError("a clock of twelve hours")
        hours = hours % 12 + (12 if half in "pP" else 0)
    return datetime(year, month, day, hours, int(minute or 0), int(seconds or 0), tzinfo=_zone(zone))


def _zone(text: str | None) -> timezone | None:
    """Return the zone that is named."""
    if not text:
        return None
    if text in ("Z", "UTC", "GMT"):
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
