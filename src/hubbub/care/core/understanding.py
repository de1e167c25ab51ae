"""What a post is and how it feels: calibrated guesses for whole batches, from the text alone.

The model here is linear: hashed words, pairs of words and runs of letters, each with one weight for
every kind and sentiment. Only NumPy is needed to read with it; `tools/train.py` makes the weights.
Weights are whole numbers and are added as such, so that a text gets the same reading on every machine,
alone or in a batch.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hubbub.kernel.text import fold

READ_CHARACTERS = 2_000
"""How much of a text is read; what people want stands near the top."""

BUCKETS_LOG2 = 17
"""Each family of features (words, letters) has 2 to this power buckets."""


class Kind(StrEnum):
    """What a post is, in the order of the columns of `Reading.kinds`."""

    COMPLAINT = "complaint"
    QUESTION = "question"
    PRAISE = "praise"
    SUGGESTION = "suggestion"
    OPPORTUNITY = "opportunity"
    PROMOTION = "promotion"
    SPAM = "spam"
    TALK = "talk"


class Sentiment(StrEnum):
    """How a post feels, in the order of the columns of `Reading.sentiment`."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


KINDS = tuple(Kind)
SENTIMENTS = tuple(Sentiment)
_COLUMNS = len(KINDS) + len(SENTIMENTS)


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Probabilities for n texts; each row sums to one."""

    kinds: NDArray[np.float32]  # (n, 8), in the order of KINDS
    sentiment: NDArray[np.float32]  # (n, 3), in the order of SENTIMENTS

    def __len__(self) -> int:
        return len(self.kinds)


class Understanding(Protocol):
    """Anything that reads texts: this model, or a better one."""

    @property
    def version(self) -> str:
        """Name the model, so that what it said can be told from what another says."""
        ...

    def read(self, texts: Sequence[str]) -> Reading:
        """Return the probabilities of each kind and sentiment, one row a text."""


_NOTHING = np.log(np.array([1, 1, 1, 1, 1, 1, 1, 3, 1, 2, 1], dtype=np.float64))
"""The logits of a text without a single word or sign: more or less talk, more or less neutral."""


@dataclass(frozen=True, slots=True, eq=False)
class LinearModel:
    """A weight for each bucket and column, as whole numbers; `scales` and `bias` turn sums into logits."""

    version: str
    words: NDArray[np.int8]  # (buckets, 11)
    letters: NDArray[np.int8]  # (buckets, 11)
    scales: NDArray[np.float64]  # (2, 11): words, letters
    bias: NDArray[np.float64]  # (11,)

    @staticmethod
    @cache
    def shipped() -> "LinearModel":
        """Return the model that comes with Hubbub, read once."""
        with as_file(files("hubbub.care").joinpath("data", "understanding.npz")) as path:
            return LinearModel.load(path)

    @classmethod
    def load(cls, path: Path) -> "LinearModel":
        """Read a model that `tools/train.py` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(
                version=str(stored["version"]),
                words=np.ascontiguousarray(stored["words"]),
                letters=np.ascontiguousarray(stored["letters"]),
                scales=stored["scales"].astype(np.float64),
                bias=stored["bias"].astype(np.float64),
            )

    def read(self, texts: Sequence[str]) -> Reading:
        """Return the probabilities of each kind and sentiment, one row a text."""
        logits = np.empty((len(texts), _COLUMNS))
        for start, stop in _chunks(texts):
            logits[start:stop] = self._logits(texts[start:stop])
        return Reading(kinds=softmax(logits[:, : len(KINDS)]), sentiment=softmax(logits[:, len(KINDS) :]))

    def _logits(self, texts: Sequence[str]) -> NDArray[np.float64]:
        found = features(texts)
        logits = np.repeat(self.bias[np.newaxis], len(texts), axis=0)
        for family, weights, scale in (
            (found.words, self.words, self.scales[0]),
            (found.letters, self.letters, self.scales[1]),
        ):
            sums = np.zeros((len(texts), _COLUMNS), dtype=np.int32)
            counts = np.zeros(len(texts), dtype=np.int64)
            for buckets, ends in family:
                running = np.zeros((len(buckets) + 1, _COLUMNS), dtype=np.int32)
                np.cumsum(weights[buckets], axis=0, dtype=np.int32, out=running[1:])
                sums += np.diff(running[ends], axis=0)
                counts += np.diff(ends)
            logits += sums * scale / np.sqrt(np.maximum(counts, 1))[:, np.newaxis]
        logits[found.empty] = _NOTHING
        return logits


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return probabilities; each row sums to one."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
    probabilities: NDArray[np.float32] = (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)
    return probabilities


