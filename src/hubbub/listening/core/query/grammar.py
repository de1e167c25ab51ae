"""What a query may say, and how to say what is wrong with it."""

from collections.abc import Sequence
from typing import Any, ClassVar

import regex
from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedToken

from hubbub.kernel.errors import HubbubError
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import clean, clip, fold
from hubbub.listening.core.letters import WORD, normal
from hubbub.listening.core.query.nodes import (
    INDEXED,
    SIGNS,
    And,
    AtLeast,
    Filter,
    Kind,
    Near,
    Node,
    Not,
    Or,
    Query,
    Term,
    anchors,
    signed,
)

MAX_LENGTH = 4_000
MAX_TERMS = 500
MAX_TERM_LENGTH = 500
MAX_NUMBER = 100
"""Of words in NEAR, of times in ATLEAST."""

MIN_PREFIX = 2
MAX_DEPTH = 30
"""Brackets within brackets."""

FILTERS = {
    "lang": mark("a language, as in lang:en"),
    "channel": mark("a kind of channel, as in channel:bluesky"),
    "author": mark("a handle or account, as in author:acme.example.com"),
    "site": mark("a site that it stands on or links to, as in site:example.com"),
    "country": mark("a country in two letters, as in country:gb"),
    "followers": mark("how many follow the author, as in followers:>1000"),
    "has": mark("has:link, has:media or has:question"),
    "is": mark("is:reply or is:repost"),
}
_CHOICES = {"has": ("link", "media", "question"), "is": ("reply", "repost")}


class QueryError(HubbubError):
    """A query that can't be used. `position` is the character (from 0) where it goes wrong, `hint` how to mend it."""

    status: ClassVar[int] = 400
    message: ClassVar[str] = "{reason} {hint}"

    def __init__(self, reason: str, hint: str, position: int) -> None:
        super().__init__(reason=reason, hint=hint, position=position)
        self.hint = hint
        self.position = position


def parse(text: str) -> Query:
    """Return what a query means; QueryError in words if it can't be used."""
    if len(text) > MAX_LENGTH:
        reason = say(
            "The query has {number:,} characters; at most {most:,} are taken.", number=len(text), most=MAX_LENGTH
        )
        raise QueryError(reason, say("Make two topics of it."), MAX_LENGTH)
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
                    reason = say("There are more than {most} brackets within brackets.", most=MAX_DEPTH)
                    raise QueryError(reason, say("Write it flatter."), _position(token))
            elif token.type == "_CLOSE" and opened:
                opened.pop()
        if not tokens:
            raise QueryError(say("The query is empty."), say("Write at least one word."), 0)
        root: Node = steps.feed_token(Token.new_borrow_pos("$END", "", tokens[-1]))
    except UnexpectedCharacters as error:
        raise _bad_character(text, error.pos_in_stream or 0) from None
    except UnexpectedToken as error:
        raise _bad_order(text, tokens, opened, error.token) from None
    if len(terms := [token for token in tokens if token.type in _TERMS]) > MAX_TERMS:
        reason = say(
            "The query has {number:,} words and phrases; at most {most:,} are taken.", number=len(terms), most=MAX_TERMS
        )
        raise QueryError(reason, say("Make two topics of it."), _position(terms[MAX_TERMS]))
    if anchors(root) is None:
        raise _too_wide(tokens)
    return Query(text, root, tuple(dict.fromkeys(term for term, _ in signed(root))))


# --- the grammar ---

