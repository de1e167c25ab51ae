"""When two complaints are about a like problem."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.care.core.likeness import MAX_WORDS, Complaint, are_alike, content_words, headings

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BRAND, WIDGETS = 1, 2
PRODUCTS = frozenset({WIDGETS})
ONE = Complaint("jo", frozenset({BRAND}), frozenset({"failure"}), frozenset({"widget", "reset"}), NOON)


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        ({}, True),
        ({"words": frozenset({"widget"})}, True),
        ({"words": frozenset({"gadget"})}, False),
        ({"words": frozenset()}, False),
        ({"problems": frozenset({"delivery"})}, False),
        ({"problems": frozenset()}, False),
        ({"topics": frozenset({WIDGETS})}, False),
        ({"topics": frozenset()}, False),
    ],
)
def test_on_a_brand_two_complaints_need_one_problem_and_a_word_that_names_the_thing(
    other: dict[str, frozenset[str]], alike: bool
) -> None:
    assert are_alike(ONE, replace(ONE, voice="ann", **other), PRODUCTS) is alike


def test_on_a_product_the_topic_names_the_thing() -> None:
    one = replace(ONE, topics=frozenset({BRAND, WIDGETS}))
    other = replace(one, words=frozenset())
    assert are_alike(one, other, PRODUCTS)
    assert not are_alike(one, replace(other, topics=frozenset({BRAND})), PRODUCTS)
    assert not are_alike(one, replace(other, problems=frozenset({"billing"})), PRODUCTS)


COMPLAINTS = st.builds(
    Complaint,
    voice=st.just(""),
    topics=st.frozensets(st.integers(1, 3)),
    problems=st.frozensets(st.sampled_from(["failure", "delivery"])),
    words=st.frozensets(st.sampled_from(["widget", "reset", "gadget"])),
    said_at=st.just(NOON),
)


@settings(max_examples=50, deadline=None)
@given(COMPLAINTS, COMPLAINTS)
def test_likeness_is_mutual_and_like_ones_are_found_under_a_heading_of_both(one: Complaint, other: Complaint) -> None:
    alike = are_alike(one, other, PRODUCTS)
    assert are_alike(other, one, PRODUCTS) is alike
    if alike:
        assert set(headings(one.topics, one.problems)) & set(headings(other.topics, other.problems))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("My #Acme widgets have been broken for 5 days now", {"acme", "widget"}),
        ("@AcmeCustServ see https://acme.example/widget/4471", set()),
        ("The glass of my WIDGET", {"glass", "widget"}),
        ("still broken!!! terrible, awful, disgusting", set()),
        (
            "Ständig kaputt: Heizkörper 客服中心 не работает",
            {"ständig", "kaputt", "heizkörper", "客服中心", "работает"},
        ),
        ("", set()),
    ],
)
def test_the_words_of_a_post_are_those_that_say_what_it_is_about(text: str, words: set[str]) -> None:
    assert content_words(text) == words


def test_a_long_post_is_known_by_its_first_words() -> None:
    found = content_words(" ".join(f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(200)))
    assert len(found) == MAX_WORDS
    assert "wordaa" in found
