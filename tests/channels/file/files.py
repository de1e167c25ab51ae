"""Small builders for the tests of files."""

from pathlib import Path
from typing import Any

from hubbub.channels.adapters.file.channel import File
from hubbub.infra.http import Http
from hubbub.kernel.batch import Batch, RawBatch


def channel(path: Path, **config: Any) -> File:
    return File({"path": str(path), **config}, {}, Http("file", allow_private=False))


async def heard(path: Path, cursor: Any = None, **config: Any) -> list[RawBatch]:
    """All batches of a file from a cursor on."""
    return [raw async for raw in channel(path, **config).hear(cursor)]


async def batches(path: Path, **config: Any) -> list[Batch]:
    return [File.parse(raw) for raw in await heard(path, **config)]


async def posts(path: Path, **config: Any) -> list[dict[str, Any]]:
    return [post for batch in await batches(path, **config) for post in batch.posts.to_pylist()]


async def rejects(path: Path, **config: Any) -> list[str]:
    return [reject.reason for batch in await batches(path, **config) for reject in batch.rejects]


def written(path: Path, text: str | bytes, encoding: str = "utf-8") -> Path:
    """A file with this content, its line ends as given."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path
