import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.listening.core.letters import handles, is_mark, is_word, joins, normal, traced

NASTY = "aAéÉe\u0301i\u0307İıſßﬁ’'ʼ‑ \n\t\u00a0\u3000\x00中か\u3099가ᄀ\u1161\u11a8กิ่😀❤\ufe0f\u200d#@_.-\ud800"
texts = st.text(alphabet=NASTY, max_size=30) | st.text(alphabet=st.characters(exclude_categories=()), max_size=30)


@pytest.mark.parametrize(
    ("said", "compared"),
    [
        ("Acme", "acme"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Cafe\u0301", "café"),
        ("İstanbul", "istanbul"),
        ("Don’t", "don't"),
        ("Wi\u2011Fi", "wi-fi"),
        ("acme \n\t\u00a0\u3000 road", "acme road"),
        ("acme\x00road", "acme road"),
        ("\ud800", "\ufffd"),
    ],
)
def test_texts_are_compared_in_one_form(said: str, compared: str) -> None:
    assert normal(said) == compared


@given(texts)
def test_the_normal_form_can_be_traced_back_to_what_was_written(text: str) -> None:
    body, starts, ends = traced(text)
    assert body == normal(text)
    assert len(starts) == len(ends) == len(body)
    assert starts == sorted(starts) and ends == sorted(ends)
    assert all(normal(body[at]) in normal(text[starts[at] : ends[at]]) for at in range(len(body)))


def test_only_marks_and_korean_letters_act_on_their_neighbours() -> None:
    """`traced` and the buffer rely on this of Unicode."""
    for code in range(sys.maxunicode + 1):
        letter = chr(code)
        parts = unicodedata.decomposition(letter).split()
        if len(parts) == 2 and not parts[0].startswith("<") and unicodedata.is_normalized("NFC", letter):
            assert is_mark(second := chr(int(parts[1], 16))) or "\u1160" <= second <= "\u11ff"
        if unicodedata.combining(letter):
            assert is_mark(letter)


@pytest.mark.parametrize("letter", ["a", "é", "ж", "_", "7", "ه", "가", "हि"[1], "\u0301", "東", "の", "ก"])
def test_letters_marks_digits_and_the_underscore_make_words(letter: str) -> None:
    assert is_word(letter)


@pytest.mark.parametrize("letter", ["", " ", "'", "-", ".", "#", "@", "😀", "\u200d", "\u200f", "€", "“"])
def test_signs_spaces_and_emoji_make_no_words(letter: str) -> None:
    assert not is_word(letter)
    assert not joins(letter)


@pytest.mark.parametrize("letter", ["東", "々", "の", "ー", "ｶ", "ก", "ລ", "ក", "မ"])
def test_letters_of_scripts_without_spaces_do_not_join(letter: str) -> None:
    assert is_word(letter)
    assert not joins(letter)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("thanks @acme.", ["@acme"]),
        (".@acme @help.acme.example", ["@acme", "@help.acme.example"]),
        ("@acme@example.com, @beta-one", ["@acme@example.com", "@beta-one"]),
        ("info@example.com @ @@acme", ["@acme"]),
        ("@acmeさん 東@beta", ["@acme", "@beta"]),
        ("❤\ufe0f@acme", ["@acme"]),
        ("@acme...no @beta--gamma", ["@acme", "@beta"]),
    ],
)
def test_handles_are_found_whole(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in handles(text)] == found
