"""The hash index: which posts without a row were heard, and the roll-up each was counted in.

It is derived from segments: after the database commits a segment, its posts are put here in one LMDB
transaction together with the segment's number, so that a killed process can catch up and nothing is
applied twice. LMDB syncs each transaction to disk and serves several processes.
"""

import hashlib
import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Final

import lmdb
import msgspec

MAP_SIZE: Final = 64 * 2**30  # address space, not disk: the file grows as it fills
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


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Counted).decode


def key_of(workspace: int, uri: str) -> bytes:
    """The 16 bytes under which a post of a workspace is known."""
    return hashlib.blake2b(uri.encode(), digest_size=16, key=struct.pack("<q", workspace)).digest()


class Identities:
    """One LMDB environment. Get it from `at`, which opens each folder once per process."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._env = lmdb.open(str(folder), map_size=MAP_SIZE, max_dbs=2, max_readers=512)
        self._posts = self._env.open_db(b"posts")
        self._streams = self._env.open_db(b"streams")

    def known(self, keys: Sequence[bytes]) -> dict[bytes, Counted]:
        """Return what is known of these keys."""
        with self._env.begin(db=self._posts) as reading:
            found = ((key, reading.get(key)) for key in keys)
            return {key: _decode(value) for key, value in found if value is not None}

    def applied(self, stream: int) -> int:
        """Return how many segments of a stream are in the index."""
        with self._env.begin(db=self._streams) as reading:
            value = reading.get(struct.pack("<q", stream))
            return 0 if value is None else struct.unpack("<q", value)[0] + 1

    def apply(self, stream: int, number: int, posts: Mapping[bytes, Counted] | Iterable[tuple[bytes, Counted]]) -> None:
        """Put a committed segment's posts in, once: segment numbers of a stream only go up."""
        entries = sorted((posts.items() if isinstance(posts, Mapping) else posts), key=lambda entry: entry[0])
        with self._env.begin(write=True) as writing:
            name = struct.pack("<q", stream)
            value = writing.get(name, db=self._streams)
            if value is not None and struct.unpack("<q", value)[0] >= number:
                return
            for key, counted in entries:
                writing.put(key, _encode(counted), db=self._posts)
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
