"""How well bots are told from people: on accounts held out, and on kinds of accounts never seen. Pure; NumPy only."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hubbub.influence.core.bots.account import FACTS, UNKNOWN, Facts, Floats
from hubbub.influence.core.bots.fitting import Kinds, Labels, fit
from hubbub.influence.core.bots.model import ONE_IN_TEN, Model, log_odds, probability
from hubbub.kernel.errors import InvalidInput

FOLDS: Final = 5
FOUR_COUNTS: Final = ("followers", "follows", "posts", "likes")
FEWEST: Final = 30  # bots, and people, to learn from or to judge by


@dataclass(frozen=True, slots=True)
class Judged:
    """Accounts that a model judged which had not seen them."""

    name: str
    bots: Labels
    evidence: Floats  # points, shape (n,)
    rest: Floats  # of the model that judged each, shape (n,) or ()

    @property
    def odds(self) -> Floats:
        """The log-odds of each, shape (n,), where half are bots."""
        return self.evidence + self.rest

    @property
    def at_work(self) -> Floats:
        """How likely each is called a bot where one in ten is, as care does it, shape (n,)."""
        return probability(self.evidence + log_odds(ONE_IN_TEN))

    @property
    def likelihoods(self) -> Floats:
        """How likely each is a bot, shape (n,), where as many are as among these."""
        share = self.bots.mean()
        return probability(self.odds + np.log(share / (1 - share)))


def kinds_of(facts: Facts[Floats], bots: Labels) -> Kinds:
    """Bots that call themselves one are a kind, and people whom the network verified are."""
    kinds: Kinds = np.nan_to_num(np.where(bots, facts.names_itself, facts.verified)).astype(np.int64)
    return kinds


def held_out(facts: Facts[Floats], bots: Labels, folds: int = FOLDS, seed: int = 0) -> Judged:
    """Judge each account by a model learnt from the other folds, which hold as many bots each.

    Raises InvalidInput where there are fewer bots or people than folds.
    """
    if min(bots.sum(), (~bots).sum()) < folds:
        raise InvalidInput(reason="There are too few bots or people to hold some of them out.")
    fold = np.empty(len(bots), dtype=np.int64)
    chance = np.random.default_rng(seed)
    for side in (bots, ~bots):
        fold[side] = chance.permutation(int(side.sum())) % folds
    evidence, rest = np.empty(len(bots)), np.empty(len(bots))
    for number in range(folds):
        away = fold == number
        judged = _judged("", facts, bots, ~away, away)
        evidence[away], rest[away] = judged.evidence, judged.rest
    return Judged("held out", bots, evidence, rest)


def across_kinds(facts: Facts[Floats], bots: Labels, known: Facts[Floats] | None = None) -> Iterator[Judged]:
    """Judge kinds of bots and people by models that learnt from the other kinds only, as on a set from elsewhere.

    `known` is what is known of an account when it is judged, where that is less than what was learnt from.
    """
    kinds = kinds_of(facts, bots)
    bot_kinds = ("bots that don't say so", "bots that say so")
    people = ("people who aren't verified", "verified people")
    for bot, person in product((0, 1), (0, 1)):
        away = np.where(bots, kinds == bot, kinds == person)
        seen = np.where(bots, kinds != bot, kinds != person)
        if _enough(bots, away) and _enough(bots, seen):
            yield _judged(f"{bot_kinds[bot]}, {people[person]}", facts, bots, seen, away, known)


def across_years(facts: Facts[Floats], bots: Labels) -> Iterator[Judged]:
    """Judge those who joined in the later half of the time by a model that learnt from the earlier half, and back.

    Halves are made among bots and among people, so that when they joined does not give them away.
    """
    late = np.zeros(len(bots), dtype=np.bool_)
    for side in (bots, ~bots):
        known = facts.days[side]
        if np.isnan(known).all():
            return
        late[side] = known < np.nanmedian(known)
    for name, away in (("who joined later", late), ("who joined earlier", ~late)):
        if _enough(bots, away) and _enough(bots, ~away):
            yield _judged(name, facts, bots, ~away, away)


def counts_only(facts: Facts[Floats]) -> Facts[Floats]:
    """Return the accounts with nothing known of them but four counts, all that some sets and networks tell."""
    return Facts(
        *(
            column if name in FOUR_COUNTS else np.full_like(column, UNKNOWN)
            for name, column in zip(FACTS, facts, strict=True)
        )
    )


def judged_by(model: Model, name: str, facts: Facts[Floats], bots: Labels) -> Judged:
    """Judge accounts by a model."""
    return Judged(name, bots, model.evidence(facts), np.array(model.rest))


def chosen(facts: Facts[Floats], which: NDArray[np.bool_]) -> Facts[Floats]:
    """Return some of the accounts."""
    return Facts(*(column[which] for column in facts))


def _judged(
    name: str, facts: Facts[Floats], bots: Labels, seen: Labels, away: Labels, known: Facts[Floats] | None = None
) -> Judged:
    learnt = chosen(facts, seen)
    model = fit(learnt, bots[seen], kinds_of(learnt, bots[seen]))
    return judged_by(model, name, chosen(known or facts, away), bots[away])


def _enough(bots: Labels, which: Labels) -> bool:
    return bool(min((bots & which).sum(), (~bots & which).sum()) >= FEWEST)
