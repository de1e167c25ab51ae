"""Reads of the past of topics: counts from the roll-ups, exact to the second; people and words from digests."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db.models import F, OuterRef, Subquery, Sum

from hubbub.accounts.core.access import Access, Permission
from hubbub.infra import identities
from hubbub.infra.places import Places
from hubbub.listening.core import sketch
from hubbub.listening.core.digest import Digest, Top, merged, unpacked
from hubbub.listening.core.span import HOUR, Span, usual
from hubbub.listening.core.topics import TopicLine
from hubbub.listening.core.volume import Mood, Volume, volume
from hubbub.listening.models import EVERY_POST, DigestPart, HourRollup, Post, RolledUp, Rollup, Segment, Topic
from hubbub.listening.selectors import topics

Cell = tuple[datetime, str, str, int, int]
QUARTER = 15  # minutes: every zone's hours begin at one


def volume_of(access: Access, topic: int, span: Span) -> Volume:
    """Return the counts of a topic, or of EVERY_POST."""
    access.require(Permission.READ)
    return volume(span, _cells(access.workspace, topic, span))


def volume_before(access: Access, topic: int, span: Span) -> Volume:
    """Return the counts of the time before, to compare with: none where it was not listened to from its beginning."""
    before = span.before
    known = remembers(access, before.since + before.length / 20, topic)
    return volume(before, _cells(access.workspace, topic, before) if known else ())


def posts_of(access: Access, topics: Iterable[int] | None, span: Span) -> dict[int, Mood]:
    """Return how many cold, neutral and warm posts some topics had, or all that had any (None)."""
    access.require(Permission.READ)
    found = {topic: [0, 0, 0] for topic in topics or ()}
    for table, unit, since, until in _stretches(span):
        cells = table.objects.filter(workspace_id=access.workspace, **{f"{unit}__gte": since, f"{unit}__lt": until})
        if topics is not None:
            cells = cells.filter(topic__in=list(found))
        for topic, sentiment, posts in cells.values_list("topic", "sentiment").annotate(n=Sum("posts")):
            found.setdefault(topic, [0, 0, 0])[sentiment + 1] += posts
    return {topic: (moods[0], moods[1], moods[2]) for topic, moods in found.items()}


def topic_lines(access: Access, now: datetime) -> tuple[TopicLine, ...]:
    """Return the workspace's topics, with how much was heard of each in the last hour and day."""
    latest = Rollup.objects.filter(workspace_id=access.workspace, topic=OuterRef("pk")).order_by("-minute")
    rows = Topic.objects.filter(workspace_id=access.workspace).annotate(last=Subquery(latest.values("minute")[:1]))
    last = dict(rows.values_list("pk", "last"))
    hour, day = (posts_of(access, None, usual(name, now, ZoneInfo("UTC"))) for name in ("hour", "day"))
    return tuple(
        TopicLine(
            value,
            sum(hour.get(value.id, (0, 0, 0))),
            sum(day.get(value.id, (0, 0, 0))),
            datetime.fromtimestamp(last[value.id] * 60, UTC) if last.get(value.id) else None,
        )
        for value in topics(access)
    )


def _stretches(span: Span) -> Iterator[tuple[type[Rollup] | type[HourRollup], str, int, int]]:
    """Yield where the cells of a span stand: in hours where these were added up, and the span asks no finer."""
    since, until = int(span.since.timestamp() // 60), int(-(-span.until.timestamp() // 60))
    settled = (RolledUp.objects.values_list("hour", flat=True).first() or 0) * 60
    whole = -(-since // 60) * 60  # the first full hour
    turn = max(whole, min(settled, until // 60 * 60))
    if span.step == "minute" or turn <= whole:
        yield Rollup, "minute", since, until
        return
    if since < whole:
        yield Rollup, "minute", since, whole
    yield HourRollup, "hour", whole // 60, turn // 60
    if turn < until:
        yield Rollup, "minute", turn, until


def _cells(workspace: int, topic: int, span: Span) -> Iterator[Cell]:
    """Yield the cells of a span, no finer than needed."""
    for table, unit, since, until in _stretches(span):
        cells = table.objects.filter(workspace_id=workspace, topic=topic)
        cells = cells.filter(**{f"{unit}__gte": since, f"{unit}__lt": until})
        step = 1 if unit == "hour" or span.step == "minute" else QUARTER
        told = cells.annotate(at=F(unit) / step * step).values_list("at", "channel", "lang", "sentiment")
        seconds = 3600 if unit == "hour" else 60
        for at, channel, lang, sentiment, posts in told.annotate(n=Sum("posts")):
            yield datetime.fromtimestamp(at * seconds, UTC), channel, lang, sentiment, posts


def authors_of(access: Access, topic: int, span: Span) -> int:
    """Return how many different authors a topic had, within 2 %; for spans up to some days."""
    access.require(Permission.READ)
    since, until = int(span.since.timestamp() // 60), int(-(-span.until.timestamp() // 60))
    cells = Rollup.objects.filter(workspace_id=access.workspace, topic=topic, minute__gte=since, minute__lt=until)
    return sketch.count(bytes(each) for each in cells.values_list("authors", flat=True).iterator())


def digest_of(access: Access, topic: int, span: Span) -> Digest:
    """Return what a topic comes to in a span, of what is in the archive: to the hour, for older spans to the day."""
    access.require(Permission.READ)
    since, until = int(span.since.timestamp() // 3600), int(-(-span.until.timestamp() // 3600))
    parts = DigestPart.objects.filter(workspace_id=access.workspace, topic=topic, hour__lt=until)
    parts = parts.filter(hour__gt=since - F("hours"))
    return merged(unpacked(made) for made in parts.values_list("made", flat=True))


def tops_of(access: Access, topic: int, digest: Digest, places: Places, *, limit: int = 10) -> tuple[Top, ...]:
    """Return the posts of a topic's digest that still stand, and still belong to it."""
    access.require(Permission.READ)
    uris = [top.uri for top in digest.tops]
    keys = identities.keys_of([access.workspace] * len(uris), uris)
    known = identities.at(places.identities).known(keys)
    rows = Post.objects.filter(workspace_id=access.workspace, uri__among=frozenset(uris))
    told = rows.values_list("uri", "topics", "deleted_at")
    gone = {uri for uri, topics, deleted_at in told if deleted_at or (topic and topic not in topics)}
    for uri, key in zip(uris, keys, strict=True):
        if (cell := known.get(key)) is not None and (
            cell.gone or (topic and not cell.row and topic not in cell.topics)
        ):
            gone.add(uri)
    return tuple(top for top in digest.tops if top.uri not in gone)[:limit]


def digested_until(access: Access) -> datetime | None:
    """Return since when posts wait for the archive, and are in no digest yet; None: none waits."""
    access.require(Permission.READ)
    waiting = Segment.objects.filter(archived_at__isnull=True, stream__connections__workspace_id=access.workspace)
    oldest: datetime | None = waiting.order_by("id").values_list("committed_at", flat=True).first()
    return oldest


def remembers(access: Access, before: datetime, topic: int = EVERY_POST) -> bool:
    """Whether anything is known of the time before a moment."""
    access.require(Permission.READ)
    cells = Rollup.objects.filter(workspace_id=access.workspace, topic=topic)
    return cells.filter(minute__lt=int(before.timestamp() // 60), posts__gt=0).exists()


SHORT = 48 * HOUR
"""Spans up to this have their authors from the minute roll-ups, up to the present."""
