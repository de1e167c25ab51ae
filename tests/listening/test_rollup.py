"""Tallies: what a batch of posts adds to the roll-ups."""

from collections import Counter
from itertools import starmap

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from hubbub.listening.core.rollup import SCHEMA, Said, rows_of, tally, together
from hubbub.listening.core.sketch import count, entries

LANGS = ("en", "de", "und")
ONE = st.tuples(
    st.sampled_from((3, 71)),  # workspace
    st.sampled_from((0, 5, 2**40)),  # topic
    st.integers(29_000_000, 29_000_003),  # minute
    st.integers(0, 2),  # language
    st.integers(-1, 1),  # sentiment
    st.integers(1, 2**64 - 1),  # author
)
BATCHES = st.lists(st.lists(ONE, max_size=30), min_size=1, max_size=4)


def tallied(posts: list[tuple[int, ...]]) -> pa.Table:
    """Return the tally of posts, each of which counts once."""
    columns = list(zip(*posts, strict=True)) or [()] * 6
    said = Said(
        np.array(columns[2], np.int64),
        LANGS,
        np.array(columns[3], np.int32),
        np.array(columns[4], np.int8),
        np.array(columns[5], np.uint64),
    )
    rows = np.arange(len(posts))
    return tally(said, "x", np.array(columns[0], np.int64), np.array(columns[1], np.int64), rows)


@given(BATCHES)
def test_tallies_put_together_are_what_counting_one_by_one_gives(batches: list[list[tuple[int, ...]]]) -> None:
    posts: Counter[tuple[object, ...]] = Counter()
    authors: dict[tuple[object, ...], set[int]] = {}
    for workspace, topic, minute, lang, sentiment, author in (post for batch in batches for post in batch):
        cell = workspace, topic, minute, "x", LANGS[lang], sentiment
        posts[cell] += 1
        authors.setdefault(cell, set()).add(int(entries(np.array([author], np.uint64))[0]))

    whole = together(list(map(tallied, batches)))

    assert whole.schema == SCHEMA
    assert {tuple(cell): number for *cell, number, _ in rows_of(whole)} == dict(posts)
    assert [tuple(cell) for *cell, _, _ in rows_of(whole)] == sorted(posts)  # type: ignore[type-var]
    assert {tuple(cell): set(np.frombuffer(held, "<u4").tolist()) for *cell, _, held in rows_of(whole)} == authors


def test_a_tally_knows_how_many_authors_a_cell_has() -> None:
    people = np.random.default_rng(5).integers(1, 2**64, 4_000, np.uint64)
    parts = starmap(
        tallied, [([(3, 5, 29_000_000, 0, 0, int(one)) for one in people[at : at + 800]],) for at in (0, 600)]
    )
    ((*_, posts, held),) = rows_of(together(list(parts)))
    assert posts == 1_600
    assert abs(count([held]) - 1_400) <= 0.02 * 1_400
