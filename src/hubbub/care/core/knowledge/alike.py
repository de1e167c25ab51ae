"""Which articles answer a like case: by the words both have, the rarer the weightier."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

BEST: Final = 3
LEAST: Final = 0.3
"""Nothing is better than rubbish: below this nothing is suggested."""
SAME_TOPIC: Final = 0.08
SAME_PRODUCT: Final = 0.12
TELLING: Final = math.log(1.0 + 10)  # of a word that one article in ten has
NEARLY: Final = 0.6
LOOKED_UP: Final = 8
"""Of the words of a case, so many of the rarest find the articles that are looked at closely."""


@dataclass(frozen=True, slots=True)
class Known:
    """An article, as far as likeness needs it."""

    id: int
    words: frozenset[str]
    lang: str = ""
    topic: int = 0
    products: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A case, as far as likeness needs it."""

    words: frozenset[str]
    lang: str = ""
    topic: int = 0
    said: str = ""  # folded, to find the names of products
    owned: frozenset[str] = frozenset()  # products of theirs, folded


def rarity(articles: int, having: int) -> float:
    """Return how much a word tells that so many of all articles have.

    >>> rarity(1000, 1) > rarity(1000, 100) > 0
    True
    """
    return math.log(1.0 + articles / max(having, 1))


def rarest(words: Collection[str], having: Mapping[str, int], common: int) -> list[str]:
    """Return the words by which like articles are looked up: the rarest that some have, but fewer than `common`."""
    known = [word for word in words if 0 < having.get(word, 0) < common]
    return sorted(known, key=lambda word: (having[word], word))[:LOOKED_UP]


def likeness(asked: Asked, known: Known, weight: Mapping[str, float]) -> float:
    """Return how well an article fits a case, from 0 to 1: the cosine of their words, and a little for the subject.

    One word in common is a likeness only where it is a rare one, and nearly all that both say; or all that both say.
    """
    shared = asked.words & known.words
    if not shared:
        return 0.0
    same = asked.words == known.words
    of_both = sum(weight[word] ** 2 for word in shared)
    sizes = math.sqrt(sum(weight[word] ** 2 for word in asked.words) * sum(weight[word] ** 2 for word in known.words))
    if len(shared) == 1 and not same and (of_both < TELLING**2 or of_both / sizes < NEARLY):
        return 0.0
    more = SAME_TOPIC * (asked.topic != 0 and asked.topic == known.topic)
    names = [product.casefold() for product in known.products]
    more += SAME_PRODUCT * any(name in asked.owned or name in asked.said for name in names)
    return min(1.0, of_both / sizes + more)


def best(asked: Asked, articles: Collection[Known], having: Mapping[str, int], in_all: int) -> list[tuple[int, float]]:
    """Return the articles that fit a case best, at most `BEST`, and how well; the best first.

    An article in another language fits not.

    Parameters
    ----------
    having : of all articles, how many have a word
    in_all : how many articles there are
    """
    words = asked.words.union(*(each.words for each in articles)) if articles else asked.words
    weight = {word: rarity(in_all, having.get(word, 1)) for word in words}
    fits = [
        (each.id, likeness(asked, each, weight))
        for each in articles
        if not asked.lang or not each.lang or asked.lang == each.lang
    ]
    return sorted(((pk, how) for pk, how in fits if how >= LEAST), key=lambda each: (-each[1], each[0]))[:BEST]
