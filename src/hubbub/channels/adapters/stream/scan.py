"""Where the values of a post stand in its line, found in compiled code: no object is made for a post.

What is not as it should be, or written in a way that needs a closer look, is left to a parser that says what is wrong.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from hubbub.kernel.batch import Lines
from hubbub.kernel.octets import marks

TEXT, NAME, COUNT, ANY, OBJECT = range(5)
"""Kinds of values: a string; one or null; a count or null; whatever stands there, as its bytes; an object of fields."""

POST = ("id", "created_at", "text", "lang", "conversation_id", "in_reply_to_user_id")
MORE = ("entities", "referenced_tweets", "attachments")
AUTHOR = ("id", "username", "name", "created_at")
COUNTS = ("followers_count", "following_count", "tweet_count")
_NEEDED = ("id", "created_at", "text", "author.id")

_FIELDS = (
    *((name, NAME if name == "in_reply_to_user_id" else TEXT) for name in POST),
    *((name, ANY) for name in MORE),
    ("author", OBJECT),
    *((name, TEXT) for name in AUTHOR),
    *((name, COUNT) for name in COUNTS),
)
_NAMES = (*POST, *MORE, "author", *(f"author.{name}" for name in (*AUTHOR, *COUNTS)))
_INSIDE = len(POST) + len(MORE) + 1  # from here on, fields are the author's
_KEYS = np.zeros((len(_FIELDS), max(len(name) for name, _ in _FIELDS)), np.uint8)
for _row, (_name, _) in enumerate(_FIELDS):
    _KEYS[_row, : len(_name)] = list(_name.encode())
_SIZES = np.array([len(name) for name, _ in _FIELDS], np.int64)
_KINDS = np.array([kind for _, kind in _FIELDS], np.int64)
_MUST = np.array([_NAMES.index(name) for name in _NEEDED], np.int64)
_HEX = np.array([int(chr(b), 16) if chr(b) in "0123456789abcdefABCDEF" else 255 for b in range(256)], np.int64)
_LITERALS = np.zeros((3, 6), np.uint8)  # how long, and the letters
for _row, _name in enumerate(("true", "false", "null")):
    _LITERALS[_row, : len(_name) + 1] = [len(_name), *_name.encode()]
_ODD = -1
_DEEPEST = 60  # objects and lists in each other
_LONGEST_COUNT = 15  # digits


class Found(NamedTuple):
    """Where values stand, of the lines that are plain."""

    rows: NDArray[np.int64]  # (n,) which lines
    odd: NDArray[np.int64]  # the others
    raw: bytes
    spans: NDArray[np.int64]  # (n, fields, 2): where a value begins and ends; -1 where it is left out, or null
    escaped: NDArray[np.bool_]  # (n, fields): whether a string holds escapes

    def texts(self, name: str) -> pa.StringArray:
        """Return the strings of a field; null where there is none.

        Raises
        ------
        pyarrow.ArrowInvalid
            If some are no UTF-8.
        """
        field = _NAMES.index(name)
        spans, escaped = self.spans[:, field], self.escaped[:, field]
        there = spans[:, 0] >= 0
        ends = np.zeros(len(spans) + 1, np.int32)
        held = np.empty(int((spans[:, 1] - spans[:, 0])[there].sum()), np.uint8)
        size = _copied(np.frombuffer(self.raw, np.uint8), spans, escaped, ends, held)
        nulls = None if there.all() else pa.py_buffer(np.packbits(there, bitorder="little"))
        strings = pa.StringArray.from_buffers(len(spans), pa.py_buffer(ends), pa.py_buffer(held[:size]), nulls)
        strings.validate(full=True)
        return strings

    def counts(self, name: str) -> pa.Int64Array:
        """Return the numbers of a field; null where there is none."""
        spans = self.spans[:, _NAMES.index(name)]
        return pa.array(_numbers(np.frombuffer(self.raw, np.uint8), spans), pa.int64(), mask=spans[:, 0] < 0)

    def parts(self, name: str) -> list[bytes]:
        """Return the bytes of a field, `null` where there is none."""
        spans = self.spans[:, _NAMES.index(name)].tolist()
        return [self.raw[start:end] if start >= 0 else b"null" for start, end in spans]

    def has(self, name: str) -> bool:
        """Say whether some line has the field."""
        return bool((self.spans[:, _NAMES.index(name), 0] >= 0).any())


def found(lines: Lines) -> Found:
    """Look through lines, each a JSON object."""
    data = np.frombuffer(lines.data, np.uint8)
    spans = np.full((len(lines), len(_FIELDS), 2), -1, np.int64)
    escaped = np.zeros((len(lines), len(_FIELDS)), np.bool_)
    plain = np.zeros(len(lines), np.bool_)
    bounds = lines.starts, lines.ends
    _look(data, marks(lines.data), *bounds, _KEYS, _SIZES, _KINDS, _MUST, spans, escaped, plain)
    rows = np.flatnonzero(plain)
    if len(rows) < len(lines):
        spans, escaped = spans[rows], escaped[rows]
    return Found(rows, np.flatnonzero(~plain), lines.data, spans, escaped)


@njit(cache=True, nogil=True)
def _look(data, marks, starts, ends, keys, sizes, kinds, must, spans, escaped, plain):
    turn = np.zeros(1, np.int64)
    for row in range(starts.size):
        end = ends[row]
        while turn[0] < marks.size and marks[turn[0]] < starts[row]:
            turn[0] += 1
        at = _object(
            data,
            marks,
            turn,
            _spaces(data, starts[row], end),
            end,
            keys,
            sizes,
            kinds,
            spans[row],
            escaped[row],
        )
        if at == _ODD or _spaces(data, at, end) != end:
            continue
        good = True
        for field in must:
            good &= spans[row, field, 0] >= 0
        plain[row] = good


@njit(cache=True, nogil=True)
def _object(data, marks, turn, at, end, keys, sizes, kinds, spans, escaped):
    """Note where the values of fields stand in an object, and in the author's in it; return where it ends."""
    if at >= end or data[at] != 0x7B:
        return _ODD
    first, last = 0, _INSIDE  # the fields that may stand here
    at = _spaces(data, at + 1, end)
    if at < end and data[at] == 0x7D:
        return at + 1
    while True:
        start = at + 1
        at, odd = _string(data, marks, turn, at, end)
        if at == _ODD or odd:
            return _ODD
        field = _field(data, start, at - 1 - start, first, last, keys, sizes)
        at = _spaces(data, at, end)
        if at >= end or data[at] != 0x3A:
            return _ODD
        start = _spaces(data, at + 1, end)
        if start >= end:
            return _ODD
        if field >= 0 and kinds[field] == OBJECT and data[start] == 0x7B:
            at = _spaces(data, start + 1, end)
            if spans[field, 0] >= 0 or at >= end or data[at] == 0x7D:  # twice, or nothing is in it
                return _ODD
            spans[field, 0], spans[field, 1] = start, at
            first, last = _INSIDE, sizes.size
            continue
        if data[start] == 0x22:
            at, odd = _string(data, marks, turn, start, end)
        else:
            at = _skip(data, marks, turn, start, end)
        if at == _ODD:
            return _ODD
        if field >= 0 and data[start] == 0x6E:
            if kinds[field] == TEXT or kinds[field] == OBJECT:
                return _ODD
            spans[field, 0] = -1
        elif field >= 0:
            string, kind = data[start] == 0x22, kinds[field]
            if kind == OBJECT or (kind <= NAME and not string) or (kind == COUNT and not _counts(data, start, at)):
                return _ODD
            quotes = 1 if kind <= NAME else 0
            spans[field, 0], spans[field, 1], escaped[field] = start + quotes, at - quotes, odd
        at = _spaces(data, at, end)
        while at < end and data[at] == 0x7D and first:  # the author ends
            first, last = 0, _INSIDE
            at = _spaces(data, at + 1, end)
        if at >= end:
            return _ODD
        if data[at] == 0x7D:
            return at + 1
        if data[at] != 0x2C:
            return _ODD
        at = _spaces(data, at + 1, end)


