"""Alerts: what somebody wants to be told of at once, how it is said, and when they may be told.

A rule of counts (a burst, so many posts, so many cold ones) raises one alert for as long as it goes on. A rule of posts
(by somebody with many followers, by somebody named) tells of the first post at once, and of those that follow together.
So a storm of posts is never a storm of messages.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import regex

from hubbub.kernel.batch import Event
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import figure, mark, say, say_many
from hubbub.kernel.text import clip, is_web_address
from hubbub.listening.core.comparison import interval
from hubbub.listening.core.lists import holds, said_by

MINUTES: Final = {
    10: mark("10 minutes"), 30: mark("30 minutes"), 60: mark("an hour"), 360: mark("6 hours"), 1440: mark("a day"),
}  # fmt: skip
PAUSES: Final = {15: mark("15 minutes"), 60: mark("an hour"), 240: mark("4 hours"), 1440: mark("a day")}
MOST_MAILS: Final = 20
LEAST_COLD: Final = 10
"""Cold posts below this number are no mood yet."""
_MAIL = regex.compile(r"[^\s@,;<>\"]{1,64}@[^\s@,;<>\"]{1,190}\.[^\s@,;<>\".]{2,63}")


class Kind(StrEnum):
    """What a rule looks for."""

    BURST = "burst"
    VOLUME = "volume"
    MOOD = "mood"
    REACH = "reach"
    PERSON = "person"

    @property
    def words(self) -> str:
        """As a form offers it."""
        return say(_KINDS[self])

    @property
    def of_posts(self) -> bool:
        """Whether single posts raise it, not counts."""
        return self in (Kind.REACH, Kind.PERSON)


_KINDS: Final = {
    Kind.BURST: mark("Much more is said than usual"),
    Kind.VOLUME: mark("So many posts or more"),
    Kind.MOOD: mark("So many of a hundred posts are cold"),
    Kind.REACH: mark("Somebody with many followers speaks"),
    Kind.PERSON: mark("Somebody named speaks"),
}


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the day in which nobody is told by mail or webhook."""

    since: time
    until: time

    def ends(self, at: datetime, zone: ZoneInfo) -> datetime:
        """Return when one may be told of something: at once, or when the quiet hours end.

        >>> night = Quiet(time(22), time(7))
        >>> night.ends(datetime(2026, 11, 30, 23, 30, tzinfo=ZoneInfo("UTC")), ZoneInfo("UTC")).isoformat()
        '2026-12-01T07:00:00+00:00'
        """
        local = at.astimezone(zone)
        clock = local.time()
        over_night = self.since > self.until
        inside = (clock >= self.since or clock < self.until) if over_night else self.since <= clock < self.until
        if not inside:
            return at
        day = local.date() + timedelta(days=int(over_night and clock >= self.since))
        return datetime.combine(day, self.until, zone)


@dataclass(frozen=True, slots=True)
class Rule:
    """What somebody wants to be told of, and how."""

    id: int
    workspace: int
    name: str
    kind: Kind
    topic: int = 0  # EVERY_POST
    at_least: int = 0  # posts; of a hundred; followers
    minutes: int = 30  # in which they are counted
    who: tuple[str, ...] = ()  # handles or ids, folded
    inbox: bool = True
    mails: tuple[str, ...] = ()
    webhook: str = ""
    quiet: Quiet | None = None
    pause: timedelta = timedelta(hours=1)  # nothing new for so long ends an alert
    enabled: bool = True


