"""Where some bytes stand among very many: 64 looked at at a time, compiled."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call,call-arg,import-untyped"
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from hubbub.kernel.compiled import compiled, inlined
from hubbub.kernel.hashing import parts_of

_GATHER = np.uint64(0x0102040810204080)  # brings the lowest bits of eight bytes together
_0, _1, _3, _7, _56, _63, _64 = (np.uint64(n) for n in (0, 1, 3, 7, 56, 63, 64))
_NEWLINE, _QUOTE = np.uint8(0x0A), np.uint8(0x22)


def newlines(data: bytes) -> NDArray[np.int64]:
    """Return where newlines stand, ascending."""
    octets = np.frombuffer(data, np.uint8)
    found = np.empty(octets.size, np.int64)  # memory that is not written to costs nothing
    return found[: _places(octets, _NEWLINE, *_block(), found)].copy()


def marks(data: bytes) -> NDArray[np.int64]:
    """Return where what may end a JSON string stands: quotation marks, backslashes, controls; ascending."""
    octets = np.frombuffer(data, np.uint8)
    found = np.empty(octets.size, np.int64)
    return found[: _marks(octets, *_block(), found)].copy()


def may_change(strings: pa.StringArray, *, lines: bool, empty: bool, most: int | None) -> NDArray[np.int64]:
    """Return which strings `kernel.text.clean` may change.

    Parameters
    ----------
    lines : whether they may have several lines and spaces; else a space at an end, or next to another one, counts
    empty : whether an empty one counts
    most : bytes; a longer one counts
    """
    found = np.empty(len(strings), np.int64)
    ends, data = parts_of(strings)
    return found[: _may_change(ends, data, lines, empty, np.int64(most or 2**31), found)]


def eights_of(data: bytes) -> tuple[NDArray[np.uint64], np.uint64]:
    """Return some bytes as numbers of eight each, and the number of those that are left; for `eight_at`."""
    whole = len(data) & ~7
    return np.frombuffer(data, np.uint64, whole >> 3), np.uint64(int.from_bytes(data[whole:], "little"))


def _block() -> tuple[NDArray[np.uint8], NDArray[np.uint64]]:
    """Return room for what is said of each of 64 bytes, and the same as numbers."""
    same = np.zeros(64, np.uint8)
    return same, same.view(np.uint64)


class Quoted:
    """Strings that are looked for in JSON, quotation marks around them."""

    def __init__(self, strings: Sequence[str]) -> None:
        held = [f'{each}"'.encode() for each in strings]
        self._sizes = np.array([len(each) for each in held], np.uint64)
        self._held = np.zeros((len(held), max(map(len, held), default=1)), np.uint8)
        self._first = np.zeros(256, np.bool_)
        for row, each in enumerate(held):
            self._held[row, : len(each)] = list(each)
            self._first[each[0]] = True

    def ends(self, data: bytes) -> NDArray[np.int64]:
        """Return where they end, after the quotation mark; ascending."""
        octets = np.frombuffer(data, np.uint8)
        found = np.empty(octets.size // 2 + 1, np.int64)
        return found[: _quoted(octets, self._first, self._held, self._sizes, *_block(), found)].copy()


@intrinsic
def first_bit(typing, number):
    """Return the place of the lowest bit that is set; some must be."""

    def code(context, builder, signature, args):
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(types.uint64), code


@inlined
def eight_at(eights, rest, at):
    """Return the eight bytes that begin there; zeros beyond the end."""
    there, turn, count = at >> _3, (at & _7) << _3, np.uint64(eights.size)
    low = eights[there] if there < count else rest
    high = eights[there + _1] if there + _1 < count else rest if there + _1 == count else _0
    return (low >> turn) | ((high << _1) << (_63 - turn))


@compiled
def mask_of(eights):
    """Return 64 bytes, each 0 or 1, given as eight numbers, as the bits of one."""
    mask = _0
    for place in range(8):
        mask |= ((eights[place] * _GATHER) >> _56) << np.uint64(8 * place)
    return mask


@inlined
def _compare(data, block, wanted, same):
    """Put into `same` which of 64 bytes are the one that is wanted; beyond the end none is."""
    size = np.uint64(data.size)
    if block + _64 <= size:
        for at in range(_64):  # as many as a machine likes at once
            same[at] = data[block + at] == wanted
    else:
        for at in range(_64):
            same[at] = block + at < size and data[block + at] == wanted


@compiled
def _places(data, wanted, same, eights, found):
    size, block = _0, _0
    while block < np.uint64(data.size):
        _compare(data, block, wanted, same)
        mask = mask_of(eights)
        while mask != _0:
            found[size] = block + first_bit(mask)
            size += _1
            mask &= mask - _1
        block += _64
    return size


@compiled
def _marks(data, same, eights, found):
    size, block, whole = _0, _0, np.uint64(data.size)
    while block < whole:
        if block + _64 <= whole:
            for at in range(_64):
                byte = data[block + at]
                same[at] = (byte == _QUOTE) | (byte == 0x5C) | (byte < 0x20)
        else:
            for at in range(_64):
                byte = data[block + at] if block + at < whole else np.uint8(0x20)
                same[at] = (byte == _QUOTE) | (byte == 0x5C) | (byte < 0x20)
        mask = mask_of(eights)
        while mask != _0:
            found[size] = block + first_bit(mask)
            size += _1
            mask &= mask - _1
        block += _64
    return size


@compiled
def _quoted(data, first, held, sizes, same, eights, found):
    size, block, whole = _0, _0, np.uint64(data.size)
    while block < whole:
        _compare(data, block, _QUOTE, same)
        mask = mask_of(eights)
        while mask != _0:
            begun = block + first_bit(mask) + _1
            mask &= mask - _1
            if begun >= whole or not first[data[begun]]:
                continue
            for each in range(sizes.size):
                if begun + sizes[each] > whole:
                    continue
                at = _0
                while at < sizes[each] and data[begun + at] == held[each, at]:
                    at += _1
                if at == sizes[each]:
                    found[size] = begun + at
                    size += _1
                    break
        block += _64
    return size


@compiled
def _may_change(ends, data, lines, empty, most, found):
    count = 0
    for row in range(ends.size - 1):
        start, end = ends[row], ends[row + 1]
        odd = end - start > most or (empty and start == end)
        before = np.uint8(0x20)
        for at in range(start, end):
            byte = data[at]
            if 0x20 < byte < 0x7F:
                pass
            elif byte == 0x20:
                odd |= not lines and before == 0x20
            elif byte < 0x20:
                odd |= not lines or (byte != 0x0A and byte != 0x09)
            elif byte == 0x7F:
                odd = True
            elif byte == 0xC2:  # controls, and the space that does not break
                odd |= data[at + 1] < (0xA0 if lines else 0xA1)
            elif not lines and byte >= 0xE1 and byte <= 0xE3:  # spaces of other widths
                odd |= data[at + 1] == (0x9A if byte == 0xE1 else 0x80) or (byte == 0xE2 and data[at + 1] == 0x81)
            before = byte
        if odd or (not lines and end > start and before == 0x20):
            found[count] = row
            count += 1
    return count
