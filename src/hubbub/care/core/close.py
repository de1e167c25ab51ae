"""Close reading: a second model, which also knows what sentences mean, reads what the linear one is least sure of.

It reads some hundred posts per CPU-second where the linear model reads tens of thousands, so it is asked about the
uncertain few. It exists only beside a model that learnt from labels, and where `hubbub[semantic]` is installed; a
saved pair is read without it, by its linear part.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from hubbub.care.core.learning import Labelled, Refitted, refitted
from hubbub.care.core.sentences import Encoder, encoder
from hubbub.care.core.understanding import KINDS, LinearModel, Reading, softmax

CLOSE_SHARE = 1 / 3
"""Of posts like those learnt from, so many are read closely: those whose linear reading is least sure. It brings nearly
all that reading every post so would bring (docs/quality.md)."""

PAIR = "+"
"""Stands between the names of both in the version of a pair."""

_KINDS, _SENTIMENT = slice(0, len(KINDS)), slice(len(KINDS), None)


@dataclass(frozen=True, slots=True, eq=False)
class CloseModel:
    """A linear model, and the one that reads closely what it is less sure of than `sure`."""

    version: str
    linear: LinearModel
    words: LinearModel  # of the close model, what looks at words
    meaning: NDArray[np.float32]  # (11, MEANING), what looks at meaning
    tasks: tuple[bool, bool]  # whether kinds and sentiment were learnt
    sure: float
    encoder: Encoder

    @classmethod
    def made(
        cls,
        linear: LinearModel,
        words: LinearModel,
        meaning: NDArray[np.float32],
        tasks: tuple[bool, bool],
        sure: float,
        encoder: Encoder,
    ) -> "CloseModel":
        """Return the pair, named after its parts."""
        rest = f"{words.version} {tasks} {sure:.6f} {encoder.version}"
        mark = zlib.crc32(meaning.tobytes(), zlib.crc32(rest.encode()))
        return cls(f"{linear.version}{PAIR}{mark:08x}", linear, words, meaning, tasks, sure, encoder)

    def read(self, texts: Sequence[str]) -> Reading:
        """Return the probabilities of each kind and sentiment, one row a text."""
        logits = self.linear.logits(texts)
        unsure = np.flatnonzero(sureness(logits, self.tasks) <= self.sure).tolist()
        if unsure:
            some = [texts[place] for place in unsure]
            logits[unsure] = self.words.logits(some) + self.encoder.encode(some) @ self.meaning.T
        return Reading.of(logits)

    def save(self, file: Path | BinaryIO) -> None:
        """Write the model; `LinearModel.load` reads its linear part, `load` both."""
        np.savez_compressed(
            file,
            allow_pickle=False,
            **self.linear.arrays(),
            **self.words.arrays("close_"),
            meaning=self.meaning,
            tasks=np.array(self.tasks),
            sure=np.array(self.sure),
            encoder=np.array(self.encoder.version),
            pair=np.array(self.version),
        )


@dataclass(slots=True)
class Allowance:
    """How much processor time something may take: a share of the time that passes, and a little saved up."""

    share: float
    saved_s: float = 1.0  # at most, and to begin with
    _left_s: float = field(init=False)
    _spent_s: float = 0.0
    _at: float | None = None

    def __post_init__(self) -> None:
        self._left_s = self.saved_s

    def left(self, spent_s: float, now: float) -> bool:
        """Say whether any is left at a time (s) by which it took so much in all.

        >>> allowance = Allowance(0.1)
        >>> [allowance.left(spent, now) for spent, now in ((0, 0), (1.5, 2), (1.5, 8), (1.6, 12))]
        [True, False, True, True]
        """
        passed = 0.0 if self._at is None else now - self._at
        self._left_s = min(self._left_s + self.share * passed, self.saved_s) - (spent_s - self._spent_s)
        self._spent_s, self._at = spent_s, now
        return self._left_s > 0


def sureness(logits: NDArray[np.float64], tasks: tuple[bool, bool]) -> NDArray[np.float64]:
    """Return how likely it is that the likeliest kind and sentiment are both right; of what was learnt."""
    found = np.ones(len(logits))
    for learnt, columns in zip(tasks, (_KINDS, _SENTIMENT), strict=True):
        if learnt:
            found *= softmax(logits[:, columns]).max(axis=1)
    return found


def refit_closely(
    base: LinearModel, examples: Sequence[Labelled], encoder: Encoder, *, seed: int = 0
) -> LinearModel | CloseModel:
    """Return the base model as `refit` does, with one beside it that reads closely; alone where nothing was learnt."""
    texts = [each.text for each in examples]
    plain = refitted(base, examples, np.empty((len(texts), 0)), seed)
    if not plain.tasks:
        return plain.model
    close = refitted(base, examples, encoder.encode(texts).astype(np.float64), seed)
    return pair(plain, close, encoder, CLOSE_SHARE)


def pair(plain: Refitted, close: Refitted, encoder: Encoder, share: float) -> CloseModel:
    """Return both models as one, of which the second reads that share of posts like those learnt from."""
    tasks = _KINDS in plain.tasks, any(each != _KINDS for each in plain.tasks)
    sure = float(np.quantile(sureness(plain.held, tasks), share))
    return CloseModel.made(plain.model, close.model, close.meaning.astype(np.float32), tasks, sure, encoder)


def load(file: Path | BinaryIO, beside: Encoder | None = None) -> LinearModel | CloseModel:
    """Read a model that `save` wrote; only its linear part where its encoder is not there any more."""
    beside = beside or encoder()
    with np.load(file, allow_pickle=False) as stored:
        linear = LinearModel.of_arrays(stored)
        if "pair" not in stored or beside is None or beside.version != str(stored["encoder"]):
            return linear
        return CloseModel(
            version=str(stored["pair"]),
            linear=linear,
            words=LinearModel.of_arrays(stored, "close_"),
            meaning=stored["meaning"],
            tasks=(bool(stored["tasks"][0]), bool(stored["tasks"][1])),
            sure=float(stored["sure"]),
            encoder=beside,
        )


def saved_version(file: Path | BinaryIO) -> str:
    """Return the version of a saved model, also where its encoder is not there any more."""
    with np.load(file, allow_pickle=False) as stored:
        return str(stored["pair"] if "pair" in stored else stored["version"])
