"""The operations on what planned work costs and is worth, and on what-ifs. For who plans."""

from datetime import date, datetime
from math import isfinite
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.params.functions import Path, Query
from pydantic import StringConstraints

from hubbub.api.schemas import Key, Strict
from hubbub.api.shared import READ_ERRORS, WRITE_ERRORS, access_of, now, planned_day
from hubbub.workforce.core.plan.money import Money
from hubbub.workforce.core.plan.whatif import (
    MOST_BLENDS,
    MOST_ITEMS,
    MOST_PEOPLE,
    Answer,
    Figures,
    Side,
    data_of,
)
from hubbub.workforce.selectors import money as selectors
from hubbub.workforce.selectors import scenarios as kept
from hubbub.workforce.selectors.scenarios import Scenario
from hubbub.workforce.services import scenarios as services

router = Router()
Days: Any = Query(7, ge=1, le=31)
Which: Any = Path(..., ge=1, le=2**53)
Skill = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00]*$")]
People = Annotated[int, Field(ge=-MOST_PEOPLE, le=MOST_PEOPLE)]


class MoneyOut(Schema):
    """What some work costs and is worth."""

    contacts: float
    work_h: float = Field(description="Hours in which people answer.")
    paid_h: float
    cost: float
    value: float
    returns: float = Field(description="Value minus cost.")


class QueueMoney(MoneyOut):
    """What the work of one queue costs and is worth."""

    queue: int
    name: str
    kind: str
    client: str
    in_time: float = Field(description="Share, from 0 to 1.")
    gives_up: float
    level: float = Field(description="The share that is to be in time.")
    within_s: float


class Account(Schema):
    """What the work of some days costs and is worth."""

    since: date
    days: int
    currency: str
    known_days: int = Field(description="Days with a forecast; the others count nothing.")
    rostered_days: int = Field(description="Days that are reckoned by their roster.")
    all: MoneyOut
    loose: MoneyOut = Field(description="Rostered for skills that no queue needs; part of all.")
    queues: list[QueueMoney]


class ChangeIn(Strict):
    """What changes for one queue."""

    arrivals: float = Field(0.0, ge=-0.9, le=9, description="Share more, below 0 fewer.")
    handling: float = Field(0.0, ge=-0.9, le=9)
    level: float | None = Field(None, gt=0, lt=1)
    within_s: float | None = Field(None, ge=0, le=1e7)


class StormIn(Strict):
    """What comes on top to one queue, most of it at once."""

    queue: Key
    items: float = Field(ge=1, le=MOST_ITEMS)
    day: int = Field(ge=0, le=30, description="Which of the days, from 0 on.")
    start_min: int = Field(ge=0, lt=1440)
    lasts_s: float = Field(3600.0, ge=60, le=2 * 86_400, description="After so long a third comes of what came first.")


class BlendIn(Strict):
    """People of one skill who can do another one's work as well."""

    skill: Skill
    also: Skill
    people: int = Field(ge=1, le=MOST_PEOPLE)


class WhatIfIn(Strict):
    """What is changed beside the present plan of some days."""

    since: date
    days: int = Field(7, ge=1, le=7)
    changes: dict[Key, ChangeIn] = Field({}, max_length=50, description="By queue.")
    people: dict[Skill, People] = Field({}, max_length=50, description="By skill, how many more; below 0 fewer.")
    shrinkage: float | None = Field(None, ge=0, lt=1)
    storm: StormIn | None = None
    blends: list[BlendIn] = Field([], max_length=MOST_BLENDS)
    reserve: int = Field(0, ge=0, le=MOST_PEOPLE)


class ScenarioIn(WhatIfIn):
    """A what-if to be kept."""

    name: Title


class FiguresOut(MoneyOut):
    """What one queue, or all together, come to."""

    queue: int | None
    name: str
    peak: float = Field(description="People at the busiest time.")
    in_time: float
    gives_up: float
    average_wait_s: float | None = Field(description="Null: without end.")
    occupancy: float
    left: float = Field(description="Contacts that wait at the end.")
    played: bool = Field(description="Found by playing the days, not by a formula.")


class SideOut(Schema):
    """All figures of one plan."""

    all: FiguresOut
    queues: list[FiguresOut]


class AnswerOut(Schema):
    """The plan, the changed one with its people, and with as many as the targets take."""

    currency: str
    blended: bool
    now: SideOut
    same: SideOut
    needed: SideOut


class ScenarioLine(Schema):
    """A what-if that is kept."""

    id: int
    name: str
    since: date
    days: int
    made_at: datetime
    shared: str | None = Field(description="The path of its page for anybody; null: it is not shared.")


class ScenarioOut(ScenarioLine):
    """A what-if that is kept, with what came of it then."""

    asked: dict[str, Any] = Field(description="What is changed, in the shape it was given.")
    answer: AnswerOut


