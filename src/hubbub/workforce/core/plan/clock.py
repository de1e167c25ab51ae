"""Times of a day as people write them, and as minutes from midnight. Pure."""

import re
from typing import Final

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say
from hubbub.workforce.core.plan.queue import DAY_MIN

_TIME: Final = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?")


def minute_of(text: str) -> int:
    """Return the minute of a day that a time names; 24:00 is its end.

    Raises
    ------
    InvalidInput
        If it is no time of a day.

    >>> minute_of("7:30"), minute_of("24")
    (450, 1440)
    """
    found = _TIME.fullmatch(text.strip())
    minute = int(found[1]) * 60 + int(found[2] or 0) if found else -1
    if not 0 <= minute <= DAY_MIN or (found is not None and int(found[2] or 0) > 59):
        raise InvalidInput(reason=say("{text} is no time of a day. Write it as 07:30.", text=text.strip() or "–"))
    return minute


def spans_of(text: str) -> tuple[tuple[int, int], ...]:
    """Return spans of times, as 07:00-10:00, 12:00-14:00; a single time is a span of its own.

    >>> spans_of("7-10, 22:00")
    ((420, 600), (1320, 1320))
    """
    parts = [re.split(r"\s*[-–]\s*", part.strip(), maxsplit=1) for part in re.split(r"[,;]", text) if part.strip()]
    return tuple((minute_of(each[0]), minute_of(each[-1])) for each in parts)


def clock(minute: int) -> str:
    """Return a minute of a day as its clock shows it; past the day's end it is the next day's.

    >>> clock(450), clock(1500)
    ('07:30', '01:00')
    """
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def words_of(spans: tuple[tuple[int, int], ...]) -> str:
    """Return spans as `spans_of` reads them."""
    return ", ".join(clock(start) if start == end else f"{clock(start)}–{clock(end)}" for start, end in spans)
