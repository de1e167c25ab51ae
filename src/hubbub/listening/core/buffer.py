"""All texts of a batch in normal form, as one run of UTF-8 bytes.

What `letters.normal` says about one text, done to a batch at once: ASCII by vector operations, other
characters by a table, and one by one only the texts where neighbours act on each other (accents that
stand apart, Thai and Devanagari vowel signs, Korean letters written singly).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import regex
from numpy.typing import NDArray

from hubbub.listening.core.letters import normal

SEPARATOR = 0xFF
"""Stands before, between and after the texts; UTF-8 never has this byte."""

_BETWEEN = pa.scalar(bytes((SEPARATOR,)))
_NOTHING = 0xFE  # nor this one: bytes to be taken out
_SPACE = 0x20
_TABLE_END = 0x20000  # beyond are rare ideographs, done one by one
_KEPT, _REPLACED, _ALONE = 0, 1, 2


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
    octets = _with_separators(texts)
    rows = np.arange(len(texts))
    ends = b""
    fate, form, unsure = _table()
    starts = np.flatnonzero((octets >= 0xC0) & (octets < SEPARATOR))  # of characters beyond ASCII
    starts = starts[unsure[octets[starts].astype(np.uint16) << 8 | octets[starts + 1]]]
    if starts.size:
        codes, sizes = _characters(octets, starts)
        fates = fate[codes]
        replaced = np.flatnonzero(fates == _REPLACED)
        for k in range(4):
            reached = replaced[sizes[replaced] > k]
            octets[starts[reached] + k] = form[codes[reached], k]
        separators = np.flatnonzero(octets == SEPARATOR)
        alone = np.flatnonzero(np.diff(np.searchsorted(starts[fates == _ALONE], separators)))
        for row in alone.tolist():
            octets[separators[row] + 1 : separators[row + 1]] = _NOTHING
        ends = b"".join(normal(texts[row].as_py()).encode() + b"\xff" for row in alone.tolist())
        rows = np.concatenate((rows, alone))
    spaces = octets == _SPACE
    octets[1:][spaces[1:] & spaces[:-1]] = _NOTHING
    data = octets.tobytes().replace(bytes((_NOTHING,)), b"") + ends
    octets = np.frombuffer(data, np.uint8)
    return Buffer(data, octets, np.flatnonzero(octets == SEPARATOR), rows)


def _with_separators(texts: pa.StringArray) -> NDArray[np.uint8]:
    """Return the bytes of all texts, in lower case and without control characters as far as they are ASCII."""
    if texts.null_count:
        texts = texts.fill_null("")
    lower = pc.ascii_lower(texts).view(pa.binary())
    bounds = pa.py_buffer(np.array((0, len(lower)), np.int32))
    lists = pa.ListArray.from_buffers(pa.list_(pa.binary()), 1, [None, bounds], children=[lower])
    whole = pc.binary_join(lists, _BETWEEN)
    source = np.frombuffer(whole[0].as_buffer(), np.uint8)
    octets = np.empty(source.size + 2, np.uint8)
    octets[0] = octets[-1] = SEPARATOR
    octets[1:-1] = source
    octets[octets < _SPACE] = _SPACE
    return octets


def _characters(octets: NDArray[np.uint8], starts: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the code points (at most `_TABLE_END`) of the characters that start there, and their sizes in bytes."""
    first, second, third, fourth = (octets.take(starts + k, mode="clip").astype(np.int32) for k in range(4))
    sizes = 2 + (first >= 0xE0) + (first >= 0xF0)
    bits = (first & 0x7F >> sizes) << 18 | (second & 0x3F) << 12 | (third & 0x3F) << 6 | fourth & 0x3F
    return np.minimum(bits >> 24 - 6 * sizes, _TABLE_END), sizes


@cache
def _table() -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.bool_]]:
    """Return what becomes of characters beyond ASCII.

    By code point: the fate, and the bytes it turns into, filled up to four. By the first two bytes:
    whether a character that begins so may be other than kept.
    """
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
    codes = np.arange(0x80, _TABLE_END)[fate[0x80:-1] != _KEPT]
    first = np.select([codes < 0x800, codes < 0x10000], [0xC0 | codes >> 6, 0xE0 | codes >> 12], 0xF0 | codes >> 18)
    second = 0x80 | 0x3F & np.select([codes < 0x800, codes < 0x10000], [codes, codes >> 6], codes >> 12)
    unsure = np.zeros(0x10000, np.bool_)
    unsure[first << 8 | second] = True
    unsure[0xF0A0:] = True  # beyond the table
    return fate, form, unsure
