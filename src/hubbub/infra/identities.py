"""The hash index: which posts were heard, and the roll-up that each without a row was counted in.

It is derived from segments: after the database commits a segment, its posts are put here in one LMDB
transaction together with the segment's number, so that a killed process can catch up and nothing is
applied twice. LMDB syncs each transaction to disk and serves several processes.
"""

import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from threading import Lock
from typing import Final

import lmdb
import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hubbub.kernel.compiled import compiled
from hubbub.kernel.digest import begun, digests
from hubbub.kernel.hashing import parts_of

MAP_SIZE: Final = 64 * 2**30  # address space, not disk: the file grows as it fills
DIGEST: Final = 14
_TAIL: Final = 24
_open: dict[Path, "Identities"] = {}
_opening = Lock()


class Counted(msgspec.Struct, frozen=True, array_like=True):
    """The roll-up cell a post was counted in; `gone` once a delete took it out again."""

    minute: int  # minutes since 1970
    channel: str
    lang: str
    sentiment: int
    topics: tuple[int, ...]
    gone: bool = False
    edited_us: int = 0  # microseconds since 1970 of the edit whose wording is counted; 0: the first wording
    row: bool = False  # it has a row, which tells the rest

    def value(self) -> bytes:
        """Return it as the index keeps it; `flows.segment` makes many at a time."""
        head = _HEAD.pack(self.minute, self.edited_us, self.sentiment, GONE * self.gone | ROW * self.row)
        names = b"%b\0%b\0" % (self.channel.encode(), self.lang.encode())
        return head + names + struct.pack(f"<{len(self.topics)}q", *self.topics)


_HEAD = struct.Struct("<qqbB")
"""Of a value: the minute, the edit, the sentiment and flags; then channel, NUL, language, NUL, and the topics."""
GONE, ROW = 1, 2
HEAD_TYPE: Final = np.dtype([("minute", "<i8"), ("edited_us", "<i8"), ("sentiment", "i1"), ("flags", "u1")])


def _decode(value: bytes) -> Counted:
    minute, edited_us, sentiment, flags = _HEAD.unpack_from(value)
    channel, lang, topics = value[_HEAD.size :].split(b"\0", 2)
    numbers = struct.unpack(f"<{len(topics) // 8}q", topics)
    return Counted(
        minute, channel.decode(), lang.decode(), sentiment, numbers, bool(flags & GONE), edited_us, bool(flags & ROW)
    )


def keys_of(workspaces: Sequence[int] | NDArray[np.int64], uris: Sequence[str] | pa.StringArray) -> list[bytes]:
    """Return what posts are known under: the end of the uri, which grows with time on most networks, and a hash.

    What was said at about the same time then stands together, so that few pages are written at once.
    """
    strings = uris if isinstance(uris, pa.Array) else pa.array(uris, pa.string())
    if not len(strings):
        return []
    ends, data = parts_of(strings)
    spaces = np.asarray(workspaces, np.int64)
    if spaces.min() == spaces.max():
        owners, which = spaces[:1], np.zeros(len(spaces), np.int64)
    else:
        owners, which = np.unique(spaces, return_inverse=True)
    states = np.stack([_state(owner) for owner in owners.tolist()])
    keys, sizes = np.empty((len(strings), _TAIL + DIGEST), np.uint8), np.empty(len(strings), np.int64)
    _write(ends, data, digests(states, which, ends, data, DIGEST), keys, sizes)
    whole, width = keys.tobytes(), keys.shape[1]
    return [whole[row * width : row * width + size] for row, size in enumerate(sizes.tolist())]


@lru_cache(maxsize=10_000)
def _state(workspace: int) -> NDArray[np.uint64]:
    return begun(struct.pack("<q", workspace), DIGEST)


@compiled
def _write(ends, data, digests, keys, sizes):  # type: ignore[no-untyped-def]
    """Put together the end of each uri, after its last slash and at most so long, and its digest."""
    for row in range(sizes.size):
        begin, end = ends[row], ends[row + 1]
        start = end
        while start > begin and data[start - 1] != 0x2F:
            start -= 1
        size = min(end - start, _TAIL)
        for place in range(size):
            keys[row, place] = data[start + place]
        for place in range(DIGEST):
            keys[row, size + place] = digests[row, place]
        sizes[row] = size + DIGEST


def key_of(workspace: int, uri: str) -> bytes:
    """Return what one post of a workspace is known under."""
    return keys_of((workspace,), (uri,))[0]


class Identities:
    """One LMDB environment. Get it from `at`, which opens each folder once per process."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._env = lmdb.open(str(folder), map_size=MAP_SIZE, max_dbs=2, max_readers=512)
        self._posts = self._env.open_db(b"posts")
        self._streams = self._env.open_db(b"streams")

    def known(self, keys: Sequence[bytes]) -> dict[bytes, Counted]:
        """Return what is known of these keys."""
        with self._env.begin(db=self._posts) as reading, reading.cursor() as cursor:
            return {bytes(key): _decode(value) for key, value in cursor.getmulti(keys)}

    def applied(self, stream: int) -> int:
        """Return how many segments of a stream are in the index."""
        with self._env.begin(db=self._streams) as reading:
            value = reading.get(struct.pack("<q", stream))
            return 0 if value is None else struct.unpack("<q", value)[0] + 1

    def apply(self, stream: int, number: int, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """Put a committed segment's posts in, once: segment numbers of a stream only go up. Later entries win."""
        entries = sorted(entries, key=itemgetter(0))
        with self._env.begin(write=True) as writing:
            name = struct.pack("<q", stream)
            value = writing.get(name, db=self._streams)
            if value is not None and struct.unpack("<q", value)[0] >= number:
                return
            with writing.cursor(db=self._posts) as cursor:
                cursor.putmulti(entries)
            writing.put(name, struct.pack("<q", number), db=self._streams)

    def count(self) -> int:
        """Return how many posts are in the index, those gone included."""
        with self._env.begin() as reading:
            return int(reading.stat(self._posts)["entries"])

    def close(self) -> None:
        """Close the environment; only tests need it."""
        self._env.close()


def at(folder: Path) -> Identities:
    """Return the index in a folder, opened once per process as LMDB asks."""
    folder = folder.resolve()
    with _opening:
        if folder not in _open:
            _open[folder] = Identities(folder)
        return _open[folder]
