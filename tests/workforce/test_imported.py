"""A file of what came as days that can be kept, and what is odd about it."""

from datetime import date
from zoneinfo import ZoneInfo

from hubbub.workforce.core.plan.imported import decoded, kind_of, new_queue, read_days
from hubbub.workforce.core.plan.queue import Kind

BERLIN = ZoneInfo("Europe/Berlin")


def rows(days: list[str], hours: range = range(9, 17), many: int = 5) -> str:
    return "".join(f"{day} {hour:02}:{half:02},{many},200\n" for day in days for hour in hours for half in (0, 30))


def test_days_without_anything_on_weekdays_that_have_some_are_missing() -> None:
    weeks = [f"2026-03-{day:02}" for day in (2, 3, 4, 5, 6, 9, 10, 12, 13, 16, 17, 18, 19, 20)]
    read = read_days("time,calls,aht\n" + rows(weeks), step_min=30, zone=BERLIN)
    (came,) = read.queues
    assert (came.missing, came.changes, read.doubled) == ((date(2026, 3, 11),), (), 0)
    assert came.week == ((540, 1020),) * 5 + (None, None)
    assert (came.total, came.handling_s, len(came.days)) == (14 * 16 * 5, 200, 14)


def test_an_hour_that_the_clock_shows_twice_holds_what_came_in_both() -> None:
    night = "".join(f"2026-10-25T{hour:02}:00:00+00:00,6\n2026-10-25T{hour:02}:30:00+00:00,6\n" for hour in range(23))
    read = read_days("time,calls\n" + night, step_min=30, zone=BERLIN)
    (came,) = read.queues
    assert came.changes == (date(2026, 10, 25),)
    day = came.days[0]
    assert day.arrivals[3:8] == (None, 12.0, 12.0, 6.0, 6.0)  # 01:30 to 04:00 on the wall


def test_an_hour_that_the_clock_skips_is_not_known() -> None:
    night = "".join(f"2026-03-29T{hour:02}:{half}:00+00:00,6\n" for hour in range(22) for half in ("00", "30"))
    read = read_days("time,calls\n" + night, step_min=30, zone=BERLIN)
    assert read.queues[0].days[0].arrivals[2:8] == (6.0, 6.0, None, None, 6.0, 6.0)


def test_lines_that_stand_there_again_are_told() -> None:
    lines = rows(["2026-03-02"])
    assert read_days("time,calls,aht\n" + lines + lines, step_min=30, zone=BERLIN).doubled == 16


def test_files_are_read_as_spreadsheets_save_them() -> None:
    for saved in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        assert decoded("Wärme".encode(saved)) == "Wärme"


def test_a_new_queue_takes_hours_and_handling_time_from_what_came_and_its_kind_from_its_name() -> None:
    (came,) = read_days("time,calls,aht\n" + rows(["2026-03-02"]), step_min=30, zone=BERLIN).queues
    assert [kind_of(each) for each in ("Web chat", "Mail", "Orders")] == [Kind.CHAT, Kind.MAIL, Kind.PHONE]
    assert new_queue(came, "Orders", "phone") == {
        "kind": "phone", "name": "Orders", "handling_s": 200.0, "week": ((540, 1020), *(None,) * 6),
    }  # fmt: skip
    assert "week" not in new_queue(came, "Mail", "mail")  # when mail comes is not when it is answered
