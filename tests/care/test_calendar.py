"""Opening hours: what is open, open time added and measured, right through clock changes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.care.core.calendar import Calendar, calendar_of, data_of
from hubbub.kernel.errors import InvalidInput

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo")
OFFICE = ["09:00-12:30, 13:30-18:00"] * 5 + ["", ""]


def made(week: list[str] | None = None, zone: str = "Europe/London", special: str = "") -> Calendar:
    return calendar_of({"name": "Office", "zone": zone, "week": week or OFFICE, "special": special})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Any week: split shifts, nights over midnight, holidays; at least one span."""
    week = []
    for _ in range(7):
        edges = sorted(draw(st.sets(st.integers(0, 1440), min_size=0, max_size=6)))
        pairs = list(zip(edges[::2], edges[1::2], strict=False))
        week.append(", ".join(f"{a // 60}:{a % 60:02}-{b // 60}:{b % 60:02}" for a, b in pairs))
    if draw(st.booleans()) and not week[3] and not week[4]:
        week[3] = "22:00-06:00"
    if not any(week):
        week[0] = "9-17"
    special = "\n".join(f"{date(2026, 3, 20) + timedelta(days=n)}" for n in draw(st.sets(st.integers(0, 20))))
    return made(week, draw(st.sampled_from(ZONES)), special)


instants = st.integers(0, 275 * 1440).map(lambda minutes: datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=minutes))
lengths = st.integers(0, 90 * 60).map(lambda minutes: timedelta(minutes=minutes, seconds=minutes % 7))


@given(calendars(), instants, lengths)
def test_open_time_that_was_added_is_measured_again(calendar: Calendar, at: datetime, length: timedelta) -> None:
    until = calendar.add(at, length)
    assert until >= at
    assert calendar.between(at, until) == length


@given(calendars(), instants, lengths, lengths)
def test_more_open_time_and_a_later_start_never_end_earlier(
    calendar: Calendar, at: datetime, one: timedelta, other: timedelta
) -> None:
    assert calendar.add(at, one) <= calendar.add(at, one + other)
    assert calendar.add(at, one) <= calendar.add(at + other, one)
    assert calendar.add(calendar.add(at, one), other) == calendar.add(at, one + other)


@given(calendars(), instants, lengths)
def test_the_parts_of_a_span_add_up_and_no_more_is_open_than_passes(
    calendar: Calendar, at: datetime, length: timedelta
) -> None:
    middle, end = at + length, at + 2 * length
    assert calendar.between(at, end) == calendar.between(at, middle) + calendar.between(middle, end)
    assert timedelta(0) <= calendar.between(at, end) <= end - at
    assert calendar.between(end, at) == timedelta(0)
    one = timedelta(microseconds=1)
    assert calendar.is_open(at) == (calendar.between(at, at + one) == one)


@pytest.mark.parametrize(
    ("at", "minutes", "due"),
    [
        ("2026-11-27T17:40", 45, "2026-11-30T09:25"),  # Friday evening: the rest on Monday
        ("2026-11-28T11:00", 1, "2026-11-30T09:01"),  # Saturday
        ("2026-11-30T12:20", 30, "2026-11-30T13:50"),  # over the midday break
        ("2026-11-30T12:20", 10, "2026-11-30T12:30"),  # the last minute before it
        ("2026-12-24T17:50", 20, "2026-12-29T09:10"),  # two holidays and a weekend
    ],
)
def test_time_runs_only_while_somebody_is_there(at: str, minutes: int, due: str) -> None:
    calendar = made(special="2026-12-25 Christmas Day\n2026-12-28 Boxing Day, moved")
    assert calendar.add(utc(at), timedelta(minutes=minutes)) == utc(due)


def test_a_day_may_be_open_longer_than_its_weekday_and_a_night_shift_is_worked_to_its_end() -> None:
    calendar = made(["", "", "", "", "22:00-06:00", "", ""], special="2026-11-28 10-12 Sale\n2026-12-05")
    assert calendar.between(utc("2026-11-27T00:00"), utc("2026-11-30T00:00")) == timedelta(hours=10)
    assert calendar.is_open(utc("2026-12-05T05:59"))  # the shift began on Friday
    assert not calendar.is_open(utc("2026-12-05T06:00"))


@pytest.mark.parametrize(
    ("start", "hours"),
    [
        ("2026-10-24T21:00", 9),  # London puts its clocks back: 02:00 comes twice
        ("2026-03-28T22:00", 7),  # and forward
        ("2026-05-23T21:00", 8),
    ],
)
def test_a_night_is_longer_or_shorter_when_clocks_change(start: str, hours: int) -> None:
    calendar = made(["22:00-06:00"] * 7)
    at = utc(start)
    assert calendar.between(at, at + timedelta(hours=12)) == timedelta(hours=hours)


def test_an_hour_that_a_clock_change_leaves_out_is_not_open() -> None:
    calendar = made([""] * 6 + ["01:15-01:45"])
    assert calendar.between(utc("2026-03-29T00:00"), utc("2026-03-30T00:00")) == timedelta(minutes=30)
    assert calendar.between(utc("2026-10-25T00:00"), utc("2026-10-26T00:00")) == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"week": [""] * 7}, "never opens"),
        ({"week": ["9-17"]}, "seven days"),
        ({"week": ["soon"] + [""] * 6}, "Monday: 'soon' is no span"),
        ({"week": ["", "25-26"] + [""] * 5}, "Tuesday: '25-26' is no time"),
        ({"week": ["9-12, 11-13"] + [""] * 6}, "Monday: 09:00–12:00 and 11:00–13:00 overlap"),
        ({"week": ["9-9"] + [""] * 6}, "begins and ends at once"),
        ({"week": ["22-6", "5-9"] + [""] * 5}, "Monday: 22:00–06:00 runs into 05:00–09:00 of Tuesday"),
        ({"zone": "Europe/Atlantis"}, "no time zone"),
        ({"name": " "}, "a name"),
        ({"special": "Christmas"}, "names no day"),
        ({"special": "2026-02-30"}, "names no day"),
        ({"special": "2026-12-25\n2026-12-25"}, "twice"),
    ],
)
def test_what_cannot_be_is_refused_with_the_place(change: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        calendar_of({"name": "Office", "zone": "UTC", "week": OFFICE, **change})


@given(calendars())
def test_a_calendar_is_the_same_after_it_was_kept(calendar: Calendar) -> None:
    assert calendar_of(data_of(calendar)) == calendar
