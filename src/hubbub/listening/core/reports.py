"""Reports: a page that is sent by mail, every week or every day."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say

WEEKDAYS: Final = (
    mark("Monday"), mark("Tuesday"), mark("Wednesday"), mark("Thursday"), mark("Friday"), mark("Saturday"),
    mark("Sunday"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """Which page, when, to whom."""

    id: int
    name: str
    path: str  # of the page inside the workspace, with what it asks for: "topics/3/?span=week"
    weekday: int | None  # 0 is Monday; None: every day
    hour: int
    mails: tuple[str, ...]

    @property
    def when(self) -> str:
        """Say when it is sent.

        >>> Report(1, "Week", "topics/1/", 0, 8, ()).when
        'Mondays at 08:00'
        """
        if self.weekday is None:
            return say("Every day at {hour:02}:00", hour=self.hour)
        return say("{weekday}s at {hour:02}:00", weekday=say(WEEKDAYS[self.weekday]), hour=self.hour)


def checked(report: Report) -> Report:
    """Return a report that can be kept; InvalidInput says what to mend."""
    if not report.name.strip() or len(report.name) > 80:
        raise InvalidInput(reason="Give the report a name of at most 80 characters.")
    if report.weekday not in (None, *range(7)) or report.hour not in range(24):
        raise InvalidInput(reason="Choose one of the days and hours that are offered.")
    if not report.mails:
        raise InvalidInput(reason="Name at least one mail address.")
    return report


def next_due(weekday: int | None, hour: int, after: datetime, zone: ZoneInfo) -> datetime:
    """Return when a report is sent next.

    >>> next_due(0, 8, datetime(2026, 11, 30, 8, 0, tzinfo=ZoneInfo("UTC")), ZoneInfo("UTC")).isoformat()
    '2026-12-07T08:00:00+00:00'
    """
    first = after.astimezone(zone).date()
    days = (first + timedelta(days=day) for day in range(9))
    times = (datetime.combine(day, time(hour), zone) for day in days if weekday in (None, day.weekday()))
    return next(at for at in times if at > after)
