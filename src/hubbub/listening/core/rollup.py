"""How many posts a minute had, and of how many authors: the cells of many posts at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hubbub.kernel.batch import scalar
from hubbub.listening.core.sketch import entries

Numbers = NDArray[np.int64]
CellKey = tuple[int, int, int, str, str, int]
"""Workspace, topic, minutes since 1970, channel, language, sentiment (-1, 0, 1)."""

SCHEMA = pa.schema(
    [
        ("workspace", pa.int64()),
        ("topic", pa.int64()),
        ("minute", pa.int64()),
        ("channel", pa.string()),
        ("lang", pa.string()),
        ("sentiment", pa.int8()),
        ("posts", pa.int64()),
        ("authors", pa.binary()),  # a sketch, see listening.core.sketch
    ]
)


_NEAR = 100_000


@dataclass(frozen=True, slots=True)
class Said:
    """n posts as columns: when, in which language (its place in `langs`), how, and by whom (hashes)."""

    minutes: Numbers
    langs: Sequence[str]
    lang: NDArray[np.int32]
    sentiment: NDArray[np.int8]
    authors: NDArray[np.uint64]


def tally(said: Said, channel: str, workspaces: Numbers, topics: Numbers, rows: Numbers) -> pa.Table:
    """Return the cells of posts, as a table of SCHEMA.

    Parameters
    ----------
    workspaces, topics, rows : arrays of shape (m,): row `rows[k]` of `said` counts for this topic of this workspace
    """
    spaces, space = _numbered(workspaces)
    asked, topic = _numbered(topics)
    owner = space * len(asked) + topic
    minutes, minute = _numbered(said.minutes)
    key = owner * len(minutes) + minute[rows]
    key = (key * max(1, len(said.langs)) + said.lang[rows]) * 3 + (said.sentiment[rows] + 1)
    cells, cell, posts = np.unique(key, return_inverse=True, return_counts=True)
    sketch = np.unique(cell.astype(np.uint64) << np.uint64(32) | entries(said.authors)[rows].astype(np.uint64))
    ends = np.searchsorted(sketch >> np.uint64(32), np.arange(len(cells) + 1)).astype(np.int32) * 4
    lang_of, sentiment = np.divmod(cells, 3)
    minute_of, lang_of = np.divmod(lang_of, max(1, len(said.langs)))
    owner_of, minute_of = np.divmod(minute_of, max(1, len(minutes)))
    space_of, topic_of = np.divmod(owner_of, max(1, len(asked)))
    held = (sketch & np.uint64(0xFFFFFFFF)).astype("<u4").tobytes()
    names = pa.array(list(said.langs), pa.string())
    return pa.Table.from_arrays(
        [
            pa.array(spaces[space_of]),
            pa.array(asked[topic_of]),
            pa.array(minutes[minute_of]),
            pa.repeat(scalar(channel), len(cells)),
            names.take(pa.array(lang_of)),
            pa.array((sentiment - 1).astype(np.int8)),
            pa.array(posts),
            pa.Array.from_buffers(pa.binary(), len(cells), [None, pa.py_buffer(ends), pa.py_buffer(held)]),
        ],
        schema=SCHEMA,
    )


def _numbered(values: Numbers) -> tuple[Numbers, Numbers]:
    """Return the different values, ascending, and which of them each is: without sorting where they lie near."""
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    if high - low > _NEAR + 4 * len(values):
        return np.unique(values, return_inverse=True)
    seen = np.zeros(high - low + 1, np.bool_)
    seen[values - low] = True
    return np.flatnonzero(seen) + low, (np.cumsum(seen) - 1)[values - low]


def together(tables: Sequence[pa.Table]) -> pa.Table:
    """Return several tallies as one, sorted by cell."""
    table = pa.concat_tables(tables).combine_chunks()
    if not table.num_rows:
        return table
    key = np.zeros(table.num_rows, np.int64)
    for name in SCHEMA.names[:6]:
        column = table.column(name).combine_chunks()
        if pa.types.is_string(column.type):
            said = column.dictionary_encode()
            rank = np.argsort(np.argsort(np.array(said.dictionary.to_pylist())))
            values, codes = np.arange(len(rank)), rank[said.indices.to_numpy()]
        else:
            values, codes = _numbered(column.to_numpy().astype(np.int64))
        key = key * len(values) + codes
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    firsts = pa.array(order[starts])
    # The sketches of a cell then lie side by side: to put them together is to leave out the bounds between them.
    sketches = table.column("authors").combine_chunks().take(pa.array(order))
    _, bounds, held = sketches.buffers()
    ends = np.frombuffer(bounds, np.int32)[np.append(starts, len(order))]
    authors = pa.Array.from_buffers(pa.binary(), len(starts), [None, pa.py_buffer(ends), held])
    posts = np.add.reduceat(table.column("posts").to_numpy()[order], starts)
    cells = [table.column(name).combine_chunks().take(firsts) for name in SCHEMA.names[:6]]
    return pa.Table.from_arrays([*cells, pa.array(posts), authors], schema=SCHEMA)


def rows_of(table: pa.Table) -> Iterator[tuple[int, int, int, str, str, int, int, bytes]]:
    """Yield the cells of a tally."""
    return zip(*(column.to_pylist() for column in table.columns), strict=True)
