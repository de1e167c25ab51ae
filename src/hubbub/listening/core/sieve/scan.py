"""The one pass over raw bytes, compiled.

Only the values of some keys are looked at, 64 bytes at a time. A word is known by its first eight bytes and how many
it has. What holds a letter beyond ASCII, an escaped character or a tag is gone through character by character.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call,type-arg,assignment,call-arg,var-annotated"
# ruff: noqa: SIM109 (numba compiles these as they stand, and no faster otherwise)
import numpy as np

from hubbub.kernel.compiled import compiled, inlined
from hubbub.kernel.hashing import MIX
from hubbub.kernel.octets import between, eight_at, first_bit, same
from hubbub.listening.core.characters import (
    ACTS,
    DIGIT,
    DOUBLE,
    JOINS,
    LOWER,
    MARK,
    OTHER,
    SECOND,
    SPECIAL,
    TABLE_END,
    UPPER,
    WORD,
)

TOPIC, NAME, FIRST = 1, 2, 4
"""What a word in the table says: a topic may match; somebody or something we know is named; look at the next word."""
ODD = 8
"""Of a line: its bytes do not tell what its words are, or it is no JSON."""

_HEX = np.array([int(chr(b), 16) if chr(b) in "0123456789abcdefABCDEF" else 255 for b in range(256)], np.uint8)
_SMALL = np.uint64(0x2020202020202020)  # makes a capital a small letter, and _ a sign that nothing else becomes
_SEEN = 16
_MIX = np.uint64(MIX)
_0, _1, _2, _3, _4, _6, _7, _8 = (np.uint64(n) for n in (0, 1, 2, 3, 4, 6, 7, 8))
_10, _12, _16, _18, _20, _24, _32, _63, _64 = (np.uint64(n) for n in (10, 12, 16, 18, 20, 24, 32, 63, 64))
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_SIX_BITS, _TEN_BITS = np.uint64(0x3F), np.uint64(0x3FF)
_FIRST_OF_TWO, _FIRST_OF_THREE, _FIRST_OF_FOUR = (np.uint64(n) for n in (0x80C0, 0x8080E0, 0x808080F0))
_NO_CHARACTER = np.uint64(1 << 32)
_QUOTE, _BACKSLASH, _HASH, _LOW, _BEYOND, _LAST = (np.uint8(n) for n in (0x22, 0x5C, 0x23, 0x5F, 0x80, 0xFF))
_A, _Z, _SMALL_A, _SMALL_Z, _ZERO, _NINE = (np.uint8(ord(letter)) for letter in "AZaz09")
_SECOND, _LETTER = np.uint64(SECOND), np.uint64((1 << SECOND) - 1)
_TABLE_END, _ASCII_END = np.uint64(TABLE_END), np.uint64(0x80)


@inlined
def _may_be(number, bits, shift):
    """Say whether a word may be known; of most, one bit tells that they are not."""
    place = (number * _MIX) >> shift
    return (bits[place >> _3] >> (place & _7)) & _1 != 0


@compiled
def _look_up(number, bits, shift, table, flags):
    """Return what is known of a word."""
    if not _may_be(number, bits, shift):
        return 0
    mixed = number * _MIX
    mask = np.uint64(table.size - 1)
    slot = (mixed >> _20) & mask
    while flags[slot]:
        if table[slot] == number:
            return np.int64(flags[slot])
        slot = (slot + _1) & mask
    return 0


@compiled
def _ended(number, pending, bits, shift, table, flags):
    """Return what a word leads to, alone or after the one before it, and whether it waits for the next."""
    found = _look_up(number, bits, shift, table, flags)
    following = number if found & FIRST else _0
    if pending != _0:
        found |= _look_up(pending * _MIX ^ number, bits, shift, table, flags)
    return found, following


@compiled
def _key(part, size):
    """Return the number under which a word is known: its first eight bytes and how many it has."""
    return (part ^ size) * _MIX


@compiled
def _begins(part, size, prefixes, bits, shift, table, flags):
    """Return what the beginnings of a word lead to."""
    found = 0
    for length in range(_1, min(size, _8) + _1):
        if (prefixes >> length) & _1:
            found |= _look_up(~_key(part & (_ALL >> (_64 - _8 * length)), length), bits, shift, table, flags)
    return found


@compiled
def _letter(data, at, end):
    """Return the character that begins there, written as JSON or as UTF-8, and its length in bytes."""
    first = np.uint64(data[at])
    if first == 0x5C:  # a backslash
        if at + _1 >= end:
            return _NO_CHARACTER, _1
        if data[at + _1] != 0x75:  # \n, \t, \", \/, …: none of them belongs to a word
            return _32, _2
        code = _four(data, at + _2, end)
        if code == _NO_CHARACTER:
            return _NO_CHARACTER, _2
        more = at + _6
        if code >> _10 == 0x36 and more + _1 < end and data[more] == 0x5C and data[more + _1] == 0x75:
            low = _four(data, more + _2, end)
            if low >> _10 == 0x37:
                return np.uint64(0x10000) + ((code & _TEN_BITS) << _10) + (low & _TEN_BITS), _12
        return code, _6
    if first < _ASCII_END:
        return first, _1
    size = _2 if first < 0xE0 else _3 if first < 0xF0 else _4
    if first < 0xC2 or first > 0xF4 or at + size > end:
        return _NO_CHARACTER, _1
    code = first & (np.uint64(0x7F) >> size)
    for place in range(at + _1, at + size):
        if data[place] & 0xC0 != 0x80:
            return _NO_CHARACTER, _1
        code = code << _6 | (np.uint64(data[place]) & _SIX_BITS)
    return code, size


@compiled
def _four(data, at, end):
    """Return the number that four hexadecimal digits make."""
    if at + _4 > end:
        return _NO_CHARACTER
    code = _0
    for place in range(at, at + _4):
        digit = _HEX[data[place]]
        if digit == 255:
            return _NO_CHARACTER
        code = code << _4 | np.uint64(digit)
    return code


@inlined
def _grown(part, size, letter):
    """Return a word with a letter more: its first eight bytes and how many it has."""
    if letter < _ASCII_END:
        octets, count = letter | _32, _1
    elif letter < 0x800:
        octets, count = _FIRST_OF_TWO | letter >> _6 | (letter & _SIX_BITS) << _8, _2
    elif letter < 0x10000:
        octets, count = _FIRST_OF_THREE | letter >> _12 | (letter >> _6 & _SIX_BITS) << _8, _3
        octets |= (letter & _SIX_BITS) << _16
    else:
        octets, count = _FIRST_OF_FOUR | letter >> _18 | (letter >> _12 & _SIX_BITS) << _8, _4
        octets |= (letter >> _6 & _SIX_BITS) << _16 | (letter & _SIX_BITS) << _24
    if size < _8:
        part |= octets << (_8 * size)
    return part, size + count


@compiled
def _tag(data, at, end, form, traits, prefixed, bits, shift, table, flags):
    """Return what the parts of a tag lead to, as capitals, digits and _ divide it; `at` is after the #."""
    found, parts, pending = 0, 0, _0
    part, size, capital = _0, _0, _0  # what the part so far begins with, its size; the letter it ends with
    part_before, size_before = _0, _0  # the same without that letter
    kind = 0  # UPPER; LOWER: small letters after at most one capital; DIGIT
    while True:
        code, length = _NO_CHARACTER, _1
        if at < end:
            code, length = _letter(data, at, end)
        trait = np.int64(traits[code]) if code < _TABLE_END else 0
        if trait & WORD and (trait & (SPECIAL | DOUBLE | MARK) or not trait & JOINS):
            return ODD
        category = trait & (UPPER | LOWER | OTHER | DIGIT)
        small = category & (LOWER | OTHER)
        if kind == UPPER and category == LOWER:  # the last capital begins the next part: HTMLFail is HTML, Fail
            if size_before:
                leads, pending = _ended(_key(part_before, size_before), pending, bits, shift, table, flags)
                found |= leads
                parts += 1
                part, size = _grown(_0, _0, capital)
            kind = LOWER
        elif not (kind and ((small and kind == LOWER) or category == kind)):
            if kind:
                leads, pending = _ended(_key(part, size), pending, bits, shift, table, flags)
                found |= leads
                parts += 1
            part, size = _0, _0
            kind = LOWER if small else category
        if not trait & WORD:
            break
        if category:
            capital, part_before, size_before = np.uint64(form[code]), part, size
            part, size = _grown(part, size, capital)
        at += length
    if parts > 1:  # which of them begin as a prefix is not looked at here
        return found | ODD if prefixed else found
    return 0