_WORD = rf"[\p{{L}}\p{{N}}_][{WORD}]*(?:['’‐‑\u200c\u200d-][{WORD}]+)*"  # Persian and Hindi words have joiners
_TAG = rf"#[{WORD}]+"
_HANDLE = rf"@[{WORD}]+(?:[.@-][{WORD}]+)*"
_QUOTES = '"“”„'
_GRAMMAR = rf"""
?start: either
?either: both (_OR both)*
?both: side (_AND? side)*
?side: part
     | part NEAR part -> near
?part: (WORD | PREFIX | PHRASE | TAG | HANDLE) -> term
     | FILTER -> filter
     | _OPEN either _CLOSE
     | (_NOT | _MINUS) part -> absence
     | ATLEAST part -> at_least

NEAR.2: /NEAR\/\d+f?(?![{WORD}])/
ATLEAST.2: /ATLEAST\/\d+(?![{WORD}])/
FILTER.2: /(?<![{WORD}])[A-Za-z]+:[^\s(){_QUOTES}]*/
_OR: "OR"
_AND: "AND"
_NOT: "NOT"
_OPEN: "("
_CLOSE: ")"
_MINUS: /(?<![^\s(])-(?=[(#@{_QUOTES}{WORD}])/
PREFIX.1: /{_WORD}\*(?![{WORD}*])/
WORD: /{_WORD}/
TAG: /(?<![{WORD}]){_TAG}/
HANDLE: /(?<![{WORD}]){_HANDLE}/
PHRASE: /[{_QUOTES}][^{_QUOTES}]*[{_QUOTES}]/
%ignore /\s+/
"""
_TERMS = {"WORD", "PREFIX", "PHRASE", "TAG", "HANDLE"}
_NEGATIONS = {"_NOT", "_MINUS"}
_OPERATORS = {"_OR", "_AND", "NEAR", "ATLEAST", *_NEGATIONS}
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

    def near(self, parts: list[Any]) -> Node:
        left, token, right = parts
        ordered = token.endswith("f")
        return Near(_group(left, token), _group(right, token), _number(token), ordered)

    def at_least(self, parts: list[Any]) -> Node:
        token, part = parts
        return AtLeast(_group(part, token), _number(token))

    def filter(self, tokens: list[Token]) -> Node:
        (token,) = tokens
        name, _, given = token.partition(":")
        name = name.lower()
        if name not in FILTERS:
            reason = say("There is no filter “{name}:”.", name=name)
            known = ", ".join(f"{each}:" for each in FILTERS)
            hint = say("There are {known}; put other words with a : in quotation marks.", known=known)
            raise QueryError(reason, hint, _position(token))
        values = [fold(value) for value in given.split("|")]
        read = [_value(name, value) for value in values]
        if None in read:
            wrong = next(value for value, each in zip(values, read, strict=True) if each is None)
            reason = say("Nothing stands after “{what}”.", what=f"{name}:")
            if wrong:
                reason = say("The filter {name}: can't be “{value}”.", name=name, value=clip(wrong, 30))
            raise QueryError(reason, say("Write {what}.", what=say(FILTERS[name])), _position(token))
        return Filter(name, tuple(dict.fromkeys(each for each in read if each is not None)))

    def term(self, tokens: list[Token]) -> Node:
        (token,) = tokens
        position = _position(token)
        if token.type == "PREFIX":
            return _prefix(token)
        if token in ("NEAR", "ATLEAST"):
            hint = say("Write {token}/5; for the word itself, write it in small letters.", token=token)
            raise QueryError(say("{token} needs a number.", token=token), hint, position)
        said = normal(token.strip(_QUOTES)).strip()
        if len(said) > MAX_TERM_LENGTH:
            reason = say("“{said}” is longer than {most} characters.", said=clip(said, 30), most=MAX_TERM_LENGTH)
            raise QueryError(reason, say("A few words of it will do."), position)
        if not _VISIBLE.search(said):
            reason = say("There is nothing between the quotation marks.")
            raise QueryError(reason, say("Write what to look for."), position)
        kind = next((kind for kind, shape in _WHOLE.items() if shape.fullmatch(said)), Kind.PHRASE)
        return Term(said.removeprefix(SIGNS.get(kind, "")), kind)


def _prefix(token: Token) -> Term:
    said = normal(token.removesuffix("*"))
    if len(said) < MIN_PREFIX:
        reason = say("“{token}” would find every word that begins with “{said}”.", token=token, said=said)
        raise QueryError(
            reason, say("Write at least {least} letters before the *.", least=MIN_PREFIX), _position(token)
        )
    if len(said) > MAX_TERM_LENGTH:
        reason = say("“{said}” is longer than {most} characters.", said=clip(said, 30), most=MAX_TERM_LENGTH)
        raise QueryError(reason, say("A few letters of it will do."), _position(token))
    return Term(said, Kind.PREFIX)


def _group(node: Node, token: Token) -> tuple[Term, ...]:
    """Return the words that NEAR or ATLEAST is about: one, or some with OR between them."""
    parts = node.parts if isinstance(node, Or) else (node,)
    terms = tuple(part for part in parts if isinstance(part, Term))
    if len(terms) != len(parts):
        shape = "ATLEAST/3 (acme OR widget)"
        reason = say("{token} counts words and phrases, or some with OR between them in brackets.", token=token)
        if token.type == "NEAR":
            shape = "acme NEAR/5 (broken OR refund)"
            reason = say("{token} joins words and phrases, or some with OR between them in brackets.", token=token)
        raise QueryError(reason, say("Write it like {shape}.", shape=shape), _position(token))
    return tuple(dict.fromkeys(terms))


def _number(token: Token) -> int:
    name, _, number = token.partition("/")
    digits = number.removesuffix("f")
    if len(digits) > len(str(MAX_NUMBER)) or not 1 <= int(digits) <= MAX_NUMBER:
        reason = say("{name}/ takes a number from 1 to {most}.", name=name, most=MAX_NUMBER)
        raise QueryError(reason, say("Write {what}.", what=f"{name}/5"), _position(token))
    return int(digits)


