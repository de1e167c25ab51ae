"""Columns of lists."""

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