@njit(cache=True, nogil=True)
def _field(data, start, size, first, last, keys, sizes):
    """Return which field is called so; -1 for none."""
    for field in range(first, last):
        if sizes[field] == size:
            same = 0
            while same < size and data[start + same] == keys[field, same]:
                same += 1
            if same == size:
                return field
    return -1


@njit(cache=True, nogil=True)
def _counts(data, start, end):
    """Say whether a value is a whole number that is none too large."""
    if end - start > _LONGEST_COUNT:
        return False
    same = True
    for place in range(start, end):
        same &= 0x30 <= data[place] <= 0x39
    return same


@njit(cache=True, nogil=True)
def _spaces(data, at, end):
    while at < end and (data[at] == 0x20 or data[at] == 0x0A or data[at] == 0x0D or data[at] == 0x09):
        at += 1
    return at


@njit(cache=True, nogil=True)
def _string(data, marks, turn, at, end):
    """Return where a string ends, after its quotation mark, and whether it holds escapes.

    `marks` are where strings may end, `turn` which of them comes next.
    """
    odd = False
    if at >= end or data[at] != 0x22:
        return _ODD, odd
    at += 1
    next_ = turn[0]
    while True:
        while next_ < marks.size and marks[next_] < at:
            next_ += 1
        if next_ == marks.size or marks[next_] >= end:
            return _ODD, odd
        at = marks[next_] + 1
        byte = data[at - 1]
        if byte == 0x22:
            turn[0] = next_ + 1
            return at, odd
        if byte < 0x20:
            return _ODD, odd
        if byte == 0x5C:
            odd = True
            if at >= end:
                return _ODD, odd
            byte = data[at]
            at += 1
            if byte == 0x75:
                code = _four(data, at, end)
                at += 4
                if code < 0 or 0xDC00 <= code < 0xE000:
                    return _ODD, odd
                if 0xD800 <= code < 0xDC00:
                    if at + 6 > end or data[at] != 0x5C or data[at + 1] != 0x75:
                        return _ODD, odd
                    low = _four(data, at + 2, end)
                    if low < 0xDC00 or low >= 0xE000:
                        return _ODD, odd
                    at += 6
            elif _plain_escape(byte) == 0:
                return _ODD, odd


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def _four(data, at, end):
    """Return the number that four hexadecimal digits make; -1 if they are none."""
    if at + 4 > end:
        return -1
    code = 0
    for place in range(at, at + 4):
        digit = _HEX[data[place]]
        if digit == 255:
            return -1
        code = code << 4 | digit
    return code


