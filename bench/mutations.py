"""A line or document as no honest network sends it: one that was, with parts dropped, bent, cut, blown up or nested."""

import copy
import json
import random
import re
from collections.abc import Callable
from typing import Any

HUGE = 1_000_000
"""Bytes of the largest value put in; few are that large."""

MOST = 2_000_000
"""Bytes of the longest line made."""

DEEP = 100_000

TEXTS = (
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "\udfff\ud800",
    "\ufffe\uffff",
    "\u202e\u2066",
    "\x1b[31m\x07",
    "\r\n\r\n",
    "e" + "\u0301" * 500,
    "👩‍👩‍👧‍👦" * 50,
    "ﷺ" * 200,
    "null",
    "NaN",
    "-0",
    "1e309",
    "١٢٣",
    "²",
    "../../etc/passwd",
    "javascript:alert(1)",
    "https://[::1",
    "http://\u202e.example:99999999/",
    "at://",
    "@",
    "@" * 300,
    "%s%n{0}{__class__}",
    "<b x='",
    "<!--",
    "&#0;&#xD800;&#99999999999;",
    "=?utf-8?b?//////?=",
    "=?nonsense?q?=zz?=",
    '"' * 100,
    "(" * 500,
    "[" * 500,
)
DATES = (
    "2026-02-30T25:61:61Z",
    "2026-13-01",
    "0000-00-00T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999999-14:00",
    "99999-01-01T00:00:00Z",
    "-2026-01-01T00:00:00Z",
    "2026-11-22T12:00:00+99:99",
    "2026-11-22T12:00:60Z",
    "٢٠٢٦-١١-٢٢",
    "Thu, 32 Nov 2026 99:99:99 +9999",
    "Mon, 01 Jan 0000 00:00:00 GMT",
    "yesterday",
    "1e400",
)
NUMBERS = (
    0,
    -1,
    1,
    2**31,
    2**53 + 1,
    2**63,
    -(2**63) - 1,
    2**64,
    10**30,
    10**400,
    0.5,
    -0.0,
    1e308,
    -1e308,
    5e-324,
    float("nan"),
    float("inf"),
    float("-inf"),
)
OTHERS: tuple[Any, ...] = (None, True, False, [], {}, [[]], [None], {"": None}, [{}], {"a": {"b": []}}, ["x"] * 500)
PIECES = (
    *("x", "widget ", "é", "👍🏽", "\u0301", "@acme ", "#w ", "https://example.org/a ", "https://"),
    *("<p>", "<a ", "<b><i>", "<!--", "&amp;", "&", "\n>", "> ", "\n", "-", "=\n", "\0", "a@b.", "(", '"'),
)
RAW = (
    b"",
    b"\0",
    b"\xff",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\n",
    b"\r\n\r\n",
    b"\x1a",
    b"\\u0000",
    b"\\ud800",
    b"]]>",
    b"<![CDATA[",
    b"<!DOCTYPE a [<!ENTITY b 'c'>",
    b"&b;",
    b"&#xD800;",
    b"'",
    b'"',
    b"--",
    b"Content-Type: multipart/mixed; boundary=x\n",
    b"Content-Transfer-Encoding: base64\n",
    b"Content-Type: text/plain; charset=nonsense\n",
    b"=?",
    b"=00=FF=",
    b"--x\n",
    b",",
    b";",
    b"{",
    b"[",
    b"}",
    b"\xe2\x80\xa8",
)
_PIECE = re.compile(rb"<[^<>]*>|\r?\n|[,;\t]|[^<>,;\t\r\n]+|[<>\r]", re.DOTALL)
_MARK = "\u2603here\u2603"  # where a tree gets what is large once it is bytes: no encoder would write all of it


