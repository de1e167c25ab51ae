"""The message that programs post into the API or call a webhook with, and its way into a batch."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from hubbub.channels.adapters.handed_over import YEARS, told, uri_part
from hubbub.kernel.batch import MAX_URI, Batch, BatchBuilder, Event, RawBatch
from hubbub.kernel.details import MAX_FILES, Details, File
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import clip, language

MAX_ID = 400
MAX_MENTIONS = 50

_SINCE_1970 = datetime(1970, 1, 1, tzinfo=UTC)


class Author(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who wrote a message. Without an id the handle is taken for one."""

    id: str | int | None = None
    handle: str | None = None
    name: str | None = None
    followers: int | None = None


class Attachment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file of a message, by its address. All pictures of an album stand in one message."""

    url: str
    name: str = ""
    type: str = ""  # such as image/png
    alt: str = ""  # a picture in words


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message as programs post it. A text or a file is needed; keys of other names are ignored.

    Two messages of one source with the same id are the same message; without an id, two with the same
    content are. `created_at` is ISO 8601 (UTC where it names no zone) or seconds since 1970; left out,
    it is the time of posting. `parent` and `root` are ids of messages of the same source: the one this
    answers, and the first of its thread. `private` messages were said to us alone. An `event` other than
    "create" changes or takes back the message with this id, at `changed_at` (left out: now).
    """

    text: str = ""
    id: str | int | None = None
    event: Literal["create", "edit", "delete"] = "create"
    changed_at: str | int | float | None = None
    author: Author | None = None
    created_at: str | int | float | None = None
    subject: str = ""
    files: tuple[Attachment, ...] = ()
    url: str | None = None
    lang: str | None = None
    parent: str | int | None = None
    root: str | int | None = None
    private: bool = False
    ours: bool = False  # one of us wrote it, elsewhere
    mentions: tuple[str, ...] = ()


_EVENTS = {"create": Event.CREATE, "edit": Event.EDIT, "delete": Event.DELETE}
_MEDIA = ("image", "video", "audio")


_LINES = msgspec.json.Decoder(tuple[str, Message])
_ANY = msgspec.json.Decoder()


def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
    """Turn messages into posts. Pure; never raises."""
    return told(raw, rows, _add, mark("message"))


def uri_of(source: str, name: str) -> str:
    """Return the uri of a source's message with this id."""
    return f"{_prefix(source)}{name}"


def id_of(source: str, uri: str | None) -> str | None:
    """Return the id by which a source knows a message; None for what is none of its messages."""
    return uri.removeprefix(_prefix(source)) if uri and uri.startswith(_prefix(source)) else None


def _prefix(source: str) -> str:
    return f"generic:{uri_part(source)}/"


def _add(builder: BatchBuilder, row: int, line: bytes, arrived_at: datetime) -> None:
    """Add a message; ValueError in words if a part of it makes no sense."""
    source, message = _LINES.decode(line)
    event, name = _EVENTS[message.event], _id(message.id, "id")
    created, changed = _date(message.created_at, "created_at"), _date(message.changed_at, "changed_at")
    if event is not Event.CREATE and name is None:
        raise ValueError(
            say("Which message is meant? An event of the kind ‘{event}’ needs its id.", event=message.event)
        )
    if event is Event.DELETE:
        builder.add(row, uri_of(source, name or ""), min(changed or arrived_at, arrived_at), event)
        return
    if not message.text.strip() and not message.files:
        raise ValueError(say("This message has no text."))
    if len(message.mentions) > MAX_MENTIONS:
        raise ValueError(
            say(
                "This message has {number} mentions; at most {most} are taken.",
                number=len(message.mentions),
                most=MAX_MENTIONS,
            )
        )
    if len(message.files) > MAX_FILES:
        raise ValueError(
            say("This message has {number} files; at most {most} are taken.", number=len(message.files), most=MAX_FILES)
        )
    author = message.author or Author()
    handle = (author.handle or "").strip().lstrip("@") or None
    lang = language(message.lang)
    if lang is None and (message.lang or "").strip():
        raise ValueError(say("‘{lang}’ is no language; it looks like en or pt-br.", lang=clip(message.lang or "", 60)))
    parent, root = _id(message.parent, "parent"), _id(message.root, "root")
    happened = created if event is Event.CREATE else changed
    files = tuple(File(_address(each.url), each.name, each.type, None, each.alt) for each in message.files)
    builder.add(
        row,
        uri_of(source, name or _hash(line)),
        min(happened, arrived_at) if happened else arrived_at,
        event,
        created_at=created,
        author=_id(author.id, "author's id") or handle,
        handle=handle,
        name=author.name,
        followers=author.followers,
        text=message.text,
        lang=lang,
        parent=uri_of(source, parent) if parent else None,
        root=uri_of(source, root) if root else None,
        mentions=[mention.strip().lstrip("@") for mention in message.mentions],
        media=sum(each.type.partition("/")[0].lower() in _MEDIA for each in files),
        private=message.private,
        ours=message.ours,
        url=_address(message.url) if (message.url or "").strip() else None,
        details=Details(subject=message.subject, files=files) if message.subject or files else None,
    )


def _address(given: str | None) -> str:
    found = (given or "").strip()
    if not found.lower().startswith(("https://", "http://")) or len(found.encode()) > MAX_URI:
        raise ValueError(say("‘{found}’ is no web address; it begins with https://.", found=clip(found, 60)))
    return found


def _id(given: str | int | None, what: str) -> str | None:
    found = "" if given is None else str(given).strip()
    if len(found.encode()) > MAX_ID:
        raise ValueError(say("The {what} is longer than {most} bytes.", what=what, most=MAX_ID))
    return found or None


def _hash(line: bytes) -> str:
    """A name for a message without one: the same content in any order of keys gives the same name."""
    _, message = _ANY.decode(line)
    return hashlib.sha256(msgspec.json.encode(message, order="sorted")).hexdigest()[:32]


def _date(given: str | float | None, what: str) -> datetime | None:
    """Return a date; ValueError in words if it is none."""
    if given is None:
        return None
    try:
        found = datetime.fromisoformat(given) if isinstance(given, str) else _SINCE_1970 + timedelta(seconds=given)
        if YEARS[0] <= found.year <= YEARS[1]:
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(
        say("‘{given}’ is no date; {what} looks like 2026-03-01T09:30:00Z.", given=clip(str(given), 60), what=what)
    )
