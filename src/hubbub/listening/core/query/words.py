"""A query in plain words."""

from collections.abc import Iterable

from hubbub.kernel.speech import mark, say, say_many
from hubbub.listening.core.query.nodes import And, AtLeast, Filter, Kind, Near, Node, Not, Or, Query, Term, comparison

_EXPLAINED = {
    Kind.WORD: mark("“{text}”"),
    Kind.PREFIX: mark("a word that begins with “{text}”"),
    Kind.PHRASE: mark("the phrase “{text}”"),
    Kind.TAG: mark("the tag #{text}"),
    Kind.HANDLE: mark("the handle @{text}"),
}
_FILTERED = {
    "lang": mark("the language {value}"),
    "channel": mark("the channel {value}"),
    "author": mark("the author @{value}"),
    "site": mark("the site {value}"),
    "country": mark("the country {value}"),
    "link": mark("a link"),
    "media": mark("a picture or film"),
    "question": mark("a question mark"),
    "reply": mark("the form of a reply"),
    "repost": mark("the form of a repost"),
}
_FOLLOWED = {
    ">": mark("an author with more than {number:,} followers"),
    "<": mark("an author with fewer than {number:,} followers"),
    ">=": mark("an author with at least {number:,} followers"),
    "<=": mark("an author with at most {number:,} followers"),
}


def explain(query: Query) -> str:
    """Return the query in plain words.

    >>> from hubbub.listening.core.query import parse
    >>> explain(parse('acme (refund OR "money back") -#jobs'))
    'Posts with “acme” and (“refund” or the phrase “money back”), but not the tag #jobs.'
    """
    told = _told(query.root)
    return say("Posts with {what}.", what=told[1:-1] if isinstance(query.root, And | Or) else told)


def _told(node: Node) -> str:
    match node:
        case Term(text, kind):
            return say(_EXPLAINED[kind], text=text)
        case Near(left, right, words, ordered):
            told = {"that": _any(right), "this": _any(left)}
            if ordered:
                return say_many(
                    "{that} at most {number} word after {this}",
                    "{that} at most {number} words after {this}",
                    words,
                    **told,
                )
            return say_many(
                "{that} at most {number} word from {this}", "{that} at most {number} words from {this}", words, **told
            )
        case AtLeast(terms, times):
            return say_many("{what} at least {number} time", "{what} at least {number} times", times, what=_any(terms))
        case Filter(name, values):
            return _or(_filtered(name, value) for value in values)
        case Not(part):
            return say("not {what}", what=_told(part))
        case Or(parts):
            return f"({_or(map(_told, parts))})"
        case And(parts):
            has = [_told(part) for part in parts if not isinstance(part, Not)]
            lacks = [_told(part.part) for part in parts if isinstance(part, Not)]
            if not has:
                return f"({_and(map(_told, parts))})"
            said = _and(has)
            return f"({say('{what}, but not {other}', what=said, other=_or(lacks)) if lacks else said})"


def _any(terms: tuple[Term, ...]) -> str:
    told = _or(map(_told, terms))
    return f"({told})" if len(terms) > 1 else told


def _or(told: Iterable[str]) -> str:
    return f" {say('or')} ".join(told)


def _and(told: Iterable[str]) -> str:
    return f" {say('and')} ".join(told)


def _filtered(name: str, value: str) -> str:
    if name == "followers":
        sign, number = comparison(value)
        return say(_FOLLOWED[sign], number=number)
    return say(_FILTERED.get(name, _FILTERED.get(value, "")), value=value)
