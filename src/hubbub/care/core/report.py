"""Reports: what happened in a span, as rows of which every number is a count of cases; and what they come to.

A number and the list behind it come from the same rows by the same condition, so that they can't differ.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from hubbub.care.core.handling import Spread, spread
from hubbub.care.core.understanding import Kind
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say

LONGEST: Final = 92
"""Days a report looks at, at most."""


class What(StrEnum):
    """What a report counts; each is defined in docs/reports.md."""

    ARRIVED = "arrived"
    REOPENED = "reopened"
    ANSWERED = "answered"
    RESOLVED = "resolved"
    FIRST = "first"  # waits for a first reply that ended
    NEXT = "next"  # waits for a next reply that ended
    LATE = "late"  # still waits for a reply that was due in the span
    CONTACTS = "contacts"  # resolved, and we answered
    FIRST_CONTACT = "first_contact"
    HANDLED = "handled"
    RATED = "rated"
    GROUPED = "grouped"  # stands in an incident that was opened in the span


BANDS: Final = (
    ("m5", mark("up to 5 min"), 300),
    ("m15", mark("5 to 15 min"), 900),
    ("h1", mark("15 min to 1 h"), 3_600),
    ("h4", mark("1 to 4 h"), 14_400),
    ("d1", mark("4 to 24 h"), 86_400),
    ("d3", mark("1 to 3 days"), 259_200),
    ("more", mark("longer"), 0),
)
"""Of waits: key, words, and up to how many seconds; the last has no end."""
DIMENSIONS: Final = (
    "day", "hour", "channel", "kind", "person", "rule", "wrap_up", "problem", "level", "target", "band", "score",
    "incident",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report looks at: from `since` until before `until`, and only what has these values."""

    since: datetime
    until: datetime
    zone: ZoneInfo
    channel: str = ""
    kind: str = ""
    team: int = 0
    person: int = 0
    topic: int = 0


class Row(NamedTuple):
    """Something that happened to a case."""

    case: int
    at: datetime
    channel: str
    kind: str
    person: int = 0  # who did it, or has it; 0: nobody
    rule: str = ""
    wrap_up: int = 0
    problems: tuple[str, ...] = ()
    level: str = ""  # met, breached, untimed; late
    target_s: int = 0
    seconds: float = 0.0  # from start to end, or handled
    open_s: float = 0.0  # of opening hours, without what we waited for the customer
    score: int = 0
    incident: int = 0


def values(row: Row, dimension: str, zone: ZoneInfo) -> tuple[str, ...]:
    """Return under which values of a dimension a row counts."""
    match dimension:
        case "day":
            return (f"{row.at.astimezone(zone):%Y-%m-%d}",)
        case "hour":
            return (f"{row.at.astimezone(zone):%H}",)
        case "problem":
            return row.problems
        case "band":
            return (next(key for key, _, most in BANDS if not most or row.seconds <= most),)
        case "target":
            return (str(row.target_s),)
    value = getattr(row, dimension)
    return (str(value),) if value else ()


@dataclass(frozen=True, slots=True)
class Cut:
    """One number: what is counted, and which values it has."""

    what: What
    where: tuple[tuple[str, str], ...] = ()

    def fits(self, row: Row, zone: ZoneInfo) -> bool:
        """Say whether a row counts."""
        return all(value in values(row, name, zone) for name, value in self.where)


def read_cut(what: str, where: Mapping[str, str]) -> Cut:
    """Make a cut of what an address says.

    Raises
    ------
    InvalidInput
        If there is no such number.
    """
    if what not in set(What):
        raise InvalidInput(
            reason=say("There is no number {what!r}; there are {known}.", what=what[:20], known=", ".join(What))
        )
    return Cut(What(what), tuple((name, where[name][:60]) for name in DIMENSIONS if where.get(name)))


def cases_of(rows: Iterable[Row], cut: Cut, zone: ZoneInfo) -> list[int]:
    """Return the cases behind a number, each once, the newest first; the number is how many they are."""
    return sorted({row.case for row in rows if cut.fits(row, zone)}, reverse=True)


