"""What one glance at many texts tells: what their words weigh, whether they ask, what they are copies of.

One compiled pass over the bytes of a batch in normal form. What becomes a row is read properly later on; the
rest of what a network says is judged by this alone.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call,assignment,call-arg"
# ruff: noqa: SIM102, SIM109 (numba compiles these as they stand, and no faster otherwise)
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hubbub.kernel.compiled import compiled
from hubbub.kernel.hashing import MIX
from hubbub.kernel.octets import add_sixteen, character
from hubbub.listening.core.buffer import Buffer, joined
from hubbub.listening.core.characters import JOINS, TABLE_END, WORD, table
from hubbub.listening.core.letters import encodable

COLUMNS = 16
"""A row of weights has so many columns; those that nobody needs are zero."""
BUCKETS_LOG2 = 16
FEWEST_WORDS = 4
"""A text of fewer words is no copy of another: everybody says thank you."""

_BREAK, _LETTER, _DIGIT, _SIGN, _BEYOND = range(5)
_KINDS = np.array(
    [
        _BEYOND
        if 0x80 <= b < 0xFF
        else _DIGIT
        if chr(b).isdigit()
        else _LETTER
        if (chr(b).isalpha() and b < 0x80) or chr(b) in "_'"
        else _BREAK
        if b <= 0x20 or b == 0xFF
        else _SIGN
        for b in range(256)
    ],
    np.uint8,
)
_MIX = np.uint64(MIX)
_1, _2, _3, _4, _5, _6, _7, _8 = (np.uint64(n) for n in range(1, 9))
_32, _29, _11, _53, _COLUMNS = (np.uint64(n) for n in (32, 29, 11, 53, COLUMNS))
_NOTHING, _START, _LINK, _NAME, _NUMBER = (np.uint64(n) for n in (0, 0x51, 0x52, 0x53, 0x54))
_TO_BUCKET = np.uint64(64 - BUCKETS_LOG2)

# Scripts that one language is written in, for the language of a text whose network tells none.
SCRIPTS = ("", "ja", "ko", "zh", "th", "el", "he", "hy", "ka", "km", "lo", "my", "am", "ta", "te", "kn", "ml", "si")
_SCRIPT_OF = np.zeros(TABLE_END, np.uint8)
for _first, _last, _tag in (
    (0x3040, 0x30FF, "ja"),
    (0xAC00, 0xD7A3, "ko"),
    (0x4E00, 0x9FFF, "zh"),
    (0x0E00, 0x0E7F, "th"),
    (0x0370, 0x03FF, "el"),
    (0x0590, 0x05FF, "he"),
    (0x0530, 0x058F, "hy"),
    (0x10A0, 0x10FF, "ka"),
    (0x1780, 0x17FF, "km"),
    (0x0E80, 0x0EFF, "lo"),
    (0x1000, 0x109F, "my"),
    (0x1200, 0x137F, "am"),
    (0x0B80, 0x0BFF, "ta"),
    (0x0C00, 0x0C7F, "te"),
    (0x0C80, 0x0CFF, "kn"),
    (0x0D00, 0x0D7F, "ml"),
    (0x0D80, 0x0DFF, "si"),
):
    _SCRIPT_OF[_first : _last + 1] = SCRIPTS.index(_tag)
_JAPANESE, _CHINESE = SCRIPTS.index("ja"), SCRIPTS.index("zh")


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """What n texts look like."""

    sums: NDArray[np.int32]  # (n, 2, COLUMNS): weights of words, of pairs
    words: NDArray[np.int32]  # (n,)
    asks: NDArray[np.bool_]  # (n,) whether there is a question mark outside of web addresses
    likeness: NDArray[np.int64]  # (n,) the same for texts of the same words in the same order; 0: too short to tell
    script: NDArray[np.uint8]  # (n,) which of SCRIPTS most letters are of


def glance(buffer: Buffer, count: int, words: NDArray[np.int8], pairs: NDArray[np.int8]) -> Glance:
    """Look at the `count` texts of a buffer.

    Parameters
    ----------
    words, pairs : arrays of shape (2 ** BUCKETS_LOG2, COLUMNS), the weights of words and of pairs of words
    """
    found = Glance(
        np.zeros((count, 2, COLUMNS), np.int32),
        np.zeros(count, np.int32),
        np.zeros(count, np.bool_),
        np.zeros(count, np.int64),
        np.zeros(count, np.uint8),
    )
    traits = table()[1]
    octets, separators = buffer.octets, buffer.separators
    _glance(
        octets,
        separators,
        buffer.rows,
        traits,
        words.ravel(),
        pairs.ravel(),
        _NO_BUCKETS,
        _NO_BUCKETS,
        found.sums.ravel(),
        found.words,
        found.asks,
        found.likeness,
        found.script,
        np.zeros(len(SCRIPTS), np.int64),
    )
    return found


def look(texts: Sequence[str]) -> Glance:
    """Look at texts without weighing their words."""
    return glance(
        joined(pa.array([encodable(text) for text in texts], pa.string())), len(texts), _NO_WEIGHTS, _NO_WEIGHTS
    )


_NO_BUCKETS = np.empty((0, 0), np.int32)
_NO_WEIGHTS = np.zeros((1 << BUCKETS_LOG2, COLUMNS), np.int8)


def buckets(buffer: Buffer, count: int) -> list[tuple[list[int], list[int]]]:
    """Return the buckets of the words and pairs of words of each text; to make weights with."""
    longest = int(np.diff(buffer.separators).max(initial=1)) + 2
    singles, doubles = np.full((2, count, longest), -1, np.int32)
    none = _NO_WEIGHTS.ravel()
    rest = np.zeros(count * 2 * COLUMNS, np.int32), np.zeros(count, np.int32), np.zeros(count, np.bool_)
    more = np.zeros(count, np.int64), np.zeros(count, np.uint8), np.zeros(len(SCRIPTS), np.int64)
    _glance(buffer.octets, buffer.separators, buffer.rows, table()[1], none, none, singles, doubles, *rest, *more)
    return [(one[one >= 0].tolist(), two[two >= 0].tolist()) for one, two in zip(singles, doubles, strict=True)]


@compiled
def _mixed(number):
    number = (number ^ (number >> _29)) * _MIX
    return number ^ (number >> _32)


@compiled
def _address(octets, at):
    """Say whether a web address begins there."""
    if octets[at] == 0x77:  # www.
        return octets[at + _1] == 0x77 and octets[at + _2] == 0x77 and octets[at + _3] == 0x2E
    if octets[at + _1] != 0x74 or octets[at + _2] != 0x74 or octets[at + _3] != 0x70:
        return False
    colon = at + _5 if octets[at + _4] == 0x73 else at + _4
    return octets[colon] == 0x3A and octets[colon + _1] == 0x2F and octets[colon + _2] == 0x2F


@compiled
def _glance(
    octets, separators, rows, traits, words, pairs, singles, doubles, sums, counts, asks, likeness, script, seen
):
    size = np.uint64(octets.size)
    limit = np.uint64(TABLE_END)
    for text in range(separators.size - 1):
        at, end = np.uint64(separators[text]) + _1, np.uint64(separators[text + 1])
        if at == end:
            continue
        row = rows[text]
        before, like, said, count = _START, _NOTHING, 0, 0
        seen[:] = 0
        letters = 0
        while True:
            kind = _KINDS[octets[at]] if at < end else _BREAK
            if kind == _BREAK and at < end:
                at += _1
                continue
            token, counts_as_said = _START, False
            if at >= end:
                pass
            elif kind == _LETTER or kind == _BEYOND:
                token, begun = _NOTHING, at
                if (octets[at] == 0x68 or octets[at] == 0x77) and at + _8 < size and _address(octets, at):
                    while at < end and _KINDS[octets[at]] != _BREAK:
                        at += _1
                    token = _LINK
                else:
                    twice, once = _NOTHING, _NOTHING
                    alone = False  # a sign, or a letter of writing without spaces
                    while at < end:
                        kind = _KINDS[octets[at]]
                        if kind == _LETTER or kind == _DIGIT:
                            code, length = np.uint64(octets[at]), _1
                            letters += 1
                        elif kind == _BEYOND:
                            code, length = character(octets, at)
                            trait = traits[code] if code < limit else 0
                            if trait & WORD:
                                seen[_SCRIPT_OF[code]] += 1
                                letters += 1
                            if not trait & JOINS:
                                alone = at == begun
                                if alone:
                                    at += length
                                    token = code * _MIX
                                    counts_as_said = trait & WORD != 0
                                break
                        else:
                            break
                        at += length
                        if code == once and code == twice:  # sooooo: twice is enough
                            continue
                        twice, once = once, code
                        token = (token ^ code) * _MIX
                        token ^= token >> _32
                    counts_as_said = counts_as_said or not alone
            elif kind == _DIGIT:
                while at < end and _KINDS[octets[at]] == _DIGIT:
                    at += _1
                token = _NUMBER
            elif (
                octets[at] == 0x40 and at + _1 < end and _KINDS[octets[at + _1]] in (_LETTER, _DIGIT, _BEYOND)
            ):  # @somebody
                at += _1
                while at < end and (
                    _KINDS[octets[at]] in (_LETTER, _DIGIT, _BEYOND) or octets[at] in (0x2E, 0x2D, 0x40)
                ):
                    at += _1
                token = _NAME
            else:
                sign, run = octets[at], 0
                while at < end and octets[at] == sign:
                    at += _1
                    run += 1
                if sign == 0x3F:
                    asks[row] = True
                token = np.uint64(sign) * _MIX + np.uint64(min(run, 2))
            if token == np.uint64(0xFF1F) * _MIX or token == np.uint64(0x061F) * _MIX:  # ？ and ؟
                asks[row] = True
            last = at >= end and token == _START
            number = _mixed(token)
            if counts_as_said:
                # RT before a repost's words is none of them
                if not (said == 0 and count == 0 and token == _RT):
                    like = ((like << _11) | (like >> _53)) ^ number
                    said += 1
            together = _mixed(before * np.uint64(3) + number) >> _TO_BUCKET
            add_sixteen(sums, _COLUMNS * (_2 * np.uint64(row) + _1), pairs, _COLUMNS * together)
            if doubles.size:
                doubles[row, count] = together
            if last:
                break
            single = number >> _TO_BUCKET
            add_sixteen(sums, _COLUMNS * _2 * np.uint64(row), words, _COLUMNS * single)
            if singles.size:
                singles[row, count] = single
            count += 1
            before = number
        counts[row] += count
        if said >= FEWEST_WORDS:
            likeness[row] = np.int64(_mixed(like + np.uint64(said)))
        most = np.argmax(seen[1:]) + 1
        if seen[_JAPANESE] * 5 > seen[_CHINESE]:  # Japanese is written with Chinese letters, too
            if most == _CHINESE:
                most = _JAPANESE
        if seen[most] * 2 > letters:
            script[row] = most
        elif seen[_JAPANESE] and (seen[_JAPANESE] + seen[_CHINESE]) * 2 > letters:
            script[row] = _JAPANESE


def _rt() -> np.uint64:
    token = 0
    for letter in b"rt":
        token = (token ^ letter) * int(_MIX) & (1 << 64) - 1
        token ^= token >> 32
    return np.uint64(token)


_RT = _rt()
