"""Bursts: found where they are planted, at the edge of an hour too, and rare where nothing happens."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.listening.core.bursts import LEAST_PAST_H, WEEK_H, burst, rising, tail, usual

DAY = 0.3 + np.sin(np.arange(24) / 24 * 2 * np.pi).clip(0)


def past(rate: float, weeks: int = 8, seed: int = 1) -> np.ndarray:
    """Posts of each hour of some weeks that differ by the hour only."""
    rng = np.random.default_rng(seed)
    return rng.poisson(np.tile(rate * DAY, 7 * weeks)).astype(float)


def minutes(posts: int, window: int = 5, length: int = 10) -> np.ndarray:
    """The last minutes: so many posts in the last few of them."""
    found = np.zeros(length)
    found[-window:] = posts / window
    return found


@given(st.floats(0.05, 500), st.floats(0.001, 4), st.integers(0, 400))
def test_the_tail_is_a_probability_that_falls_as_more_is_asked(mean: float, spread: float, posts: int) -> None:
    here, more = tail(posts, mean, spread), tail(posts + 1, mean, spread)
    assert 0 <= more <= here + 1e-9 <= 1 + 2e-9  # summed in floating point


@pytest.mark.parametrize(("mean", "spread"), [(0.4, 1e-9), (3.0, 0.2), (20.0, 1.5)])
def test_the_tail_is_what_drawing_finds(mean: float, spread: float) -> None:
    rng = np.random.default_rng(3)
    size = 1 / spread
    drawn = rng.poisson(mean if spread < 1e-6 else rng.gamma(size, mean / size, 200_000), 200_000)
    for posts in (int(mean) + 1, int(2 * mean) + 2):
        assert tail(posts, mean, spread) == pytest.approx((drawn >= posts).mean(), abs=0.004)


@given(st.lists(st.integers(0, 5_000), max_size=400), st.lists(st.integers(0, 500), min_size=10, max_size=10),
       st.integers(0, 60))  # fmt: skip
def test_whatever_the_past_a_burst_is_more_than_usual(hours: list[int], last: list[int], into: int) -> None:
    found = burst(np.array(hours, float), np.array(last, float), into)
    if found is not None:
        assert found.posts >= 8
        assert found.times >= 2
        assert len(hours) >= LEAST_PAST_H


def test_the_usual_is_that_of_the_hour_of_the_week() -> None:
    hours = past(60)
    for at in (8 * WEEK_H - 24 + hour for hour in (3, 9, 20)):
        assert usual(hours[:at]).mean == pytest.approx(60 * DAY[at % 24], rel=0.25)  # type: ignore[union-attr]


def test_nothing_is_told_of_a_topic_that_is_hardly_known() -> None:
    assert burst(past(60)[: LEAST_PAST_H - 1], minutes(300), 30) is None


@pytest.mark.parametrize("rate", [0.5, 20, 2_000])
def test_a_planted_burst_is_found_and_its_hour_alone_is_none(rate: float) -> None:
    hours = past(rate)
    part = rate * DAY[0] / 12
    assert burst(hours, minutes(round(part)), 30) is None
    found = burst(hours, minutes(max(15, round(8 * part))), 30)
    assert found is not None
    assert found.times > 4


def test_the_end_of_a_lively_hour_is_no_burst_in_the_quiet_one_that_follows() -> None:
    quiet, lively = 0.2, 40.0
    week = np.tile([quiet * 60] * 12 + [lively * 60] * 12, 7 * 4)  # by day all is said, by night nothing
    hours = np.random.default_rng(4).poisson(week).astype(float)  # the last that ended was lively
    said = np.full(10, lively)
    assert burst(hours, said, 0) is None
    assert burst(hours, said, 1) is None
    assert burst(hours, said, 10) is not None


def test_a_past_burst_does_not_raise_what_is_expected() -> None:
    hours = past(60)
    plain = usual(hours).mean  # type: ignore[union-attr]
    hours[-WEEK_H] *= 40
    assert usual(hours).mean < 1.6 * plain  # type: ignore[union-attr]


def test_a_word_rises_only_if_it_comes_much_more_often_than_before() -> None:
    assert rising(20, 500, 40, 20_000, tried=400)
    assert not rising(4, 500, 0, 20_000, tried=400)  # too few to tell
    assert not rising(20, 500, 600, 20_000, tried=400)  # hardly more often
    assert not rising(20, 500, 0, 0, tried=400)  # nothing is known of before