def checked(rule: Rule) -> Rule:
    """Return a rule as it can be kept; InvalidInput says what to mend."""
    name = " ".join(rule.name.split())
    if not name or len(name) > 80:
        raise InvalidInput(reason="Give the rule a name of at most 80 characters.")
    if rule.kind is Kind.VOLUME and rule.at_least < 1:
        raise InvalidInput(reason="Say from how many posts on: a whole number above 0.")
    if rule.kind is Kind.MOOD and not 1 <= rule.at_least <= 99:
        raise InvalidInput(reason="Say how many of a hundred posts: a whole number from 1 to 99.")
    if rule.kind is Kind.REACH and rule.at_least < 1:
        raise InvalidInput(reason="Say from how many followers on: a whole number above 0.")
    if rule.kind is Kind.PERSON and not rule.who:
        raise InvalidInput(reason="Name at least one account, as @name.")
    if rule.minutes not in MINUTES or rule.pause // timedelta(minutes=1) not in PAUSES:
        raise InvalidInput(reason="Choose one of the times that are offered.")
    if rule.quiet is not None and rule.quiet.since == rule.quiet.until:
        raise InvalidInput(reason="Quiet hours end at another time than they begin.")
    if not (rule.inbox or rule.mails or rule.webhook):
        raise InvalidInput(reason="Choose at least one way to be told.")
    return replace(rule, name=name)


def checked_mails(given: str) -> tuple[str, ...]:
    """Read addresses, one a line or with commas between; InvalidInput says which can't be one.

    >>> checked_mails("mia@acme.example; Bob@acme.example mia@acme.example")
    ('mia@acme.example', 'bob@acme.example')
    """
    found = regex.split(r"[\s,;]+", given.strip().lower()) if given.strip() else []
    for each in found:
        if not _MAIL.fullmatch(each):
            raise InvalidInput(reason=say("{address!r} is no mail address.", address=each[:60]))
    mails = tuple(dict.fromkeys(found))
    if len(mails) > MOST_MAILS:
        raise InvalidInput(
            reason=say("{most} addresses at the most; these are {number}.", most=MOST_MAILS, number=len(mails))
        )
    return mails


def checked_webhook(given: str) -> str:
    """Read an address that is posted to; InvalidInput says what to mend."""
    given = given.strip()
    if given and not is_web_address(given):
        raise InvalidInput(reason="Give the webhook like https://example.org/hubbub, without a password in it.")
    return given


