"""How far a message goes: as reckoned by hand on small graphs, shorter where somebody is silent."""

import numpy as np
import pytest

from hubbub.influence.core.graph.csr import graph
from hubbub.influence.core.graph.spread import Spread, cascade, chances, furthest, threshold
from hubbub.kernel.errors import InvalidInput


def near(found: Spread, exact: float) -> bool:
    return abs(found.mean - exact) <= 4 * found.error + 1e-9


def test_a_chain_and_a_diamond_are_as_reckoned_by_hand() -> None:
    assert near(cascade(graph([0, 1], [1, 2], [0.5, 0.5]), [0], runs=4000), 1 + 0.5 + 0.25)
    diamond = graph([0, 0, 1, 2], [1, 2, 3, 3], [0.5, 0.4, 0.6, 0.7])
    reaches = 1 - (1 - 0.5 * 0.6) * (1 - 0.4 * 0.7)
    assert near(cascade(diamond, [0], runs=8000), 1 + 0.5 + 0.4 + reaches)
    lighter = graph([0, 0, 1, 2], [1, 2, 3, 3], [0.5, 0.4, 0.5, 0.4])
    assert near(threshold(lighter, [0], runs=8000), 1 + 0.5 + 0.4 + 0.5 * 0.5 + 0.4 * 0.4)


def test_a_message_in_a_cycle_ends_and_reaches_each_once() -> None:
    ring = graph([0, 1, 2], [1, 2, 0], [1.0, 1.0, 1.0])
    assert cascade(ring, [0, 0]) == Spread(3, 0, 3, 3)
    assert threshold(ring, [0]).mean == 3


def test_who_is_silent_cuts_off_whom_only_they_reach() -> None:
    star = graph([0, 1, 1, 1, 0], [1, 2, 3, 4, 5], [1.0] * 5)
    assert cascade(star, [0]).mean == 6
    assert cascade(star, [0], silent=[1]).mean == 2
    assert cascade(star, [1], silent=[1]).mean == 0
    assert threshold(star, [0], silent=[1]).mean == 2


def test_the_same_seed_says_the_same_and_another_something_near() -> None:
    rng = np.random.default_rng(2)
    held = graph(rng.integers(0, 200, 900), rng.integers(0, 200, 900), rng.random(900) * 0.2 + 0.01, accounts=200)
    chance = graph(np.repeat(np.arange(200), held.out.many), held.out.to, held.out.weight.clip(max=1))
    one, again, other = (cascade(chance, [3], seed=seed) for seed in (5, 5, 6))
    assert one == again
    assert one != other
    assert abs(one.mean - other.mean) < 5 * (one.error + other.error)
    assert one.low <= one.mean <= one.high


def test_it_goes_furthest_from_who_reaches_those_whom_the_first_does_not() -> None:
    links = [(0, each) for each in range(2, 8)] + [(1, each) for each in range(3, 8)] + [(8, 9), (8, 10)]
    held = graph([a for a, _ in links], [b for _, b in links], [1.0] * len(links))
    (first, reached), (second, adds) = furthest(held, 2)
    assert (first, second) == (0, 8)
    assert reached == pytest.approx(7, rel=0.05)
    assert adds == pytest.approx(3, rel=0.1)
    assert furthest(graph([], []), 3) == ()


def test_what_a_link_did_is_drawn_towards_what_all_do_the_more_the_less_is_known() -> None:
    rng = np.random.default_rng(7)
    true = rng.beta(2, 18, 4000)
    seen = rng.integers(0, 60, 4000)
    passed = rng.binomial(seen, true)
    found = chances(seen, passed)
    plain = np.divide(passed, seen, out=np.full(4000, passed.sum() / seen.sum()), where=seen > 0)
    assert np.mean((found - true) ** 2) < 0.6 * np.mean((plain - true) ** 2)
    assert chances([0, 0], [0, 0]).tolist() == [0, 0]
    with pytest.raises(InvalidInput, match="as many posts are passed on as were seen"):
        chances([1], [2])


def test_what_is_no_chance_gets_a_sentence() -> None:
    with pytest.raises(InvalidInput, match="at most 1"):
        cascade(graph([0], [1], [1.5]), [0])
    with pytest.raises(InvalidInput, match="account of the graph"):
        cascade(graph([0], [1]), [2])
    with pytest.raises(InvalidInput, match="add up to 1 at most"):
        threshold(graph([0, 1], [2, 2], [0.7, 0.7]), [0])
