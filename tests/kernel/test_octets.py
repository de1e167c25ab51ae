"""Bytes found 64 at a time are those found one at a time."""

import re

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from hubbub.kernel.octets import Quoted, may_change, newlines
from hubbub.kernel.text import clean

BYTES = st.binary(max_size=400) | st.lists(st.sampled_from([b"\n", b'"', b"\\", b'"id"', b'"idea"', b"x" * 63])).map(
    b"".join
)
TEXTS = st.lists(
    st.none()
    | st.text(st.sampled_from("ab \t\n\r\x07\x7f\x85\xa0\xe9\u1680\u2003\u2028\u205f\u3000東"))
    | st.builds(
        "{}{}".format,
        st.text("ab c\n", min_size=60, max_size=80),
        st.sampled_from(["", "\x07", "\x85", "\x7f", "\xa1"]),
    )
)


@given(BYTES)
def test_newlines_stand_where_they_stand(data: bytes) -> None:
    assert newlines(data).tolist() == [at for at, byte in enumerate(data) if byte == 0x0A]


@given(BYTES)
def test_many_first_letters_are_looked_for_like_few(data: bytes) -> None:
    names = ["id", "idea", "title", "x", "y", "z", "longer than eight"]
    expected = [
        hit.start() + len(hit[1]) + 1 for hit in re.finditer(rb'(?="((?:%s)"))' % "|".join(names).encode(), data)
    ]
    assert Quoted(names).ends(data).tolist() == expected


@given(BYTES)
def test_quoted_strings_are_found_whole(data: bytes) -> None:
    expected = [hit.start() + len(hit[1]) + 1 for hit in re.finditer(rb'(?="((?:id|idea|title)"))', data)]
    assert Quoted(["id", "idea", "title"]).ends(data).tolist() == expected


@given(TEXTS)
def test_what_cleaning_changes_is_among_what_may_change(texts: list[str | None]) -> None:
    strings = pa.array(texts, pa.string())
    several = set(may_change(strings, lines=True, empty=False, most=None).tolist())
    words = set(may_change(strings, lines=False, empty=False, most=5).tolist())
    for row, text in enumerate(texts):
        if text is not None:
            assert clean(text) == text or row in several
            assert " ".join(clean(text).split())[:5] == text or row in words


@given(st.lists(st.text("ab c\n", max_size=9)))
def test_plain_texts_need_no_cleaning(texts: list[str]) -> None:
    assert not may_change(pa.array(texts, pa.string()), lines=True, empty=False, most=None).size


def test_however_many_there_are_all_are_found() -> None:
    assert newlines(b"\n" * 500).tolist() == list(range(500))
    assert Quoted(["id"]).ends(b'"id"' * 500).tolist() == list(range(4, 2001, 4))
