"""Sentences in the language of whoever reads them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import figure, say, say_many, speaking


def test_a_sentence_that_nobody_translated_stays_as_it_is() -> None:
    with speaking("de"):
        assert (
            say("No {such} sentence stands in any catalogue", such="odd") == "No odd sentence stands in any catalogue"
        )
        assert say("{not} a fact") == "{not} a fact"
        assert say("") == ""


def test_numbers_choose_their_words() -> None:
    said = [say_many("{number} odd thing", "{number:,} odd things", number) for number in (0, 1, 1_200)]
    assert said == ["0 odd things", "1 odd thing", "1,200 odd things"]


def test_the_language_is_that_of_one_request_and_of_no_thread_beside_it() -> None:
    def elsewhere() -> str:
        return say("Save")

    with speaking("de"), ThreadPoolExecutor(1) as pool:
        assert say("Save") == "Speichern"
        assert pool.submit(elsewhere).result() == "Save"
    assert say("Save") == "Save"
    with speaking("tlh"):
        assert say("Save") == "Save"


def test_errors_speak_too_and_their_code_stays() -> None:
    with speaking("de"):
        error = InvalidInput(reason="Give the day and the time.")
    assert str(error) == "Geben Sie Tag und Uhrzeit an."
    assert error.code == "invalid_input"


def test_numbers_and_days_are_written_as_the_language_writes_them() -> None:
    at = datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
    facts = {"number": 1_234_567, "share": 0.125, "name": "1,5.x", "at": at}
    words = "{number:,} {share:.1f} {share} {name} {at:%A %-d %B %H:%M, %a %b}"
    assert say(words, **facts) == "1,234,567 0.1 0.125 1,5.x Monday 2 March 09:05, Mon Mar"
    with speaking("de"):
        assert say(words, **facts) == "1.234.567 0,1 0,125 1,5.x Montag 2 März 09:05, Mo Mär"
        assert say_many("{number} odd thing", "{number:,} odd things", 1_200) == "1.200 odd things"
        assert (figure(1_200), figure(0.5, ".0%"), figure(date(2026, 5, 1), "%b")) == ("1.200", "50%", "Mai")
