"""Turns of a mood: found where they were planted, and none where there are none."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hubbub.listening.core.turns import turns

MOODS = st.lists(st.tuples(*[st.integers(0, 60)] * 3), max_size=60)


def steady(rng: np.random.Generator, shares: Sequence[float], steps: int, posts: int) -> list[tuple[int, ...]]:
    return [tuple(rng.multinomial(rng.poisson(posts), shares).tolist()) for _ in range(steps)]


@given(MOODS)
def test_whatever_the_curve_turns_lie_in_it_and_add_up(moods: list[tuple[int, int, int]]) -> None:
    found = turns(moods)
    assert [turn.step for turn in found] == sorted({turn.step for turn in found})
    for turn in found:
        assert 0 <= turn.start < turn.step < turn.end <= len(moods)
        assert turn.before == tuple(np.sum(moods[turn.start : turn.step], axis=0))
        assert turn.after == tuple(np.sum(moods[turn.step : turn.end], axis=0))


def test_a_planted_turn_is_found_where_it_is() -> None:
    hits = 0
    for seed in range(50):
        rng = np.random.default_rng(seed)
        curve = steady(rng, (0.2, 0.6, 0.2), 60, 30) + steady(rng, (0.4, 0.5, 0.1), 60, 30)
        found = turns(curve)  # type: ignore[arg-type]
        hits += len(found) == 1 and abs(found[0].step - 60) <= 2 and found[0].change < -0.2
    assert hits >= 45


def test_a_steady_mood_has_no_turn_whatever_the_volume_does() -> None:
    false = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        curve = steady(rng, (0.3, 0.5, 0.2), 80, 12) + steady(rng, (0.3, 0.5, 0.2), 40, 400)
        false += len(turns(curve))  # type: ignore[arg-type]
    assert false <= 3


def test_posts_that_come_in_bursts_of_one_mood_are_no_turn() -> None:
    false = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        burst = [rng.dirichlet((3, 5, 2)) for _ in range(120)]  # each minute has its own thread
        false += len(turns([tuple(rng.multinomial(40, shares).tolist()) for shares in burst]))
    assert false <= 6
