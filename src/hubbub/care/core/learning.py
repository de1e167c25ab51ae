"""A model that learns from labels: what the base model knows, and what the examples teach beside it.

`refit` weighs the base model's own opinion anew and adds weights for words and letters, rare ones counting more. The
more labels there are, the less the base model's opinion is taken for granted. `compare` says how much better one model
is than another, and how sure that is.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import NDArray

from hubbub.care.core import measures
from hubbub.care.core.features import BUCKETS_LOG2, features
from hubbub.care.core.understanding import COLUMNS, KINDS, SENTIMENTS, Kind, LinearModel, Sentiment, Understanding
from hubbub.kernel.compiled import compiled

Floats = NDArray[np.float64]

BUCKETS = 1 << BUCKETS_LOG2
FEWEST = 20
"""Fewer labels of a task than this teach nothing."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text and what people said of it."""

    text: str
    kinds: frozenset[Kind] = frozenset()  # it is one of these; empty: nobody said
    sentiment: Sentiment | None = None
    weight: float = 1.0


# Fitting ------------------------------------------------------------------

STRENGTH = 0.5
"""How strongly new weights are held back."""
PRIOR = 200
"""The base model's opinion counts as much as so many labels: what is left of it is where learning starts."""
LEAST_KEPT = 0.6
UNNAMED = 10.0
"""'No complaint' does not say what else a post is. Where labels say no more, at least so much of the base model's
opinion is kept, and kinds that no label names alone are held back so much more (docs/quality.md)."""
OPINION = 0.1
"""Size of the base model's opinion among what is learnt from, so that it can be weighed anew."""
FOLDS = 4
STEPS = 40
EVEN = 1.0
"""How far classes are made to weigh the same: 0 not at all, 1 wholly. Labels of one month or firm have a mix of their
own, and evened classes read others best (docs/quality.md)."""
MOST = 4.0  # what the rarest class weighs at most


@cache
def rarity() -> Floats:
    """Return how much each bucket counts (2 * BUCKETS, words before letters): the rarer it is in posts, the more."""
    with as_file(files("hubbub.care").joinpath("data", "rarity.npz")) as path, np.load(path) as stored:
        found: Floats = stored["hundredths"] / 100
    return found


def refit(base: LinearModel, examples: Sequence[Labelled], *, seed: int = 0) -> LinearModel:
    """Return the base model as the examples change it; the same examples in the same order give the same model.

    A task (kind, sentiment) with fewer than FEWEST labels, or with labels that tell nothing apart, stays as it is.
    """
    return refitted(base, examples, np.empty((len(examples), 0)), seed).model


@dataclass(frozen=True, slots=True)
class Refitted:
    """A model fitted to examples, and what else came of it."""

    model: LinearModel
    meaning: Floats  # (11, k), how what the texts mean counts beside their words
    tasks: tuple[slice, ...]  # columns of the tasks that were learnt
    held: Floats  # (n, 11), the logits of each example by a model that was not fitted on it


