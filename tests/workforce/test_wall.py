"""Days of the clock on the wall: of 23 and of 25 hours, too."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from hubbub.workforce.core.plan.wall import Wall, as_days

LONDON = ZoneInfo("Europe/London")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def test_an_hour_that_the_clock_skips_is_not_known_and_one_that_it_shows_twice_holds_both() -> None:
    skipped, twice = Wall(SPRING, 1, LONDON), Wall(AUTUMN, 1, LONDON)
    assert (len(skipped.places), len(twice.places)) == (92, 100)
    found = skipped.table(np.ones(92), 30)[0]
    assert np.isnan(found[2:4]).all()
    assert found[[0, 1, 4, 47]].tolist() == [2.0] * 4
    assert twice.table(np.ones(100), 60)[0, :4].tolist() == [4.0, 8.0, 4.0, 4.0]


def test_where_the_clock_changes_by_half_an_hour_an_hour_holds_what_passed() -> None:
    howe = Wall(date(2026, 4, 5), 1, ZoneInfo("Australia/Lord_Howe"))
    assert howe.table(np.ones(98), 60)[0, :3].tolist() == [4.0, 6.0, 4.0]


def test_what_came_lies_in_the_interval_that_the_clock_showed() -> None:
    wall = Wall(AUTUMN, 2, LONDON)
    at = [datetime(2026, 10, 25, 8, 10, tzinfo=UTC), datetime(2026, 10, 26, 8, 10, tzinfo=UTC)]
    seconds = np.array([(each - wall.since).total_seconds() for each in at])
    came, took = wall.counted(seconds), wall.counted(seconds, np.array([60.0, 200.0]))
    first, second = as_days(wall, 30, came, came, took)
    assert (first.arrivals[16], second.arrivals[16]) == (1.0, 1.0)
    assert (first.handling_s[16], second.handling_s[16], first.handling_s[0]) == (60.0, 200.0, None)


def test_an_interval_shown_twice_is_over_after_the_second_time() -> None:
    wall = Wall(AUTUMN, 1, LONDON)  # 01:00 to 02:00 comes at 00:00 and at 01:00 UTC
    assert wall.over(datetime(2026, 10, 25, 0, 40, tzinfo=UTC), 30)[0, :5].tolist() == [True, True, False, False, False]
    assert wall.over(datetime(2026, 10, 25, 1, 31, tzinfo=UTC), 30)[0, :5].tolist() == [True, True, True, False, False]
