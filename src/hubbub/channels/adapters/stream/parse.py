"""Lines in the form of X's filtered stream, with the author inside, into columns. Pure; whole batches at a time."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

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
)
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


def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
    """Turn lines into a batch; what can't be read becomes a reject."""
    wanted = list(range(len(raw.lines))) if rows is None else list(rows)
    rejects: list[Reject] = []
    if rows is None and isinstance(raw.lines, Lines):
        try:
            posts = _POST.decode_lines(raw.lines.data)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            posts = []
        if len(posts) == len(wanted):
            return _batch(wanted, posts, rejects)
    found: list[Post] = []
    kept: list[int] = []
    for row in wanted:
        try:
            found.append(_POST.decode(raw.lines[row]))
            kept.append(row)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            rejects.append(Reject(row, f"Not a post we can read: {clip(str(error), 300)}."))
    return _batch(kept, found, rejects)


def _batch(rows: list[int], posts: list[Post], rejects: list[Reject]) -> Batch:
    """Return posts as columns, after turning away those that can't be kept."""
    created = _times([post.created_at for post in posts])
    if wrong := _wrong(posts, created):
        rejects += [
            Reject(rows[place], _reason(posts[place]) or f"‘{clip(posts[place].created_at, 60)}’ is no date.")
            for place in wrong
        ]
        gone = set(wrong)
        keep = [place for place in range(len(posts)) if place not in gone]
        rows, posts = [rows[place] for place in keep], [posts[place] for place in keep]
        created = [created[place] for place in keep]
    authors = [post.author for post in posts]
    # A loop a column is far quicker than a loop a post.
    columns: dict[str, Any] = {
        "row": pa.array(np.array(rows, np.int32)),
        "uri": [PREFIX + post.id for post in posts],
        "event": pa.repeat(pa.scalar(int(Event.CREATE), pa.int8()), len(posts)),
        "happened_at": created,
        "created_at": created,
        "author": [author.id for author in authors],
        "handle": [author.username for author in authors],
        "name": [author.name for author in authors],
        "followers": [author.followers_count for author in authors],
        "follows": [author.following_count for author in authors],
        "posts": [author.tweet_count for author in authors],
        "joined_at": _times([author.created_at for author in authors]),
        "text": [post.text for post in posts],
        "lang": [post.lang for post in posts],
        "private": (no := pa.repeat(pa.scalar(False), len(posts))),
        "ours": no,
    }
    _told(columns, posts)
    return Batch(columns_of(columns, len(posts)), tuple(sorted(rejects, key=lambda each: each.row)))


def _told(columns: dict[str, Any], posts: list[Post]) -> None:
    """Add what few posts tell: links, mentions, media, what they answer or repeat."""
    entities = [post.entities for post in posts]
    if any(each is not None and each.urls for each in entities):
        columns["links"] = [
            [url.expanded_url for url in each.urls if url.expanded_url] if each else [] for each in entities
        ]
    if any(each is not None and each.mentions for each in entities):
        columns["mentions"] = [[said.username for said in each.mentions] if each else [] for each in entities]
    if any(post.attachments is not None for post in posts):
        columns["media"] = [len(post.attachments.media_keys) if post.attachments else 0 for post in posts]
    if any(post.referenced_tweets for post in posts):
        parents = [_referenced(post, "replied_to") for post in posts]
        columns["parent"] = parents
        columns["parent_author"] = [post.in_reply_to_user_id for post in posts]
        columns["root"] = [
            f"{PREFIX}{post.conversation_id}" if parent and post.conversation_id else None
            for post, parent in zip(posts, parents, strict=True)
        ]
        columns["repost_of"] = [_referenced(post, "retweeted") for post in posts]


def _wrong(posts: list[Post], created: Any) -> list[int]:
    """Return which posts can't be kept."""
    if (
        isinstance(created, pa.Array)
        and max((len(post.text) for post in posts), default=0) <= MAX_TEXT
        and max((len(post.id) for post in posts), default=0) <= MAX_ID
        and all(map(str.strip, [post.id for post in posts]))
    ):
        return []
    return [place for place, post in enumerate(posts) if created[place] is None or _reason(post)]


def _referenced(post: Post, how: str) -> str | None:
    return next((f"{PREFIX}{each.id}" for each in post.referenced_tweets or () if each.type == how), None)


def _reason(post: Post) -> str:
    """Say why a post can't be kept; nothing of most."""
    if not post.id.strip() or len(post.id) > MAX_ID:
        return "The post's id is missing or too long."
    if len(post.text) > MAX_TEXT:
        return f"The text has {len(post.text):,} characters; at most {MAX_TEXT:,} are taken."
    return ""


def _times(said: list[str]) -> Any:
    """Return moments; None for what is none."""
    try:
        found = pa.array(said, pa.string()).cast(UTC_US)
        if _sensible(found):
            return found
    except (pa.ArrowInvalid, UnicodeError):
        pass
    return [_time(each) for each in said]


def _sensible(found: pa.Array) -> bool:
    bounds = pc.min_max(found) if len(found) else None
    return bounds is None or (bounds["min"].as_py() >= _EARLIEST and bounds["max"].as_py() <= _LATEST)


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
