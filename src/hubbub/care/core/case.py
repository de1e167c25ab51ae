"""The life of a case, as values: new (perhaps held), open, waiting, parked, resolved, closed; or only watched."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any, Final

import msgspec

from hubbub.care.core.errors import CaseClosed
from hubbub.kernel.errors import Conflict, InvalidInput
from hubbub.kernel.ids import PersonId
from hubbub.kernel.speech import mark, say

NEVER: Final = datetime(2999, 1, 1, tzinfo=UTC)
"""Sorts after every due time: nothing is due."""

CLOSES_AFTER: Final = timedelta(days=7)
"""So long after it was resolved, a case closes by itself, unless the workspace says otherwise.

Until then a private word of the customer reopens it; later it is a new case. In public, a reply says itself which
matter it belongs to, however late."""

MAX_REASON: Final = 200


class Status(StrEnum):
    """Where a case is in its life."""

    NEW = mark("new")
    OPEN = mark("open")
    WAITING = mark("waiting")  # for the customer
    PARKED = mark("parked")  # for something of our own: a part, an expert, a date
    RESOLVED = mark("resolved")
    CLOSED = mark("closed")
    WATCHING = mark("watching")  # not a case yet: somebody speaks about us, not to us

    @property
    def ended(self) -> bool:
        """Whether nobody works on it any more."""
        return self in (Status.RESOLVED, Status.CLOSED)


class Priority(IntEnum):
    """How pressing a case is; the smaller, the sooner."""

    URGENT = 1
    HIGH = 2
    NORMAL = 3
    LOW = 4

    @property
    def words(self) -> str:
        """As people say it."""
        return say(_PRIORITIES[self])


_PRIORITIES: Final = {
    Priority.URGENT: mark("urgent"),
    Priority.HIGH: mark("high"),
    Priority.NORMAL: mark("normal"),
    Priority.LOW: mark("low"),
}


class Folder(StrEnum):
    """Where the inbox shows a case. Follows from its state alone."""

    NEEDS = "needs"
    HELD = "held"
    WATCHING = "watching"
    WAITING = "waiting"
    PARKED = "parked"  # or snoozed
    RESOLVED = "resolved"
    CLOSED = "closed"
    IMPORTED = "imported"
    INCIDENT = "incident"

    @property
    def newest_first(self) -> bool:
        """Whether the list is read from the newest; otherwise what is due first comes first."""
        return self not in (Folder.NEEDS, Folder.HELD, Folder.WATCHING)


@dataclass(frozen=True, slots=True)
class Case:
    """What decides where a case stands. Everything else about it is for reading only."""

    number: int
    status: Status
    opened_at: datetime
    last_inbound_at: datetime
    historical: bool = False
    owner: PersonId | None = None
    not_before: datetime | None = None
    due_at: datetime | None = None
    review_at: datetime | None = None
    first_replied_at: datetime | None = None
    last_outbound_at: datetime | None = None
    resolved_at: datetime | None = None
    parked_for: str = ""  # what it waits for
    wake_at: datetime | None = None  # when it comes back by itself: parked until then, or snoozed
    waiting_since: datetime | None = None  # when it began to wait for the customer the last time …
    waited_until: datetime | None = None  # … and when that ended
    merged_into: int | None = None  # the number of the case it is a part of now
    grouped: bool = False  # stands in an incident: while nothing makes it due by itself, that is answered as one

    @property
    def snoozed(self) -> bool:
        """Whether it is out of sight for a while, and nothing else."""
        return self.wake_at is not None and self.status is not Status.PARKED

    @property
    def folder(self) -> Folder:
        """Where the inbox shows it."""
        if self.snoozed:
            return Folder.PARKED
        match self.status:
            case Status.WATCHING:
                return Folder.IMPORTED if self.historical else Folder.WATCHING
            case Status.PARKED:
                return Folder.PARKED
            case Status.WAITING:
                return Folder.WAITING
            case Status.RESOLVED:
                return Folder.RESOLVED
            case Status.CLOSED:
                return Folder.CLOSED
        if self.historical:
            return Folder.IMPORTED
        if self.grouped and self.status is Status.NEW and self.due_at is None and self.not_before is None:
            return Folder.INCIDENT
        return Folder.HELD if self.not_before is not None else Folder.NEEDS

    @property
    def sort_at(self) -> datetime:
        """By what its folder is sorted: due or review time, or the last that happened."""
        match self.folder:
            case Folder.HELD:
                return self.not_before or NEVER
            case Folder.WATCHING:
                return self.review_at or NEVER
            case Folder.NEEDS:
                return self.due_at or NEVER
            case Folder.PARKED:
                return self.wake_at or NEVER
            case Folder.RESOLVED | Folder.CLOSED:
                return self.resolved_at or self.last_inbound_at
        return max(self.last_inbound_at, self.last_outbound_at or self.last_inbound_at)

    def answer(self, at: datetime, by: PersonId | None) -> "Case":
        """Somebody answered: now it waits for the customer, and the one who answered owns it."""
        self._must_be_itself()
        if self.status is Status.CLOSED:
            raise CaseClosed(number=self.number)
        waits = self.status is Status.WAITING
        return replace(
            self._awake(),
            status=Status.WAITING,
            owner=self.owner or by,
            due_at=None,
            review_at=None,
            waiting_since=self.waiting_since if waits else at,
            waited_until=None,
            first_replied_at=self.first_replied_at or at,
            last_outbound_at=at,
            resolved_at=None,
            historical=False,
        )

    def undone(self, changed: dict[str, Any]) -> "Case":
        """An answer was taken back: what it changed becomes as it was, but for what changed again since.

        `changed`: what `changes_between` told of it.
        """
        now = msgspec.to_builtins(self)
        back = {name: was for name, (was, became) in changed.items() if now[name] == became}
        if "due_at" in changed and "due_at" not in back:  # they wrote again: what is due first stays so
            back["due_at"] = min(filter(None, (changed["due_at"][0], now["due_at"])), default=None)
        return msgspec.convert({**now, **back}, Case)

    def hear(self, at: datetime, due_at: datetime | None) -> "Case":
        """The customer wrote again on a case that somebody works on: the next reply is due."""
        return replace(
            self._awake()._waited(at),
            status=Status.OPEN,
            last_inbound_at=max(at, self.last_inbound_at),
            due_at=min(filter(None, (self.due_at, due_at)), default=None),
            resolved_at=None,
            historical=False,
        )

    def end_hold(self, due_at: datetime | None) -> "Case":
        """The hold is over; what was due stays due, or becomes due earlier."""
        return replace(self, not_before=None, due_at=min(filter(None, (self.due_at, due_at)), default=None))

    def due(self, at: datetime) -> "Case":
        """Somebody wants an answer by then; what is due earlier stays."""
        return replace(self, due_at=min(filter(None, (self.due_at, at))), review_at=None)

    def call_back(self, at: datetime, now: datetime) -> "Case":
        """Somebody is to be called by then; what is due earlier stays."""
        self._must_go_on()
        due = self.due_at if self.folder is Folder.NEEDS else None
        return replace(
            self._awake()._waited(now),
            status=Status.OPEN,
            due_at=min(filter(None, (due, at))),
            review_at=None,
            historical=False,
        )

    def call_again(self, at: datetime, now: datetime) -> "Case":
        """Nobody could be reached: it is tried again then, and is not due before."""
        return replace(self.call_back(at, now), due_at=at)

    def assign(self, to: PersonId | None) -> "Case":
        """Give it to somebody, or to nobody."""
        self._must_go_on()
        status = Status.OPEN if self.status in (Status.NEW, Status.WATCHING) and to is not None else self.status
        return replace(
            self,
            owner=to,
            status=status,
            not_before=None if to is not None else self.not_before,
            historical=self.historical and to is None,
        )

    def park(self, at: datetime, why: str, until: datetime | None) -> "Case":
        """It waits for something of our own; with a date, it needs somebody again by itself. What is due stays due."""
        self._must_go_on()
        return replace(
            self._awake()._waited(at),
            status=Status.PARKED,
            parked_for=why,
            wake_at=_later(at, until),
            review_at=None,
            historical=False,
        )

    def snooze(self, at: datetime, until: datetime) -> "Case":
        """Leave it out of sight until then; a word of the customer brings it back earlier. What is due stays due."""
        self._must_go_on()
        if self.status in (Status.PARKED, Status.WATCHING):
            raise Conflict(
                reason=say(
                    "Case {number} is {status}. Take it up first, then it can be snoozed.",
                    number=self.number,
                    status=say(self.status),
                )
            )
        status = Status.OPEN if self.status is Status.NEW else self.status
        return replace(self._awake(), status=status, wake_at=_later(at, until), historical=False)

    def wake(self, at: datetime) -> "Case":
        """It needs somebody again: its time has come, or somebody took it up before."""
        if self.folder is not Folder.PARKED:
            raise Conflict(reason=say("Case {number} is neither parked nor snoozed.", number=self.number))
        return replace(self._awake()._waited(at), status=Status.OPEN, due_at=self.due_at or at)

    def resolve(self, at: datetime) -> "Case":
        """The matter is settled."""
        if self.status.ended:
            raise Conflict(
                reason=say("Case {number} is {status} already.", number=self.number, status=say(self.status))
            )
        return self._end(Status.RESOLVED, at)

    def close(self, at: datetime) -> "Case":
        """Nothing more comes of it."""
        return self._end(Status.CLOSED, at)

    def merge(self, at: datetime, into: int) -> "Case":
        """All that was said stands in another case now."""
        self._must_be_itself()
        return replace(self.close(at), merged_into=into)

    def reopen(self, at: datetime, due_at: datetime | None) -> "Case":
        """The matter is not settled after all."""
        self._must_be_itself()
        if not self.status.ended:
            raise Conflict(
                reason=say("Case {number} is {status} already.", number=self.number, status=say(self.status))
            )
        return replace(self._awake(), status=Status.OPEN, resolved_at=None, due_at=due_at, historical=False)

    # What several deeds have in common ------------------------------------
    def _end(self, status: Status, at: datetime) -> "Case":
        return replace(
            self._awake()._waited(at), status=status, resolved_at=self.resolved_at or at, due_at=None, review_at=None
        )

    def _awake(self) -> "Case":
        """Neither held nor parked nor snoozed."""
        return replace(self, not_before=None, parked_for="", wake_at=None)

    def _waited(self, until: datetime) -> "Case":
        """It no longer waits for the customer, if it did."""
        return replace(self, waited_until=until) if self.status is Status.WAITING else self

    def _must_go_on(self) -> None:
        self._must_be_itself()
        if self.status.ended:
            raise Conflict(
                reason=say("Case {number} is {status}. Reopen it first.", number=self.number, status=say(self.status))
            )

    def _must_be_itself(self) -> None:
        if self.merged_into is not None:
            raise Conflict(
                reason=say(
                    "Case {number} is a part of case {into} now. Go on there.",
                    number=self.number,
                    into=self.merged_into,
                )
            )


def _later(now: datetime, until: datetime | None) -> datetime | None:
    if until is not None and until <= now:
        raise InvalidInput(reason="Choose a time in the future.")
    return until


def changes_between(was: Case, became: Case) -> dict[str, Any]:
    """Return what differs between two states, as it travels in JSON: both values, by name."""
    before, after = msgspec.to_builtins(was), msgspec.to_builtins(became)
    return {name: [value, after[name]] for name, value in before.items() if value != after[name]}
