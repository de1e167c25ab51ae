"""The operations on oneself and one's work: who, told what, at what, and which case next."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.params.functions import Query
from pydantic import StringConstraints

from hubbub.api.schemas import Strict
from hubbub.api.shared import READ_ERRORS, WRITE_ERRORS, access_of, now
from hubbub.care.selectors import notices, team
from hubbub.care.services import routing, work

router = Router()


class Me(Schema):
    """Whom a token stands for."""

    name: str
    role: str
    workspace: str
    slug: str


class NoticeOut(Schema):
    """Something you are told."""

    id: int
    why: str
    text: str
    at: datetime
    read: bool
    case: int | None = Field(description="The number of the case it is about.")


class StateOut(Schema):
    """What somebody is at."""

    state: str | None
    since: datetime | None


class StateIn(Strict):
    """What to be at."""

    state: Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=r"^[a-z0-9-]+$")]


class NextOut(Schema):
    """The case to work on next."""

    case: int | None
    reason: str = Field(description="Why there is none.")


@router.get("/me", response={200: Me, **READ_ERRORS}, tags=["you"])
def me(request: HttpRequest) -> Any:
    """Whom this token stands for, and where."""
    access = access_of(request)
    return {
        "name": access.name,
        "role": access.role.value if access.role else "",
        "workspace": access.workspace_name,
        "slug": access.slug,
    }


@router.get("/notices", response={200: list[NoticeOut], **READ_ERRORS}, tags=["you"])
def list_notices(
    request: HttpRequest, unread: bool = Query(False), before: int | None = Query(None, ge=1, le=2**53)
) -> Any:
    """What you are told, newest first; `before` is the id of the last one already seen."""
    lines = notices.notices(access_of(request), unread=unread, before=before)
    return [
        {"id": each.id, "why": each.why.value, "text": each.text, "at": each.at, "read": each.read, "case": each.case}
        for each in lines
    ]


@router.get("/state", response={200: StateOut, **READ_ERRORS}, tags=["you"])
def read_state(request: HttpRequest) -> Any:
    """What you are at, since when; null: not at work."""
    at = team.my_state(access_of(request))
    return {"state": at.state.key if at.state else None, "since": at.since}


@router.post("/state", response={204: None, **WRITE_ERRORS}, tags=["you"])
def choose_state(request: HttpRequest, payload: StateIn) -> Any:
    """Say what you are at: available, break, training, meeting, away, wrap-up, or one that a manager added."""
    work.choose_state(access_of(request), payload.state, now=now())
    return Status(204, None)


@router.post("/next", response={200: NextOut, **WRITE_ERRORS}, tags=["cases"])
def next_case(request: HttpRequest) -> Any:
    """Take the best next case, or say why there is none."""
    found = routing.next_case(access_of(request), now=now())
    return {"case": found.number, "reason": found.words}
