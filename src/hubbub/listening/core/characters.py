"""What the sieve knows of each character: the form it is compared in, and what it does to a word."""

import unicodedata
from functools import cache

import numpy as np
import regex
from numpy.typing import NDArray

from hubbub.listening.core.letters import is_mark, is_word, joins, normal

TABLE_END = 0x20000
"""Beyond are rare ideographs, which belong to no word."""

JOINS, MARK, ACTS, SPECIAL, UPPER, LOWER, OTHER, DIGIT, WORD, DOUBLE = (1 << bit for bit in range(10))
"""Of a character: it makes a longer word of what stands beside it; it is a mark; it is one whose order among
others matters; its form depends on its neighbours or is no letter or two; a capital; a small letter; a letter that is
neither; a digit; it may stand in a tag; its form is two letters, as ß is ss."""

SECOND = 17
"""Bits to the right of the second letter in the form of what is DOUBLE."""

_CATEGORIES = {"Lu": UPPER, "Ll": LOWER, "Lt": OTHER, "Lm": OTHER, "Lo": OTHER, "Nd": DIGIT, "Nl": DIGIT, "No": DIGIT}


@cache
def table() -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
    """Return by code point: the form in which it is compared, and its traits."""
    form = np.arange(TABLE_END, dtype=np.uint32)
    traits = np.zeros(TABLE_END, np.uint16)
    letters = [chr(code) for code in range(TABLE_END) if not 0xD800 <= code < 0xE000 and chr(code) != "|"]
    # One call for all: '|' keeps neighbours from acting on each other.
    for letter, normed in zip(letters, normal("|".join(letters)).split("|"), strict=True):
        code = ord(letter)
        if len(normed) == 1:
            form[code] = ord(normed)
        elif len(normed) == 2 and all(map(_is_letter, normed)):
            form[code] = ord(normed[0]) | ord(normed[1]) << SECOND
            traits[code] |= DOUBLE
        else:
            traits[code] |= SPECIAL
        traits[code] |= _CATEGORIES.get(unicodedata.category(letter), 0)
        traits[code] |= ACTS * (unicodedata.combining(letter) != 0)
    everything = "".join(letters)
    for code in map(ord, regex.findall(r"[\p{L}\p{M}\p{N}_]", everything)):
        letter = chr(code)
        traits[code] |= JOINS * joins(letter) | MARK * is_mark(letter) | WORD * is_word(letter)
    for code in range(TABLE_END):  # marks that turn the letter before them into another
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and parts[0][0] != "<":
            traits[int(parts[1], 16)] |= SPECIAL
    traits[0x1100:0x1200] |= SPECIAL  # Korean letters written singly
    return form, traits


def _is_letter(letter: str) -> bool:
    return joins(letter) and not is_mark(letter) and ord(letter) < 1 << 32 - SECOND
