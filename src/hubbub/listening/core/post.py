"""A heard post as triage sees it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple


class HeardPost(NamedTuple):
    """What one workspace heard: the post, its author as they were then, and what was made of its wording.

    A tuple, since thousands a second are made; a frozen dataclass of so many fields takes ten times as long.
    """

    id: int
    uri: str
    channel: str
    said_at: datetime
    arrived_at: datetime
    author: str
    handle: str
    name: str
    followers: int | None
    follows: int | None
    posts: int | None
    reactions: float | None
    joined_at: datetime | None
    text: str
    lang: str
    details: str
    parent: str
    parent_author: str
    root: str
    repost_of: str
    private: bool
    to_us: bool
    ours: bool
    historical: bool
    topics: Sequence[int]
    reading: Sequence[Any] | None
    edited_at: datetime | None
    deleted_at: datetime | None
    corrected: Mapping[str, str] | None


HEARD_FIELDS: Final = HeardPost._fields
