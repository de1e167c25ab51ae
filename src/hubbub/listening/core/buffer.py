"""All texts of a batch in normal form, as one run of UTF-8 bytes.

What `letters.normal` says about one text, done to a batch in one compiled pass: characters beyond ASCII by a table,
and one by one only the texts where neighbours act on each other (accents that stand apart, Thai and Devanagari vowel
signs, Korean letters written singly).
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import regex
from numpy.typing import NDArray

from hubbub.kernel.compiled import compiled
from hubbub.kernel.hashing import parts_of
from hubbub.kernel.octets import character
from hubbub.listening.core.letters import normal

SEPARATOR = 0xFF
"""Stands before, between and after the texts; UTF-8 never has this byte."""

_NOTHING = 0xFE  # nor this one: it fills what a character turns into up to four bytes
_SPACE = 0x20
_TABLE_END = 0x20000  # beyond are rare ideographs, done one by one
_KEPT, _REPLACED, _ALONE = 0, 1, 2
_1 = np.uint64(1)


@dataclass(frozen=True, slots=True)
class Buffer:
    """Texts in normal form: the k-th lies between the separators at `separators[k]` and `[k + 1]`.

    `rows[k]` is its number in the batch. Some rows come twice: empty in their place, whole at the end.
    """

    data: bytes
    octets: NDArray[np.uint8]
    separators: NDArray[np.int64]
    rows: NDArray[np.int64]

    def rows_at(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the numbers of the texts in which some places lie."""
        found: NDArray[np.int64] = self.rows[np.searchsorted(self.separators, places) - 1]
        return found


def joined(texts: pa.StringArray) -> Buffer:
    """Return a batch of texts in normal form; a null counts as empty."""
    ends, source = parts_of(texts)
    octets = np.empty((int(ends[-1]) - int(ends[0]) if len(texts) else 0) + len(texts) + 1, np.uint8)
    separators, alone = np.empty(len(texts) + 1, np.int64), np.zeros(len(texts), np.bool_)
    size = _join(ends, source, *_table(), octets, separators, alone)
    data, rows = octets[:size].tobytes(), np.arange(len(texts))
    if alone.any():
        apart = np.flatnonzero(alone)
        more = [normal(texts[row].as_py()).encode() for row in apart.tolist()]
        data = b"\xff".join((data[:-1], *more, b""))
        rows = np.concatenate((rows, apart))
        separators = np.concatenate((separators, size - 1 + np.cumsum([len(each) + 1 for each in more])))
    return Buffer(data, np.frombuffer(data, np.uint8), separators, rows)


@compiled
def _join(ends, source, fate, form, octets, separators, alone):
    """Write texts in normal form one after the other, those that are to be done alone as empty; return the size."""
    octets[0] = SEPARATOR
    separators[0] = 0
    size = _1
    for row in range(np.uint64(separators.size - 1)):
        at, end, begun = np.uint64(ends[row]), np.uint64(ends[row + _1]), size
        space = False  # is what was written last
        while at < end:
            byte = source[at]
            if byte < 0x80:
                at += _1
                if byte <= _SPACE:
                    if not space:
                        octets[size] = _SPACE
                        size += _1
                    space = True
                    continue
                octets[size] = byte | np.uint8(_SPACE) if 0x41 <= byte <= 0x5A else byte
                size += _1
                space = False
                continue
            code, count = character(source, at)
            code = min(code, np.uint64(_TABLE_END))
            if fate[code] == _ALONE:
                alone[row], size = True, begun
                break
            for place in range(count):
                letter = form[code, place] if fate[code] == _REPLACED else source[at + place]
                if letter == _NOTHING or (letter == _SPACE and space):
                    continue
                octets[size] = letter
                size += _1
                space = letter == _SPACE
            at += count
        octets[size] = SEPARATOR
        separators[row + _1] = size
        size += _1
    return size


@cache
def _table() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return what becomes of characters beyond ASCII, by code point: the fate, and the bytes it turns into."""
    fate = np.full(_TABLE_END + 1, _KEPT, np.uint8)
    form = np.zeros((_TABLE_END + 1, 4), np.uint8)
    letters = [chr(code) for code in range(0x80, _TABLE_END) if not 0xD800 <= code < 0xE000]
    # One call for all: '|' keeps neighbours from acting on each other.
    for letter, normed in zip(letters, normal("|".join(letters)).split("|"), strict=True):
        if letter != normed:
            old, new = letter.encode(), normed.encode()
            filler = _SPACE if normed == " " else _NOTHING  # so that spaces stay neighbours
            fate[ord(letter)] = _REPLACED if len(new) <= len(old) else _ALONE
            form[ord(letter)] = list(new.ljust(4, bytes((filler,)))[:4])
    fate[[ord(mark) for mark in regex.findall(r"\p{M}", "".join(letters))]] = _ALONE
    fate[0x1160:0x1200] = _ALONE  # later parts of a Korean syllable
    fate[0xFE00:0xFE10] = _KEPT  # the marks that come after emoji: they act on nothing
    fate[_TABLE_END] = _ALONE
    return fate, form
