"""A heard post as triage sees it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class HeardPost:
    """What one workspace heard: the post, its author as they were then, and what was made of its wording."""

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
    parent: str
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


HEARD_FIELDS: Final = tuple(field.name for field in fields(HeardPost))
