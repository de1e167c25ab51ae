"""Who of an audience is real and there."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.influence.core.reach.true import NEVER, Acts, TrueReach, bought, by_day, p_there, true_reach
from hubbub.kernel.errors import InvalidInput

NOBODY_ACTS = Acts(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, bool))
shares = st.floats(0, 1)


def parts(found: TrueReach) -> float:
    return found.bots + found.dormant + found.acted + found.may


@given(st.lists(st.tuples(shares, shares, st.booleans()), max_size=30))
def test_the_parts_add_up_to_the_audience(people: list[tuple[float, float, bool]]) -> None:
    bot, here, acted = (np.array(column) for column in zip(*people, strict=True)) if people else np.zeros((3, 0))
    found = true_reach(bot, here, acted)
    assert parts(found) == pytest.approx(len(people), abs=1e-9)
    assert 0 <= found.low <= found.reach + 1e-9 and found.reach <= found.high + 1e-9 <= found.audience + 2e-9


def test_who_acted_is_there_and_who_did_not_may_be() -> None:
    found = true_reach([0, 0, 0.5, 1], [0.2, 0.4, 1, 1], [True, False, True, False])
    assert (found.acted, found.may, found.bots) == pytest.approx((1.5, 0.4, 1.5))
    assert found.reach == pytest.approx(1.9)


def test_an_audience_of_nobody_has_no_true_reach() -> None:
    found = true_reach([], [], [])
    assert (found.audience, found.reach, found.low, found.high) == (0, 0, 0, 0)


def test_the_interval_holds_people_who_come_and_go_by_chance() -> None:
    rng = np.random.default_rng(4)
    bot, here = rng.beta(1, 6, 400), rng.beta(4, 2, 400)
    found = true_reach(bot, here, np.zeros(400, bool))
    drawn = ((rng.random((2_000, 400)) > bot) & (rng.random((2_000, 400)) < here)).sum(1)
    assert ((drawn > found.low) & (drawn < found.high)).mean() > 0.79


def test_silence_of_who_used_to_act_daily_says_more_than_that_of_who_seldom_did() -> None:
    daily, seldom = p_there([90, 3], [60, 60], [90, 90])
    assert daily < 0.01 < 0.3 < seldom
    assert p_there(5, 0, 90) == 1.0


def test_an_account_without_posts_may_be_there_the_less_the_longer_it_is_known() -> None:
    young, old, ancient = p_there([0, 0, 0], [np.nan] * 3, [10, 200, 4_000])
    assert 0.9 < young < 1 and 0.1 < old < young and ancient < 0.01


@given(st.integers(0, 10_000), st.integers(0, 5_000), st.integers(0, 5_000))
def test_a_chance_of_being_there_is_a_chance_and_falls_with_silence(acts: int, silent: int, more: int) -> None:
    now, later = p_there([acts, acts], [silent, silent + more], [10_000, 10_000])
    assert 0 <= later <= now <= 1


def audience(old: int, a_day: int, days: int, night: int, surge: int, acting: float, surge_acting: float):
    """Followers before we looked, some a day, and a surge on one day; a share of each acts."""
    followed = np.r_[np.full(old, -1), np.repeat(np.arange(days), a_day), np.full(surge, night)]
    rng = np.random.default_rng(5)
    rate = np.r_[np.full(old + a_day * days, acting), np.full(surge, surge_acting)]
    return followed, rng.random(len(followed)) < rate


def test_a_million_followers_bought_overnight_add_next_to_nothing() -> None:
    followed, acted = audience(564, 2, 40, 30, 1_000_000, 0.1, 0.0)
    fake = bought(followed, acted, today=40)
    before, after = true_reach(np.zeros(564), np.ones(564), acted[:564]), true_reach(fake, np.ones(len(fake)), acted)
    assert after.audience > 1_000_000
    assert before.reach < after.reach < before.reach + 1_000
    assert fake[followed < 30].max() == 0


def test_a_crowd_that_comes_overnight_and_acts_as_others_do_was_not_bought() -> None:
    followed, acted = audience(2_000, 20, 40, 30, 50_000, 0.1, 0.1)
    assert bought(followed, acted, today=40).mean() < 0.1
    assert not bought(followed, acted, today=40)[acted].any()


def test_a_few_more_than_usual_are_no_surge() -> None:
    followed, acted = audience(100, 2, 40, 30, 60, 0.0, 0.0)
    assert not bought(followed, acted, today=40).any()


def test_a_million_bought_over_two_months_are_bought_too() -> None:
    followed = np.r_[np.repeat(np.arange(90), 2), np.repeat(np.arange(30, 90), 17_000)]
    assert bought(followed, np.zeros(len(followed), bool), today=89).sum() > 0.98 * 60 * 17_000


def test_an_account_that_grows_fast_from_its_first_day_on_is_not_suspected_for_it() -> None:
    followed = np.repeat(np.arange(40), 1_000)
    nobody = np.zeros(len(followed), bool)
    assert not bought(followed, nobody, today=39)[followed > 0].any()
    assert not bought(followed + 20_000, nobody, today=20_039)[followed > 0].any(), "whatever the first day is called"


def test_each_day_knows_only_what_was_known_on_it() -> None:
    acts = Acts(np.array([0, 0, 1]), np.array([2, 150, 3]), np.array([True, False, False]))
    followed, left = np.array([-1, 1, 100]), np.array([NEVER, NEVER, 120])
    days = by_day([0.0, 0.0, 0.0], followed, left, acts, first=0, last=130)
    assert [days[day].audience for day in (0, 1, 99, 100, 119, 120)] == [1, 2, 2, 3, 3, 2]
    assert [days[day].acted for day in (1, 2, 91, 92)] == [0, 1, 1, 0]
    assert days[3].reach > days[80].reach
    short = by_day([0.0, 0.0, 0.0], followed, left, acts, first=0, last=50)
    assert short == days[:51]


def test_a_deleted_account_is_of_no_audience_from_that_day_on() -> None:
    days = by_day([0.1], np.array([-1]), np.array([5]), NOBODY_ACTS, first=4, last=6)
    assert [each.audience for each in days] == [1, 0, 0]
    assert days[1].reach == days[1].high == 0


def test_the_night_of_the_million_by_day() -> None:
    followed, _ = audience(564, 0, 1, 6, 1_000_000, 0.1, 0.0)
    days = by_day(np.zeros(len(followed)), followed, np.full(len(followed), NEVER), NOBODY_ACTS, first=5, last=6)
    assert days[0].audience == 564 and days[1].audience == 1_000_564
    assert days[1].reach < days[0].reach + 1_000


def test_days_in_disorder_are_refused() -> None:
    with pytest.raises(InvalidInput, match="last day"):
        by_day([], np.zeros(0, np.int64), np.zeros(0, np.int64), NOBODY_ACTS, first=3, last=2)
