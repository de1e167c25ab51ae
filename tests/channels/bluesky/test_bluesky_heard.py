"""Which notifications count as heard."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hubbub.channels.adapters.bluesky.heard import KEEP, Heard

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def test_without_a_cursor_a_day_is_looked_back() -> None:
    heard = Heard.since(None, NOON)
    assert heard.is_new("a", at(-60))
    assert not heard.is_new("a", at(-60 * 25))


def test_a_post_that_turns_up_among_older_ones_is_still_new() -> None:
    heard = Heard.since(None, NOON)
    heard.add("a", at(0))
    assert heard.is_new("late", at(-90))
    heard.add("late", at(-90))
    assert not heard.is_new("late", at(-90))


def test_only_the_newest_are_remembered_and_the_others_settled() -> None:
    heard = Heard.since(None, NOON)
    for number in range(KEEP + 10):
        heard.add(str(number), at(number))
    assert len(heard.moments) == KEEP
    assert not heard.is_new("0", at(0))
    assert not heard.is_new("9", at(9))
    assert heard.is_new("fresh", at(10))


def test_what_is_settled_stays_settled() -> None:
    heard = Heard.since(None, NOON)
    heard.settle(at(-5))
    heard.settle(at(-60))
    assert not heard.is_new("a", at(-10))


def test_what_is_not_listed_any_more_is_missing_only_where_the_list_is_whole() -> None:
    heard = Heard.since(None, NOON)
    for number in range(4):
        heard.add(str(number), at(number))
    assert heard.missing({"3", "1"}, after=at(1)) == ["2"]
    assert heard.missing({"3", "1"}, after=at(-10)) == ["0", "2"]
    heard.forget("2")
    assert heard.missing({"3", "1"}, after=at(1)) == []


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(-2000, 500)), max_size=250))
def test_nothing_heard_is_ever_new_again_and_a_cursor_goes_on_as_if_nothing_had_happened(
    told: list[tuple[int, int]],
) -> None:
    heard, done = Heard.since(None, NOON), {}
    for name, minutes in told:
        if heard.is_new(str(name), at(minutes)) and str(name) not in done:
            heard.add(str(name), at(minutes))
            done[str(name)] = at(minutes)
        heard = Heard.since(json.loads(json.dumps(heard.cursor())), NOON)
    assert not [name for name, moment in done.items() if heard.is_new(name, moment)]
