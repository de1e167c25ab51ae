"""Entries of a feed, from the JSON they travel in to a batch."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from hubbub.kernel.batch import Batch, BatchBuilder, Event, RawBatch, rows_of
from hubbub.kernel.speech import say
from hubbub.kernel.text import clean, html_to_text, language

MAX_NAME = 200
"""Bytes of an account's id; a longer one is replaced by its hash."""


class Enclosure(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file that comes with an entry."""

    href: str
    type: str = ""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry as it travels: what the feed says, and nothing worked out from it."""

    uri: str
    feed: str  # the feed's address, as connected
    feed_title: str = ""
    edited: bool = False
    title: str = ""
    title_is_html: bool = False
    body: str = ""
    body_is_html: bool = False
    author: str = ""
    author_url: str = ""
    lang: str = ""
    published: Annotated[datetime, Meta(tz=True)] | None = None
    updated: Annotated[datetime, Meta(tz=True)] | None = None
    link: str = ""
    links: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()

    def at(self) -> datetime | None:
        """Return when it was last said, as the feed tells."""
        return self.updated or self.published


_DECODER = msgspec.json.Decoder(Entry)


def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
    """Turn entries into posts. Pure; never raises."""
    builder = BatchBuilder()
    for row, line in rows_of(raw, rows):
        try:
            entry = _DECODER.decode(line)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            builder.reject(row, say("This is not an entry of a feed: {error}.", error=error))
        else:
            _add(builder, row, entry, raw.arrived_at)
    return builder.build()


def text_of(entry: Entry) -> str:
    """Return what a person reads of an entry: title and body, the title once."""
    title = " ".join((html_to_text(entry.title) if entry.title_is_html else entry.title).split())
    body = (html_to_text(entry.body) if entry.body_is_html else entry.body).strip()
    beginning = title.rstrip("….").rstrip()
    if not beginning or not body:
        return title or body
    return body if " ".join(body[: 2 * len(title)].split()).startswith(beginning) else f"{title}\n\n{body}"


def shortened(name: str, size: int) -> str:
    """Return a name of at most `size` bytes; a longer one is replaced by its hash, so that it stays one name."""
    whole = name.encode()
    return name if len(whole) <= size else hashlib.sha256(whole).hexdigest()[:32]


def web_address(text: str) -> str | None:
    """Return an address a browser may open, None for any other scheme."""
    text = text.strip()
    return text if text.lower().startswith(("https://", "http://")) else None


def _add(builder: BatchBuilder, row: int, entry: Entry, arrived_at: datetime) -> None:
    """Add an entry; dates that are missing or lie ahead become the time it was heard."""
    created = min(entry.published or entry.updated or arrived_at, arrived_at)
    happened = created
    if entry.edited:
        changed = entry.updated if entry.updated and entry.updated > created else arrived_at
        happened = min(changed, arrived_at)
    builder.add(
        row,
        entry.uri,
        happened,
        Event.EDIT if entry.edited else Event.CREATE,
        created_at=created,
        author=_author(entry),
        name=entry.author or entry.feed_title or None,
        text=text_of(entry),
        lang=language(entry.lang),
        links=[link for link in map(web_address, entry.links) if link],
        media=sum(1 for each in entry.enclosures if each.type.startswith(("image/", "audio/", "video/"))),
        url=web_address(entry.link),
    )


def _author(entry: Entry) -> str:
    """Who said it: the author's page, else their name at this site, else the feed itself."""
    if page := web_address(entry.author_url):
        return shortened(page, MAX_NAME)
    if name := " ".join(clean(entry.author).split()):
        return shortened(f"{_host(entry.feed)}#{name}", MAX_NAME)
    return shortened(entry.feed, MAX_NAME)


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or address
    except ValueError:
        return address
