"""What comes to the demo's contact centre: the same each time, and each call once."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hubbub.simulate.contacts import CALLS, LOST, MATCH, POSTS, came, matches, rung

LONDON = ZoneInfo("Europe/London")
MORNING = datetime(2026, 11, 30, 8, tzinfo=LONDON)
EVENING = MORNING + timedelta(hours=13)


def test_calls_that_are_told_bit_by_bit_are_those_told_at_once() -> None:
    whole = list(rung(CALLS, 3, MORNING, EVENING))
    bits, at = [], MORNING
    while at < EVENING:
        bits += rung(CALLS, 3, at, at + timedelta(minutes=7, seconds=13))
        at += timedelta(minutes=7, seconds=13)
    assert sorted(each.id for each in whole) == sorted(each.id for each in bits)
    assert set(whole) == set(bits)


def test_a_day_of_calls_has_as_many_as_the_history_and_few_give_up() -> None:
    whole = list(rung(CALLS, 3, MORNING, EVENING))
    mondays = [sum(each.arrivals) for each in came(CALLS, 3, date(2026, 6, 1), 182) if each.day.weekday() == 0]
    assert abs(len(whole) - sum(mondays) / len(mondays)) < 0.15 * len(whole)
    assert 0 < sum(each.answered is None for each in whole) < 3 * LOST * len(whole)
    assert all(each.ended > (each.answered or each.started) >= each.started for each in whole)


def test_a_match_brings_more_posts() -> None:
    days = list(came(POSTS, 3, date(2026, 1, 1), 364))
    played = set(matches(date(2026, 1, 1), 364))
    of_match = [sum(each.arrivals[MATCH]) for each in days if each.day in played]
    of_others = [sum(each.arrivals[MATCH]) for each in days if each.day.weekday() == 5 and each.day not in played]
    assert sum(of_match) / len(of_match) > 1.8 * sum(of_others) / len(of_others)
