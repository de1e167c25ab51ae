"""The operations on forecasts of planned queues, and on the events that move what comes."""

from datetime import date, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.params.functions import Path, Query
from pydantic import StringConstraints

from hubbub.accounts.core.access import Access
from hubbub.api.schemas import Key, Short, Strict
from hubbub.api.shared import READ_ERRORS, WRITE_ERRORS, access_of, now, planned_day
from hubbub.workforce.core.plan.events import MOST_TIMES, Marked
from hubbub.workforce.core.plan.foretelling import AHEAD
from hubbub.workforce.core.plan.queue import DAY_MIN
from hubbub.workforce.selectors import forecasts as selectors
from hubbub.workforce.selectors.queues import queue as line_of
from hubbub.workforce.services import forecasts as services

router = Router()
Which: Any = Path(..., ge=1, le=2**53)
FIRST, LAST = date(2000, 1, 1), date(2099, 1, 1)
SPAN = 92


class ForecastDay(Schema):
    """What is expected on one day, interval by interval of the wall clock; null where nobody is there."""

    day: date
    made_on: date
    model: str
    expected: list[float | None]
    low: list[float | None] = Field(description="Eight times of ten, what comes lies between low and high.")
    high: list[float | None]
    storms: list[float | None] = Field(description="What is provided for storms, on top.")
    handling_s: list[float | None]
    day_low: float = Field(description="Of all that comes that day.")
    day_high: float


class WeekOff(Schema):
    """How far off the forecasts of a week were that were made a week ahead."""

    since: date
    days: int
    came: float
    expected: float
    error: float = Field(description="All that was too much or too little by interval, of all that came.")
    week_before: float | None = Field(description="The same, had one taken the week before.")
    inside: float = Field(description="The share of intervals that lay within low and high.")


class ForecastOut(Schema):
    """What is expected of a queue, and how sure that is."""

    queue: int
    name: str
    model: str
    backtest: dict[str, float] = Field(description="How far off each model would have been in past weeks.")
    coverage: float | None = Field(description="The share of past intervals within low and high; 0.8 is meant.")
    trouble: str = Field(description="Why there is no forecast; empty where there is one.")
    days: list[ForecastDay]
    weeks: list[WeekOff]


class EventIn(Strict):
    """Something that moves what comes."""

    kind: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^\x00]*$")] = Field(
        description="Events of one kind are learnt from together."
    )
    name: Short = ""
    queue: Key | None = Field(None, description="All queues where left out.")
    day: Annotated[date, Field(ge=FIRST, le=LAST)]
    start_min: Annotated[int, Field(ge=0, lt=DAY_MIN)] = Field(0, description="Minutes since midnight.")
    end_min: Annotated[int, Field(gt=0, le=DAY_MIN)] = DAY_MIN
    times: Annotated[float, Field(ge=0, le=MOST_TIMES)] | None = Field(
        None, description="How many times the usual comes, set by hand; as was learnt where left out."
    )


class EventOut(Schema):
    """An event that is marked, or a storm that was found."""

    id: int
    kind: str
    name: str
    queue: int | None
    day: date
    start_min: int
    end_min: int
    times: float | None
    found: bool
    confirmed: bool | None = Field(description="Of a storm that was found: what somebody said.")


class EventMade(Schema):
    """The id of an event."""

    event: int


@router.get("/staffing/queues/{queue}/forecast", response={200: ForecastOut, **READ_ERRORS}, tags=["staffing"])
def forecast(
    request: HttpRequest,
    queue: int = Which,
    since: date | None = Query(None, description="Today where left out."),  # noqa: B008
    days: int = Query(AHEAD, ge=1, le=SPAN),
) -> Any:
    """Return what is expected of a queue in some days, and how far off forecasts of past weeks were."""
    access = access_of(request)
    line = line_of(access, queue)
    today = _today(access)
    since = planned_day(since or today)
    tried = selectors.tried(access).get(queue)
    found = selectors.expected(access, queue, since, since + timedelta(days=days))
    return {
        "queue": line.id,
        "name": line.queue.name,
        "model": tried.model if tried else "",
        "backtest": tried.errors if tried else {},
        "coverage": tried.coverage if tried else None,
        "trouble": tried.trouble if tried else "",
        "days": [
            {
                "day": each.day, "made_on": made_on, "model": each.model, "expected": each.mean, "low": each.low,
                "high": each.high, "storms": each.storm, "handling_s": each.handling_s, "day_low": each.day_low,
                "day_high": each.day_high,
            }
            for each, made_on in found
        ],
        "weeks": [
            {
                "since": each.since, "days": each.days, "came": each.came, "expected": each.expected,
                "error": each.error, "week_before": each.naive, "inside": each.inside,
            }
            for each in selectors.accuracy(access, queue, today)
        ],
    }  # fmt: skip


@router.get("/staffing/events", response={200: list[EventOut], **READ_ERRORS}, tags=["staffing"])
def events(
    request: HttpRequest,
    since: date | None = Query(None, description="A year back where left out."),  # noqa: B008
) -> Any:
    """Return the events that are marked and the storms that were found, by day."""
    access = access_of(request)
    since = planned_day(since or _today(access) - timedelta(days=365))
    return [_event(each) for each in selectors.events(access, since=since)]


@router.post("/staffing/events", response={200: EventMade, **WRITE_ERRORS}, tags=["staffing"])
def mark_event(request: HttpRequest, payload: EventIn) -> Any:
    """Mark an event; what it moves is forecast anew within seconds."""
    given = payload.dict()
    given["factor"] = given.pop("times")
    return {"event": services.save_event(access_of(request), given, now=now())}


@router.post("/staffing/events/{planned}/remove", response={204: None, **WRITE_ERRORS}, tags=["staffing"])
def remove_event(request: HttpRequest, planned: int = Which) -> Any:
    """Take an event back."""
    services.remove_event(access_of(request), planned, now=now())
    return Status(204, None)


def _today(access: Access) -> date:
    return now().astimezone(ZoneInfo(access.timezone)).date()


def _event(event: Marked) -> dict[str, Any]:
    return {
        "id": event.id, "kind": event.kind, "name": event.name, "queue": event.queue, "day": event.day,
        "start_min": event.start_min, "end_min": event.end_min, "times": event.factor, "found": event.found,
        "confirmed": event.confirmed,
    }  # fmt: skip
