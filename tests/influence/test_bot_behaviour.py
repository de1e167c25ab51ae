"""What accounts do, as signs of a bot: machines stand out, people and their bursts do not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.influence.core.bots.account import DAY_S
from hubbub.influence.core.bots.behaviour import churn, clockwork, copies, earned, in_step, marks_of
from hubbub.kernel.errors import InvalidInput

HOUR_S = 3_600
SPAM = "Claim your free widget voucher today, only {} left at https://spam.example/{}"
WORDS = ("the widget came on Monday and the box was open again when I got home late last night " * 2).split()


def people(posts: int, seed: int = 0) -> list[str]:
    """Texts of people: words in any order."""
    chance = np.random.default_rng(seed)
    return [" ".join(f"{word}{chance.integers(30)}x" for word in chance.choice(WORDS, 12)) for _ in range(posts)]


def test_texts_that_differ_in_links_handles_and_numbers_are_near_copies() -> None:
    one, two, other, short = marks_of([SPAM.format(4, "a"), SPAM.format(71, "b9"), people(1)[0], "good morning @bob"])
    assert (one == two).all()
    assert not (one == other).any()
    assert not short.any()


def test_whoever_says_one_thing_again_and_again_is_told_from_whoever_does_not() -> None:
    texts = [SPAM.format(number, number) for number in range(18)] + people(2) + people(20, seed=1)
    found = copies(np.repeat([0, 1], 20), marks_of(texts), 3)
    assert found[0] == pytest.approx(0.9)
    assert found[1] == 0
    assert np.isnan(found[2])  # it said nothing


def test_greetings_are_no_copies() -> None:
    assert np.isnan(copies(np.zeros(30, dtype=np.int64), marks_of(["Good morning!"] * 30), 1)[0])


def test_accounts_that_say_the_same_in_the_same_minute_are_in_step() -> None:
    texts = [*people(12), *people(12), *people(12)]  # the same twelve, by three accounts
    at = np.concatenate([np.arange(12) * HOUR_S, np.arange(12) * HOUR_S + 20, np.arange(12) * HOUR_S + 1_800])
    found = in_step(np.repeat([0, 1, 2], 12), at, marks_of(texts), 3)
    assert found.tolist() == [1, 1, 0]  # the third says it half an hour later, as one who hands on


def test_an_account_is_not_in_step_with_itself() -> None:
    found = in_step(np.zeros(20, dtype=np.int64), np.arange(20), marks_of([SPAM] * 20), 1)
    assert found[0] == 0


@pytest.mark.parametrize("name", ["every half hour", "daily at seven, give or take two minutes"])
def test_whoever_posts_by_a_timer_is_like_a_clock(name: str) -> None:
    chance = np.random.default_rng(2)
    half_hours = np.arange(100) * 1_800 + chance.integers(0, 60, 100)
    daily = np.cumsum(chance.integers(1, 5, 100)) * DAY_S + 7 * HOUR_S + chance.integers(-120, 120, 100)
    at = half_hours if name == "every half hour" else daily
    assert clockwork(np.zeros(100, dtype=np.int64), at, 1)[0] > 0.7


@given(st.integers(0, 1_000))
@settings(max_examples=25)
def test_whoever_posts_by_chance_or_in_bursts_is_not(seed: int) -> None:
    chance = np.random.default_rng(seed)
    by_chance = np.cumsum(chance.exponential(5 * HOUR_S, 200)).astype(np.int64)
    bursts = np.sort((chance.integers(0, 20, 200) * 37 * HOUR_S + chance.exponential(600, 200)).astype(np.int64))
    found = clockwork(np.repeat([0, 1, 2], [200, 200, 3]), np.concatenate([by_chance, bursts, [1, 2, 3]]), 3)
    assert found[0] < 0.3 and found[1] < 0.6
    assert np.isnan(found[2])


def test_posts_all_at_one_moment_are_an_import_and_no_clock() -> None:
    assert clockwork(np.zeros(50, dtype=np.int64), np.full(50, 99), 1)[0] == 0


def test_follows_taken_back_within_a_week_are_churn() -> None:
    whom = np.concatenate([np.arange(20), np.arange(20), np.arange(20), np.arange(20)])
    account = np.repeat([0, 0, 1, 1], 20)
    begins = np.repeat([True, False, True, False], 20)
    at = np.repeat([0, 3 * DAY_S, 0, 40 * DAY_S], 20)
    back = np.concatenate([np.arange(35), np.arange(40, 80)])  # account 0 keeps five
    found = churn(account[back], whom[back], at[back], begins[back], 3)
    assert found[0] == pytest.approx(0.75)
    assert found[1] == 0  # it took its time
    assert np.isnan(found[2])


def test_what_came_overnight_is_not_earned() -> None:
    steady = np.linspace(1_000, 1_600, 31)
    bought = np.append(steady[:-1], 1_001_600.0)
    found = earned(np.vstack([steady, bought, np.full(31, 5.0)]))
    assert found[0] == 1_600 and found[2] == 5
    assert found[1] < 2_000


def test_the_order_of_the_rows_changes_nothing() -> None:
    chance = np.random.default_rng(5)
    account, at = np.repeat([0, 1], 30), np.tile(np.arange(30) * 900, 2) + chance.integers(0, 30, 60)
    marks = marks_of([*people(30), *people(30)])
    mixed = chance.permutation(60)
    assert clockwork(account, at, 2).tolist() == pytest.approx(clockwork(account[mixed], at[mixed], 2).tolist())
    assert in_step(account, at, marks, 2).tolist() == in_step(account[mixed], at[mixed], marks[mixed], 2).tolist()
    assert copies(account, marks, 2).tolist() == copies(account[mixed], marks[mixed], 2).tolist()


def test_no_acts_at_all_leave_everything_unknown() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert np.isnan(clockwork(none, none, 2)).all() and np.isnan(copies(none, marks_of([]), 2)).all()
    assert np.isnan(in_step(none, none, marks_of([]), 2)).all()
    assert np.isnan(churn(none, none, none, none.astype(bool), 2)).all()


def test_acts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InvalidInput, match="numbered from 0"):
        clockwork(np.array([0, 4]), np.array([1, 2]), 3)
    with pytest.raises(InvalidInput, match="one account and one time"):
        clockwork(np.array([0, 1]), np.array([1]), 3)