def refitted(base: LinearModel, examples: Sequence[Labelled], meaning: Floats, seed: int) -> Refitted:
    """Fit the base model to examples, whose texts mean what `meaning` (n, k) says; k may be 0."""
    texts = [each.text for each in examples]
    rows = Rows.of(texts)
    opinion = base.logits(texts)
    opinion[rows.empty] = 0
    beside = np.hstack([opinion * OPINION, meaning])
    weight = np.array([each.weight for each in examples], dtype=np.float64)
    kinds = np.array([[kind in each.kinds for kind in KINDS] for each in examples]).reshape(-1, len(KINDS))
    feelings = np.array([[each.sentiment is one for one in SENTIMENTS] for each in examples]).reshape(-1, 3)
    weights, bias = base.weights, base.bias.copy()
    stack, stack_bias = weights.copy(), bias.copy()
    held, means, tasks = opinion.copy(), np.zeros((COLUMNS, meaning.shape[1])), []
    for task, allowed in ((slice(0, len(KINDS)), kinds), (slice(len(KINDS), COLUMNS), feelings)):
        told = np.flatnonzero(allowed.any(axis=1) & ~allowed.all(axis=1) & (weight > 0) & ~rows.empty)
        if len(told) < FEWEST or (allowed[told] == allowed[told[0]]).all():
            continue
        even = _evened(allowed[told], weight[told])
        kept = PRIOR / (PRIOR + len(told))
        if (unnamed := _unnamed(allowed[told])).any():
            kept = max(kept, LEAST_KEPT)
        strength = np.where(unnamed, STRENGTH * UNNAMED, STRENGTH)
        lesson = Lesson(rows.some(told), beside[told], kept * opinion[told, task], allowed[told], even, strength)
        learnt, out = learn(lesson, weight[told], seed)
        mix = learnt.mix[:, :COLUMNS] * OPINION
        mix[:, task] += kept * np.eye(mix.shape[0])
        weights[task], bias[task] = mix @ stack, mix @ stack_bias + learnt.bias
        weights[task, rows.buckets] += learnt.words * rarity()[rows.buckets]
        means[task] = learnt.mix[:, COLUMNS:]
        for each in (weights, bias, means):
            each[task] /= learnt.temperature
        held[told, task] = out / learnt.temperature
        tasks.append(task)
    model = LinearModel.packed(f"{base.version.partition('~')[0]}~", weights, bias)
    return Refitted(model, means, tuple(tasks), held)