def mutated(sample: bytes, rng: random.Random) -> bytes:
    """Return a sample changed in one to four ways: as a tree where it is JSON, as pieces and bytes where not."""
    try:
        tree = json.loads(sample)
    except (ValueError, RecursionError):
        tree = None
    line = sample
    while line == sample:
        if tree is None or rng.random() < 0.15:
            line = _bytes_changed(sample, rng)
        else:
            line = _written(_tree_changed(tree, rng), rng)
            line = _bytes_changed(line, rng) if rng.random() < 0.05 else line
    return line[:MOST]


def _tree_changed(tree: Any, rng: random.Random) -> Any:
    root = [copy.deepcopy(tree)]
    for _ in range(rng.choice((1, 1, 1, 2, 3, 4))):
        places = _places(root)
        owner, key = rng.choice(places[1:] if len(places) > 1 and rng.random() < 0.98 else places)
        change = rng.random()
        if change < 0.15 and owner is not root:
            del owner[key]
        elif change < 0.3 and isinstance(owner[key], str):
            owner[key] = _text_changed(owner[key], rng)
        elif change < 0.4 and isinstance(owner, dict):
            owner[_odd_text(rng) if rng.random() < 0.5 else key + rng.choice(("", " ", "_", "\0"))] = owner.pop(key)
        elif change < 0.45 and isinstance(owner, list) and len(owner) > 1:
            rng.shuffle(owner)
        elif change < 0.5 and owner is not root:
            owner[key] = [owner[key]] * rng.choice((1, 2, 30))
        else:
            owner[key] = _alike(owner[key], rng) if rng.random() < 0.6 else _odd(rng)
    return root[0]


def _places(root: list[Any]) -> list[tuple[Any, Any]]:
    """Return every place of a tree as (owner, key)."""
    places: list[tuple[Any, Any]] = []
    left: list[Any] = [root]
    while left and len(places) < 10_000:
        owner = left.pop()
        for key in list(owner) if isinstance(owner, dict) else range(len(owner)):
            places.append((owner, key))
            if isinstance(owner[key], dict | list):
                left.append(owner[key])
    return places


