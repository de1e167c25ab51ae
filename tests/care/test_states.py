"""What agents are at: spans that join, whatever happens in whatever order. And the time they work, never twice."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.make import NOON

from hubbub.care.core import states
from hubbub.care.core.handling import SILENCE, Beat, slices, spread
from hubbub.care.core.states import AVAILABLE, AWAY, BREAK, ON_CASE, WRAP_UP, Chain, Span, Times

TIMES = Times()


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


DEEDS = st.sampled_from(["come", "open", "leave", "wrap", "break", "meeting", "available", "settle", "home"])


@given(st.lists(st.tuples(DEEDS, st.floats(-60, 20_000), st.floats(0, 10_000)), max_size=40))
def test_spans_join_whatever_happens_in_whatever_order(deeds: list[tuple[str, float, float]]) -> None:
    told: list[Span] = []
    clock = 0.0
    for deed, later, unseen in deeds:
        clock += later  # clocks of several processes disagree: it may go back
        now = at(clock)
        span = told[-1] if told and told[-1].until is None else None
        gone_before = told[-1].until if told and told[-1].until else None
        if gone_before is not None and now < gone_before:
            continue
        chain: Chain = ()
        if span is not None:
            chain = states.settle(span, max(now - timedelta(seconds=unseen), span.since), now, TIMES)
            told[-1:] = chain
            span = told[-1] if told[-1].until is None else None
        if deed == "home":
            chain = states.go(span, now) if span else ()
        elif deed in ("break", "meeting", "available"):
            chain = states.enter(span, deed, now, by_hand=deed != "available")
        elif deed == "settle":
            continue
        else:
            act = {"come": states.come, "open": states.open_case, "leave": states.leave_case}.get(deed)
            chain = act(span, now) if act else states.wrap_up(span, now, TIMES)
        told = (told[:-1] if span is not None else told) + list(chain)
    for one, other in pairwise(told):
        assert one.until is not None and one.until <= other.since
    for span in told:
        assert span.until is None or span.until > span.since
    assert sum(span.until is None for span in told) <= 1


def test_a_case_makes_busy_then_wraps_up_then_frees() -> None:
    (span,) = states.come(None, at(0))
    assert span.state == AVAILABLE
    done, span = states.open_case(span, at(10))
    assert (done.until, span.state) == (at(10), ON_CASE)
    _, span = states.wrap_up(span, at(100), TIMES)
    assert (span.state, span.ends_at) == (WRAP_UP, at(130))
    assert states.settle(span, at(129), at(129), TIMES) == (span,)
    closed, span = states.settle(span, at(400), at(400), TIMES)
    assert (closed.until, span) == (at(130), Span(AVAILABLE, at(130)))  # when it ended, not when somebody looked


def test_who_chose_a_break_keeps_it_whatever_they_open() -> None:
    (span,) = states.enter(None, BREAK, at(0), by_hand=True)
    for act in (states.come, states.open_case, states.leave_case):
        assert act(span, at(5)) == (span,)
    assert states.wrap_up(span, at(5), TIMES) == (span,)
    assert states.settle(span, at(0), at(3_600), TIMES) == (span,)  # a lunch without a page is a lunch


def test_without_a_page_one_is_away_and_later_gone() -> None:
    (span,) = states.come(None, at(0))
    was, away, *more = states.settle(span, at(60), at(60) + TIMES.away_after, TIMES)
    assert (was.until, away.state, more) == (at(360), AWAY, [])
    *_, last = states.settle(span, at(60), at(60) + TIMES.off_after, TIMES)
    assert (last.state, last.since, last.until) == (AWAY, at(360), at(60) + TIMES.off_after)
    assert states.come(away, at(500))[-1] == Span(AVAILABLE, at(500))


BEATS = st.lists(st.tuples(st.floats(-5, 60), st.integers(1, 3), st.booleans(), st.booleans()), max_size=60)


@given(BEATS)
def test_work_is_never_counted_twice_and_never_more_than_the_clock(told: list[tuple[float, int, bool, bool]]) -> None:
    clock, beats = 0.0, []
    for later, case, active, fresh in told:
        clock += later
        beats.append(Beat(at(clock), case, active, fresh))
    found = list(slices(beats))
    for one, other in pairwise(found):
        assert one.until <= other.since
    assert all(each.since < each.until for each in found)
    if beats:
        total = sum((each.until - each.since for each in found), timedelta())
        assert total <= max(each.at for each in beats) - min(each.at for each in beats)


@given(st.integers(1, 3), st.lists(st.floats(0.5, 39), min_size=1, max_size=30))
def test_one_page_that_beats_steadily_counts_all_its_time(case: int, gaps: list[float]) -> None:
    clock, beats = 0.0, [Beat(at(0), case, fresh=True)]
    for gap in gaps:
        clock += gap
        beats.append(Beat(at(clock), case))
    (only,) = slices(beats)
    assert (only.case, only.since, only.until) == (case, at(0), beats[-1].at)


def test_silence_idleness_and_what_was_out_of_sight_are_no_work() -> None:
    s = SILENCE.total_seconds()
    assert list(slices([Beat(at(0), 1), Beat(at(s + 1), 1)])) == []
    assert list(slices([Beat(at(0), 1), Beat(at(15), 1, active=False)])) == []
    assert list(slices([Beat(at(0), 1), Beat(at(15), 1, fresh=True)])) == []


def test_two_chats_share_the_time() -> None:
    beats = [Beat(at(0), 1, fresh=True), Beat(at(5), 2, fresh=True)]
    beats += [Beat(at(t), 1 + place % 2) for place, t in enumerate(range(15, 75, 10))]
    found = list(slices(beats))
    assert sum((each.until - each.since).total_seconds() for each in found) == 60
    assert {each.case for each in found} == {1, 2}


@pytest.mark.parametrize(
    ("seconds", "told"), [([], (0, 0, 0, 0)), ([10.0], (1, 10, 10, 10)), (list(range(1, 12)), (11, 6, 6, 10))]
)
def test_a_spread_is_mean_median_and_p90(seconds: list[float], told: tuple[float, ...]) -> None:
    found = spread(seconds)
    assert (found.count, found.mean, found.median, found.p90) == told
