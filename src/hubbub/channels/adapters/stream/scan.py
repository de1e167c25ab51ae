"""Where the values of a post stand in its line, found in compiled code: no object is made for a post.

What is not as it should be, or written in a way that needs a closer look, is left to a parser that says what is wrong.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call,call-arg,var-annotated"
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hubbub.kernel.batch import Lines
from hubbub.kernel.compiled import compiled, inlined
from hubbub.kernel.octets import between, eight_at, eights_of, first_bit, octets_of, same

TEXT, NAME, COUNT, ANY, OBJECT, LISTS = range(6)
"""Kinds of values: a string; one or null; a count or null; whatever stands there, as its bytes; an object of fields;
an object, or null, of lists of objects."""

POST = ("id", "created_at", "text", "lang", "conversation_id", "in_reply_to_user_id")
MORE = ("referenced_tweets", "attachments")
AUTHOR = ("id", "username", "name", "created_at")
COUNTS = ("followers_count", "following_count", "tweet_count")
MENTIONS, URLS = range(2)
LISTED = (("mentions", "username"), ("urls", "expanded_url"))
"""The lists of `entities`, and what is read of each of their objects: a string, or nothing."""
_NEEDED = ("id", "created_at", "text", "author.id")

_FIELDS = (
    *((name, NAME if name == "in_reply_to_user_id" else TEXT) for name in POST),
    *((name, ANY) for name in MORE),
    ("author", OBJECT),
    ("entities", LISTS),
    *((name, TEXT) for name in AUTHOR),
    *((name, COUNT) for name in COUNTS),
    *((name, ANY) for name, _ in LISTED),
    *((name, TEXT) for _, name in LISTED),
)
_NAMES = (*POST, *MORE, "author", "entities", *(f"author.{name}" for name in (*AUTHOR, *COUNTS)))
_AUTHOR = len(POST) + len(MORE) + 2  # from here on, fields are the author's
_LIST = _AUTHOR + len(AUTHOR) + len(COUNTS)  # and from here on, those of entities
_ITEM = _LIST + len(LISTED)
_KINDS = np.array([kind for _, kind in _FIELDS], np.int64)
_KEYS = np.zeros((len(_FIELDS), 24), np.uint8)
for _row, (_name, _) in enumerate(_FIELDS):
    _KEYS[_row, : len(_name)] = list(_name.encode())
_SIZES = np.array([len(name) for name, _ in _FIELDS], np.uint64)
_FIRSTS = _KEYS[:, :8].copy().view(np.uint64).ravel()  # the first eight letters of each
_MUST = np.array([_NAMES.index(name) for name in _NEEDED], np.int64)
_HEX = np.array([int(chr(b), 16) if chr(b) in "0123456789abcdefABCDEF" else 255 for b in range(256)], np.int64)
_ODD = np.uint64(0xFFFFFFFFFFFFFFFF)
_QUOTE, _BACKSLASH, _NUL, _LAST_CONTROL = (np.uint8(n) for n in (0x22, 0x5C, 0, 0x1F))
_DEEPEST = 60  # objects and lists in each other
_LONGEST_COUNT = np.uint64(15)  # digits
_0, _1, _2, _4, _5, _6, _8, _64 = (np.uint64(n) for n in (0, 1, 2, 4, 5, 6, 8, 64))


class Found(NamedTuple):
    """Where values stand, of the lines that are plain."""

    rows: NDArray[np.int64]  # (n,) which lines
    odd: NDArray[np.int64]  # the others
    raw: bytes
    spans: NDArray[np.int64]  # (n, fields, 2): where a value begins and ends; -1 where it is left out, or null
    escaped: NDArray[np.bool_]  # (n, fields): whether a string holds escapes
    listed: NDArray[np.int64]  # (m, 5): line, which of LISTED, where its string begins and ends, whether with escapes

    def texts(self, name: str) -> pa.StringArray:
        """Return the strings of a field; null where there is none.

        Raises
        ------
        pyarrow.ArrowInvalid
            If some are no UTF-8.
        """
        field = _NAMES.index(name)
        return self._strings(self.spans[:, field], self.escaped[:, field])

    def lists(self, which: int, *, empty: bool) -> pa.ListArray | None:
        """Return what entities list, MENTIONS or URLS, of each line; None where no line lists any.

        `empty` says whether a string that is left out, or empty, is one, too.
        """
        found = self.listed[self.listed[:, 1] == which]
        if not len(found):
            return None
        if not empty:
            found = found[found[:, 3] > found[:, 2]]
        offsets = np.searchsorted(found[:, 0], np.append(self.rows, np.iinfo(np.int64).max)).astype(np.int32)
        return pa.ListArray.from_arrays(offsets, self._strings(found[:, 2:4], found[:, 4] != 0))

    def counts(self, name: str) -> pa.Int64Array:
        """Return the numbers of a field; null where there is none."""
        spans = self.spans[:, _NAMES.index(name)]
        numbers = np.zeros(len(spans), np.int64)
        _read(np.frombuffer(self.raw, np.uint8), spans, numbers)
        return pa.array(numbers, mask=spans[:, 0] < 0)

    def parts(self, name: str) -> list[bytes]:
        """Return the bytes of a field, `null` where there is none."""
        spans = self.spans[:, _NAMES.index(name)].tolist()
        return [self.raw[start:end] if start >= 0 else b"null" for start, end in spans]

    def has(self, name: str) -> bool:
        """Say whether some line has the field."""
        return bool((self.spans[:, _NAMES.index(name), 0] >= 0).any())

    def _strings(self, spans: NDArray[np.int64], escaped: NDArray[np.bool_]) -> pa.StringArray:
        there = spans[:, 0] >= 0
        ends = np.zeros(len(spans) + 1, np.int32)
        held = np.empty(int((spans[:, 1] - spans[:, 0])[there].sum()), np.uint8)
        size = _copied(np.frombuffer(self.raw, np.uint8), spans, escaped, ends, held)
        nulls = None if there.all() else pa.py_buffer(np.packbits(there, bitorder="little"))
        strings = pa.StringArray.from_buffers(len(spans), pa.py_buffer(ends), pa.py_buffer(held[:size]), nulls)
        strings.validate(full=True)
        return strings


def found(lines: Lines) -> Found:
    """Look through lines, each a JSON object."""
    spans = np.full((len(lines), len(_NAMES), 2), -1, np.int64)
    escaped = np.zeros((len(lines), len(_NAMES)), np.bool_)
    plain = np.zeros(len(lines), np.bool_)
    listed = np.empty((lines.data.count(b"{"), 5), np.int64)
    bounds = lines.starts, lines.ends
    size = _look(octets_of(lines.data), *eights_of(lines.data), *bounds, spans, escaped, listed, plain)
    rows = np.flatnonzero(plain)
    if len(rows) < len(lines):
        spans, escaped = spans[rows], escaped[rows]
    return Found(rows, np.flatnonzero(~plain), lines.data, spans, escaped, listed[:size])


@compiled
def _look(data, eights, rest, starts, ends, spans, escaped, listed, plain):
    """Note where the values of fields stand in each line; return how many strings entities list.

    One loop goes through whatever stands in each other. At depth 1 stand a post's members, at depth 2 its author's, or
    the lists of its entities, at depth 4 what those hold.
    """
    size = _0
    for row in range(starts.size):
        at, end = np.uint64(starts[row]), np.uint64(ends[row])
        at = _spaces(data, at, end)
        if at >= end or data[at] != 0x7B:
            continue
        before = size
        depth, objects = 0, _0  # the lowest bit says whether the inmost is an object
        around, lists = 0, 0  # the field that stands at depth 1, and the list of entities, counted from 1
        field, begun = -1, _0  # the field that stands here, and where its value begins
        item, item_end, item_odd, item_seen = _0, _0, False, False
        names, good, seen = False, False, 0
        while True:
            if names:  # the name of a member, and a colon
                if at >= end or data[at] != 0x22:
                    break
                start = at + _1
                at, odd = _string(data, at, end)
                if at == _ODD:
                    break
                field = -1
                if depth == 1:
                    first, last = 0, _AUTHOR
                elif depth == 2 and around == _AUTHOR - 1:  # the author, next to last
                    first, last = _AUTHOR, _LIST
                elif depth == 2 and around == _AUTHOR:
                    first, last = _LIST, _ITEM
                elif depth == 4 and lists:
                    first, last = _ITEM + lists - 1, _ITEM + lists
                else:
                    first, last = 0, 0
                if last:
                    if odd:
                        break
                    field = _field(data, eights, rest, start, at - _1 - start, first, last)
                at = _spaces(data, at, end)
                if at >= end or data[at] != 0x3A:
                    break
                at = _spaces(data, at + _1, end)
                names = False
            if at >= end:
                break
            byte, begun, odd = data[at], at, False
            if byte == 0x22:
                at, odd = _string(data, at, end)
            elif byte == 0x7B or byte == 0x5B:
                if depth == _DEEPEST:
                    break
                if field >= 0:
                    kind = _KINDS[field]
                    if depth == 1:
                        if (kind != ANY) & (byte == 0x5B) or kind < ANY:
                            break
                        if kind >= OBJECT and spans[row, field, 0] >= 0:  # twice
                            break
                        around, spans[row, field, 0] = field + 1, np.int64(at)
                    elif depth == 2 and field >= _LIST and byte == 0x5B:
                        lists = field - _LIST + 1
                        if seen & lists:  # twice
                            break
                        seen |= lists
                    else:
                        break
                    field = -1
                elif depth == 3 and lists:
                    if byte == 0x5B:
                        break
                    item, item_end, item_odd, item_seen = at, at, False, False
                depth += 1
                objects = objects << _1 | np.uint64(byte == 0x7B)
                at = _spaces(data, at + _1, end)
                if at >= end:
                    break
                if data[at] != byte + 2:
                    names = byte == 0x7B
                    continue
                begun = _ODD  # nothing in it: what ends here is told below
            elif byte == 0x2D or 0x30 <= byte <= 0x39:
                at = _number(data, at, end)
            else:
                at = _literal(data, at, end)
            if at == _ODD:
                break
            if begun != _ODD:
                if lists and depth == 3:  # no object in a list of entities
                    break
                if field >= 0:
                    kind = _KINDS[field]
                    if byte == 0x6E:
                        if kind in (TEXT, OBJECT) or field >= _LIST:
                            break
                        if kind == LISTS and spans[row, field, 0] >= 0:  # twice
                            break
                        spans[row, field, 0] = -1
                    elif field >= _ITEM:
                        if byte != 0x22 or item_seen:
                            break
                        item, item_end, item_odd, item_seen = begun + _1, at - _1, odd, True
                    elif field >= _LIST or kind >= OBJECT:
                        break
                    elif kind <= NAME:
                        if byte != 0x22:
                            break
                        spans[row, field, 0], spans[row, field, 1] = np.int64(begun + _1), np.int64(at - _1)
                        escaped[row, field] = odd
                    else:
                        if kind == COUNT and not _counts(data, begun, at):
                            break
                        spans[row, field, 0], spans[row, field, 1] = np.int64(begun), np.int64(at)
            over = False
            while True:  # after a value, or before the end of something empty
                at = _spaces(data, at, end)
                if at >= end:
                    over = True
                    break
                inside = objects & _1
                byte = data[at]
                if byte == 0x2C and begun != _ODD:
                    at = _spaces(data, at + _1, end)
                    names, field = inside != _0, -1
                    break
                if byte != (0x7D if inside else 0x5D):
                    over = True
                    break
                at += _1
                begun = at
                depth -= 1
                objects >>= _1
                if depth == 3 and lists:
                    listed[size, 0], listed[size, 1] = row, lists - 1
                    listed[size, 2], listed[size, 3] = np.int64(item), np.int64(item_end)
                    listed[size, 4] = item_odd
                    size += _1
                elif depth == 2:
                    lists = 0
                elif depth == 1 and around:
                    spans[row, around - 1, 1] = np.int64(at)
                    around = 0
                elif depth == 0:
                    good = _spaces(data, at, end) == end
                    over = True
                    break
            if over:
                break
        for field in _MUST:
            good &= spans[row, field, 0] >= 0
        plain[row] = good
        if not good:
            size = before
    return size


@inlined
def _field(data, eights, rest, start, size, first, last):
    """Return which field is called so; -1 for none."""
    begins = eight_at(eights, rest, start) & (_ODD >> (_64 - (min(size, _8) << np.uint64(3)))) if size else _0
    for field in range(first, last):
        if _FIRSTS[field] == begins and _SIZES[field] == size:
            place = _8
            while place < size and data[start + place] == _KEYS[field, place]:
                place += _1
            if place >= size:
                return field
    return -1


@compiled
def _counts(data, start, end):
    """Say whether a value is a whole number that is none too large."""
    if end - start > _LONGEST_COUNT:
        return False
    digits = True
    for place in range(start, end):
        digits &= 0x30 <= data[place] <= 0x39
    return digits


@inlined
def _spaces(data, at, end):
    while at < end and (data[at] == 0x20 or data[at] == 0x0A or data[at] == 0x0D or data[at] == 0x09):
        at += _1
    return at


@inlined
def _string(data, at, end):
    """Return where a string ends, after its quotation mark, and whether it holds escapes."""
    at = _mark(data, at + _1, end)
    if at < end and data[at] == _QUOTE:
        return at + _1, False
    return _escaped(data, at, end), True


@inlined
def _mark(data, at, end):
    """Return where what may end a string stands next: a quotation mark, a backslash, a control character."""
    mask = _0
    while at < end and mask == _0:
        start = min(at, np.uint64(data.size) - _64)
        mask = same(data, start, _QUOTE) | same(data, start, _BACKSLASH) | between(data, start, _NUL, _LAST_CONTROL)
        mask >>= at - start
        at += first_bit(mask) if mask != _0 else _64
    return at


@compiled
def _escaped(data, at, end):
    """Return where a string ends whose next mark is no quotation mark."""
    while at < end:
        byte = data[at]
        at += _1
        if byte == _QUOTE:
            return at
        if byte < 0x20 or at >= end:
            return _ODD
        byte = data[at]
        at += _1
        if byte == 0x75:
            code = _four(data, at, end)
            at += _4
            if code < 0 or 0xDC00 <= code < 0xE000:
                return _ODD
            if 0xD800 <= code < 0xDC00:
                if at + _6 > end or data[at] != 0x5C or data[at + _1] != 0x75:
                    return _ODD
                low = _four(data, at + _2, end)
                if low < 0xDC00 or low >= 0xE000:
                    return _ODD
                at += _6
        elif _plain_escape(byte) == 0:
            return _ODD
        at = _mark(data, at, end)
    return _ODD


@compiled
def _plain_escape(byte):
    """Return what a letter after a backslash stands for; 0 if for nothing."""
    if byte == 0x22 or byte == 0x5C or byte == 0x2F:
        return byte
    if byte == 0x6E:
        return np.uint8(0x0A)
    if byte == 0x74:
        return np.uint8(0x09)
    if byte == 0x72:
        return np.uint8(0x0D)
    if byte == 0x62:
        return np.uint8(0x08)
    if byte == 0x66:
        return np.uint8(0x0C)
    return np.uint8(0)


@compiled
def _four(data, at, end):
    """Return the number that four hexadecimal digits make; -1 if they are none."""
    if at + _4 > end:
        return -1
    code = 0
    for place in range(at, at + _4):
        digit = _HEX[data[place]]
        if digit == 255:
            return -1
        code = code << 4 | digit
    return code


@compiled
def _number(data, at, end):
    """Return where a number ends, as JSON writes them."""
    if at < end and data[at] == 0x2D:
        at += _1
    start = at
    while at < end and 0x30 <= data[at] <= 0x39:
        at += _1
    if at == start or (data[start] == 0x30 and at > start + _1):
        return _ODD
    if at < end and data[at] == 0x2E:
        at += _1
        start = at
        while at < end and 0x30 <= data[at] <= 0x39:
            at += _1
        if at == start:
            return _ODD
    if at < end and (data[at] == 0x65 or data[at] == 0x45):
        return _ODD  # as large as one likes: not for us
    return at


@compiled
def _literal(data, at, end):
    """Return where true, false or null ends."""
    if at + _4 <= end and data[at] == 0x74 and data[at + _1] == 0x72 and data[at + _2] == 0x75:
        return at + _4 if data[at + np.uint64(3)] == 0x65 else _ODD
    if at + _4 <= end and data[at] == 0x6E and data[at + _1] == 0x75 and data[at + _2] == 0x6C:
        return at + _4 if data[at + np.uint64(3)] == 0x6C else _ODD
    if at + _5 <= end and data[at] == 0x66 and data[at + _1] == 0x61 and data[at + _2] == 0x6C:
        return at + _5 if data[at + np.uint64(3)] == 0x73 and data[at + _4] == 0x65 else _ODD
    return _ODD


@compiled
def _copied(data, spans, escaped, ends, held):
    """Put strings one after the other, without their escapes; return how many bytes they are."""
    size = 0
    for row in range(spans.shape[0]):
        at, end = spans[row, 0], spans[row, 1]
        if at >= 0 and not escaped[row]:
            for place in range(end - at):
                held[size + place] = data[at + place]
            size += end - at
        elif at >= 0:
            while at < end:
                byte = data[at]
                if byte != 0x5C:
                    held[size] = byte
                    size += 1
                    at += 1
                elif data[at + 1] != 0x75:
                    held[size] = _plain_escape(data[at + 1])
                    size += 1
                    at += 2
                else:
                    code = _four(data, at + 2, end)
                    at += 6
                    if 0xD800 <= code < 0xDC00:
                        code = 0x10000 + ((code & 0x3FF) << 10) + (_four(data, at + 2, end) & 0x3FF)
                        at += 6
                    size = _written(code, held, size)
        ends[row + 1] = size
    return size


@compiled
def _written(code, held, size):
    """Write a character as UTF-8; return where it ends."""
    if code < 0x80:
        held[size] = code
        return size + 1
    count = 2 if code < 0x800 else 3 if code < 0x10000 else 4
    for place in range(count - 1, 0, -1):
        held[size + place] = 0x80 | (code & 0x3F)
        code >>= 6
    held[size] = ((0xF00 >> count) & 0xFF) | code
    return size + count


@compiled
def _read(data, spans, numbers):
    """Read whole numbers."""
    for row in range(spans.shape[0]):
        if spans[row, 0] >= 0:
            for place in range(np.uint64(spans[row, 0]), np.uint64(spans[row, 1])):
                numbers[row] = numbers[row] * 10 + np.int64(data[place] - np.uint8(0x30))
