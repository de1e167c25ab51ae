"""What a post is and how it feels: calibrated guesses for whole batches, from the text alone.

The model here is linear: hashed words, pairs of words and runs of letters, each with one weight for
every kind and sentiment. Only NumPy is needed to read with it; `tools/train.py` makes the weights.
Weights are whole numbers and are added as such, so that a text gets the same reading on every machine,
alone or in a batch.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from hubbub.care.core.features import READ_CHARACTERS, add_up, features
from hubbub.kernel.speech import mark, say


class Kind(StrEnum):
    """What a post is, in the order of the columns of `Reading.kinds`."""

    COMPLAINT = mark("complaint")
    QUESTION = mark("question")
    PRAISE = mark("praise")
    SUGGESTION = mark("suggestion")
    OPPORTUNITY = mark("opportunity")
    PROMOTION = mark("promotion")
    SPAM = mark("spam")
    TALK = mark("talk")

    @property
    def label(self) -> str:
        """As people read it."""
        said = say(self.value)
        return said[:1].upper() + said[1:]


class Sentiment(StrEnum):
    """How a post feels, in the order of the columns of `Reading.sentiment`."""

    NEGATIVE = mark("negative")
    NEUTRAL = mark("neutral")
    POSITIVE = mark("positive")


KINDS = tuple(Kind)
SENTIMENTS = tuple(Sentiment)
COLUMNS = len(KINDS) + len(SENTIMENTS)


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Probabilities for n texts; each row sums to one."""

    kinds: NDArray[np.float32]  # (n, 8), in the order of KINDS
    sentiment: NDArray[np.float32]  # (n, 3), in the order of SENTIMENTS

    def __len__(self) -> int:
        return len(self.kinds)

    @classmethod
    def of(cls, logits: NDArray[np.float64]) -> "Reading":
        """Return the probabilities that logits (n, 11) stand for."""
        return cls(kinds=softmax(logits[:, : len(KINDS)]), sentiment=softmax(logits[:, len(KINDS) :]))


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
    def packed(cls, name: str, weights: NDArray[np.float64], bias: NDArray[np.float64]) -> "LinearModel":
        """Return a model with its weights (11, 2 * BUCKETS) as whole numbers; the few largest are cut off."""
        halves, scales = [], []
        for half in np.split(weights, 2, axis=1):
            scale = np.maximum(np.quantile(np.abs(half), 0.9999, axis=1), 1e-9) / 127
            halves.append(np.clip(np.round(half / scale[:, np.newaxis]), -127, 127).astype(np.int8).T.copy())
            scales.append(scale)
        mark = 0
        for part in (*halves, np.array(scales).round(9), bias.round(9)):
            mark = zlib.crc32(part.tobytes(), mark)
        return cls(version=f"{name}{mark:08x}", words=halves[0], letters=halves[1], scales=np.array(scales), bias=bias)

    @property
    def weights(self) -> NDArray[np.float64]:
        """Return what each bucket weighs: (11, 2 * BUCKETS), words before letters."""
        return np.hstack(
            [(part * scale).T for part, scale in zip((self.words, self.letters), self.scales, strict=True)]
        )

    def save(self, file: Path | BinaryIO) -> None:
        """Write the model, for `load`."""
        np.savez_compressed(file, allow_pickle=False, **self.arrays())

    @classmethod
    def load(cls, file: Path | BinaryIO) -> "LinearModel":
        """Read a model that `save` wrote; of a model that also reads closely, its linear part."""
        with np.load(file, allow_pickle=False) as stored:
            return cls.of_arrays(stored)

    def arrays(self, prefix: str = "") -> dict[str, NDArray[Any]]:
        """Return the model as arrays, for `of_arrays`."""
        return {
            f"{prefix}version": np.array(self.version),
            f"{prefix}words": self.words,
            f"{prefix}letters": self.letters,
            f"{prefix}scales": self.scales,
            f"{prefix}bias": self.bias,
        }

    @classmethod
    def of_arrays(cls, stored: Mapping[str, NDArray[Any]], prefix: str = "") -> "LinearModel":
        """Return the model that `arrays` gave."""
        return cls(
            version=str(stored[f"{prefix}version"]),
            words=np.ascontiguousarray(stored[f"{prefix}words"]),
            letters=np.ascontiguousarray(stored[f"{prefix}letters"]),
            scales=stored[f"{prefix}scales"].astype(np.float64),
            bias=stored[f"{prefix}bias"].astype(np.float64),
        )

    def read(self, texts: Sequence[str]) -> Reading:
        """Return the probabilities of each kind and sentiment, one row a text."""
        return Reading.of(self.logits(texts))

    def logits(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return what each text weighs in each column: (n, 11), kinds before sentiments."""
        logits = np.empty((len(texts), COLUMNS))
        for start, stop in _chunks(texts):
            logits[start:stop] = self._logits(texts[start:stop])
        return logits

    def _logits(self, texts: Sequence[str]) -> NDArray[np.float64]:
        found = features(texts)
        logits = np.repeat(self.bias[np.newaxis], len(texts), axis=0)
        for family, weights, scale in (
            (found.words, self.words, self.scales[0]),
            (found.letters, self.letters, self.scales[1]),
        ):
            sums = np.zeros((len(texts), COLUMNS), dtype=np.int32)
            counts = np.zeros(len(texts), dtype=np.int64)
            for buckets, ends in family:
                add_up(buckets, ends, weights, sums, counts)
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
