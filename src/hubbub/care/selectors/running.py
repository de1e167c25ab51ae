"""What the desk does while a day runs: who called or wrote, how it went, who still waits, and what people were at."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.calls.record import Direction
from hubbub.care.core.clocks import Outcome as Ended
from hubbub.care.core.levels import ClockKind
from hubbub.care.core.states import AWAY, BUILT_IN, State
from hubbub.care.models import CallRow, ClockRow, Contact, StateSpan
from hubbub.care.selectors.calls import LOST
from hubbub.care.selectors.team import DONE, states
from hubbub.infra import db

REPLIES = (ClockKind.FIRST, ClockKind.NEXT)
MOST_WAITING = 5_000
LISTED = 200
_CALL = ("queue", "started_at", "answered_at", "ended_at", "outcome")
_CLOCK = ("channel", "started_at", "stopped_at", "kind")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody called, or waited for a reply."""

    source: str
    """The queue of the call, or the channel of the case."""
    at: datetime
    until: datetime | None
    """When somebody answered, or the caller was gone; None: still waits."""
    lost: bool = False
    first: bool = True
    """A case's first reply; False: a further one."""
    handled_s: float = 0.0
    """How long a call lasted."""

    @property
    def waited(self) -> timedelta | None:
        """How long it took until then; None: they still wait."""
        return None if self.until is None else self.until - self.at


@dataclass(frozen=True, slots=True)
class Behind:
    """Somebody behind a figure, as a list shows them."""

    wanted: Wanted
    who: str
    case: int | None


@dataclass(frozen=True, slots=True)
class AtWork:
    """What somebody was at, from when to when; `until` None: still."""

    person: int
    state: State
    since: datetime
    until: datetime | None


def callers(access: Access, since: datetime, until: datetime) -> tuple[Wanted, ...]:
    """Return who called in a span, oldest first."""
    access.require(Permission.READ)
    rows = CallRow.objects.filter(
        workspace_id=access.workspace, direction=Direction.IN, started_at__gte=since, started_at__lt=until
    )
    return tuple(_call(*row) for row in db.rows(rows.order_by("started_at"), _CALL))


def _call(queue: str, at: datetime, answered: datetime | None, ended: datetime | None, outcome: str) -> Wanted:
    lost = outcome in LOST
    talked = (ended - answered).total_seconds() if answered and ended and not lost else 0.0
    return Wanted(queue, at, ended if lost or answered is None else answered, lost, handled_s=talked)


def writers(access: Access, channels: Collection[str], since: datetime, until: datetime) -> tuple[Wanted, ...]:
    """Return each time that a reply was waited for, a case's first or a further one, by its beginning, oldest first."""
    access.require(Permission.READ)
    rows = _clocks(access, channels, since, until)
    return tuple(
        Wanted(channel, at, stopped, first=kind == ClockKind.FIRST)
        for channel, at, stopped, kind in db.rows(rows.order_by("started_at"), _CLOCK)
    )


def _clocks(access: Access, channels: Collection[str], since: datetime, until: datetime) -> QuerySet[ClockRow]:
    return ClockRow.objects.filter(
        workspace_id=access.workspace, started_at__gte=since, started_at__lt=until, kind__in=REPLIES,
        channel__in=channels,
    ).exclude(outcome=Ended.DROPPED)  # fmt: skip


def handled(
    access: Access, channels: Collection[str], since: datetime, until: datetime
) -> dict[str, tuple[int, float]]:
    """Return by channel how many contacts ended in a span, and the seconds that they took."""
    access.require(Permission.READ)
    rows = Contact.objects.filter(
        workspace_id=access.workspace, ended_at__gte=since, ended_at__lt=until, outcome__in=DONE, channel__in=channels
    )
    found: dict[str, tuple[int, float]] = {}
    for channel, worked, wrap in db.rows(rows, ("channel", "worked_s", "wrap_s")):
        many, seconds = found.get(channel, (0, 0.0))
        found[channel] = (many + 1, seconds + worked + wrap)
    return found


def waiting(access: Access, channels: Collection[str]) -> tuple[tuple[str, datetime], ...]:
    """Return the channel of each reply that is waited for now, and since when: the oldest first, of 5,000 at most."""
    access.require(Permission.READ)
    rows = ClockRow.objects.filter(
        workspace_id=access.workspace, kind__in=REPLIES, stopped_at__isnull=True, channel__in=channels
    )
    return tuple(rows.order_by("started_at").values_list("channel", "started_at")[:MOST_WAITING])


def behind_calls(
    access: Access, queue: str, since: datetime, until: datetime, *, lost: bool = False
) -> tuple[Behind, ...]:
    """Return the calls of a queue ("*": all) that began in a span, up to 200, oldest first; or those lost alone."""
    access.require(Permission.READ)
    rows = CallRow.objects.filter(
        workspace_id=access.workspace, direction=Direction.IN, started_at__gte=since, started_at__lt=until
    )
    rows = rows if queue == "*" else rows.filter(queue=queue)
    rows = rows.filter(outcome__in=LOST) if lost else rows
    found = rows.order_by("started_at").values_list(*_CALL, "name", "number", "case__number")[:LISTED]
    return tuple(Behind(_call(*row[:5]), row[5] or row[6], row[7]) for row in found)


def behind_cases(
    access: Access, channels: Collection[str], since: datetime, until: datetime, *, first: bool = False
) -> tuple[Behind, ...]:
    """Return the replies waited for since a moment of a span, up to 200, oldest first; or first ones alone."""
    access.require(Permission.READ)
    rows = _clocks(access, channels, since, until)
    rows = rows.filter(kind=ClockKind.FIRST) if first else rows
    found = rows.order_by("started_at").values_list(*_CLOCK, "case__who", "case__number")[:LISTED]
    return tuple(
        Behind(Wanted(channel, at, stopped, first=kind == ClockKind.FIRST), who, number)
        for channel, at, stopped, kind, who, number in found
    )


def at_work(access: Access, since: datetime, until: datetime) -> tuple[AtWork, ...]:
    """Return what people were at in a span, by person and beginning."""
    access.require(Permission.READ)
    known, away = states(access.workspace), BUILT_IN[AWAY]
    rows = StateSpan.objects.filter(
        Q(until__isnull=True) | Q(until__gt=since), workspace_id=access.workspace, since__lt=until
    )
    found = rows.order_by("person", "since").values_list("person", "state", "since", "until")
    return tuple(AtWork(person, known.get(state, away), begun, over) for person, state, begun, over in found)
