"""Files of messages: taken in from an agent, fetched from where a customer's lie, and made safe to look at."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from hubbub.accounts.core.access import Access
from hubbub.care import selectors as care
from hubbub.channels.registry import open_channel
from hubbub.channels.selectors import for_sending
from hubbub.infra import content, files, outbox
from hubbub.infra.http import Unreachable
from hubbub.kernel.details import File
from hubbub.kernel.errors import InvalidInput, NotFound
from hubbub.kernel.speech import say
from hubbub.kernel.text import clean, clip
from hubbub.listening import selectors as listening

MAX_BYTES: Final = 20_000_000
FETCH_S: Final = 20.0
SMALL: Final = 480
UNUSED: Final = timedelta(days=2)
_ENDINGS: Final = {"image/png": ".png", "image/jpeg": ".jpg"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as somebody hands it over."""

    name: str
    data: bytes = field(repr=False)
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A file as it goes to a browser: a picture to look at, or something to keep."""

    name: str
    type: str
    data: bytes = field(repr=False)
    is_picture: bool = False


def take_in(uploads: Iterable[Upload], kept: Path) -> tuple[File, ...]:
    """Keep files that are to leave with a reply; pictures are made anew, so that they tell nothing of who took them.

    Raises
    ------
    InvalidInput
        If one is empty or too large.
    """
    return tuple(_kept(each, kept) for each in uploads)


def _kept(upload: Upload, kept: Path) -> File:
    name = _name(upload.name)
    if not upload.data:
        raise InvalidInput(reason=say("{name} is empty.", name=name))
    if len(upload.data) > MAX_BYTES:
        raise InvalidInput(reason=say("{name} is larger than {mb} MB.", name=name, mb=MAX_BYTES // 1_000_000))
    kind, data = content.type_of(upload.data), upload.data
    if kind.startswith("image/") and kind != "image/gif":
        made = content.picture(data)
        kind, data, name = made.type, made.data, _named(name, made.type)
    return File(files.put(kept, data), name, kind, len(data), described(upload.alt))


def described(alt: str) -> str:
    """Return what a picture shows in words, as it is kept."""
    return clip(clean(alt), 1_500)


def heard(access: Access, post: int, place: int, *, small: bool, allow_private: frozenset[str]) -> Shown:
    """Fetch a file of a heard post from where it lies.

    Raises
    ------
    NotFound
        If there is none, or it is gone there.
    Unreachable
        If its network does not answer in time.
    """
    connection, file = care.heard_file(access, post, place)
    kind, config, secret = for_sending(connection)

    async def fetch() -> tuple[str, bytes] | None:
        channel = open_channel(kind, config, secret, allow_private=allow_private)
        try:
            async with asyncio.timeout(FETCH_S):
                found = await channel.attachment(file.ref)
                return None if found is None else (file.name or found.name, found.data)
        except TimeoutError:
            raise Unreachable(host=say(channel.label), reason="no answer in time") from None
        finally:
            await channel.aclose()

    found = asyncio.run(fetch())
    if found is None:
        raise NotFound(what="file", which=file.name or place)
    return shown(*found, small=small)


def sent(access: Access, entry: int, place: int, kept: Path, *, small: bool) -> Shown:
    """Return a file that left with a reply."""
    file = care.sent_file(access, entry, place)
    data = files.read(kept, file.ref)
    if data is None:
        raise NotFound(what="file", which=file.name)
    return shown(file.name, data, small=small)


def sweep(kept: Path, *, now: datetime) -> int:
    """Remove files that no message has any more, or never had; return how many."""
    old = set(files.older_than(kept, (now - UNUSED).timestamp()))
    unused = old - care.files_in_use() - outbox.files_in_use() - listening.files_in_use() if old else set()
    for key in unused:
        files.remove(kept, key)
    return len(unused)


def shown(name: str, data: bytes, *, small: bool = False) -> Shown:
    """Return a file as a browser may have it, by what it holds."""
    kind, name = content.type_of(data), _name(name)
    if kind.startswith("image/"):
        try:
            made = content.picture(data, SMALL if small else content.LARGEST_SIDE)
        except content.NotAPicture:
            return Shown(name, "application/octet-stream", data)
        return Shown(_named(name, made.type), made.type, made.data, is_picture=True)
    return Shown(name, kind, data)


def _name(given: str) -> str:
    """Return a name that no file system and no header takes for anything else."""
    base = clean(given).replace("\\", "/").rpartition("/")[2]
    kept = "".join(each if each.isprintable() and each not in '<>:"|?*' else "_" for each in base).strip(" .")
    return kept[-120:] or "file"


def _named(name: str, kind: str) -> str:
    """Return a picture's name, ending as its content asks."""
    ending = _ENDINGS[kind]
    if name.lower().endswith((ending, ".jpeg") if kind == "image/jpeg" else ending):
        return name
    return f"{name.rpartition('.')[0] or name}{ending}"
