"""What people write in forms is read, and what is written for them can be read again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import speaking
from hubbub.workforce.core.plan.written import (
    hours_of,
    hours_words,
    length_words,
    number_of,
    number_words,
    seconds_of,
    share_of,
    share_words,
)

LANGUAGES = st.sampled_from(["en", "de"])


@given(seconds=st.integers(1, 9_000_000), language=LANGUAGES)
def test_lengths_are_read_as_they_were_written(seconds: int, language: str) -> None:
    with speaking(language):
        assert seconds_of(length_words(seconds), "") == seconds


@given(thousandths=st.integers(0, 100_000), language=LANGUAGES)
def test_shares_are_read_as_they_were_written(thousandths: int, language: str) -> None:
    with speaking(language):
        assert share_of(share_words(thousandths / 100_000), "") == pytest.approx(thousandths / 100_000)


@given(cents=st.integers(1, 99_999_999), language=LANGUAGES)
def test_amounts_are_read_as_they_were_written(cents: int, language: str) -> None:
    with speaking(language):
        assert number_of(number_words(cents / 100), "") == pytest.approx(cents / 100)


@given(st.integers(0, 1439), st.integers(1, 1440))
def test_hours_are_read_as_they_were_written(start: int, more: int) -> None:
    hours = (start, min(1440, start + more))
    assert hours_of(hours_words(hours), "") == hours


@pytest.mark.parametrize("text", ["20", "20 x", "-3 s", "1,2,3 s", "s", "20 s or so", "99999999 s"])
def test_what_is_no_length_is_told_with_where_it_stands(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"Within: .* is no time; write it like 20 s"):
        seconds_of(text, "Within")


@pytest.mark.parametrize("text", ["20-8", "8-25", "8:70-9", "all day", "8-8", "08:00"])
def test_what_are_no_hours_is_told(text: str) -> None:
    with pytest.raises(InvalidInput, match="are no hours"):
        hours_of(text, "Monday")
