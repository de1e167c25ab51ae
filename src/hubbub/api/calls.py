"""The operations on telephone calls and call-backs."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from pydantic import StringConstraints

from hubbub.accounts import selectors as accounts
from hubbub.api.schemas import Key, Short, Strict
from hubbub.api.shared import WRITE_ERRORS, Number, access_of, now, utc
from hubbub.care.core.calls.numbers import number_of
from hubbub.care.core.calls.record import Call, Direction, Outcome
from hubbub.care.services import calls as call_backs
from hubbub.flows.calls import take
from hubbub.infra.places import places

router = Router()


class CallIn(Strict):
    """What a telephone system tells of a call: all at once, or bit by bit under the same id."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")] = Field(
        description="The system's own id: the same id again adds to what is known of the call."
    )
    start: datetime | None = Field(None, description="When it began; needed when a call is first told of.")
    answer: datetime | None = Field(None, description="When somebody answered.")
    end: datetime | None = None
    direction: Literal["in", "out"] | None = Field(None, description="Who called; in unless told.")
    caller: Short = Field("", description="A number, in any usual writing.")
    called: Short = ""
    name: Short = Field("", description="Of the person outside.")
    queue: Short = ""
    agent: Short = ""
    outcome: Literal["answered", "abandoned", "missed", "voicemail", "busy", "callback"] | None = Field(
        None, description="Left out, it follows from the times once the call has ended."
    )
    notes: Annotated[str, StringConstraints(max_length=5_000, pattern=r"^[^\x00]*$")] = ""
    case: Annotated[int, Field(ge=1, le=2**53)] | None = Field(None, description="The case it belongs to.")


class CallsIn(Strict):
    """Calls of one telephone system."""

    source: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_. -]+$")] = Field(
        description="Which system: one name each."
    )
    calls: Annotated[list[CallIn], Field(min_length=1, max_length=1_000)]


class CallsOut(Schema):
    """What became of some calls."""

    new: int
    changed: int = Field(description="More is known of them now.")
    same: int = Field(description="Nothing was new.")
    to_call: int = Field(description="Who called in vain and is to be called back.")


class CallBackIn(Strict):
    """Somebody is to be called."""

    number: Short
    at: datetime
    why: Annotated[str, StringConstraints(max_length=240, pattern=r"^[^\x00]*$")] = ""


class CalledIn(Strict):
    """How a call-back went."""

    reached: bool
    settled: bool = Field(True, description="Reached and nothing left to do: the case is resolved.")
    wrap_up: Key | None = Field(None, description="Settled: why it came or how it ended; needed where codes are.")
    again_at: datetime | None = Field(None, description="Not reached: when to try again; in an hour if left out.")
    notes: Annotated[str, StringConstraints(max_length=5_000, pattern=r"^[^\x00]*$")] = ""


@router.post("/calls", response={200: CallsOut, **WRITE_ERRORS}, tags=["calls"])
def calls_in(request: HttpRequest, payload: CallsIn) -> Any:
    """Tell of telephone calls, one or up to 1,000: all are kept, or none. The same again changes nothing.

    A call may be told of bit by bit: its start first, then under the same id the answer, then the end. Who called in
    vain and left a number gets a case with a call-back.
    """
    access = access_of(request)
    country = accounts.calling_code(access)
    calls = [_call(each, country) for each in payload.calls]
    done = take(access, payload.source, calls, places=places(), now=now())
    return {"new": done.new, "changed": done.changed, "same": done.same, "to_call": done.to_call}


def _call(given: CallIn, country: str) -> Call:
    return Call(
        source="",
        native=given.id,
        started_at=utc(given.start),
        answered_at=utc(given.answer),
        ended_at=utc(given.end),
        direction=Direction(given.direction) if given.direction else None,
        caller=number_of(given.caller, country),
        called=number_of(given.called, country),
        name=given.name,
        queue=given.queue,
        agent=given.agent,
        outcome=Outcome(given.outcome or ""),
        notes=given.notes,
        case=given.case,
    )


@router.post("/cases/{number}/call-back", response={204: None, **WRITE_ERRORS}, tags=["calls"])
def ask_for_call(request: HttpRequest, payload: CallBackIn, number: int = Number) -> Any:
    """Ask for a call to somebody; the case is due then."""
    at = utc(payload.at)
    assert at is not None
    call_backs.ask(access_of(request), number, to=payload.number, at=at, why=payload.why, now=now())
    return Status(204, None)


@router.post("/cases/{number}/called", response={204: None, **WRITE_ERRORS}, tags=["calls"])
def called(request: HttpRequest, payload: CalledIn, number: int = Number) -> Any:
    """Note how a call-back went: reached resolves the case, not reached makes it due again later."""
    call_backs.called(
        access_of(request),
        number,
        reached=payload.reached,
        settled=payload.settled,
        wrap_up=payload.wrap_up,
        again_at=utc(payload.again_at),
        notes=payload.notes,
        now=now(),
    )
    return Status(204, None)
