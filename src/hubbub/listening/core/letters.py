"""Which characters make a word, and the form in which queries and texts are compared."""

import re
from functools import lru_cache

import regex

from hubbub.kernel.text import fold
from hubbub.kernel.tokens import SPACELESS

WORD = r"\p{L}\p{M}\p{N}_"
"""Letters, marks, digits and the underscore of every script, as the inside of a character class."""

_JOINING = rf"[[{WORD}]--[{SPACELESS}--\p{{M}}]]"

_IN_WORD = regex.compile(rf"[{WORD}]")
_MARK = regex.compile(r"\p{M}")
_JOINS = regex.compile(_JOINING, regex.V1)
_HANDLE_SHAPE = rf"@{_JOINING}+(?:[.@-]{_JOINING}+)*"
_HANDLE = regex.compile(_HANDLE_SHAPE, regex.V1)
_TAG = regex.compile(rf"(?<![{WORD}])#([{WORD}]+)")
_UPPER, _OTHER = r"\p{Lu}\p{M}*", r"[\p{Ll}\p{Lt}\p{Lm}\p{Lo}]\p{M}*"
_PART = regex.compile(rf"(?:{_UPPER})+(?!\p{{Ll}})|(?:{_UPPER})?(?:{_OTHER})+|\p{{N}}+")
_ASCII_TAG = re.compile(r"(?<![A-Za-z0-9_])#([A-Za-z0-9_]+)")  # the same where all is ASCII, only quicker
_ASCII_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_COUNTED = regex.compile(
    rf"https?://\S+|{_HANDLE_SHAPE}|{_JOINING}+(?:['-]{_JOINING}+)*|[{SPACELESS}]\p{{M}}*", regex.V1
)
_SPACES = re.compile(r"[\s\x00-\x1f]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
# What Unicode may join with the character before it: marks, and the later parts of a Korean syllable.
_CLUSTER = regex.compile(r"[\s\x00-\x1f]+|[^\p{M}\u1160-\u11ff\s\x00-\x1f]?[\p{M}\u1160-\u11ff]*", regex.V1)


def normal(text: str) -> str:
    r"""Return the form in which texts are compared: folded, one kind of apostrophe and hyphen, single spaces.

    Control characters count as white space. Lone surrogates become U+FFFD.

    >>> normal("Don’t\n  STOP")
    "don't stop"
    """
    text = fold(encodable(text))
    text = text.replace("’", "'").replace("ʼ", "'").replace("‐", "-").replace("‑", "-")
    return _SPACES.sub(" ", text)


def encodable(text: str) -> str:
    """Return text with U+FFFD for each lone surrogate."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def traced(text: str) -> tuple[str, list[int], list[int]]:
    """Return `normal(text)`, and for each of its characters where it starts and ends in `text`."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for cluster in _CLUSTER.finditer(text):
        piece = normal(cluster.group())
        pieces.append(piece)
        starts += [cluster.start()] * len(piece)
        ends += [cluster.end()] * len(piece)
    return "".join(pieces), starts, ends


@lru_cache(maxsize=4096)
def is_word(letter: str) -> bool:
    """Say whether a character is a letter, mark, digit or underscore; no character at all is not."""
    return _IN_WORD.match(letter) is not None


@lru_cache(maxsize=4096)
def is_mark(letter: str) -> bool:
    """Say whether a character only adds to the one before it: an accent, a vowel sign, an emoji's selector."""
    return _MARK.match(letter) is not None


@lru_cache(maxsize=4096)
def joins(letter: str) -> bool:
    """Say whether a character makes a longer word of what stands beside it.

    Word characters do, except those of scripts written without spaces: Chinese, Japanese, Thai, Lao,
    Khmer, Burmese. There a word may begin and end anywhere.
    """
    return _JOINS.match(letter) is not None


def last_base(text: str, end: int) -> str:
    """Return the last character before `end` that is no mark, or nothing."""
    while end and is_mark(text[end - 1]):
        end -= 1
    return text[end - 1] if end else ""


def handles(text: str) -> list[tuple[int, int]]:
    """Return where the handles in a normal text start and end: @acme, @acme.example.com, @acme@example.com.

    Dots, hyphens and a second @ belong to a handle only between its letters; info@example.com is none.
    """
    return [found.span() for found in _HANDLE.finditer(text) if not joins(last_base(text, found.start()))]


def tag_parts(text: str) -> list[tuple[int, int, str]]:
    """Return where the tags of a text (as written) stand that capitals, digits or _ divide, and their parts as words.

    >>> tag_parts("so #AcmeFail!")
    [(3, 12, 'Acme Fail')]
    """
    if "#" not in text:
        return []
    tags = (_ASCII_TAG if text.isascii() else _TAG).finditer(text)
    return [(*tag.span(), parts) for tag in tags if (parts := _divided(tag[1]))]


@lru_cache(maxsize=20_000)
def _divided(tag: str) -> str:
    """Return the parts of a tag as words, nothing where it has but one: the same tags come again and again."""
    parts = (_ASCII_PART if tag.isascii() else _PART).findall(tag)
    return " ".join(parts) if len(parts) > 1 else ""


def words(text: str) -> list[tuple[int, int]]:
    """Return where the words of a normal text stand, as NEAR counts them.

    don't, wi-fi, a handle and a web address are one word each; so is each letter of writing without spaces.
    """
    return [found.span() for found in _COUNTED.finditer(text)]
