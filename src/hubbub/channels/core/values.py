"""What leaves the channels domain."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hubbub.channels.core.contract import Abilities
from hubbub.kernel.ids import ConnectionId, StreamId, WorkspaceId

SILENT_AFTER = timedelta(minutes=2)
HANDED_OVER = ("chat", "file", "generic", "webhook", "phone", "letter")
"""Kinds that somebody hands posts to; there is nothing to listen to."""

PLAIN_HANDLES = ("mail", "phone", "letter", "chat")
"""Channels whose handles are addresses or numbers, which nobody writes with an @."""

WITHOUT_SETTINGS = ("file", "generic", "phone", "letter")
"""Kinds that come to be by themselves, when something is handed over."""


class Health(StrEnum):
    """How a connection is doing."""

    LISTENING = "listening"
    STARTING = "starting"
    OFF = "off"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class ConnectionValue:
    """A connection as pages show it: never its secret."""

    id: ConnectionId
    workspace: WorkspaceId
    stream: StreamId | None
    kind: str
    connector: str
    label: str
    name: str
    config: Mapping[str, Any]
    public: str  # its name in addresses for strangers
    enabled: bool
    account: str
    handle: str
    account_name: str
    abilities: Abilities
    error: str
    error_at: datetime | None
    ok_at: datetime | None
    heard_at: datetime | None
    lines: int

    @property
    def health(self) -> Health:
        """In one word."""
        if not self.enabled:
            return Health.OFF
        if self.error:
            return Health.FAILING
        return Health.STARTING if self.ok_at is None else Health.LISTENING

    @property
    def handed_over(self) -> bool:
        """Whether posts are handed to it, so that there is nothing to listen to."""
        return self.kind in HANDED_OVER

    @property
    def can_change(self) -> bool:
        """Whether it has settings."""
        return self.kind not in WITHOUT_SETTINGS

    @property
    def answers_as(self) -> str:
        """As whom it answers; empty where it only hears."""
        if not (self.abilities.reply or self.abilities.private):
            return ""
        return handle_words(self.connector, self.handle) or self.name


def handle_words(channel: str, handle: str) -> str:
    """Return a handle as people write it on its channel.

    >>> handle_words("bluesky", "jo.example.org"), handle_words("mail", "jo@example.org")
    ('@jo.example.org', 'jo@example.org')
    """
    return f"@{handle}" if handle and channel not in PLAIN_HANDLES else handle


@dataclass(frozen=True, slots=True)
class TroubleValue:
    """A time in which a connection could not hear."""

    words: str
    began_at: datetime
    ended_at: datetime | None  # None: it goes on


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One workspace's ear on a stream."""

    workspace: WorkspaceId
    connection: ConnectionId
    own: frozenset[str]  # ids and folded handles of the workspace's own accounts


@dataclass(frozen=True, slots=True)
class StreamValue:
    """A stream with all the listener needs to hear it. The secret is in memory only."""

    id: StreamId
    scope: str
    kind: str
    cursor: Any
    next_segment: int
    config: Mapping[str, Any]
    secret: Mapping[str, Any] = field(repr=False)
    connections: tuple[ConnectionId, ...] = ()
    language: str = "en"  # of what is noted about it


@dataclass(frozen=True, slots=True)
class QuarantinedLine:
    """A line that could not be parsed, as a page shows it."""

    id: int
    stream: str
    reason: str
    raw: str
    size: int
    at: datetime
    again_at: datetime | None  # when it was last read again
    whole: bool  # too long a line is kept only in part, and can't be read again
    own: bool  # nobody else hears its stream


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A line that could not be parsed, to be read again."""

    id: int
    stream: StreamId
    scope: str
    kind: str
    raw: bytes
    whole: bool
    own: bool


@dataclass(frozen=True, slots=True)
class HookValue:
    """A webhook's way in. The keys are in memory only."""

    connection: ConnectionId
    workspace: WorkspaceId
    stream: StreamId
    source: str
    name: str
    enabled: bool
    keys: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class CallValue:
    """A signed call that came in, as a page shows it."""

    at: datetime
    delivery: str
    status: int
    words: str