@njit(cache=True, nogil=True)
def _number(data, at, end):
    """Return where a number ends, as JSON writes them."""
    if at < end and data[at] == 0x2D:
        at += 1
    start = at
    while at < end and 0x30 <= data[at] <= 0x39:
        at += 1
    if at == start or (data[start] == 0x30 and at > start + 1):
        return _ODD
    if at < end and data[at] == 0x2E:
        at += 1
        start = at
        while at < end and 0x30 <= data[at] <= 0x39:
            at += 1
        if at == start:
            return _ODD
    if at < end and (data[at] == 0x65 or data[at] == 0x45):
        return _ODD  # as large as one likes: not for us
    return at


@njit(cache=True, nogil=True)
def _literal(data, at, end):
    """Return where true, false or null ends."""
    for word in _LITERALS:
        size = word[0]
        if at + size <= end:
            same = 0
            while same < size and data[at + same] == word[same + 1]:
                same += 1
            if same == size:
                return at + size
    return _ODD


@njit(cache=True, nogil=True)
def _skip(data, marks, turn, at, end):
    """Return where a value ends, whatever it is."""
    depth, objects = 0, np.uint64(0)  # of those around, the lowest bit says whether the inmost is an object
    while True:
        if at >= end:
            return _ODD
        byte = data[at]
        if byte == 0x7B or byte == 0x5B:
            if depth == _DEEPEST:
                return _ODD
            depth += 1
            objects = objects << np.uint64(1) | np.uint64(byte == 0x7B)
            at = _spaces(data, at + 1, end)
            if at < end and data[at] == byte + 2:  # nothing in it
                pass
            elif byte == 0x7B:
                at = _value(data, marks, turn, at, end)
                if at == _ODD:
                    return _ODD
                continue
            else:
                continue
        else:
            if byte == 0x22:
                at, _ = _string(data, marks, turn, at, end)
            elif byte == 0x2D or 0x30 <= byte <= 0x39:
                at = _number(data, at, end)
            else:
                at = _literal(data, at, end)
            if at == _ODD or depth == 0:
                return at
        while True:  # after a value, or before the end of something empty
            at = _spaces(data, at, end)
            if at >= end:
                return _ODD
            inside = objects & np.uint64(1)
            if data[at] == (0x7D if inside else 0x5D):
                at += 1
                depth -= 1
                objects >>= np.uint64(1)
                if depth == 0:
                    return at
            elif data[at] == 0x2C:
                at = _spaces(data, at + 1, end)
                if inside:
                    at = _value(data, marks, turn, at, end)
                    if at == _ODD:
                        return _ODD
                break
            else:
                return _ODD


@njit(cache=True, nogil=True)
def _value(data, marks, turn, at, end):
    """Return where the value begins, after the name of a member and its colon."""
    at, _ = _string(data, marks, turn, at, end)
    if at == _ODD:
        return _ODD
    at = _spaces(data, at, end)
    if at >= end or data[at] != 0x3A:
        return _ODD
    return _spaces(data, at + 1, end)


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def _numbers(data, spans):
    found = np.zeros(spans.shape[0], np.int64)
    for row in range(spans.shape[0]):
        if spans[row, 0] >= 0:
            for place in range(spans[row, 0], spans[row, 1]):
                found[row] = found[row] * 10 + (data[place] - 0x30)
    return found
