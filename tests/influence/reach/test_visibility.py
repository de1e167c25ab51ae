"""The chance that a follower sees a post."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.influence.core.reach.feed import feeds
from hubbub.influence.core.reach.visibility import chance, p_seen, shifted
from hubbub.kernel.errors import InvalidInput

amounts = st.floats(0.01, 1e6)


def test_of_1500_posts_a_day_one_in_nine_is_seen_in_one_sitting_and_one_in_seven_in_five_quarters() -> None:
    assert p_seen(1_500, 200, 1.0) == pytest.approx(0.118, abs=0.0005)
    assert p_seen(1_500, 200, 1.25) == pytest.approx(1 / 7)


def test_of_564_followers_66_to_81_see_a_post() -> None:
    few, many = 564 * p_seen(1_500, 200, [1.0, 1.25])
    assert (round(few), round(many)) == (66, 81)


def test_the_formula_is_what_happens_when_people_sit_down_at_random() -> None:
    rng = np.random.default_rng(7)
    until_next = rng.exponential(1 / 1.25, 200_000)
    above = rng.poisson(1_500 * until_next)
    reads = rng.geometric(1 / 201, 200_000) - 1  # 200 on average
    assert float((reads >= above).mean()) == pytest.approx(float(p_seen(1_500, 200, 1.25)), abs=0.004)


@given(amounts, amounts, amounts, st.floats(1.001, 10))
def test_more_in_the_feed_hides_and_more_reading_shows(
    received: float, read: float, sittings: float, more: float
) -> None:
    now = float(p_seen(received, read, sittings))
    assert 0 < now <= 1
    assert float(p_seen(received * more, read, sittings)) <= now <= float(p_seen(received, read * more, sittings))
    assert float(p_seen(received, read, sittings * more)) == pytest.approx(
        float(p_seen(received, read * more, sittings))
    )
    assert float(shifted(p_seen(received, read, sittings), more)) == pytest.approx(
        float(p_seen(received, read * more, sittings))
    )
    assert chance(received, read, sittings) == pytest.approx(now)


def test_who_never_sits_down_sees_nothing_and_who_receives_nothing_else_sees_all() -> None:
    assert p_seen([1_500, 0, 0], 200, [0, 1, 0]).tolist() == [0.0, 1.0, 0.0]
    assert chance(0, 200, 0) == 0.0


@pytest.mark.parametrize("wrong", [-1, float("nan"), float("inf"), "many"])
def test_what_is_no_amount_is_refused_with_a_sentence(wrong: object) -> None:
    with pytest.raises(InvalidInput, match="numbers from 0 on"):
        p_seen(wrong)  # type: ignore[arg-type]


def test_a_feed_is_what_those_post_whom_one_follows() -> None:
    found = feeds([0, 0, 1], [0, 1, 1], [10.0, 50.0], [2, 1])
    assert found.received.tolist() == [60.0, 50.0]
    assert found.spread.tolist() == [0.0, 0.0]


def test_a_feed_of_which_nothing_is_known_is_the_worked_examples_and_a_guess() -> None:
    found = feeds([], [], [], [np.nan, 1_100, 0])
    assert found.received.tolist() == pytest.approx([1_500, 1_500, 0])
    assert found.spread[0] > found.spread[1] > found.spread[2] == 0


def test_who_is_known_in_part_is_filled_up_with_people_of_the_like() -> None:
    loud = feeds([0] * 100, list(range(100)), [10.0] * 100, [200])
    assert 1_800 < loud.received[0] < 2_000
    assert 0 < loud.spread[0] < feeds([], [], [], [200]).spread[0]


def test_a_line_without_its_people_is_refused() -> None:
    with pytest.raises(InvalidInput, match="who follows whom"):
        feeds([0], [3], [1.0], [1])
