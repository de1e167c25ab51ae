"""The network's pictures and other files, on disk, each under the hash of what it holds."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from hubbub.kernel.text import clean
from hubbub.simulate.errors import Missing
from hubbub.simulate.values import Attachment

MOST = 10


class Files:
    """A folder of files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Keep a file for good and return its key."""
        key = hashlib.sha256(data).hexdigest()
        self._folder.mkdir(parents=True, exist_ok=True)
        made = self._folder / f"{key}.new"
        with made.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        made.replace(self._folder / key)
        return key

    def read(self, key: str) -> bytes:
        """Return a file; Missing if there is none."""
        return self._place(key).read_bytes()

    def known(self, given: Iterable[Attachment]) -> tuple[Attachment, ...]:
        """Return what is told of files, with their true sizes; Missing if one was never put."""
        return tuple(
            msgspec.structs.replace(
                each,
                name=clean(each.name)[:120],
                type=clean(each.type)[:80],
                alt=clean(each.alt)[:1_500],
                size=self._place(each.key).stat().st_size,
            )
            for each in list(given)[:MOST]
        )

    def _place(self, key: str) -> Path:
        if len(key) != 64 or not key.isalnum() or not (self._folder / key).is_file():
            raise Missing(what=f"file {key[:70]}")
        return self._folder / key
