"""Files of messages, kept by what they hold: the same content is kept once, under its SHA-256."""

import hashlib
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

_KEY = re.compile(r"[0-9a-f]{64}")


def put(root: Path, data: bytes) -> str:
    """Keep a file, durably, and return its key."""
    key = hashlib.sha256(data).hexdigest()
    place = _place(root, key)
    if place.exists():
        os.utime(place)  # it is wanted anew: see `older_than`
        return key
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as made:
        made.write(data)
        made.flush()
        os.fsync(made.fileno())
    Path(made.name).replace(place)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return key


def read(root: Path, key: str) -> bytes | None:
    """Return what was kept under a key; None where there is no such file."""
    if not _KEY.fullmatch(key):
        return None
    with suppress(FileNotFoundError):
        return _place(root, key).read_bytes()
    return None


def remove(root: Path, key: str) -> None:
    """Remove a file."""
    if _KEY.fullmatch(key):
        _place(root, key).unlink(missing_ok=True)


def older_than(root: Path, moment: float) -> list[str]:
    """Return the keys of files that nobody put since a moment (seconds since 1970)."""
    found = (each for each in root.glob("??/*") if _KEY.fullmatch(each.name))
    return [each.name for each in found if each.stat().st_mtime < moment]


def _place(root: Path, key: str) -> Path:
    return root / key[:2] / key
