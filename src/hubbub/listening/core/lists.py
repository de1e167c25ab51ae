"""Columns of lists, and lists of people."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def holds(lists: pa.ChunkedArray, wanted: int) -> pa.BooleanArray:
    """Say which lists hold a number.

    >>> holds(pa.chunked_array([[[1, 2], [], [2]]]), 2).to_pylist()
    [True, False, True]
    """
    lists = lists.combine_chunks()
    found = np.zeros(len(lists), bool)
    parents = pc.list_parent_indices(lists).to_numpy()
    found[parents[lists.flatten().to_numpy() == wanted]] = True
    return pa.array(found)


def said_by(handle: pa.ChunkedArray, author: pa.ChunkedArray, who: Sequence[str]) -> pa.ChunkedArray:
    """Say which posts are by one of some accounts, by handle or id, whatever their case; null where neither is told."""
    names = pa.array(who, pa.string())
    return pc.or_kleene(*(pc.is_in(pc.utf8_lower(column), names) for column in (handle, author)))
