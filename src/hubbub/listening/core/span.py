"""Spans of time a page looks at, and the steps its curves have."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOST_DAYS = 3_660


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment to another, in steps that make a readable curve."""

    since: datetime
    until: datetime
    zone: ZoneInfo
    name: str = ""  # of a usual one: hour, day, week, month, year; "" for chosen days
    finest: str = ""  # the step, where it is not to follow from the length

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.until - self.since

    @property
    def step(self) -> str:
        """What one point of a curve stands for: minute, hour or day."""
        if self.finest:
            return self.finest
        if self.length <= timedelta(hours=3):
            return "minute"
        return "hour" if self.length <= timedelta(days=8) else "day"

    @property
    def ticks(self) -> str:
        """Which marks its time axis has: minutes, hours, days, dates."""
        if self.step == "hour":
            return "hours" if self.length <= 3 * DAY else "days"
        return "minutes" if self.step == "minute" else "dates"

    @property
    def before(self) -> "Span":
        """As long a span, just before."""
        return Span(self.since - self.length, self.since, self.zone)

    def starts(self) -> list[datetime]:
        """Return where each step begins, in the zone's own days and hours."""
        at, found = self.floor(self.since), []
        while at < self.until:
            found.append(at)
            at = self._next(at)
        return found

    def floor(self, at: datetime) -> datetime:
        """Return where the step begins in which a moment lies."""
        local = at.astimezone(self.zone)
        if self.step == "day":
            return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        return local.replace(minute=local.minute if self.step == "minute" else 0, second=0, microsecond=0)

    def end_of(self, start: datetime) -> datetime:
        """Return where a step ends."""
        return min(self._next(start), self.until)

    def _next(self, at: datetime) -> datetime:
        if self.step == "day":
            following = at.date() + DAY
            return datetime.combine(following, time(), self.zone)
        # Steps of real time: an hour that a clock change repeats is two steps.
        step = HOUR if self.step == "hour" else timedelta(minutes=1)
        return (at.astimezone(_UTC) + step).astimezone(self.zone)


_UTC = ZoneInfo("UTC")
_LENGTHS: dict[str, timedelta] = {
    "hour": HOUR,
    "day": DAY,
    "week": 7 * DAY,
    "month": 28 * DAY,
    "year": 365 * DAY,
}


def usual(name: str, now: datetime, zone: ZoneInfo) -> Span:
    """Return one of the usual spans, which end now: hour, day, week, month (four weeks), year."""
    if name not in _LENGTHS:
        raise InvalidInput(reason="Choose an hour, a day, a week, a month, a year, or two dates.")
    until = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    span = Span(until - _LENGTHS[name], until, zone, name)
    if name == "hour":
        return span
    return Span(span.floor(span.since + (HOUR if span.step == "hour" else DAY)), until, zone, name)


EARLIEST = date(1970, 1, 1)


def days(first: date, last: date, now: datetime, zone: ZoneInfo) -> Span:
    """Return whole days, both among them, as far as they are past."""
    if last < first:
        raise InvalidInput(reason="The last day is before the first.")
    if (last - first).days > MOST_DAYS:
        raise InvalidInput(reason="At most ten years at a time.")
    today = now.astimezone(zone).date()
    if first > today:
        raise InvalidInput(reason="These days have not come yet.")
    if first < EARLIEST:
        raise InvalidInput(reason=say("Nothing is kept from before {day}.", day=EARLIEST))
    since, until = datetime.combine(first, time(), zone), datetime.combine(min(last, today) + DAY, time(), zone)
    return Span(since, min(until, now.replace(second=0, microsecond=0) + timedelta(minutes=1)), zone)
