"""Reads of trends: bursts, themes over time, and voices that rise."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log

from hubbub.accounts.core.access import Access, Permission
from hubbub.listening.core.bursts import swing_of
from hubbub.listening.core.digest import Digest, Voice, distinct, merged, unpacked
from hubbub.listening.core.span import Span
from hubbub.listening.models import EVERY_POST, BurstRow, DigestPart
from hubbub.listening.selectors import topic_names

ON = timedelta(minutes=20)
MOST_STEPS = 28
LEAST_FOLLOWERS = 20
LEAST_SWING = 0.25


@dataclass(frozen=True, slots=True)
class BurstLine:
    """A burst as a page shows it."""

    id: int
    topic: int
    name: str  # of the topic
    term: str  # "": the topic as a whole
    began_at: datetime
    seen_at: datetime
    posts: int
    minutes: int
    expected: float
    on: bool

    @property
    def times(self) -> float:
        """As many times the usual."""
        return self.posts / max(self.expected, 0.1)


def bursts(access: Access, now: datetime, *, days: int = 7, limit: int = 40) -> tuple[BurstLine, ...]:
    """Return the bursts of the last days, those that are on first, then the latest."""
    access.require(Permission.READ)
    names = topic_names(access.workspace)
    rows = BurstRow.objects.filter(workspace_id=access.workspace, seen_at__gt=now - timedelta(days=days))
    lines = [
        BurstLine(
            row.pk,
            row.topic,
            names[row.topic],
            row.term,
            row.began_at,
            row.seen_at,
            row.posts,
            row.minutes,
            row.expected,
            row.seen_at > now - ON,
        )
        for row in rows.order_by("-seen_at", "-pk")[: 4 * limit]
        if row.topic in names
    ]
    return tuple(sorted(lines, key=lambda line: (not line.on, -line.began_at.timestamp()))[:limit])


def bursting(access: Access, now: datetime) -> frozenset[int]:
    """Return the topics of which much more is said just now than is usual."""
    access.require(Permission.READ)
    rows = BurstRow.objects.filter(workspace_id=access.workspace, term="", seen_at__gt=now - ON)
    return frozenset(rows.values_list("topic", flat=True))


@dataclass(frozen=True, slots=True)
class Theme:
    """A word or tag over time."""

    term: str
    posts: int
    shares: tuple[float, ...]  # of each step's posts, in [0, 1]

    @property
    def most(self) -> float:
        """The highest share."""
        return max(self.shares, default=0.0)


def themes(access: Access, topic: int, span: Span, *, limit: int = 12) -> tuple[list[datetime], list[Theme]]:
    """Return the steps of a span, and words and tags whose share moved beyond chance, the most telling first."""
    access.require(Permission.READ)
    digests = _by_step(access, topic, span)
    steps = sorted(digests)
    whole = merged(digests.values())
    found: dict[str, tuple[float, Theme]] = {}
    for words in (False, True):
        for term in _telling(whole, digests, words=words):
            told = [digests[step] for step in steps]
            held = [(digest.words if words else digest.tags).get(term, 0) for digest in told]
            posts = [digest.sampled if words else digest.posts for digest in told]
            name = term if words else f"#{term}"
            shares = tuple(some / all_ if all_ else 0.0 for some, all_ in zip(held, posts, strict=True))
            swing = swing_of(held, posts)
            if swing >= LEAST_SWING:
                found[name] = (swing * log(1 + sum(held)), Theme(name, sum(held), shares))
    moved = sorted(found.values(), key=lambda each: (-each[0], each[1].term))
    return steps, [theme for _, theme in moved[:limit]]


def _by_step(access: Access, topic: int, span: Span) -> dict[datetime, Digest]:
    since, until = int(span.since.timestamp() // 3600), int(-(-span.until.timestamp() // 3600))
    parts = DigestPart.objects.filter(workspace_id=access.workspace, topic=topic, hour__gte=since, hour__lt=until)
    days = max(1, span.length.days // MOST_STEPS)
    found: dict[datetime, list[bytes]] = {}
    for hour, made in parts.values_list("hour", "made"):
        at = datetime.fromtimestamp(hour * 3600, span.zone).replace(hour=0)
        first = span.since.astimezone(span.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        step = first + timedelta(days=(at.date() - first.date()).days // days * days)
        found.setdefault(step, []).append(bytes(made))
    return {step: merged(map(unpacked, parts)) for step, parts in found.items()}


def _telling(whole: Digest, digests: dict[datetime, Digest], *, words: bool) -> list[str]:
    """Return words that some step has clearly more often than the whole, or the most frequent tags."""
    if not words:
        return [tag for tag, posts in list(whole.tags.items())[:15] if posts >= 5]
    found: dict[str, None] = {}
    for digest in digests.values():
        for each in distinct(digest, whole, 4):
            if each.posts >= 5:
                found[each.word] = None
    return list(found)[:60]


@dataclass(frozen=True, slots=True)
class Rising:
    """A voice whose audience and whose echo grow fast for its size."""

    author: str
    voice: Voice
    followers_before: int
    named: int  # posts that named it, in the span
    named_before: int  # as many days before
    score: float

    @property
    def growth(self) -> float:
        """How much its audience grew: 0.5 is half as many more."""
        return self.voice.followers / max(1, self.followers_before) - 1


def rising_voices(access: Access, topic: int, span: Span, *, limit: int = 8) -> list[Rising]:
    """Return who grows fastest for their size, in followers and in how often others name them.

    Growth of followers is taken against those they had, with 50 added to both, so that few do not shoot up; how often
    they are named likewise. Who lost followers and is named less is not rising.
    """
    access.require(Permission.READ)
    now, then = (_digest(access, topic or EVERY_POST, each) for each in (span, span.before))
    found = []
    for author, voice in now.voices.items():
        before = then.voices.get(author)
        if before is None or voice.followers < LEAST_FOLLOWERS:
            continue
        echo, echo_before = (_named(digest, author, voice) for digest in (now, then))
        audience = log((voice.followers + 50) / (before.followers + 50))
        echoed = log((echo + 3) / (echo_before + 3))
        score = audience + 0.5 * echoed
        if score > 0.05 and audience >= 0:
            found.append(Rising(author, voice, before.followers, echo, echo_before, score))
    return sorted(found, key=lambda each: (-each.score, each.author))[:limit]


def _named(digest: Digest, author: str, voice: Voice) -> int:
    """Return how many posts named somebody, whose network names accounts by id or by handle."""
    return sum(digest.named.get(name, 0) for name in {author.lower(), voice.handle.lower()} if name)


def _digest(access: Access, topic: int, span: Span) -> Digest:
    since, until = int(span.since.timestamp() // 3600), int(-(-span.until.timestamp() // 3600))
    parts = DigestPart.objects.filter(workspace_id=access.workspace, topic=topic, hour__gte=since, hour__lt=until)
    return merged(unpacked(made) for made in parts.values_list("made", flat=True))
