"""A query in plain words."""

from hubbub.listening.core.query.nodes import And, AtLeast, Filter, Kind, Near, Node, Not, Or, Query, Term, comparison

_EXPLAINED = {
    Kind.WORD: "“{}”",
    Kind.PREFIX: "a word that begins with “{}”",
    Kind.PHRASE: "the phrase “{}”",
    Kind.TAG: "the tag #{}",
    Kind.HANDLE: "the handle @{}",
}
_FILTERED = {
    "lang": "the language {}",
    "channel": "the channel {}",
    "author": "the author @{}",
    "site": "the site {}",
    "country": "the country {}",
    "link": "a link",
    "media": "a picture or film",
    "question": "a question mark",
    "reply": "the form of a reply",
    "repost": "the form of a repost",
}
_SIGNS = {">": "more than", "<": "fewer than", ">=": "at least", "<=": "at most"}


def explain(query: Query) -> str:
    """Return the query in plain words.

    >>> from hubbub.listening.core.query import parse
    >>> explain(parse('acme (refund OR "money back") -#jobs'))
    'Posts with “acme” and (“refund” or the phrase “money back”), but not the tag #jobs.'
    """
    told = _told(query.root)
    return f"Posts with {told[1:-1] if isinstance(query.root, And | Or) else told}."


def _told(node: Node) -> str:
    match node:
        case Term(text, kind):
            return _EXPLAINED[kind].format(text)
        case Near(left, right, words, ordered):
            way = "after" if ordered else "from"
            near = f"at most {words} word{'s' if words > 1 else ''} {way}"
            return f"{_any(right)} {near} {_any(left)}"
        case AtLeast(terms, times):
            return f"{_any(terms)} at least {times} time{'s' if times > 1 else ''}"
        case Filter(name, values):
            return " or ".join(_filtered(name, value) for value in values)
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


def _any(terms: tuple[Term, ...]) -> str:
    told = " or ".join(map(_told, terms))
    return f"({told})" if len(terms) > 1 else told


def _filtered(name: str, value: str) -> str:
    if name == "followers":
        sign, number = comparison(value)
        return f"an author with {_SIGNS[sign]} {number:,} followers"
    return _FILTERED.get(name, _FILTERED.get(value, "")).format(value)
