"""The operation by which messages come in from anywhere."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from pydantic import StringConstraints

from hubbub.api.schemas import Name, Strict, Uri
from hubbub.api.shared import WRITE_ERRORS, access_of, now
from hubbub.flows.hand_in import hand_in
from hubbub.infra.places import places

router = Router()


class AuthorIn(Strict):
    """Who wrote a message."""

    id: Name
    handle: Name = ""
    name: Name = ""
    followers: Annotated[int, Field(ge=0, le=2**53)] | None = None


class PostIn(Strict):
    """A message from anywhere."""

    source: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_.-]+$")] = Field(
        description="Where it comes from: one name a source."
    )
    id: Uri = Field(description="The source's own id: the same id again is the same message.")
    text: Annotated[str, StringConstraints(min_length=1, max_length=500_000, pattern=r"^[^\x00]*$")]
    author: AuthorIn | None = None
    created_at: datetime | None = None
    lang: Annotated[str, StringConstraints(max_length=35, pattern=r"^[A-Za-z0-9-]*$")] | None = None
    url: Annotated[str, StringConstraints(max_length=900, pattern=r"^https?://[^\x00\s]+$")] | None = None
    parent: Uri | None = Field(None, description="The id of the message it answers.")
    private: bool = Field(True, description="A mail or letter is private; a forum post is not.")


class PostOut(Schema):
    """What became of a message."""

    stored: bool = Field(description="False: it was here already.")
    case: int | None = Field(description="The number of its case, if it has one.")


@router.post("/posts", response={200: PostOut, **WRITE_ERRORS}, tags=["posts"])
def post_in(request: HttpRequest, payload: PostIn) -> Any:
    """Hand in a message from anywhere: it is triaged like any other. The same id again changes nothing."""
    message = payload.dict(exclude={"source"}, exclude_none=True)
    if payload.created_at is not None:
        message["created_at"] = payload.created_at.isoformat()
    done = hand_in(access_of(request), payload.source, message, places=places(), now=now())
    return {"stored": done.stored, "case": done.case}
