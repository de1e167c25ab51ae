"""Mentions, links and tags of a text we send, with the byte offsets Bluesky counts in. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

import regex

from hubbub.kernel.text import graphemes

_LINK = regex.compile(r"(?<![\w/])https?://[^\s<>\"'“”«»]+", regex.IGNORECASE)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_MENTION = regex.compile(
    rf"(?<![\w@.])@((?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?)(?![\w-])", regex.IGNORECASE
)
_TAG = regex.compile(r"(?<![^\s(\[])[#＃](?!\ufe0f)([^\s#＃]*[^\s#＃\p{P}\p{Nd}][^\s#＃]*)")
_TAG_TAIL = regex.compile(r"\p{P}+$")
_LONGEST_TAG = 64  # graphemes
_KIND = "app.bsky.richtext.facet#"


def mentioned(text: str) -> list[str]:
    """Return the handles a text mentions, in lower case, each once.

    >>> mentioned("@Mia.example.com and @mia.example.com, not bob@example.com")
    ['mia.example.com']
    """
    return list(dict.fromkeys(match[1].lower() for match in _outside(_MENTION, text, _links(text))))


def facets(text: str, dids: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the facets of a text; a handle that `dids` does not know stays plain.

    >>> facets("👋 #hello", {})[0]["index"]
    {'byteStart': 5, 'byteEnd': 11}
    """
    links = _links(text)
    found = [_facet(text, start, end, "link", uri=text[start:end]) for start, end in links]
    found += [
        _facet(text, match.start(), match.end(), "mention", did=dids[match[1].lower()])
        for match in _outside(_MENTION, text, links)
        if match[1].lower() in dids
    ]
    for match in _outside(_TAG, text, links):
        tag = _TAG_TAIL.sub("", match[1])
        if tag and graphemes(tag) <= _LONGEST_TAG:
            found.append(_facet(text, match.start(), match.start(1) + len(tag), "tag", tag=tag))
    return sorted(found, key=lambda facet: int(facet["index"]["byteStart"]))


def _links(text: str) -> list[tuple[int, int]]:
    """Where web addresses stand, without the punctuation of the sentence around them."""
    spans = []
    for match in _LINK.finditer(text):
        link = match[0].rstrip(".,;:!?…")
        while link.endswith((")", "]")) and link.count(link[-1]) > link.count("(" if link[-1] == ")" else "["):
            link = link[:-1].rstrip(".,;:!?…")
        if not link.endswith("//"):
            spans.append((match.start(), match.start() + len(link)))
    return spans


def _outside(pattern: "regex.Pattern[str]", text: str, spans: list[tuple[int, int]]) -> Iterator["regex.Match[str]"]:
    """Matches that no span holds: a # or @ inside a web address is part of it."""
    for match in pattern.finditer(text):
        if not any(start <= match.start() < end for start, end in spans):
            yield match


def _facet(text: str, start: int, end: int, kind: str, **what: str) -> dict[str, Any]:
    first = len(text[:start].encode())
    return {
        "index": {"byteStart": first, "byteEnd": first + len(text[start:end].encode())},
        "features": [{"$type": _KIND + kind, **what}],
    }
