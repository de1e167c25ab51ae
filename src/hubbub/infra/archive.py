"""The archive: a Delta table of Parquet, partitioned by workspace, fed with segments in their order.

A Delta append does not de-duplicate by itself, so each append carries (stream, last segment number) as
an application transaction and is skipped when the table has it already.
"""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from threading import Lock
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, Transaction, WriterProperties, write_deltalake
from deltalake.exceptions import CommitFailedError, TableNotFoundError

TRIES = 5
TIME = "said_at"
"""The column by which the archive is searched: whole files and parts of files are left out by it."""

_WRITER = WriterProperties(compression="ZSTD", compression_level=1, max_row_group_size=65_536)
_tables: dict[Path, DeltaTable] = {}
_opening = Lock()


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
        return DeltaTable.create(
            str(root),
            schema,
            mode="ignore",
            partition_by=["workspace"],
            configuration={"delta.dataSkippingStatsColumns": TIME},
        )
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
        writer_properties=_WRITER,
        commit_properties=CommitProperties(app_transactions=[transaction]),
    )


def count(root: Path) -> int:
    """Return how many rows (posts and events on posts) the archive holds."""
    try:
        return int(DeltaTable(str(root)).count())
    except TableNotFoundError:
        return 0


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file of the archive that can be read by itself."""

    path: Path
    group: int
    since_us: int
    until_us: int  # the latest in it
    rows: int

    def read(self, columns: Sequence[str]) -> pa.Table:
        """Return some of its columns; FileNotFoundError if it was compacted away, and is to be looked for again."""
        with pq.ParquetFile(self.path) as file:
            return _plain(file.read_row_group(self.group, columns=list(columns), use_threads=False))


def _plain(table: pa.Table) -> pa.Table:
    """Return strings as everybody else has them: what the archive wrote anew comes as views, which few can handle."""
    fields = []
    for field in table.schema:
        plain = field.type
        if plain == pa.string_view():
            plain = pa.string()
        elif pa.types.is_list(plain) and plain.value_type == pa.string_view():
            plain = pa.list_(pa.string())
        fields.append(field.with_type(plain))
    return table.cast(pa.schema(fields))


def parts(root: Path, workspace: int, since_us: int, until_us: int) -> list[Part]:
    """Return the parts in which a workspace's posts of [since, until) may be, the latest first."""
    table = _current(root)
    if table is None:
        return []
    files = pa.table(table.get_add_actions(flatten=True))
    if not files.num_rows:
        return []
    first, last = (pc.fill_null(files[f"{end}.{TIME}"].cast(pa.int64()), 0) for end in ("min", "max"))
    wanted = pc.and_(pc.less(first, until_us), pc.greater_equal(last, since_us))
    wanted = pc.and_(wanted, pc.equal(files["partition.workspace"], workspace))
    found = [
        part
        for path in files.filter(wanted)["path"].to_pylist()
        for part in _parts_of(root / unquote(path))
        if part.since_us < until_us and part.until_us >= since_us
    ]
    return sorted(found, key=lambda part: (-part.until_us, str(part.path), part.group))


@lru_cache(maxsize=10_000)
def _parts_of(path: Path) -> tuple[Part, ...]:
    """Return the parts of a file, which never changes."""
    meta = pq.read_metadata(path)
    names = [meta.schema.column(place).path for place in range(meta.num_columns)]
    column, found = names.index(TIME), []
    for group in range(meta.num_row_groups):
        row_group = meta.row_group(group)
        told = row_group.column(column).statistics
        first, last = (told.min_raw, told.max_raw) if told and told.has_min_max else (-(2**62), 2**62)
        found.append(Part(path, group, first, last, row_group.num_rows))
    return tuple(found)


def _current(root: Path) -> DeltaTable | None:
    """Return the table as it is now, opened once a process."""
    with _opening:
        table = _tables.get(root)
        if table is None:
            table = _open(root)
            if table is None:
                return None
            _tables[root] = table
        table.update_incremental()
        return table


def compact(root: Path, *, keep: timedelta = timedelta(hours=1)) -> int:
    """Put small files together and remove those that are not needed any more; return how many files went.

    `keep` is how long replaced files stay for those who still read them.
    """
    table = _open(root)
    if table is None:
        return 0
    with contextlib.suppress(CommitFailedError):  # somebody wrote meanwhile: the next night does it
        table.optimize.compact(target_size=256 * 2**20, writer_properties=_WRITER)
    table.create_checkpoint()
    return len(table.vacuum(keep // timedelta(hours=1), dry_run=False, enforce_retention_duration=False))


def change(root: Path, workspace: int, where: str, updates: Mapping[str, str] | None = None) -> int:
    """Change columns of a workspace's rows for which a condition holds, or remove these rows.

    `where` and the values of `updates` are SQL on columns of the archive. Return how many rows were changed. The
    former files go with `compact`.
    """
    where = f"workspace = {int(workspace)} AND ({where})"
    for tries_left in reversed(range(TRIES)):
        table = _open(root)
        if table is None:
            return 0
        try:
            if updates is None:
                return int(table.delete(where)["num_deleted_rows"])
            done = table.update(dict(updates), predicate=where, writer_properties=_WRITER)
            return int(done["num_updated_rows"])
        except CommitFailedError:
            if not tries_left:
                raise
    return 0
