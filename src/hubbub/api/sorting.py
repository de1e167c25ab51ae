"""The operations that sort cases: tags, fields, wrap-up codes, links."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from pydantic import StringConstraints

from hubbub.api.schemas import Name, Strict
from hubbub.api.shared import READ_ERRORS, WRITE_ERRORS, Number, access_of, now
from hubbub.care import selectors as care
from hubbub.care.services import sorting
from hubbub.kernel.errors import NotFound

router = Router()


class TagOut(Schema):
    """A tag."""

    id: int
    name: str
    colour: int


class FieldOut(Schema):
    """A field of cases."""

    id: int
    name: str
    kind: Literal["text", "number", "choice", "date", "yesno"]
    choices: list[str]
    required: bool


class WrapUpOut(Schema):
    """A wrap-up code."""

    id: int
    group: str
    name: str


class AnswersIn(Strict):
    """What is known of a case, by the field's name; an empty answer takes one away."""

    answers: dict[Name, Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]]


class LinkIn(Strict):
    """How a case stands to another."""

    other: int = Field(ge=1, le=2**53)
    kind: Literal["related", "duplicate", "caused", "none"]


@router.get("/tags", response={200: list[TagOut], **READ_ERRORS}, tags=["sorting"])
def list_tags(request: HttpRequest) -> Any:
    """The workspace's tags."""
    return [{"id": each.id, "name": each.name, "colour": each.colour} for each in care.tags(access_of(request))]


@router.get("/fields", response={200: list[FieldOut], **READ_ERRORS}, tags=["sorting"])
def list_fields(request: HttpRequest) -> Any:
    """The workspace's fields of cases."""
    return [
        {"id": each.id, "name": each.name, "kind": each.kind, "choices": each.choices, "required": each.required}
        for each in care.fields(access_of(request))
    ]


@router.get("/wrap-ups", response={200: list[WrapUpOut], **READ_ERRORS}, tags=["sorting"])
def list_wrap_ups(request: HttpRequest) -> Any:
    """The workspace's wrap-up codes."""
    groups = care.wrap_ups(access_of(request))
    return [{"id": pk, "group": group.name, "name": name} for group in groups for pk, name in group.codes]


@router.post("/cases/{number}/fields", response={204: None, **WRITE_ERRORS}, tags=["sorting"])
def answer_fields(request: HttpRequest, payload: AnswersIn, number: int = Number) -> Any:
    """Note what is known of a case; all of it, or nothing."""
    access = access_of(request)
    ids = {each.name: each.id for each in care.fields(access)}
    if unknown := payload.answers.keys() - ids.keys():
        raise NotFound(what="field", which=min(unknown))
    answers = {ids[name]: value for name, value in payload.answers.items()}
    sorting.answer_fields(access, number, answers, now=now())
    return Status(204, None)


@router.post("/cases/{number}/link", response={204: None, **WRITE_ERRORS}, tags=["cases"])
def link(request: HttpRequest, payload: LinkIn, number: int = Number) -> Any:
    """Say how a case stands to another; `none` ends that."""
    if payload.kind == "none":
        sorting.unlink(access_of(request), number, other=payload.other, now=now())
    else:
        sorting.link(access_of(request), number, other=payload.other, kind=payload.kind, now=now())
    return Status(204, None)
