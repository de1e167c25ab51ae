"""Dates as people and programs write them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.channels.adapters.file.dates import DAY_FIRST, MONTH_FIRST, date_order, read_date

AT = datetime(2015, 2, 24, 11, 35, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "24-02-2015 11.35",
        "24/02/2015 11:35",
        "24.02.2015, 11:35:00",
        "24.2.15 11:35",
        "2015-02-24 11:35",
        "2015-02-24T11:35:00Z",
        "2015-02-24T03:35:00-08:00",
        "2015-02-24 03:35:00 -0800",
        "2015/02/24 11:35",
        "2015-02-24T11:35:00.000000+00:00",
        "20150224T113500Z",
        "Tue, 24 Feb 2015 11:35:00 +0000",
        "24 Feb 2015 12:35 +0100",
        "Tue Feb 24 11:35:00 +0000 2015",
        "Tue Feb 24 11:35:00 2015",
        "24/02/2015 11:35 AM",
        "1424777700",
        "1424777700.0",
        "1424777700000",
        "1424777700000000",
        " 24-02-2015 11.35 ",
    ],
)
def test_one_moment_is_read_however_it_is_written(text: str) -> None:
    assert read_date(text) == AT


@pytest.mark.parametrize("text", ["02/24/2015 11:35", "2/24/15 11:35 a.m.", "02-24-2015 11.35", "2015-02-24 11:35"])
def test_the_month_may_come_first(text: str) -> None:
    assert read_date(text, month_first=True) == AT


def test_noon_and_midnight_of_the_twelve_hour_clock() -> None:
    assert read_date("24/02/2015 12:05 am") == AT.replace(hour=0, minute=5)
    assert read_date("24/02/2015 12:05 PM") == AT.replace(hour=12, minute=5)


def test_a_day_alone_is_its_midnight() -> None:
    for text in ("24-02-2015", "2015-02-24", "20150224", "24.2.15"):
        assert read_date(text) == AT.replace(hour=0, minute=0)


NO_DATES = ["", "soon", "7", "3.5", "24-02", "31-02-2015", "24-13-2015", "0000-00-00 00:00:00", "9999-12-31"]
ODD = ["0001-01-01", "24/02/2015 25:00", "24/02/2015 13:00 pm", "24-02/2015", "٢٤-٠٢-٢٠١٥", "²⁰¹⁵", "1e9", "nan"]


@pytest.mark.parametrize("text", [*NO_DATES, *ODD, "9" * 30, "x" * 5_000])
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_date(text) is None


@given(st.text(max_size=40) | st.from_regex(r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}.{0,12}", fullmatch=True))
def test_any_text_is_a_date_in_utc_or_none(text: str) -> None:
    for month_first in (False, True):
        found = read_date(text, month_first=month_first)
        assert found is None or found.utcoffset() == timedelta(0)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2199, 12, 31)))  # noqa: DTZ001 - hypothesis wants them so
def test_what_is_written_is_read_again(at: datetime) -> None:
    at = at.replace(microsecond=0, tzinfo=UTC)
    assert read_date(at.isoformat()) == at
    assert read_date(f"{at:%d/%m/%Y %H:%M:%S}") == at
    assert read_date(f"{at:%m/%d/%Y %I:%M:%S %p}", month_first=True) == at
    assert read_date(f"{at:%a %b %d %H:%M:%S +0000 %Y}") == at


def test_the_order_of_a_file_is_that_of_its_first_date_without_doubt() -> None:
    assert date_order(["01/02/2015", "", "junk", "03/04/2015", "13/02/2015", "02/13/2015"]) == DAY_FIRST
    assert date_order(["01/02/2015", "02/13/2015"]) == MONTH_FIRST


def test_a_file_of_doubtful_dates_is_day_first_unless_its_clock_has_twelve_hours() -> None:
    assert date_order(["01/02/2015 10:00", "03/04/2015 11:00"]) == DAY_FIRST
    assert date_order(["1/2/2015 10:00 AM", "3/4/2015 11:00"]) == MONTH_FIRST


def test_a_file_that_writes_the_year_first_needs_no_order() -> None:
    assert date_order(["2015-02-24"] * 5_000) == ""
    assert date_order([]) == ""
