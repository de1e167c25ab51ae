"""Opening hours: when people are there to answer, and time counted only while they are. Pure."""

import re
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say

DAYS: Final = (
    mark("Monday"), mark("Tuesday"), mark("Wednesday"), mark("Thursday"), mark("Friday"), mark("Saturday"),
    mark("Sunday"),
)  # fmt: skip
SHORT_DAYS: Final = (mark("Mon"), mark("Tue"), mark("Wed"), mark("Thu"), mark("Fri"), mark("Sat"), mark("Sun"))
MOST_SPANS = 12
MOST_DAYS = 1_000
DAY_MIN = 24 * 60
LONGEST = timedelta(days=3660)
"""A calendar that is shut for longer than this counts as one that never opens again."""

_NOTHING = timedelta(0)
_SPAN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(?:-|–|to|bis)\s*(\d{1,2})(?:[:.](\d{2}))?")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})\s*(.*)")


@dataclass(frozen=True, slots=True)
class Span:
    """Open from one minute of a day to another; past 1440 it ends on the day after."""

    start_min: int
    end_min: int

    def __str__(self) -> str:
        """As people write it: 09:00–12:30."""
        end = self.end_min if self.end_min <= DAY_MIN else self.end_min - DAY_MIN
        return f"{self.start_min // 60:02}:{self.start_min % 60:02}–{end // 60:02}:{end % 60:02}"


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that is unlike its weekday: a holiday has no hours."""

    day: date
    hours: tuple[Span, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The hours of a week in a time zone of their own, and the days that are different.

    A span belongs to the day on which it begins: a night shift before a holiday is worked to its end.
    """

    name: str
    zone: str
    week: tuple[tuple[Span, ...], ...]
    special: tuple[SpecialDay, ...] = ()
    _special: Mapping[date, tuple[Span, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Let a day be looked up."""
        object.__setattr__(self, "_special", {each.day: each.hours for each in self.special})

    def hours(self, day: date) -> tuple[Span, ...]:
        """Return what is open on a day."""
        return self._special.get(day, self.week[day.weekday()])

    def is_open(self, at: datetime) -> bool:
        """Say whether somebody is there."""
        start, end = next(self.opened(at), (None, None))
        return start is not None and end is not None and start <= at < end

    def add(self, at: datetime, open_time: timedelta) -> datetime:
        """Return the first instant by which so much open time has passed since `at`."""
        if open_time <= _NOTHING:
            return at
        left = open_time
        for start, end in self.opened(at):
            there = end - max(start, at)
            if left <= there:
                return max(start, at) + left
            left -= there
        raise InvalidInput(reason=say("The calendar {name} is shut for ten years.", name=self.name))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the open time between two instants; none where the second is not after the first."""
        found = _NOTHING
        for opens, shuts in self.opened(start):
            if max(opens, start) >= end:
                break
            found += min(shuts, end) - max(opens, start)
        return found

    def opened(self, after: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the instants between which it is open, in order, of those that end after an instant."""
        begun: tuple[datetime, datetime] | None = None
        for start, end in self._spans(after):
            if begun is not None and start <= begun[1]:
                begun = begun[0], max(begun[1], end)
                continue
            if begun is not None and begun[1] > after:
                yield begun
            begun = start, end
        if begun is not None and begun[1] > after:
            yield begun

    def _spans(self, after: datetime) -> Iterator[tuple[datetime, datetime]]:
        zone = zoneinfo.ZoneInfo(self.zone)
        today = after.astimezone(zone).date()
        for number in range(-2, LONGEST.days):  # what began the day before yesterday may end today
            day = today + timedelta(days=number)
            for span in self.hours(day):
                start, end = _instant(day, span.start_min, zone), _instant(day, span.end_min, zone)
                if start < end:  # of an hour that a clock change leaves out nothing is there
                    yield start, end


def _instant(day: date, minute: int, zone: zoneinfo.ZoneInfo) -> datetime:
    """Return when a wall clock shows a time; the first time, if it shows it twice."""
    days, minute = divmod(minute, DAY_MIN)
    wall = datetime.combine(day + timedelta(days=days), time(minute // 60, minute % 60))
    return wall.replace(tzinfo=zone).astimezone(UTC)


# Reading -----------------------------------------------------------------
def spans_of(text: str, where: str = "") -> tuple[Span, ...]:
    """Read hours as people write them.

    >>> [str(each) for each in spans_of("9-12:30, 13:30-18, 22:00–06:00")]
    ['09:00–12:30', '13:30–18:00', '22:00–06:00']
    """
    where = where or say("Hours")
    found = [_span(part.strip(), where) for part in re.split(r"[,;]", text) if part.strip()]
    if len(found) > MOST_SPANS:
        raise InvalidInput(reason=say("{where}: at most {most} spans a day.", where=where, most=MOST_SPANS))
    found.sort(key=lambda span: span.start_min)
    for one, other in pairwise(found):
        if other.start_min < one.end_min:
            raise InvalidInput(reason=say("{where}: {one} and {other} overlap.", where=where, one=one, other=other))
    return tuple(found)


def _span(text: str, where: str) -> Span:
    read = _SPAN.fullmatch(text)
    if read is None:
        raise InvalidInput(
            reason=say(
                "{where}: {text!r} is no span; write it like 09:00-17:30, or leave it empty.",
                where=where,
                text=text[:40],
            )
        )
    start, end = (int(read[each]) * 60 + int(read[each + 1] or 0) for each in (1, 3))
    if not (0 <= start < DAY_MIN and 0 <= end <= DAY_MIN and int(read[2] or 0) < 60 and int(read[4] or 0) < 60):
        raise InvalidInput(reason=say("{where}: {text!r} is no time of a day.", where=where, text=text[:40]))
    if start == end:
        raise InvalidInput(
            reason=say(
                "{where}: {text!r} begins and ends at once. For the whole day write 00:00-24:00.",
                where=where,
                text=text[:40],
            )
        )
    return Span(start, end if end > start else end + DAY_MIN)


def special_of(text: str) -> tuple[SpecialDay, ...]:
    r"""Read days that are different, one a line: the day, its hours if it has any, and its name.

    >>> [(len(each.hours), each.name) for each in special_of("2026-12-24 9-13 Eve\n2026-12-25 Christmas")]
    [(1, 'Eve'), (0, 'Christmas')]
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_DAYS:
        raise InvalidInput(reason=say("At most {most:,} days can be different.", most=MOST_DAYS))
    found = {}
    for line in lines:
        each = _special_day(line)
        if each.day in found:
            raise InvalidInput(reason=say("{day} stands there twice.", day=each.day))
        found[each.day] = each
    return tuple(found[day] for day in sorted(found))


def _special_day(line: str) -> SpecialDay:
    read = _DAY.fullmatch(line)
    try:
        day = date.fromisoformat(read[1]) if read else None
    except ValueError:
        day = None
    if read is None or day is None:
        raise InvalidInput(reason=say("{line!r} names no day; write it like 2026-12-25 Christmas Day.", line=line[:40]))
    rest = read[2]
    hours: list[Span] = []
    while (span := _SPAN.match(rest)) is not None:
        hours.append(_span(span[0], f"{day}"))
        rest = rest[span.end() :].lstrip(" ,;")
    return SpecialDay(day, spans_of(", ".join(map(str, hours)), f"{day}"), rest[:60])


def calendar_of(data: Mapping[str, Any]) -> Calendar:
    """Make a calendar from its data.

    Raises
    ------
    InvalidInput
        If it has no name, an unknown time zone, hours that are none, or never opens.
    """
    name = " ".join(str(data.get("name", "")).split())
    if not name or len(name) > 60:
        raise InvalidInput(reason="Give the calendar a name of at most 60 characters.")
    zone = str(data.get("zone", ""))
    if zone not in zoneinfo.available_timezones():
        raise InvalidInput(reason=say("{zone!r} is no time zone; choose one such as Europe/London.", zone=zone[:40]))
    given: Sequence[str] = data.get("week", ())
    if len(given) != len(DAYS):
        raise InvalidInput(reason="A week has seven days.")
    week = tuple(spans_of(str(hours), say(day)) for day, hours in zip(DAYS, given, strict=True))
    if not any(week):
        raise InvalidInput(reason="This calendar never opens, so nothing could ever be due. Give one weekday hours.")
    for number, today in enumerate(week):
        tomorrow = week[(number + 1) % 7]
        if today and tomorrow and today[-1].end_min - DAY_MIN > tomorrow[0].start_min:
            raise InvalidInput(
                reason=say(
                    "{day}: {one} runs into {other} of {next_day}.",
                    day=say(DAYS[number]),
                    one=today[-1],
                    other=tomorrow[0],
                    next_day=say(DAYS[(number + 1) % 7]),
                )
            )
    return Calendar(name, zone, week, special_of(str(data.get("special", ""))))


def data_of(calendar: Calendar) -> dict[str, Any]:
    """Return a calendar as it is kept and as a form shows it."""
    return {
        "name": calendar.name,
        "zone": calendar.zone,
        "week": [", ".join(map(str, spans)) for spans in calendar.week],
        "special": "\n".join(
            " ".join(filter(None, (each.day.isoformat(), ", ".join(map(str, each.hours)), each.name)))
            for each in calendar.special
        ),
    }
