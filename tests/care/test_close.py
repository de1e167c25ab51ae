"""Close reading: which posts are read twice, what stays when the sentence model is gone, and what it may cost."""

import io
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from zlib import crc32

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray
from tests.make import NOON, make_town

from hubbub.accounts.core.access import Access
from hubbub.care import selectors as care
from hubbub.care.core import close, sentences, trial
from hubbub.care.core.close import CLOSE_SHARE, CloseModel, load, refit_closely, saved_version, sureness
from hubbub.care.core.labels import is_held_back
from hubbub.care.core.learning import Labelled
from hubbub.care.core.trial import Material, Told, Trial, try_out
from hubbub.care.core.understanding import COLUMNS, LinearModel, Sentiment
from hubbub.care.core.wordpieces import numbers
from hubbub.care.selectors import learning as selectors
from hubbub.care.selectors.understanding import MOST_CLOSE, own_model
from hubbub.care.services import learning
from hubbub.cli.evaluate import evaluate_command
from hubbub.infra.places import Places
from hubbub.listening.models import Post

SHIPPED = LinearModel.shipped()
GLAD, CROSS, PLAIN = "pleased", "annoyed", "plain"


class Meanings:
    """A sentence model for tests: it knows what made-up words mean, as no linear model can."""

    version = "meanings-1"
    cpu_s = 0.0

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return np.array([self._meaning(text) for text in texts], np.float32).reshape(-1, 4)

    def _meaning(self, text: str) -> list[float]:
        mood = crc32(text.split()[0].encode()) % 3
        return [*(float(mood == place) for place in range(3)), 0.0]


class Nonsense(Meanings):
    """One whose numbers say nothing."""

    def _meaning(self, text: str) -> list[float]:
        return [float(crc32(f"{text} {place}".encode()) % 7 - 3) / 4 for place in range(4)]


def made_up(number: int) -> str:
    """A text of which no two share a word: only the first says how it feels, and only to who knows it."""
    return f"zx{number * 7919:x}q vb{number * 104729:x}k"


MOODS = tuple(Sentiment)


def examples(count: int, first: int = 0) -> list[Labelled]:
    texts = [made_up(number) for number in range(first, first + count)]
    return [Labelled(text, sentiment=MOODS[crc32(text.split()[0].encode()) % 3]) for text in texts]


def pair_of(encoder: Meanings, sure: float) -> CloseModel:
    """The shipped model twice; the one that reads closely finds everything negative."""
    meaning = np.zeros((COLUMNS, 4), np.float32)
    meaning[8, :3] = 9.0
    return CloseModel.made(SHIPPED, SHIPPED, meaning, (False, True), sure, encoder)


SAID = ["thank you, best kettle ever!", "the train leaves at nine", "broken again, worst app ever", "hm", "well, well"]


def test_only_what_the_linear_model_is_least_sure_of_is_read_closely() -> None:
    certain = sureness(SHIPPED.logits(SAID), (False, True))
    cut = float(np.sort(certain)[1])
    encoder = Meanings()
    model, plain = pair_of(encoder, cut), SHIPPED.read(SAID)
    found = model.read(SAID)
    unsure = [text for text, each in zip(SAID, certain, strict=True) if each <= cut]
    assert encoder.asked == unsure and len(unsure) == 2
    for place, text in enumerate(SAID):
        same = np.array_equal(found.sentiment[place], plain.sentiment[place])
        assert same == (text not in unsure)
        assert found.sentiment[place].argmax() == 0 or same
        assert np.array_equal(model.read([text]).sentiment[0], found.sentiment[place])  # alone as among others


def test_where_everything_is_sure_the_sentence_model_is_not_asked() -> None:
    encoder = Meanings()
    assert np.array_equal(pair_of(encoder, -1.0).read(SAID).kinds, SHIPPED.read(SAID).kinds)
    assert len(pair_of(encoder, -1.0).read([])) == 0
    assert encoder.asked == []


def test_what_words_can_not_teach_is_learnt_from_what_they_mean() -> None:
    model = refit_closely(SHIPPED, examples(600), Meanings())
    assert isinstance(model, CloseModel) and model.tasks == (False, True)
    held = examples(300, first=5_000)
    texts, truth = [each.text for each in held], np.array([MOODS.index(each.sentiment or MOODS[0]) for each in held])
    everything = replace(model, sure=2.0).read(texts).sentiment.argmax(axis=1)
    words = model.linear.read(texts).sentiment.argmax(axis=1)
    assert (everything == truth).mean() > 0.95 > 0.5 > (words == truth).mean()