def _alike(value: Any, rng: random.Random) -> Any:
    """Return a value of the same type that nobody thought of, so that it gets further in."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return rng.choice(NUMBERS)
    if isinstance(value, str):
        return rng.choice(
            (_MARK, _odd_text(rng), _odd_text(rng), value + _odd_text(rng), value * 40, rng.choice(DATES))
        )
    if isinstance(value, list):
        return rng.choice(([], value * 100, [*value, _odd(rng)], [_odd(rng)] * 3))
    return {**value, _odd_text(rng): _odd(rng)} if isinstance(value, dict) else _odd(rng)


def _odd(rng: random.Random) -> Any:
    """Return a value that may stand where another type, size or range was meant."""
    kind = rng.random()
    if kind < 0.02:
        return _MARK
    if kind < 0.3:
        return _odd_text(rng)
    if kind < 0.5:
        return rng.choice(DATES)
    if kind < 0.75:
        return rng.choice(NUMBERS)
    return copy.deepcopy(rng.choice(OTHERS))


def _odd_text(rng: random.Random) -> str:
    if rng.random() < 0.8:
        return rng.choice(TEXTS)
    return "".join(chr(rng.randrange(0x11_0000)) for _ in range(rng.randrange(1, 40)))


def _huge(rng: random.Random) -> str:
    """Return a text larger than any honest one."""
    piece = rng.choice(PIECES)
    return piece * (rng.choice((HUGE // 50, HUGE // 10, HUGE // 10, HUGE)) // len(piece.encode()))


def _large(rng: random.Random) -> bytes:
    """Return a value as JSON that is long, deep, or of many parts."""
    how = rng.random()
    if how < 0.15:
        opened, closed = rng.choice(((b"[", b"]"), (b'{"a":', b"}"), (b'[{"text":"x","a":', b"}]")))
        depth = rng.choice((100, 900, 3_000, DEEP))
        return opened * depth + b"0" + closed * depth
    if how < 0.2:
        return b"1" + b"0" * rng.choice((5_000, HUGE))
    piece = json.dumps(rng.choice(PIECES) * rng.choice((1, 5))).encode()
    count = HUGE // 10 // len(piece)
    if how < 0.25:
        return b"[" + b",".join([piece] * count) + b"]"
    if how < 0.3:
        return b"{" + b",".join(b'"%d":%s' % (number, piece) for number in range(count)) + b"}"
    return json.dumps(_huge(rng)).encode()


def _text_changed(text: str, rng: random.Random) -> str:
    """Change a string, which may itself be a document or a date, as bytes are changed."""
    if rng.random() < 0.3:
        return text[: rng.randrange(len(text) + 1)]
    changed = _bytes_changed(text.encode("utf-8", "surrogatepass"), rng)
    return changed.decode("utf-8", rng.choice(("replace", "surrogateescape")))


def _written(tree: Any, rng: random.Random) -> bytes:
    """Write JSON, as escapes or as bytes that are no UTF-8, at times with a key given twice or what is large."""
    if rng.random() < 0.7:
        line = json.dumps(tree).encode()
    else:
        line = json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    if rng.random() < 0.06 and isinstance(tree, dict) and tree:
        key = rng.choice(list(tree))
        again = json.dumps({key: _odd(rng)}).encode()[1:-1]
        line = b"{" + again + b"," + line[1:] if rng.random() < 0.5 else line[:-1] + b"," + again + b"}"
    for mark in (json.dumps(_MARK).encode(), json.dumps(_MARK, ensure_ascii=False).encode()):
        if mark in line:
            line = line.replace(mark, _large(rng), 1)
    return line


def _bytes_changed(data: bytes, rng: random.Random) -> bytes:
    for _ in range(rng.choice((1, 1, 2, 4))):
        data = rng.choice(_WAYS)(data, rng)[:MOST]
    return data


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _put(data: bytes, rng: random.Random) -> bytes:
    """Put bytes in, over some of what was there."""
    start = rng.randrange(len(data) + 1)
    new = rng.choice(RAW) if rng.random() < 0.7 else rng.randbytes(rng.randrange(1, 16))
    return data[:start] + new * rng.choice((1, 1, 1, 2, 200)) + data[start + rng.choice((0, 0, len(new), 10)) :]


def _swapped(data: bytes, rng: random.Random) -> bytes:
    """Swap bytes, at times all of them in pairs."""
    if len(data) < 2:
        return data[::-1]
    made = bytearray(data)
    if rng.random() < 0.1:
        even = len(made) // 2 * 2
        made[:even:2], made[1:even:2] = made[1:even:2], made[:even:2]
    for _ in range(rng.randrange(1, 5)):
        one, other = rng.randrange(len(made)), rng.randrange(len(made))
        made[one], made[other] = made[other], made[one]
    return bytes(made)


def _pieces(data: bytes, rng: random.Random) -> bytes:
    """Drop, repeat, swap or replace what stands between separators: tags, lines, cells."""
    pieces = _PIECE.findall(data)
    if len(pieces) < 2:
        return data
    place, other = rng.randrange(len(pieces)), rng.randrange(len(pieces))
    how = rng.randrange(6)
    if how == 0:
        del pieces[place]
    elif how == 1:
        pieces[place:place] = [pieces[place]] * min(rng.choice((1, 1, 50, 3_000)), HUGE // len(pieces[place]))
    elif how == 2:
        pieces[place], pieces[other] = pieces[other], pieces[place]
    elif how == 3:
        pieces[place] = rng.choice((*TEXTS, *DATES, *map(str, NUMBERS))).encode("utf-8", "surrogatepass")
    elif how == 4:
        first, last = sorted((place, other))
        pieces[first:last] = [b"".join(pieces[first:last])] * rng.choice((0, 2, 3))
    elif rng.random() < 0.1:
        pieces[place] = _huge(rng).encode("utf-8", "surrogatepass")
    return b"".join(pieces)


_WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (_cut, _put, _put, _swapped, _pieces, _pieces, _pieces)
