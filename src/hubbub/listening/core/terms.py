"""Where the terms of all topics stand in a batch of texts: every term at once, in one compiled pass.

A term is known by its first eight bytes, looked up wherever one may begin; what is found there is compared whole, and
checked for the characters around it. Where bytes can't tell whether a word goes on, the text itself is looked at.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call,call-arg"
from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from hubbub.kernel.compiled import compiled
from hubbub.kernel.hashing import MASK, MIX, number_of
from hubbub.kernel.octets import eight_at, eights_of, first_bit
from hubbub.listening.core.buffer import SEPARATOR, Buffer
from hubbub.listening.core.letters import handles, is_mark, is_word, joins, last_base
from hubbub.listening.core.query.meaning import cuts
from hubbub.listening.core.query.nodes import Kind, Term

Numbers = NDArray[np.int64]
_OPENS, _CLOSES, _LOOKS = 1, 2, 4
"""Of a term: it may not be joined to what stands before it; to what stands after; needs a closer look."""
_WORD, _BEYOND, _HANDLE = 1, 2, 4
_BYTES = np.array(
    [
        _WORD * (b < 128 and (chr(b).isalnum() or chr(b) == "_"))
        | _BEYOND * (128 <= b != SEPARATOR)
        | _HANDLE * (b < 128 and chr(b) in "@.-")
        for b in range(256)
    ],
    np.uint8,
)
_FIRST = 8  # bytes by which a term is known
_BITS_A_KEY = 16
_N_MIX, _ALL = np.uint64(MIX), np.uint64(MASK)
_0, _1, _3, _7, _20, _64, _PAIR = (np.uint64(n) for n in (0, 1, 3, 7, 20, 64, 0xFFFF))


class Terms:
    """Terms to be looked for; each is known by its place among those given."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self._terms = terms
        encoded = [term.literal.encode() for term in terms]
        order = sorted(range(len(terms)), key=encoded.__getitem__)
        self._numbers = np.array(order, np.int32)
        self._flags = np.array([_flags(term) for term in terms], np.uint8)
        self._sizes = np.array([len(each) for each in encoded], np.uint64)
        self._starts = np.concatenate(([0], np.cumsum(self._sizes[self._numbers]))).astype(np.uint64)
        self._held = np.frombuffer(b"".join(encoded[number] for number in order) or b"\0", np.uint8)
        self._lay_out([encoded[number] for number in order])

    def _lay_out(self, encoded: Sequence[bytes]) -> None:
        """Put the beginnings of terms into a table, and bits that tell most others apart."""
        groups = [(key, len(list(group))) for key, group in groupby(encoded, key=lambda each: each[:_FIRST])]
        self._lengths = np.zeros(1 << 16, np.uint8)  # by two bytes: how long beginnings with these are, a bit for each
        log2 = max(12, (len(groups) * _BITS_A_KEY - 1).bit_length())
        self._shift = np.uint64(64 - log2)
        self._bits = np.zeros(1 << log2 - 3, np.uint8)
        self._table = np.zeros((1 << log2 - 2, 3), np.uint64)  # the number of a beginning; its first term, and the last
        mask, first = len(self._table) - 1, 0
        for key, count in groups:
            pair = slice(key[0], None, 256) if len(key) == 1 else key[0] | key[1] << 8
            self._lengths[pair] |= 1 << len(key) - 1
            number = number_of(key)
            mixed = number * MIX & MASK
            self._bits[mixed >> 64 - log2 >> 3] |= 1 << (mixed >> 64 - log2 & 7)
            slot = mixed >> 20 & mask
            while self._table[slot, 2]:
                slot = slot + 1 & mask
            self._table[slot] = number, first, first + count
            first += count

    def standing(self, buffer: Buffer) -> tuple[Numbers, Numbers]:
        """Return rows and the terms that stand in their texts."""
        room = len(buffer.data) // 32 + 64
        while True:
            starts, terms, looks = np.empty(room, np.int64), np.empty(room, np.int32), np.empty(room, np.bool_)
            size = _find(
                buffer.octets, *eights_of(buffer.data), _BYTES, self._lengths, self._bits, self._shift, self._table,
                self._numbers, self._flags, self._starts, self._held, starts, terms, looks,
            )  # fmt: skip
            if size <= room:
                break
            room = int(size)
        starts, terms, looks = starts[:size], terms[:size], looks[:size]
        unsure = np.flatnonzero(looks).tolist()
        if unsure:
            kept = np.ones(len(terms), np.bool_)
            taken: dict[int, list[tuple[int, int]]] = {}
            for place in unsure:
                kept[place] = self._whole(int(terms[place]), int(starts[place]), buffer, taken)
            starts, terms = starts[kept], terms[kept]
        return buffer.rows_at(starts), terms.astype(np.int64)

    def _whole(self, term: int, start: int, buffer: Buffer, taken: dict[int, list[tuple[int, int]]]) -> bool:
        """Say whether a term begins and ends where it may, by the text itself."""
        end, flags = start + int(self._sizes[term]), int(self._flags[term])
        return (
            not (flags & _OPENS and joins(_base_before(buffer.data, start)))
            and not (flags & _CLOSES and self._goes_on(term, _letter_at(buffer.data, end)))
            and not cuts(_handles_around(buffer, start, taken), start, end)
        )

    def _goes_on(self, term: int, letter: str) -> bool:
        """Say whether a letter directly after a term makes it another one."""
        return is_word(letter) if self._terms[term].kind is Kind.TAG else joins(letter)


