"""Events: something that takes place, followed before, while and after."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import regex

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.ids import TopicId
from hubbub.kernel.speech import say
from hubbub.listening.core.span import Span

MOST_ACCOUNTS = 40
LONGEST = timedelta(days=60)
BY_MINUTE, BY_HOUR = timedelta(hours=4), timedelta(days=5)
"""Up to so long an event is looked at by the minute, by the hour."""
LIVELY_AFTER = timedelta(hours=3)
"""So long after its end an event's page goes on by itself, and the accounts are asked about."""
_ACCOUNT = regex.compile(r"[\w.\-:]{1,200}")  # a handle, or the network's own id of an account
SILENT_AFTER = timedelta(days=30)


class Phase(StrEnum):
    """Where an event stands."""

    AHEAD = "ahead"
    ON = "on"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class EventAccount:
    """An account whose part in an event is looked at, with what the network says of it."""

    handle: str  # without @
    topic: TopicId  # what it says of the event is counted as this topic
    name: str = ""
    followers: int | None = None
    posts: int | None = None  # in all its life, as the network counts; None: nobody could tell
    last_post_at: datetime | None = None
    asked_at: datetime | None = None  # None: the network was not asked yet
    found: bool = True  # whether the network knows it

    def silence(self, now: datetime) -> str:
        """Say how silent it is, in words; "" where it is not, or nobody can tell.

        >>> from datetime import UTC
        >>> at = datetime(2012, 6, 30, tzinfo=UTC)
        >>> EventAccount("canon", TopicId(1), posts=0, asked_at=at).silence(at)
        'has never posted'
        >>> EventAccount("canon", TopicId(1), posts=9, last_post_at=datetime(2012, 3, 3, tzinfo=UTC), asked_at=at
        ...     ).silence(at)
        'nothing since March'
        """
        if self.asked_at is None:
            return ""
        if not self.found:
            return say("is not on a network we are connected to")
        if self.posts == 0:
            return say("has never posted")
        if self.last_post_at is None or now - self.last_post_at < SILENT_AFTER:
            return ""
        last = self.last_post_at
        if now - last < timedelta(days=300):
            return say("nothing since {last:%B}", last=last)
        return say("nothing since {last:%B %Y}", last=last)


@dataclass(frozen=True, slots=True)
class EventValue:
    """An event as pages see it."""

    id: int
    name: str
    topic: TopicId
    query: str
    since: datetime
    until: datetime
    accounts: tuple[EventAccount, ...] = ()

    def phase(self, now: datetime) -> Phase:
        """Where it stands."""
        return Phase.AHEAD if now < self.since else Phase.ON if now < self.until else Phase.OVER

    def lively(self, now: datetime) -> bool:
        """Whether its figures still move."""
        return self.since - LIVELY_AFTER <= now < self.until + LIVELY_AFTER

    def spans(self, now: datetime, zone: ZoneInfo) -> "EventSpans":
        """Return its times, as far as they have come."""
        until = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
        length = self.until - self.since
        step = "minute" if length <= BY_MINUTE else "hour" if length <= BY_HOUR else "day"

        def span(first: datetime, last: datetime) -> Span | None:
            return Span(first, min(last, until), zone, finest=step) if until > first else None

        return EventSpans(
            span(self.since - length, self.until + length),
            span(self.since - length, self.since),
            span(self.since, self.until),
            span(self.until, self.until + length),
        )


@dataclass(frozen=True, slots=True)
class EventSpans:
    """The times of an event; None: they have not come yet."""

    whole: Span | None
    before: Span | None  # as long as the event
    during: Span | None
    after: Span | None  # as long as the event


def checked_window(since: datetime, until: datetime) -> None:
    """Raise InvalidInput, which says what to mend, unless something can take place between two moments."""
    if until <= since:
        raise InvalidInput(reason="The event ends before it begins; mend its times.")
    if until - since > LONGEST:
        raise InvalidInput(reason="An event takes sixty days at the most; a topic shows longer times.")


def checked_accounts(given: str) -> tuple[str, ...]:
    """Read accounts, one a line or with commas between; InvalidInput says which can't be one.

    >>> checked_accounts("@CanonUKandIE, adidas.example @canonukandie")
    ('canonukandie', 'adidas.example')
    """
    found = []
    for each in given.replace(",", " ").split():
        name = each.lstrip("@").casefold()
        if not _ACCOUNT.fullmatch(name):
            raise InvalidInput(reason=say("{account!r} is no account; write it as @name.", account=each[:40]))
        found.append(name)
    names = tuple(dict.fromkeys(found))
    if len(names) > MOST_ACCOUNTS:
        raise InvalidInput(
            reason=say("{most} accounts at the most; these are {number}.", most=MOST_ACCOUNTS, number=len(names))
        )
    return names