def _value(name: str, given: str) -> str | None:
    """Return what a filter asks for in the form in which it is compared; None if it can't be that."""
    match name:
        case "lang":
            return given if regex.fullmatch(r"[a-z]{2,3}(-[a-z0-9]+)*", given) else None
        case "country":
            return {"uk": "gb"}.get(given, given) if regex.fullmatch(r"[a-z]{2}", given) else None
        case "author":
            return given.removeprefix("@") or None
        case "site":
            host = regex.sub(r"^(https?://)?(www\.)?", "", given).rstrip("/")
            return host if regex.fullmatch(rf"[{WORD}-]+(\.[{WORD}-]+)+", host) else None
        case "followers":
            found = regex.fullmatch(r"(>=|<=|>|<)([0-9]{1,12})", given.replace(",", ""))
            return f"{found[1]}{int(found[2])}" if found else None
        case "channel":
            return given if regex.fullmatch(r"[a-z]+", given) else None
        case _:
            return given if given in _CHOICES[name] else None


_PARSER = Lark(_GRAMMAR, parser="lalr", lexer="basic", regex=True, transformer=_Builder())


def _position(token: Token) -> int:
    return token.start_pos or 0


# --- what is wrong, in words ---


def _too_wide(tokens: Sequence[Token]) -> QueryError:
    """Say why a query that needs no word can't be used."""
    negation = next((token for token in tokens if token.type in _NEGATIONS), None)
    if negation is None:
        filters = [token for token in tokens if token.type == "FILTER"]
        wide = next(each for each in filters if each.partition(":")[0].lower() not in INDEXED)
        hint = say(
            "Say also what a post must say, such as: acme {wide}. Alone can stand only author: and site:.", wide=wide
        )
        return QueryError(say("“{wide}” alone would find far too many posts.", wide=wide), hint, _position(wide))
    return QueryError(
        say("This would find every post that lacks a word."),
        say("Say also what a post must have, such as: acme NOT jobs. Beside an OR, NOT needs such a word too."),
        _position(negation),
    )


def _bad_character(text: str, position: int) -> QueryError:
    """Say why no word, sign or bracket begins at this character."""
    letter = text[position]
    if letter in _QUOTES:
        end = len(text.rstrip())
        reason = say("The quotation mark at the end is never closed.")
        if quoted := clip(clean(text[position + 1 :]), 40):
            reason = say("The quotation mark before “{quoted}” is never closed.", quoted=quoted)
        return QueryError(reason, say("Add one at the end, after character {end}.", end=end), position)
    if not letter.isprintable():
        hint = say("Take it away.")
    elif letter == "-":
        hint = say(
            "Put - directly before what a post must lack, as in -jobs, or put words with a - in quotation marks."
        )
    elif letter == "*":
        hint = say("Put * directly after the beginning of a word, as in widget*.")
    elif letter in "#@":
        hint = say(
            "Letters must follow {letter}, and nothing else come directly before it, or use quotation marks.",
            letter=letter,
        )
    else:
        hint = say("Put words with such a character in quotation marks.")
    shown = f"“{letter}”" if letter.isprintable() else f"U+{ord(letter):04X}"
    reason = say("The character {shown} can't stand here (character {place}).", shown=shown, place=position + 1)
    return QueryError(reason, hint, position)


def _bad_order(text: str, tokens: Sequence[Token], opened: Sequence[int], wrong: Token) -> QueryError:
    """Say why a token can't stand where it does. `tokens` ends with it, unless it is the end of the query."""
    ended = wrong.type == "$END"
    before = tokens[-1] if ended else tokens[-2] if len(tokens) > 1 else None
    position = len(text.rstrip()) if ended else _position(wrong)
    if wrong.type == "NEAR" and before is not None and before.type not in {*_OPERATORS, "_OPEN"}:
        reason = say("NEAR joins two words, not three.")
        return QueryError(reason, say("Write: a NEAR/5 b AND b NEAR/5 c."), position)
    mend = say("Write a word there.")
    if before is not None and before.type in _OPERATORS:
        if wrong.type in _OPERATORS:
            reason = say("Nothing stands between “{before}” and “{after}”.", before=before, after=wrong)
            return QueryError(reason, mend, position)
        return QueryError(say("Nothing stands after “{what}”.", what=before), mend, _position(before))
    if wrong.type in _OPERATORS:
        return QueryError(say("Nothing stands before “{what}”.", what=wrong), mend, position)
    if ended:
        after = clip(clean(text[opened[-1] + 1 :]), 40)
        reason = say("The last bracket is never closed.")
        if after:
            reason = say("The bracket before “{after}” is never closed.", after=after)
        return QueryError(reason, say("Add a ) at the end, after character {end}.", end=position), opened[-1])
    if before is not None and before.type == "_OPEN":
        return QueryError(say("There is nothing between the brackets."), mend, _position(before))
    reason = say("The bracket at character {place} closes, but none was opened.", place=position + 1)
    return QueryError(reason, say("Take it away, or open one before it."), position)
