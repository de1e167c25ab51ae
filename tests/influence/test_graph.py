"""Links between accounts: laid out, ranked, measured, grown; what is odd has a defined answer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hubbub.influence.core.graph.communities import communities
from hubbub.influence.core.graph.csr import Graph, graph
from hubbub.influence.core.graph.distance import Distances, distances, sampled
from hubbub.influence.core.graph.growth import grown, reranked
from hubbub.influence.core.graph.pagerank import pagerank
from hubbub.kernel.errors import InvalidInput

LINKS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(1, 9)), max_size=60)
Told = list[tuple[int, int, int]]


def made(told: Told, accounts: int = 13) -> Graph:
    return graph(*columns(told), accounts=accounts)


def columns(told: Told) -> tuple[list[int], list[int], list[int]]:
    return [a for a, _, _ in told], [b for _, b, _ in told], [w for _, _, w in told]


def table(of: Graph) -> NDArray[np.float64]:
    """The links as a matrix, in which one can look them up."""
    found = np.zeros((of.accounts, of.accounts))
    for v in range(of.accounts):
        at = slice(of.out.at[v], of.out.at[v + 1])
        found[v, of.out.to[at]] = of.out.weight[at] if len(of.out.weight) else 1
    return found


def ranked(links: NDArray[np.float64], teleport: NDArray[np.float64], damping: float) -> NDArray[np.float64]:
    """Ranks by the definition, in which who links to nobody links to all: the eigenvector, solved for."""
    strength = links.sum(axis=1, keepdims=True)
    passes = np.where(strength > 0, links / np.where(strength > 0, strength, 1), teleport)
    return np.linalg.solve(np.eye(len(links)) - damping * passes.T, (1 - damping) * teleport)


@given(LINKS)
def test_a_graph_holds_what_it_was_told_both_ways_each_link_once(told: Told) -> None:
    held, expected = made(told), np.zeros((13, 13))
    for source, target, weight in told:
        if source != target:
            expected[source, target] += weight
    assert np.allclose(table(held), expected)
    assert np.allclose(table(Graph(held.into, held.out)), expected.T)
    for rows in (held.out, held.into):
        for v in range(13):
            assert (np.diff(rows.of(v)) > 0).all()


def test_a_link_to_oneself_is_none_and_one_told_twice_is_one() -> None:
    held = graph([0, 1, 1, 1], [0, 2, 2, 0])
    assert held.links == 2
    assert held.out.of(1).tolist() == [0, 2]
    assert graph([1, 1], [2, 2], [0.5, 2.0]).out.weight.tolist() == [2.5]


def test_without_links_everybody_is_worth_the_same_and_nobody_is_joined() -> None:
    alone, empty = graph([], [], accounts=4), graph([], [])
    assert pagerank(alone).values.tolist() == [0.25] * 4
    assert communities(alone).tolist() == [0, 1, 2, 3]
    assert np.isnan(distances(alone).mean)
    assert distances(alone).joined == 0
    assert pagerank(empty).values.tolist() == []
    assert np.isnan(distances(empty).within())


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        (([0], [1, 2]), "as many ends"),
        (([-1], [2]), "from 0 on"),
        (([0], [2**40]), "below 2,147,483,647"),
        (([0.5], [1.0]), "whole numbers"),
        (([0], [1], [0.0]), "above 0"),
        (([0], [1], [float("nan")]), "above 0"),
        (([0], [1], [1.0, 2.0]), "each link a weight"),
    ],
)
def test_links_that_are_none_get_a_sentence(ends: tuple[list[float], ...], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        graph(*ends)  # type: ignore[arg-type]


@given(LINKS, st.sampled_from([0.0, 0.5, 0.85, 0.95]))
def test_ranks_are_those_of_the_definition(told: Told, damping: float) -> None:
    held = made(told)
    found = pagerank(held, damping=damping, tolerance=1e-12)
    assert np.abs(found.values - ranked(table(held), np.full(13, 1 / 13), damping)).sum() < 1e-10
    assert found.residual <= 1e-12


@given(LINKS, st.integers(1, 20))
def test_topics_at_once_are_each_what_they_are_alone(told: Told, topics: int) -> None:
    held, rng = made(told), np.random.default_rng(topics)
    begins = rng.random((13, topics)) * (rng.random((13, topics)) > 0.6) + 1e-3
    together = pagerank(held, begins).values
    for each in range(topics):
        alone = ranked(table(held), begins[:, each] / begins[:, each].sum(), 0.85)
        assert np.abs(together[:, each] - alone).sum() < 2e-6


def test_in_a_ring_all_are_worth_the_same() -> None:
    ring = [(each, (each + 1) % 10, 1) for each in range(10)]
    assert pagerank(made(ring, 10)).values == pytest.approx([0.1] * 10)


@pytest.mark.parametrize(
    ("begins", "words"), [([1.0], "for each account"), ([0.0] * 3, "somewhere"), ([-1.0, 2, 0], "less")]
)
def test_attention_that_begins_nowhere_is_refused(begins: list[float], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        pagerank(graph([0, 1], [1, 2]), begins)
    with pytest.raises(InvalidInput, match="damping"):
        pagerank(graph([0], [1]), damping=1.0)


@given(LINKS, LINKS, st.integers(13, 16))
def test_links_of_a_day_make_the_graph_and_the_ranks_that_all_links_make(told: Told, more: Told, accounts: int) -> None:
    before, late = made(told), [(a, b % accounts, w) for a, b, w in more] + [(0, accounts - 1, 1)]
    after = grown(before, *columns(late))
    assert np.allclose(table(after), table(made(told + late, accounts)))
    assert np.allclose(table(Graph(after.into, after.out)), table(after).T)
    ranks = reranked(before, after, pagerank(before, tolerance=1e-12), tolerance=1e-12)
    assert np.abs(ranks.values - pagerank(after, tolerance=1e-12).values).sum() < 1e-9


def test_a_day_that_does_not_fit_is_refused() -> None:
    held = graph([0, 1], [1, 2])
    with pytest.raises(InvalidInput, match="New links have weights"):
        grown(held, [0], [2], [1.0])
    with pytest.raises(InvalidInput, match="as it was"):
        reranked(held, held, pagerank(graph([0], [1])))


def test_distances_of_a_chain_are_counted_exactly_by_going() -> None:
    chain = graph([0, 1, 2], [1, 2, 3])
    found = sampled(chain, np.arange(4))
    assert found.steps.tolist() == [3 / 6, 2 / 6, 1 / 6]
    assert found.mean == pytest.approx(10 / 6)
    assert found.joined == 0.5
    assert sampled(chain, np.arange(4), directed=False).mean == pytest.approx(20 / 12)
    with pytest.raises(InvalidInput, match="of the graph"):
        sampled(chain, np.array([4]))


def test_the_estimate_is_near_what_going_through_all_says() -> None:
    rng = np.random.default_rng(5)
    held = graph(rng.integers(0, 3000, 15_000), rng.integers(0, 3000, 15_000), accounts=3000)
    for directed in (True, False):
        exact = sampled(held, np.arange(3000), directed=directed)
        told = distances(held, directed=directed)
        assert told.mean == pytest.approx(exact.mean, rel=0.02)
        assert abs(told.mean - exact.mean) < 4 * told.error
        assert told.within() == pytest.approx(exact.within(), rel=0.03)
        assert told.joined == pytest.approx(exact.joined, rel=0.15)
        assert exact.within() > exact.mean


def test_4_74_was_a_distance_and_3_74_people_stood_between() -> None:
    facebook = Distances(np.array([0.0, 0.0, 0.03, 0.3, 0.57, 0.1]), 4.74, 0.02, 0.99)
    assert facebook.intermediaries == pytest.approx(3.74)


def test_communities_that_were_planted_are_found_and_the_largest_is_named_first() -> None:
    rng = np.random.default_rng(3)
    planted = np.repeat([0, 1, 2], [60, 40, 20])
    source, target = rng.integers(0, 120, 4000), rng.integers(0, 120, 4000)
    stays = (planted[source] == planted[target]) | (rng.random(4000) < 0.05)
    found = communities(graph(source[stays], target[stays], accounts=121))
    assert [len(set(found[:120][planted == each].tolist())) for each in range(3)] == [1, 1, 1]
    assert found[:120].tolist() == planted.tolist()
    assert found[120] == 3  # without a link, alone
