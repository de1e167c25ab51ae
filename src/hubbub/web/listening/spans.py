"""The span a page looks at, as its address says it."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as date_words

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.listening.core.span import EARLIEST, Span, days, usual
from hubbub.web.request import Request, now

NAMES = (
    ("hour", mark("Hour")),
    ("day", mark("Day")),
    ("week", mark("7 days")),
    ("month", mark("4 weeks")),
    ("year", mark("Year")),
)
STEPS = {"minute": mark("Minute"), "hour": mark("Hour"), "day": mark("Day")}
"""What a point of a curve stands for, by the names of steps."""
_LAST = {
    "hour": mark("the last hour"),
    "day": mark("the last day"),
    "week": mark("the last 7 days"),
    "month": mark("the last 4 weeks"),
    "year": mark("the last year"),
}


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
        raise InvalidInput(reason=say("{date!r} is no date; write it as 2026-11-30.", date=given[:20])) from None


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
    return tuple(Choice(name, say(words), span.name == name) for name, words in NAMES)


def query_of(span: Span) -> str:
    """Return what an address says of a span."""
    if span.name:
        return urlencode({"span": span.name})
    last = span.until.astimezone(span.zone)
    return urlencode({"from": f"{span.since.astimezone(span.zone):%Y-%m-%d}", "to": f"{last:%Y-%m-%d}"})


def words_of(span: Span) -> str:
    """Name a span: 'the last 7 days'."""
    if span.name:
        return say(_LAST[span.name])
    begin, end = (date_words(at.astimezone(span.zone), say("j M Y")) for at in (span.since, span.until))
    return say("{begin} to {end}", begin=begin, end=end)


def when(start: datetime, step: str) -> str:
    """Name a step of a curve."""
    if step == "day":
        return date_words(start, say("D j M"))
    if step == "hour":
        return date_words(start, say("D j M, H:i"))
    return f"{start:%H:%M}"
