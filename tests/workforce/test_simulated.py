"""Formulas against queues as they happen."""

import numpy as np
import pytest

from hubbub.workforce import served
from hubbub.workforce.core import simulated


@pytest.mark.parametrize(
    ("load", "agents", "patience"), [(10, 13, None), (48, 50, 2.0), (30, 24, 1.5), (100, 108, None)]
)
def test_service_levels_are_those_of_a_simulation(load: float, agents: int, patience: float | None) -> None:
    chance, many, parts = np.random.default_rng(17), 1_000_000, 50
    came = np.cumsum(chance.exponential(1 / load, many))
    takes = chance.exponential(1, many)
    stays = None if patience is None else chance.exponential(patience, many)
    found = simulated.waits(came, takes, stays, agents)
    shares = ((found >= 0) & (found <= 0.1)).reshape(parts, -1).mean(axis=1)[1:]
    met = served(load, agents, per=1, handling=1, within=0.1, patience=patience)
    assert abs(shares.mean() - met.in_time) <= max(0.002, 3 * shares.std() / np.sqrt(parts))
    gone = (found < 0).reshape(parts, -1).mean(axis=1)[1:]
    assert abs(gone.mean() - met.gives_up) <= max(0.002, 3 * gone.std() / np.sqrt(parts))


def test_who_comes_first_is_served_first_and_who_gives_up_takes_nobody_s_time() -> None:
    came, takes, stays = np.array([0.0, 1, 2, 3]), np.array([10.0, 5, 1, 1]), np.array([9.0, 3, 20, 20])
    assert simulated.waits(came, takes, None, 1).tolist() == [0, 9, 13, 13]
    assert simulated.waits(came, takes, stays, 1).tolist() == [0, -3, 8, 8]
    assert simulated.waits(came, takes, None, 2).tolist() == [0, 0, 4, 4]


def test_posts_come_as_often_as_asked_for_and_in_order() -> None:
    for branching in (0.0, 0.8):
        came = simulated.posts(50, branching, 2, 20_000, np.random.default_rng(1))
        assert len(came) / 20_000 == pytest.approx(50, rel=0.02)
        assert (np.diff(came) >= 0).all() and came[0] >= 0 and came[-1] < 20_000