@compiled
def _aside(data, at, end, line_end, pending, form, traits, prefixes, signs, bits, shift, table, flags):
    """Go through some bytes character by character; return what they lead to, and the word that waits for the next."""
    found, part, size, sign, acted = 0, _0, _0, _0, False
    while True:
        joins, free = False, _0  # it goes on with a word; the sign it is
        length = _1
        if at < end and data[at] == 0x23:
            found |= _tag(data, at + _1, line_end, form, traits, prefixes != _0, bits, shift, table, flags)
        elif at < end:
            code, length = _letter(data, at, line_end)
            if code == _NO_CHARACTER:
                found |= ODD
            elif code < _TABLE_END:
                trait, letter = traits[code], np.uint64(form[code])
                if trait & SPECIAL or (acted and trait & ACTS):
                    found |= ODD
                acted = trait & ACTS != 0
                joins = trait & JOINS != 0 and (size > _0 or not trait & MARK)
                if joins:
                    part, size = _grown(part, size, letter & _LETTER)
                    if trait & DOUBLE:
                        part, size = _grown(part, size, letter >> _SECOND)
                elif signs and code >= _ASCII_END and not trait & MARK:
                    free = letter
                    found |= _look_up(letter, bits, shift, table, flags)
                    if sign != _0:
                        found |= _look_up(sign * _MIX ^ letter, bits, shift, table, flags)
        sign = free
        if size > _0 and not joins:
            number = _key(part, size)
            if pending != _0 or _may_be(number, bits, shift):
                leads, pending = _ended(number, pending, bits, shift, table, flags)
                found |= leads
            if prefixes != _0:
                found |= _begins(part, size, prefixes, bits, shift, table, flags)
            part, size = _0, _0
        if at >= end:
            return found, pending
        at += length


