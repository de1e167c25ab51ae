"""The points of every sign, and the likelihood they add up to: for one account or for columns of many."""

import json
import math
from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np

from hubbub.influence.core.bots.account import Facts, Floats
from hubbub.influence.core.bots.signs import BY_HAND, SIGNS, Curve, Sign

ONE_IN_TEN: Final = 0.1
"""The share of bots among accounts that don't call themselves one and of which nothing is known."""

BEGINNING: Final = ("followers", "listed", "likes", "follows", "posts", "days", "plain_look")
FOLLOWING: Final = ("follows_to_followers", "follows_a_day")
"""What all tell the same of somebody who has just begun: the latter as long as they follow only some."""
SOME_FOLLOWS: Final = 200
BEGAN_DAYS: Final = 60
BEGAN_POSTS: Final = 20
BEGAN_AT_MOST: Final = 1.0
"""So much all of it counts together. Most of the newest accounts of such sets are bots, made for the day; of those that
write to a brand most are customers, who joined to complain."""


@dataclass(frozen=True, slots=True)
class Model:
    """A curve of points for each sign that was learnt, and those by hand. Points are log-odds."""

    version: str
    learnt: tuple[Curve, ...]  # one for each of SIGNS
    rest: float  # log-odds of the accounts learnt from, half of them bots, before any sign is seen
    curves: tuple[tuple[Sign, Curve], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "curves", (*zip(SIGNS, self.learnt, strict=True), *BY_HAND))

    @staticmethod
    @cache
    def shipped() -> "Model":
        """Return the model that comes with Hubbub, read once."""
        told = json.loads(files("hubbub.influence").joinpath("data", "bots.json").read_text(encoding="utf-8"))
        points = told["points"]
        return Model(
            version=told["version"],
            learnt=tuple(Curve(tuple(points[sign.name]["x"]), tuple(points[sign.name]["y"])) for sign in SIGNS),
            rest=told["rest"],
        )

    def told(self) -> dict[str, Any]:
        """Return the model as its file says it."""
        points = {
            sign.name: {"x": list(curve.x), "y": list(curve.y)} for sign, curve in zip(SIGNS, self.learnt, strict=True)
        }
        return {"version": self.version, "rest": self.rest, "points": points}

    def points(self, facts: Facts[float]) -> dict[str, float]:
        """Return what each known sign of one account counts, in the order of the signs."""
        found, log = {}, math.log
        for sign, curve in self.curves:
            value = sign.read(facts, log)
            if value == value:  # not NaN
                x, y = curve.x, curve.y
                after = bisect_right(x, value)
                if after == 0:
                    found[sign.name] = y[0]
                elif after == len(x):
                    found[sign.name] = y[-1]
                else:
                    low, high = x[after - 1], x[after]
                    found[sign.name] = y[after - 1] + (y[after] - y[after - 1]) * (value - low) / (high - low)
        return found

    def evidence(self, facts: Facts[Floats]) -> Floats:
        """Return the sum of points of many accounts, shape (n,). What is unknown counts nothing."""
        return self._added(facts, [sign.name for sign, _ in self.curves])

    def _added(self, facts: Facts[Floats], names: Collection[str]) -> Floats:
        total = np.zeros(len(facts.posts))
        for sign, curve in self.curves:
            if sign.name in names:
                value = sign.read(facts, np.log)
                total += np.where(np.isnan(value), 0.0, np.interp(value, curve.x, curve.y))
        return total

    def likelihoods(self, facts: Facts[Floats], share: float = ONE_IN_TEN) -> Floats:
        """Return how likely each of many accounts is a bot, shape (n,), where `share` of them are before any sign."""
        began = self._added(facts, BEGINNING)
        began += np.where(facts.follows < SOME_FOLLOWS, self._added(facts, FOLLOWING), 0.0)
        new = (facts.days < BEGAN_DAYS) | (facts.posts < BEGAN_POSTS)
        beyond = np.where(new, np.maximum(began - BEGAN_AT_MOST, 0.0), 0.0)
        return probability(self.evidence(facts) - beyond + log_odds(share))

    def odds(self, facts: Facts[float], points: Mapping[str, float]) -> float:
        """Return what the points of one account add up to."""
        beyond = 0.0
        if facts.days < BEGAN_DAYS or facts.posts < BEGAN_POSTS:
            alike = (*BEGINNING, *FOLLOWING) if facts.follows < SOME_FOLLOWS else BEGINNING
            beyond = max(sum(points.get(name, 0.0) for name in alike) - BEGAN_AT_MOST, 0.0)
        return sum(points.values()) - beyond


def log_odds(share: float) -> float:
    """Return ln(p / (1 - p))."""
    return math.log(share / (1 - share))


def probability(odds: Floats) -> Floats:
    """Return 1 / (1 + e^-x), strictly between 0 and 1."""
    found: Floats = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
    return found
