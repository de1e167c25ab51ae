"""The parts of the tags of many texts, as `letters.tag_parts` tells them one by one: AcmeFail is Acme Fail.

Compiled for tags of ASCII letters; a text in which another letter stands in or beside a tag is looked at by itself.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hubbub.kernel.compiled import compiled
from hubbub.kernel.hashing import parts_of
from hubbub.listening.core.letters import tag_parts

_HASH = 0x23
_NONE, _UPPER, _LOWER, _DIGIT, _JOIN, _BEYOND = range(6)
_KINDS = np.array(
    [
        _BEYOND
        if b >= 0x80
        else _UPPER
        if chr(b).isupper()
        else _LOWER
        if chr(b).islower()
        else _DIGIT
        if chr(b).isdigit()
        else _JOIN
        if chr(b) == "_"
        else _NONE
        for b in range(256)
    ],
    np.uint8,
)


def divided(texts: pa.StringArray) -> tuple[NDArray[np.int64], pa.StringArray]:
    """Return rows and, as words, the parts of each of their tags that capitals, digits or _ divide."""
    ends, data = parts_of(texts)
    count = int(np.count_nonzero(data[ends[0] : ends[-1]] == _HASH)) if len(ends) else 0
    rows, bounds = np.empty(count, np.int64), np.zeros(count + 1, np.int32)
    said = np.empty(2 * (int(ends[-1]) - int(ends[0])) if count else 0, np.uint8)
    aside = np.empty(count, np.int64)
    size, others = _divide(ends, data, _KINDS, rows, bounds, said, aside) if count else (0, 0)
    parts = pa.StringArray.from_buffers(size, pa.py_buffer(bounds), pa.py_buffer(said))
    rows = rows[:size]
    alone = np.unique(aside[:others]).tolist()
    if more := [(row, part) for row in alone for _, _, part in tag_parts(texts[row].as_py())]:
        kept = ~np.isin(rows, alone)
        own, words = zip(*more, strict=True)
        parts = pa.concat_arrays([parts.filter(pa.array(kept)), pa.array(words, pa.string())])
        rows = np.concatenate((rows[kept], np.array(own, np.int64)))
    return rows, parts


@compiled
def _divide(ends, data, kinds, rows, bounds, said, aside):
    """Note the parts of tags; return of how many, and how many texts are to be looked at by themselves."""
    size, others, written = 0, 0, np.uint64(0)
    one = np.uint64(1)
    for row in range(np.uint64(ends.size - 1)):
        begin, end = np.uint64(ends[row]), np.uint64(ends[row + one])
        at = begin
        while at < end:
            if data[at] != _HASH:
                at += one
                continue
            before = kinds[data[at - one]] if at > begin else _NONE
            at += one
            start = at
            while at < end and _NONE < kinds[data[at]] < _BEYOND:
                at += one
            if before == _BEYOND or (at < end and kinds[data[at]] == _BEYOND):
                aside[others] = row
                others += 1
                break
            if before != _NONE or at == start:
                continue
            parts, first, place = 0, written, start
            while place < at:
                kind, begun = kinds[data[place]], place
                while place < at and kinds[data[place]] == kind:
                    place += one
                if kind == _JOIN:
                    continue
                if kind == _UPPER and place < at and kinds[data[place]] == _LOWER:
                    if place - begun > one:  # the last capital begins the next part
                        place -= one
                    else:
                        while place < at and kinds[data[place]] == _LOWER:
                            place += one
                if parts:
                    said[written] = 0x20
                    written += one
                for letter in range(begun, place):
                    said[written] = data[letter]
                    written += one
                parts += 1
            if parts > 1:
                rows[size] = row
                size += 1
                bounds[size] = written
            else:
                written = first
    return size, others