def shown_webhook(address: str) -> str:
    """Return what everybody may see of a webhook: where it is, not the secret that its address often is.

    >>> shown_webhook("https://hooks.example.org/T0/secret?key=x")
    'https://hooks.example.org/…'
    """
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}/…" if parts.netloc else ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found."""

    posts: int
    minutes: int = 0
    expected: float = 0.0  # a burst: posts that were usual
    cold: int = 0
    first: "Quoted | None" = None  # the post that is read by most

    def as_facts(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self) | {"first": self.first.as_facts() if self.first else None}

    @classmethod
    def of(cls, facts: dict[str, Any]) -> "Finding":
        """Read what `as_facts` made."""
        return cls(**{**facts, "first": Quoted.of(facts["first"]) if facts["first"] else None})

    def worse_than(self, other: "Finding") -> bool:
        """Whether this is the one to tell of."""
        return (self.cold, self.posts) > (other.cold, other.posts)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A post an alert tells of."""

    uri: str
    channel: str
    author: str
    handle: str
    name: str
    followers: int | None
    text: str
    url: str
    said_at: datetime

    def as_facts(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self) | {"said_at": self.said_at.isoformat()}

    @classmethod
    def of(cls, facts: dict[str, Any]) -> "Quoted":
        """Read what `as_facts` made."""
        return cls(**{**facts, "said_at": datetime.fromisoformat(facts["said_at"])})


def is_cold(cold: int, posts: int, of_a_hundred: int) -> bool:
    """Say whether surely more than a share of posts are cold: few posts tell little.

    >>> is_cold(15, 20, 40), is_cold(3, 4, 40), is_cold(9, 20, 40)
    (True, False, False)
    """
    return cold >= LEAST_COLD and interval(cold, posts).low >= of_a_hundred / 100


def spoken(table: pa.Table, rule: Rule, since: datetime) -> Finding | None:
    """Return what a rule of posts finds in a segment: public ones, new, not our own, said after a moment."""
    said = table.column("said_at")
    mask = pc.and_(pc.equal(table.column("event"), int(Event.CREATE)), pc.invert(table.column("private")))
    mask = pc.and_(mask, pc.invert(table.column("ours")))
    mask = pc.and_(mask, pc.equal(table.column("workspace"), rule.workspace))
    mask = pc.and_(mask, pc.greater_equal(said, pa.scalar(since, said.type)))
    if rule.topic:
        mask = pc.and_(mask, holds(table.column("topics"), rule.topic))
    if rule.kind is Kind.REACH:
        mask = pc.and_(mask, pc.greater_equal(table.column("followers"), rule.at_least))
    else:
        mask = pc.and_(mask, said_by(table.column("handle"), table.column("author"), rule.who))
    found = table.filter(mask)
    if not found.num_rows:
        return None
    read_by = found.column("followers").fill_null(-1)
    most = pc.index(read_by, pc.max(read_by)).as_py()
    return Finding(found.num_rows, first=_quoted(found.slice(most, 1).to_pylist()[0]))


COLUMNS: Final = (
    "event", "private", "ours", "workspace", "said_at", "topics", "followers", "channel", "handle", "author", "name",
    "text", "uri", "url",
)  # fmt: skip
"""What `spoken` looks at."""


def _quoted(row: dict[str, Any]) -> Quoted:
    return Quoted(
        uri=row["uri"],
        channel=row["channel"],
        author=row["author"] or "",
        handle=row["handle"] or "",
        name=row["name"] or "",
        followers=row["followers"],
        text=clip(row["text"] or "", 500),
        url=row["url"] or "",
        said_at=row["said_at"],
    )


@dataclass(frozen=True, slots=True)
class Alert:
    """Something a rule told of."""

    id: int
    rule: str
    kind: Kind
    topic: int
    topic_name: str  # "": all that was heard
    at: datetime
    last_at: datetime
    finding: Finding
    on: bool = False

    @property
    def headline(self) -> str:
        """Return what happened, in a sentence without a name of the rule."""
        found, about = self.finding, self.topic_name or say("All that is heard")
        facts = {"about": about, "posts": found.posts, "within": within(found.minutes)}
        match self.kind:
            case Kind.BURST:
                more = found.posts / max(found.expected, 0.1)
                times = figure(more, ",.1f" if more < 10 else ",.0f")
                return say("{about}: {posts:,} posts {within}, {times} times the usual.", **facts, times=times)
            case Kind.VOLUME:
                return say("{about}: {posts:,} posts {within}.", **facts)
            case Kind.MOOD:
                return say("{about}: {cold:,} of {posts:,} posts {within} are cold.", **facts, cold=found.cold)
            case _:
                return self._spoke(found, about)

    def _spoke(self, found: Finding, about: str) -> str:
        post = found.first
        if post is None:
            return say("{about}: {posts:,} posts.", about=about, posts=found.posts)
        who = f"@{post.handle}" if post.handle else post.name or say("Somebody")
        facts = {"who": who, "about": self.topic_name or say("something heard"), "text": clip(post.text, 140)}
        if post.followers:
            said = say("{who}, {followers:,} followers, on {about}: “{text}”", **facts, followers=post.followers)
        else:
            said = say("{who} on {about}: “{text}”", **facts)
        return f"{said} {say('And {posts:,} more.', posts=found.posts - 1)}" if found.posts > 1 else said


def within(minutes: int) -> str:
    """Name a number of minutes in which something was said, as people do.

    >>> within(5), within(60), within(360)
    ('in 5 minutes', 'in an hour', 'in 6 hours')
    """
    if minutes == 60:
        return say("in an hour")
    if minutes == 1440:
        return say("in a day")
    if minutes % 60 == 0 and minutes:
        return say_many("in {number} hour", "in {number} hours", minutes // 60)
    return say_many("in {number} minute", "in {number} minutes", minutes)


def together(alerts: Sequence[Alert]) -> str:
    """Return the subject of a message about some alerts."""
    first = clip(alerts[0].headline, 120)
    return first if len(alerts) == 1 else say("{number} alerts: {first}", number=len(alerts), first=first)
