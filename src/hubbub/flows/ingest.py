"""From raw lines to heard posts: parse, match, estimate, segment, one transaction, index.

Used alike by the listener, by imports and by messages posted in. The order is what makes it exact:
the segment is on disk before the database commits, the database decides, and the hash index is
derived from what was committed (see docs/decisions/0003-exactly-once.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hubbub.care.core.estimate import WordTable
from hubbub.care.core.understanding import Understanding
from hubbub.channels import selectors as channels
from hubbub.channels.core.values import StreamValue
from hubbub.channels.registry import channel_class
from hubbub.flows.ears import Ears
from hubbub.flows.many import hear_many
from hubbub.flows.piece import Piece
from hubbub.flows.segment import entries_of
from hubbub.infra import identities, segments
from hubbub.infra.failpoints import failpoint
from hubbub.infra.identities import Identities
from hubbub.infra.places import Places
from hubbub.kernel.batch import Batch, Event, RawBatch
from hubbub.kernel.ids import StreamId
from hubbub.listening import services
from hubbub.listening.services import POST_COLUMNS, Commit, HeardElsewhere

_URI = POST_COLUMNS.index("uri")


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one raw batch."""

    stream: StreamValue  # with the cursor and fence as they are now
    heard: int
    rows: int  # posts with a row that are new, edited or deleted: triage has them to do
    rejected: int = 0
    committed: bool = True  # False: nothing was heard, and moving the cursor was left for later
    new: frozenset[str] = frozenset()  # uris of posts that became a row


def ingest(
    stream: StreamValue,
    raw: RawBatch,
    *,
    ears: Ears,
    understanding: Understanding,
    places: Places,
    now: datetime,
    follow: frozenset[str] = frozenset(),
    passed: int = 0,
    idle: bool = True,
    named: NDArray[np.bool_] | None = None,
    past: bool = False,
) -> Ingested:
    """Hear one raw batch, all of it exactly once.

    Parameters
    ----------
    follow : uris of posts whose thread is heard in any case
    passed : lines of earlier batches in which nothing was heard and whose cursor was not committed
    idle : commit the cursor even if nothing was heard
    named : array of shape (lines,), which lines name something we know, as a sieve says; None: any may
    past : what is heard is history: it is counted and archived, and becomes no row; the cursor stays

    Raises
    ------
    Fenced
        If another process committed on the stream; nothing of this batch was.
    """
    batch = channel_class(stream.kind).parse(raw)
    index = identities.at(places.identities)
    heard = rows = 0
    moved, new = False, set[str]()
    chunks = list(_chunks(batch)) or [[]]
    for number, chunk in enumerate(chunks):
        last = number == len(chunks) - 1
        for attempt in range(3):
            many = None
            if named is not None:
                many = hear_many(stream, raw, batch, chunk, named, ears, WordTable.shipped(), index, now)
            few = batch.take(many.few if many else chunk)
            piece = Piece(stream, raw, few, ears, understanding, index, now, follow, past=past)
            made = piece.decide()
            if last:
                made.cursor = stream.cursor if past else raw.cursor
                made.moves = made.cursor != stream.cursor
                made.lines = len(raw.lines) + passed
                made.rejects = [(reject.reason, raw.lines[reject.row]) for reject in batch.rejects]
            table, keys = piece.table(), piece.keys()
            if many is not None and many.table.num_rows:
                made.heard, made.shed = made.heard + many.table.num_rows, made.shed + many.shed
                made.tally, made.workspaces = many.cells, made.workspaces | many.workspaces
                table, keys = pa.concat_tables([table, many.table]), keys + many.keys
            if not (made.anything or table.num_rows or (last and (idle or moved))):
                break
            try:
                store(stream, made, table, keys, places, index, now)
                moved = True
                stream = replace(stream, cursor=made.cursor, next_segment=made.number + (made.segment_size is not None))
                new.update(row[_URI] for row in made.rows)
                heard, rows = heard + made.heard, rows + len(made.rows) + len(made.edits) + len(made.deletes)
                break
            except HeardElsewhere:
                if attempt == 2:
                    raise
    return Ingested(stream, heard, rows, len(batch.rejects), moved, frozenset(new))


def store(
    stream: StreamValue,
    made: Commit,
    table: pa.Table,
    keys: list[bytes],
    places: Places,
    index: Identities,
    now: datetime,
) -> None:
    """Write the segment, commit, and tell the hash index, in this order.

    Raises
    ------
    Fenced
        If another process committed on the stream; nothing was.
    HeardElsewhere
        If another stream stored one of the rows first; nothing was.
    """
    if not table.num_rows:
        services.commit(made, now=now)
        return
    with segments.alone(places.segments, stream.id):
        services.check_fence(stream.id, made.number)  # else a committed segment would be written over
        failpoint("listen.before_segment")
        made.segment_size = segments.write(places.segments, stream.id, made.number, table)
        failpoint("listen.segment_durable")
        services.commit(made, now=now)
        failpoint("listen.committed")
        index.apply(stream.id, made.number, entries_of(table, keys))
        failpoint("listen.indexed")


def catch_up(stream: StreamId, next_segment: int, places: Places) -> None:
    """Bring the hash index up to what the database committed."""
    index = identities.at(places.identities)
    for number in range(index.applied(stream), next_segment):
        try:
            table = segments.read(places.segments, stream, number)
        except FileNotFoundError:  # archived, hence applied before
            continue
        index.apply(stream, number, entries_of(table))


def recover(stream: StreamId, places: Places) -> StreamValue:
    """Mend what a killed listener of this stream left, and return where to go on."""
    with segments.alone(places.segments, stream):
        value = channels.stream(stream)
        catch_up(stream, value.next_segment, places)
        segments.sweep(places.segments, stream, value.next_segment)
    return value


def _chunks(batch: Batch) -> Iterator[list[int]]:
    """Yield the batch's rows in pieces in which no post has two different events."""
    uris, events = batch.posts.column("uri").to_pylist(), batch.posts.column("event").to_pylist()
    if len(set(uris)) == len(uris):
        if uris:
            yield list(range(len(uris)))
        return
    chunk: list[int] = []
    seen: dict[str, int] = {}
    for row, (uri, event) in enumerate(zip(uris, events, strict=True)):
        before = seen.get(uri)
        if before is not None and before == event == Event.CREATE:
            continue
        if before is not None:
            yield chunk
            chunk, seen = [], {}
        seen[uri] = event
        chunk.append(row)
    if chunk:
        yield chunk
