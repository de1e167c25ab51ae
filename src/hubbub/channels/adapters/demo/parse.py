"""What the demo network sends, read strictly: one JSON event per line. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from hubbub.kernel.batch import Batch, BatchBuilder, Event, RawBatch, rows_of
from hubbub.kernel.details import MAX_FILES, Details, File
from hubbub.kernel.speech import say

MAX_NAMED = 100
"""Mentions and links of one post; more are left out."""

Moment = Annotated[datetime, Meta(tz=True)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
_TYPES = {"post": Event.CREATE, "edit": Event.EDIT, "delete": Event.DELETE}


class Author(msgspec.Struct):
    """Who said it, as the account stood then."""

    handle: str
    name: str
    followers: Count
    follows: Count
    posts: Count
    reactions: Annotated[float, Meta(ge=0, le=1e12)]
    joined_at: Moment


class Attachment(msgspec.Struct):
    """A file that comes with something said."""

    key: str
    name: str = ""
    type: str = ""
    size: Count = 0
    alt: str = ""


class Post(msgspec.Struct):
    """A public post."""

    id: str
    uri: str
    author: Author
    created_at: Moment
    text: str
    url: str | None = None
    lang: str | None = None
    parent: str | None = None
    root: str | None = None
    parent_author: str | None = None
    mentions: list[str] = []
    links: list[str] = []
    media: Annotated[int, Meta(ge=0, le=1_000)] = 0
    repost_of: str | None = None
    files: list[Attachment] = []


class Message(msgspec.Struct):
    """A private message between two accounts."""

    uri: str
    conversation: str
    author: Author
    to: str
    created_at: Moment
    text: str
    lang: str | None = None
    files: list[Attachment] = []


class Line(msgspec.Struct):
    """One event."""

    type: str
    at: Moment
    post: Post | None = None
    message: Message | None = None


_DECODER = msgspec.json.Decoder(Line)


def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
    """Turn events into a batch; a line that can't be read is rejected alone, with the reason."""
    built = BatchBuilder()
    for row, line in rows_of(raw, rows):
        try:
            event = _DECODER.decode(line)
        except (ValueError, RecursionError) as error:
            built.reject(row, say("Not an event of the demo network: {error}", error=error))
            continue
        if event.type == "message" and event.message is not None:
            _add_message(built, row, event.at, event.message)
        elif event.type in _TYPES and event.post is not None:
            _add_post(built, row, event.at, _TYPES[event.type], event.post)
        else:
            built.reject(row, say("Not an event of the demo network: it is neither a post nor a message"))
    return built.build()


def _add_post(built: BatchBuilder, row: int, at: datetime, event: Event, post: Post) -> None:
    author = post.author
    built.add(
        row,
        post.uri,
        at,
        event,
        created_at=post.created_at,
        author=author.handle,
        handle=author.handle,
        name=author.name,
        followers=author.followers,
        follows=author.follows,
        posts=author.posts,
        reactions=author.reactions,
        joined_at=author.joined_at,
        text=None if event is Event.DELETE else post.text,
        lang=post.lang,
        parent=post.parent,
        root=post.root,
        parent_author=post.parent_author,
        mentions=post.mentions[:MAX_NAMED],
        links=post.links[:MAX_NAMED],
        media=post.media,
        repost_of=post.repost_of,
        url=post.url,
        ref=post.id,
        details=_details(post.files),
    )


def _add_message(built: BatchBuilder, row: int, at: datetime, message: Message) -> None:
    author = message.author
    built.add(
        row,
        message.uri,
        at,
        created_at=message.created_at,
        author=author.handle,
        handle=author.handle,
        name=author.name,
        followers=author.followers,
        follows=author.follows,
        posts=author.posts,
        reactions=author.reactions,
        joined_at=author.joined_at,
        text=message.text,
        lang=message.lang,
        root=message.conversation,
        mentions=[message.to],
        media=len(message.files),
        private=True,
        details=_details(message.files),
    )


def _details(files: Sequence[Attachment]) -> Details | None:
    told = (File(each.key, each.name, each.type, each.size, each.alt) for each in files[:MAX_FILES])
    return Details(files=tuple(told)) if files else None
