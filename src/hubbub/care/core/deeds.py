"""Deeds: what can be done to a case, as values. A bulk action does one to many cases, a macro some to one."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

import msgspec

from hubbub.care.core.case import MAX_REASON, Case, Priority, Status
from hubbub.kernel.errors import Conflict, InvalidInput
from hubbub.kernel.ids import PersonId
from hubbub.kernel.speech import mark, say

MAX_NOTE = 20_000
MOST_HOURS = 24 * 366
MOST_DEEDS = 20


class LinkKind(StrEnum):
    """How a case stands to another."""

    RELATED = "related"
    DUPLICATE = "duplicate"
    CAUSED = "caused"

    @property
    def forth(self) -> str:
        """Seen from the one."""
        return say(
            {"related": mark("Related to"), "duplicate": mark("Duplicate of"), "caused": mark("Caused by")}[self]
        )

    @property
    def back(self) -> str:
        """Seen from the other."""
        return say({"related": "Related to", "duplicate": mark("Has a duplicate"), "caused": mark("Cause of")}[self])


class Deed(msgspec.Struct, frozen=True, tag_field="do", forbid_unknown_fields=True):
    """One thing done to a case; `apply` says what becomes of its state."""

    past: ClassVar[str] = mark("changed")

    def check(self) -> None:
        """Raise InvalidInput where the deed itself can't be."""

    def apply(self, case: Case, now: datetime, me: PersonId | None) -> Case:
        """Return the case's state afterwards."""
        return case


class Assign(Deed, frozen=True, tag="assign"):
    """Give it to somebody, or to nobody."""

    past: ClassVar[str] = mark("given away")
    to: int | None = None

    def apply(self, case: Case, now: datetime, me: PersonId | None) -> Case:
        """It is theirs."""
        return case if case.owner == self.to else case.assign(PersonId(self.to) if self.to is not None else None)


class Take(Deed, frozen=True, tag="take"):
    """Make it one's own."""

    past: ClassVar[str] = mark("taken")

    def apply(self, case: Case, now: datetime, me: PersonId | None) -> Case:
        """It is mine."""
        return case if case.owner == me else case.assign(me)


class ToTeam(Deed, frozen=True, tag="team"):
    """Give it to a team, or to none."""

    past: ClassVar[str] = mark("given to a team")
    to: int | None = None


class Rank(Deed, frozen=True, tag="priority"):
    """Say how pressing it is."""

    past: ClassVar[str] = mark("given another priority")
    to: Priority


class AddTag(Deed, frozen=True, tag="tag"):
    """Put a tag on it."""

    past: ClassVar[str] = mark("tagged")
    name: str


class DropTag(Deed, frozen=True, tag="untag"):
    """Take a tag off it."""

    past: ClassVar[str] = mark("rid of a tag")
    name: str


class SetWrapUp(Deed, frozen=True, tag="wrap_up"):
    """Say why it came or how it ended."""

    past: ClassVar[str] = mark("given a wrap-up code")
    code: int | None = None


class Resolve(Deed, frozen=True, tag="resolve"):
    """The matter is settled."""

    past: ClassVar[str] = mark("resolved")

    def apply(self, case: Case, now: datetime, me: PersonId | None) -> Case:
        """It is settled."""
        return case.resolve(now)


class Close(Deed, frozen=True, tag="close"):
    """Nothing more comes of it."""

    past: ClassVar[str] = mark("closed")

    def apply(self, case: Case, now: datetime, me: PersonId | None) -> Case:
        """It is over."""
        if case.status is Status.CLOSED:
            raise Conflict(reason=say("Case {number} is closed already.", number=case.number))
        return case.close(now)


class Reopen(Deed, frozen=True, tag="reopen"):
    """The matter is not settled after all."""

    past: ClassVar[str] = mark("reopened")

    def apply(self, case: Case, now: datetime, me: PersonId | None) -> Case:
        """It needs somebody again; whoever writes it says when it is due."""
        return case.reopen(now, None)


class Wake(Deed, frozen=True, tag="wake"):
    """Take it up before its time."""

    past: ClassVar[str] = mark("brought back")

    def apply(self, case: Case, now: datetime, me: PersonId | None) -> Case:
        """It needs somebody again."""
        return case.wake(now)


class Park(Deed, frozen=True, tag="park"):
    """Let it wait for something of our own."""

    past: ClassVar[str] = mark("parked")
    why: str
    until: datetime | None = None
    hours: float | None = None

    def check(self) -> None:
        """It says what it waits for."""
        if not self.why.strip() or len(self.why) > MAX_REASON:
            raise InvalidInput(reason=say("Say what it waits for, in at most {most} characters.", most=MAX_REASON))
        _check_hours(self.hours)

    def apply(self, case: Case, now: datetime, me: PersonId | None) -> Case:
        """It waits."""
        return case.park(now, " ".join(self.why.split()), _until(self.until, self.hours, now))


class Snooze(Deed, frozen=True, tag="snooze"):
    """Leave it out of sight for a while."""

    past: ClassVar[str] = mark("snoozed")
    until: datetime | None = None
    hours: float | None = None

    def check(self) -> None:
        """It says until when."""
        if self.until is None and self.hours is None:
            raise InvalidInput(reason="Say until when.")
        _check_hours(self.hours)

    def apply(self, case: Case, now: datetime, me: PersonId | None) -> Case:
        """It sleeps."""
        until = _until(self.until, self.hours, now)
        assert until is not None
        return case.snooze(now, until)


class Note(Deed, frozen=True, tag="note"):
    """Leave a note that only colleagues see."""

    past: ClassVar[str] = mark("given a note")
    text: str

    def check(self) -> None:
        """It has words."""
        if not self.text.strip():
            raise InvalidInput(reason="Write something first.")
        if len(self.text) > MAX_NOTE:
            raise InvalidInput(reason=say("A note has at most {most:,} characters.", most=MAX_NOTE))


class Insert(Deed, frozen=True, tag="insert"):
    """Put words into the composer, for the agent to look at and send."""

    past: ClassVar[str] = mark("answered in draft")
    text: str

    def check(self) -> None:
        """It has words."""
        if not self.text.strip() or len(self.text) > MAX_NOTE:
            raise InvalidInput(reason=say("Give the words to insert, at most {most:,} characters.", most=MAX_NOTE))


AnyDeed = (
    Assign
    | Take
    | ToTeam
    | Rank
    | AddTag
    | DropTag
    | SetWrapUp
    | Resolve
    | Close
    | Reopen
    | Wake
    | Park
    | Snooze
    | Note
    | Insert
)


def read_deeds(data: object) -> tuple[AnyDeed, ...]:
    """Return deeds from plain data, as macros are kept and the API takes them.

    Raises
    ------
    InvalidInput
        If it names no deed, or one lacks what it needs.
    """
    try:
        deeds = msgspec.convert(data, tuple[AnyDeed, ...], strict=False)
    except msgspec.ValidationError as error:
        raise InvalidInput(reason=say("These actions can't be read: {error}.", error=error)) from None
    if not deeds or len(deeds) > MOST_DEEDS:
        raise InvalidInput(reason="Give 1 to 20 actions.")
    for each in deeds:
        each.check()
    return deeds


def _check_hours(hours: float | None) -> None:
    if hours is not None and not 0 < hours <= MOST_HOURS:
        raise InvalidInput(reason="Give a number of hours above 0, at most a year.")


def _until(until: datetime | None, hours: float | None, now: datetime) -> datetime | None:
    return now + timedelta(hours=hours) if hours is not None else until
