"""The shipped model: the playbook's texts come out right, and batches read as single texts do."""

import hashlib
import string
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hubbub.care.core.features import READ_CHARACTERS, features, tokens
from hubbub.care.core.understanding import KINDS, SENTIMENTS, Kind, LinearModel, Reading, Sentiment, Understanding

MODEL = LinearModel.shipped()


def kinds_of(text: str) -> dict[Kind, float]:
    return dict(zip(KINDS, MODEL.read([text]).kinds[0].tolist(), strict=True))


def likeliest(text: str) -> Kind:
    kinds = kinds_of(text)
    return max(kinds, key=kinds.__getitem__)


def unsure(text: str) -> bool:
    first, second = sorted(kinds_of(text).values(), reverse=True)[:2]
    return first - second < 0.15 or first < 0.5


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!", Kind.COMPLAINT),
        ("My #Acme widget has been broken for 5 days now. Its disgusting!", Kind.COMPLAINT),
        ("So's mine. I'm now on my third #Acme widget…they are so unreliable.", Kind.COMPLAINT),
        ("@AcmeCustServ how do I reset it?", Kind.QUESTION),
        ("that worked, thanks!", Kind.PRAISE),
        ("Shout-out to Alice at @AcmeCustServ, sorted my widget on a Sunday", Kind.PRAISE),
        ("You should add a dark mode to the app", Kind.SUGGESTION),
    ],
)
def test_the_playbooks_texts_are_read_right_and_surely(text: str, kind: Kind) -> None:
    assert kinds_of(text)[kind] >= 0.5
    assert not unsure(text)


def test_a_greeting_is_talk_or_unsure_but_no_complaint() -> None:
    greeting = "hi @AcmeCustServ 👋"
    assert likeliest(greeting) is Kind.TALK or unsure(greeting)
    assert kinds_of(greeting)[Kind.COMPLAINT] < 0.2


def test_sarcasm_is_a_complaint_or_unsure_and_never_praise() -> None:
    sarcasm = "Great, another update that breaks everything. Well done @Acme"
    assert likeliest(sarcasm) is Kind.COMPLAINT or unsure(sarcasm)
    assert likeliest(sarcasm) is not Kind.PRAISE


def test_looking_for_a_widget_is_an_opportunity_or_a_question() -> None:
    text = "Anyone know a good widget? Thinking of leaving Acme's rival"
    assert likeliest(text) in (Kind.OPPORTUNITY, Kind.QUESTION)


def test_a_voucher_behind_a_broken_widget_is_noise_or_a_complaint() -> None:
    text = "@AcmeCustServ my widget is broken, claim your voucher here https://acme-vouchers.example/now"
    kinds = kinds_of(text)
    assert kinds[Kind.SPAM] + kinds[Kind.PROMOTION] >= 0.5 or likeliest(text) is Kind.COMPLAINT


def test_a_tip_for_somebody_else_is_no_complaint() -> None:
    assert likeliest("Mine did that. Leave it off for ten minutes, worked for me") is not Kind.COMPLAINT


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("My #Acme widget has been broken for 5 days now. Its disgusting!", Sentiment.NEGATIVE),
        ("@AcmeCustServ how do I reset it?", Sentiment.NEUTRAL),
        ("that worked, thanks!", Sentiment.POSITIVE),
        ("Great, another update that breaks everything. Well done @Acme", Sentiment.NEGATIVE),
    ],
)
def test_the_playbooks_texts_feel_right(text: str, sentiment: Sentiment) -> None:
    assert SENTIMENTS[MODEL.read([text]).sentiment[0].argmax()] is sentiment


def test_the_playbooks_very_sentences_are_not_trained_on() -> None:
    training = "\n".join(
        path.read_text(encoding="utf-8").lower()
        for path in Path(__file__).parents[2].joinpath("training").glob("*.txt")
    )
    assert training
    for words in (
        "5 days now. its disgusting",
        "so's mine. i'm now",
        "that breaks everything",
        "thinking of leaving acme",
    ):
        assert words not in training