def _flags(term: Term) -> int:
    literal = term.literal
    opens = literal[0] in "#@" or joins(literal[0])
    closes = term.kind is not Kind.PREFIX and (term.kind is Kind.TAG or joins(last_base(literal, len(literal))))
    looks = literal[0] in ".-" or literal[-1] in "@.-"
    return _OPENS * opens | _CLOSES * closes | _LOOKS * looks


@compiled
def _find(
    octets, eights, rest, kinds, lengths, bits, shift, table, numbers, flags, starts, held, found, terms, looks
):  # fmt: skip
    """Note where terms stand, as far as there is room; return how many there are.

    Parameters
    ----------
    octets, eights, rest : the bytes, twice
    kinds : what each byte is
    lengths, bits, shift, table : see `Terms._lay_out`
    numbers, starts, held : of each term in order: its number, and where its bytes lie in `held`
    flags : by number
    """
    size, room, mask = _0, np.uint64(found.size), np.uint64(table.shape[0] - 1)
    inside = False  # a letter, digit or _ stands before
    for at in range(_1, np.uint64(octets.size)):
        byte = octets[at]
        wordy = kinds[byte] & _WORD != 0
        goes_on, inside = inside and wordy, wordy
        if goes_on:
            continue
        eight = eight_at(eights, rest, at)
        wanted = np.uint64(lengths[eight & _PAIR])
        while wanted != _0:
            length = first_bit(wanted) + _1
            wanted &= wanted - _1
            number = ((eight & (_ALL >> (_64 - (length << _3)))) ^ length) * _N_MIX
            mixed = number * _N_MIX
            place = mixed >> shift
            if not (bits[place >> _3] >> (place & _7)) & _1:
                continue
            slot = (mixed >> _20) & mask
            while table[slot, 2] != _0 and table[slot, 0] != number:
                slot = (slot + _1) & mask
            if table[slot, 2] == _0:
                continue
            for each in range(table[slot, 1], table[slot, 2]):
                end = starts[each + _1]
                there = at + end - starts[each]
                if there >= np.uint64(octets.size):  # a separator comes after the last text
                    continue
                same, place = starts[each], at
                while same < end and octets[place] == held[same]:
                    same += _1
                    place += _1
                if same < end:
                    continue
                term = np.uint64(numbers[each])
                flag, before, after = flags[term], kinds[octets[at - _1]], kinds[octets[there]]
                opens, closes = flag & _OPENS != 0, flag & _CLOSES != 0
                if (opens and before & _WORD) or (closes and after & _WORD):
                    continue
                if size < room:
                    found[size], terms[size] = np.int64(at), numbers[each]
                    looks[size] = (
                        (opens and before & _BEYOND != 0)
                        or (closes and after & _BEYOND != 0)
                        or (before | after) & _HANDLE != 0
                        or flag & _LOOKS != 0
                    )
                size += _1
    return size


def _letter_at(data: bytes, at: int) -> str:
    """Return the character that starts there, or nothing between texts."""
    return data[at : at + 4].decode(errors="ignore")[:1] if data[at] != SEPARATOR else ""


def _base_before(data: bytes, end: int) -> str:
    """Return the last character before `end` that is no mark, or nothing: `last_base` on bytes."""
    while data[end - 1] != SEPARATOR:
        start = end - 1
        while 0x80 <= data[start] < 0xC0:
            start -= 1
        letter = data[start:end].decode()
        if not is_mark(letter):
            return letter
        end = start
    return ""


def _handles_around(buffer: Buffer, place: int, known: dict[int, list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """Return where the handles of the text around a place stand in the buffer; `known` remembers them."""
    index = int(np.searchsorted(buffer.separators, place)) - 1
    if index not in known:
        start, end = int(buffer.separators[index]) + 1, int(buffer.separators[index + 1])
        known[index] = []
        if buffer.data.find(b"@", start, end) >= 0:
            text = buffer.data[start:end].decode()
            at = 0
            for opens, closes in handles(text):
                start += len(text[at:opens].encode())
                known[index].append((start, start + len(text[opens:closes].encode())))
                at = opens
    return known[index]
