"""The archive: a Delta table of Parquet, partitioned by workspace and day, fed with segments in their order.

A Delta append does not de-duplicate by itself, so each append carries (stream, last segment number) as
an application transaction and is skipped when the table has it already.

Rows stand in the order of time: in each file as it is written, and over a day's files once these were put together.
So the parts of files tell in narrow limits from when to when they reach, and few have to be opened.
"""

import contextlib
import fcntl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from threading import Lock
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, Transaction, WriterProperties, write_deltalake
from deltalake.exceptions import CommitFailedError, TableNotFoundError

TRIES = 5
TIME, DAY = "said_at", "day"
"""The column by which the archive is searched: whole files and parts of files are left out by it. Its day, in UTC."""
PARTITIONS = ["workspace", DAY]
GROUP_ROWS = 8_192
"""Rows of a part of a file: who looks for few posts reads few more."""
SLICE_ROWS = 200_000
FILE_BYTES = 256 * 2**20
DAY_US = 86_400_000_000

_WRITER = WriterProperties(compression="ZSTD", compression_level=1, max_row_group_size=GROUP_ROWS)
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
            schema.append(pa.field(DAY, pa.date32())),
            mode="ignore",
            partition_by=PARTITIONS,
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
            with _alone(root):
                _write(
                    table,
                    pa.concat_tables(tables, promote_options="default"),
                    Transaction(_application(stream), last_number),
                )
            return True
        except CommitFailedError:  # another process was quicker: look again
            if not tries_left:
                raise
    return False


def _write(table: DeltaTable, posts: pa.Table, transaction: Transaction) -> None:
    """Append to the very version that was looked at: Delta refuses if the same stream wrote to a later one."""
    write_deltalake(
        table,
        _with_day(posts.sort_by(TIME)),
        mode="append",
        schema_mode="merge",  # an older archive lacks columns that came later
        partition_by=PARTITIONS,
        writer_properties=_WRITER,
        commit_properties=CommitProperties(app_transactions=[transaction]),
    )


def _with_day(posts: pa.Table) -> pa.Table:
    """Add the day, by UTC, on which something was said."""
    return posts.append_column(pa.field(DAY, pa.date32()), posts.column(TIME).cast(pa.date32()))


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Let nobody else write while files are put together: Delta would have one of both do it all again."""
    with (root / ".writing").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def carrying(root: Path) -> Iterator[None]:
    """Let one process at a time carry segments here: another would find them removed half-way."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".carrying").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


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

    def read(self, columns: Sequence[str] | None = None) -> pa.Table:
        """Return some of its columns, or all; FileNotFoundError if it was put together with others meanwhile."""
        with pq.ParquetFile(self.path, metadata=_footer(self.path)) as file:
            names = None if columns is None else list(columns)
            return _plain(file.read_row_group(self.group, columns=names, use_threads=False))


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


@lru_cache(maxsize=200)
def _footer(path: Path) -> pq.FileMetaData:
    """Return what stands at the end of a file, which never changes."""
    return pq.read_metadata(path)


@lru_cache(maxsize=10_000)
def _parts_of(path: Path) -> tuple[Part, ...]:
    """Return the parts of a file."""
    meta = _footer(path)
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
    """Put a day's files together where they are many, and remove what is not needed any more; return what went.

    `keep` is how long replaced files stay for those who still read them.
    """
    table = _open(root)
    if table is None:
        return 0
    for workspace, day in _scattered(table):
        with _alone(root), contextlib.suppress(CommitFailedError):  # then the next night does it
            _put_together(root, workspace, day)
    table = DeltaTable(str(root))
    table.create_checkpoint()
    return len(table.vacuum(keep // timedelta(hours=1), dry_run=False, enforce_retention_duration=False))


def _scattered(table: DeltaTable) -> list[tuple[int, date]]:
    """Return workspaces and days with more files than they need."""
    found: dict[tuple[int, date], list[tuple[int, int, int]]] = {}
    for file in pa.table(table.get_add_actions(flatten=True)).to_pylist():
        name = (file["partition.workspace"], file[f"partition.{DAY}"])
        first, last = file[f"min.{TIME}"], file[f"max.{TIME}"]
        found.setdefault(name, []).append((first, last, file["size_bytes"]))
    return [name for name, files in found.items() if _is_scattered(files)]


def _is_scattered(files: list[tuple[int, int, int]]) -> bool:
    files = sorted(files)
    over = any(one[1] > following[0] for one, following in pairwise(files))
    return len(files) > 1 and (over or sum(size < FILE_BYTES // 4 for _, _, size in files) > 1)


def _put_together(root: Path, workspace: int, day: date) -> None:
    """Write a day's rows anew in the order of time, some at a time."""
    table = DeltaTable(str(root))
    schema = pa.schema(table.schema().to_arrow())
    since_us = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000_000
    found = parts(root, workspace, since_us, since_us + DAY_US)
    rows = sum(part.rows for part in found)
    begins = sorted(part.since_us for part in found)
    limits = [since_us, *begins[:: max(1, len(begins) * SLICE_ROWS // max(1, rows))][1:], since_us + DAY_US]

    def slices() -> Iterator[pa.RecordBatch]:
        for first, last in pairwise(sorted(set(limits))):
            held = [part.read() for part in found if part.since_us < last and part.until_us >= first]
            if not held:
                continue
            told = pa.concat_tables(held)
            said = told.column(TIME).cast(pa.int64())
            told = told.filter(pc.and_(pc.greater_equal(said, first), pc.less(said, last))).sort_by(TIME)
            told = _with_day(told.append_column("workspace", pa.array([workspace] * told.num_rows, pa.int64())))
            yield from told.select(schema.names).cast(schema).to_batches(max_chunksize=GROUP_ROWS)

    write_deltalake(
        table,
        pa.RecordBatchReader.from_batches(schema, slices()),
        mode="overwrite",
        predicate=f"workspace = {workspace} AND {DAY} = '{day.isoformat()}'",
        partition_by=PARTITIONS,
        writer_properties=_WRITER,
        target_file_size=FILE_BYTES,
    )


def remove(root: Path, workspace: int, where: str) -> int:
    """Remove a workspace's rows for which a condition holds, in SQL on columns of the archive; return how many.

    The former files go with `compact`.
    """
    where = f"workspace = {int(workspace)} AND ({where})"
    for tries_left in reversed(range(TRIES)):
        table = _open(root)
        if table is None:
            return 0
        try:
            with _alone(root):
                return int(table.delete(where, writer_properties=_WRITER)["num_deleted_rows"])
        except CommitFailedError:
            if not tries_left:
                raise
    return 0


def remove_before(root: Path, workspace: int, day: date) -> int:
    """Remove a workspace's rows of the days before one; return how many. Whole files go, so that nothing is read."""
    table = _open(root)
    days = [] if table is None else pa.table(table.get_add_actions(flatten=True)).to_pylist()
    old = any(file["partition.workspace"] == workspace and file[f"partition.{DAY}"] < day for file in days)
    return remove(root, workspace, f"{DAY} < '{day.isoformat()}'") if old else 0
