"""Which articles answer a like case."""

from collections import Counter

import pytest

from hubbub.care.core.knowledge.alike import Asked, Known, best, rarest
from hubbub.care.core.knowledge.article import Line, is_as_it_was, is_in, problem_of, resolution_of, title_of
from hubbub.care.core.knowledge.saving import saving
from hubbub.care.core.likeness import content_words

ARTICLES = {
    1: "My widget jams in the cold. The lever freezes in winter",
    2: "How do I reset the widget after a power cut?",
    3: "The invoice shows a wrong amount, I was charged twice",
    4: "My parcel has not arrived, the tracking shows nothing",
    5: "The widget rattles loudly when it spins",
    6: "How do I change the battery of the remote control?",
    7: "I forgot my password and the reset mail never comes",
    8: "Mein Widget klemmt bei Kälte, der Hebel friert ein",
}
KNOWN = [
    Known(pk, content_words(text), lang="de" if pk == 8 else "en", topic=9, products=("Widget",) if pk == 5 else ())
    for pk, text in ARTICLES.items()
]
HAVING = Counter(word for each in KNOWN for word in each.words)


def fitting(text: str, lang: str = "en", topic: int = 0) -> list[int]:
    asked = Asked(content_words(text), lang, topic, text.casefold())
    return [pk for pk, _ in best(asked, KNOWN, HAVING, len(KNOWN))]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("@acme it is cold and the lever of my widget freezes and jams!", 1),
        ("power cut last night, now my widget needs a reset, how?", 2),
        ("I was charged twice on one invoice", 3),
        ("parcel still not arrived and no tracking", 4),
        ("why does my widget rattle so loudly", 5),
        ("battery of the remote is flat, how do I change it", 6),
        ("password forgotten, the mail for the reset never comes", 7),
    ],
)
def test_the_article_about_the_same_comes_first(text: str, first: int) -> None:
    assert fitting(text)[0] == first


@pytest.mark.parametrize(
    "text",
    ["Good morning everybody, lovely weather", "Do you sell bicycles in Lisbon?", "widget", "", "my widget is blue"],
)
def test_nothing_is_better_than_rubbish(text: str) -> None:
    assert fitting(text) == []


def test_the_very_same_question_finds_the_first_article_there_is() -> None:
    first = Known(1, content_words("How do I reset it?\nhow do I reset it?"))
    for text, found in (("@acme please, how do I reset it?", [1]), ("I reset it twice, the battery is flat", [])):
        assert [pk for pk, _ in best(Asked(content_words(text)), [first], {"reset": 1}, 1)] == found


def test_an_article_in_another_language_is_not_suggested() -> None:
    words = "Mein Widget klemmt, der Hebel friert bei Kälte ein"
    assert fitting(words, "de") == [8]
    assert 8 not in fitting(words, "en")
    assert fitting(words, "")[0] == 8


def test_the_same_topic_decides_between_two_alike() -> None:
    two = [Known(1, frozenset({"lever", "jams"}), topic=3), Known(2, frozenset({"lever", "jams"}), topic=4)]
    found = best(Asked(frozenset({"lever", "jams", "today"}), topic=4), two, {"lever": 2, "jams": 2}, 2)
    assert [pk for pk, _ in found] == [2, 1]


def test_articles_are_looked_up_by_the_rarest_words() -> None:
    having = {"widget": 900, "lever": 3, "jams": 12, "acme": 1000}
    assert rarest({"widget", "lever", "jams", "acme", "unheard"}, having, 1000) == ["lever", "jams", "widget"]


def test_question_and_answer_are_found_in_a_thread() -> None:
    lines = [
        Line(False, "@acme it broke"),
        Line(True, "Sorry to hear that, Jo. Which model is it, please?"),
        Line(False, "The WX-10. The lever jams since the frost."),
        Line(True, "Warm the lever with your hands and put Acmegard on it."),
        Line(True, "Does it move again now, after that?"),
        Line(False, "That worked, thanks!", thanks=True),
        Line(True, "You are welcome, have a good day and stay warm!"),
    ]
    assert problem_of(lines) == "@acme it broke\n\nThe WX-10. The lever jams since the frost."
    assert resolution_of(lines).startswith("Warm the lever")
    assert resolution_of(lines[:2]).startswith("Sorry to hear")  # better than nothing: a person looks at it
    assert resolution_of(lines[:1]) == ""
    assert title_of("It broke! What now?") == "It broke"


def test_a_reply_made_of_an_answer_is_known_again() -> None:
    answer = "Hi {name}, warm the lever with your hands and put Acmegard on it."
    assert is_as_it_was(answer, "Hi Jo, warm the lever with your hands and  put Acmegard on it.\nBye")
    edited = "Hi Jo, please warm the lever with both hands, then Acmegard."
    assert not is_as_it_was(answer, edited)
    assert is_in(answer, edited)
    assert not is_in(answer, "Hi Jo, which model is it?")


def test_time_is_compared_with_like_cases_or_nothing_is_said() -> None:
    others = [("mail", "question", 100.0), ("mail", "question", 300.0)] * 3 + [("demo", "complaint", 10.0)] * 5
    quick = [("mail", "question", 140.0 + place) for place in range(20)]
    assert saving(quick[:19], others) is None
    assert saving(quick, others[:4]) is None
    found = saving([*quick, ("phone", "question", 1.0)], others)  # nothing is like that one
    assert found is not None
    assert (found.cases, found.alike, found.median_s) == (20, 6, -50.5)
    assert -60 <= found.low_s < found.median_s < found.high_s <= -41
    assert saving(quick, others) == saving(quick, others)
