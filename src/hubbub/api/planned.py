"""The operations on what people are planned for: queues, what came to them, the plan, and how many people it takes."""

from datetime import date, timedelta
from math import isfinite
from typing import Annotated, Any

import numpy as np
from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.params.functions import Path, Query
from pydantic import StringConstraints

from hubbub.accounts.core.access import Access, Permission
from hubbub.api.schemas import Short, Strict
from hubbub.api.shared import READ_ERRORS, WRITE_ERRORS, access_of, now, planned_day
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say
from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.history import Day
from hubbub.workforce.core.plan.queue import DAY_MIN, Kind, queue_of
from hubbub.workforce.core.plan.reckon import reckon
from hubbub.workforce.selectors import queues as selectors
from hubbub.workforce.selectors.queues import QueueLine
from hubbub.workforce.selectors.staffing import Line, standing
from hubbub.workforce.services import queues as services

router = Router(tags=["staffing"])
Which: Any = Path(..., ge=1, le=2**53)
Share = Annotated[float, Field(ge=0, le=1, description="From 0 to 1.")]
Seconds = Annotated[float, Field(ge=0, le=1e7)]
Minute = Annotated[int, Field(ge=0, le=DAY_MIN)]
Hours = Annotated[list[Minute], Field(min_length=2, max_length=2)]
Count = Annotated[float, Field(ge=0, le=1e9)]
Figures = Annotated[list[Count | None], Field(max_length=96)]
MONEY = ("client", "conversion", "sale_value", "margin")
MOST_DAYS = 400


class Targets(Strict):
    """What comes, what is to be met, and how long it takes; what is left out is as usual for its kind."""

    kind: Kind
    level: Share | None = Field(None, description="Share that is to be answered `within_s`.")
    within_s: Seconds | None = None
    average_wait_s: Seconds | None = None
    gives_up: Share | None = Field(None, description="Share that may give up; needs `patience_s`.")
    occupancy: Share | None = None
    handling_s: Seconds | None = Field(None, description="Until it was measured.")
    patience_s: Seconds | None = None
    at_once: Annotated[int, Field(ge=1, le=20)] | None = Field(None, description="Chats of one person.")
    slows: Share | None = Field(None, description="By how much each further chat slows one down.")
    branching: Share | None = Field(None, description="How many further ones each calls forth; null: as is measured.")


