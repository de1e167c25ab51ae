"""What a model learns from labels: more than it knew, the same each time, and told honestly."""

import io
import random

import numpy as np
import pytest

from hubbub.care.core import measures
from hubbub.care.core.learning import Comparison, Labelled, Measure, Task, compare, refit
from hubbub.care.core.understanding import KINDS, Kind, LinearModel, Sentiment

BASE = LinearModel.shipped()
NOT_A_COMPLAINT = frozenset(KINDS) - {Kind.COMPLAINT}
THINGS = ("widget", "app", "parcel", "router", "kettle", "invoice", "card", "phone", "train", "bag", "bill", "chair")
ENDS = ("", " again", " today", " @Acme", " since Monday", " my friends", " I guess", " with the new one")


def labelled(count: int, seed: int) -> list[Labelled]:
    """Posts of a trade with words of its own: 'grommeled' is bad there, 'flonky' is good."""
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        bad = chance.random() < 0.5
        text = f"my {chance.choice(THINGS)} is {'grommeled' if bad else 'flonky'}{chance.choice(ENDS)}"
        found.append(
            Labelled(
                text,
                frozenset({Kind.COMPLAINT}) if bad else NOT_A_COMPLAINT,
                Sentiment.NEGATIVE if bad else Sentiment.POSITIVE,
            )
        )
    return found


@pytest.fixture(scope="module")
def learnt() -> LinearModel:
    return refit(BASE, labelled(200, 1))


@pytest.fixture(scope="module")
def comparison(learnt: LinearModel) -> Comparison:
    return compare(BASE, learnt, labelled(300, 2))


def test_words_of_the_trade_are_learnt(comparison: Comparison) -> None:
    assert comparison.better
    for task in (Task.SENTIMENT, Task.COMPLAINT):
        score = comparison.of(task, Measure.AUC)
        assert score and score.other > 0.98 and score.low <= score.other - score.one <= score.high


def test_what_the_base_knew_is_kept(learnt: LinearModel) -> None:
    kinds = [
        KINDS[place]
        for place in learnt.read(
            [
                "@Acme how do I reset it?",
                "win a free voucher now, click https://x.example",
                "You should add a dark mode",
            ]
        ).kinds.argmax(axis=1)
    ]
    assert kinds == [Kind.QUESTION, Kind.SPAM, Kind.SUGGESTION]


def test_the_same_examples_give_the_same_model_and_others_another_name(learnt: LinearModel) -> None:
    again, other = refit(BASE, labelled(200, 1)), refit(BASE, labelled(200, 5))
    assert again.version == learnt.version and np.array_equal(again.words, learnt.words)
    assert other.version != learnt.version
    assert learnt.version.startswith(BASE.version + "~")
    assert refit(learnt, labelled(50, 6)).version.count("~") == 1


def test_too_few_or_one_sided_labels_change_nothing() -> None:
    texts = ["my widget is grommeled", "flonky!"]
    few = refit(BASE, labelled(12, 1))
    one_sided = refit(BASE, [each for each in labelled(200, 1) if each.sentiment is Sentiment.NEGATIVE])
    none = refit(BASE, [])
    for each in (few, one_sided, none):
        assert np.allclose(each.read(texts).kinds, BASE.read(texts).kinds, atol=0.02)


def test_a_learnt_model_is_saved_and_loaded_as_it_was(learnt: LinearModel) -> None:
    file = io.BytesIO()
    learnt.save(file)
    file.seek(0)
    loaded, texts = LinearModel.load(file), [each.text for each in labelled(20, 3)]
    assert loaded.version == learnt.version
    assert np.array_equal(loaded.read(texts).kinds, learnt.read(texts).kinds)


def test_a_model_is_not_better_than_itself(learnt: LinearModel) -> None:
    assert not compare(learnt, learnt, labelled(100, 2)).better
    assert compare(learnt, learnt, []).scores == ()


def test_measures_agree_with_what_is_counted_by_hand() -> None:
    truth, guessed = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 1, 1])
    assert measures.recalls(truth, guessed, 3).tolist() == pytest.approx([2 / 3, 1, 0])
    assert measures.macro_f1(truth, guessed, 3) == pytest.approx((0.8 + 2 / 3 + 0) / 3)
    assert measures.auc(np.array([True, False, True]), np.array([0.5, 0.5, 0.9])) == pytest.approx(0.75)
    assert measures.ece(np.array([0.9, 0.9, 0.2]), np.array([True, False, False])) == pytest.approx((0.8 + 0.2) / 3)
