"""Learning the points of the signs from labelled accounts: a logistic sum whose curves never turn round."""

import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hubbub.influence.core.bots.account import FACTS, UNKNOWN, Facts, Floats
from hubbub.influence.core.bots.model import Model, probability
from hubbub.influence.core.bots.signs import SIGNS, Curve, Sign
from hubbub.kernel.errors import InvalidInput

Labels = NDArray[np.bool_]
Kinds = NDArray[np.int64]

RIDGE: Final = 3.0
HIDDEN: Final = 0.4
"""How often a fact is hidden while learning, so that no sign is leant on alone, and any can be missing later."""
COPIES: Final = 3  # of each account, with other facts hidden
STEPS: Final = 30
SWEEPS: Final = 60
NEVER_HIDDEN: Final = ("digits", "names_itself")  # of the handle, which every network has


def fit(facts: Facts[Floats], bots: Labels, kinds: Kinds, seed: int = 0) -> Model:
    """Return the model that explains labelled accounts best.

    `kinds` parts bots and people each into kinds (any whole numbers); every kind counts the same, and bots together as
    much as people, so that what was easy to gather does not decide.

    Raises InvalidInput where there are no bots or no people among the accounts.
    """
    if bots.all() or not bots.any():
        raise InvalidInput(reason="Learning what bots look like needs accounts of bots and of people.")
    weights = _weights(bots, kinds)
    centres = _centres(facts, weights)
    shown = [facts, *(_hidden(facts, seed, copy) for copy in range(COPIES))]
    rows = np.vstack([_rises(each, centres) for each in shown])
    truth, counted = np.tile(bots, len(shown)), np.tile(weights / len(shown), len(shown))
    sizes, rest = _minimised(rows, truth.astype(np.float64), counted, _least())
    return _model(sizes, centres, rest)


def _weights(bots: Labels, kinds: Kinds) -> Floats:
    weights = np.zeros(len(bots))
    for side in (bots, ~bots):
        found = np.unique(kinds[side])
        for kind in found:
            of_it = side & (kinds == kind)
            weights[of_it] = len(bots) / 2 / len(found) / of_it.sum()
    return weights


def _hidden(facts: Facts[Floats], seed: int, copy: int) -> Facts[Floats]:
    def seen(name: str, column: Floats) -> Floats:
        # Each fact has its own luck, so that a new one changes nothing for the others.
        chance = np.random.default_rng((seed, copy, zlib.crc32(name.encode())))
        return np.where(chance.random(len(column)) < HIDDEN, UNKNOWN, column)

    return Facts(
        *(column if name in NEVER_HIDDEN else seen(name, column) for name, column in zip(FACTS, facts, strict=True))
    )


def _steps(sign: Sign, facts: Facts[Floats]) -> Floats:
    """How far each account is on its way from each knot to the next, 0 to 1, shape (n, knots - 1), NaN if unknown."""
    value = sign.read(facts, np.log)[:, np.newaxis]
    low, high = np.array(sign.knots[:-1]), np.array(sign.knots[1:])
    found: Floats = np.clip((value - low) / (high - low), 0, 1)
    return found


def _centres(facts: Facts[Floats], weights: Floats) -> list[Floats]:
    """The average of each sign's steps; what is known of nobody has its centre at 0."""
    found = []
    for sign in SIGNS:
        steps = _steps(sign, facts)
        known = weights[:, np.newaxis] * ~np.isnan(steps)
        mean = (known * np.nan_to_num(steps)).sum(axis=0) / np.maximum(known.sum(axis=0), 1e-9)
        found.append(np.zeros_like(mean) if sign.from_zero else mean)
    return found


def _rises(facts: Facts[Floats], centres: list[Floats]) -> Floats:
    """The design matrix: steps from their centres, turned so that every size is at least 0."""
    parts = [
        np.nan_to_num(_steps(sign, facts) - centre) * (1 if sign.points_up else -1)
        for sign, centre in zip(SIGNS, centres, strict=True)
    ]
    return np.hstack(parts)


def _least() -> Floats:
    return np.concatenate([np.array(sign.least or (0.0,) * (len(sign.knots) - 1), dtype=np.float64) for sign in SIGNS])


def _minimised(rows: Floats, truth: Floats, weights: Floats, least: Floats) -> tuple[Floats, float]:
    """Newton's method on the log loss with a ridge; each step is solved within the bounds, one size at a time."""
    rows = np.hstack([rows, np.ones((len(rows), 1))])
    low = np.append(least, -np.inf)
    ridge = np.append(np.full(len(least), RIDGE), 1e-6)
    sizes = np.append(least, 0.0)

    def loss(sizes: Floats) -> float:
        odds = rows @ sizes
        return float(weights @ (np.logaddexp(0, odds) - truth * odds) + 0.5 * ridge @ sizes**2)

    now = loss(sizes)
    for _ in range(STEPS):
        chance = probability(rows @ sizes)
        slope = rows.T @ (weights * (chance - truth)) + ridge * sizes
        bend = (rows * (weights * chance * (1 - chance))[:, np.newaxis]).T @ rows + np.diag(ridge)
        step, pull = np.zeros_like(sizes), slope.copy()
        for _ in range(SWEEPS):
            for place in range(len(sizes)):
                moved = max(sizes[place] + step[place] - pull[place] / bend[place, place], low[place])
                change = moved - sizes[place] - step[place]
                if change:
                    step[place] += change
                    pull += change * bend[place]
        share = 1.0
        while share > 1e-3 and (then := loss(sizes + share * step)) > now:
            share /= 2
        if share <= 1e-3 or now - then < 1e-7 * abs(now):
            break
        sizes, now = sizes + share * step, then
    return sizes[:-1], float(sizes[-1])


def _model(sizes: Floats, centres: list[Floats], rest: float) -> Model:
    curves, at = [], 0
    for sign, centre in zip(SIGNS, centres, strict=True):
        rises = sizes[at : at + len(centre)] * (1 if sign.points_up else -1)
        at += len(centre)
        heights = np.append(0.0, np.cumsum(rises)) - rises @ centre
        curves.append(Curve(tuple(np.round(sign.knots, 4).tolist()), tuple(np.round(heights, 4).tolist())))
    mark = zlib.crc32(repr([(curve.x, curve.y) for curve in curves]).encode())
    return Model(version=f"bots-1-{mark:08x}", learnt=tuple(curves), rest=round(rest, 4))
