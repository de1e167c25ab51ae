"""Numbers as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.care.core.amounts import amount_of
from hubbub.care.core.fields import FieldShape, Kind
from hubbub.kernel.errors import InvalidInput

ENGLISH_TO_GERMAN = str.maketrans(",.", ".,")


@given(st.decimals(min_value=0, max_value=10**11, places=2))
def test_an_amount_is_the_same_however_it_is_written(amount: Decimal) -> None:
    for english in (f"{amount:.2f}", f"{amount:,.2f}", f" {amount:,.2f} "):
        assert amount_of(english, places=2) == amount
        assert amount_of(english.translate(ENGLISH_TO_GERMAN), places=2) == amount


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=3))
def test_a_number_as_we_keep_it_is_read_back_as_it_is(number: Decimal) -> None:
    field = FieldShape(1, "Weight", Kind.NUMBER)
    kept = field.read(f"{number:f}")
    assert Decimal(kept) == number
    assert field.read(kept) == kept


@pytest.mark.parametrize("text", ["1e-99999999", "1e5", "NaN", "Infinity", "1_000", "--1", "1,2.3,4", ".", "9" * 41])
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="Weight is a number"):
        FieldShape(1, "Weight", Kind.NUMBER).read(text)
