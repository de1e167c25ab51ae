"""Numbers for strings, a column of them at a time: the same on every machine and in every process."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hubbub.kernel.compiled import compiled

MIX: Final = 0x9E3779B97F4A7C15
MASK: Final = (1 << 64) - 1
_MIX = np.uint64(MIX)
_29, _32, _56 = (np.uint64(n) for n in (29, 32, 56))


def number_of(octets: bytes) -> int:
    """Return the number by which tables know some bytes: by the first eight of them, and how many there are."""
    return (int.from_bytes(octets[:8], "little") ^ len(octets)) * MIX & MASK


def hashes(strings: pa.StringArray, seed: int = 0) -> NDArray[np.uint64]:
    """Return a number of 64 bits for each string, well spread; not made to withstand those who want two alike."""
    found = np.empty(len(strings), np.uint64)
    _hash(*parts_of(strings), np.uint64(seed), found)
    return found


def parts_of(strings: pa.StringArray) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Return where each string begins and ends, and the bytes they lie in. Nulls count as empty."""
    if strings.null_count:
        strings = strings.fill_null("")
    _, offsets, data = strings.buffers()
    ends = np.frombuffer(offsets, np.int32)[strings.offset : strings.offset + len(strings) + 1]
    return ends, np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(1, np.uint8)


@compiled
def _hash(ends, data, seed, found):
    for row in range(found.size):
        number = seed ^ _MIX
        for at in range(ends[row], ends[row + 1]):
            number = (number ^ np.uint64(data[at])) * _MIX
            number ^= number >> _32
        number = (number ^ np.uint64(ends[row + 1] - ends[row])) * _MIX
        found[row] = number ^ (number >> _29)
