"""Texts cut into the words a search looks for, in one way for every database.

A word is folded and loses its accents, so that `muller` finds *Müller*. Scripts that put no spaces between words are
cut into pairs of characters. What people write as one but read as several, as an address or an order number, is
several words in a row.
"""

import unicodedata
from collections.abc import Iterator

import regex

from hubbub.kernel.text import fold

LONGEST = 40
"""Of a longer run of letters only so many characters are looked at: it is no word anybody searches for."""

SPACELESS = r"\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}"
"""Scripts that put no spaces between words, as the inside of a character class."""
_RUN = regex.compile(
    rf"[[\p{{L}}\p{{N}}\p{{M}}'’]--[{SPACELESS}]]+|[[{SPACELESS}]&&[\p{{L}}\p{{N}}\p{{M}}]]+", regex.V1
)
_SPACELESS_LETTER = regex.compile(rf"[{SPACELESS}]", regex.V1)
_TAG = regex.compile(r"#([\p{L}\p{N}_]+)")
_PART = regex.compile(r"\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{N}+")
_ACCENT = regex.compile(r"(?<=[\p{Latin}\p{Greek}\p{Cyrillic}]\p{M}*)\p{M}", regex.V1)


def tokens(text: str) -> list[str]:
    """Return the words of a text, in its order; of a tag its parts too, so that `fail` finds *#AcmeFail*.

    >>> tokens("Müller’s e-mail: #AcmeFail, order AB-12")
    ['mullers', 'e', 'mail', 'acmefail', 'acme', 'fail', 'order', 'ab', '12']
    >>> tokens("日本語")
    ['日本', '本語', '語']
    """
    found: list[str] = []
    place = 0
    for tag in _TAG.finditer(text):
        found += _words(text[place : tag.start()])
        whole = _words(tag[1])
        parts = [word for part in _PART.findall(tag[1]) for word in _words(part)]
        found += whole if parts == whole else [*whole, *parts]
        place = tag.end()
    return [*found, *_words(text[place:])]


def wanted(text: str) -> tuple[list[str], bool]:
    """Return the words in a row by which a text is found, and whether of the last one a beginning is enough.

    >>> wanted("AB-12"), wanted("日本語"), wanted("語")
    ((['ab', '12'], False), (['日本', '本語'], False), (['語'], True))
    """
    found: list[str] = []
    begins = False
    for run in _RUN.findall(_plain(text)):
        pairs = _is_spaceless(run) and len(run) > 1
        found += list(_cut(run))[: -1 if pairs else None]
        begins = _is_spaceless(run) and not pairs
    return found, begins


def _words(text: str) -> list[str]:
    return [word for run in _RUN.findall(_plain(text)) for word in _cut(run)]


def _plain(text: str) -> str:
    """Return folded text without accents; marks that are part of how a script is read stay."""
    folded = fold(text)
    if folded.isascii():
        return folded
    return unicodedata.normalize("NFC", _ACCENT.sub("", unicodedata.normalize("NFKD", folded)))


def _cut(run: str) -> Iterator[str]:
    if _is_spaceless(run):
        for place in range(len(run)):
            yield run[place : place + 2]
    elif word := run.replace("'", "").replace("’", ""):
        yield word[:LONGEST]


def _is_spaceless(run: str) -> bool:
    return not run.isascii() and bool(_SPACELESS_LETTER.match(run))
