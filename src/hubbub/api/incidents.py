"""The operations on incidents."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.params.functions import Path, Query

from hubbub.api.schemas import Key, Refusal, Strict, Text
from hubbub.api.shared import READ_ERRORS, WRITE_ERRORS, access_of, now
from hubbub.care.core.incidents import IncidentLine, Members
from hubbub.care.selectors import incidents as reads
from hubbub.care.services import incidents

router = Router()
IncidentId: Any = Path(..., ge=1, le=2**53)


class Incident(Schema):
    """An incident: many people with one problem, answered as one."""

    id: int
    title: str
    open: bool
    lead: str
    began_at: datetime
    opened_at: datetime
    closed_at: datetime | None
    voices: int
    posts: int
    cases: int
    exposure: int
    severities: list[str]


class IncidentWhole(Incident):
    """With what is known of it, and why it is one."""

    note: str
    note_version: int
    reasons: list[str]
    members: list[int] = Field(description="Numbers of its cases, at most 50, those seen by most first.")
    waiting: int = Field(description="Cases that nobody answered yet.")


class IncidentNoteIn(Strict):
    """What is known now."""

    text: Text
    seen: int | None = Field(None, ge=0, le=2**31, description="The version you read; a newer one refuses yours.")


class IncidentCloseIn(Strict):
    """What becomes of the cases nobody answered."""

    members: Literal["due", "answer", "resolve"] = "due"
    text: str = Field(
        "", max_length=5_000, pattern=r"^[^\x00]*$", description="The word to everybody, and to who is answered."
    )
    wrap_up: Key | None = Field(None, description="The code that resolved cases get.")
    confirmed: bool = False


class IncidentClosing(Schema):
    """How far closing came. While cases wait, the incident stays open: close it again to go on."""

    done: int = Field(description="Cases that were answered or resolved by this call, at most 500.")
    refused: list[Refusal]
    waiting: int


@router.get("/incidents", response={200: list[Incident], **READ_ERRORS}, tags=["incidents"])
def list_incidents(request: HttpRequest, open_only: bool = Query(False, alias="open")) -> Any:
    """Incidents: open ones first, the newest first."""
    return [_incident(each) for each in reads.incidents(access_of(request), open_only=open_only)]


@router.get("/incidents/{incident}", response={200: IncidentWhole, **READ_ERRORS}, tags=["incidents"])
def read_incident(request: HttpRequest, incident: int = IncidentId) -> Any:
    """An incident with what is known of it."""
    found = reads.incident(access_of(request), incident)
    return {
        **_incident(found.line),
        "note": found.note.text if found.note else "",
        "note_version": found.note.version if found.note else 0,
        "reasons": [f"{each['strong']}{each['text']}" for each in found.reasons],
        "members": [each.number for each in found.members],
        "waiting": found.waiting,
    }


@router.post("/incidents/{incident}/note", response={204: None, **WRITE_ERRORS}, tags=["incidents"])
def note_incident(request: HttpRequest, payload: IncidentNoteIn, incident: int = IncidentId) -> Any:
    """Write a new version of what is known; only colleagues see it."""
    incidents.note(access_of(request), incident, text=payload.text, seen=payload.seen, now=now())
    return Status(204, None)


@router.post("/incidents/{incident}/close", response={200: IncidentClosing, **WRITE_ERRORS}, tags=["incidents"])
def close_incident(request: HttpRequest, payload: IncidentCloseIn, incident: int = IncidentId) -> Any:
    """It is over: drafts the word to everybody, and deals with the cases nobody answered."""
    closing = incidents.close(
        access_of(request),
        incident,
        members=Members(payload.members),
        feedback=payload.text,
        wrap_up=payload.wrap_up,
        confirmed=payload.confirmed,
        now=now(),
    )
    refused = [{"number": number, "why": why} for number, why in closing.refused]
    return {"done": closing.done, "refused": refused, "waiting": closing.waiting}


def _incident(line: IncidentLine) -> dict[str, Any]:
    names = Incident.model_fields.keys() - {"lead", "severities"}
    told = {name: getattr(line, name) for name in names}
    return {**told, "lead": line.lead_name, "severities": list(line.severities)}
