"""Lengths, shares, hours and numbers as people write them in a form, read and written. Pure."""

import math
import re
from typing import Final

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import figure, mark, say, say_many
from hubbub.workforce.core.plan.queue import DAY_MIN, Hours

_UNITS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "t": 86_400.0}
_LENGTH = re.compile(
    r"(\d{1,7}(?:[.,]\d{1,3})?)\s*"
    r"(s|secs?|seconds?|sek|sekunden?|m|mins?|minuten?|minutes?|h|hours?|hrs?|std|stunden?|d|days?|t|tage?)\.?"
)
_NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,6})?")
_SPAN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(?:-|–|to|bis)\s*(\d{1,2})(?:[:.](\d{2}))?")
_NO_LENGTH = mark("{where}: {text!r} is no time; write it like 20 s, 3 min, 4 h or 2 days.")
_NO_SHARE = mark("{where}: {text!r} is no share; write it like 80 %.")
_NO_NUMBER = mark("{where}: {text!r} is no number.")
_NO_HOURS = mark("{where}: {text!r} are no hours; write them like 08:00–20:00, and nothing where it is shut.")


def seconds_of(text: str, where: str) -> float | None:
    """Read a length; None where nothing is written.

    >>> [seconds_of(text, "") for text in ("", "20 s", "1.5 min", "4h", "2 days", "2 Tage")]
    [None, 20.0, 90.0, 14400.0, 172800.0, 172800.0]
    """
    written = text.strip().lower()
    if not written:
        return None
    found = _LENGTH.fullmatch(written)
    if found is None:
        raise InvalidInput(reason=say(_NO_LENGTH, where=where, text=text.strip()[:40]))
    return float(found[1].replace(",", ".")) * _UNITS[found[2][0]]


def length_words(seconds: float | None) -> str:
    """Write a length, so that it can be read again.

    >>> [length_words(each) for each in (None, 20, 90, 180, 14_400, 86_400, 172_800)]
    ['', '20 s', '90 s', '3 min', '4 h', '24 h', '2 days']
    """
    if seconds is None:
        return ""
    if seconds >= 2 * 86_400 and seconds % 86_400 == 0:
        return say_many("{number} day", "{number:,} days", int(seconds // 86_400))
    size, word = next((each for each in ((3600, "h"), (60, "min")) if seconds and seconds % each[0] == 0), (1, "s"))
    return f"{_plain(seconds / size)} {word}"


def share_of(text: str, where: str) -> float | None:
    """Read a share of a hundred; None where nothing is written.

    >>> [share_of(text, "") for text in ("", "80 %", "4.2", "0,5%")]
    [None, 0.8, 0.042, 0.005]
    """
    written = text.strip().removesuffix("%").strip()
    if not written:
        return None
    if _NUMBER.fullmatch(written) is None:
        raise InvalidInput(reason=say(_NO_SHARE, where=where, text=text.strip()[:40]))
    return round(float(written.replace(",", ".")) / 100, 8)


def share_words(share: float | None) -> str:
    """Write a share as its hundredths, without the sign, which stands beside the field.

    >>> [share_words(each) for each in (None, 0.8, 0.042)]
    ['', '80', '4.2']
    """
    return "" if share is None else _plain(share * 100)


def number_of(text: str, where: str) -> float | None:
    """Read a number from 0 on; None where nothing is written."""
    written = text.strip()
    if not written:
        return None
    if _NUMBER.fullmatch(written) is None:
        raise InvalidInput(reason=say(_NO_NUMBER, where=where, text=written[:40]))
    return float(written.replace(",", "."))


def number_words(number: float | None) -> str:
    """Write a number, so that it can be read again; nothing for none and for 0."""
    return _plain(number) if number else ""


def hours_of(text: str, where: str) -> Hours:
    """Read the hours of a day; None where nothing is written: it is shut.

    >>> [hours_of(text, "") for text in ("", "8-20", "08:30–24:00")]
    [None, (480, 1200), (510, 1440)]
    """
    written = text.strip().lower()
    if not written:
        return None
    found = _SPAN.fullmatch(written)
    if found is None:
        raise InvalidInput(reason=say(_NO_HOURS, where=where, text=text.strip()[:40]))
    start, end = (int(found[at]) * 60 + int(found[at + 1] or 0) for at in (1, 3))
    if not 0 <= start < end <= DAY_MIN or int(found[2] or 0) > 59 or int(found[4] or 0) > 59:
        raise InvalidInput(reason=say(_NO_HOURS, where=where, text=text.strip()[:40]))
    return start, end


def hours_words(hours: Hours) -> str:
    """Write the hours of a day, so that they can be read again."""
    return "" if hours is None else f"{clock(hours[0])}–{clock(hours[1])}"


def clock(minute: int) -> str:
    """Write a minute of a day as its clock shows it.

    >>> clock(570), clock(1440)
    ('09:30', '24:00')
    """
    return f"{minute // 60:02}:{minute % 60:02}"


def _plain(number: float) -> str:
    rounded = round(number, 3)
    return figure(int(rounded), "d") if math.isclose(rounded, int(rounded)) else figure(rounded, ".3f").rstrip("0")
