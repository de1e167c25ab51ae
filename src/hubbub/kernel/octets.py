"""Where some bytes stand among very many: 64 looked at at a time, compiled."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call,call-arg,import-untyped,var-annotated"
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from hubbub.kernel.compiled import compiled, inlined
from hubbub.kernel.hashing import parts_of

_0, _1, _2, _3, _4, _6, _7, _8, _63, _64 = (np.uint64(n) for n in (0, 1, 2, 3, 4, 6, 7, 8, 63, 64))
_FIRSTS = 4  # letters that are compared at once
_NEWLINE, _TAB, _QUOTE, _DELETE, _TWO, _NUL, _LAST_CONTROL = (
    np.uint8(n) for n in (0x0A, 0x09, 0x22, 0x7F, 0xC2, 0, 0x1F)
)


def newlines(data: bytes) -> NDArray[np.int64]:
    """Return where newlines stand, ascending."""
    found = np.empty(len(data) // 64 + 64, np.int64)  # enough where lines are no shorter
    size = _places(octets_of(data), _NEWLINE, found)
    if size > len(found):
        found = np.empty(int(size), np.int64)
        _places(octets_of(data), _NEWLINE, found)
    return found[:size]


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
    bounds = np.uint64(ends[0]), np.uint64(ends[-1])
    plain = lines and len(data) >= 64 and not _has_controls(data, *bounds)
    return found[: _may_change(ends, data, lines, plain, empty, np.int64(most or 2**31), found)]


def eights_of(data: bytes) -> tuple[NDArray[np.uint64], np.uint64]:
    """Return some bytes as numbers of eight each, and the number of those that are left; for `eight_at`."""
    whole = len(data) & ~7
    return np.frombuffer(data, np.uint64, whole >> 3), np.uint64(int.from_bytes(data[whole:], "little"))


def octets_of(data: bytes) -> NDArray[np.uint8]:
    """Return bytes as numbers, and spaces after them where there are fewer than 64."""
    return np.frombuffer(data if len(data) >= 64 else data.ljust(64), np.uint8)


class Quoted:
    """Strings that are looked for in JSON, quotation marks around them."""

    def __init__(self, strings: Sequence[str]) -> None:
        held = [f'{each}"'.encode() for each in strings]
        self._sizes = np.array([len(each) for each in held], np.uint64)
        self._held = np.zeros((len(held), max(8, *map(len, held), 8)), np.uint8)
        for row, each in enumerate(held):
            self._held[row, : len(each)] = list(each)
        self._begins = np.zeros((len(held), 2), np.uint64)  # the first eight bytes of each, and which of them it has
        self._begins[:, 0] = self._held[:, :8].copy().view(np.uint64).ravel() if held else 0
        self._begins[:, 1] = [(1 << 8 * min(8, len(each))) - 1 for each in held]
        # Strings begin with so many different letters at most, or with any.
        firsts = sorted({each[0] for each in held})
        self._any = len(firsts) > _FIRSTS
        self._firsts = np.array((firsts or [0])[:1] * _FIRSTS, np.uint8)
        self._firsts[: len(firsts)] = firsts[:_FIRSTS]

    def ends(self, data: bytes) -> NDArray[np.int64]:
        """Return where they end, after the quotation mark; ascending."""
        looked_for = self._firsts, self._any, self._held, self._begins, self._sizes
        found = np.empty(len(data) // 64 + 64, np.int64)  # enough for what people write
        size = _quoted(octets_of(data), *eights_of(data), *looked_for, found)
        if size > len(found):
            found = np.empty(int(size), np.int64)
            _quoted(octets_of(data), *eights_of(data), *looked_for, found)
        return found[:size]


@intrinsic
def first_bit(typing, number):
    """Return the place of the lowest bit that is set; some must be."""

    def code(context, builder, signature, args):
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(types.uint64), code


@inlined
def character(data, at):
    """Return the character that begins there and how many bytes it has, of UTF-8 that is known to be good."""
    first = np.uint64(data[at])
    if first < 0x80:
        return first, _1
    size = _2 if first < 0xE0 else _3 if first < 0xF0 else _4
    code = first & (np.uint64(0x7F) >> size)
    for place in range(at + _1, at + size):
        code = code << _6 | np.uint64(data[place] & np.uint8(0x3F))
    return code, size


@inlined
def eight_at(eights, rest, at):
    """Return the eight bytes that begin there; zeros beyond the end."""
    there, turn, count = at >> _3, (at & _7) << _3, np.uint64(eights.size)
    low = eights[there] if there < count else rest
    high = eights[there + _1] if there + _1 < count else rest if there + _1 == count else _0
    return (low >> turn) | ((high << _1) << (_63 - turn))


def _compared(compare):
    """Return code that compares 64 bytes at once, and tells of each by a bit; `compare` says how."""

    def code(context, builder, signature, args):
        array = context.make_array(signature.args[0])(context, builder, args[0])
        kind = ir.VectorType(ir.IntType(8), 64)
        start = builder.bitcast(builder.gep(array.data, [args[1]]), kind.as_pointer())
        octets = builder.load(start, align=1)

        def all_of(byte):
            one = builder.insert_element(ir.Constant(kind, ir.Undefined), byte, ir.IntType(32)(0))
            zeros = ir.Constant(ir.VectorType(ir.IntType(32), 64), None)
            return builder.shuffle_vector(one, ir.Constant(kind, ir.Undefined), zeros)

        return builder.bitcast(compare(builder, octets, *map(all_of, args[2:])), ir.IntType(64))

    return code


@intrinsic
def same(typing, data, at, byte):
    """Return which of the 64 bytes from there on are that byte: a bit for each, the lowest for the first.

    All 64 must be there.
    """
    told = types.uint64(data, types.uint64, types.uint8)
    return told, _compared(lambda builder, octets, wanted: builder.icmp_unsigned("==", octets, wanted))


@intrinsic
def between(typing, data, at, low, high):
    """Return which of the 64 bytes from there on lie between two, these included. All 64 must be there."""

    def compare(builder, octets, low, high):
        above = builder.icmp_unsigned(">=", octets, low)
        return builder.and_(above, builder.icmp_unsigned("<=", octets, high))

    return types.uint64(data, types.uint64, types.uint8, types.uint8), _compared(compare)


@intrinsic
def add_sixteen(typing, sums, at, weights, place):
    """Add sixteen numbers of `weights` (int8), from a place on, to sixteen of `sums` (int32). All must be there."""

    def code(context, builder, signature, args):
        numbers = ir.VectorType(ir.IntType(32), 16)

        def start(which, kind):
            array = context.make_array(signature.args[which])(context, builder, args[which])
            return builder.bitcast(builder.gep(array.data, [args[which + 1]]), kind.as_pointer())

        added = builder.load(start(2, ir.VectorType(ir.IntType(8), 16)), align=1)
        there = start(0, numbers)
        total = builder.add(builder.load(there, align=4), builder.sext(added, numbers))
        builder.store(total, there, align=4)
        return context.get_dummy_value()

    return types.void(sums, types.uint64, weights, types.uint64), code


@compiled
def _places(data, wanted, found):
    """Note where a byte stands, as far as there is room; return how often it does."""
    size, block, whole, room = _0, _0, np.uint64(data.size), np.uint64(found.size)
    while block < whole:
        start = min(block, whole - _64)
        mask = same(data, start, wanted) >> (block - start)
        while mask != _0:
            if size < room:
                found[size] = block + first_bit(mask)
            size += _1
            mask &= mask - _1
        block += _64
    return size


@compiled
def _quoted(data, eights, rest, firsts, any_, held, begins, sizes, found):
    size, block, whole = _0, _0, np.uint64(data.size)
    while block < whole:
        start = min(block, whole - _64)
        mask = same(data, start, _QUOTE)
        if not any_:  # the letter after the last byte of a block is not known
            then = same(data, start, firsts[0]) | same(data, start, firsts[1])
            then |= same(data, start, firsts[2]) | same(data, start, firsts[3])
            mask &= (then >> _1) | (_1 << _63)
        mask >>= block - start
        while mask != _0:
            begun = block + first_bit(mask) + _1
            mask &= mask - _1
            eight = eight_at(eights, rest, begun)
            for each in range(sizes.size):
                if eight & begins[each, 1] != begins[each, 0] or begun + sizes[each] > whole:
                    continue
                at = min(_8, sizes[each])
                while at < sizes[each] and data[begun + at] == held[each, at]:
                    at += _1
                if at == sizes[each]:
                    if size < np.uint64(found.size):
                        found[size] = begun + at
                    size += _1
                    break
        block += _64
    return size


@compiled
def _has_controls(data, at, end):
    """Say whether there may be a character that `clean` takes out of a text, of two bytes or one."""
    while at < end:
        start = min(at, np.uint64(data.size) - _64)
        mask = between(data, start, _NUL, _LAST_CONTROL) & ~(same(data, start, _NEWLINE) | same(data, start, _TAB))
        mask = (mask | same(data, start, _DELETE) | same(data, start, _TWO)) >> (at - start)
        if mask != _0:
            return True
        at += _64
    return False


@compiled
def _may_change(ends, data, lines, plain, empty, most, found):
    count = 0
    for row in range(ends.size - 1):
        start, end = ends[row], ends[row + 1]
        odd = end - start > most or (empty and start == end)
        before = np.uint8(0x20)
        for at in range(start, start if plain else end):
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
