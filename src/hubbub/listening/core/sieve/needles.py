"""What is looked for in raw lines: of each term one word, two that follow each other, or a sign.

A line that holds none of them can hold none of the terms, whatever else is in it. The words of a term stand in
a text as whole words, since a term begins and ends where words do; only the last word of a prefix goes on.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hubbub.kernel.hashing import MASK, MIX, number_of
from hubbub.listening.core.letters import is_mark, joins, normal
from hubbub.listening.core.query.nodes import Kind, Query, Term, anchors

LONGEST_PREFIX = 8
"""Bytes of a prefix that are looked at."""


@dataclass(frozen=True, slots=True)
class Needle:
    """One or two words that follow each other, or one or two signs that belong to no word."""

    words: tuple[str, ...] = ()
    prefix: bool = False  # the one word may go on
    signs: str = ""


def needles_of(queries: Iterable[Query], site: str = "") -> Iterator[tuple[str, Needle | None]]:
    """Yield where to look ("words", "author", "site") for what; None where only a look at every post tells.

    `site` is the host that posts stand on although their lines do not name it.
    """
    for query in queries:
        for anchor in anchors(query.root) or ():
            if isinstance(anchor, Term):
                yield "words", _of_literal(anchor.literal, anchor.kind is Kind.PREFIX)
            else:
                for value in anchor.values:
                    yield anchor.name, _of_value(anchor.name, value, site)


def needle_of_name(name: str) -> Needle | None:
    """Return what leads to lines that hold an id, a handle or a uri: its last word, or its longest if that is short."""
    words = [word for word, _ in _runs(normal(name))]
    if not words:
        return None
    return Needle((words[-1] if len(words[-1]) >= 6 else max(words, key=len),))


def _of_value(name: str, value: str, site: str) -> Needle | None:
    known = name == "site" and (site == value or site.endswith(f".{value}"))
    words = [word for word, _ in _runs(normal(value))]
    return None if known or not words else Needle((max(words, key=len),))


def _of_literal(literal: str, prefix: bool) -> Needle | None:
    runs = _runs(literal)
    open_end = prefix and bool(runs) and runs[-1][1] == len(literal)
    words = [word for word, _ in (runs[:-1] if open_end else runs)]
    if len(words) >= 2:
        return Needle(max(itertools.pairwise(words), key=lambda pair: len(pair[0]) + len(pair[1])))
    if words and len(words[0]) >= 3:
        return Needle((words[0],))
    if signs := _signs(literal):
        return Needle(signs=signs)
    if words:
        return Needle((words[0],))
    return Needle((_cut(runs[-1][0]),), prefix=True) if open_end else None


def _runs(text: str) -> list[tuple[str, int]]:
    """Return the words of a normal text and where each ends. A mark belongs to the word before it, if there is one."""
    found: list[tuple[str, int]] = []
    word = ""
    for place, letter in enumerate(f"{text} "):
        if joins(letter) and (word or not is_mark(letter)):
            word += letter
        elif word:
            found.append((word, place))
            word = ""
    return found


def _signs(literal: str) -> str:
    """Return two characters of a literal that follow each other and belong to no word; or one; beyond ASCII."""
    free = [letter if ord(letter) >= 0x80 and not joins(letter) and not is_mark(letter) else " " for letter in literal]
    pairs = [one + other for one, other in itertools.pairwise(free) if " " not in (one, other)]
    return next(iter(pairs), "") or next((letter for letter in free if letter != " "), "")


def _cut(word: str) -> str:
    """Return as much of a word as fits into `LONGEST_PREFIX` bytes."""
    return word.encode()[:LONGEST_PREFIX].decode(errors="ignore")


def number_of_word(word: str) -> int:
    """Return the number under which the sieve knows a word: its first eight bytes and how many it has."""
    said = bytes(byte | 0x20 if byte < 0x80 else byte for byte in word.encode())
    return number_of(said)


def number_of_pair(first: int, then: int) -> int:
    """Return the number of two words, or two signs, that follow each other."""
    return (first * MIX & MASK) ^ then
