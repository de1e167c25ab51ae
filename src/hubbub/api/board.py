"""The operations that tell how the desk does."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.params.functions import Query

from hubbub.api.shared import READ_ERRORS, access_of, now
from hubbub.care import selectors as care
from hubbub.care.selectors import team

router = Router()


class BoardLevel(Schema):
    """A channel's service level today."""

    channel: str
    met: int
    missed: int
    share: float | None = Field(description="In time, from 0 to 1; null where no reply was due.")
    targets: list[str] = Field(description="What counts for an ordinary case, in words.")


class Board(Schema):
    """How the desk does just now. Counts of what is due stop at 1,000."""

    at: datetime
    late: int
    due_in_15_minutes: int
    due_in_an_hour: int = Field(description="After the next 15 minutes.")
    needs: int
    free: int = Field(description="People who are here, available, and have no case that needs an answer.")
    came: int
    answered: int
    resolved: int
    first_contact: int
    contacts: int = Field(description="Resolved today after we answered: what first_contact is a share of.")
    satisfaction: float | None = Field(description="Of today's ratings the mean, from 1 to 5.")
    ratings: int
    levels: list[BoardLevel]


class HandlingOut(Schema):
    """How long contacts of a channel took."""

    channel: str
    count: int
    mean_s: float
    median_s: float
    p90_s: float


@router.get("/board", response={200: Board, **READ_ERRORS}, tags=["board"])
def board(request: HttpRequest) -> Any:
    """Return how the desk does just now."""
    shown = care.board(access_of(request), now())
    return {
        "at": shown.at,
        "late": shown.late,
        "due_in_15_minutes": shown.soon,
        "due_in_an_hour": shown.hour,
        "needs": shown.needs,
        "free": shown.free,
        "came": shown.came,
        "answered": shown.answered,
        "resolved": shown.resolved,
        "first_contact": shown.first_contact,
        "contacts": shown.contacts,
        "satisfaction": shown.score.mean,
        "ratings": shown.score.answers,
        "levels": [
            {
                "channel": each.channel,
                "met": each.met,
                "missed": each.missed,
                "share": each.share,
                "targets": list(each.targets),
            }
            for each in shown.levels
        ],
    }


@router.get("/handling-times", response={200: list[HandlingOut], **READ_ERRORS}, tags=["team"])
def handling_times(request: HttpRequest, days: int = Query(7, ge=1, le=90)) -> Any:
    """How long contacts took in the last days, by channel: count, mean, median and 90 % quantile, in seconds."""
    at = now()
    times = team.handling_times(access_of(request), at - timedelta(days=days), at)
    return [
        {"channel": channel, "count": each.count, "mean_s": each.mean, "median_s": each.median, "p90_s": each.p90}
        for channel, each in times.by(times.channels).items()
    ]