_CHUNK_CHARACTERS = 60_000
"""So many characters are read at a time: arrays stay in the cache, and memory modest."""


def _chunks(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    start = characters = 0
    for stop, text in enumerate(texts, start=1):
        characters += min(len(text), READ_CHARACTERS)
        if characters >= _CHUNK_CHARACTERS or stop == len(texts):
            yield start, stop
            start, characters = stop, 0


# A text becomes tokens, tokens become numbers. Placeholders are upper case, as folded text never is.
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_MAIL = re.compile(r"(?<![\w.+@-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,}")
_HANDLE = re.compile(r"@\w[\w.@-]*")
_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
_DRAWN_OUT = re.compile(r"(.)\1{2,}")  # sooooo, !!!!!: twice is enough
_TOKEN = re.compile(r"\n|[^\W_][\w']*|[!-/:-@\[-`{-~]+|[^\w\s]")

Feature = tuple[NDArray[np.intp], NDArray[np.intp]]
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
        joined = _HANDLE.sub(" USER ", _MAIL.sub(" MAIL ", joined))
    return _TOKEN.findall(_DRAWN_OUT.sub(r"\1\1", _NUMBER.sub("0", joined)))


_SPACE, _NEWLINE = np.uint32(32), np.uint32(10)
_STEP = np.uint32(0x9E3779B1)
_POWERS = np.cumprod(np.full(READ_CHARACTERS * 4, _STEP, dtype=np.uint32), dtype=np.uint32)
_RUNS = (3, 4, 5)


def features(texts: Sequence[str]) -> Features:
    """Return the buckets of every word, pair of words and run of letters in each text."""
    code = np.frombuffer(
        (" \n " + " ".join(tokens(texts)) + " ").encode("utf-32-le", "surrogatepass"), dtype="<u4"
    ).astype(np.uint32)
    space = code == _SPACE
    edges = np.flatnonzero(space)  # token k stands between edges[k] and edges[k + 1]
    starts = edges[:-1] + 1
    is_end = code[starts] == _NEWLINE
    token_of = np.cumsum(space, dtype=np.intp) - 1
    text_of = np.cumsum(is_end, dtype=np.intp) - is_end - 1  # one end mark stands before the first text

    # A word's number is the sum of its letters times a power of their place, as in a rolling hash.
    place = np.minimum(np.arange(len(code)) - edges[token_of], len(_POWERS) - 1)
    numbers = np.add.reduceat(code * _POWERS[place], starts, dtype=np.uint32)
    numbers = numbers ^ (numbers >> np.uint32(15))
    text_count = len(texts)
    word = ~is_end
    singles = _feature(_bucket(numbers * np.uint32(3) + np.uint32(1))[word], text_of[word], text_count)
    pair = ~(is_end[:-1] & is_end[1:])  # first and last words make pairs with the end mark
    pairs = _feature(
        _bucket(numbers[:-1] * np.uint32(0x85EBCA6B) + numbers[1:])[pair],
        np.where(is_end[:-1], text_of[1:], text_of[:-1])[pair],
        text_count,
    )

    letter_text = text_of[np.minimum(token_of, len(text_of) - 1)]
    blocked = np.zeros(len(code), dtype=bool)  # runs never touch an end mark
    blocked[starts[is_end]] = True
    runs = []
    rolled = code * _STEP + code.take(np.arange(1, len(code) + 1), mode="clip")
    inner = np.zeros(len(code), dtype=bool)  # a space or end mark that is not first or last in the run
    shut = space | blocked
    for length in _RUNS:
        count = len(code) - length + 1
        rolled = rolled[:count] * _STEP + code[length - 1 :]
        inner = inner[:count] | shut[length - 2 : length - 2 + count]
        usable = np.flatnonzero(~(inner | blocked[:count] | blocked[length - 1 :]))
        runs.append(_feature(_bucket(rolled[usable] * np.uint32(2 * length + 1)), letter_text[usable], text_count))
    empty = np.diff(singles[1]) == 0
    return Features(words=(singles, pairs), letters=tuple(runs), empty=empty)


def _bucket(numbers: NDArray[np.uint32]) -> NDArray[np.intp]:
    mixed = (numbers ^ (numbers >> np.uint32(16))) * np.uint32(0x7FEB352D)
    mixed = (mixed ^ (mixed >> np.uint32(15))) * np.uint32(0x846CA68B)
    return (mixed >> np.uint32(32 - BUCKETS_LOG2)).astype(np.intp)


def _feature(buckets: NDArray[np.intp], text_of: NDArray[np.intp], text_count: int) -> Feature:
    """Say where each text's buckets begin and end; `text_of` never falls."""
    return buckets, np.searchsorted(text_of, np.arange(text_count + 1))