def counts_by(rows: Iterable[Row], dimension: str, zone: ZoneInfo) -> dict[str, int]:
    """Return how many cases there are of each value of a dimension, by value."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for row in rows:
        for value in values(row, dimension, zone):
            found[value].add(row.case)
    return {value: len(found[value]) for value in sorted(found)}


@dataclass(frozen=True, slots=True)
class Waits:
    """How long something took: over all, in opening hours, and how many cases took how long."""

    cases: int
    lasted: Spread
    open: Spread
    bands: tuple[int, ...]  # as in BANDS


def waits(rows: Sequence[Row], zone: ZoneInfo) -> Waits:
    """Return how long it took."""
    bands = counts_by(rows, "band", zone)
    return Waits(
        len({row.case for row in rows}),
        spread([row.seconds for row in rows]),
        spread([row.open_s for row in rows]),
        tuple(bands.get(key, 0) for key, _, _ in BANDS),
    )


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report."""

    asked: Asked
    rows: Mapping[What, Sequence[Row]]
    shares: Mapping[int, Mapping[str, float]] = field(default_factory=dict)  # seconds by person and state

    def count(self, cut: Cut) -> int:
        """How many cases a number is."""
        return len(cases_of(self.rows[cut.what], cut, self.asked.zone))

    def by(self, what: What, dimension: str) -> dict[str, int]:
        """How many cases of each value."""
        return counts_by(self.rows[what], dimension, self.asked.zone)


def span(name: str, first: str, last: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return a span of whole days of a zone: today, 7, 28, month, or from and to.

    Raises
    ------
    InvalidInput
        If a date is none, they stand the wrong way round, or are too far apart.
    """
    today = now.astimezone(zone).date()
    if first or last:
        begin, end = _date(first or last), _date(last or first)
    else:
        known = {"today": today, "7": today - timedelta(days=6), "28": today - timedelta(days=27)}
        known["month"] = today.replace(day=1)
        if name not in known:
            raise InvalidInput(
                reason=say("There is no span {name!r}; there are {known}.", name=name[:20], known=", ".join(known))
            )
        begin, end = known[name], today
    if end < begin:
        raise InvalidInput(reason="The first day comes after the last. Swap them.")
    if end - begin >= timedelta(days=LONGEST):
        raise InvalidInput(reason=say("A report looks at {days} days at most. Choose fewer.", days=LONGEST))
    midnight = datetime.min.time()
    return datetime.combine(begin, midnight, zone), datetime.combine(end + timedelta(days=1), midnight, zone)


def _date(given: str) -> date:
    try:
        found = date.fromisoformat(given)
    except ValueError:
        raise InvalidInput(reason=say("{given!r} is no date; write it as 2026-11-30.", given=given[:20])) from None
    if not 2000 <= found.year < 2200:
        raise InvalidInput(reason=say("{given} lies in another century.", given=given))
    return found


def read_asked(given: Mapping[str, str], now: datetime, zone: ZoneInfo) -> Asked:
    """Make what is asked for of what an address says.

    Raises
    ------
    InvalidInput
        If the span or a filter is none.
    """
    since, until = span(given.get("span", "7"), given.get("from", ""), given.get("to", ""), now, zone)
    numbers = {name: given.get(name, "") for name in ("team", "agent", "topic")}
    for name, value in numbers.items():
        if value and not (value.isdecimal() and value.isascii() and len(value) < 19):
            words = mark("An {name} is a number.") if name == "agent" else mark("A {name} is a number.")
            raise InvalidInput(reason=say(words, name=name))
    kind = given.get("of", "")
    if kind and kind not in set(Kind):
        raise InvalidInput(
            reason=say("There is no kind {kind!r}; there are {known}.", kind=kind[:20], known=", ".join(Kind))
        )
    team, person, topic = (int(value or 0) for value in numbers.values())
    return Asked(since, until, zone, given.get("on", "")[:20], kind, team, person, topic)
