"""The life of a case, as values: new (perhaps held), open, waiting, resolved, closed; or only watched."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Final

from hubbub.care.core.errors import CaseClosed
from hubbub.kernel.errors import Conflict
from hubbub.kernel.ids import PersonId

NEVER: Final = datetime(2999, 1, 1, tzinfo=UTC)
"""Sorts after every due time: nothing is due."""

REOPENS_FOR: Final = timedelta(days=3)
"""So long after it was resolved, a private word of the customer reopens a case; later it is a new one.

In public, a reply says itself which matter it belongs to, however late."""


class Status(StrEnum):
    """Where a case is in its life."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"  # for the customer
    RESOLVED = "resolved"
    CLOSED = "closed"
    WATCHING = "watching"  # not a case yet: somebody speaks about us, not to us

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


class Folder(StrEnum):
    """Where the inbox shows a case. Follows from its state alone."""

    NEEDS = "needs"
    HELD = "held"
    WATCHING = "watching"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"
    IMPORTED = "imported"

    @property
    def newest_first(self) -> bool:
        """Whether the list is read from the newest; otherwise what is due first comes first."""
        return self in (Folder.WAITING, Folder.RESOLVED, Folder.CLOSED, Folder.IMPORTED)


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

    @property
    def folder(self) -> Folder:
        """Where the inbox shows it."""
        match self.status:
            case Status.WATCHING:
                return Folder.IMPORTED if self.historical else Folder.WATCHING
            case Status.WAITING:
                return Folder.WAITING
            case Status.RESOLVED:
                return Folder.RESOLVED
            case Status.CLOSED:
                return Folder.CLOSED
        if self.historical:
            return Folder.IMPORTED
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
            case Folder.RESOLVED | Folder.CLOSED:
                return self.resolved_at or self.last_inbound_at
        return max(self.last_inbound_at, self.last_outbound_at or self.last_inbound_at)

    def answer(self, at: datetime, by: PersonId | None) -> "Case":
        """Somebody answered: now it waits for the customer, and the one who answered owns it."""
        if self.status is Status.CLOSED:
            raise CaseClosed(number=self.number)
        return replace(
            self,
            status=Status.WAITING,
            owner=self.owner or by,
            not_before=None,
            due_at=None,
            review_at=None,
            first_replied_at=self.first_replied_at or at,
            last_outbound_at=at,
            resolved_at=None,
            historical=False,
        )

    def hear(self, at: datetime, due_at: datetime | None) -> "Case":
        """The customer wrote again on a case that somebody works on: the next reply is due."""
        return replace(
            self,
            status=Status.OPEN,
            last_inbound_at=max(at, self.last_inbound_at),
            due_at=min(filter(None, (self.due_at, due_at)), default=None),
            not_before=None,
            resolved_at=None,
            historical=False,
        )

    def end_hold(self, due_at: datetime | None) -> "Case":
        """The hold is over; what was due stays due, or becomes due earlier."""
        return replace(self, not_before=None, due_at=min(filter(None, (self.due_at, due_at)), default=None))

    def due(self, at: datetime) -> "Case":
        """Somebody wants an answer by then; what is due earlier stays."""
        return replace(self, due_at=min(filter(None, (self.due_at, at))), review_at=None)

    def call_back(self, at: datetime) -> "Case":
        """Somebody is to be called by then; what is due earlier stays."""
        if self.status.ended:
            raise Conflict(reason=f"Case {self.number} is {self.status}. Reopen it first.")
        due = self.due_at if self.folder is Folder.NEEDS else None
        return replace(
            self,
            status=Status.OPEN,
            due_at=min(filter(None, (due, at))),
            not_before=None,
            review_at=None,
            historical=False,
        )

    def call_again(self, at: datetime) -> "Case":
        """Nobody could be reached: it is tried again then, and is not due before."""
        return replace(self.call_back(at), due_at=at)

    def assign(self, to: PersonId | None) -> "Case":
        """Give it to somebody, or to nobody."""
        if self.status.ended:
            raise Conflict(reason=f"Case {self.number} is {self.status}. Reopen it first.")
        status = Status.OPEN if self.status in (Status.NEW, Status.WATCHING) and to is not None else self.status
        return replace(
            self,
            owner=to,
            status=status,
            not_before=None if to is not None else self.not_before,
            historical=self.historical and to is None,
        )

    def resolve(self, at: datetime) -> "Case":
        """The matter is settled."""
        if self.status.ended:
            raise Conflict(reason=f"Case {self.number} is {self.status} already.")
        return replace(self, status=Status.RESOLVED, resolved_at=at, not_before=None, due_at=None, review_at=None)

    def close(self, at: datetime) -> "Case":
        """Nothing more comes of it."""
        return replace(
            self,
            status=Status.CLOSED,
            resolved_at=self.resolved_at or at,
            not_before=None,
            due_at=None,
            review_at=None,
        )

    def reopen(self, at: datetime, due_at: datetime | None) -> "Case":
        """The matter is not settled after all."""
        if not self.status.ended:
            raise Conflict(reason=f"Case {self.number} is {self.status} already.")
        return replace(self, status=Status.OPEN, resolved_at=None, due_at=due_at, not_before=None, historical=False)
