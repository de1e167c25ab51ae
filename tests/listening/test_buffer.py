from itertools import pairwise

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.listening.core.buffer import Buffer, joined
from hubbub.listening.core.letters import normal

NASTY = "aAéÉe\u0301i\u0307İıſßﬁKȺ’ʼ‑ \n\t\u00a0\u3000\x00中か\u3099가ᄀ\u1161\u11a8กิ่😀❤\ufe0f\u200d𠮷|"
texts = st.text(alphabet=NASTY, max_size=20) | st.text(max_size=20)


def rows_of(buffer: Buffer) -> list[str]:
    """What the buffer holds for each row; a row that comes twice is empty once."""
    bounds = list(pairwise(buffer.separators.tolist()))
    assert len(bounds) == len(buffer.rows)
    held = [""] * (max(buffer.rows.tolist()) + 1)
    for row, (start, end) in zip(buffer.rows.tolist(), bounds, strict=True):
        held[row] += buffer.data[start + 1 : end].decode()
    return held


@settings(max_examples=300)
@given(st.lists(texts, min_size=1, max_size=12))
def test_a_batch_holds_the_normal_form_of_each_text(batch: list[str]) -> None:
    assert rows_of(joined(pa.array(batch, pa.string()))) == [normal(text) for text in batch]


def test_every_character_gets_its_normal_form() -> None:
    letters = [chr(code) for code in (*range(0x20000), *range(0x2F800, 0x2FA20), *range(0xE0100, 0xE01F0), 0x10FFFF)]
    letters = [letter for letter in letters if not "\ud800" <= letter <= "\udfff"]
    around = [f"x{letter} {letter}" for letter in letters]
    assert rows_of(joined(pa.array(around, pa.string()))) == [normal(text) for text in around]


def test_nulls_are_empty_and_slices_keep_to_their_rows() -> None:
    texts = pa.array(["Alpha", None, "Bêta", "Gamma"], pa.string())
    assert rows_of(joined(texts)) == ["alpha", "", "bêta", "gamma"]
    assert rows_of(joined(texts.slice(2, 2))) == ["bêta", "gamma"]
