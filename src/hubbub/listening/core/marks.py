"""The tags, links and mentions of many texts, as written."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hubbub.kernel.compiled import compiled
from hubbub.kernel.hashing import parts_of
from hubbub.listening.core.characters import DIGIT, TABLE_END, WORD, table

TAG, LINK, MENTION = range(3)
_TABLE_END = np.int64(TABLE_END)


class Marks(NamedTuple):
    """A list of strings for each text; tags without #, mentions without @."""

    tags: pa.ListArray
    links: pa.ListArray
    mentions: pa.ListArray


def marks(texts: pa.StringArray) -> Marks:
    """Return what the texts are marked with."""
    ends, data = parts_of(texts)
    held = data[ends[0] : ends[-1]]
    most = int(np.count_nonzero((held == 0x23) | (held == 0x40) | (held == 0x3A)))
    found = np.empty((most, 4), np.int64)  # kind, row, start, end
    found = found[: _find(ends, data, table()[1], found)]
    return Marks(*(_lists(found[found[:, 0] == kind], data, len(texts)) for kind in (TAG, LINK, MENTION)))


def _lists(found: NDArray[np.int64], data: NDArray[np.uint8], count: int) -> pa.ListArray:
    sizes = found[:, 3] - found[:, 2]
    ends = np.zeros(len(found) + 1, np.int32)
    np.cumsum(sizes, out=ends[1:])
    held = np.empty(int(ends[-1]), np.uint8)
    _copy(found, data, ends, held)
    strings = pa.StringArray.from_buffers(len(found), pa.py_buffer(ends), pa.py_buffer(held))
    offsets = np.searchsorted(found[:, 1], np.arange(count + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), strings)


@compiled
def _copy(found, data, ends, held):
    for each in range(found.shape[0]):
        start, at = found[each, 2], ends[each]
        for place in range(ends[each + 1] - at):
            held[at + place] = data[start + place]


@compiled
def _word(data, at, end, traits):
    """Return the length in bytes of the letter, digit or _ that begins there, 0 if it is none; and if it is a digit."""
    first = np.int64(data[at])
    if first < 0x80:
        digit = 0x30 <= first <= 0x39
        return (1 if digit or 0x61 <= first | 0x20 <= 0x7A or first == 0x5F else 0), digit
    size = 2 if first < 0xE0 else 3 if first < 0xF0 else 4
    code = first & (0x7F >> size)
    for place in range(at + 1, min(at + size, end)):
        code = code << 6 | np.int64(data[place] & 0x3F)
    trait = traits[code] if code < _TABLE_END else 0
    return (size if trait & WORD else 0), trait & DIGIT != 0


@compiled
def _find(ends, data, traits, found):
    size = 0
    for row in range(ends.size - 1):
        at, end = ends[row], ends[row + 1]
        joined = False  # to a word before
        while at < end:
            byte = data[at]
            if (byte == 0x23 or byte == 0x40) and not joined and at + 1 < end:
                start = at + 1
                stop, wordy = start, False
                while stop < end:
                    length, digit = _word(data, stop, end, traits)
                    if length:
                        wordy |= not digit
                        stop += length
                    elif byte == 0x40 and stop > start and stop + 1 < end and (data[stop] in (0x2E, 0x2D, 0x40)):
                        if _word(data, stop + 1, end, traits)[0] == 0:
                            break
                        stop += 1
                    else:
                        break
                if stop > start and (wordy or byte == 0x40):
                    found[size, 0], found[size, 1], found[size, 2], found[size, 3] = (
                        (TAG if byte == 0x23 else MENTION),
                        row,
                        start,
                        stop,
                    )
                    size += 1
                    at, joined = stop, True
                    continue
            elif byte == 0x3A and at + 3 < end and data[at + 1] == 0x2F and data[at + 2] == 0x2F:
                start = at
                while start > ends[row] and 0x61 <= data[start - 1] | 0x20 <= 0x7A:
                    start -= 1
                letters = at - start
                secure = letters == 5 and data[at - 1] | 0x20 == 0x73
                if (letters == 4 or secure) and data[start] | 0x20 == 0x68 and data[start + 3] | 0x20 == 0x70:
                    stop = at + 3
                    while stop < end and data[stop] > 0x20 and data[stop] not in (0x22, 0x3C, 0x3E):
                        stop += 1
                    while stop > at + 3 and data[stop - 1] in (0x2E, 0x2C, 0x3B, 0x3A, 0x21, 0x3F, 0x29, 0x27):
                        stop -= 1
                    if stop > at + 3:
                        found[size, 0], found[size, 1], found[size, 2], found[size, 3] = LINK, row, start, stop
                        size += 1
                        at, joined = stop, False
                        continue
            joined = byte >= 0x80 or 0x30 <= byte <= 0x39 or 0x61 <= byte | 0x20 <= 0x7A or byte == 0x5F
            at += 1
    return size
