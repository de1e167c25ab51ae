import hashlib

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from hubbub.kernel.digest import begun, digests
from hubbub.kernel.hashing import parts_of


@given(
    keys=st.lists(st.binary(min_size=1, max_size=64), min_size=1, max_size=3),
    texts=st.lists(st.text(min_size=1, max_size=400), min_size=1, max_size=5),
    size=st.integers(1, 64),
)
def test_a_column_of_strings_has_the_digests_that_each_has(keys: list[bytes], texts: list[str], size: int) -> None:
    which = np.arange(len(texts)) % len(keys)
    states = np.stack([begun(key, size) for key in keys])
    found = digests(states, which, *parts_of(pa.array(texts, pa.string())), size)
    assert [each.tobytes() for each in found] == [
        hashlib.blake2b(text.encode(), digest_size=size, key=keys[key]).digest()
        for text, key in zip(texts, which.tolist(), strict=True)
    ]
