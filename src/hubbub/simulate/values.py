"""What the network holds and says: accounts, posts, messages, events, and the records of its log."""

from datetime import datetime
from typing import Literal

import msgspec


class Author(msgspec.Struct, frozen=True, gc=False):
    """An account as it stood when it spoke."""

    handle: str
    name: str
    followers: int
    follows: int
    posts: int
    reactions: float
    joined_at: datetime


class Account(msgspec.Struct, frozen=True, gc=False):
    """A profile. `reactions` is how many reactions of others an own post gets, on average."""

    handle: str
    name: str
    bio: str
    followers: int
    follows: int
    posts: int
    reactions: float
    joined_at: datetime
    url: str

    def author(self) -> Author:
        """Return the snapshot that goes with a post."""
        return Author(self.handle, self.name, self.followers, self.follows, self.posts, self.reactions, self.joined_at)


class Attachment(msgspec.Struct, frozen=True):
    """A file of a post or message: it was put to the network before, and has its key."""

    key: str
    name: str
    type: str = ""
    size: int = 0
    alt: str = ""


class Post(msgspec.Struct, frozen=True):
    """A public post. `parent`, `root` and `repost_of` are uris, `parent_author` is a handle."""

    id: str
    uri: str
    url: str
    author: Author
    created_at: datetime
    edited_at: datetime | None
    text: str
    lang: str | None
    parent: str | None
    root: str | None
    parent_author: str | None
    mentions: tuple[str, ...]
    links: tuple[str, ...]
    media: int
    repost_of: str | None
    files: tuple[Attachment, ...] = ()


class Message(msgspec.Struct, frozen=True):
    """A private message; `conversation` is one uri for everything two accounts say to each other."""

    id: str
    uri: str
    conversation: str
    author: Author
    to: str
    created_at: datetime
    text: str
    lang: str | None
    files: tuple[Attachment, ...] = ()


class Event(msgspec.Struct, frozen=True):
    """Something that happened. `seq` counts from 1 without a gap; a deleted post comes without its text."""

    seq: int
    type: Literal["post", "edit", "delete", "message"]
    at: datetime
    post: Post | None = None
    message: Message | None = None


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a caller may say about an account that does not exist yet."""

    name: str = ""
    bio: str = ""
    followers: int = 0
    follows: int = 0
    posts: int = 0
    reactions: float = 0.0
    joined_at: datetime | None = None


class Run(msgspec.Struct, frozen=True):
    """The world's clock began to run at `at` with `world_s` seconds on it; it stands while the network is off."""

    at: datetime
    world_s: float
    speed: float


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the log: how it began, a run, a new account, or an event."""

    born: datetime | None = None
    network: str | None = None
    run: Run | None = None
    account: Account | None = None
    event: Event | None = None
