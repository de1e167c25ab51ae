"""The network's memory on disk: one append-only file of JSON lines, replayed at every start."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from hubbub.simulate.errors import CannotRun
from hubbub.simulate.values import Record

FILE = "network.jsonl"


class Log:
    """An open log. Records wait in memory until `write` puts them on disk, a group at a time."""

    def __init__(self, home: Path) -> None:
        self.path = home / FILE
        try:
            home.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("a+b", buffering=0)
        except OSError as error:
            raise CannotRun(reason=f"{self.path} can't be opened: {error.strerror}.") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise CannotRun(reason=f"Another demo network is running in {home}.") from error
        self._waiting: list[bytes] = []
        self._broken = False

    def records(self) -> Iterator[Record]:
        """Yield what the log holds; a last line that was torn by a crash is cut off."""
        decoder = msgspec.json.Decoder(Record)
        self._file.seek(0)
        good = 0
        with os.fdopen(os.dup(self._file.fileno()), "rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    record = decoder.decode(line) if line.endswith(b"\n") else None
                except ValueError as error:
                    if lines.read(1):
                        raise CannotRun(reason=f"{self.path}, line {number}, can't be read: {error}.") from error
                    record = None
                if record is None:
                    break
                good += len(line)
                yield record
        self._file.truncate(good)

    def add(self, record: Record) -> None:
        """Take a record for the next group."""
        self._waiting.append(msgspec.json.encode(record) + b"\n")

    def take(self) -> bytes:
        """Return what waits, and forget it: the caller writes it."""
        group, self._waiting = b"".join(self._waiting), []
        return group

    def write(self, group: bytes) -> None:
        """Put a group on disk for good. May run in a thread, one at a time."""
        if self._broken:
            return
        view = memoryview(group)
        try:
            while view:
                view = view[self._file.write(view) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            self._broken = True  # what follows a gap must not be written either
            raise CannotRun(reason=f"{self.path} can't be written: {error.strerror}.") from error

    def close(self) -> None:
        """Write what waits and let go of the file."""
        try:
            self.write(self.take())
        finally:
            self._file.close()
