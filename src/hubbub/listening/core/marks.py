"""The tags, links and mentions of many texts, as written."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hubbub.kernel.compiled import compiled, inlined
from hubbub.kernel.hashing import parts_of
from hubbub.kernel.octets import character
from hubbub.listening.core.characters import DIGIT, TABLE_END, WORD, table

TAG, LINK, MENTION = range(3)
_TABLE_END = np.uint64(TABLE_END)
_WORDY, _NUMBER, _JOINED, _MARK = 1, 2, 4, 8  # a mark joined to what stands before it is none
_BYTES = np.array(
    [
        _WORDY * (b < 0x80 and (chr(b).isalnum() or chr(b) == "_"))
        | _NUMBER * (b < 0x80 and chr(b).isdigit())
        | _JOINED * (b >= 0x80 or chr(b).isalnum() or chr(b) == "_")
        | _MARK * (chr(b) in "#@:")
        for b in range(256)
    ],
    np.uint8,
)
_0, _1, _2, _3 = (np.uint64(n) for n in range(4))


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


@inlined
def _word(data, at, traits):
    """Return the length in bytes of the letter, digit or _ that begins there, 0 if it is none; and if it is a digit."""
    kind = _BYTES[data[at]]
    if data[at] < 0x80:
        return (_1 if kind & _WORDY else _0), kind & _NUMBER != 0
    code, size = character(data, at)
    trait = traits[code] if code < _TABLE_END else 0
    return (size if trait & WORD else _0), trait & DIGIT != 0


@compiled
def _find(ends, data, traits, found):
    size = 0
    for row in range(ends.size - 1):
        begin, end = np.uint64(ends[row]), np.uint64(ends[row + 1])
        at = begin
        while at < end:
            byte = data[at]
            if _BYTES[byte] < _MARK:
                at += _1
                continue
            if byte == 0x3A:
                start, stop = _link(data, begin, at, end)
                if stop > start:
                    found[size, 0], found[size, 1], found[size, 2], found[size, 3] = LINK, row, start, stop
                    size += 1
                    at = stop
                    continue
            elif at == begin or not _BYTES[data[at - _1]] & _JOINED:
                start = at + _1
                stop, wordy = start, False
                while stop < end:
                    length, digit = _word(data, stop, traits)
                    if length:
                        wordy |= not digit
                        stop += length
                    elif byte == 0x40 and stop > start and stop + _1 < end and (data[stop] in (0x2E, 0x2D, 0x40)):
                        if _word(data, stop + _1, traits)[0] == 0:
                            break
                        stop += _1
                    else:
                        break
                if stop > start and (wordy or byte == 0x40):
                    found[size, 0], found[size, 1] = (TAG if byte == 0x23 else MENTION), row
                    found[size, 2], found[size, 3] = start, stop
                    size += 1
                    at = stop
                    continue
            at += _1
    return size


@compiled
def _link(data, begin, at, end):
    """Return where a web address begins and ends whose colon stands there; the same twice if it is none."""
    if at + _3 >= end or data[at + _1] != 0x2F or data[at + _2] != 0x2F:
        return at, at
    start = at
    while start > begin and 0x61 <= data[start - _1] | 0x20 <= 0x7A:
        start -= _1
    letters = at - start
    secure = letters == 5 and data[at - _1] | 0x20 == 0x73
    if not ((letters == 4 or secure) and data[start] | 0x20 == 0x68 and data[start + _3] | 0x20 == 0x70):
        return at, at
    stop = at + _3
    while stop < end and data[stop] > 0x20 and data[stop] not in (0x22, 0x3C, 0x3E):
        stop += _1
    while stop > at + _3 and data[stop - _1] in (0x2E, 0x2C, 0x3B, 0x3A, 0x21, 0x3F, 0x29, 0x27):
        stop -= _1
    return (start, stop) if stop > at + _3 else (at, at)
