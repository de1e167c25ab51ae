"""The operations by which somebody works on one case: answer it, give it away, end it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from pydantic import AwareDatetime, StringConstraints

from hubbub.api.schemas import Name, Strict, Text
from hubbub.api.shared import WRITE_ERRORS, Number, access_of, colleague, now, utc
from hubbub.care.core.answering import Written
from hubbub.care.services import cases
from hubbub.infra.outbox import is_by_hand

router = Router()


class ReplyIn(Strict):
    """A reply."""

    text: Text
    private: bool = False
    confirmed: bool = Field(
        False, description="Send although the text speaks of compensation, liability or personal data."
    )
    key: Annotated[str, StringConstraints(max_length=24, pattern=r"^[A-Za-z0-9_-]*$")] = Field(
        "", description="Your own name for this reply: the same key again is the same reply."
    )
    persona: Annotated[int, Field(ge=1, lt=2**63)] | None = Field(
        None, description="As whom it is written, by the number in the address of the persona’s page; null: the brand."
    )
    send_at: AwareDatetime | None = Field(
        None, description="When it is to leave; it is held back where somebody writes meanwhile."
    )
    ticked: Annotated[list[Name], Field(max_length=20)] = Field(
        [], description="Lines of the tone check list that a person found to be met."
    )


class ReplyOut(Schema):
    """A reply that was queued, that waits for approval or its time, or that came back to its author."""

    id: int = Field(description="Of the message on its way, or of what waits.")
    state: Literal["queued", "by_hand", "approval", "later", "back"]


class NoteIn(Strict):
    """A note for colleagues."""

    text: Text


class AssignIn(Strict):
    """Whom a case is given to."""

    email: Annotated[str, StringConstraints(max_length=254, pattern=r"^[^\x00]*$")] | None = Field(
        description="Of somebody who works here; null gives it back."
    )


class ParkIn(Strict):
    """What a case waits for."""

    why: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
    until: datetime | None = None


class SnoozeIn(Strict):
    """How long a case stays out of sight."""

    until: datetime


@router.post("/cases/{number}/reply", response={202: ReplyOut, **WRITE_ERRORS}, tags=["cases"])
def reply(request: HttpRequest, payload: ReplyIn, number: int = Number) -> Any:
    """Queue a reply. It is delivered when the case says so; a letter, when somebody posted it.

    One that needs approval, or is to be sent later, waits.
    """
    access = access_of(request)
    written = Written(
        payload.text,
        private=payload.private,
        persona=payload.persona,
        confirmed=payload.confirmed,
        ticked=frozenset(payload.ticked),
    )
    done = cases.answer(access, number, written, key=payload.key, send_at=payload.send_at, now=now())
    if done.outbox is None:
        return Status(202, {"id": done.pending, "state": done.state})
    state = "by_hand" if is_by_hand(access.workspace, done.outbox) else "queued"
    return Status(202, {"id": done.outbox, "state": state})


@router.post("/cases/{number}/note", response={204: None, **WRITE_ERRORS}, tags=["cases"])
def note(request: HttpRequest, payload: NoteIn, number: int = Number) -> Any:
    """Leave a note that only colleagues see."""
    cases.note(access_of(request), number, text=payload.text, now=now())
    return Status(204, None)


@router.post("/cases/{number}/assign", response={204: None, **WRITE_ERRORS}, tags=["cases"])
def assign(request: HttpRequest, payload: AssignIn, number: int = Number) -> Any:
    """Give a case to a colleague, or back."""
    access = access_of(request)
    cases.assign(access, number, to=colleague(access, payload.email), now=now())
    return Status(204, None)


@router.post("/cases/{number}/resolve", response={204: None, **WRITE_ERRORS}, tags=["cases"])
def resolve(request: HttpRequest, number: int = Number) -> Any:
    """The matter is settled."""
    cases.resolve(access_of(request), number, now=now())
    return Status(204, None)


@router.post("/cases/{number}/reopen", response={204: None, **WRITE_ERRORS}, tags=["cases"])
def reopen(request: HttpRequest, number: int = Number) -> Any:
    """The matter is not settled after all."""
    cases.reopen(access_of(request), number, now=now())
    return Status(204, None)


@router.post("/cases/{number}/close", response={204: None, **WRITE_ERRORS}, tags=["cases"])
def close(request: HttpRequest, number: int = Number) -> Any:
    """Nothing more comes of it."""
    cases.close(access_of(request), number, now=now())
    return Status(204, None)


@router.post("/cases/{number}/park", response={204: None, **WRITE_ERRORS}, tags=["cases"])
def park(request: HttpRequest, payload: ParkIn, number: int = Number) -> Any:
    """Let it wait for something of your own; with a date, it needs somebody again by itself."""
    cases.park(access_of(request), number, why=payload.why, until=utc(payload.until), now=now())
    return Status(204, None)


@router.post("/cases/{number}/snooze", response={204: None, **WRITE_ERRORS}, tags=["cases"])
def snooze(request: HttpRequest, payload: SnoozeIn, number: int = Number) -> Any:
    """Leave it out of sight until then, or until the customer writes."""
    until = utc(payload.until)
    assert until is not None
    cases.snooze(access_of(request), number, until=until, now=now())
    return Status(204, None)


@router.post("/cases/{number}/wake", response={204: None, **WRITE_ERRORS}, tags=["cases"])
def wake(request: HttpRequest, number: int = Number) -> Any:
    """Take up a parked or snoozed case before its time."""
    cases.wake(access_of(request), number, now=now())
    return Status(204, None)