def test_about_a_third_of_posts_like_those_learnt_from_is_read_closely() -> None:
    model = refit_closely(SHIPPED, examples(600), Meanings())
    assert isinstance(model, CloseModel)
    texts = [each.text for each in examples(600, first=5_000)]
    share = (sureness(model.linear.logits(texts), model.tasks) <= model.sure).mean()
    assert abs(share - CLOSE_SHARE) < 0.15


def test_labels_too_few_to_learn_from_make_no_second_model() -> None:
    assert isinstance(refit_closely(SHIPPED, examples(10), Meanings()), LinearModel)


def test_a_saved_pair_is_read_without_its_sentence_model_by_its_linear_part() -> None:
    encoder = Meanings()
    model = refit_closely(SHIPPED, examples(200), encoder)
    assert isinstance(model, CloseModel)
    file = io.BytesIO()
    model.save(file)

    def again(beside: Meanings | None) -> LinearModel | CloseModel:
        return load(io.BytesIO(file.getvalue()), beside)

    whole, other = again(encoder), again(SimpleNamespace(version="another"))  # type: ignore[arg-type]
    assert isinstance(whole, CloseModel) and isinstance(other, LinearModel)
    assert np.array_equal(whole.read(SAID).sentiment, model.read(SAID).sentiment)
    for linear in (other, LinearModel.load(io.BytesIO(file.getvalue()))):
        assert np.array_equal(linear.read(SAID).sentiment, model.linear.read(SAID).sentiment)
        assert linear.version == model.linear.version != model.version  # so readings of both can be told apart
    assert saved_version(io.BytesIO(file.getvalue())) == model.version


# A workspace's own ----------------------------------------------------------
def told(count: int) -> tuple[Told, ...]:
    return tuple(Told(each.text, {"sentiment": str(each.sentiment)}) for each in examples(count))


@pytest.mark.parametrize(("encoder", "closely"), [(Meanings(), True), (Nonsense(), False), (None, False)])
def test_a_try_reads_closely_only_where_that_is_surely_better(
    monkeypatch: pytest.MonkeyPatch, encoder: Meanings | None, closely: bool
) -> None:
    monkeypatch.setattr(trial, "encoder", lambda: encoder)
    monkeypatch.setattr(close, "encoder", lambda: encoder)
    material = Material(b"", told(600), (), 600)
    found = try_out(material)
    assert isinstance(load(io.BytesIO(found.data)), CloseModel) == closely
    assert found.better
    assert found.version == try_out(material).version == saved_version(io.BytesIO(found.data))
    assert sum(is_held_back(each.text) for each in material.labels) == found.figures[0].held


def test_a_pair_in_use_is_known_by_its_name_also_where_only_half_of_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.BytesIO()
    pair_of(Meanings(), 0.5).save(file)
    monkeypatch.setattr(trial, "encoder", lambda: None)
    monkeypatch.setattr(close, "encoder", lambda: None)
    found = try_out(Material(file.getvalue(), told(100), (), 100))
    assert found.against == saved_version(io.BytesIO(file.getvalue()))


def keep(access: Access, model: CloseModel) -> None:
    file = io.BytesIO()
    model.save(file)
    made = Trial(model.version, file.getvalue(), 60, SHIPPED.version, (), 0.0, True, "So it is.")
    assert learning.keep(access.workspace, made, now=NOON)


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> Meanings:
    own_model.cache_clear()
    room = sys.modules["hubbub.care.selectors.understanding"]
    monkeypatch.setattr(room, "_allowance", close.Allowance(MOST_CLOSE))
    made = Meanings()
    monkeypatch.setattr(close, "encoder", lambda: made)
    return made


@pytest.mark.django_db
def test_what_is_heard_is_read_quickly_and_what_is_decided_about_closely(
    mia: Access, places: Places, encoder: Meanings
) -> None:
    model = pair_of(encoder, 0.9)
    keep(mia, model)
    town = make_town(mia, places, understanding=care.understanding(mia.workspace))
    assert town.understanding.version == model.version
    unsure, sure = "@AcmeCustServ hm, well, the widget", "@AcmeCustServ broken again, worst widget ever, awful"
    certain = sureness(SHIPPED.logits([unsure, sure]), (False, True))
    assert certain[0] <= 0.9 < certain[1]
    town.says("ann", unsure)
    town.says("ben", sure)
    assert encoder.asked == [unsure]  # once, and not while it was heard
    read_by = [row[0].partition("/")[0] for row in Post.objects.order_by("id").values_list("reading", flat=True)]
    assert read_by == [model.version, model.linear.version]  # what decided is what pages show
    assert Post.objects.order_by("id")[0].reading[2][0] > 0.9


