"""The archive: a Delta table of Parquet, partitioned by workspace, fed with segments in their order.

A Delta append does not de-duplicate by itself, so each append carries (stream, last segment number) as
an application transaction and is skipped when the table has it already.
"""

import contextlib
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction, WriterProperties, write_deltalake
from deltalake.exceptions import CommitFailedError, TableNotFoundError

TRIES = 5


def _application(stream: int) -> str:
    return f"hubbub-stream-{stream}"


def _open(root: Path) -> DeltaTable | None:
    try:
        return DeltaTable(str(root))
    except TableNotFoundError:
        return None


def _made(root: Path, schema: pa.Schema) -> DeltaTable:
    """Make the empty table first: an append that makes it, too, would not see that another process just did."""
    root.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(CommitFailedError):
        return DeltaTable.create(str(root), schema, mode="ignore", partition_by=["workspace"])
    return DeltaTable(str(root))


def archived_up_to(root: Path, stream: int) -> int | None:
    """Return the last segment number of a stream that the archive holds, None if it holds none."""
    table = _open(root)
    return None if table is None else table.transaction_version(_application(stream))


def append(root: Path, stream: int, last_number: int, tables: Sequence[pa.Table]) -> bool:
    """Append segments up to `last_number`, unless the archive holds them; return whether it was written."""
    for tries_left in reversed(range(TRIES)):
        table = _open(root) or _made(root, tables[0].schema)
        held = table.transaction_version(_application(stream))
        if held is not None and held >= last_number:
            break
        try:
            _write(table, pa.concat_tables(tables), Transaction(_application(stream), last_number))
            return True
        except CommitFailedError:  # another process was quicker: look again
            if not tries_left:
                raise
    return False


def _write(table: DeltaTable, posts: pa.Table, transaction: Transaction) -> None:
    """Append to the very version that was looked at: Delta refuses if the same stream wrote to a later one."""
    write_deltalake(
        table,
        posts,
        mode="append",
        partition_by=["workspace"],
        writer_properties=WriterProperties(compression="ZSTD", compression_level=1),
        commit_properties=CommitProperties(app_transactions=[transaction]),
    )


def count(root: Path) -> int:
    """Return how many rows (posts and events on posts) the archive holds."""
    try:
        return int(DeltaTable(str(root)).count())
    except TableNotFoundError:
        return 0
