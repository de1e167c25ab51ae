"""Reads of the listening domain."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, Sum

from hubbub.accounts.core.access import Access, Permission
from hubbub.infra import db
from hubbub.infra.identities import Counted
from hubbub.infra.memory import recall, remembered
from hubbub.kernel.details import details_of
from hubbub.kernel.errors import NotFound
from hubbub.kernel.ids import StreamId, TopicId, WorkspaceId
from hubbub.kernel.text import clip
from hubbub.listening.core.post import HEARD_FIELDS, HeardPost
from hubbub.listening.core.topics import TopicClass, TopicValue
from hubbub.listening.models import EVERY_POST, Post, Rollup, Segment, Tombstone, Topic

PACED, PACED_AMONG = 200, 20_000  # posts whose way here is looked at, among the newest of all


def _value(row: Topic) -> TopicValue:
    return TopicValue(
        TopicId(row.pk), WorkspaceId(row.workspace_id), row.name, TopicClass(row.klass), row.query, row.enabled
    )


def topics(access: Access) -> tuple[TopicValue, ...]:
    """Return the workspace's topics, by name; those that are an event's own are not among them."""
    access.require(Permission.READ)
    rows = Topic.objects.filter(workspace_id=access.workspace, event_account=None).order_by("name")
    return tuple(map(_value, rows))


@remembered
def topic_names(workspace: int) -> dict[int, str]:
    """Return the names of a workspace's topics, in their order; an event's own are not among them."""
    rows = Topic.objects.filter(workspace_id=workspace, event_account=None).order_by("name")
    return dict(rows.values_list("pk", "name"))


def topic(access: Access, topic_id: int) -> TopicValue:
    """Return one topic."""
    access.require(Permission.READ)
    row = Topic.objects.filter(workspace_id=access.workspace, pk=topic_id).first()
    if row is None:
        raise NotFound(what="topic", which=topic_id)
    return _value(row)


def all_topics() -> tuple[TopicValue, ...]:
    """Return every enabled topic of every workspace, for the one matcher."""
    return tuple(_value(row) for row in Topic.objects.filter(enabled=True).order_by("pk"))


def heard_by_minute(access: Access, now: datetime, minutes: int = 60) -> tuple[int, ...]:
    """Return how many posts each of the last minutes had, oldest first, whatever the topic."""
    access.require(Permission.READ)
    last = int(now.timestamp() // 60)
    rows = (
        Rollup.objects.filter(workspace_id=access.workspace, topic=EVERY_POST, minute__gt=last - minutes)
        .values_list("minute")
        .annotate(n=Sum("posts"))
    )
    found = dict(rows)
    return tuple(found.get(minute, 0) for minute in range(last - minutes + 1, last + 1))


def heard_since(workspace: int, topic: int) -> datetime | None:
    """Return when a topic was first heard of, to the minute; None where it never was."""
    rows = Rollup.objects.filter(workspace_id=workspace, topic=topic)
    minute = rows.order_by("minute").values_list("minute", flat=True).first()
    return None if minute is None else datetime.fromtimestamp(minute * 60, UTC)


def heard_count(workspace: WorkspaceId | None = None) -> int:
    """Return how many posts were heard and stored, in all or by one workspace."""
    if workspace is None:
        return Segment.objects.aggregate(n=Sum("posts"))["n"] or 0
    return Rollup.objects.filter(workspace_id=workspace, topic=EVERY_POST).aggregate(n=Sum("posts"))["n"] or 0


def shed_lately(access: Access, now: datetime) -> int:
    """Return how many posts found no row in the last hour because the budget was spent."""
    access.require(Permission.READ)
    return recall(access.workspace, "shed", lambda: _shed_since(access.workspace, now - timedelta(hours=1)))


def _shed_since(workspace: int, since: datetime) -> int:
    lately = Segment.objects.filter(committed_at__gt=since, stream__connections__workspace_id=workspace)
    shed = Segment.objects.filter(pk__in=lately.values("pk")).aggregate(all=Sum("shed"))["all"]
    return shed or 0


def known_rows(workspaces: Iterable[int], uris: Sequence[str]) -> dict[tuple[int, str], Post]:
    """Return the rows of posts that are known already, by workspace and uri. For the ingest flow."""
    there = [pk for (pk,) in db.of_uris(Post, ("id",), workspaces, uris)]
    rows = Post.objects.filter(pk__among=there).defer("text", "ref", "details") if there else ()
    return {(row.workspace_id, row.uri): row for row in rows}


def rows_said_before(workspace: int, before: datetime, *, after: int, limit: int) -> list[int]:
    """Return rows of posts that were said before a moment and that triage has seen, in the order of their numbers."""
    rows = Post.objects.filter(workspace_id=workspace, said_at__lt=before, pending=False, pk__gt=after)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def rows_by(workspace: int, author: str, handle: str) -> list[tuple[str, str, str, str, str]]:
    """Return channel, author, handle, name and uri of the rows of whoever has this id or handle."""
    rows = Post.objects.filter(Q(author=author) | Q(handle__iexact=handle), workspace_id=workspace)
    return list(rows.values_list("channel", "author", "handle", "name", "uri"))


def row_ids_by(workspace: int, channel: str, author: str) -> list[int]:
    """Return the rows of what an account said."""
    rows = Post.objects.filter(workspace_id=workspace, channel=channel, author=author)
    return list(rows.values_list("pk", flat=True))


def files_of(posts: Iterable[int]) -> set[str]:
    """Return the refs of the files that came with posts."""
    told = Post.objects.filter(pk__among=frozenset(posts)).exclude(details="").values_list("details", flat=True)
    return {file.ref for details in told for file in details_of(details).files}


def files_in_use() -> set[str]:
    """Return the keys of the files that are kept here for posts: scans of letters, of all workspaces."""
    rows = Post.objects.filter(channel="letter").exclude(details="").values_list("details", flat=True)
    return {file.ref for details in rows.iterator() for file in details_of(details).files}


def buried(workspaces: Iterable[int], uris: Sequence[str]) -> frozenset[tuple[int, str]]:
    """Return the posts whose delete came before their create, by workspace and uri."""
    return frozenset(db.of_uris(Tombstone, ("workspace_id", "uri"), workspaces, uris))


def counted_of(row: Post) -> Counted | None:
    """Return the roll-up cell a row was counted in."""
    if row.counted is None:
        return None
    minute, channel, lang, sentiment, topic_ids = row.counted
    return Counted(minute, channel, lang, sentiment, tuple(topic_ids))


def without_author(stream: StreamId) -> tuple[tuple[int, str], ...]:
    """Return (post, author) of waiting posts whose author is known by id only."""
    rows = Post.objects.filter(pending=True, stream_id=stream, handle="").exclude(author="")
    return tuple(rows.order_by("id").values_list("pk", "author")[:25])


@dataclass(frozen=True, slots=True)
class Pace:
    """How quickly a connection's posts came here: seconds from the network's clock to ours."""

    posts: int  # that were looked at
    half_s: float  # half came quicker
    most_s: float  # 95 of a hundred came quicker


def pace(access: Access, connection: int, since: datetime) -> Pace | None:
    """Return how quickly the latest posts of a connection came here; None where there were none."""
    access.require(Permission.READ)
    newest = Post.objects.order_by("-id").values_list("pk", flat=True).first() or 0
    rows = Post.objects.filter(workspace_id=access.workspace, connection_id=connection, historical=False)
    rows = rows.filter(pk__gt=newest - PACED_AMONG)
    times = rows.filter(arrived_at__gt=since).order_by("-id").values_list("said_at", "arrived_at")[:PACED]
    took = sorted(max(0.0, (arrived - said).total_seconds()) for said, arrived in times)
    return Pace(len(took), took[len(took) // 2], took[len(took) * 95 // 100]) if took else None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What one stream has for the archive."""

    stream: StreamId
    segments: tuple[tuple[int, int], ...]  # number and posts, in order
    oldest: datetime
    next_segment: int

    @property
    def posts(self) -> int:
        """How many posts wait."""
        return sum(posts for _, posts in self.segments)

    def pieces(self, most: int) -> Iterator[tuple[int, ...]]:
        """Yield the segments' numbers in order, some at a time, so that no more than so many posts come together."""
        piece: list[int] = []
        held = 0
        for number, posts in self.segments:
            if piece and held + posts > most:
                yield tuple(piece)
                piece, held = [], 0
            piece.append(number)
            held += posts
        if piece:
            yield tuple(piece)