class Made(Schema):
    """The scenario that was made."""

    scenario: Key


class Shared(Schema):
    """Where a scenario is shared."""

    path: str


@router.get("/money", response={200: Account, **READ_ERRORS}, tags=["staffing"])
def money(request: HttpRequest, since: date, days: int = Days) -> Any:
    """Return what the work of some days costs and is worth, by queue."""
    found = selectors.accounts(access_of(request), planned_day(since), days)
    return {
        "since": since, "days": days, "currency": found.base.rules.currency, "known_days": int(found.base.known.sum()),
        "rostered_days": int(found.base.by_roster.sum()), "all": _money(found.all), "loose": _money(found.loose),
        "queues": [
            {
                **_money(each.money), "queue": each.work.id, "name": each.work.queue.name,
                "kind": each.work.queue.kind, "client": each.work.queue.client, "in_time": each.met.in_time,
                "gives_up": each.met.gives_up, "level": each.work.queue.level, "within_s": each.work.queue.within_s,
            }
            for each in found.lines
        ],
    }  # fmt: skip


@router.post("/what-if", response={200: AnswerOut, **WRITE_ERRORS}, tags=["staffing"])
def what_if(request: HttpRequest, payload: WhatIfIn) -> Any:
    """Return what comes of changes beside the present plan; nothing is kept."""
    data = payload.dict(exclude={"since", "days"})
    return _answer(kept.what_if(access_of(request), payload.since, payload.days, data).answer)


@router.get("/scenarios", response={200: list[ScenarioLine], **READ_ERRORS}, tags=["staffing"])
def list_scenarios(request: HttpRequest) -> Any:
    """Return the what-ifs that are kept, the newest first."""
    return [_line(each) for each in kept.scenarios(access_of(request))]


@router.post("/scenarios", response={200: Made, **WRITE_ERRORS}, tags=["staffing"])
def keep_scenario(request: HttpRequest, payload: ScenarioIn) -> Any:
    """Keep a what-if with what comes of it by the present plan."""
    data = payload.dict(exclude={"since", "days", "name"})
    made = services.keep(access_of(request), payload.name, payload.since, payload.days, data, now=now())
    return {"scenario": made}


@router.get("/scenarios/{scenario}", response={200: ScenarioOut, **READ_ERRORS}, tags=["staffing"])
def get_scenario(request: HttpRequest, scenario: int = Which) -> Any:
    """Return one that is kept, with what came of it then."""
    found = kept.scenario(access_of(request), scenario)
    return {**_line(found), "asked": data_of(found.asked), "answer": _answer(found.answer)}


@router.post("/scenarios/{scenario}/share", response={200: Shared, **WRITE_ERRORS}, tags=["staffing"])
def share_scenario(request: HttpRequest, scenario: int = Which) -> Any:
    """Share one as a page for anybody who has its address."""
    return {"path": _path(services.share(access_of(request), scenario, now=now()))}


@router.post("/scenarios/{scenario}/withdraw", response={204: None, **WRITE_ERRORS}, tags=["staffing"])
def withdraw_scenario(request: HttpRequest, scenario: int = Which) -> Any:
    """Share one no longer."""
    services.withdraw(access_of(request), scenario, now=now())
    return Status(204, None)


@router.post("/scenarios/{scenario}/remove", response={204: None, **WRITE_ERRORS}, tags=["staffing"])
def remove_scenario(request: HttpRequest, scenario: int = Which) -> Any:
    """Remove one."""
    services.remove(access_of(request), scenario, now=now())
    return Status(204, None)


def _path(key: str) -> str:
    return f"/scenario/{key}/"


def _line(each: Scenario) -> dict[str, Any]:
    return {
        "id": each.id, "name": each.name, "since": each.since, "days": each.days, "made_at": each.made_at,
        "shared": _path(each.shared) if each.shared else None,
    }  # fmt: skip


def _money(each: Money) -> dict[str, float]:
    return {
        "contacts": each.contacts, "work_h": each.work_h, "paid_h": each.paid_h, "cost": each.cost,
        "value": each.value, "returns": each.returns,
    }  # fmt: skip


def _answer(found: Answer) -> dict[str, Any]:
    return {
        "currency": found.currency, "blended": found.blended, "now": _side(found.now), "same": _side(found.same),
        "needed": _side(found.needed),
    }  # fmt: skip


def _side(side: Side) -> dict[str, Any]:
    return {"all": _figures(side.all), "queues": [_figures(each) for each in side.lines]}


def _figures(each: Figures) -> dict[str, Any]:
    met = each.met
    return {
        **_money(each.money), "queue": each.id or None, "name": each.name, "peak": each.peak, "in_time": met.in_time,
        "gives_up": met.gives_up, "average_wait_s": met.average_wait_s if isfinite(met.average_wait_s) else None,
        "occupancy": met.occupancy, "left": met.left, "played": met.played,
    }  # fmt: skip
