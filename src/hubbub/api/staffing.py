"""The operations on staffing: the running day."""

from datetime import date, datetime
from typing import Any

import numpy as np
from django.http import HttpRequest
from ninja import Field, Router, Schema

from hubbub.accounts.core.access import Permission
from hubbub.api.shared import READ_ERRORS, access_of, now
from hubbub.flows.today import day as flow
from hubbub.flows.today.values import PersonToday, QueueToday, SkillToday
from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.clock import clock
from hubbub.workforce.core.today.remedies import Remedy

router = Router()


class QueueDay(Schema):
    """A queue on a day. Lists have one figure an interval, from midnight on."""

    id: int
    name: str
    skill: str
    target: float = Field(description="The share that is to be answered in time.")
    within_s: float
    level: float | None = Field(description="The share that was, so far; null where nothing counts.")
    came: float
    expected: float = Field(description="Forecast until now.")
    lost: float = Field(description="Callers who gave up.")
    waiting: int
    late: int = Field(description="Of those who wait, how many wait too long.")
    forecast: list[float]
    expected_now: list[float] = Field(description="What came where it is over, else what is expected in its light.")
    arrivals: list[float]
    levels: list[float | None]


class SkillDay(Schema):
    """Who is needed for a skill and who is there. Lists have one figure an interval, from midnight on."""

    skill: str
    required: list[float]
    scheduled: list[float]
    worked: list[float | None] = Field(description="Null where it is not over.")


class PersonDay(Schema):
    """Somebody of the roster."""

    name: str
    shift: str
    where: str | None = Field(description="Null for who does not sign in here.")
    adherence: float | None = None
    conformance: float | None = None
    late_minutes: float | None = None
    long_break_minutes: float | None = None


class RemedyOut(Schema):
    """Something that helps, reckoned with those before it done."""

    what: str
    name: str
    skill: str
    start: str
    end: str
    minutes_mended: float = Field(description="Minutes of missing people fewer, in the next two hours.")
    cost: float


class TodayOut(Schema):
    """A day as it runs, or as it went."""

    day: date
    at: datetime
    over: bool
    step_minutes: int
    adherence: float | None
    occupancy: float | None
    missing_minutes: float | None = Field(description="Minutes of missing people in the next two hours.")
    queues: list[QueueDay]
    skills: list[SkillDay]
    people: list[PersonDay] = Field(description="How each keeps to the roster is told to who leads or plans.")
    remedies: list[RemedyOut] = Field(description="What helps in the next two hours; told to who plans.")


@router.get("/staffing/today", response={200: TodayOut, **READ_ERRORS}, tags=["staffing"])
def staffing_today(request: HttpRequest, day: date | None = None) -> Any:
    """Return how the day runs, or how another day went: plan, forecast, actual and people."""
    access = access_of(request)
    found = flow.today(access, now(), day)
    plans = access.may(Permission.PLAN)
    helped = found.ahead.helped if found.ahead is not None else None
    names = {each.member.id: each.member.name for each in found.people}
    return {
        "day": found.day,
        "at": found.at,
        "over": found.over,
        "step_minutes": found.rules.step_min,
        "adherence": found.kept.adherence,
        "occupancy": found.busy,
        "missing_minutes": helped.missing_min if helped is not None else None,
        "queues": [_queue(each) for each in found.queues],
        "skills": [_skill(each) for each in found.skills],
        "people": [_person(each, plans or access.may(Permission.TEAM)) for each in found.people],
        "remedies": [_remedy(each, names) for each in helped.remedies] if plans and helped is not None else [],
    }


def _queue(each: QueueToday) -> dict[str, Any]:
    return {
        "id": each.id,
        "name": each.queue.name,
        "skill": each.queue.needs,
        "target": each.queue.level,
        "within_s": each.queue.within_s,
        "level": each.came.level,
        "came": each.came_so_far,
        "expected": round(each.expected_so_far, 2),
        "lost": float(each.came.lost.sum()),
        "waiting": each.waiting,
        "late": each.late,
        "forecast": _list(each.forecast),
        "expected_now": _list(each.now.mean),
        "arrivals": _list(each.came.offered),
        "levels": _list(each.came.share),
    }


def _skill(each: SkillToday) -> dict[str, Any]:
    return {
        "skill": each.skill,
        "required": _list(each.required),
        "scheduled": _list(each.planned),
        "worked": _list(each.worked),
    }


def _person(each: PersonToday, kept: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": each.member.name,
        "shift": f"{clock(each.starts)}-{clock(each.ends)}",
        "where": each.place.where if each.place else None,
    }
    if kept and each.kept is not None:
        told |= {
            "adherence": each.kept.adherence,
            "conformance": each.kept.conformance,
            "late_minutes": each.kept.late_min,
            "long_break_minutes": each.kept.over_min,
        }
    return told


def _remedy(each: Remedy, names: dict[int, str]) -> dict[str, Any]:
    return {
        "what": each.what,
        "name": names[each.member],
        "skill": each.skill,
        "start": clock(each.start),
        "end": clock(each.end),
        "minutes_mended": round(each.mended_min, 1),
        "cost": round(each.cost, 2),
    }


def _list(figures: Floats) -> list[float | None]:
    return [None if np.isnan(each) else round(float(each), 3) for each in figures]
