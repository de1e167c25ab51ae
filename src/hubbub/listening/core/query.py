"""A topic's query: what it may say, what it means, and how to say what is wrong with it.

`docs/queries.md` tells the rules to the people who write queries. `brute` is those rules in their
plainest form; the matcher must always agree with it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

import regex
from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedToken

from hubbub.kernel.errors import HubbubError
from hubbub.kernel.text import clean, clip
from hubbub.listening.core.letters import WORD, handles, is_word, joins, last_base, normal

MAX_LENGTH = 4_000
MAX_TERMS = 500
MAX_TERM_LENGTH = 500
MAX_DEPTH = 30
"""Brackets within brackets."""


class QueryError(HubbubError):
    """A query that can't be used. `position` is the character (from 0) where it goes wrong, `hint` how to mend it."""

    status: ClassVar[int] = 400
    message: ClassVar[str] = "{reason} {hint}"

    def __init__(self, reason: str, hint: str, position: int) -> None:
        super().__init__(reason=reason, hint=hint, position=position)
        self.hint = hint
        self.position = position


class Kind(StrEnum):
    """What a term is, which says where it may begin and end."""

    WORD = "word"
    PHRASE = "phrase"
    TAG = "tag"
    HANDLE = "handle"


_SIGNS = {Kind.TAG: "#", Kind.HANDLE: "@"}


@dataclass(frozen=True, slots=True)
class Term:
    """Something said: `text` is in normal form, without quotation marks, # or @."""

    text: str
    kind: Kind

    @property
    def literal(self) -> str:
        """The characters looked for, with # or @."""
        return _SIGNS.get(self.kind, "") + self.text


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


Node = Term | And | Or | Not


@dataclass(frozen=True, slots=True)
class Query:
    """A query that can be used: as written, as understood, and its distinct terms in the order written."""

    source: str
    root: Node
    terms: tuple[Term, ...]


def parse(text: str) -> Query:
    """Return what a query means; QueryError in words if it can't be used."""
    if len(text) > MAX_LENGTH:
        reason = f"The query has {len(text):,} characters; at most {MAX_LENGTH:,} are taken."
        raise QueryError(reason, "Make two topics of it.", MAX_LENGTH)
    if found := _UNSTORABLE.search(text):
        raise _bad_character(text, found.start())
    tokens: list[Token] = []
    opened: list[int] = []
    steps = _PARSER.parse_interactive(text)
    try:
        for token in steps.iter_parse():
            tokens.append(token)
            if token.type == "_OPEN":
                opened.append(_position(token))
                if len(opened) > MAX_DEPTH:
                    reason = f"There are more than {MAX_DEPTH} brackets within brackets."
                    raise QueryError(reason, "Write it flatter.", _position(token))
            elif token.type == "_CLOSE" and opened:
                opened.pop()
        if not tokens:
            raise QueryError("The query is empty.", "Write at least one word.", 0)
        root: Node = steps.feed_token(Token.new_borrow_pos("$END", "", tokens[-1]))
    except UnexpectedCharacters as error:
        raise _bad_character(text, error.pos_in_stream or 0) from None
    except UnexpectedToken as error:
        raise _bad_order(text, tokens, opened, error.token) from None
    if len(terms := [token for token in tokens if token.type in _TERMS]) > MAX_TERMS:
        reason = f"The query has {len(terms):,} words and phrases; at most {MAX_TERMS:,} are taken."
        raise QueryError(reason, "Make two topics of it.", _position(terms[MAX_TERMS]))
    if anchors(root) is None:
        raise QueryError(
            "This would find every post that lacks a word.",
            "Say also what a post must have, such as: acme NOT jobs. Beside an OR, NOT needs such a word too.",
            next(_position(token) for token in tokens if token.type in _NEGATIONS),
        )
    return Query(text, root, tuple(dict.fromkeys(term for term, _ in signed(root))))


# --- the grammar: filters and prefixes will be further terms, NEAR a level between part and both ---

