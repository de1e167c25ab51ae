"""Segments: immutable, numbered, fsynced files of what one stream heard, written before the database commits.

`<root>/<stream>/<number>.arrow`. A number belongs to a file only once the database says so; a file with
a number that was never committed is written over or swept. Arrow IPC with lz4: they live for minutes.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
from pyarrow import ipc

from hubbub.infra.failpoints import failpoint

_OPTIONS = ipc.IpcWriteOptions(compression="lz4")


@contextmanager
def alone(root: Path, stream: int, lock: str = "lock") -> Iterator[None]:
    """Be the only thread of all processes that writes or sweeps a stream's segments, while the block runs.

    Another `lock` keeps apart who does something else.
    """
    folder = root / str(stream)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / lock).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def path_of(root: Path, stream: int, number: int) -> Path:
    """Where a segment lies."""
    return root / str(stream) / f"{number:012d}.arrow"


def write(root: Path, stream: int, number: int, table: pa.Table) -> int:
    """Write a segment so that it survives a power cut; return its size in bytes. Call it `alone`."""
    path = path_of(root, stream, number)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        with ipc.new_file(file, table.schema, options=_OPTIONS) as writer:
            writer.write_table(table)
        file.flush()
        failpoint("listen.segment_written")
        os.fsync(file.fileno())
    draft.replace(path)
    _sync_folder(path.parent)
    return path.stat().st_size


def read(root: Path, stream: int, number: int, columns: Sequence[str] | None = None) -> pa.Table:
    """Read a committed segment: all of it, or some columns."""
    with path_of(root, stream, number).open("rb") as file:
        if columns is None:
            return ipc.open_file(file).read_all()
        names = ipc.open_file(file).schema.names
        wanted = [place for place, name in enumerate(names) if name in columns]
        return ipc.open_file(file, options=ipc.IpcReadOptions(included_fields=wanted)).read_all()


def sweep(root: Path, stream: int, next_number: int) -> int:
    """Remove what a killed process left uncommitted; return how many files."""
    swept = 0
    for path in (root / str(stream)).glob("*"):
        if path.suffix == ".draft" or (path.suffix == ".arrow" and int(path.stem) >= next_number):
            path.unlink(missing_ok=True)
            swept += 1
    return swept


def remove(root: Path, stream: int, up_to: int) -> None:
    """Remove the segments that the archive holds: up to a number, with those a killed archiver left."""
    for path in (root / str(stream)).glob("*.arrow"):
        if int(path.stem) <= up_to:
            path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
