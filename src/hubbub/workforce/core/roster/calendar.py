"""Shifts as a calendar that other programs read (iCalendar, RFC 5545), and as rows of a sheet."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import chain
from zoneinfo import ZoneInfo

from hubbub.kernel.speech import mark, say
from hubbub.workforce.core.roster.checker import clock_time
from hubbub.workforce.core.roster.people import DAY
from hubbub.workforce.core.roster.week import Shift

_SHIFT = mark("Shift")
_BREAK = mark("Break {begins} to {ends}")
_UNPAID = mark("Unpaid break {begins} to {ends}")
COLUMNS = (
    mark("Person"), mark("Day"), mark("From"), mark("To"), mark("Paid hours"), mark("Breaks"), mark("Skills"),
)  # fmt: skip


def feed(
    shifts: Sequence[Shift], *, monday: date, zone: str, stamp: datetime, owner: str, host: str, title: str = ""
) -> str:
    r"""Return the shifts of one person as a calendar.

    Parameters
    ----------
    shifts
        Of the week that begins at `monday`, in minutes of the clock on the wall of `zone`.
    stamp
        When the roster was published.
    owner, host
        Whose it is, as a key that never changes, and where: an event keeps its identity when it is read again.
    title
        What each event is called; with text of whatever kind.

    References
    ----------
    B. Desruisseaux, 2009: RFC 5545.

    >>> from datetime import UTC
    >>> text = feed([Shift("Alice", ((480, 990),))], monday=date(2026, 3, 2), zone="Europe/Berlin",
    ...             stamp=datetime(2026, 2, 20, 9, tzinfo=UTC), owner="7", host="desk.example")
    >>> text.split("\r\n")[6:8]
    ['DTSTART:20260302T070000Z', 'DTEND:20260302T153000Z']
    """
    events = chain.from_iterable(_events(each, monday, zone, stamp, owner, host, title) for each in shifts)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Hubbub//Roster//EN", *events, "END:VCALENDAR"]
    return "".join(_folded(each) for each in lines)


def rows(shifts: Sequence[Shift], *, monday: date) -> list[tuple[str, ...]]:
    """Return shifts as rows of a sheet, the first with the names of the columns."""
    found = [tuple(say(each) for each in COLUMNS)]
    for each in sorted(shifts, key=lambda each: (each.person, each.start)):
        day = monday + timedelta(days=each.day)
        skills = ", ".join(dict.fromkeys(skill for _, _, skill in each.skills))
        clock = " ".join(f"{clock_time(begins)}-{clock_time(ends)}" for begins, ends, _ in each.breaks)
        span = (clock_time(each.start), clock_time(each.end))
        found.append((each.person, day.isoformat(), *span, f"{each.paid / 60:g}", clock, skills))
    return found


def _events(shift: Shift, monday: date, zone: str, stamp: datetime, owner: str, host: str, title: str) -> Sequence[str]:
    """One event a piece: a split shift is two."""
    lines: list[str] = []
    for place, (begins, ends) in enumerate(shift.pieces):
        day = monday + timedelta(days=shift.day)
        known = sha256(f"{owner}\n{day.isoformat()}\n{place}".encode()).hexdigest()[:32]
        told = [
            say(_BREAK if paid else _UNPAID, begins=clock_time(out), ends=clock_time(back))
            for out, back, paid in shift.breaks
            if begins <= out < ends
        ]
        lines += ["BEGIN:VEVENT", f"UID:{known}@{_host(host)}", f"DTSTAMP:{_utc(stamp)}"]
        lines += [f"DTSTART:{_at(monday, begins, zone)}", f"DTEND:{_at(monday, ends, zone)}"]
        lines += [f"SUMMARY:{_escaped(title or say(_SHIFT))}"]
        lines += [f"DESCRIPTION:{_escaped(chr(10).join(told))}"] if told else []
        lines += ["END:VEVENT"]
    return lines


def _at(monday: date, minute: int, zone: str) -> str:
    """Return a minute of the week, as clocks on the wall count, in universal time."""
    day = monday + timedelta(days=minute // DAY)
    clock = datetime(day.year, day.month, day.day, minute % DAY // 60, minute % 60, tzinfo=ZoneInfo(zone))
    return _utc(clock)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _host(host: str) -> str:
    return "".join(each for each in host if each.isalnum() or each in ".-") or "hubbub"


def _escaped(text: str) -> str:
    """Return text as RFC 5545 writes it; what is no character of a text is left out."""
    for raw, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\n"), ("\r", "\n"), ("\n", "\\n")):
        text = text.replace(raw, written)
    return "".join(each for each in text if each >= " " and each != "\x7f" and not "\ud800" <= each <= "\udfff")


def _folded(line: str) -> str:
    """Return a line in pieces of at most 75 bytes, whole characters each; all but the first begin with a space."""
    pieces, now, long = [""], 0, 75
    for each in line:
        size = len(each.encode())
        if now + size > long:
            pieces.append("")
            now, long = 0, 74
        pieces[-1] += each
        now += size
    return "\r\n ".join(pieces) + "\r\n"
