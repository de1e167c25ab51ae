"""What `hubbub evaluate` measures: a model on labelled posts, beside VADER and the commonest class."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubbub.care.core import measures
from hubbub.care.core.learning import Labelled
from hubbub.care.core.understanding import KINDS, SENTIMENTS, Kind, Understanding

BATCH = 1_000
TIMED = 5_000  # fewer posts are read again and again, so that the time can be told
RESAMPLES = 500
PRECISE = 0.87  # so many of the posts that are called negative (a complaint) should be
_COMPLAINT = KINDS.index(Kind.COMPLAINT)


@dataclass(frozen=True, slots=True)
class Guess:
    """The figures of one guesser, by name; of classes as `recall.negative`."""

    figures: dict[str, float | None]
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """As JSON has it: classes nested, figures rounded."""
        found: dict[str, Any] = {}
        for name, value in self.figures.items():
            figure, _, of = name.partition(".")
            shown = None if value is None else round(value) if name == "posts_per_cpu_s" else round(value, 4)
            if of:
                found.setdefault(figure, {})[of] = shown
            else:
                found[figure] = shown
        if self.intervals:
            found["intervals"] = {name: [round(low, 4), round(high, 4)] for name, (low, high) in self.intervals.items()}
        return found


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How a model does on n posts."""

    n: int
    classes: tuple[str, ...]
    asked: int  # the class that AUC is about
    guess: Guess
    majority: Guess

    def told(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"n": self.n, **self.guess.told(), "majority": self.majority.told()}


def evaluate(
    model: Understanding, held: Sequence[Labelled], *, complaint: bool, seed: int = 0, resamples: int = RESAMPLES
) -> Evaluation:
    """Measure a model on posts that it was not made from."""
    classes, truth = truth_of(held, complaint=complaint)
    texts = [each.text for each in held]
    chances = chances_of(model, texts, complaint=complaint)
    asked = 1 if complaint else 0
    figures = figures_of(truth, chances, classes)
    intervals = _intervals(truth, chances, classes, seed, resamples)
    figures["posts_per_cpu_s"] = _speed(lambda some: model.read(some), texts)
    most = int(np.bincount(truth).argmax())
    always = np.zeros((len(truth), len(classes)))
    always[:, most] = 1
    majority = {
        name: value
        for name, value in figures_of(truth, always, classes).items()
        if name.startswith(("macro_f1", "recall", "precision", "auc"))
    }
    return Evaluation(len(held), classes, asked, Guess(figures, intervals), Guess(majority))


def vader(held: Sequence[Labelled], *, complaint: bool, seed: int = 0) -> Guess | None:
    """Measure VADER on the same posts; None where it is not installed.

    Its compound score is negative up to -.05 and positive from .05, as its authors say.
    """
    try:
        score = import_module("vaderSentiment.vaderSentiment").SentimentIntensityAnalyzer().polarity_scores
    except ImportError:
        return None
    classes, truth = truth_of(held, complaint=complaint)
    texts = [each.text for each in held]
    compound = np.array([score(text)["compound"] for text in texts])
    guessed = (compound <= -0.05).astype(np.intp) if complaint else 1 + (compound >= 0.05) - (compound <= -0.05)
    figures: dict[str, float | None] = {
        "macro_f1": measures.macro_f1(truth, guessed, len(classes)),
        **_by_class("recall", measures.recalls(truth, guessed, len(classes)), classes),
        **_by_class("precision", measures.precisions(truth, guessed, len(classes)), classes),
        "auc": _known(measures.auc(truth == (1 if complaint else 0), -compound)),
        "posts_per_cpu_s": _speed(lambda some: [score(text) for text in some], texts[:2_000]),
    }
    return Guess(figures)


def truth_of(held: Sequence[Labelled], *, complaint: bool) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """Return the classes, and which of them each post is of."""
    if complaint:
        return ("other", "complaint"), np.array([int(each.kinds == {Kind.COMPLAINT}) for each in held], np.intp)
    return tuple(SENTIMENTS), np.array([SENTIMENTS.index(each.sentiment) for each in held if each.sentiment], np.intp)


def chances_of(model: Understanding, texts: Sequence[str], *, complaint: bool) -> NDArray[np.float64]:
    """Return how likely a model finds each class, one row a text, as `truth_of` orders them."""
    pages = [model.read(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)]
    if not complaint:
        return np.concatenate([each.sentiment for each in pages]).astype(np.float64)
    said = np.concatenate([each.kinds[:, _COMPLAINT] for each in pages]).astype(np.float64)
    return np.column_stack([1 - said, said])


def figures_of(
    truth: NDArray[np.intp], chances: NDArray[np.float64], classes: tuple[str, ...]
) -> dict[str, float | None]:
    """Return every figure of guesses, by name; None where it is not defined."""
    guessed = chances.argmax(axis=1)
    two = len(classes) == 2
    asked = 1 if two else 0
    found: dict[str, float | None] = {
        "macro_f1": measures.macro_f1(truth, guessed, len(classes)),
        **_by_class("recall", measures.recalls(truth, guessed, len(classes)), classes),
        **_by_class("precision", measures.precisions(truth, guessed, len(classes)), classes),
        "auc": _known(measures.auc(truth == asked, chances[:, asked])),
        "recall_at_precision_87": _known(measures.recall_at(truth == asked, chances[:, asked], PRECISE)),
        "ece": measures.ece(chances[:, 1], truth == 1) if two else measures.ece(chances.max(axis=1), guessed == truth),
        "log_loss": measures.log_loss(chances[np.arange(len(truth)), truth]),
    }
    if not two:
        found["ece_negative"] = measures.ece(chances[:, asked], truth == asked)
    return found


def _intervals(
    truth: NDArray[np.intp],
    chances: NDArray[np.float64],
    classes: tuple[str, ...],
    seed: int,
    resamples: int,
) -> dict[str, tuple[float, float]]:
    """Return 95 % intervals: the posts are drawn again and again, with putting back."""
    chance = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {}
    for _ in range(resamples):
        at = chance.integers(len(truth), size=len(truth))
        for name, value in figures_of(truth[at], chances[at], classes).items():
            if value is not None:
                drawn.setdefault(name, []).append(value)
    return {
        name: (float(np.quantile(values, 0.025)), float(np.quantile(values, 0.975))) for name, values in drawn.items()
    }


def _by_class(name: str, values: NDArray[np.float64], classes: tuple[str, ...]) -> dict[str, float | None]:
    return {f"{name}.{each}": _known(float(value)) for each, value in zip(classes, values, strict=True)}


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value


def _speed(read: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    """Return posts per CPU-second in batches of a thousand."""
    read(texts[:BATCH])
    many = list(texts) * -(-TIMED // len(texts)) if len(texts) < TIMED else list(texts)
    started = time.process_time()
    for at in range(0, len(many), BATCH):
        read(many[at : at + BATCH])
    return len(many) / max(time.process_time() - started, 1e-9)