def _unnamed(allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say which classes labels allow, but none by itself."""
    alone: NDArray[np.bool_] = allowed.sum(axis=1) == 1
    return np.asarray(allowed.any(axis=0) & ~allowed[alone].any(axis=0))


def _evened(allowed: NDArray[np.bool_], weight: Floats) -> Floats:
    """Return weights that bring rare labels half of the way to the common ones, with the same sum."""
    _, label = np.unique(allowed, axis=0, return_inverse=True)
    total = np.bincount(label, weights=weight)
    share = total / total.mean()
    evened: Floats = weight * np.minimum(share**-EVEN, MOST)[label]
    evened *= weight.sum() / evened.sum()
    return evened


@dataclass(frozen=True, slots=True)
class Rows:
    """Texts as sparse rows over the buckets that occur in them, rare ones counting more."""

    ends: NDArray[np.int64]  # (n + 1,)
    places: NDArray[np.int32]  # into `buckets`
    values: NDArray[np.float32]
    buckets: NDArray[np.int64]  # (active,), letters after words
    empty: NDArray[np.bool_]  # (n,)

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Rows":
        """Count the features of texts."""
        ends, found, values, empty = [np.zeros(1, np.int64)], [np.empty(0, np.int64)], [np.empty(0, np.float32)], []
        for start in range(0, len(texts), 1000):
            seen = features(texts[start : start + 1000])
            parts = [(*each, 0) for each in seen.words] + [(*each, BUCKETS) for each in seen.letters]
            sizes = np.array([np.diff(end) for _, end, _ in parts])
            root = np.sqrt(np.maximum([sizes[:2].sum(axis=0), sizes[2:].sum(axis=0)], 1))
            owner = np.concatenate([np.repeat(np.arange(sizes.shape[1]), size) for size in sizes])
            bucket = np.concatenate([each.astype(np.int64) + offset for each, _, offset in parts])
            order = np.argsort(owner, kind="stable")
            owner, bucket = owner[order], bucket[order]
            found.append(bucket)
            values.append((1 / root[(bucket >= BUCKETS).astype(np.intp), owner]).astype(np.float32))
            ends.append(ends[-1][-1] + np.cumsum(sizes.sum(axis=0)))
            empty.append(seen.empty)
        all_found, all_ends = np.concatenate(found), np.concatenate(ends)
        place_of = np.full(2 * BUCKETS, -1, np.int32)
        buckets = np.unique(all_found)
        place_of[buckets] = np.arange(len(buckets), dtype=np.int32)
        none = np.concatenate(empty) if empty else np.zeros(0, np.bool_)
        weighed = np.concatenate(values) * rarity()[all_found].astype(np.float32)
        return cls(all_ends, place_of[all_found], weighed, buckets, none)

    def some(self, chosen: NDArray[np.intp]) -> "Rows":
        """Return some of the rows."""
        sizes = np.diff(self.ends)[chosen]
        ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
        taken = np.arange(ends[-1]) + np.repeat(self.ends[chosen] - ends[:-1], sizes)
        return replace(self, ends=ends, places=self.places[taken], values=self.values[taken], empty=self.empty[chosen])


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one task is learnt from: n examples, c classes."""

    rows: Rows
    beside: Floats  # (n, 11 + k), what the base model says, and what the texts mean
    prior: Floats  # (n, c), what of its part for this task is taken for granted
    allowed: NDArray[np.bool_]  # (n, c)
    weight: Floats  # (n,)
    strength: Floats  # (c,), how strongly new weights are held back

    def some(self, chosen: NDArray[np.intp]) -> "Lesson":
        """Return some of the examples."""
        return Lesson(
            self.rows.some(chosen),
            self.beside[chosen],
            self.prior[chosen],
            self.allowed[chosen],
            self.weight[chosen],
            self.strength,
        )


@dataclass(frozen=True, slots=True)
class Learnt:
    """What is added to the base model for one task."""

    words: Floats  # (c, active)
    mix: Floats  # (c, 11 + k), how its opinions count beside themselves, and what the texts mean
    bias: Floats  # (c,)
    temperature: float = 1.0

    def logits(self, lesson: Lesson) -> Floats:
        """Return what the examples weigh, before calibration."""
        found = lesson.prior + lesson.beside @ self.mix.T + self.bias
        _times(lesson.rows.ends, lesson.rows.places, lesson.rows.values, np.ascontiguousarray(self.words.T), found)
        return found


def learn(lesson: Lesson, weight: Floats, seed: int) -> tuple[Learnt, Floats]:
    """Fit, and calibrate on what folds held out, where examples weigh as they come; return those logits, too."""
    fold = np.random.default_rng(seed).permutation(len(lesson.weight)) % FOLDS
    held = np.empty_like(lesson.prior)
    for each in range(FOLDS):
        out = fold == each
        held[out] = _fitted(lesson.some(np.flatnonzero(~out))).logits(lesson.some(np.flatnonzero(out)))
    return replace(_fitted(lesson), temperature=temperature(held, lesson.allowed, weight)), held


def temperature(logits: Floats, allowed: NDArray[np.bool_], weight: Floats) -> float:
    """Return what to divide logits by, so that held-out examples are as likely as they can be."""

    def loss(x: Floats) -> tuple[float, Floats]:
        value, slope = _surprise(logits * np.exp(x[0]), allowed, weight)
        pull = 4.0  # a few examples say little
        return value + pull * float(x @ x) / 2, np.array([(slope * logits).sum() * np.exp(x[0])]) + pull * x

    return float(np.exp(-minimum(loss, np.zeros(1), 100)[0]))


def _fitted(lesson: Lesson) -> Learnt:
    """Return the weights that make the examples likely, pulled towards nothing."""
    rows, (count, classes) = lesson.rows, lesson.prior.shape
    active = len(rows.buckets)
    beside = np.hstack([lesson.beside, np.full((count, 1), 1.0)])
    inner = beside.shape[1]
    strength = np.tile(lesson.strength, active + inner)

    def loss(x: Floats) -> tuple[float, Floats]:
        words, rest = x[: active * classes].reshape(active, classes), x[active * classes :].reshape(inner, classes)
        logits = lesson.prior + beside @ rest
        _times(rows.ends, rows.places, rows.values, words, logits)
        value, slope = _surprise(logits, lesson.allowed, lesson.weight)
        gradient = strength * x
        value += float(gradient @ x) / 2
        _spread(rows.ends, rows.places, rows.values, slope, gradient[: active * classes].reshape(active, classes))
        gradient[active * classes :] += (beside.T @ slope).ravel()
        return value, gradient

    x = minimum(loss, np.zeros((active + inner) * classes), STEPS)
    words, rest = x[: active * classes].reshape(active, classes), x[active * classes :].reshape(inner, classes)
    return Learnt(words.T, rest[:-1].T, rest[-1])


def _surprise(logits: Floats, allowed: NDArray[np.bool_], weight: Floats) -> tuple[float, Floats]:
    """Return how unlikely the labels are (weighted sum), and the slope of that for each logit."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    chance = raised / raised.sum(axis=1, keepdims=True)
    good = np.maximum((chance * allowed).sum(axis=1, keepdims=True), 1e-12)
    slope = (chance - chance * allowed / good) * weight[:, np.newaxis]
    return float(-(np.log(good[:, 0]) * weight).sum()), slope


def minimum(loss: Callable[[Floats], tuple[float, Floats]], x: Floats, steps: int) -> Floats:
    """Return where a smooth convex loss is least (L-BFGS with ten memories and backtracking).

    References
    ----------
    Nocedal and Wright (2006), Numerical Optimization, algorithms 7.4 and 7.5.
    """
    value, slope = loss(x)
    memory: list[tuple[Floats, Floats, float]] = []
    first = float(np.abs(slope).max(initial=0))
    for _ in range(steps):
        if np.abs(slope).max(initial=0) <= 1e-4 * first:
            break
        direction = _direction(slope, memory)
        downhill = float(direction @ slope)
        step = 1.0 if memory else 1 / max(1.0, float(np.abs(slope).sum()))
        for _ in range(20):
            there = x + step * direction
            new_value, new_slope = loss(there)
            if new_value <= value + 1e-4 * step * downhill:
                break
            step /= 2
        else:
            break
        moved, bent = there - x, new_slope - slope
        if (curve := float(moved @ bent)) > 1e-10:
            memory = [*memory[-9:], (moved, bent, 1 / curve)]
        x, value, slope = there, new_value, new_slope
    return x


def _direction(slope: Floats, memory: list[tuple[Floats, Floats, float]]) -> Floats:
    direction = -slope
    shares = []
    for moved, bent, rho in reversed(memory):
        shares.append(rho * float(moved @ direction))
        direction = direction - shares[-1] * bent
    if memory:
        _, bent, rho = memory[-1]
        direction = direction / (rho * float(bent @ bent))
    for (moved, bent, rho), share in zip(memory, reversed(shares), strict=True):
        direction = direction + (share - rho * float(bent @ direction)) * moved
    return direction


@compiled
def _times(ends, places, values, weights, sums):
    """Add rows times weights to sums."""
    for row in range(sums.shape[0]):
        for at in range(ends[row], ends[row + 1]):
            for column in range(weights.shape[1]):
                sums[row, column] += values[at] * weights[places[at], column]


@compiled
def _spread(ends, places, values, slope, gradient):
    """Add rows, turned on their side, times slope to gradient."""
    for row in range(slope.shape[0]):
        for at in range(ends[row], ends[row + 1]):
            for column in range(slope.shape[1]):
                gradient[places[at], column] += values[at] * slope[row, column]


# Comparing ----------------------------------------------------------------


class Task(StrEnum):
    """What is judged."""

    SENTIMENT = "sentiment"
    COMPLAINT = "complaint"  # a complaint or not
    KIND = "kind"  # which of the eight


class Measure(StrEnum):
    """How it is judged; of log loss and calibration error (ece) less is better."""

    MACRO_F1 = "macro_f1"
    LOG_LOSS = "log_loss"
    ECE = "ece"
    AUC = "auc"


@dataclass(frozen=True, slots=True)
class Score:
    """A figure of both models, and what the other has more: with the bounds of a 95 % interval."""

    task: Task
    measure: Measure
    one: float
    other: float
    low: float
    high: float

    @property
    def surely_better(self) -> bool:
        """Whether the other model is better beyond chance."""
        return self.high < 0 if self.measure in (Measure.LOG_LOSS, Measure.ECE) else self.low > 0

    @property
    def surely_worse(self) -> bool:
        """Whether the other model is worse beyond chance."""
        return self.low > 0 if self.measure in (Measure.LOG_LOSS, Measure.ECE) else self.high < 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """How another model does beside one, on examples that neither was made from."""

    one: str  # versions
    other: str
    examples: dict[Task, int]
    scores: tuple[Score, ...]

    def of(self, task: Task, measure: Measure) -> Score | None:
        """Return one score, None where it is not defined."""
        return next((each for each in self.scores if (each.task, each.measure) == (task, measure)), None)

    @property
    def better(self) -> bool:
        """Whether the other is surely better by log loss at something, and surely worse at nothing."""
        losses = [each for each in self.scores if each.measure is Measure.LOG_LOSS]
        return any(each.surely_better for each in losses) and not any(each.surely_worse for each in losses)


RESAMPLES = 500


def compare(one: Understanding, other: Understanding, held: Sequence[Labelled], *, seed: int = 0) -> Comparison:
    """Judge two models on held-back examples, each resampled together for both (paired bootstrap)."""
    texts = [each.text for each in held]
    readings = one.read(texts), other.read(texts)
    sentiment = np.array([-1 if each.sentiment is None else SENTIMENTS.index(each.sentiment) for each in held], np.intp)
    kind = np.array([KINDS.index(next(iter(each.kinds))) if len(each.kinds) == 1 else -1 for each in held], np.intp)
    complains = np.array(
        [-1 if not each.kinds or _either(each.kinds) else each.kinds == {Kind.COMPLAINT} for each in held], np.intp
    )
    tables = {
        Task.SENTIMENT: (sentiment, [each.sentiment for each in readings]),
        Task.COMPLAINT: (
            complains,
            [np.column_stack([1 - each.kinds[:, _COMPLAINT], each.kinds[:, _COMPLAINT]]) for each in readings],
        ),
        Task.KIND: (kind, [each.kinds for each in readings]),
    }
    scores: list[Score] = []
    examples: dict[Task, int] = {}
    for task, (labels, chances) in tables.items():
        told = np.flatnonzero(labels >= 0)
        examples[task] = len(told)
        if len(np.unique(labels[told])) > 1:
            scores += _scores(task, labels[told], chances[0][told], chances[1][told], seed)
    return Comparison(one.version, other.version, examples, tuple(scores))


_COMPLAINT = KINDS.index(Kind.COMPLAINT)


def _either(kinds: frozenset[Kind]) -> bool:
    return Kind.COMPLAINT in kinds and len(kinds) > 1


def _scores(
    task: Task, labels: NDArray[np.intp], one: NDArray[np.float32], other: NDArray[np.float32], seed: int
) -> list[Score]:
    chance = np.random.default_rng(seed)
    samples = [chance.integers(len(labels), size=len(labels)) for _ in range(RESAMPLES)]
    found = []
    for measure, figure in _FIGURES.items():
        if measure is Measure.AUC and task is Task.KIND:
            continue
        now, then = figure(labels, one), figure(labels, other)
        if np.isnan(now + then):
            continue
        apart = [figure(labels[at], other[at]) - figure(labels[at], one[at]) for at in samples]
        low, high = np.nanquantile(apart, (0.025, 0.975))
        found.append(Score(task, measure, now, then, float(low), float(high)))
    return found


def _macro_f1(labels: NDArray[np.intp], chances: NDArray[np.float32]) -> float:
    return measures.macro_f1(labels, chances.argmax(axis=1), chances.shape[1])


def _log_loss(labels: NDArray[np.intp], chances: NDArray[np.float32]) -> float:
    return measures.log_loss(chances[np.arange(len(labels)), labels])


def _ece(labels: NDArray[np.intp], chances: NDArray[np.float32]) -> float:
    if chances.shape[1] == 2:  # whether it is so, not which
        return measures.ece(chances[:, 1], labels == 1)
    return measures.ece(chances.max(axis=1), chances.argmax(axis=1) == labels)


def _auc(labels: NDArray[np.intp], chances: NDArray[np.float32]) -> float:
    """Complaint against not, negative against not."""
    truth, score = (labels == 1, chances[:, 1]) if chances.shape[1] == 2 else (labels == 0, chances[:, 0])
    return measures.auc(truth, score)


_FIGURES: dict[Measure, Callable[[NDArray[np.intp], NDArray[np.float32]], float]] = {
    Measure.MACRO_F1: _macro_f1,
    Measure.LOG_LOSS: _log_loss,
    Measure.ECE: _ece,
    Measure.AUC: _auc,
}
