"""The message that programs post into the API, and its way into a batch."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from hubbub.kernel.batch import Batch, BatchBuilder, RawBatch, rows_of
from hubbub.kernel.text import clip, language

MAX_ID = 400
MAX_MENTIONS = 50

_SINCE_1970 = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = (1970, 2200)


class Author(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who wrote a message. Without an id the handle is taken for one."""

    id: str | int | None = None
    handle: str | None = None
    name: str | None = None
    followers: int | None = None


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message as programs post it. Only the text is needed; keys of other names are ignored.

    Two messages of one source with the same id are the same message; without an id, two with the same
    content are. `created_at` is ISO 8601 (UTC where it names no zone) or seconds since 1970; left out,
    it is the time of posting. `parent` and `root` are ids of messages of the same source: the one this
    answers, and the first of its thread. `private` messages were said to us alone.
    """

    text: str
    id: str | int | None = None
    author: Author | None = None
    created_at: str | int | float | None = None
    url: str | None = None
    lang: str | None = None
    parent: str | int | None = None
    root: str | int | None = None
    private: bool = False
    mentions: tuple[str, ...] = ()


_LINES = msgspec.json.Decoder(tuple[str, Message])
_ANY = msgspec.json.Decoder()


def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
    """Turn messages into posts. Pure; never raises."""
    builder = BatchBuilder()
    for row, line in rows_of(raw, rows):
        try:
            source, message = _LINES.decode(line)
            _add(builder, row, line, source, message, raw.arrived_at)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            builder.reject(row, f"This message can't be read: {clip(str(error), 300).replace('`$[1]', '`$')}.")
        except ValueError as error:
            builder.reject(row, str(error))
    return builder.build()


def _add(builder: BatchBuilder, row: int, line: bytes, source: str, message: Message, arrived_at: datetime) -> None:
    """Add a message; ValueError in words if a part of it makes no sense."""
    if not message.text.strip():
        raise ValueError("This message has no text.")
    if len(message.mentions) > MAX_MENTIONS:
        raise ValueError(f"This message has {len(message.mentions)} mentions; at most {MAX_MENTIONS} are taken.")
    author = message.author or Author()
    created = _date(message.created_at)
    handle = (author.handle or "").strip().lstrip("@") or None
    lang = language(message.lang)
    if lang is None and (message.lang or "").strip():
        raise ValueError(f"‘{clip(message.lang or '', 60)}’ is no language; it looks like en or pt-br.")
    url = (message.url or "").strip()
    if url and not url.lower().startswith(("https://", "http://")):
        raise ValueError(f"‘{clip(url, 60)}’ is no web address; it begins with https://.")
    prefix = f"generic:{source.replace('%', '%25').replace('/', '%2F')}/"
    parent, root = _id(message.parent, "parent"), _id(message.root, "root")
    builder.add(
        row,
        f"{prefix}{_id(message.id, 'id') or _hash(line)}",
        min(created, arrived_at) if created else arrived_at,
        created_at=created,
        author=_id(author.id, "author's id") or handle,
        handle=handle,
        name=author.name,
        followers=author.followers,
        text=message.text,
        lang=lang,
        parent=f"{prefix}{parent}" if parent else None,
        root=f"{prefix}{root}" if root else None,
        mentions=[mention.strip().lstrip("@") for mention in message.mentions],
        private=message.private,
        url=url or None,
    )


def _id(given: str | int | None, what: str) -> str | None:
    found = "" if given is None else str(given).strip()
    if len(found.encode()) > MAX_ID:
        raise ValueError(f"The {what} is longer than {MAX_ID} bytes.")
    return found or None


def _hash(line: bytes) -> str:
    """A name for a message without one: the same content in any order of keys gives the same name."""
    _, message = _ANY.decode(line)
    return hashlib.sha256(msgspec.json.encode(message, order="sorted")).hexdigest()[:32]


def _date(given: str | float | None) -> datetime | None:
    """Return a date; ValueError in words if it is none."""
    if given is None:
        return None
    try:
        found = datetime.fromisoformat(given) if isinstance(given, str) else _SINCE_1970 + timedelta(seconds=given)
        if _YEARS[0] <= found.year <= _YEARS[1]:
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"‘{clip(str(given), 60)}’ is no date; created_at looks like 2026-03-01T09:30:00Z.")
