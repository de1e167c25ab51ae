"""What a query means: where its terms stand in a text, and whether a post matches, in the plainest form there is.

`brute` is the rule; the matcher must always agree with it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import ge, gt, le, lt
from typing import Any, ClassVar

import regex

from hubbub.kernel.text import fold
from hubbub.listening.core.letters import handles, is_word, joins, last_base, normal, tag_parts, traced, words
from hubbub.listening.core.query.nodes import AtLeast, Filter, Kind, Leaf, Near, Query, Term, comparison, holds, signed

Span = tuple[int, int]
_QUESTION = regex.compile("[?？؟՞፧]")
_ADDRESS = regex.compile(r"https?://\S+", regex.IGNORECASE)
_HOST = regex.compile(r"https?://(?:[^/\s?#@]*@)?([^/\s?#:@]+)", regex.IGNORECASE)
_COMPARED: dict[str, Callable[[int, int], bool]] = {">=": ge, "<=": le, ">": gt, "<": lt}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a post tells beside its words."""

    language: str = ""  # BCP 47, lower case; empty where nobody says
    channel: str = ""
    author: str = ""  # handle, without @
    account: str = ""  # the network's permanent id of the author
    site: str = ""  # host it stands on
    links: frozenset[str] = frozenset()  # hosts it links to
    followers: int | None = None
    media: bool = False
    reply: bool = False
    repost: bool = False

    TOLD: ClassVar = ("lang", "handle", "author", "url", "links", "text", "followers", "media", "parent", "repost_of")

    @classmethod
    def of(cls, post: Mapping[str, Any], channel: str) -> "Facts":
        """Return what a line of a batch (see `POST_SCHEMA`) tells; `TOLD` is what is asked of it."""
        return cls(
            language=(post["lang"] or "").lower(),
            channel=channel,
            author=post["handle"] or "",
            account=post["author"] or "",
            site=next(iter(hosts((post["url"] or "",))), ""),
            links=hosts(post["links"] or (), post["text"] or ""),
            followers=post["followers"],
            media=bool(post["media"]),
            reply=post["parent"] is not None,
            repost=post["repost_of"] is not None,
        )


def hosts(addresses: Iterable[str], text: str = "") -> frozenset[str]:
    """Return the hosts of web addresses, and of those in a text; in lower case, without www."""
    found = [each for address in (*addresses, text) for each in _HOST.findall(address)]
    return frozenset(host.lower().rstrip(".").removeprefix("www.") for host in found)


def occurrences(term: Term, body: str, taken: Sequence[Span]) -> Iterator[Span]:
    """Yield where a term stands in a normal text whose handles are `taken`, overlaps included."""
    literal = term.literal
    opens = literal[0] in "#@" or joins(literal[0])
    closes = term.kind is not Kind.PREFIX and joins(last_base(literal, len(literal)))
    start = body.find(literal)
    while start >= 0:
        end = start + len(literal)
        after = body[end : end + 1]
        free = not (opens and joins(last_base(body, start)))
        free = free and not (is_word(after) if term.kind is Kind.TAG else closes and joins(after))
        if free and not cuts(taken, start, end):
            yield start, end
        start = body.find(literal, start + 1)


def cuts(taken: Sequence[Span], start: int, end: int) -> bool:
    """Say whether a place takes a part of a handle: neither all of it, nor all but its @, nor nothing."""
    for near in (bisect_right(taken, (start, end)), bisect_left(taken, (end, end))):
        opens, closes = taken[near - 1] if near else (end, end)
        apart = end <= opens or closes <= start
        whole = start <= opens + 1 and closes <= end
        if not (apart or whole):
            return True
    return False


@dataclass(slots=True)
class Reading:
    """A text as leaves are looked for in it; each thing is found out when first asked for."""

    text: str
    _body: str | None = None
    _taken: list[Span] = field(default_factory=list)
    _words: list[Span] | None = None
    _places: dict[Term, list[Span]] = field(default_factory=dict)

    @property
    def body(self) -> str:
        """The text in normal form."""
        if self._body is None:
            self._body = normal(self.text)
            self._taken = handles(self._body)
        return self._body

    def places(self, term: Term) -> list[Span]:
        """Return where a term stands in the body, in order."""
        if term not in self._places:
            body = self.body
            self._places[term] = list(occurrences(term, body, self._taken))
        return self._places[term]

    def near(self, leaf: Near) -> bool:
        """Say whether two terms stand as near to each other as a leaf asks; places that overlap do not count."""
        left = [place for term in leaf.left for place in self.places(term)]
        right = [place for term in leaf.right for place in self.places(term)]
        return any(
            self._apart(one, other) <= leaf.words or (not leaf.ordered and self._apart(other, one) <= leaf.words)
            for one in left
            for other in right
        )

    def _apart(self, first: Span, then: Span) -> float:
        """Return how many words further the second place begins: 1 if with the next word, infinity if not after."""
        if then[0] < first[1]:
            return float("inf")
        if self._words is None:
            self._words = words(self.body)
        return bisect_left(self._words, (then[0], 0)) - bisect_left(self._words, (first[1], 0)) + 1

    def times(self, leaf: AtLeast) -> int:
        """Return in how many places the terms of a leaf begin."""
        return len({place for term in leaf.terms for place in self.places(term)})


