"""The span a page looks at, as its address says it."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from hubbub.kernel.errors import InvalidInput
from hubbub.listening.core.span import EARLIEST, Span, days, usual
from hubbub.web.request import Request, now

NAMES = (("hour", "Hour"), ("day", "Day"), ("week", "7 days"), ("month", "4 weeks"), ("year", "Year"))


@dataclass(frozen=True, slots=True)
class Choice:
    """A span in a bar of them."""

    name: str
    words: str
    current: bool


def span_of(request: Request, otherwise: str = "day") -> Span:
    """Read `span=week`, or `from=2026-11-01&to=2026-11-07`; InvalidInput says what to mend."""
    zone = ZoneInfo(request.access.timezone)
    first, last = request.GET.get("from", ""), request.GET.get("to", "")
    if first or last:
        return days(_date(first or last), _date(last or first), now(), zone)
    return usual(request.GET.get("span", otherwise), now(), zone)


def _date(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise InvalidInput(reason=f"{given[:20]!r} is no date; write it as 2026-11-30.") from None


def moment(given: str, zone: ZoneInfo | None = None) -> datetime:
    """Return a moment that an address or a form gives: in `zone` where it names none.

    Raises
    ------
    ValueError
        If it is none, names no zone although it has to, or lies in another century.
    """
    at = datetime.fromisoformat(given.replace(" ", "+"))  # an address may have lost its plus
    if at.tzinfo is None and zone is not None:
        at = at.replace(tzinfo=zone)
    if at.tzinfo is None or not EARLIEST.year < at.year < EARLIEST.year + 200:
        raise ValueError(given)
    return at


def choices(span: Span) -> tuple[Choice, ...]:
    """Return the usual spans for a bar."""
    return tuple(Choice(name, words, span.name == name) for name, words in NAMES)


def query_of(span: Span) -> str:
    """Return what an address says of a span."""
    if span.name:
        return urlencode({"span": span.name})
    last = span.until.astimezone(span.zone)
    return urlencode({"from": f"{span.since.astimezone(span.zone):%Y-%m-%d}", "to": f"{last:%Y-%m-%d}"})


def words_of(span: Span) -> str:
    """Name a span: 'the last 7 days'."""
    named = {"hour": "hour", "day": "day", "week": "7 days", "month": "4 weeks", "year": "year"}
    if span.name:
        return f"the last {named[span.name]}"
    return f"{_day(span.since.astimezone(span.zone))} to {_day(span.until.astimezone(span.zone))}"


def _day(at: datetime) -> str:
    return f"{at.day} {at:%b %Y}"


def when(start: datetime, step: str) -> str:
    """Name a step of a curve."""
    if step == "day":
        return f"{start:%a} {start.day} {start:%b}"
    if step == "hour":
        return f"{start:%a} {start.day} {start:%b}, {start:%H:%M}"
    return f"{start:%H:%M}"
