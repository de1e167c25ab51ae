"""Minutes of a day's wall clock and moments in time, also where the clock is put forward or back. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return when a wall clock shows a minute of a day: the first time it does; past 1440 it is the next day.

    What the clock skips comes when it would have, had the clock not been changed.

    >>> moment(date(2026, 10, 25), 180, ZoneInfo("Europe/London"))  # at 02:00 it was put back to 01:00
    datetime.datetime(2026, 10, 25, 3, 0, tzinfo=datetime.timezone.utc)
    """
    naive = datetime.combine(day, time()) + timedelta(minutes=minute)
    return naive.replace(tzinfo=zone).astimezone(UTC)


def minute_of(at: datetime, day: date, zone: ZoneInfo) -> float:
    """Return which minute of a day the wall clock shows: below 0 before that day, 1440 and more after it.

    >>> minute_of(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), date(2026, 10, 25), ZoneInfo("Europe/London"))
    90.0
    """
    return (at.astimezone(zone).replace(tzinfo=None) - datetime.combine(day, time())).total_seconds() / 60
