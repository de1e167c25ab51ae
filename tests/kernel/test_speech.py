"""Sentences in the language of whoever reads them."""

from concurrent.futures import ThreadPoolExecutor

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say, say_many, speaking


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
