"""Foreign text: what is kept, what goes, and that no text whatever breaks a store, a cut or a reader."""

import time
import unicodedata

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from hubbub.kernel.text import ELLIPSIS, HANDLE, clean, clip, fold, graphemes, html_to_text, language

FAMILY = "👩‍👩‍👧"
ANY_TEXT = st.text(st.characters())  # lone surrogates and control characters too
LETTERS = ("a", "é", "e\u0301", FAMILY, "🇩🇪", "👍🏽", "न्द", " ", "\n", "\u200f", "…")
CLUSTERS = st.lists(st.sampled_from(LETTERS)).map("".join)


# clean -----------------------------------------------------------------------
@given(ANY_TEXT)
@example("\ud83d")
@example("\ufeff\udc00")
@example("\r\x00\n")
def test_clean_text_can_be_stored_anywhere_and_is_not_changed_again(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert {each for each in cleaned if unicodedata.category(each) == "Cc"} <= {"\t", "\n"}
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("one\r\ntwo\rthree\tfour", "one\ntwo\nthree\tfour"),
        ("a\x00b\x1b[31mred\x7f\x85", "ab[31mred"),
        ("half an emoji \ud83d", "half an emoji \ufffd"),
        ("two halves \ud83d\ude00", "two halves 😀"),
        ("\ufeffbegins with a mark \udc00", "\ufeffbegins with a mark \ufffd"),
        (f"{FAMILY} \u200fשלום\u200e می‌خواهم <b>&amp;", f"{FAMILY} \u200fשלום\u200e می‌خواهم <b>&amp;"),
    ],
)
def test_cleaning_changes_only_what_no_reader_would_miss(said: str, kept: str) -> None:
    assert clean(said) == kept


# fold ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("café", "CAFE\u0301"),
        ("İstanbul", "istanbul"),
        ("ΌΣΟΣ", "όσος"),
        ("\u212bngström", "ångström"),
        ("ﬁne", "FINE"),
    ],
)
def test_texts_that_read_the_same_fold_to_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(ANY_TEXT.filter(lambda text: not regex.search(r"\p{Cs}", text)))
def test_it_does_not_matter_how_accents_are_written(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(text) == fold(unicodedata.normalize("NFC", text))


# clip ------------------------------------------------------------------------
@given(ANY_TEXT | CLUSTERS, st.integers(2, 40))
def test_a_clipped_text_is_one_line_that_fits_and_cuts_no_character_in_two(text: str, length: int) -> None:
    clipped, line = clip(text, length), " ".join(text.split())
    assert len(clipped) <= length
    assert clipped.split("\n") == [clipped]
    if clipped != line:
        assert clipped.endswith(ELLIPSIS)
        kept = clipped.removesuffix(ELLIPSIS)
        ends = {0, *(each.end() for each in regex.finditer(r"\X", line))}
        assert line.startswith(kept)
        assert len(kept) in ends


@pytest.mark.parametrize(
    ("text", "length", "shown"),
    [
        ("  My\n\nwidget   broke ", 40, "My widget broke"),
        ("My widget broke", 15, "My widget broke"),
        ("My widget broke", 11, "My widget…"),
        (f"Thanks {FAMILY}{FAMILY}", 13, f"Thanks {FAMILY}…"),
        (f"Thanks {FAMILY}", 10, "Thanks…"),
        ("e\u0301" * 5, 4, "e\u0301…"),
        ("", 5, ""),
        ("x" * 1_000_000, 4, "xxx…"),
        ("\u0301" * 100_000, 4, "…"),
    ],
)
def test_what_is_cut_says_so(text: str, length: int, shown: str) -> None:
    assert clip(text, length) == shown


def test_people_count_an_emoji_with_its_modifiers_as_one_character() -> None:
    assert graphemes(f"Hé {FAMILY}👍🏽🇩🇪") == 6


# html_to_text ----------------------------------------------------------------
@pytest.mark.parametrize(
    ("markup", "read"),
    [
        ("<p>My <b>widget</b> broke.</p><p>Again.</p>", "My widget broke.\n\nAgain."),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("caf&eacute; &lt;script&gt; &#128512; &bogus;", "café <script> 😀 &bogus;"),
        ("a<script>alert(1)</script>b<style>p{}</style>c", "abc"),
        ("before<script>alert(1)", "before"),
        ("<scr<script>ipt>alert(1)</script>still here", "<scrstill here"),
        ("<img src=x onerror=alert(1)>after", "after"),
        ("a<!-- hidden <script> -->b<!-- never closed", "ab"),
        ("<!DOCTYPE html><![CDATA[x]]><?php echo 1 ?>said", "said"),
        ("5 < 6 and 7 > 3, <3", "5 < 6 and 7 > 3, <3"),
        ("<iframe src=//evil.example>inside</iframe>outside", "outside"),
        ("a film<object data=x.swf> for all who can't see it", "a film for all who can't see it"),
        ("now <!> <?> <! and <?? that", "now <!> <?> <! and <?? that"),
        ("<HEAD><title>Widgets</title></HEAD><header>Now</header><scripted>new", "Nownew"),
        ("one<noscript/>two<template>three</template >four", "onetwofour"),
        ("", ""),
    ],
)
def test_html_is_read_as_a_person_would(markup: str, read: str) -> None:
    assert html_to_text(markup) == read


PIECES_OF_MARKUP = (
    "<script>",
    "</script>",
    "<style>",
    "</style>",
    "<p>",
    "<a ",
    "<",
    ">",
    "<!--",
    "-->",
    "&lt;",
    "&#0;",
    "</",
    "x",
)


@given(st.lists(st.sampled_from(PIECES_OF_MARKUP)).map("".join) | ANY_TEXT)
def test_no_markup_whatever_shows_what_a_script_holds(before: str) -> None:
    assert "hidden" not in html_to_text(before + "<script>hidden</script>")


@pytest.mark.parametrize(
    "piece",
    ["<", "<a ", "</a", "<!--", "<!", "<![CDATA[", "<?", "&", "&#", "<p>", "<script>", "<a b='", "<a/", "</script "],
)
def test_a_strangers_markup_is_read_in_a_time_that_grows_with_its_length(piece: str) -> None:
    began = time.process_time()
    html_to_text(piece * (1_000_000 // len(piece)))  # where time grows with the square, this takes minutes
    assert time.process_time() - began < 1


# language, handles -----------------------------------------------------------
@given(ANY_TEXT | st.from_regex(r"[A-Za-z]{1,4}([-_][A-Za-z0-9]{1,9})?", fullmatch=True))
def test_a_language_is_told_in_one_form_or_not_at_all(tag: str) -> None:
    told = language(tag)
    assert told is None or (language(told) == told == told.lower() and told.isascii())


@pytest.mark.parametrize(
    ("tag", "told"),
    [("EN", "en"), (" pt_BR ", "pt-br"), ("zh-Hant-TW", "zh-hant-tw"), ("e", None), ("en-", None), (None, None)],
)
def test_language_tags_of_all_networks_are_told_alike(tag: str | None, told: str | None) -> None:
    assert language(tag) == told


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@acme and (@Bob_1)", ["acme", "Bob_1"]),
        ("ask @care.acme.example!", ["care.acme.example"]),
        ("@müller-shop", ["müller-shop"]),
        ("write to mia@acme.example", []),
        ("@@twice @ nobody", []),
    ],
)
def test_a_handle_is_an_at_sign_with_a_name_and_no_mail_address(text: str, named: list[str]) -> None:
    assert HANDLE.findall(text) == named
