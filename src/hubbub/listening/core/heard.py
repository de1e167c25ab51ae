"""Heard posts as pages look for them and show them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hubbub.kernel.errors import InvalidInput

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def us_of(at: datetime) -> int:
    """Return microseconds since 1970."""
    return (at - _EPOCH) // MICROSECOND


def at_us(us: int) -> datetime:
    """Return the moment so many microseconds after 1970."""
    return _EPOCH + us * MICROSECOND


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a list of posts from the latest to the earliest: go on after it."""

    said_us: int
    uri: str = ""  # "": before everything said at that moment

    def __str__(self) -> str:
        return f"{self.said_us}~{self.uri}"

    @classmethod
    def of(cls, text: str) -> "Mark":
        """Read what `str` made."""
        said, _, uri = text.partition("~")
        try:
            return cls(int(said), uri)
        except ValueError:
            raise InvalidInput(reason="This place in the list is not known; begin from the top.") from None


@dataclass(frozen=True, slots=True)
class Sought:
    """Which posts are looked for. What is left out does not matter."""

    since: datetime
    until: datetime
    topic: int = 0  # EVERY_POST
    channel: str = ""
    language: str = ""
    sentiment: int | None = None  # -1, 0, 1
    kind: int | None = None  # its place among the kinds
    author: str = ""  # the network's id of the account
    who: tuple[str, ...] = ()  # one of these said it: handles or ids, folded
    words: str = ""  # that the text holds, in this order
    uris: tuple[str, ...] = ()  # it is one of these


@dataclass(frozen=True, slots=True)
class HeardLine:
    """A heard post in a list."""

    uri: str
    said_at: datetime
    channel: str
    author: str
    handle: str
    name: str
    followers: int | None
    text: str
    language: str
    sentiment: int
    kinds: tuple[float, ...]  # likelihoods, in the order of kinds
    topics: tuple[int, ...]
    url: str
    media: int
    likeness: int  # the same for copies; 0: too short to tell
    edited: bool
    has_row: bool

    @property
    def mark(self) -> Mark:
        """Its place in the list."""
        return Mark(int(us_of(self.said_at)), self.uri)

    @classmethod
    def of(cls, row: dict[str, Any], *, edited: bool) -> "HeardLine":
        """Make one of a row of the archive."""
        return cls(
            uri=row["uri"],
            said_at=row["said_at"],
            channel=row["channel"],
            author=row["author"] or "",
            handle=row["handle"] or "",
            name=row["name"] or "",
            followers=row["followers"],
            text=row["text"],
            language=row["language"],
            sentiment=row["sentiment"],
            kinds=tuple(row["kinds"] or ()),
            topics=tuple(row["topics"]),
            url=row["url"] or "",
            media=row["media"] or 0,
            likeness=row["likeness"] or 0,
            edited=edited,
            has_row=row["has_row"],
        )


@dataclass(frozen=True, slots=True)
class HeardPage:
    """Some posts, the latest first."""

    posts: tuple[HeardLine, ...]
    after: Mark | None  # where the next page begins; None: there is no more
    looked_back_to: datetime | None = None  # where looking stopped because it took long; None: it did not
