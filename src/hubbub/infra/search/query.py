"""What somebody typed into a search box, read and put into the words of a database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import regex

from hubbub.kernel.tokens import wanted

MOST_TERMS = 16
LEAST_BEGINNING = 2
"""Of a word being typed so many characters must be there, until its beginning is enough."""
GAP = "_"
"""Stands where nothing can be found, so that no phrase reaches over it."""
MOST_WORDS = 16_000
MOST_TIMES = 255
_ITEM = regex.compile(r'(-?)"([^"]*)(?:"|$)|(\S+)')


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand in a row; of the last one only the beginning where `begins` is set."""

    words: tuple[str, ...]
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """All of `groups` must be found, of each group one term, and none of `without`."""

    groups: tuple[tuple[Term, ...], ...] = ()
    without: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.groups)


def parse(typed: str) -> Query:
    """Read what was typed: words, "words in a row", begin*, -not, one OR other.

    The last word may still be being typed, so its beginning is enough.

    >>> parse('widget "does not work" -refund bat')
    Query(groups=((Term(words=('widget',), begins=False),), (Term(words=('does', 'not', 'work'), begins=False),), \
(Term(words=('bat',), begins=True),)), without=(Term(words=('refund',), begins=False),))
    """
    groups: list[list[Term]] = []
    without: list[Term] = []
    either = False
    items = list(_ITEM.finditer(typed))[: MOST_TERMS * 2]
    for place, item in enumerate(items):
        if item[3] == "OR":
            either = bool(groups)
            continue
        minus, said, begins = _said(item)
        words, part = wanted(said)
        if not words:
            continue
        typing = bool(item[3]) and place == len(items) - 1 and not typed[-1].isspace() and not minus
        term = Term(tuple(words), begins or part or (typing and len(words[-1]) >= LEAST_BEGINNING))
        if minus:
            without.append(term)
        elif either:
            groups[-1].append(term)
        else:
            groups.append([term])
        either = False
    return Query(tuple(map(tuple, groups[:MOST_TERMS])), tuple(without[:MOST_TERMS]))


def _said(item: "regex.Match[str]") -> tuple[bool, str, bool]:
    """Return of one item whether it is unwanted, what it says, and whether a beginning is enough."""
    if item[3] is None:
        return bool(item[1]), item[2], False
    word = item[3]
    minus = word.startswith("-") and len(word) > 1
    return minus, word[minus:], word.endswith("*")


def for_sqlite(query: Query, owner: str) -> str:
    """Return the query in the words of FTS5, for the things of one owner."""
    return _written(query, owner, _fts, " AND ", " OR ", " NOT ")


def for_postgresql(query: Query, owner: str) -> str:
    """Return the query in the words of a tsquery, for the things of one owner."""
    return _written(query, owner, _ts, " & ", " | ", " & !")


def _written(query: Query, owner: str, one: Callable[[Term], str], both: str, either: str, but: str) -> str:
    parts = [one(Term((owner,))), *(f"({either.join(map(one, group))})" for group in query.groups)]
    return both.join(parts) + "".join(but + one(term) for term in query.without)


def _fts(term: Term) -> str:
    return f'"{" ".join(term.words)}"' + ("*" if term.begins else "")


def _ts(term: Term) -> str:
    *before, last = [f"'{word}'" for word in term.words]
    return f"({' <-> '.join([*before, last + (':*' if term.begins else '')])})"


def laid_out(texts: Sequence[Sequence[str]]) -> list[str]:
    """Return the words of some texts one after the other, a gap between two texts, as both databases keep them.

    PostgreSQL knows 16,383 places of a thing and 255 of a word; what is beyond is left out for both.
    """
    placed: list[str] = []
    times: dict[str, int] = {}
    for words in texts:
        for word in words:
            times[word] = times.get(word, 0) + 1
            placed.append(word if times[word] <= MOST_TIMES else GAP)
        placed.append(GAP)
        if len(placed) >= MOST_WORDS:
            break
    return placed[:MOST_WORDS]