def waiting_segments() -> tuple[Waiting, ...]:
    """Return what every stream has committed and not archived."""
    rows = Segment.objects.filter(archived_at__isnull=True).select_related("stream").order_by("stream_id", "number")
    found: dict[int, list[Segment]] = {}
    for row in rows[:20_000]:
        found.setdefault(row.stream_id, []).append(row)
    return tuple(
        Waiting(
            StreamId(stream),
            tuple((row.number, row.posts) for row in segments),
            segments[0].committed_at,
            segments[0].stream.next_segment,
        )
        for stream, segments in found.items()
    )


@dataclass(frozen=True, slots=True)
class LatestPost:
    """A heard post as a preview shows it."""

    channel: str
    who: str
    text: str
    said_at: datetime


def latest(access: Access, limit: int = 6) -> tuple[LatestPost, ...]:
    """Return the newest posts that became rows."""
    access.require(Permission.READ)
    rows = Post.objects.filter(workspace_id=access.workspace, private=False, deleted_at__isnull=True).order_by("-id")
    return tuple(
        LatestPost(row.channel, row.handle or row.name or row.author, clip(row.text, 180), row.said_at)
        for row in rows[:limit]
    )


def waiting(workspace: int, limit: int) -> list[int]:
    """Return posts that triage has not seen yet, oldest first."""
    rows = Post.objects.filter(workspace_id=workspace, pending=True).order_by("id")
    return list(rows.values_list("pk", flat=True)[:limit])


def waiting_workspaces(arrived_before: datetime | None = None) -> list[int]:
    """Return the workspaces that have posts triage has not seen yet."""
    rows = Post.objects.filter(pending=True)
    if arrived_before is not None:
        rows = rows.filter(arrived_at__lt=arrived_before)
    return list(rows.values_list("workspace_id", flat=True).distinct())


def heard_posts(**which: Any) -> list[HeardPost]:
    """Return heard posts as values, in the order in which they were said. For triage."""
    found = Post.objects.filter(**which).order_by("said_at", "id")
    return [HeardPost._make(each) for each in db.rows(found, HEARD_FIELDS)]


def pending_count() -> int:
    """Return how many posts triage has not seen yet."""
    return Post.objects.filter(pending=True).count()
