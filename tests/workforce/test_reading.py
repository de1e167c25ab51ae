"""Tables as switches and spreadsheets write them, and what is said of those that can't be read."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.kernel.errors import InvalidInput
from hubbub.workforce import read_history


@pytest.mark.parametrize(
    "text",
    [
        "time,calls\n2026-03-02 09:00,7\n2026-03-02 09:30,9\n",
        "\ufeffZeitpunkt;Anrufe;Dauer\n02.03.2026 09:00;7;180,5\n\n02.03.2026 09:30;9;200\n",
        "row\twhen\tanything\n1\t2026-03-02T09:00:00Z\t7\n2\t2026-03-02T09:30:00Z\t9\n",
        "Date,Time,Calls offered\n03/25/2026,9:00 AM,1\n03/02/2026,9:00 AM,7\n03/02/2026,9:30 AM,9\n",
        'day|hour|n\n2026/3/2|9:00|7\n2026/3/2|9:30|"9"\r\n',
        "y,ds,unique_id\n7,2026-03-02 09:00:00,\n9,2026-03-02 09:30:00,\n",
        "start\n2026-03-02 09:00:01\n" + "2026-03-02 09:29:59\n" * 6 + "2026-03-02 09:31\n" * 9,
    ],
    ids=["plain", "German", "tabs", "American", "bars", "others' names", "a row a call"],
)
def test_columns_times_and_numbers_are_found_however_they_are_written(text: str) -> None:
    (history,) = read_history(text).values()
    day = (date(2026, 3, 2) - history.first).days
    assert history.arrivals.shape[1] == 48
    assert (history.arrivals[day, 18:20] == [7, 9]).all()


def test_each_queue_has_its_history_with_handling_times_weighed_by_their_counts() -> None:
    rows = ["queue,start,arrivals,aht"]
    rows += [f"{queue},2026-03-02 {9 + at // 4:02d}:{at % 4 * 15:02d},{at + many},{60 * (at + 1)}"
             for queue, many in (("Orders", 0), ("Returns", 5)) for at in range(8)]  # fmt: skip
    found = read_history("\n".join(rows))
    assert list(found) == ["Orders", "Returns"]
    orders = found["Orders"]
    assert orders.per == 30 and (orders.arrivals[0, 18:22] == [1, 5, 9, 13]).all()
    assert orders.handling is not None and orders.handling[0, 19] == (2 * 180 + 3 * 240) / 5
    assert np.isnan(orders.arrivals[0, [17, 22]]).all()
    assert (read_history("\n".join(rows), per=15)["Returns"].arrivals[0, 36:38] == [5, 6]).all()


def test_a_row_a_call_is_counted_with_zeros_inside_opening_hours_only() -> None:
    monday, chance = datetime.combine(date(2026, 3, 2), time()), np.random.default_rng(1)
    calls = [monday + timedelta(days=day, hours=8, minutes=float(minute))
             for day in range(42) if day % 7 < 5 and day != 9 for minute in chance.uniform(0, 600, 60)]  # fmt: skip
    text = "answered at,duration\n" + "\n".join(f"{call:%Y-%m-%d %H:%M:%S},0:02:05" for call in calls)
    (history,) = read_history(text).values()
    assert np.nansum(history.arrivals) == len(calls)
    assert not np.isnan(history.arrivals[0, 16:36]).any() and (history.arrivals[0, 16:36] == 0).any()
    assert np.isnan(history.arrivals[:, :13]).all() and np.isnan(history.arrivals[[5, 6, 9]]).all()
    assert history.handling is not None and np.nanmax(history.handling) == 125


def test_what_is_missing_is_not_known_where_a_file_has_zeros_and_parts_of_an_interval_are_none() -> None:
    rows = [f"2026-03-02 {9 + at // 12:02d}:{at % 12 * 5:02d},{at % 3}" for at in range(24) if at != 8]
    (history,) = read_history("time,calls\n" + "\n".join(rows)).values()
    assert np.isnan(history.arrivals[0, 19]) and history.arrivals[0, 18] == history.arrivals[0, 20] == 6


def test_parts_of_an_interval_are_added_and_what_only_repeats_one_is_not() -> None:
    rows = [f"2026-03-02 {hour:02d}:00,{hour * 3},{many}" for hour in range(8, 18) for many in (1, 2)]
    repeated = read_history("time,calls,weather\n" + "\n".join(rows))[""].arrivals
    assert repeated[0, 9] == 27
    rows += [f"2026-03-02 {hour:02d}:00,7,3" for hour in range(8, 18)]
    parts = read_history("time,calls,weather\n" + "\n".join(rows))
    assert parts[""].arrivals[0, 9] == 27 + 27 + 7


def test_times_with_an_offset_are_put_on_the_clock_of_the_zone() -> None:
    text = "time,calls\n2026-03-02T08:00:00Z,7\n2026-07-02T08:00:00+00:00,9\n"
    arrivals = read_history(text, zone=ZoneInfo("Europe/Berlin"))[""].arrivals
    assert arrivals[0, 18] == 7 and arrivals[-1, 20] == 9


def test_the_hour_that_comes_twice_counts_by_its_mean_and_the_one_that_is_skipped_is_not_known() -> None:
    for first, place, counted in ((date(2026, 10, 25), 2, 6.0), (date(2026, 3, 29), 2, np.nan)):
        begins = datetime.combine(first, time(), ZoneInfo("Europe/Berlin")).timestamp()
        starts = [datetime.fromtimestamp(begins + 3600 * hour, ZoneInfo("UTC")) for hour in range(23)]
        text = "time,calls\n" + "\n".join(f"{start.isoformat()},6" for start in starts)
        for zone in (ZoneInfo("Europe/Berlin"),):
            day = read_history(text, zone=zone)[""].arrivals[0]
            assert day.shape == (24,) and np.array_equal(day[place], counted, equal_nan=True)
            assert (day[[0, 1, 3, 4]] == 6).all()


def test_a_day_or_a_month_first_is_told_by_another_row_or_has_to_be_said() -> None:
    either = "time,calls\n03/04/2026 09:00,7\n"
    with pytest.raises(InvalidInput, match="Line 2: '03/04/2026 09:00' may be a day first"):
        read_history(either)
    assert read_history(either, day_first=True)[""].first == date(2026, 4, 3)
    assert read_history(either, day_first=False)[""].first == date(2026, 3, 4)
    assert read_history(either + "13/04/2026 09:00,7\n")[""].first == date(2026, 4, 3)
    with pytest.raises(InvalidInput, match="some the month first, as '04/13/2026' in line 4"):
        read_history(either + "13/04/2026,7\n04/13/2026,7\n")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "nothing in the file"),
        ("time,calls\n", "nothing in the file"),
        ("2026-03-02 09:00,7\n2026-03-02 09:30,7\n", "row of column names above"),
        ("name,calls\nAnna,7\n", "No column has times"),
        ("time,calls\n2026-03-02 09:00,7\nyesterday,9\n", "Line 3: 'yesterday' is not a time"),
        ("time,calls\n2026-03-02 09:00,7\n\n2026-02-30 09:00,9\n", "Line 4: .*not in the calendar"),
        ("time,calls\n2026-03-02 25:00,7\n", "not in the calendar"),
        ("time,calls\n2026-03-02 09:00,many\n", "Line 2: 'many' is not a number"),
        ("time,calls\n2026-03-02 09:00,-7\n", "Line 2: '-7' is not a number"),
        ("time;calls\n2026-03-02 09:00;1.234\n", "may be thousands"),
        ('time,calls\n2026-03-02 09:00,"7\n2026-03-02 09:30,8\n', "not a number"),
        ("time,calls\n2026-03-02 09:00\n", "Line 2 has fewer columns"),
        ("time,calls\n2026-03-02 09:00,7\n1926-03-02 09:00,7\n", "more than 30 years"),
    ],
)
def test_what_can_not_be_read_is_said_with_its_line(text: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        read_history(text)


def test_a_line_that_is_several_is_said() -> None:
    with pytest.raises(InvalidInput, match="About line 2"):
        read_history(["time,calls", "2026-03-02 09:00,7\r2026-03-02 09:30,9"])


@pytest.mark.parametrize(("per", "says"), [(7, "make up a day"), (0, "make up a day"), (20, "30 minutes apart")])
def test_intervals_that_do_not_fit_are_said(per: int, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        read_history("time,calls\n2026-03-02 09:00,7\n2026-03-02 09:30,9\n", per=per)


CELLS = st.sampled_from(
    ["", "7", "x", "-1", "1,5", "2026-03-02 09:00", "03/04/2026", "13/4/2026 9 pm", "2026-03-02T09:00Z", '"', "9:00",
     "0", "NaN", "1e9", "\x00", "9999-12-31 23:59Z", "0001-01-01 00:00+05:00"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    head=st.lists(st.sampled_from(["time", "date", "calls", "queue", "aht", "hour", "x"]), min_size=1, max_size=4),
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=8), delimiter=st.sampled_from(",;\t|"),
)  # fmt: skip
def test_any_text_is_read_or_gets_a_sentence(head: list[str], rows: list[list[str]], delimiter: str) -> None:
    text = "\n".join(delimiter.join(row) for row in [head, *rows])
    try:
        found = read_history(text, zone=ZoneInfo("Europe/Berlin"))
    except InvalidInput as error:
        assert str(error).endswith(".")
    else:
        assert found
