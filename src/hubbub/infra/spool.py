"""The spool: what public streams told in the last hours, as it came, so that a new topic can look back.

`<root>/<stream>/<number>.spool`: frames of packed lines, each with a head. It is help, never the truth: nothing is
synced, the oldest file goes when all are larger than allowed, and a frame that is cut off is passed over.
"""

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

import pyarrow as pa

from hubbub.kernel.batch import Lines

FRAME: Final = 1 << 20  # bytes of lines that are packed together
WAITS: Final = timedelta(seconds=10)  # and how long the first of them waits at most
FILE: Final = 32 << 20
_HEAD: Final = struct.Struct("<4sqII")  # mark, when it came (microseconds since 1970), bytes packed, bytes plain
_MARK: Final = b"HSP1"


@lru_cache(maxsize=1)
def _codec() -> pa.Codec:
    return pa.Codec("zstd", compression_level=1)


@dataclass(slots=True)
class Spool:
    """What one process keeps of one stream. `limit` is how many bytes all streams may take; 0 keeps nothing."""

    root: Path
    stream: int
    limit: int
    _waiting: list[bytes] = field(default_factory=list)
    _size: int = 0
    _since: datetime | None = None

    def keep(self, lines: Lines, at: datetime) -> None:
        """Keep some lines that came just now."""
        if not self.limit or not len(lines):
            return
        self._waiting.append(lines.data)
        self._size += len(lines.data)
        self._since = self._since or at
        if self._size >= FRAME or abs(at - self._since) >= WAITS:
            self.flush(at)

    def flush(self, at: datetime) -> None:
        """Write what waits. A disk that is full keeps nothing, and nobody has to know."""
        plain, self._waiting, self._size, self._since = b"".join(self._waiting), [], 0, None
        if not plain:
            return
        packed = _codec().compress(plain, asbytes=True)
        with suppress(OSError):
            with self._file().open("ab") as file:
                file.write(_HEAD.pack(_MARK, int(at.timestamp() * 1e6), len(packed), len(plain)) + packed)
            _make_room(self.root, self.limit)

    def _file(self) -> Path:
        """Return the file that is written to: the latest, or a new one."""
        folder = self.root / str(self.stream)
        folder.mkdir(parents=True, exist_ok=True)
        numbers = sorted(int(path.stem) for path in folder.glob("*.spool"))
        if numbers and (folder / f"{numbers[-1]:09d}.spool").stat().st_size < FILE:
            return folder / f"{numbers[-1]:09d}.spool"
        return folder / f"{numbers[-1] + 1 if numbers else 0:09d}.spool"


@dataclass(frozen=True, slots=True)
class Frame:
    """Some lines of a stream that came together."""

    stream: int
    at: datetime  # when the last of them came
    path: Path
    start: int
    packed: int
    plain: int

    @property
    def since(self) -> datetime:
        """From when on it tells what was said."""
        return self.at

    def lines(self) -> Lines:
        """Read them; none where the file went meanwhile."""
        try:
            with self.path.open("rb") as file:
                file.seek(self.start)
                data = _codec().decompress(file.read(self.packed), self.plain, asbytes=True)
        except (OSError, pa.ArrowException):
            return Lines.of([])
        return Lines.split(data)


def frames(root: Path, stream: int) -> Iterator[Frame]:
    """Yield what is kept of a stream, the earliest first; heads are read, lines not."""
    for path in sorted((root / str(stream)).glob("*.spool")):
        yield from _frames_of(path)


def _frames_of(path: Path) -> Iterator[Frame]:
    with suppress(OSError), path.open("rb") as file:
        size, place = path.stat().st_size, 0
        while place + _HEAD.size <= size:
            file.seek(place)
            mark, at_us, packed, plain = _HEAD.unpack(file.read(_HEAD.size))
            place += _HEAD.size
            if mark != _MARK or place + packed > size:
                break  # cut off when somebody was killed
            at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)
            yield Frame(int(path.parent.name), at, path, place, packed, plain)
            place += packed


def forget(root: Path, words: list[bytes]) -> int:
    """Remove the files in which any of some words stands; return how many. What else they held goes, too."""
    done = 0
    for path in root.glob("*/*.spool"):
        if any(word in frame.lines().data for frame in _frames_of(path) for word in words):
            path.unlink(missing_ok=True)
            done += 1
    return done


def _make_room(root: Path, limit: int) -> None:
    """Remove the oldest files until all that is left fits."""
    found = sorted((path.stat().st_mtime, path.stat().st_size, path) for path in root.glob("*/*.spool"))
    total = sum(size for _, size, _ in found)
    for _, size, path in found[:-1]:
        if total <= limit:
            return
        path.unlink(missing_ok=True)
        total -= size
