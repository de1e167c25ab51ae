"""What a query is made of: things a post says or tells, and how they are put together."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a term is, which says where it may begin and end."""

    WORD = "word"
    PREFIX = "prefix"
    PHRASE = "phrase"
    TAG = "tag"
    HANDLE = "handle"


SIGNS = {Kind.TAG: "#", Kind.HANDLE: "@"}


@dataclass(frozen=True, slots=True)
class Term:
    """Something said: `text` is in normal form, without quotation marks, #, @ or *."""

    text: str
    kind: Kind

    @property
    def literal(self) -> str:
        """The characters looked for, with # or @."""
        return SIGNS.get(self.kind, "") + self.text


@dataclass(frozen=True, slots=True)
class Near:
    """One of the terms on the left at most `words` words from one on the right; `ordered`: before it."""

    left: tuple[Term, ...]
    right: tuple[Term, ...]
    words: int
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The terms stand in so many places, all together."""

    terms: tuple[Term, ...]
    times: int


@dataclass(frozen=True, slots=True)
class Filter:
    """What a post tells beside its words: the filter's name, and what it must be one of (`followers`: one, signed)."""

    name: str
    values: tuple[str, ...]


def comparison(value: str) -> tuple[str, int]:
    """Return the sign and the number that `followers` asks for."""
    sign = value.rstrip("0123456789")
    return sign, int(value.removeprefix(sign))


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of two or more."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The absence of something."""

    part: "Node"


Leaf = Term | Near | AtLeast | Filter
Node = Leaf | And | Or | Not
Anchor = Term | Filter

INDEXED = ("author", "site")
"""Filters that lead to few posts at once, so that a query may consist of them alone."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query that can be used: as written, as understood, and its distinct terms in the order written."""

    source: str
    root: Node
    terms: tuple[Term, ...]


def leaves(node: Node, wanted: bool = True) -> Iterator[tuple[Leaf, bool]]:
    """Yield every leaf, and whether its presence (or its absence) helps to match."""
    match node:
        case Not(part):
            yield from leaves(part, not wanted)
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part, wanted)
        case _:
            yield node, wanted


def has_filters(query: Query) -> bool:
    """Say whether a query asks for more than words."""
    return any(isinstance(leaf, Filter) for leaf, _ in leaves(query.root))


def terms_of(leaf: Leaf) -> tuple[Term, ...]:
    """Return the terms of a leaf."""
    match leaf:
        case Term():
            return (leaf,)
        case Near(left, right):
            return (*left, *right)
        case AtLeast(terms):
            return terms
        case Filter():
            return ()


def signed(node: Node) -> Iterator[tuple[Term, bool]]:
    """Yield every term, and whether its presence (or its absence) helps to match."""
    for leaf, wanted in leaves(node):
        for term in terms_of(leaf):
            yield term, wanted


def anchors(node: Node, wanted: bool = True) -> frozenset[Anchor] | None:
    """Return terms and indexed filters of which every match has at least one; None if absence alone may do.

    The fewest found, so that few posts need a closer look; authors before terms, since one says less than many say a
    word, and terms before sites, which take longer to tell.
    """
    match node:
        case Not(part):
            return anchors(part, not wanted)
        case And(parts) | Or(parts):
            found = [anchors(part, wanted) for part in parts]
            if isinstance(node, And) == wanted:  # all parts hold: one of them is enough to look for
                return min((each for each in found if each is not None), key=_cost, default=None)
            return None if None in found else frozenset[Anchor]().union(*(each for each in found if each is not None))
        case Term() if wanted:
            return frozenset((node,))
        case AtLeast(terms) if wanted:
            return frozenset(terms)
        case Near(left, right) if wanted:
            return frozenset(left if len(left) <= len(right) else right)
        case Filter(name) if wanted and name in INDEXED:
            return frozenset((node,))
        case _:
            return None


def _cost(found: frozenset[Anchor]) -> tuple[int, int, int]:
    filters = [each.name for each in found if isinstance(each, Filter)]
    return filters.count("site"), len(found) - filters.count("author"), len(found)


def holds(node: Node, leaf: Callable[[Leaf, bool], bool], wanted: bool = True) -> bool:
    """Say whether a query holds, given which leaves do; each is asked for with whether its presence helps."""
    match node:
        case Not(part):
            return not holds(part, leaf, not wanted)
        case And(parts):
            return all(holds(part, leaf, wanted) for part in parts)
        case Or(parts):
            return any(holds(part, leaf, wanted) for part in parts)
        case _:
            return leaf(node, wanted)
