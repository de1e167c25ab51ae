"""The operations that list and read cases."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.params.functions import Query
from pydantic import StringConstraints

from hubbub.api.shared import READ_ERRORS, Number, access_of, now
from hubbub.care import selectors as care
from hubbub.care.core import views
from hubbub.care.core.filters import Filter, read

router = Router()
Values = Annotated[list[Annotated[str, StringConstraints(max_length=40)]], Field(max_length=40)]
Kinds = Literal["complaint", "question", "praise", "suggestion", "opportunity", "promotion", "spam", "talk"]
Priorities = Literal["urgent", "high", "normal", "low"]
Folders = Literal["needs", "held", "watching", "waiting", "parked", "incident", "resolved", "closed", "imported"]
Views = Literal[
    "needs", "mine", "held", "watching", "waiting", "parked", "incident", "resolved", "closed", "imported", "all"
]
Words = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$", description="Person, words or number.")]
Asked: Any = Query(...)
InView: Any = Query("needs")
Searched: Any = Query("")


class CaseLine(Schema):
    """A case in a list."""

    number: int
    status: str
    folder: str
    who: str
    channel: str
    title: str
    excerpt: str
    kind: str
    kind_probability: float
    decision: str
    rule: str
    queue: str
    private: bool
    exposure: int
    voices: int
    owner: str | None
    due_at: datetime | None
    not_before: datetime | None
    priority: int = Field(description="1 urgent, 2 high, 3 normal, 4 low.")
    tags: list[str]
    wake_at: datetime | None = Field(description="When a parked or snoozed case comes back by itself.")
    parked_for: str
    merged_into: int | None = Field(description="The case that it is a part of now.")
    last_inbound_at: datetime
    historical: bool


class CaseFilter(Schema):
    """Conditions that all hold; of several values of one, any will do."""

    queue: Literal["", "safety", "unsure", "praise", "ideas"] = ""
    topic: int = Field(0, ge=0, lt=10**18)
    tag: int = Field(0, ge=0, lt=10**18)
    team: int = Field(0, ge=0, lt=10**18)
    owner: str = Field("", pattern=r"^(me|nobody|[0-9]{1,18})?$", description="me, nobody, or somebody's id.")
    channel: Values = []
    kind: Annotated[list[Kinds], Field(max_length=40)] = []
    priority: Annotated[list[Priorities], Field(max_length=40)] = []
    lang: Values = []
    folder: Annotated[list[Folders], Field(max_length=40)] = Field(
        [], alias="in", description="Folders, with the view all."
    )
    late: Literal["", "yes"] = ""
    order: Literal["", "first", "last"] = Field("", description="first: due or oldest first; last: the other way.")


class CasePage(Schema):
    """A piece of a list."""

    cases: list[CaseLine]
    next: str = Field(description="Give it as `cursor` to read on; empty at the end.")


class Moment(Schema):
    """One line of a case's timeline."""

    id: int
    at: datetime
    kind: Literal["post", "reply", "note", "event", "call"]
    name: str
    handle: str
    text: str
    private: bool
    uri: str
    state: str = Field(description="Of a reply: queued, sending, delivered, failed, uncertain or by_hand.")
    words: str = Field(description="Of a reply that was not delivered: the network's own words.")


class Reason(Schema):
    """One reason of a decision."""

    strong: str
    text: str


class Link(Schema):
    """Another case, and how this one stands to it."""

    number: int
    words: str


class Case(CaseLine):
    """A case with its timeline and reasons."""

    opened_at: datetime
    say: str
    playbook: int
    reasons: list[Reason]
    fields: dict[str, str]
    links: list[Link]
    timeline: list[Moment]


@router.get("/cases", response={200: CasePage, **READ_ERRORS}, tags=["cases"])
def list_cases(
    request: HttpRequest,
    view: Views = InView,
    asked: CaseFilter = Asked,
    q: Words = Searched,
    cursor: str = Query("", max_length=200, pattern=r"^[A-Za-z0-9_-]*$"),
    limit: int = Query(50, ge=1, le=200),
) -> Any:
    """Cases of a view: what is due first, or the newest first where nothing is due.

    A page may be empty and yet have a next one, where little fits of many.
    """
    page = care.cases(access_of(request), filter_of(view, asked, q), now=now(), cursor=cursor, limit=limit)
    return {"cases": [line_of(line) for line in page.lines], "next": page.next}


def filter_of(view: str, asked: CaseFilter, words: str) -> Filter:
    """Return what is asked for as a filter."""
    told = asked.model_dump(by_alias=True)
    given = {name: value if isinstance(value, list) else [str(value or "")] for name, value in told.items()}
    return read(view, {**given, "q": [words]})


@router.get("/cases/{number}", response={200: Case, **READ_ERRORS}, tags=["cases"])
def read_case(request: HttpRequest, number: int = Number) -> Any:
    """A case with its timeline and reasons."""
    return _case(care.case(access_of(request), number, now()))


def line_of(line: views.CaseLine) -> dict[str, Any]:
    """Return a case as lists show it."""
    return {
        "number": line.number,
        "status": line.status.value,
        "folder": line.folder.value,
        "who": line.who,
        "channel": line.channel,
        "title": line.title,
        "excerpt": line.excerpt,
        "kind": line.kind,
        "kind_probability": line.kind_p,
        "decision": line.decision,
        "rule": line.rule,
        "queue": line.queue,
        "private": line.private,
        "exposure": line.exposure,
        "voices": line.voices,
        "owner": line.owner_name or None,
        "due_at": line.due_at,
        "not_before": line.not_before,
        "priority": line.priority,
        "tags": [tag.name for tag in line.tags],
        "wake_at": line.wake_at,
        "parked_for": line.parked_for,
        "merged_into": line.merged_into,
        "last_inbound_at": line.last_inbound_at,
        "historical": line.historical,
    }


def _case(case: views.CaseView) -> dict[str, Any]:
    return {
        **line_of(case.line),
        "opened_at": case.opened_at,
        "say": case.say,
        "playbook": case.playbook,
        "reasons": [{"strong": each["strong"], "text": each["text"]} for each in case.reasons],
        "fields": {each.field.name: each.value for each in case.answers if each.value},
        "links": [{"number": each.number, "words": each.words} for each in case.links],
        "timeline": list(_moments(case.moments)),
    }


def _moments(moments: Iterable[views.Moment]) -> Iterable[dict[str, Any]]:
    for each in moments:
        said, sending = each.said, each.sending
        yield {
            "id": each.id,
            "at": each.at,
            "kind": each.kind,
            "name": (said.name or said.handle) if said else each.name,
            "handle": said.handle if said else "",
            "text": said.text if said else each.call.words if each.call else each.text,
            "private": each.private,
            "uri": said.uri if said else (sending.uri if sending else ""),
            "state": sending.state if sending else "",
            "words": sending.words if sending else "",
        }
