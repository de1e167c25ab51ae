"""One try of a workspace's own model: fitted on labels, compared with the one in use, and judged."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hubbub.care.core.close import CloseModel, load, refit_closely, saved_version
from hubbub.care.core.labels import What, is_held_back
from hubbub.care.core.learning import Comparison, Labelled, Measure, Task, compare, refit
from hubbub.care.core.sentences import encoder
from hubbub.care.core.understanding import KINDS, Kind, LinearModel, Sentiment, Understanding
from hubbub.kernel.speech import mark, say, say_many

FEWEST_HELD = 10
"""With fewer labels held back nobody can tell which model is better."""

MOST_CHANGED = 0.2
"""Corrections are made where a model was wrong, so alone they praise any change: more than this is not taken over."""

UNOBJECTED = 0.3
"""How much a post counts that somebody answered without correcting how it was read, beside a label."""

SHIPPED = "the model that comes with Hubbub"
_NAMES = {Task.SENTIMENT: mark("sentiment"), Task.COMPLAINT: mark("complaint or not"), Task.KIND: mark("kind")}
_NO_COMPLAINT = frozenset(KINDS) - {Kind.COMPLAINT}


@dataclass(frozen=True, slots=True)
class Told:
    """A text, and what people said of it."""

    text: str
    said: Mapping[str, str]  # value by What

    def labelled(self, weight: float = 1.0) -> Labelled:
        """As the model learns it. A kind says more than complaint or not."""
        kinds: frozenset[Kind] = frozenset()
        if (kind := self.said.get(What.KIND)) is not None:
            kinds = frozenset({Kind(kind)})
        elif (complains := self.said.get(What.COMPLAINT)) is not None:
            kinds = frozenset({Kind.COMPLAINT}) if complains == "yes" else _NO_COMPLAINT
        mood = self.said.get(What.SENTIMENT)
        return Labelled(self.text, kinds, Sentiment(mood) if mood else None, weight)


@dataclass(frozen=True, slots=True)
class Material:
    """What a try is made from."""

    in_use: bytes  # empty: the shipped model
    labels: Sequence[Told]
    unobjected: Sequence[Told]  # posts that were answered and not corrected, as they were read
    count: int  # labels in all; several may be of one text


@dataclass(frozen=True, slots=True)
class Figure:
    """How both models do at one task, on labels that neither was fitted on."""

    task: str  # in words
    held: int
    before: float  # macro-F1
    after: float
    low: float  # of the difference, 95 %
    high: float

    @property
    def points(self) -> int:
        """How many hundredths the new model has more."""
        return round(100 * (self.after - self.before))

    @property
    def words(self) -> str:
        """The difference in plain words."""
        much = abs(self.points)
        if self.points > 0:
            how = say_many("better by {number} point", "better by {number} points", much)
        elif self.points < 0:
            how = say_many("worse by {number} point", "worse by {number} points", much)
        else:
            how = say("as good")
        return say_many(
            "{how} on {number:,} held-back label", "{how} on {number:,} held-back labels", self.held, how=how
        )


@dataclass(frozen=True, slots=True)
class Trial:
    """A model that was fitted, and how it did."""

    version: str
    data: bytes
    labels: int  # in all, held-back ones too
    against: str
    figures: tuple[Figure, ...]
    changed: float | None  # the part of the unobjected posts that it reads otherwise; None: there are none
    better: bool
    words: str


def try_out(material: Material) -> Trial:
    """Fit the shipped model to the labels that are not held back, and judge it by those that are.

    The same material gives the same model. Some seconds for some thousand labels.
    """
    shipped = LinearModel.shipped()
    in_use = load(io.BytesIO(material.in_use)) if material.in_use else shipped
    against = saved_version(io.BytesIO(material.in_use)) if material.in_use else shipped.version
    fit = [each for each in material.labels if not is_held_back(each.text)]
    held = [each.labelled() for each in material.labels if is_held_back(each.text)]
    quiet = [each.labelled(UNOBJECTED) for each in material.unobjected if not is_held_back(each.text)]
    made = _fitted(shipped, [*(each.labelled() for each in fit), *quiet], held)
    comparison = compare(in_use, made, held)
    changed = _changed(in_use, made, [each.text for each in material.unobjected])
    better, words = verdict(comparison, changed)
    file = io.BytesIO()
    made.save(file)
    return Trial(made.version, file.getvalue(), material.count, against, figures(comparison), changed, better, words)


def _fitted(shipped: LinearModel, examples: Sequence[Labelled], held: Sequence[Labelled]) -> LinearModel | CloseModel:
    """Return a model fitted to examples; one that also reads closely only where that is surely better than without."""
    if (sentences := encoder()) is None:
        return refit(shipped, examples)
    made = refit_closely(shipped, examples, sentences)
    if isinstance(made, LinearModel) or compare(made.linear, made, held).better:
        return made
    return made.linear


def verdict(comparison: Comparison, changed: float | None) -> tuple[bool, str]:
    """Say whether another model is better than the one in use, and why, as a sentence.

    It is, if it is surely better at something (by log loss: the 95 % interval of the difference lies beyond nought),
    surely worse at nothing, and reads at most one in five of the posts otherwise that nobody objected to.
    """
    held = max(comparison.examples.values(), default=0)
    if held < FEWEST_HELD:
        words = mark("{held} labels are held back, and {needed} are needed to tell which one is better.")
        return False, say(words, held=held, needed=FEWEST_HELD)
    if changed is not None and changed > MOST_CHANGED:
        words = mark("It would read {changed:.0%} of the posts otherwise that nobody corrected: too many to trust it.")
        return False, say(words, changed=changed)
    losses = [each for each in comparison.scores if each.measure is Measure.LOG_LOSS]
    losses = [each for each in losses if comparison.examples[each.task] >= FEWEST_HELD]
    worse = [_NAMES[each.task] for each in losses if each.surely_worse]
    gained = [_NAMES[each.task] for each in losses if each.surely_better]
    if worse:
        return False, say("It is worse at {tasks}.", tasks=_listed(worse))
    if not gained:
        return False, say("It is not surely better: the difference may be chance.")
    return True, say("It is surely better at {tasks}, and worse at nothing.", tasks=_listed(gained))


def _listed(tasks: Sequence[str]) -> str:
    return say(" and ").join(map(say, tasks))


def figures(comparison: Comparison) -> tuple[Figure, ...]:
    """Return how both models do, task by task, as pages show it."""
    scores = [each for each in comparison.scores if each.measure is Measure.MACRO_F1]
    return tuple(
        Figure(_NAMES[each.task], comparison.examples[each.task], each.one, each.other, each.low, each.high)
        for each in scores
    )


def _changed(one: Understanding, other: Understanding, texts: Sequence[str]) -> float | None:
    """Return which part of some texts two models read as another kind or sentiment."""
    if not texts:
        return None
    first, second = one.read(texts), other.read(texts)
    kinds: Any = first.kinds.argmax(axis=1) != second.kinds.argmax(axis=1)
    moods: Any = first.sentiment.argmax(axis=1) != second.sentiment.argmax(axis=1)
    return float((kinds | moods).mean())
