"""Posts as notifications and threads show them, and the lines we make of them. Pure."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from hubbub.channels.adapters.bluesky.record import Post, columns, post_uri, split_uri
from hubbub.channels.core.answers import UNREADABLE, moment
from hubbub.channels.core.contract import Account
from hubbub.kernel.batch import Batch, BatchBuilder, Event, RawBatch, rows_of
from hubbub.kernel.speech import say
from hubbub.kernel.text import clean, clip

_NOTHING = msgspec.Raw()


class Profile(msgspec.Struct, omit_defaults=True):
    """A profile, as far as we read it."""

    did: str
    handle: str = ""
    name: str | None = msgspec.field(name="displayName", default=None)
    bio: str | None = msgspec.field(name="description", default=None)
    followers: int | None = msgspec.field(name="followersCount", default=None)
    follows: int | None = msgspec.field(name="followsCount", default=None)
    posts: int | None = msgspec.field(name="postsCount", default=None)
    created_at: str | None = msgspec.field(name="createdAt", default=None)


def account_of(profile: Profile) -> Account:
    """Return a profile in the form that all networks share."""
    return Account(
        id=profile.did,
        handle=clean(profile.handle),
        name=clean(profile.name or ""),
        followers=profile.followers,
        follows=profile.follows,
        posts=profile.posts,
        joined_at=moment(profile.created_at),
        bio=clean(profile.bio or ""),
        url=f"https://bsky.app/profile/{profile.did}",
    )


class View(msgspec.Struct):
    """A post as a notification or a thread shows it."""

    uri: str
    cid: str
    author: Profile
    record: Post
    at: str = msgspec.field(name="indexedAt")


class Shown(msgspec.Struct):
    """When a post of a feed was indexed, and by whom."""

    author: Profile
    at: str = msgspec.field(name="indexedAt")


class FeedItem(msgspec.Struct):
    """A place in an author's feed; `reason` where it is a repost or pinned."""

    post: Shown
    reason: msgspec.Raw = _NOTHING


class RawItem(msgspec.Struct):
    """The same, with its post as the network shows it."""

    post: msgspec.Raw
    reason: msgspec.Raw = _NOTHING


class RawFeed(msgspec.Struct):
    """The newest of what an account posted, to be parsed."""

    feed: list[RawItem]


class AuthorFeed(msgspec.Struct):
    """The newest of what an account posted."""

    feed: list[FeedItem]


def latest_of(actor: str, limit: int = 5) -> dict[str, str | int]:
    """Return how to ask for the newest posts of an account."""
    return {"actor": actor, "limit": limit, "filter": "posts_with_replies"}


def latest(feed: AuthorFeed) -> datetime | None:
    """Return when the newest post of a feed was made; reposts and what is pinned are not news."""
    said = [moment(item.post.at) for item in feed.feed if not bytes(item.reason)]
    return max((at for at in said if at is not None), default=None)


class Head(msgspec.Struct):
    """Of a view, what is needed before parsing."""

    uri: str
    author: Profile
    at: str = msgspec.field(name="indexedAt")


class Node(msgspec.Struct):
    """A place in a thread; without a post where it was deleted or is hidden from us."""

    post: msgspec.Raw = _NOTHING
    parent: "Node | None" = None
    replies: "list[Node] | None" = None


class _Line(msgspec.Struct, omit_defaults=True):
    """A post with its author's profile, or a post that is gone."""

    post: View | None = None
    profile: Profile | None = None
    gone: str | None = None
    at: str | None = None


_LINE = msgspec.json.Decoder(_Line)


def line_of(post: msgspec.Raw, profile: Profile | None) -> bytes:
    """Return the line of a post: as the network showed it, with its author's profile."""
    return msgspec.json.encode({"post": post, "profile": profile})


def line_of_gone(uri: str, at: str) -> bytes:
    """Return the line that says that a post is gone."""
    return msgspec.json.encode({"gone": uri, "at": at})


def flat(node: Node) -> list[msgspec.Raw]:
    """Return a thread's posts, from the first one above to the last reply below."""
    above: list[Node] = []
    parent = node.parent
    while parent is not None:
        above.append(parent)
        parent = parent.parent
    nodes, waiting = above[::-1], [node]
    while waiting:
        nodes.append(waiting.pop())
        waiting.extend(reversed(nodes[-1].replies or ()))
    return [each.post for each in nodes if each.post]


def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
    """Turn lines into a batch."""
    builder = BatchBuilder()
    for row, line in rows_of(raw, rows):
        try:
            _add(builder, row, _LINE.decode(line))
        except UNREADABLE as error:
            builder.reject(row, say("Not a notification we can read: {error}.", error=clip(str(error), 300)))
    return builder.build()


def _add(builder: BatchBuilder, row: int, line: _Line) -> None:
    """Add one line; ValueError where it makes no sense."""
    at = moment(line.post.at if line.post else line.at)
    if at is None:
        raise ValueError(say("it has no time"))
    if line.post is None:
        did, key = split_uri(line.gone or "")
        return builder.add(row, post_uri(did, key), at, Event.DELETE, author=did)
    view, profile = line.post, line.profile or line.post.author
    did, key = split_uri(view.uri)
    if view.author.did != did:
        raise ValueError(say("the post is not its author's"))
    return builder.add(
        row,
        view.uri,
        at,
        handle=view.author.handle or None,
        name=view.author.name,
        followers=profile.followers,
        follows=profile.follows,
        posts=profile.posts,
        joined_at=moment(profile.created_at or view.author.created_at),
        **columns(view.record, did, key, view.cid),
    )