@pytest.mark.parametrize("text", ["", " ", "\n\n \t"])
def test_a_text_without_words_is_more_or_less_talk_and_neutral(text: str) -> None:
    assert likeliest(text) is Kind.TALK
    assert max(kinds_of(text).values()) < 0.5
    assert SENTIMENTS[MODEL.read([text]).sentiment[0].argmax()] is Sentiment.NEUTRAL


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    beginning = "my widget is broken " * (READ_CHARACTERS // 20)
    long = MODEL.read([beginning + "thank you so much " * 5_000])
    assert np.array_equal(long.kinds, MODEL.read([beginning]).kinds)


def test_no_text_gives_an_empty_reading() -> None:
    empty = MODEL.read([])
    assert len(empty) == 0 and empty.kinds.shape == (0, 8) and empty.sentiment.shape == (0, 3)


def test_handles_links_numbers_and_long_drawn_words_look_alike() -> None:
    one = tokens(["@Acme sooooo late!!!! see https://a.example/1 or mail bob@a.example, 15 days &amp; more"])
    two = tokens(["@other.name@b.example soo late!! see http://b.example or mail mia@b.example, 7 days & more"])
    assert one == two
    assert tokens(["ok 👍👍👍👍", ""]) == ["ok", "👍", "👍", "\n", "\n"]


def test_features_are_the_same_numbers_on_every_machine() -> None:
    found = features(["@Acme my widget is broken 😡", "Straße, 日本語 and a lone \ud800 surrogate", ""])
    digest = hashlib.sha256()
    for buckets, ends in (*found.words, *found.letters):
        digest.update(buckets.astype("<i8").tobytes() + ends.astype("<i8").tobytes())
    assert digest.hexdigest()[:16] == "07e147df34c0fcf6"


def test_the_shipped_weights_are_small_and_bounded() -> None:
    assert MODEL.words.dtype == MODEL.letters.dtype == np.int8
    assert np.isfinite(MODEL.scales).all() and np.isfinite(MODEL.bias).all()
    assert MODEL.version.startswith("linear-1-")
    assert LinearModel.shipped() is MODEL


def test_the_model_is_an_understanding() -> None:
    def version_of(reader: Understanding) -> str:
        return reader.version

    assert version_of(MODEL) == MODEL.version


POSTS = st.text(max_size=200) | st.text(string.ascii_lowercase + " @#'!?.\n😡0", max_size=200)


def same(one: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    return bool(np.array_equal(one, other))


@settings(deadline=None)
@given(st.lists(POSTS, max_size=12))
def test_probabilities_sum_to_one_and_none_is_strange(texts: list[str]) -> None:
    reading = MODEL.read(texts)
    for table, columns in ((reading.kinds, 8), (reading.sentiment, 3)):
        assert table.shape == (len(texts), columns) and table.dtype == np.float32
        assert (table >= 0).all() and np.allclose(table.sum(axis=1), 1, atol=1e-5)


@settings(deadline=None)
@given(st.lists(POSTS, min_size=1, max_size=12))
def test_a_batch_reads_as_single_texts_do_in_any_order(texts: list[str]) -> None:
    together = MODEL.read(texts)
    for place, text in enumerate(texts):
        alone = MODEL.read([text])
        assert same(alone.kinds[0], together.kinds[place]) and same(alone.sentiment[0], together.sentiment[place])
    backwards = MODEL.read(texts[::-1])
    assert same(backwards.kinds[::-1], together.kinds) and same(backwards.sentiment[::-1], together.sentiment)


def test_large_batches_are_cut_into_pieces_without_a_seam() -> None:
    texts = [
        f"@Acme the widget number {n} is {'broken' if n % 2 else 'lovely'}, " + "x" * (n % 90) for n in range(3_000)
    ]
    together: Reading = MODEL.read(texts)
    for place in (0, 1, 777, 1_499, 2_999):
        assert same(MODEL.read([texts[place]]).kinds[0], together.kinds[place])