class QueueIn(Targets):
    """A queue that people are planned for."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00]*$")]
    skill: Short = Field("", description="What somebody can do who answers it; empty: the queue’s own name.")
    calls: Short = Field("", description="The queue of call records that feeds it; *: all calls.")
    channels: Annotated[list[Short], Field(max_length=20)] = Field([], description="Whose cases feed it.")
    week: Annotated[list[Hours | None], Field(max_length=7)] = Field(
        [], description="Monday to Sunday, from one minute of the day to another; null: shut. Empty: at all hours."
    )
    client: Short = ""
    conversion: Share = 0.0
    sale_value: Annotated[float, Field(ge=0, lt=1e9)] = 0.0
    margin: Share = 0.0


class QueueOut(Schema):
    """A queue, and how much is known of it. What it is worth is told to who plans."""

    id: int
    name: str
    kind: Kind
    skill: str
    calls: str
    channels: list[str]
    level: float
    within_s: float
    average_wait_s: float | None
    gives_up: float | None
    occupancy: float | None
    handling_s: float
    patience_s: float | None
    at_once: int
    slows: float
    branching: float | None
    week: list[list[int] | None]
    client: str | None
    conversion: float | None
    sale_value: float | None
    margin: float | None
    days: int = Field(description="How many days are known of what came.")
    first: date | None
    last: date | None


class QueueMade(Schema):
    """A queue that was made."""

    id: int


class DayIn(Strict):
    """What came on one day, interval by interval of the workspace’s clock."""

    day: date
    arrivals: Figures = Field(description="Counts; null where nobody knows, or it was shut.")
    handling_s: Figures | None = Field(None, description="Mean seconds each took; null where it is not known.")


class HistoryIn(Strict):
    """Days to be kept; one that is known already is replaced."""

    days: Annotated[list[DayIn], Field(min_length=1, max_length=MOST_DAYS)]


class DaysKept(Schema):
    """How many days were kept or removed."""

    days: int


class DayOut(Schema):
    """What came on one day."""

    day: date
    step_minutes: int
    arrivals: list[float | None]
    handled: list[float | None]
    handling_s: list[float | None]


class QueuePlan(Schema):
    """The plan of a queue. Lists have one figure an interval, from midnight of the first day on."""

    id: int
    name: str
    skill: str
    forecast: list[bool] = Field(description="Of each day, whether it was forecast.")
    open: list[bool]
    expected: list[float]
    low: list[float] = Field(description="Eight times of ten it is between low and high.")
    high: list[float]
    handling_s: list[float]
    required: list[int] = Field(description="Who are to answer.")
    paid: list[int] = Field(description="Who stand on the schedule for that, with shrinkage.")
    scheduled: list[float] = Field(description="Who answer by the roster, in parts of an interval.")
    in_time: list[float | None] = Field(description="Share that is answered in time by them; null where none come.")
    occupancy: list[float | None]


class PlanOut(Schema):
    """The plan of some days."""

    since: date
    days: int
    step_minutes: int
    shrinkage: float
    queues: list[QueuePlan]


class RequiredIn(Targets):
    """So many contacts in a time, and what is to be met."""

    contacts: Annotated[float, Field(ge=0, le=1e7)]
    per_s: Annotated[float, Field(ge=1, le=1e7)] = Field(1800.0, description="In which so many come.")
    shrinkage: Annotated[float, Field(ge=0, lt=1)] = 0.0


class BesideOut(Schema):
    """What those who come meet with so many people."""

    people: int
    in_time: float
    average_wait_s: float | None = Field(description="Null: without end.")
    gives_up: float
    occupancy: float


class RequiredOut(Schema):
    """The fewest people with whom all targets are met."""

    people: int
    scheduled: int = Field(description="Who stand on the schedule, so that so many answer.")
    load: float = Field(description="In erlangs.")
    around: list[BesideOut] = Field(description="With some fewer and more; none for work that may wait.")


# Queues ----------------------------------------------------------------------
@router.get("/staffing/queues", response={200: list[QueueOut], **READ_ERRORS})
def list_planned_queues(request: HttpRequest) -> Any:
    """All queues that people are planned for, in their order."""
    access = access_of(request)
    return [_queue(access, each) for each in selectors.queues(access)]


@router.post("/staffing/queues", response={200: QueueMade, **WRITE_ERRORS})
def make_planned_queue(request: HttpRequest, payload: QueueIn) -> Any:
    """Make a queue; it stands last."""
    return {"id": services.save_queue(access_of(request), payload.dict(), now=now())}


@router.get("/staffing/queues/{queue}", response={200: QueueOut, **READ_ERRORS})
def read_planned_queue(request: HttpRequest, queue: int = Which) -> Any:
    """One queue."""
    access = access_of(request)
    return _queue(access, selectors.queue(access, queue))


@router.post("/staffing/queues/{queue}", response={204: None, **WRITE_ERRORS})
def change_planned_queue(request: HttpRequest, payload: QueueIn, queue: int = Which) -> Any:
    """Change a queue; what is left out is as usual for its kind again."""
    services.save_queue(access_of(request), payload.dict(), queue=queue, now=now())
    return Status(204, None)


@router.post("/staffing/queues/{queue}/remove", response={204: None, **WRITE_ERRORS})
def remove_planned_queue(request: HttpRequest, queue: int = Which) -> Any:
    """Remove a queue, with all that came to it and its forecasts."""
    services.remove_queue(access_of(request), queue, now=now())
    return Status(204, None)


def _queue(access: Access, line: QueueLine) -> dict[str, Any]:
    told = {name: getattr(line.queue, name) for name in QueueOut.model_fields if hasattr(line.queue, name)}
    if not access.may(Permission.PLAN):
        told |= dict.fromkeys(MONEY)
    return {**told, "id": line.id, "days": line.days, "first": line.first, "last": line.last}


# What came -------------------------------------------------------------------
@router.get("/staffing/queues/{queue}/history", response={200: list[DayOut], **READ_ERRORS})
def read_history(
    request: HttpRequest, since: date, queue: int = Which, days: int = Query(31, ge=1, le=MOST_DAYS)
) -> Any:
    """What came to a queue, day by day; days nobody knows are missing."""
    found = selectors.history(access_of(request), queue, since, _after(since, days))
    return [
        {
            "day": each.day, "step_minutes": each.step_min, "arrivals": each.arrivals, "handled": each.handled,
            "handling_s": each.handling_s,
        }
        for each in found
    ]  # fmt: skip


@router.post("/staffing/queues/{queue}/history", response={200: DaysKept, **WRITE_ERRORS})
def take_history(request: HttpRequest, payload: HistoryIn, queue: int = Which) -> Any:
    """Keep what came on some days. They have as many figures as the workspace’s intervals in a day."""
    access = access_of(request)
    step = selectors.rules(access).step_min
    days = [_day(each, step) for each in payload.days]
    if len({each.day for each in days}) < len(days):
        raise InvalidInput(reason=say("A day is named twice."))
    return {"days": services.take_history(access, queue, days, source="import", now=now())}


@router.post("/staffing/queues/{queue}/history/remove", response={200: DaysKept, **WRITE_ERRORS})
def remove_history(request: HttpRequest, queue: int = Which) -> Any:
    """Remove all that came to a queue."""
    return {"days": services.forget_history(access_of(request), queue, now=now())}


def _day(given: DayIn, step: int) -> Day:
    _after(given.day, 0)
    takes = given.handling_s or [None] * len(given.arrivals)
    if len(takes) != len(given.arrivals):
        raise InvalidInput(reason=say("{day}: give as many handling times as arrivals.", day=given.day))
    handled = [None if took is None else came for came, took in zip(given.arrivals, takes, strict=True)]
    return Day(given.day, step, tuple(given.arrivals), tuple(handled), tuple(takes))


# The plan --------------------------------------------------------------------
@router.get("/staffing/plan", response={200: PlanOut, **READ_ERRORS})
def read_plan(request: HttpRequest, since: date, days: int = Query(7, ge=1, le=31)) -> Any:
    """What is expected of each queue, who is needed for it and who is there, interval by interval."""
    access = access_of(request)
    until = _after(since, days)
    first = since - timedelta(days=since.weekday())
    weeks = [standing(access, first + timedelta(days=at)) for at in range(0, (until - first).days, 7)]
    rules, per_day = weeks[0].plan.rules, weeks[0].per_day
    span = slice((since - first).days * per_day, (until - first).days * per_day)
    return {
        "since": since, "days": days, "step_minutes": rules.step_min, "shrinkage": rules.share,
        "queues": [_planned([week.lines[at] for week in weeks], span, per_day) for at in range(len(weeks[0].lines))],
    }  # fmt: skip


def _planned(weeks: list[Line], span: slice, per_day: int) -> dict[str, Any]:
    def told(name: str) -> Any:
        return np.concatenate([getattr(each.expected, name) for each in weeks])[span]

    queue = weeks[0].expected.queue
    people = np.concatenate([each.work.people for each in weeks])[span]
    return {
        "id": weeks[0].expected.id, "name": queue.name, "skill": queue.needs,
        "forecast": told("known")[::per_day].tolist(), "open": told("opens").tolist(),
        **{name: told(other).round(3).tolist() for name, other in
           (("expected", "mean"), ("low", "low"), ("high", "high"), ("handling_s", "handling_s"))},
        "required": told("required").tolist(), "paid": told("scheduled").astype(int).tolist(),
        "scheduled": people.round(3).tolist(),
        "in_time": _shares(np.concatenate([each.meets.in_time for each in weeks])[span]),
        "occupancy": _shares(np.concatenate([each.meets.occupancy for each in weeks])[span]),
    }  # fmt: skip


def _shares(found: Floats) -> list[float | None]:
    return [None if np.isnan(each) else round(float(each), 4) for each in found]


def _after(since: date, days: int) -> date:
    """Return the day after some days."""
    return planned_day(since) + timedelta(days=days)


@router.post("/staffing/required", response={200: RequiredOut, **READ_ERRORS})
def reckon_people(request: HttpRequest, payload: RequiredIn) -> Any:
    """How many people so many contacts need: reckoned, nothing is kept."""
    access_of(request).require(Permission.READ)
    asked = payload.dict(exclude={"contacts", "per_s", "shrinkage"})
    queue = queue_of({**asked, "name": payload.kind.label})
    if payload.contacts * queue.handling_s / payload.per_s > 1e6:
        raise InvalidInput(
            reason=say("That is work for more than a million people. Give fewer, or a longer time.")
        )  # fmt: skip
    told = reckon(queue, payload.contacts, per=payload.per_s, shrinkage=payload.shrinkage)
    return {
        "people": told.people, "scheduled": told.scheduled, "load": told.load,
        "around": [
            {
                "people": each.people, "in_time": each.in_time, "gives_up": each.gives_up, "occupancy": each.occupancy,
                "average_wait_s": each.average_wait_s if isfinite(each.average_wait_s) else None,
            }
            for each in told.around
        ],
    }  # fmt: skip
