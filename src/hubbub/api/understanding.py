"""The operations on how posts are read, and on correcting it."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema
from pydantic import StringConstraints

from hubbub.api.schemas import Strict, Uri
from hubbub.api.shared import READ_ERRORS, WRITE_ERRORS, Number, access_of, now
from hubbub.care import selectors as care
from hubbub.care.selectors.learning import learning
from hubbub.care.services import labels

router = Router()


class LabelIn(Strict):
    """What a post is."""

    what: Literal["kind", "sentiment", "severity", "needs", "about"]
    value: Annotated[str, StringConstraints(max_length=12)] = Field(
        description="kind: complaint, question, praise, suggestion, opportunity, promotion, spam, talk; sentiment: "
        "negative, neutral, positive; severity: danger, legal, leak, money, delay, annoyance, none; needs (an answer): "
        "yes, no; about: to us, about us, about others, none."
    )
    uri: Uri | None = Field(None, description="Which post of the case; the one it is shown by where none is named.")


class LabelOut(Schema):
    """A label that was made."""

    id: int


class Figure(Schema):
    """How two models do at one task, on labels that were held back."""

    task: str
    held: int
    before: float = Field(description="macro-F1 of the model in use then")
    after: float
    low: float = Field(description="of the difference; 95 % interval")
    high: float


class Try(Schema):
    """A model that was fitted on this workspace's labels."""

    version: str
    at: datetime
    labels: int
    better: bool
    words: str
    in_use: bool
    figures: list[Figure]


class Understanding(Schema):
    """Which model reads what is said here, and how it learns."""

    version: str
    own: bool
    since: datetime | None
    on: bool
    takes_over: bool
    labels: int
    next_at: int = Field(description="With so many labels the next model is fitted.")
    tries: list[Try]


@router.post("/cases/{number}/correct", response={200: LabelOut, **WRITE_ERRORS}, tags=["cases"])
def correct(request: HttpRequest, payload: LabelIn, number: int = Number) -> Any:
    """Say what a post of a case is: it is read so at once, and the workspace's own model learns from it."""
    access = access_of(request)
    post = care.post_of(access, number, payload.uri) if payload.uri else None
    return {"id": labels.correct(access, number, what=payload.what, value=payload.value, post=post, now=now())}


@router.get("/understanding", response={200: Understanding, **READ_ERRORS}, tags=["understanding"])
def read_understanding(request: HttpRequest) -> Any:
    """Which model reads, what it has to learn from, and what came of the last tries."""
    found = learning(access_of(request))
    return {
        **{name: getattr(found, name) for name in ("version", "own", "since", "on", "takes_over", "labels", "next_at")},
        "tries": [
            {
                **{name: getattr(each, name) for name in ("version", "at", "labels", "better", "words", "in_use")},
                "figures": [asdict(figure) for figure in each.figures],
            }
            for each in found.models
        ],
    }
