"""Search gives the same results on every database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.infra.search import Index, parse
from hubbub.kernel.tokens import tokens

CASES = Index("case")
THINGS = {
    1: ["The widget does not work", "Anna Müller"],
    2: ["My widget works. Does it not?", "@john__smith377"],
    3: ["#AcmeFail again: order AB-1234, mail me at mia@acme.example", "Zoë"],
    4: ["日本語の問い合わせです", "東京タワー"],
    5: ["refund, refund, refund", "widgets " * 400 + "last"],
    6: ["Straße der Öffentlichkeit don’t", "the end"],
}


@pytest.fixture
def filled(db: None) -> None:
    """Some things of owner 7, and one of owner 8 that says everything."""
    CASES.put(7, {key: [tokens(text) for text in texts] for key, texts in THINGS.items()})
    CASES.put(8, {9: [tokens(text) for texts in THINGS.values() for text in texts]})


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("widget ", [2, 1]),
        ("widget", [5, 2, 1]),  # still being typed
        ("wid", [5, 2, 1]),
        ("w", []),
        ("WIDGET works ", [2]),
        ('"does not work"', [1]),
        ('"not work" ', [1]),
        ("widget -works ", [1]),
        ("muller ", [1]),
        ("müller ", [1]),
        ("smith377 ", [2]),
        ("@john__smith377 ", [2]),
        ("acmefail ", [3]),
        ("fail ", [3]),
        ("AB-1234 ", [3]),
        ("ab-99 ", []),
        ("mia@acme.example ", [3]),
        ("日本 ", [4]),
        ("語 ", [4]),
        ("東京タワー ", [4]),
        ("東京日 ", []),
        ("refund OR straße ", [6, 5]),
        ("strasse ", [6]),
        ("dont ", [6]),
        ("don't ", [6]),
        ("work anna ", [1]),
        ('"work anna"', []),  # no phrase reaches from one text into the next
        ("last ", [5]),
        ("-widget ", []),
        ("👋", []),
        ('"', []),
        ("' OR 1=1 -- ", []),
    ],
)
def test_what_is_typed_finds_what_it_says(filled: None, typed: str, found: list[int]) -> None:
    assert CASES.find(7, parse(typed), limit=10) == found


def test_a_list_goes_on_where_it_ended(filled: None) -> None:
    everything = parse("widget OR refund OR zoe OR 日本 ")
    first = CASES.find(7, everything, limit=3)
    assert first + CASES.find(7, everything, below=first[-1], limit=3) == CASES.find(7, everything, limit=10)


def test_what_is_put_in_again_is_found_by_its_new_words_only_and_what_is_dropped_by_none(filled: None) -> None:
    CASES.put(7, {1: [tokens("now about lamps")]})
    assert CASES.find(7, parse("anna "), limit=5) == []
    assert CASES.find(7, parse("lamps "), limit=5) == [1]
    CASES.drop([1])
    assert CASES.find(7, parse("lamps "), limit=5) == []


@given(st.text(max_size=80))
def test_a_text_is_found_by_each_of_its_words(text: str) -> None:
    """Whatever is said: no word is empty, and none holds what would end a word for a database."""
    for word in tokens(text):
        assert word
        assert not any(letter.isspace() or letter in "'\"\\_:" for letter in word)


@given(st.text(max_size=60))
def test_whatever_is_typed_can_be_asked(text: str) -> None:
    parse(text)
