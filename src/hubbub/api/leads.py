"""The operations on leads."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.params.functions import Query
from pydantic import StringConstraints

from hubbub.api.schemas import Key, Name, Strict
from hubbub.api.shared import READ_ERRORS, WRITE_ERRORS, Number, access_of, colleague, now
from hubbub.care import selectors as care
from hubbub.care.services import leads
from hubbub.kernel.errors import NotFound

router = Router()
NONE_IS_NONE = ("owner", "value", "expected_on")
"""Of a lead: what may be taken away again."""


class LeadOut(Schema):
    """A lead."""

    id: int
    title: str
    who: str
    stage: str
    owner: str | None
    value: Decimal | None
    currency: str
    expected_on: date | None
    case: int | None
    made_at: datetime
    changed_at: datetime


class LeadMade(Schema):
    """The lead that a case became."""

    lead: Key


class LeadIn(Strict):
    """What of a lead changes; what is left out stays."""

    lead: Key
    title: Annotated[str, StringConstraints(max_length=120, pattern=r"^[^\x00]*$")] | None = None
    stage: Name | None = None
    owner: Name | None = Field(None, description="The colleague's e-mail address.")
    value: Decimal | None = None
    currency: Name | None = None
    expected_on: date | None = None


@router.get("/leads", response={200: list[LeadOut], **READ_ERRORS}, tags=["leads"])
def list_leads(request: HttpRequest, limit: int = Query(500, ge=1, le=5000)) -> Any:
    """The leads, what changed last first."""
    return [
        {
            "id": each.id, "title": each.title, "who": each.who, "stage": each.stage_name,
            "owner": each.owner_name or None, "value": each.value, "currency": each.currency,
            "expected_on": each.expected_on, "case": each.case, "made_at": each.made_at, "changed_at": each.changed_at,
        }
        for each in care.all_leads(access_of(request), limit)
    ]  # fmt: skip


@router.post("/cases/{number}/lead", response={200: LeadMade, **WRITE_ERRORS}, tags=["leads"])
def make_lead(request: HttpRequest, number: int = Number) -> Any:
    """Make a case a lead."""
    return {"lead": leads.make(access_of(request), number, now=now())}


@router.post("/leads/change", response={204: None, **WRITE_ERRORS}, tags=["leads"])
def change_lead(request: HttpRequest, payload: LeadIn) -> Any:
    """Change a lead."""
    access = access_of(request)
    given = payload.dict(exclude={"lead"}, exclude_unset=True)
    if given.get("stage") is not None:
        stages = {each.name: each.id for each in care.lead_board(access)}
        if given["stage"] not in stages:
            raise NotFound(what="stage", which=given["stage"])
        given["stage"] = stages[given["stage"]]
    if "owner" in given:
        given["owner"] = colleague(access, given["owner"])
    kept = {name: value for name, value in given.items() if value is not None or name in NONE_IS_NONE}
    leads.change(access, payload.lead, now=now(), **kept)
    return Status(204, None)
