"""What was made of a text, kept with its row."""

from hubbub.care.core.reading import TextReading, read_texts
from hubbub.care.core.understanding import Kind, LinearModel


def test_a_reading_is_the_same_after_it_was_kept() -> None:
    [reading] = read_texts(["@acme my widget smoked and burnt my hand, anyone?"], LinearModel.shipped())
    assert TextReading.of_data(reading.data()) == reading


def test_of_a_row_that_keeps_no_reading_any_more_nothing_is_said() -> None:
    nothing = TextReading.of_data([])
    assert (nothing.kind, nothing.mood, nothing.noise, nothing.problems) == (Kind.TALK, 0, 0.0, ())
