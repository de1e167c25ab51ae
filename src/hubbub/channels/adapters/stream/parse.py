"""Lines in the form of X's filtered stream, with the author inside, into columns. Pure; whole batches at a time."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hubbub.channels.adapters.stream.scan import MENTIONS, URLS, found
from hubbub.kernel.batch import (
    MAX_TEXT,
    MAX_URI,
    UTC_US,
    Batch,
    Event,
    Lines,
    RawBatch,
    Reject,
    columns_of,
    scalar,
    since_1970_us,
)
from hubbub.kernel.speech import say
from hubbub.kernel.text import clip

PREFIX = "x:"
MAX_ID = MAX_URI // 8
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Author(msgspec.Struct, gc=False):
    """Who wrote a post, as they were then."""

    id: str
    username: str = ""
    name: str = ""
    followers_count: int | None = None
    following_count: int | None = None
    tweet_count: int | None = None
    created_at: str = ""


class Url(msgspec.Struct, gc=False):
    """A web address, behind the short one in the text."""

    expanded_url: str = ""


class Mention(msgspec.Struct, gc=False):
    """An account that the text names."""

    username: str = ""


class Entities(msgspec.Struct, gc=False):
    """What the text is marked with."""

    urls: list[Url] = []
    mentions: list[Mention] = []


class Referenced(msgspec.Struct, gc=False):
    """Another post: replied_to, retweeted or quoted."""

    type: str
    id: str


class Attachments(msgspec.Struct, gc=False):
    """Pictures and films."""

    media_keys: list[str] = []


class Post(msgspec.Struct, gc=False):
    """One line."""

    id: str
    text: str
    author: Author
    created_at: str
    lang: str = ""
    entities: Entities | None = None
    referenced_tweets: list[Referenced] | None = None
    conversation_id: str = ""
    in_reply_to_user_id: str | None = None
    attachments: Attachments | None = None


_POST = msgspec.json.Decoder(Post)
_REFERENCED = msgspec.json.Decoder(list[Referenced] | None)
_ATTACHMENTS = msgspec.json.Decoder(Attachments | None)
Built = dict[str, Any]
_NO, _CREATED = pa.scalar(False), pa.scalar(np.int8(Event.CREATE))


def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
    """Turn lines into a batch; what can't be read becomes a reject.

    Of a run of lines that all are plain no object is made for a post (`scan`); else line by line.
    """
    if rows is None and isinstance(raw.lines, Lines) and (posts := _of_plain(raw.lines)) is not None:
        return Batch(posts)
    rejects: list[Reject] = []
    good: list[Post] = []
    kept: list[int] = []
    for row in range(len(raw.lines)) if rows is None else rows:
        try:
            post = _POST.decode(raw.lines[row])
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            rejects.append(Reject(row, say("Not a post we can read: {error}.", error=clip(str(error), 300))))
        else:
            if reason := _reason(post):
                rejects.append(Reject(row, reason))
            else:
                good.append(post)
                kept.append(row)
    return Batch(_of_posts(kept, good), tuple(rejects))


def _of_plain(lines: Lines) -> pa.RecordBatch | None:
    """Return the posts of lines as columns; None if some need a closer look."""
    held = found(lines)
    if held.odd.size:
        return None
    try:
        ids, text = held.texts("id"), held.texts("text")
        created = held.texts("created_at").cast(UTC_US)
        columns: Built = {
            "row": pa.array(held.rows.astype(np.int32)),
            "uri": pc.binary_join_element_wise(scalar(PREFIX), ids, scalar("")),
            "happened_at": created,
            "created_at": created,
            "text": text,
            "lang": held.texts("lang"),
            "author": held.texts("author.id"),
            "handle": pc.fill_null(held.texts("author.username"), ""),
            "name": pc.fill_null(held.texts("author.name"), ""),
            "followers": held.counts("author.followers_count"),
            "follows": held.counts("author.following_count"),
            "posts": held.counts("author.tweet_count"),
            "joined_at": _times(held.texts("author.created_at").to_pylist()),
        }
        referenced = held.parts("referenced_tweets") if held.has("referenced_tweets") else []
        attached = held.parts("attachments") if held.has("attachments") else []
        columns["links"] = held.lists(URLS, empty=False)
        columns["mentions"] = held.lists(MENTIONS, empty=True)
        _count_media(columns, _ATTACHMENTS.decode_lines(b"\n".join(attached)))
        _refer(
            columns,
            _REFERENCED.decode_lines(b"\n".join(referenced)),
            held.texts("conversation_id").to_pylist(),
            held.texts("in_reply_to_user_id").to_pylist(),
        )
    except (pa.ArrowInvalid, msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    if _longest(text) > MAX_TEXT or _longest(ids) > MAX_ID or not _sensible(created):
        return None
    return _columns(columns, len(ids)) if all(map(str.strip, ids.to_pylist())) else None


def _longest(strings: pa.StringArray) -> int:
    """Return how many bytes the longest has."""
    return int(pc.max(pc.binary_length(strings)).as_py() or 0)


def _of_posts(rows: list[int], posts: list[Post]) -> pa.RecordBatch:
    """Return posts as columns."""
    authors = [post.author for post in posts]
    created = [_time(post.created_at) for post in posts]
    columns: Built = {
        "row": rows,
        "uri": [PREFIX + post.id for post in posts],
        "happened_at": created,
        "created_at": created,
        "author": [author.id for author in authors],
        "handle": [author.username for author in authors],
        "name": [author.name for author in authors],
        "followers": [author.followers_count for author in authors],
        "follows": [author.following_count for author in authors],
        "posts": [author.tweet_count for author in authors],
        "joined_at": [_time(author.created_at) for author in authors],
        "text": [post.text for post in posts],
        "lang": [post.lang for post in posts],
    }
    _mark(columns, [post.entities for post in posts])
    _count_media(columns, [post.attachments for post in posts])
    _refer(
        columns,
        [post.referenced_tweets for post in posts],
        [post.conversation_id for post in posts],
        [post.in_reply_to_user_id for post in posts],
    )
    return _columns(columns, len(posts))


def _columns(columns: Built, count: int) -> pa.RecordBatch:
    no, created = pa.repeat(_NO, count), pa.repeat(_CREATED, count)
    return columns_of(columns | {"event": created, "private": no, "ours": no}, count)


def _mark(columns: Built, entities: Sequence[Entities | None]) -> None:
    """Add what few posts tell: what the text is marked with."""
    if any(each is not None and each.urls for each in entities):
        columns["links"] = [
            [url.expanded_url for url in each.urls if url.expanded_url] if each else [] for each in entities
        ]
    if any(each is not None and each.mentions for each in entities):
        columns["mentions"] = [[said.username for said in each.mentions] if each else [] for each in entities]


def _count_media(columns: Built, attached: Sequence[Attachments | None]) -> None:
    if any(attached):
        columns["media"] = [min(len(each.media_keys), 32_000) if each else 0 for each in attached]


def _refer(
    columns: Built,
    referenced: Sequence[Sequence[Referenced] | None],
    conversations: Sequence[str | None],
    answered: Sequence[str | None],
) -> None:
    """Add what posts answer or repeat."""
    if not any(referenced):
        return
    columns["parent"] = parents = [_referenced(each, "replied_to") for each in referenced]
    columns["parent_author"] = answered
    columns["root"] = [
        f"{PREFIX}{conversation}" if parent and conversation else None
        for conversation, parent in zip(conversations, parents, strict=True)
    ]
    columns["repost_of"] = [_referenced(each, "retweeted") for each in referenced]


def _referenced(referenced: Sequence[Referenced] | None, how: str) -> str | None:
    return next((f"{PREFIX}{each.id}" for each in referenced or () if each.type == how), None)


def _reason(post: Post) -> str:
    """Say why a post can't be kept; nothing of most."""
    if not post.id.strip() or len(post.id) > MAX_ID:
        return say("The post's id is missing or too long.")
    if len(post.text) > MAX_TEXT:
        return say(
            "The text has {number:,} characters; at most {most:,} are taken.", number=len(post.text), most=MAX_TEXT
        )
    return "" if _time(post.created_at) else say("‘{given}’ is no date.", given=clip(post.created_at, 60))


def _times(said: Sequence[str | None]) -> Any:
    """Return moments; None for what is none."""
    try:
        found = pa.array(said, pa.string()).cast(UTC_US)
        if _sensible(found):
            return found
    except (pa.ArrowInvalid, UnicodeError):
        pass
    return [_time(each or "") for each in said]


def _sensible(found: pa.Array) -> bool:
    bounds = pc.min_max(found.cast(pa.int64()))
    earliest, latest = bounds["min"].as_py(), bounds["max"].as_py()
    return earliest is None or since_1970_us(_EARLIEST) <= earliest <= latest <= since_1970_us(_LATEST)


def _time(said: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found
    try:
        return found if _EARLIEST <= found <= _LATEST else None
    except OverflowError:
        return None
