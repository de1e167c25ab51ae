"""The columns of a segment: everything that was heard of a stream, as one workspace heard it."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hubbub.care.core.understanding import KINDS
from hubbub.infra import identities
from hubbub.infra.identities import GONE, HEAD_TYPE, ROW
from hubbub.kernel.batch import POST_SCHEMA, UTC_US, Event, scalar
from hubbub.listening.core.marks import marks

KIND_COUNT = len(KINDS)
SEGMENT_SCHEMA = pa.schema(
    [
        *POST_SCHEMA,
        pa.field("workspace", pa.int64(), nullable=False),
        pa.field("channel", pa.string(), nullable=False),
        pa.field("said_at", UTC_US, nullable=False),
        pa.field("arrived_at", UTC_US, nullable=False),
        pa.field("language", pa.string(), nullable=False),  # as told, else by its script, else und
        pa.field("topics", pa.list_(pa.int64()), nullable=False),
        pa.field("kinds", pa.list_(pa.float32())),  # likelihoods, in the order of KINDS
        pa.field("sentiment", pa.int8(), nullable=False),
        pa.field("has_row", pa.bool_(), nullable=False),
        pa.field("tags", pa.list_(pa.string())),  # without #, as written
        pa.field("asks", pa.bool_()),  # whether there is a question mark
        pa.field("likeness", pa.int64()),  # the same for copies; 0: too short to tell
    ]
)
_MINUTE_US = 60_000_000
_NO_BYTES = pa.scalar(b"")


def marked(posts: pa.RecordBatch, texts: pa.StringArray) -> dict[str, pa.Array]:
    """Return the columns of posts, with tags; links and mentions are the text's where a channel tells none."""
    found = marks(texts)
    columns = dict(zip(posts.schema.names, posts.columns, strict=True))
    for name, said in (("links", found.links), ("mentions", found.mentions)):
        if not len(columns[name].flatten()):
            columns[name] = said
    return columns | {"tags": found.tags}


def taken(columns: Mapping[str, pa.Array], rows: pa.Array) -> dict[str, pa.Array]:
    """Return some rows of columns; of many columns most posts tell nothing."""
    count = len(rows)
    return {
        name: pa.nulls(count, column.type) if column.null_count == len(column) else column.take(rows)
        for name, column in columns.items()
    }


def entries_of(table: pa.Table, keys: Sequence[bytes] | None = None) -> list[tuple[bytes, bytes]]:
    """Return what a segment tells the hash index: the roll-up cell each post was counted in, or that it has a row.

    `keys` are what its posts are known under, where somebody made them already.
    """
    if not table.num_rows:
        return []
    table = table.combine_chunks()
    event, has_row = (table.column(name).to_numpy(zero_copy_only=False) for name in ("event", "has_row"))
    happened, said = (table.column(name).cast(pa.int64()).to_numpy() for name in ("happened_at", "said_at"))
    head = np.empty(table.num_rows, HEAD_TYPE)
    head["minute"] = said // _MINUTE_US
    head["edited_us"] = np.where((event == Event.EDIT) | (event == Event.MARK), happened, 0)
    head["sentiment"] = table.column("sentiment").to_numpy()
    head["flags"] = np.where(event == Event.DELETE, GONE, 0) | np.where(has_row, ROW, 0)
    names = pc.binary_join_element_wise(table.column("channel"), table.column("language"), scalar(""), scalar("\0"))
    topics = table.column("topics").combine_chunks()
    numbers = pa.py_buffer(topics.flatten().to_numpy().astype("<i8"))
    sizes = np.concatenate(([0], np.cumsum(pc.list_value_length(topics).to_numpy()))) * 8
    values = pc.binary_join_element_wise(
        _binary(np.arange(len(head) + 1) * head.itemsize, pa.py_buffer(head)),
        names.combine_chunks().cast(pa.binary()),
        _binary(sizes, numbers),
        _NO_BYTES,
    )
    if keys is None:
        keys = identities.keys_of(table.column("workspace").to_numpy(), table.column("uri").combine_chunks())
    return list(zip(keys, values.to_pylist(), strict=True))


def _binary(bounds: NDArray[np.int64], data: pa.Buffer) -> pa.BinaryArray:
    return pa.Array.from_buffers(pa.binary(), len(bounds) - 1, [None, pa.py_buffer(bounds.astype(np.int32)), data])
