"""What the model looks at in texts: words, pairs of words, and runs of letters, each as the number of a bucket."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hubbub.kernel.compiled import compiled, inlined
from hubbub.kernel.text import fold

READ_CHARACTERS = 2_000
"""How much of a text is read; what people want stands near the top."""

BUCKETS_LOG2 = 17
"""Each family of features (words, letters) has 2 to this power buckets."""

# A text becomes tokens, tokens become numbers. Placeholders are upper case, as folded text never is.
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_MAIL = re.compile(r"(?<![\w.+@-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,}")
_MAIL_LIKE = re.compile(r"[\w.+-]@[\w-]")  # few texts have any, and this is quicker found
_HANDLE = re.compile(r"@\w[\w.@-]*")
_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
_DRAWN_OUT = re.compile(r"(.)\1\1+")  # sooooo, !!!!!: twice is enough
_TOKEN = re.compile(r"\n|[^\W_][\w']*|[!-/:-@\[-`{-~]+|[^\w\s]")

Feature = tuple[NDArray[np.int32], NDArray[np.int64]]
"""Buckets of all texts one after the other, and where each text begins and ends: ends[i]:ends[i + 1]."""


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """What the model looks at, for n texts."""

    words: tuple[Feature, ...]  # single words, pairs
    letters: tuple[Feature, ...]  # runs of 3, 4 and 5 inside a word and the spaces around it
    empty: NDArray[np.bool_]  # (n,), texts with no word or sign at all


def tokens(texts: Sequence[str]) -> list[str]:
    r"""Return words and signs of all texts, with a newline after each text.

    >>> tokens(["@Acme it's sooooo LATE!!! see https://acme.example", "ok"])
    ['USER', "it's", 'soo', 'late', '!!', 'see', 'LINK', '\n', 'ok', '\n']
    """
    joined = "".join([fold(text[:READ_CHARACTERS]).replace("\n", " ") + "\n" for text in texts]).replace("’", "'")
    if "&" in joined:
        joined = joined.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
    joined = _LINK.sub(" LINK ", joined)
    if "@" in joined:
        if _MAIL_LIKE.search(joined):
            joined = _MAIL.sub(" MAIL ", joined)
        joined = _HANDLE.sub(" USER ", joined)
    return _TOKEN.findall(_DRAWN_OUT.sub(r"\1\1", _NUMBER.sub("0", joined)))


_RUNS = (3, 4, 5)
_SPACE, _NEWLINE = np.uint32(32), np.uint32(10)
_STEP, _PAIR = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B)
_1, _3, _15, _16, _M1, _M2 = (np.uint32(n) for n in (1, 3, 15, 16, 0x7FEB352D, 0x846CA68B))
_TO_BUCKET = np.uint32(32 - BUCKETS_LOG2)


def features(texts: Sequence[str]) -> Features:
    """Return the buckets of every word, pair of words and run of letters in each text."""
    code = np.frombuffer((" ".join(["\n", *tokens(texts)]) + " ").encode("utf-32-le", "surrogatepass"), np.uint32)
    words = np.empty((2, len(code)), np.int32)
    runs = np.empty((len(_RUNS), len(code)), np.int32)
    ends = np.zeros((2 + len(_RUNS), len(texts) + 1), np.int64)
    _find(code, words, runs, ends, np.zeros(2 + len(_RUNS), np.int64))
    single, pair, *letters = ((found[: end[-1]], end) for found, end in zip((*words, *runs), ends, strict=True))
    return Features(words=(single, pair), letters=tuple(letters), empty=np.diff(ends[0]) == 0)


@inlined
def _bucket(number):
    number = np.uint32((number ^ (number >> _16)) * _M1)
    number = np.uint32((number ^ (number >> _15)) * _M2)
    return np.int32(number >> _TO_BUCKET)


@compiled
def _find(code, words, runs, ends, sizes):
    """Put the buckets of each family one after the other; a space stands after each token, a newline ends a text.

    A word's number is the sum of its letters times a power of their place, as in a rolling hash; a first space counts
    as its letter before the first. Runs go from the space before a word to the one after it.
    """
    text, at = -1, 0
    before, ended = np.uint32(0), True  # the number of the token before, and whether it was the end of a text
    while at < code.size:
        start, power = at, _STEP
        number = np.uint32(_SPACE * power)
        while code[at] != _SPACE:
            power = np.uint32(power * _STEP)
            number = np.uint32(number + code[at] * power)
            at += 1
        number ^= number >> _15
        end = code[start] == _NEWLINE
        if text >= 0 and not (end and ended):
            words[1, sizes[1]] = _bucket(np.uint32(before * _PAIR + number))
            sizes[1] += 1
        if end:
            text += 1
            for family in range(sizes.size):
                ends[family, text] = sizes[family]
        else:
            words[0, sizes[0]] = _bucket(np.uint32(number * _3 + _1))
            sizes[0] += 1
            for each in range(len(_RUNS)):
                length = _RUNS[each]
                for first in range(start - 1, at - length + 2):
                    rolled = code[first]
                    for place in range(first + 1, first + length):
                        rolled = np.uint32(rolled * _STEP + code[place])
                    runs[each, sizes[2 + each]] = _bucket(np.uint32(rolled * np.uint32(2 * length + 1)))
                    sizes[2 + each] += 1
        before, ended = number, end
        at += 1


@compiled
def add_up(buckets, ends, weights, sums, counts):
    """Add the weights of each text's buckets to its sums, and how many there are to its count."""
    for text in range(sums.shape[0]):
        for place in range(ends[text], ends[text + 1]):
            bucket = np.uint64(buckets[place])
            for column in range(weights.shape[1]):
                sums[text, column] += weights[bucket, column]
        counts[text] += ends[text + 1] - ends[text]
