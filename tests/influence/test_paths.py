"""Ways to somebody: the best is found, others go over other people, and what can't be asked is refused."""

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.influence.core.graph.csr import Graph, graph
from hubbub.influence.core.graph.paths import ASKED, introductions, ties
from hubbub.kernel.errors import InvalidInput

WE, ANN, BEN, CARA, STAR = range(5)
TALK = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 20)), min_size=1, max_size=25)


def closeness(known: Graph, one: int, other: int) -> float:
    at = known.out.of(one).tolist()
    return float(known.out.weight[known.out.at[one] + at.index(other)]) if other in at else 0.0


def test_who_answers_each_other_is_closer_than_who_is_talked_at() -> None:
    known = ties(graph([WE, ANN, BEN], [ANN, WE, STAR], [2.0, 4.0, 6.0], accounts=5))
    assert closeness(known, WE, ANN) == closeness(known, ANN, WE) == pytest.approx(6 / 9)
    assert closeness(known, BEN, STAR) == pytest.approx(1.5 / 4.5)
    assert closeness(known, STAR, BEN) == closeness(known, BEN, STAR)


def test_a_longer_way_over_friends_beats_a_shorter_one_over_a_stranger() -> None:
    talk = {(WE, ANN): 30, (ANN, WE): 30, (ANN, BEN): 30, (BEN, ANN): 30, (BEN, STAR): 30, (STAR, BEN): 30}
    stranger = {(WE, CARA): 1, (CARA, STAR): 1}
    both = talk | stranger
    known = ties(graph([a for a, _ in both], [b for _, b in both], list(both.values())))
    best, other = introductions(known, WE, STAR)
    assert best.path == (WE, ANN, BEN, STAR)
    assert best.worth == pytest.approx((60 / 63) ** 3 * ASKED**2)
    assert other.path == (WE, CARA, STAR)
    assert other.worth < best.worth
    assert introductions(known, WE, STAR, steps=2) == (other,)
    assert introductions(known, WE, STAR, ways=1) == (best,)


def test_who_knows_them_already_is_told_so_and_others_beside() -> None:
    known = ties(graph([WE, WE, ANN], [STAR, ANN, STAR], [1.0, 9.0, 9.0]))
    paths = [each.path for each in introductions(known, WE, STAR)]
    assert sorted(paths) == [(WE, ANN, STAR), (WE, STAR)]
    assert introductions(known, WE, STAR)[0].weakest == 0


def test_where_nobody_leads_there_is_no_way_and_odd_questions_get_a_sentence() -> None:
    known = ties(graph([WE], [ANN], accounts=5))
    assert introductions(known, WE, STAR) == ()
    with pytest.raises(InvalidInput, match="somebody else"):
        introductions(known, WE, WE)
    with pytest.raises(InvalidInput, match="of the graph"):
        introductions(known, WE, 5)


@given(TALK)
def test_no_way_is_worth_more_than_the_first(talk: list[tuple[int, int, int]]) -> None:
    known = ties(graph(*(list(each) for each in zip(*talk, strict=True)), accounts=6))
    worths = [
        float(np.prod([closeness(known, a, b) for a, b in pairwise(path)])) * ASKED ** (many - 1)
        for many in (1, 2, 3, 4)
        for between in permutations((1, 2, 3, 4), many - 1)
        for path in [(0, *between, 5)]
    ]
    found = introductions(known, 0, 5)
    assert (found[0].worth if found else 0.0) == pytest.approx(max(worths), rel=1e-5)
    between = [each for way in found for each in way.path[1:-1]]
    assert len(between) == len(set(between))
