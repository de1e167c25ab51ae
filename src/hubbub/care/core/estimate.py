"""The quick estimate: what a post is and how it feels, by a table of words, for what is only counted.

A network says a hundred thousand things a second; the model of `understanding` reads some ten thousand. This table
was distilled from it (`tools/train.py`) and is calibrated by itself. What becomes a row is read by the model.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hubbub.care.core.understanding import KINDS, SENTIMENTS, Kind, Reading, softmax
from hubbub.listening.core.glance import Glance

COLUMNS = len(KINDS) + len(SENTIMENTS)
_OPPORTUNITY = KINDS.index(Kind.OPPORTUNITY)
_IDLE = [KINDS.index(kind) for kind in (Kind.TALK, Kind.SPAM, Kind.PROMOTION)]


@dataclass(frozen=True, slots=True, eq=False)
class WordTable:
    """A weight for each word and pair of words, as whole numbers; `scales` and `bias` turn sums into logits."""

    version: str
    words: NDArray[np.int8]  # (buckets, glance.COLUMNS)
    pairs: NDArray[np.int8]  # (buckets, glance.COLUMNS)
    scales: NDArray[np.float64]  # (2, COLUMNS): words, pairs
    bias: NDArray[np.float64]  # (COLUMNS,)

    @staticmethod
    @cache
    def shipped() -> "WordTable":
        """Return the table that comes with Hubbub, read once."""
        with as_file(files("hubbub.care").joinpath("data", "estimate.npz")) as path:
            return WordTable.load(path)

    @classmethod
    def load(cls, path: Path) -> "WordTable":
        """Read a table that `tools/train.py` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(
                version=str(stored["version"]),
                words=np.ascontiguousarray(stored["words"]),
                pairs=np.ascontiguousarray(stored["pairs"]),
                scales=stored["scales"].astype(np.float64),
                bias=stored["bias"].astype(np.float64),
            )

    def logits(self, seen: Glance) -> NDArray[np.float64]:
        """Return what texts weigh, one row of COLUMNS a text."""
        each = 1 / np.sqrt(np.maximum(seen.words, 1))[:, np.newaxis]
        words, pairs = seen.sums[:, 0, :COLUMNS] * self.scales[0], seen.sums[:, 1, :COLUMNS] * self.scales[1]
        found: NDArray[np.float64] = self.bias + (words + pairs) * each
        return found

    def read(self, seen: Glance) -> Reading:
        """Return the probabilities of each kind and sentiment, one row a text."""
        logits = self.logits(seen)
        return Reading(kinds=softmax(logits[:, : len(KINDS)]), sentiment=softmax(logits[:, len(KINDS) :]))


def attention(reading: Reading) -> NDArray[np.float32]:
    """Return how likely it is that somebody should look at each post."""
    found: NDArray[np.float32] = np.maximum(0, 1 - reading.kinds[:, _IDLE].sum(axis=1))
    return found


def opportunities(reading: Reading) -> NDArray[np.float32]:
    """Return how likely it is that the author of each post looks for what we could give."""
    return reading.kinds[:, _OPPORTUNITY]


def moods(reading: Reading) -> NDArray[np.int8]:
    """Return the likeliest sentiment of each post: -1, 0 or 1."""
    found: NDArray[np.int8] = (reading.sentiment.argmax(axis=1) - 1).astype(np.int8)
    return found
