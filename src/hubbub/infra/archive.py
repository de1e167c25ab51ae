"""The archive: a Delta table of Parquet, partitioned by workspace, fed with segments in their order.

A Delta append does not de-duplicate by itself, so each append carries (stream, last segment number) as
an application transaction and is skipped when the table has it already.
"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction, WriterProperties, write_deltalake
from deltalake.exceptions import TableNotFoundError


def _application(stream: int) -> str:
    return f"hubbub-stream-{stream}"


def archived_up_to(root: Path, stream: int) -> int | None:
    """Return the last segment number of a stream that the archive holds, None if it holds none."""
    try:
        return DeltaTable(str(root)).transaction_version(_application(stream))
    except TableNotFoundError:
        return None


def append(root: Path, stream: int, last_number: int, tables: Sequence[pa.Table]) -> bool:
    """Append segments up to `last_number`, unless the archive holds them; return whether it was written."""
    held = archived_up_to(root, stream)
    if held is not None and held >= last_number:
        return False
    root.mkdir(parents=True, exist_ok=True)
    write_deltalake(
        str(root),
        pa.concat_tables(tables),
        mode="append",
        partition_by=["workspace"],
        writer_properties=WriterProperties(compression="ZSTD", compression_level=1),
        commit_properties=CommitProperties(app_transactions=[Transaction(_application(stream), last_number)]),
    )
    return True


def count(root: Path) -> int:
    """Return how many rows (posts and events on posts) the archive holds."""
    try:
        return int(DeltaTable(str(root)).count())
    except TableNotFoundError:
        return 0