@compiled
def scan(data, eights, rest, places, starts, ends, form, traits, bits, shift, table, flags, prefixes, signs, out):
    """Put into `out` what the words of each line lead to.

    Parameters
    ----------
    data : the bytes, 64 or more
    eights, rest : the same as numbers of eight bytes, and what is left of them
    places : where the keys end whose values are looked at, ascending
    starts, ends : where each line begins and ends
    form, traits : see `characters.table`
    bits, shift, table, flags : the words looked for, a bit for each and then itself, with what it says
    prefixes : bit n is set where some prefix has n bytes, at most 8
    signs : whether signs that belong to no word are looked for
    """
    line, whole = 0, -1  # the last line that was looked at to its end
    for each in range(starts.size):  # what is no JSON object is looked at by its parser, which says what is wrong
        start, end = starts[each], ends[each]
        out[each] = 0 if end > start and data[start] == 0x7B and data[end - 1] == 0x7D else ODD
    for place in places:
        while place > ends[line]:
            line += 1
        if line == whole:
            continue
        first, end = np.uint64(place), np.uint64(ends[line])
        while first < end and (data[first] == 0x20 or data[first] == 0x3A or data[first] == 0x09):  # space, colon, tab
            first += _1
        if first == place or first == end:  # no key, but a value that is called so
            continue
        one = data[first] == 0x22  # one string; else all there is to the end of the line
        if one:
            first += _1
        else:
            whole = line
        found, pending = _SEEN, _0
        begun, inside, aside, block = first, False, False, first
        while block < end or inside:
            words = asides = quotes = _0
            if block < end:
                start = min(block, np.uint64(data.size) - _64)
                kept = _ALL >> (_64 - min(end - block, _64))
                quotes = (same(data, start, _QUOTE) >> (block - start)) & kept
                asides = same(data, start, _BACKSLASH) | same(data, start, _HASH) | between(data, start, _BEYOND, _LAST)
                words = (
                    between(data, start, _A, _Z) | between(data, start, _SMALL_A, _SMALL_Z) | same(data, start, _LOW)
                )
                words |= between(data, start, _ZERO, _NINE) | asides
                words, asides = (words >> (block - start)) & kept, (asides >> (block - start)) & kept
            last = False
            if one:
                while quotes != _0 and not last:
                    at = first_bit(quotes)
                    back = block + at
                    while data[back - _1] == 0x5C and back > first:
                        back -= _1
                    if (block + at - back) & _1:  # an escaped one
                        quotes &= quotes - _1
                    else:
                        last = True
                        words &= ~(_ALL << at)
            edges = words ^ ((words << _1) | (_1 if inside else _0))
            while edges != _0:
                at = first_bit(edges)
                edges &= edges - _1
                if not inside:
                    begun, inside, aside = block + at, True, False
                    asides &= _ALL << at
                    continue
                inside = False
                aside |= asides & ~(_ALL << at) != _0
                stop = block + at
                size = stop - begun
                if aside:
                    leads, pending = _aside(
                        data, begun, stop, end, pending, form, traits, prefixes, signs, bits, shift, table, flags
                    )
                    found |= leads
                    continue
                part = (eight_at(eights, rest, begun) | _SMALL) & (_ALL >> (_64 - (min(size, _8) << _3)))
                number = _key(part, size)
                if pending != _0 or _may_be(number, bits, shift):
                    leads, pending = _ended(number, pending, bits, shift, table, flags)
                    found |= leads
                if prefixes != _0:
                    found |= _begins(part, size, prefixes, bits, shift, table, flags)
            if last:
                break
            aside |= inside and asides != _0
            block += _64
        out[line] |= found
    for each in range(starts.size):
        out[each] = out[each] & (TOPIC | NAME | ODD) if out[each] & _SEEN else ODD