@pytest.mark.django_db
def test_close_reading_waits_when_it_took_its_share_of_the_processor(mia: Access, encoder: Meanings) -> None:
    model = pair_of(encoder, 0.9)
    keep(mia, model)
    assert care.understanding(mia.workspace).version == model.version
    encoder.cpu_s = 30.0  # a storm
    assert care.understanding(mia.workspace).version == model.linear.version
    assert selectors.learning(mia).closely
    assert selectors.learning(mia).alone == (not sentences.installed())
    assert care.quick_model(model=care.own_models()[mia.workspace]).version == model.linear.version


# The sentence model itself --------------------------------------------------
LATIN = [101, 1030, 5310, 2073, 1005, 1055, 2026, 15743, 7668, 25416, 8630, 1029, 999, 102]
OTHERS = [101, 100, 1964, 1653, 30187, 30182, 30173, 24665, 2080, 17499, 100, 1060, 102]


def test_texts_are_cut_into_pieces_as_the_weights_know_them() -> None:
    # As the tokenizers library (0.23) numbers them with the vocabulary of bert-base-uncased.
    assert numbers("@user Where's my naïve café refund?!", 64) == LATIN
    assert numbers("返金 ください Größe 👍 \u200bx", 64) == OTHERS
    assert numbers("late " * 100, 64) == [101, *[2397] * 62, 102]
    assert numbers("", 64) == [101, 102]
    assert numbers("x" * 101, 64) == [101, 100, 102]


def test_without_the_extra_evaluating_with_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sentences.encoder.cache_clear()
    monkeypatch.setattr(sentences, "find_spec", lambda name: None)
    file = tmp_path / "some.csv"
    file.write_text("text,label\nbroken,negative\n", encoding="utf-8")
    words = ["--task", "sentiment", "--data", str(file), "--text", "text", "--label", "label", "--semantic"]
    assert "give --train, too" in CliRunner().invoke(evaluate_command, words).output
    assert (
        "pip install 'hubbub[semantic]'" in CliRunner().invoke(evaluate_command, [*words, "--train", str(file)]).output
    )
    sentences.encoder.cache_clear()


installed = pytest.mark.skipif(sentences.encoder() is None, reason="the extra hubbub[semantic] is not installed")


@installed
def test_the_sentence_model_puts_like_sentences_together() -> None:
    encoder = sentences.encoder()
    assert encoder is not None
    texts = [
        "you lost my suitcase",
        "where are my bags, nobody knows",
        "what a lovely film",
        "",
        "https://acme.example",
    ]
    found = encoder.encode(texts)
    assert found.shape == (5, sentences.MEANING)
    assert np.linalg.norm(found, axis=1) == pytest.approx([1, 1, 1, 0, 0], abs=1e-5)
    assert found[0] @ found[1] > found[0] @ found[2] + 0.1
    assert found[:1] == pytest.approx(encoder.encode(texts[:1]), abs=1e-5)  # alone as among others
    assert encoder.cpu_s > 0


@installed
def test_with_the_extra_a_model_learns_what_words_alone_do_not_say() -> None:
    encoder = sentences.encoder()
    assert encoder is not None
    bags = ["suitcase", "luggage", "bag", "baggage", "rucksack", "trunk", "backpack", "case"]
    meals = ["dinner", "lunch", "breakfast", "soup", "sandwich", "cake", "pasta", "salad"]
    said = [
        Labelled(f"about the {thing}, number {number}", sentiment=mood)
        for number in range(8)
        for things, mood in ((bags[:5], Sentiment.NEGATIVE), (meals[:5], Sentiment.POSITIVE))
        for thing in things
    ]
    model = refit_closely(SHIPPED, said, encoder)
    assert isinstance(model, CloseModel)
    closely = replace(model, sure=2.0).read([f"about the {thing}" for thing in (*bags[5:], *meals[5:])]).sentiment
    assert (closely[:3, 0] > closely[3:, 0].max()).all()
