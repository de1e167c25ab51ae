"""A time that somebody chose in a form: one of a few that are often needed, or a day and an hour."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark
from hubbub.web.request import Request
from hubbub.web.settings.forms import text

MORNING = time(9)


def when(request: Request, present: datetime, asked: str = mark("Say when.")) -> datetime:
    """Return the time chosen: in an hour, tomorrow or Monday morning, or at a time on the workspace's clock."""
    return when_of(request, text(request, "how"), present, asked)


def when_of(request: Request, how: str, present: datetime, asked: str = mark("Say when.")) -> datetime:
    """The same, where a button said how."""
    zone = ZoneInfo(request.access.timezone)
    today = present.astimezone(zone).date()
    if how == "hour":
        return present + timedelta(hours=1)
    if how == "tomorrow":
        return _morning(today + timedelta(days=1), zone)
    if how == "monday":
        return _morning(today + timedelta(days=7 - today.weekday()), zone)
    if how != "at":
        raise InvalidInput(reason=asked)
    try:
        return datetime.fromisoformat(text(request, "at")).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput(reason="Give the day and the time.") from None


def today(request: Request) -> date:
    """Return the day it is on the workspace's clock."""
    return datetime.now(ZoneInfo(request.access.timezone)).date()


def _morning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, MORNING, zone).astimezone(UTC)
