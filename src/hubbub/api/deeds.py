"""The operations on several cases at once: deeds, macros, merge and split, and undo."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from hubbub.api.schemas import Key, Refusal, Strict
from hubbub.api.shared import READ_ERRORS, WRITE_ERRORS, Number, access_of, now
from hubbub.care import selectors as care
from hubbub.care.core.deeds import read_deeds
from hubbub.care.services import cases, macros
from hubbub.care.services import undo as undoing
from hubbub.care.services.cases.many import Done

router = Router()


class DoIn(Strict):
    """Deeds to do to cases, to each all of them or none."""

    numbers: list[Key] = Field(min_length=1, max_length=500)
    deeds: list[dict[str, Any]] = Field(
        min_length=1,
        max_length=20,
        description="Each as {“do”: …}: take, assign (to), team (to), priority (to: 1 urgent … 4 low), tag (name), "
        "untag (name), wrap_up (code), resolve, close, reopen, wake, park (why, until or hours), "
        "snooze (until or hours), note (text).",
    )


class DoneOut(Schema):
    """What became of deeds."""

    done: list[int]
    refused: list[Refusal]
    undo: int | None = Field(description="Give it to /undo to take all of it back.")
    insert: str = Field(description="Words that a macro puts into the answer; nothing is sent.")


class UndoIn(Strict):
    """What to take back."""

    doing: Key


class UndoneOut(Schema):
    """What was taken back."""

    undone: str


class MacroOut(Schema):
    """A macro."""

    id: int
    name: str
    own: bool
    deeds: list[dict[str, Any]]


class RunIn(Strict):
    """Which macro to run on which cases."""

    macro: Key
    numbers: list[Key] = Field(min_length=1, max_length=500)


class MergeIn(Strict):
    """The case that stays."""

    into: int = Field(ge=1, le=2**53)


class MergedOut(Schema):
    """How to take a merge back."""

    undo: int


class SplitIn(Strict):
    """The posts of a case that become one of their own, by the id of their moment."""

    moments: list[Key] = Field(min_length=1, max_length=500)


class SplitOut(Schema):
    """The new case, and how to take it back."""

    number: int
    undo: int


@router.post("/deeds", response={200: DoneOut, **WRITE_ERRORS}, tags=["cases"])
def do(request: HttpRequest, payload: DoIn) -> Any:
    """Do some things to up to 500 cases; what can't be done to one of them is told, and changes nothing of it."""
    return _done(cases.do(access_of(request), payload.numbers, read_deeds(payload.deeds), now=now()), payload.numbers)


def _done(done: Done, asked: list[int]) -> dict[str, Any]:
    """Tell what was done; of a single case, why not is the answer itself."""
    if len(asked) == 1 and done.errors:
        raise done.errors[0][1]
    refused = [{"number": number, "why": why} for number, why in done.refused]
    return {"done": list(done.done), "refused": refused, "undo": done.undo, "insert": done.insert}


@router.post("/undo", response={200: UndoneOut, **WRITE_ERRORS}, tags=["cases"])
def undo(request: HttpRequest, payload: UndoIn) -> Any:
    """Take back what was done, exactly; where something happened since that would be lost, it says so."""
    return {"undone": undoing.undo(access_of(request), payload.doing, now=now())}


@router.get("/macros", response={200: list[MacroOut], **READ_ERRORS}, tags=["macros"])
def list_macros(request: HttpRequest) -> Any:
    """The macros that you may run."""
    found = care.macros(access_of(request))
    return [{"id": each.id, "name": each.name, "own": each.own, "deeds": list(each.deeds)} for each in found]


@router.post("/macros/run", response={200: DoneOut, **WRITE_ERRORS}, tags=["macros"])
def run_macro(request: HttpRequest, payload: RunIn) -> Any:
    """Run a macro on cases."""
    done = macros.run_macro(access_of(request), payload.macro, payload.numbers, now=now())
    return _done(done, payload.numbers)


@router.post("/cases/{number}/merge", response={200: MergedOut, **WRITE_ERRORS}, tags=["cases"])
def merge(request: HttpRequest, payload: MergeIn, number: int = Number) -> Any:
    """Make a case a part of another: all that was said stands there, later words arrive there."""
    return {"undo": cases.merge(access_of(request), number, into=payload.into, now=now())}


@router.post("/cases/{number}/split", response={200: SplitOut, **WRITE_ERRORS}, tags=["cases"])
def split(request: HttpRequest, payload: SplitIn, number: int = Number) -> Any:
    """Make chosen posts of a case a case of their own."""
    made, doing = cases.split(access_of(request), number, payload.moments, now=now())
    return {"number": made, "undo": doing}