_WORD = rf"[\p{{L}}\p{{N}}_][{WORD}]*(?:['’‐‑\u200c\u200d-][{WORD}]+)*"  # Persian and Hindi words have joiners
_TAG = rf"#[{WORD}]+"
_HANDLE = rf"@[{WORD}]+(?:[.@-][{WORD}]+)*"
_QUOTES = '"“”„'
_GRAMMAR = rf"""
?start: either
?either: both (_OR both)*
?both: part (_AND? part)*
?part: (WORD | PHRASE | TAG | HANDLE) -> term
     | _OPEN either _CLOSE
     | (_NOT | _MINUS) part -> absence

_OR: "OR"
_AND: "AND"
_NOT: "NOT"
_OPEN: "("
_CLOSE: ")"
_MINUS: /(?<![^\s(])-(?=[(#@{_QUOTES}{WORD}])/
WORD: /{_WORD}/
TAG: /(?<![{WORD}]){_TAG}/
HANDLE: /(?<![{WORD}]){_HANDLE}/
PHRASE: /[{_QUOTES}][^{_QUOTES}]*[{_QUOTES}]/
%ignore /\s+/
"""
_TERMS = {"WORD", "PHRASE", "TAG", "HANDLE"}
_NEGATIONS = {"_NOT", "_MINUS"}
_OPERATORS = {"_OR", "_AND", *_NEGATIONS}
_WHOLE = {
    Kind.WORD: regex.compile(_WORD),
    Kind.TAG: regex.compile(_TAG),
    Kind.HANDLE: regex.compile(_HANDLE),
}
_UNSTORABLE = regex.compile(r"[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_VISIBLE = regex.compile(r"[\p{L}\p{N}\p{P}\p{S}]")


class _Builder(Transformer[Token, Node]):
    """Makes nodes while lark parses, so that nothing recurses over a tree."""

    def either(self, parts: list[Node]) -> Node:
        flat = (each for part in parts for each in (part.parts if isinstance(part, Or) else (part,)))
        return Or(tuple(flat))

    def both(self, parts: list[Node]) -> Node:
        flat = (each for part in parts for each in (part.parts if isinstance(part, And) else (part,)))
        return And(tuple(flat))

    def absence(self, parts: list[Node]) -> Node:
        (part,) = parts
        return part.part if isinstance(part, Not) else Not(part)

    def term(self, tokens: list[Token]) -> Node:
        (token,) = tokens
        position = _position(token)
        said = normal(token.strip(_QUOTES)).strip()
        if len(said) > MAX_TERM_LENGTH:
            reason = f"“{clip(said, 30)}” is longer than {MAX_TERM_LENGTH} characters."
            raise QueryError(reason, "A few words of it will do.", position)
        if not _VISIBLE.search(said):
            raise QueryError("There is nothing between the quotation marks.", "Write what to look for.", position)
        kind = next((kind for kind, shape in _WHOLE.items() if shape.fullmatch(said)), Kind.PHRASE)
        return Term(said.removeprefix(_SIGNS.get(kind, "")), kind)


_PARSER = Lark(_GRAMMAR, parser="lalr", lexer="basic", regex=True, transformer=_Builder())


def _position(token: Token) -> int:
    return token.start_pos or 0


# --- what is wrong, in words ---


def _bad_character(text: str, position: int) -> QueryError:
    """Say why no word, sign or bracket begins at this character."""
    letter = text[position]
    if letter in _QUOTES:
        end = len(text.rstrip())
        before = f"before “{quoted}”" if (quoted := clip(clean(text[position + 1 :]), 40)) else "at the end"
        reason = f"The quotation mark {before} is never closed."
        return QueryError(reason, f"Add one at the end, after character {end}.", position)
    if not letter.isprintable():
        hint = "Take it away."
    elif letter == "-":
        hint = "Put - directly before what a post must lack, as in -jobs, or put words with a - in quotation marks."
    elif letter in "#@":
        hint = f"Letters must follow {letter}, and nothing else come directly before it, or use quotation marks."
    else:
        hint = "Put words with such a character in quotation marks."
    shown = f"“{letter}”" if letter.isprintable() else f"U+{ord(letter):04X}"
    return QueryError(f"The character {shown} can't stand here (character {position + 1}).", hint, position)


def _bad_order(text: str, tokens: Sequence[Token], opened: Sequence[int], wrong: Token) -> QueryError:
    """Say why a token can't stand where it does. `tokens` ends with it, unless it is the end of the query."""
    ended = wrong.type == "$END"
    before = tokens[-1] if ended else tokens[-2] if len(tokens) > 1 else None
    position = len(text.rstrip()) if ended else _position(wrong)
    if before is not None and before.type in _OPERATORS:
        if wrong.type in _OPERATORS:
            return QueryError(f"Nothing stands between “{before}” and “{wrong}”.", "Write a word there.", position)
        return QueryError(f"Nothing stands after “{before}”.", "Write a word there.", _position(before))
    if wrong.type in _OPERATORS:
        return QueryError(f"Nothing stands before “{wrong}”.", "Write a word there.", position)
    if ended:
        after = clip(clean(text[opened[-1] + 1 :]), 40)
        reason = f"The bracket before “{after}” is never closed." if after else "The last bracket is never closed."
        return QueryError(reason, f"Add a ) at the end, after character {position}.", opened[-1])
    if before is not None and before.type == "_OPEN":
        return QueryError("There is nothing between the brackets.", "Write a word there.", _position(before))
    reason = f"The bracket at character {position + 1} closes, but none was opened."
    return QueryError(reason, "Take it away, or open one before it.", position)


# --- what a query means ---


def signed(node: Node, wanted: bool = True) -> Iterator[tuple[Term, bool]]:
    """Yield every term, and whether its presence (or its absence) helps to match."""
    match node:
        case Term():
            yield node, wanted
        case Not(part):
            yield from signed(part, not wanted)
        case And(parts) | Or(parts):
            for part in parts:
                yield from signed(part, wanted)


def anchors(node: Node, wanted: bool = True) -> frozenset[Term] | None:
    """Return terms of which every matching text has at least one; None if a text may match by absence alone.

    The fewest found, so that few texts need a closer look.
    """
    match node:
        case Term():
            return frozenset((node,)) if wanted else None
        case Not(part):
            return anchors(part, not wanted)
        case And(parts) | Or(parts):
            found = [anchors(part, wanted) for part in parts]
            if isinstance(node, And) == wanted:  # all parts hold: one of them is enough to look for
                return min((each for each in found if each is not None), key=len, default=None)
            return None if None in found else frozenset[Term]().union(*(each for each in found if each is not None))


def holds(node: Node, present: Callable[[Term], bool]) -> bool:
    """Say whether a query holds, given which terms are present."""
    match node:
        case Term():
            return present(node)
        case Not(part):
            return not holds(part, present)
        case And(parts):
            return all(holds(part, present) for part in parts)
        case Or(parts):
            return any(holds(part, present) for part in parts)


def occurrences(term: Term, body: str, taken: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield where a term stands in a normal text whose handles are `taken`, overlaps included."""
    literal = term.literal
    opens = literal[0] in "#@" or joins(literal[0])
    closes = joins(last_base(literal, len(literal)))
    start = body.find(literal)
    while start >= 0:
        end = start + len(literal)
        after = body[end : end + 1]
        free = not (opens and joins(last_base(body, start)))
        free = free and not (is_word(after) if term.kind is Kind.TAG else closes and joins(after))
        if free and not cuts(taken, start, end):
            yield start, end
        start = body.find(literal, start + 1)


def cuts(taken: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Say whether a place takes a part of a handle: neither all of it, nor all but its @, nor nothing."""
    for near in (bisect_right(taken, (start, end)), bisect_left(taken, (end, end))):
        opens, closes = taken[near - 1] if near else (end, end)
        apart = end <= opens or closes <= start
        whole = start <= opens + 1 and closes <= end
        if not (apart or whole):
            return True
    return False


def brute(query: Query, text: str) -> bool:
    """Say whether a text matches, by the plainest way there is."""
    body = normal(text)
    taken = handles(body)
    return holds(query.root, lambda term: any(True for _ in occurrences(term, body, taken)))


_EXPLAINED = {Kind.WORD: "“{}”", Kind.PHRASE: "the phrase “{}”", Kind.TAG: "the tag #{}", Kind.HANDLE: "the handle @{}"}


def explain(query: Query) -> str:
    """Return the query in plain words.

    >>> explain(parse('acme (refund OR "money back") -#jobs'))
    'Posts with “acme” and (“refund” or the phrase “money back”), but not the tag #jobs.'
    """
    told = _told(query.root)
    return f"Posts with {told[1:-1] if isinstance(query.root, And | Or) else told}."


def _told(node: Node) -> str:
    match node:
        case Term(text, kind):
            return _EXPLAINED[kind].format(text)
        case Not(part):
            return f"not {_told(part)}"
        case Or(parts):
            return f"({' or '.join(map(_told, parts))})"
        case And(parts):
            has = [_told(part) for part in parts if not isinstance(part, Not)]
            lacks = [_told(part.part) for part in parts if isinstance(part, Not)]
            if not has:
                return f"({' and '.join(map(_told, parts))})"
            return f"({' and '.join(has)}{', but not ' if lacks else ''}{' or '.join(lacks)})"