def says(leaf: Leaf, reading: Reading) -> bool:
    """Say whether a text says what a leaf asks for; a filter is none of its matters."""
    match leaf:
        case Term():
            if reading.places(leaf):
                return True
            parts = tag_parts(reading.text) if leaf.kind not in (Kind.TAG, Kind.HANDLE) else ()
            return any(any(True for _ in occurrences(leaf, normal(part), ())) for _, _, part in parts)
        case Near():
            return reading.near(leaf)
        case AtLeast(_, times):
            return reading.times(leaf) >= times
        case Filter():
            return False


def tells(leaf: Filter, facts: Facts, text: str) -> bool:
    """Say whether a post passes a filter. What is not known passes none."""
    return any(_TELLS[leaf.name](value, facts, text) for value in leaf.values)


def _language(value: str, facts: Facts, text: str) -> bool:
    return facts.language == value or facts.language.startswith(f"{value}-")


def _author(value: str, facts: Facts, text: str) -> bool:
    return value in (fold(facts.author), fold(facts.account))


def _site(value: str, facts: Facts, text: str) -> bool:
    return any(host == value or host.endswith(f".{value}") for host in (facts.site, *facts.links))


def _country(value: str, facts: Facts, text: str) -> bool:
    return value in countries(facts.language, facts.site)


_ANYWHERE = frozenset({"ai", "cc", "co", "eu", "fm", "gg", "im", "io", "ly", "me", "sh", "so", "su", "to", "tv", "ws"})
"""Endings of two letters that people take from everywhere, or that are no country's."""


def countries(language: str, site: str) -> frozenset[str]:
    """Return the countries that a post's language and the ending of its site speak of, in two small letters.

    >>> sorted(countries("en-gb", "shop.acme.de")), sorted(countries("zh-hant-tw", "acme.io"))
    (['de', 'gb'], ['tw'])
    """
    regions = {part for part in language.split("-")[1:] if len(part) == 2 and part.isalpha()}
    ending = site.rpartition(".")[2]
    if len(ending) == 2 and ending.isalpha() and ending not in _ANYWHERE:
        regions.add("gb" if ending == "uk" else ending)
    return frozenset(regions)


def _followers(value: str, facts: Facts, text: str) -> bool:
    sign, number = comparison(value)
    return facts.followers is not None and _COMPARED[sign](facts.followers, number)


def _has(value: str, facts: Facts, text: str) -> bool:
    if value == "question":
        return _QUESTION.search(_ADDRESS.sub("", text)) is not None
    return facts.media if value == "media" else bool(facts.links) or _ADDRESS.search(text) is not None


def _is(value: str, facts: Facts, text: str) -> bool:
    return facts.reply if value == "reply" else facts.repost


_TELLS: dict[str, Callable[[str, Facts, str], bool]] = {
    "lang": _language,
    "channel": lambda value, facts, _: facts.channel == value,
    "author": _author,
    "site": _site,
    "country": _country,
    "followers": _followers,
    "has": _has,
    "is": _is,
}


def brute(query: Query, text: str, facts: Facts | None = None) -> bool:
    """Say whether a post matches, by the plainest way there is.

    Without facts, the text alone is asked: every filter counts as passed.
    """
    reading = Reading(text)

    def leaf(node: Leaf, wanted: bool) -> bool:
        if isinstance(node, Filter):
            return wanted if facts is None else tells(node, facts, text)
        return says(node, reading)

    return holds(query.root, leaf)


def spans(text: str, query: Query) -> tuple[Span, ...]:
    """Return where the terms a query asks for stand in a text, to be marked: ascending and apart.

    Terms that a match must lack are left out. A term that stands in a tag as a part of it marks the tag.
    """
    body, starts, ends = traced(text)
    taken = handles(body)
    asked = {term for term, wanted in signed(query.root) if wanted}
    found = [(starts[start], ends[end - 1]) for term in asked for start, end in occurrences(term, body, taken)]
    for start, end, part in tag_parts(text):
        normed = normal(part)
        if any(True for term in asked for _ in occurrences(term, normed, ())):
            found.append((start, end))
    apart: list[Span] = []
    for start, end in sorted(found):
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return tuple(apart)
