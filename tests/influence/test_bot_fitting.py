"""Learning what bots look like: on made-up accounts of which we know how they differ."""

import numpy as np
import pytest

from hubbub.influence.core.bots import fitting
from hubbub.influence.core.bots.account import Facts, Floats, columns
from hubbub.influence.core.bots.evaluation import across_kinds, across_years, held_out, kinds_of
from hubbub.influence.core.bots.fitting import fit
from hubbub.influence.core.bots.signs import SIGNS
from hubbub.kernel.errors import InvalidInput


def made(n: int = 400, seed: int = 0) -> tuple[Facts[Floats], np.ndarray]:
    """Bots followed by few who like little; half of them say they are bots, and half of the people are verified."""
    chance = np.random.default_rng(seed)
    bots = np.arange(n) % 2 == 0
    half = np.arange(n) % 4 < 2
    facts = columns(
        followers=np.exp(chance.normal(np.where(bots, 3.0, 6.0), 1.5)).round(),
        follows=np.exp(chance.normal(5.0, 1.0, n)).round(),
        posts=np.exp(chance.normal(7.0, 1.0, n)).round(),
        likes=np.exp(chance.normal(np.where(bots, 2.0, 5.0), 2.0)).round(),
        days=np.exp(chance.normal(6.5, 0.8, n)).round() + 1,
        names_itself=bots & half,
        verified=~bots & half,
        no_avatar=chance.random(n) < 0.1,
    )
    return facts, bots


def test_bots_that_differ_are_found_and_their_likelihood_is_calibrated() -> None:
    facts, bots = made()
    judged = held_out(facts, bots)
    assert ((judged.odds > 0) == bots).mean() > 0.9
    assert abs(judged.likelihoods[judged.likelihoods > 0.5].mean() - bots[judged.likelihoods > 0.5].mean()) < 0.1


def test_the_sizes_found_are_the_best_within_their_bounds() -> None:
    chance = np.random.default_rng(1)
    rows, weights = chance.normal(size=(300, 4)), np.ones(300)
    truth = (chance.random(300) < fitting.probability(rows @ np.array([1.0, -1.0, 0.5, 0.0]))).astype(float)
    least = np.array([0.0, 0.0, 0.0, 0.3])
    sizes, rest = fitting._minimised(rows, truth, weights, least)

    slope = rows.T @ (fitting.probability(rows @ sizes + rest) - truth) + fitting.RIDGE * sizes
    at_bound = sizes <= least + 1e-9
    assert at_bound.tolist() == [False, True, False, True]
    assert np.abs(slope[~at_bound]).max() < 0.05 and (slope[at_bound] > 0).all()


def test_the_same_seed_learns_the_same_model() -> None:
    facts, bots = made()
    kinds = kinds_of(facts, bots)
    assert fit(facts, bots, kinds, seed=3) == fit(facts, bots, kinds, seed=3)
    assert fit(facts, bots, kinds, seed=3) != fit(facts, bots, kinds, seed=4)


def test_a_sign_that_points_the_wrong_way_in_one_set_counts_nothing() -> None:
    facts, bots = made()
    model = fit(facts._replace(listed=np.where(bots, 900.0, 0.0)), bots, kinds_of(facts, bots))
    listed = model.learnt[[sign.name for sign in SIGNS].index("listed")]
    assert set(listed.y) == {0.0}


def test_accounts_of_kinds_and_years_not_learnt_from_are_judged() -> None:
    facts, bots = made(800)
    kinds = list(across_kinds(facts, bots))
    assert len(kinds) == 4 and sum(len(each.bots) for each in kinds) == 2 * len(bots)
    assert len(list(across_years(facts, bots))) == 2
    assert list(across_kinds(*made(40))) == []


def test_learning_needs_bots_and_people() -> None:
    facts, bots = made(40)
    with pytest.raises(InvalidInput, match="of bots and of people"):
        fit(facts, np.zeros_like(bots), np.zeros(40, dtype=np.int64))
    with pytest.raises(InvalidInput, match="too few"):
        held_out(facts, np.arange(40) == 0)
