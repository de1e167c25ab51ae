"""When two people speak of a like problem."""

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hubbub.kernel.text import fold

READ_CHARACTERS = 5_000
_WORD = re.compile(r"(?:https?://\S+|@[\w.\-]+)|([^\W_]{4,})")  # nothing for links and names
_COMMON = frozenset(
    """
    about again after also been before could days didn doesn done even ever every from have having here hours
    into just keep know last like made make mine minutes month months more much need never next only over please
    really said same says should since some still such sure take than thank thanks that their them then there
    these they thing think this third those times today tomorrow very want week weeks well were what when where
    which while will with without would year years yesterday your yours disgusting terrible awful worst http
    https unreliable broken
    """.split()  # noqa: SIM905 (a list of words reads better so)
)
MAX_WORDS = 30


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a complaint is about, and whose it is."""

    voice: str  # "" where nobody can be told: never a second voice
    topics: frozenset[int]
    problems: frozenset[str]
    words: frozenset[str]
    said_at: datetime


def content_words(text: str) -> frozenset[str]:
    """Return the words that say what a post is about: no names, links or words of every day."""
    found: dict[str, None] = {}
    for word in _WORD.findall(fold(text[:READ_CHARACTERS])):
        if word and word not in _COMMON:
            found[_stem(word)] = None
            if len(found) == MAX_WORDS:
                break
    return frozenset(found)


def _stem(word: str) -> str:
    """Singular and plural are the same thing: widgets, widget."""
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 4 else word


def headings(topics: Iterable[int], problems: Iterable[str]) -> tuple[str, ...]:
    """Return the headings under which a complaint is found by like ones: each topic with each problem."""
    names = sorted(problems)
    return tuple(f"{topic}/{problem}" for topic in sorted(topics) for problem in names)


_TURNS = tuple((0x9E3779B1 * (2 * n + 1) & 0xFFFFFFFF, 0x85EBCA6B * (n + 3) & 0xFFFFFFFF) for n in range(6))
TELLING = 4  # words, from which a wording can be known again
NEARLY = 0.6  # of all their words are the same


def prints(words: Iterable[str]) -> tuple[str, ...]:
    """Return headings under which near-duplicates of a wording are found: MinHash, three bands of two.

    Of two wordings that share 80 % of their words, 95 of 100 pairs meet under one; of two that share 30 %, 25.

    References
    ----------
    A. Z. Broder (1997). On the resemblance and containment of documents.
    """
    codes = [zlib.crc32(word.encode()) for word in words]
    if len(codes) < TELLING:
        return ()
    least = [min((code * factor + more) & 0xFFFFFFFF for code in codes) for factor, more in _TURNS]
    return tuple(f"~{band}{least[2 * band]:08x}{least[2 * band + 1]:08x}" for band in range(3))


def sameness(one: frozenset[str], other: frozenset[str]) -> float:
    """Return which share of their words two wordings have in common; 0 where one has too few to tell."""
    if min(len(one), len(other)) < TELLING:
        return 0.0
    return len(one & other) / len(one | other)


def are_alike(one: Complaint, other: Complaint, product_topics: frozenset[int]) -> bool:
    """Say whether two complaints are about a like problem.

    Either nearly the same words; or the same topic, the same kind of problem, and the same product:
    a topic that is a product says so by itself; on a broader topic the posts must share a word that
    names the thing.
    """
    if sameness(one.words, other.words) >= NEARLY:
        return True
    shared = one.topics & other.topics
    if not shared or one.problems.isdisjoint(other.problems):
        return False
    return not shared.isdisjoint(product_topics) or not one.words.isdisjoint(other.words)
