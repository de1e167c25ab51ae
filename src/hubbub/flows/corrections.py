"""Corrections: many posts at once are put into topics, taken out, or given another mood; and all of it back again.

A corrected post gets one more line in a segment, a mark, with the same words and what it counts as from now on. The
roll-ups move in the same transaction, the hash index follows, as with an edit that a network tells of.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.understanding import SENTIMENTS
from hubbub.care.services import labels
from hubbub.channels import selectors as channels
from hubbub.channels.core.values import StreamValue
from hubbub.channels.registry import channel_class
from hubbub.flows.beside import beside
from hubbub.flows.ingest import store
from hubbub.flows.segment import SEGMENT_SCHEMA
from hubbub.infra import identities
from hubbub.infra.identities import Counted, Identities
from hubbub.infra.places import Places
from hubbub.kernel.batch import Event
from hubbub.kernel.errors import Conflict
from hubbub.kernel.hashing import hashes
from hubbub.kernel.ids import StreamId
from hubbub.listening import selectors
from hubbub.listening.core.corrections import MOST, Before, Correction, checked
from hubbub.listening.core.digest import Key, digests, packed
from hubbub.listening.core.heard import Sought, at_us, us_of
from hubbub.listening.core.sketch import entries
from hubbub.listening.models import EVERY_POST
from hubbub.listening.selectors.posts import standing
from hubbub.listening.services import Commit, Marked
from hubbub.listening.services import corrections as services

AT_ONCE = 500

State = tuple[tuple[int, ...], int]
"""Topics and sentiment."""


def correct(
    access: Access, sought: Sought, correction: Correction, words: str, places: Places, *, now: datetime
) -> tuple[int, int | None]:
    """Let posts count as something else; return how many did, and the number it can be taken back by (None: none did).

    Parameters
    ----------
    sought : which posts, at most 5,000 of them, the latest first
    words : what is done, for people
    """
    access.require(Permission.WORK)
    checked(correction)

    def after(row: Mapping[str, Any], cell: Counted) -> State:
        mood = cell.sentiment if correction.sentiment is None else correction.sentiment
        return correction.topics(cell.topics), mood

    before = mark(access, sought, after, places, now=now)
    if correction.sentiment is not None:
        labels.note_moods(access, dict.fromkeys((each.uri for each in before), mood_of(correction.sentiment)), now=now)
    return len(before), services.note(access, words, before, now=now) if before else None


def undo(access: Access, correction: int, places: Places, *, now: datetime) -> tuple[str, int]:
    """Let the posts of a correction count as before; return what it had said, and how many posts that are.

    Raises
    ------
    Conflict
        If it was taken back already.
    """
    words, told = services.of_correction(access, correction)
    before = {each.uri: each for each in told}
    if told:
        since, until = min(each.said_us for each in told), max(each.said_us for each in told)
        sought = Sought(at_us(since), at_us(until + 1), uris=tuple(before))
        undone = mark(
            access, sought, lambda row, _: (before[row["uri"]].topics, before[row["uri"]].sentiment), places, now=now
        )
        moods = [each.uri for each in undone if each.sentiment != before[each.uri].sentiment]
        labels.note_moods(access, dict.fromkeys(moods), now=now)
    services.undone(access, correction, now=now)
    return words, len(told)


def mood_of(sentiment: int) -> str:
    """Name a sentiment that is counted as -1, 0 or 1."""
    return SENTIMENTS[sentiment + 1].value


def mark(
    access: Access,
    sought: Sought,
    after: Callable[[Mapping[str, Any], Counted], State],
    places: Places,
    *,
    now: datetime,
) -> list[Before]:
    """Mark posts by what they are to count as; return what they counted as before."""
    rows = standing(access, sought, places, SEGMENT_SCHEMA.names, limit=MOST)
    before: list[Before] = []
    for start in range(0, len(rows), AT_ONCE):
        before += _mark_some(access, rows[start : start + AT_ONCE], after, places, now=now)
    return before


def _mark_some(
    access: Access,
    rows: Sequence[dict[str, Any]],
    after: Callable[[Mapping[str, Any], Counted], State],
    places: Places,
    *,
    now: datetime,
) -> list[Before]:
    index = identities.at(places.identities)

    def work(value: StreamValue) -> list[Before]:
        made = Commit(value.id, value.next_segment, value.cursor, 0, now)
        marked, before = _marked(access.workspace, rows, after, index, made, now)
        if marked:
            made.workspaces = {access.workspace}
            made.digests = _told_to_topics(marked, before)
            table = pa.Table.from_pylist(marked, SEGMENT_SCHEMA)
            keys = identities.keys_of([access.workspace] * len(marked), [row["uri"] for row in marked])
            store(value, made, table, keys, places, index, now)
        return before

    return beside(_stream(access, rows[0]["channel"]), places, work)


def _marked(
    workspace: int,
    rows: Sequence[dict[str, Any]],
    after: Callable[[Mapping[str, Any], Counted], State],
    index: Identities,
    made: Commit,
    now: datetime,
) -> tuple[list[dict[str, Any]], list[Before]]:
    """Return the lines of posts that change, and what they counted as; and count them."""
    uris = [row["uri"] for row in rows]
    known = selectors.known_rows([workspace], uris)
    keys = identities.keys_of([workspace] * len(uris), uris)
    cells = index.known(keys)
    said_by = entries(hashes(pa.array([row["author"] for row in rows], pa.string()))).tolist()
    marked, before = [], []
    for row, key, author in zip(rows, keys, said_by, strict=True):
        post = known.get((workspace, row["uri"]))
        cell = selectors.counted_of(post) if post is not None else cells.get(key)
        if cell is None or cell.gone or (post is not None and post.deleted_at is not None):
            continue
        topics, sentiment = after(row, cell)
        if (topics, sentiment) == (tuple(sorted(cell.topics)), cell.sentiment):
            continue
        at = max(now, row["happened_at"] + timedelta(microseconds=1))
        new = Counted(cell.minute, cell.channel, cell.lang, sentiment, topics, edited_us=us_of(at))
        made.count(workspace, cell, -1)
        made.count(workspace, new, 1, author)
        if post is not None:
            made.marks.append(Marked(post.pk, at, new))
        before.append(Before(row["uri"], us_of(row["said_at"]), cell.topics, cell.sentiment))
        changed = {"event": int(Event.MARK), "happened_at": at, "topics": list(topics), "sentiment": sentiment}
        marked.append(row | changed | {"row": 0, "workspace": workspace, "has_row": post is not None})
    return marked, before


def _told_to_topics(marked: Sequence[dict[str, Any]], before: Sequence[Before]) -> list[tuple[Key, bytes]]:
    """Return digests of posts for the topics they are put into: whose they are and what they say, as if heard so."""
    new = [
        row | {"event": int(Event.CREATE), "topics": sorted(set(row["topics"]) - set(was.topics))}
        for row, was in zip(marked, before, strict=True)
    ]
    new = [row for row in new if row["topics"]]
    made = digests(pa.Table.from_pylist(new, SEGMENT_SCHEMA)) if new else ()
    return [(key, packed(digest)) for key, digest in made if key[1] != EVERY_POST]


def _stream(access: Access, channel: str) -> StreamId:
    """Return the stream that carries the marks: one of the workspace's own channel, or any it has."""
    found = [each for each in channels.connections(access) if each.stream is not None]
    same = [each for each in found if channel_class(each.kind).connector == channel]
    for each in (*same, *found):
        assert each.stream is not None
        return StreamId(each.stream)
    raise Conflict(reason="This workspace has no channel left that could carry it.")
