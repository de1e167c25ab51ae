"""Writes of the listening domain: topics, and the one transaction that makes heard posts count."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import IntegrityError, transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.services import audit
from hubbub.channels.models import Quarantined, Stream
from hubbub.infra import changes, db
from hubbub.infra.failpoints import failpoint
from hubbub.infra.identities import Counted
from hubbub.kernel.errors import Conflict, HubbubError, InvalidInput, NotFound
from hubbub.kernel.ids import StreamId, TopicId
from hubbub.kernel.speech import say
from hubbub.listening.core import query, rollup
from hubbub.listening.core.digest import Key
from hubbub.listening.core.rollup import CellKey
from hubbub.listening.core.topics import TopicClass
from hubbub.listening.models import (
    EVERY_POST,
    DigestPart,
    HourRollup,
    Post,
    Revision,
    RolledUp,
    Rollup,
    Segment,
    Tally,
    Tombstone,
    Topic,
)

KEPT_RAW = 200_000
AT_ONCE = 2_000  # cells of roll-ups added in one transaction of the worker
AT_MOST = 500  # in one of the listener, which has more to do in it
POST_COLUMNS = (
    "workspace_id",
    "uri",
    "stream_id",
    "connection_id",
    "channel",
    "said_at",
    "arrived_at",
    "author",
    "handle",
    "name",
    "followers",
    "follows",
    "posts",
    "reactions",
    "joined_at",
    "text",
    "lang",
    "parent",
    "root",
    "parent_author",
    "mentions",
    "media",
    "repost_of",
    "private",
    "to_us",
    "ours",
    "historical",
    "url",
    "ref",
    "details",
    "topics",
    "counted",
    "edited_at",
    "reading",
    "pending",
)


class Fenced(HubbubError):
    """Another listener committed on this stream first; hear again from its cursor."""

    status, retry = 409, True
    message = "Another process listens to stream {stream} too; this one steps back."


class HeardElsewhere(HubbubError):
    """A post became a row through another stream meanwhile; look again, then commit."""

    status, retry = 409, True
    message = "A post was stored by another stream at the same moment."


# Topics ------------------------------------------------------------------
@transaction.atomic
def save_topic(
    access: Access,
    *,
    topic: int | None = None,
    name: str,
    klass: TopicClass,
    text: str,
    enabled: bool = True,
    now: datetime,
) -> TopicId:
    """Make or change a topic; the listener hears of it with this transaction.

    Raises
    ------
    QueryError
        If the query can't be read, with the place and a hint.
    """
    access.require(Permission.LISTEN)
    name = " ".join(name.split())
    if not name or len(name) > 80:
        raise InvalidInput(reason="Give the topic a name of at most 80 characters.")
    parsed = query.parse(text)
    if Topic.objects.filter(workspace_id=access.workspace, name__iexact=name).exclude(pk=topic or 0).exists():
        raise Conflict(reason=say("There is a topic {name} already.", name=name))
    after = {"name": name, "class": klass.value, "query": parsed.source, "enabled": enabled}
    if topic is None:
        row = Topic(workspace_id=access.workspace)
        before = None
    else:
        row = _topic(access, topic)
        before = {"name": row.name, "class": row.klass, "query": row.query, "enabled": row.enabled}
    row.name, row.klass, row.query, row.enabled = name, klass, parsed.source, enabled
    row.save()
    audit(access, "topic changed" if before else "topic made", name, now=now, before=before, after=after)
    changes.record(access.workspace, "topics", row.pk, now=now)
    return TopicId(row.pk)


@transaction.atomic
def remove_topic(access: Access, topic: int, *, now: datetime) -> None:
    """Stop listening for a topic. What was heard of it stays."""
    access.require(Permission.LISTEN)
    row = _topic(access, topic)
    audit(access, "topic removed", row.name, now=now, before={"query": row.query, "class": row.klass})
    changes.record(access.workspace, "topics", row.pk, now=now)
    row.delete()


def _topic(access: Access, topic: int) -> Topic:
    row = Topic.objects.select_for_update().filter(workspace_id=access.workspace, pk=topic).first()
    if row is None:
        raise NotFound(what="topic", which=topic)
    return row


# Heard posts -------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Edit:
    """A row whose text changed."""

    post: int
    text: str
    at: datetime
    counted: Counted
    reading: list[Any]
    details: str


@dataclass(frozen=True, slots=True)
class Marked:
    """A row of which somebody here said what it counts as."""

    post: int
    at: datetime
    counted: Counted


@dataclass(slots=True)
class Commit:
    """Everything one transaction makes true about a piece of a stream."""

    stream: StreamId
    number: int  # the segment number this commit expects to be next
    cursor: Any
    lines: int
    arrived_at: datetime
    moves: bool = False  # the cursor is another than it was; else it stays, whatever others committed meanwhile
    segment_size: int | None = None  # None: nothing was heard, no segment was written
    heard: int = 0
    shed: int = 0
    rows: list[Sequence[Any]] = field(default_factory=list)  # in the order of POST_COLUMNS
    edits: list[Edit] = field(default_factory=list)
    deletes: list[tuple[int, datetime]] = field(default_factory=list)
    marks: list[Marked] = field(default_factory=list)
    learned: list[tuple[int, dict[str, Any]]] = field(default_factory=list)  # of authors, by another stream
    tombstones: dict[tuple[int, str], datetime] = field(default_factory=dict)  # by workspace and uri
    cells: Counter[CellKey] = field(default_factory=Counter)
    authors: dict[CellKey, set[int]] = field(default_factory=dict)  # entries of a sketch
    digests: list[tuple[Key, bytes]] = field(default_factory=list)  # packed, of posts that topics get by a mark
    tally: pa.Table | None = None  # cells of the many, see listening.core.rollup
    rejects: list[tuple[str, bytes]] = field(default_factory=list)
    workspaces: set[int] = field(default_factory=set)

    @property
    def anything(self) -> bool:
        """Whether there is more to commit than a cursor."""
        return bool(self.rows or self.edits or self.deletes or self.learned or self.tombstones or self.rejects)

    def count(self, workspace: int, cell: Counted, sign: int, author: int | None = None) -> None:
        """Add a post to the roll-ups, or take it out; `author` is who said it, as an entry of a sketch."""
        for topic in (EVERY_POST, *cell.topics):
            key = workspace, topic, cell.minute, cell.channel, cell.lang, cell.sentiment
            self.cells[key] += sign
            if author is not None:
                self.authors.setdefault(key, set()).add(author)


def commit(made: Commit, *, now: datetime) -> None:
    """Make a piece of a stream true at once: cursor, segment, roll-ups, rows, tombstones, quarantine.

    Raises
    ------
    Fenced
        If another process committed on this stream first.
    HeardElsewhere
        If another stream stored one of the rows first; nothing was changed.
    """
    try:
        with transaction.atomic():
            _move_on(made, now)
            if made.rows:
                db.insert(Post, POST_COLUMNS, made.rows)
            _apply_edits(made)
            _apply_deletes(made)
            _apply_marks(made)
            for post, values in made.learned:
                Post.objects.filter(pk=post).update(**values)
            Tombstone.objects.bulk_create(
                (Tombstone(workspace_id=workspace, uri=uri, at=at) for (workspace, uri), at in made.tombstones.items()),
                ignore_conflicts=True,
            )
            _count(made)
            DigestPart.objects.bulk_create(
                DigestPart(workspace_id=workspace, topic=topic, hour=hour, made=packed)
                for (workspace, topic, hour), packed in made.digests
            )
            Quarantined.objects.bulk_create(
                Quarantined(stream_id=made.stream, reason=reason, raw=raw[:KEPT_RAW], size=len(raw), at=now)
                for reason, raw in made.rejects
            )
            changes.record_many([(each, "heard", None) for each in sorted(made.workspaces)], now=now)
            failpoint("listen.in_transaction")
    except IntegrityError as error:
        raise HeardElsewhere from error


def _count(made: Commit) -> None:
    """Add to the roll-ups; what is too much for a short transaction waits as a tally."""
    said = ((key, posts, made.authors.get(key, set())) for key, posts in sorted(made.cells.items()))
    cells = [
        (*key, posts, np.array(sorted(authors), "<u4").tobytes()) for key, posts, authors in said if posts or authors
    ]
    if made.tally is not None and made.tally.num_rows > AT_MOST:
        Tally.objects.create(cells=_packed(made.tally))
    elif made.tally is not None:
        cells += rollup.rows_of(made.tally)
    if cells:
        _add_up(cells)


def _add_up(cells: Iterable[tuple[Any, ...]]) -> None:
    """Add cells to the roll-ups; those of hours that were added up already, to their hours, too."""
    cells = list(cells)
    keys = ("workspace_id", "topic", "minute", "channel", "lang", "sentiment")
    db.add_up(Rollup, keys, "posts", "authors", cells)
    settled = db.first(RolledUp, "hour") or 0
    late = Counter[tuple[Any, ...]]()
    for workspace, topic, minute, channel, lang, sentiment, posts, _ in cells:
        if minute < settled * 60:
            late[workspace, topic, minute // 60, channel, lang, sentiment] += posts
    if late:
        hours = ((*cell, posts) for cell, posts in sorted(late.items()))
        db.add_up(HourRollup, ("workspace_id", "topic", "hour", *keys[3:]), "posts", None, hours)


def fold(*, tallies: int = 1) -> bool:
    """Add waiting tallies to the roll-ups once there are so many, a short transaction at a time; say if there were.

    One process at a time does: the others find them locked, or gone.
    """
    done = list(Tally.objects.values_list("done", flat=True))
    if not done or (len(done) < tallies and not any(done)):
        return False
    with transaction.atomic():
        waiting = list(Tally.objects.select_for_update().order_by("id"))
        if not waiting or (len(waiting) < tallies and not waiting[0].done):
            return False
        if len(waiting) > 1 and not waiting[0].done:
            cells = rollup.together([_unpacked(each.cells) for each in waiting])
            Tally.objects.filter(pk__in=[each.pk for each in waiting[1:]]).delete()
            waiting[0].cells = _packed(cells)
            waiting[0].save(update_fields=["cells"])
    while _fold_some(waiting[0].pk):
        pass
    return True


@transaction.atomic
def _fold_some(pk: int) -> bool:
    """Add some more cells of a tally; say whether there are others left."""
    row = Tally.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        return False
    cells = _unpacked(row.cells)
    _add_up(rollup.rows_of(cells.slice(row.done, AT_ONCE)))
    row.done += AT_ONCE
    if row.done >= cells.num_rows:
        row.delete()
        return False
    row.save(update_fields=["done"])
    return True


def _packed(cells: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, cells.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_table(cells)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def _unpacked(cells: bytes | memoryview) -> pa.Table:
    return pa.ipc.open_stream(pa.py_buffer(bytes(cells))).read_all()


def check_fence(stream: StreamId, number: int) -> None:
    """Raise Fenced if another process committed on a stream, so that `number` is not next any more."""
    if not db.holds(Stream, id=stream, next_segment=number):
        raise Fenced(stream=stream)


def _move_on(made: Commit, now: datetime) -> None:
    """Pass the fence: only the commit that expects the next number may move the stream on."""
    next_number = made.number + (made.segment_size is not None)
    moved = db.change(
        Stream,
        {"id": made.stream, "next_segment": made.number},
        {
            "next_segment": next_number,
            **({"cursor": made.cursor} if made.moves else {}),
            "heard_at": made.arrived_at,
            "ok_at": now,
            "error": "",
            "error_at": None,
        },
        lines=made.lines,
    )
    if moved != 1:
        raise Fenced(stream=made.stream)
    if made.segment_size is not None:
        columns = ("stream", "number", "posts", "rows", "shed", "size", "committed_at")
        row = (made.stream, made.number, made.heard, len(made.rows), made.shed, made.segment_size, now)
        db.insert(Segment, columns, [row])


def _apply_edits(made: Commit) -> None:
    for edit in made.edits:
        row = Post.objects.select_for_update().get(pk=edit.post)
        if row.text != edit.text:  # else something beside the words was changed
            Revision.objects.create(post=row, text=row.text, until=edit.at)
            row.text, row.pending, row.reading = edit.text, True, edit.reading
        row.details = edit.details
        row.edited_at, row.counted, row.topics = edit.at, cell_of(edit.counted), list(edit.counted.topics)
        row.save(update_fields=["text", "details", "edited_at", "pending", "counted", "topics", "reading"])


def _apply_marks(made: Commit) -> None:
    for mark in made.marks:
        Post.objects.filter(pk=mark.post).update(
            marked_at=mark.at, counted=cell_of(mark.counted), topics=list(mark.counted.topics)
        )


def _apply_deletes(made: Commit) -> None:
    """Honour an author who took a post back: its words go from our tables too."""
    for post, at in made.deletes:
        Post.objects.filter(pk=post).update(
            text="", details="", reading=None, corrected=None, deleted_at=at, pending=True
        )
        Revision.objects.filter(post_id=post).delete()


def cell_of(counted: Counted | None) -> list[Any] | None:
    """The roll-up cell as a row keeps it."""
    if counted is None:
        return None
    return [counted.minute, counted.channel, counted.lang, counted.sentiment, list(counted.topics)]


def triaged(posts: Sequence[int]) -> None:
    """Note that triage has seen these posts; inside triage's own transaction."""
    Post.objects.filter(pk__among=frozenset(posts)).update(pending=False)


def read_otherwise(readings: Mapping[int, Any]) -> None:
    """Keep what is made of posts now; inside triage's own transaction."""
    if readings:
        Post.objects.bulk_update([Post(pk=post, reading=data) for post, data in readings.items()], ["reading"])


def learn_author(post: int, **profile: Any) -> None:
    """Complete a row with what its author's profile says."""
    Post.objects.filter(pk=post).update(**{name: value for name, value in profile.items() if value is not None})


def forget_tombstones(before: datetime) -> None:
    """Drop tombstones so old that no create can follow them."""
    Tombstone.objects.filter(at__lt=before).delete()
