"""The operations on rosters: who stands on them, a week's shifts, and publishing it."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.params.functions import Path

from hubbub.api.schemas import Strict
from hubbub.api.shared import READ_ERRORS, WRITE_ERRORS, access_of, now
from hubbub.flows import rostering
from hubbub.kernel.errors import NotFound
from hubbub.workforce.core.plan.presence import Shift
from hubbub.workforce.selectors import people, rosters

router = Router(tags=["staffing"])
DAY: Any = Path(..., description="A day of the week that is meant.")


class RosterPerson(Schema):
    """Somebody who stands on rosters."""

    id: int
    name: str
    contract: str
    skills: list[str]
    days_off: list[int] = Field(description="Weekdays wished off, Monday 0.")
    left_on: date | None
    rate: float | None = Field(description="What an hour costs; told to those who plan.")


class RosterPeople(Schema):
    """All of them, by name."""

    people: list[RosterPerson]


class PieceOut(Schema):
    """A span, in minutes of the shift's day; past 1440 it is the next day."""

    start: int
    end: int


class BreakOut(PieceOut):
    """A break."""

    paid: bool


class ServedOut(PieceOut):
    """When which skill is served."""

    skill: str


class ShiftOut(Schema):
    """What one person works on one day."""

    person: int
    name: str
    day: date
    pieces: list[PieceOut]
    breaks: list[BreakOut]
    skills: list[ServedOut] = Field(description="Empty: the person's first skill, all the time.")


class RosterOut(Schema):
    """A week: as it stands to those who plan, else as it was published."""

    monday: date
    version: int = Field(description="0: there is none yet.")
    published_at: datetime | None
    changed: bool = Field(description="Whether it is not as it was published.")
    shifts: list[ShiftOut]


class PublishIn(Strict):
    """Which version to publish."""

    version: Annotated[int, Field(ge=0, le=2**31 - 1)]


@router.get("/roster-people", response={200: RosterPeople, **READ_ERRORS})
def list_roster_people(request: HttpRequest) -> Any:
    """Who stands on rosters, with contract and skills."""
    shown = [
        {
            "id": each.id, "name": each.name, "contract": each.contract.name, "skills": list(each.skills),
            "days_off": list(each.days_off), "left_on": each.left_on, "rate": each.rate,
        }
        for each in people.members(access_of(request))
    ]  # fmt: skip
    return {"people": shown}


@router.get("/rosters/{day}", response={200: RosterOut, **READ_ERRORS})
def read_roster(request: HttpRequest, day: date = DAY) -> Any:
    """A week's shifts."""
    return _week(request, _monday(day))


@router.post("/rosters/{day}/publish", response={200: RosterOut, **WRITE_ERRORS})
def publish_roster(request: HttpRequest, body: PublishIn, day: date = DAY) -> Any:
    """Show a week to its people as it stands; those whose shifts are new or changed are told."""
    monday = _monday(day)
    rostering.publish(access_of(request), monday, body.version, now=now())
    return _week(request, monday)


def _monday(day: date) -> date:
    if not date(2000, 1, 3) <= day < date(2100, 1, 1):
        raise NotFound(what="roster", which=day.isoformat())
    return rosters.monday_of(day)


def _week(request: HttpRequest, monday: date) -> Any:
    access = access_of(request)
    week = rosters.week(access, monday)
    names = {each.id: each.name for each in people.members(access)}
    return {
        "monday": week.monday, "version": week.version, "published_at": week.published_at, "changed": week.changed,
        "shifts": [_shift(each, names.get(each.member, "")) for each in week.shifts],
    }  # fmt: skip


def _shift(shift: Shift, name: str) -> dict[str, Any]:
    return {
        "person": shift.member, "name": name, "day": shift.day,
        "pieces": [{"start": start, "end": end} for start, end in shift.pieces],
        "breaks": [{"start": start, "end": end, "paid": paid} for start, end, paid in shift.breaks],
        "skills": [{"start": start, "end": end, "skill": skill} for start, end, skill in shift.skills],
    }  # fmt: skip
