"""The decisions about one piece of a batch, and the segment that keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pyarrow as pa

from hubbub.care import selectors as care
from hubbub.care.core.reading import TextReading, read_texts
from hubbub.care.core.understanding import Understanding
from hubbub.channels.core.values import StreamValue, Subscriber
from hubbub.channels.registry import channel_class
from hubbub.flows.ears import Ears
from hubbub.flows.segment import SEGMENT_SCHEMA, marked
from hubbub.infra import identities
from hubbub.infra.identities import Counted, Identities
from hubbub.kernel.batch import POST_SCHEMA, Batch, Event, RawBatch, since_1970_us
from hubbub.kernel.hashing import hashes
from hubbub.kernel.text import HANDLE, fold
from hubbub.listening import selectors
from hubbub.listening.core.glance import SCRIPTS, look
from hubbub.listening.core.policy import Heard, may_be_row, must_be_row
from hubbub.listening.core.query import Facts
from hubbub.listening.core.sketch import entries
from hubbub.listening.models import Post
from hubbub.listening.services import Commit, Edit, cell_of

_MINUTE = timedelta(minutes=1)
_US = pa.timestamp("us")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Piece:
    """The decisions about one piece of a batch: who heard what, what becomes a row, what is counted."""

    def __init__(
        self,
        stream: StreamValue,
        raw: RawBatch,
        batch: Batch,
        ears: Ears,
        understanding: Understanding,
        index: Identities,
        now: datetime,
        follow: frozenset[str],
        *,
        past: bool = False,
    ) -> None:
        self.stream, self.raw, self.batch, self.ears, self.now, self.past = stream, raw, batch, ears, now, past
        channel = channel_class(stream.kind)
        self.abilities, self.channel = channel.abilities, channel.connector
        self.historical = channel.abilities.historical and not stream.config.get("live")
        self.subscribers = ears.subscribers(stream.id)
        self.understanding = understanding
        self.columns = {name: _listed(batch.posts.column(name)) for name in POST_SCHEMA.names}
        uris = self.columns["uri"]
        workspaces = [each.workspace for each in self.subscribers]
        self.known = selectors.known_rows(workspaces, uris) if uris else {}
        pairs = [(owner, uri) for owner in workspaces for uri in uris if (owner, uri) not in self.known]
        keys = dict(zip(pairs, identities.keys_of(*zip(*pairs, strict=True)), strict=True)) if pairs else {}
        found = index.known(list(keys.values()))
        had_row = [pair for pair, key in keys.items() if key in found and found[key].row]
        if had_row:  # stored a moment ago by another stream, else its row was removed: then there is nothing to change
            self.known |= selectors.known_rows(workspaces, [uri for _, uri in had_row])
        self.counted = {
            pair: msgspec.structs.replace(found[key], gone=True) if found[key].row else found[key]
            for pair, key in keys.items()
            if key in found and pair not in self.known
        }
        self.buried = frozenset() if self.abilities.ordered or not uris else selectors.buried(workspaces, uris)
        threads = {uri for name in ("root", "parent") for uri in self.columns[name] if uri is not None}
        self.followed = care.followed(workspaces, threads) | {(w, uri) for w in workspaces for uri in follow}
        self.topics = dict(ears.matcher.match([text or "" for text in self.columns["text"]], self._facts))
        self.lines: list[Line] = []

    def _facts(self, row: int) -> Facts:
        """What a post tells beside its words."""
        return Facts.of({name: column[row] for name, column in self.columns.items()}, self.channel)

    def decide(self) -> Commit:
        """Return the commit of this piece, but for the segment and the cursor."""
        made = Commit(
            stream=self.stream.id,
            number=self.stream.next_segment,
            cursor=self.stream.cursor,
            lines=0,
            arrived_at=self.raw.arrived_at,
        )
        fresh = [
            line
            for row in range(len(self.batch))
            for subscriber in self.subscribers
            if (line := self._hear(row, subscriber, made)) is not None
        ]
        if fresh:
            self._estimate(fresh)
        for line in fresh:
            self._admit(line, made)
        self.lines += fresh
        made.workspaces = {line.subscriber.workspace for line in self.lines}
        return made

    def _hear(self, row: int, subscriber: Subscriber, made: Commit) -> "Line | None":
        """Return a line that is new to a workspace; deal with what it knows on the way."""
        columns, workspace = self.columns, subscriber.workspace
        uri, event = columns["uri"][row], Event(columns["event"][row])
        pair = (workspace, uri)
        known, counted = self.known.get(pair), self.counted.get(pair)
        if event is Event.DELETE:
            self._forget(row, subscriber, known, counted, made)
            return None
        if known is not None and (event is Event.CREATE or known.deleted_at is not None):
            if event is Event.CREATE and not known.handle and columns["handle"][row]:
                made.learned.append((known.pk, self._author(row)))
            return None
        if (counted is not None and (event is Event.CREATE or counted.gone)) or pair in self.buried:
            return None
        if event is Event.EDIT and self._is_old(row, known, counted):
            return None
        return self._line(row, subscriber, known, counted)

    def _is_old(self, row: int, known: Post | None, counted: Counted | None) -> bool:
        """Whether an edit tells an older wording than the one that is known, or that one again."""
        at = self.columns["happened_at"][row]
        if known is not None and known.edited_at is not None:
            return known.edited_at > at or (known.edited_at == at and known.text == (self.columns["text"][row] or ""))
        return counted is not None and counted.edited_us >= since_1970_us(at)

    def _line(self, row: int, subscriber: Subscriber, known: Post | None, counted: Counted | None) -> "Line | None":
        """Return why a workspace hears a post, or None if it does not."""
        columns, workspace = self.columns, subscriber.workspace
        topics = tuple(topic for owner, topic in self.topics.get(row, ()) if owner == workspace)
        own = subscriber.own
        ours = columns["ours"][row] or columns["author"][row] in own
        text = columns["text"][row] or ""
        to_us = not ours and (
            columns["private"][row]
            or columns["parent_author"][row] in own
            or any(fold(name).lstrip("@") in own or name in own for name in columns["mentions"][row])
            or any(fold(name).rstrip(".-") in own for name in HANDLE.findall(text))
        )
        followed = any(
            (workspace, uri) in self.followed for uri in (columns["root"][row], columns["parent"][row]) if uri
        )
        narrow = self.abilities.narrow
        if known is None and counted is None and not (to_us or followed or narrow or (topics and not ours)):
            return None
        created = columns["created_at"][row] or columns["happened_at"][row]
        return Line(
            row=row,
            subscriber=subscriber,
            heard=Heard(
                private=columns["private"][row],
                to_us=to_us,
                followed=followed,
                narrow=narrow,
                about_us=any(self.ears.topics[topic].klass.ours for topic in topics),
                about_others=any(self.ears.topics[topic].klass.others for topic in topics),
            ),
            ours=ours,
            topics=topics,
            text=text,
            said_at=min(created, self.raw.arrived_at),
            known=known,
            counted=counted,
        )

    def _estimate(self, lines: Sequence["Line"]) -> None:
        """Put what is made of the text into lines; each text is read once by each model, however many heard it."""
        places = {row: place for place, row in enumerate(dict.fromkeys(line.row for line in lines))}
        texts = [self.columns["text"][row] or "" for row in places]
        for model, some in self._by_model(lines).items():
            rows = list(dict.fromkeys(line.row for line in some))
            readings = dict(zip(rows, read_texts([texts[places[row]] for row in rows], model), strict=True))
            for line in some:
                line.reading = readings[line.row]
        seen = look(texts)
        authors = entries(hashes(pa.array([self.columns["author"][row] for row in places], pa.string()))).tolist()
        for line in lines:
            place = places[line.row]
            line.author = authors[place]
            line.asks, line.likeness = bool(seen.asks[place]), int(seen.likeness[place])
            line.language = self.columns["lang"][line.row] or SCRIPTS[seen.script[place]] or "und"

    def _by_model(self, lines: Sequence["Line"]) -> dict[Understanding, list["Line"]]:
        """Return the lines that each model reads: mostly there is but one."""
        found: dict[Understanding, list[Line]] = {}
        for line in lines:
            model = self.ears.understanding(line.subscriber.workspace, self.understanding)
            found.setdefault(model, []).append(line)
        return found

    def _admit(self, line: "Line", made: Commit) -> None:
        """Decide about the row, and count."""
        workspace = line.subscriber.workspace
        assert line.reading is not None
        line.sentiment = line.reading.mood
        cell = Counted(minute_of(line.said_at), self.channel, line.language, line.sentiment, line.topics)
        line.cell = cell
        if line.known is not None:  # an edit of a row
            line.has_row = True
            at = self.columns["happened_at"][line.row]
            if (before := selectors.counted_of(line.known)) is not None:
                made.count(workspace, before, -1)
            made.count(workspace, cell, 1, line.author)
            details = self.columns["details"][line.row] or ""
            made.edits.append(Edit(line.known.pk, line.text, at, cell, line.reading.data(), details))
            return
        if line.counted is not None:  # an edit of a post without a row
            made.count(workspace, line.counted, -1)
        else:
            made.heard += 1
        made.count(workspace, cell, 1, line.author)
        wanted, budget = self.ears.wanted(workspace)
        if self.past:
            line.has_row = False  # it is history: counted and kept, but nobody has to look
        elif must_be_row(line.heard):
            line.has_row = True
        elif may_be_row(line.heard, line.reading.attention, line.reading.opportunity, wanted):
            line.has_row = budget.take(self.now)
            made.shed += not line.has_row
        if line.has_row:
            made.rows.append(self._row(line, cell))

    def _forget(
        self, row: int, subscriber: Subscriber, known: Post | None, counted: Counted | None, made: Commit
    ) -> None:
        """Take a deleted post out of the counts, its row's words away, or leave a tombstone for its create."""
        uri, at = self.columns["uri"][row], self.columns["happened_at"][row]
        if known is not None:
            if known.deleted_at is None:
                made.deletes.append((known.pk, at))
                if (cell := selectors.counted_of(known)) is not None:
                    made.count(subscriber.workspace, cell, -1)
                    self._note(row, subscriber, cell, has_row=True)
        elif counted is not None:
            if not counted.gone:
                made.count(subscriber.workspace, counted, -1)
                self._note(row, subscriber, counted, has_row=False)
        elif not self.abilities.ordered:
            made.tombstones[subscriber.workspace, uri] = at

    def _note(self, row: int, subscriber: Subscriber, cell: Counted, *, has_row: bool) -> None:
        """Let the segment carry a delete, with the cell it was taken from."""
        heard = Heard(False, False, False, False, False)
        line = Line(row, subscriber, heard, False, cell.topics, "", _EPOCH + cell.minute * _MINUTE, None, cell)
        line.sentiment, line.cell, line.has_row = cell.sentiment, cell, has_row
        self.lines.append(line)

    def _author(self, row: int) -> dict[str, Any]:
        """The columns that tell of the author, for a row that was first heard without them."""
        names = ("handle", "name", "followers", "follows", "posts", "reactions", "joined_at", "ref", "url")
        return {name: value for name in names if (value := self.columns[name][row]) is not None}

    def _row(self, line: "Line", cell: Counted) -> tuple[Any, ...]:
        """Return a post's row in the order of POST_COLUMNS."""
        of = {name: column[line.row] for name, column in self.columns.items()}
        return (
            line.subscriber.workspace,
            of["uri"],
            self.stream.id,
            line.subscriber.connection,
            self.channel,
            line.said_at,
            self.raw.arrived_at,
            of["author"] or "",
            of["handle"] or "",
            of["name"] or "",
            of["followers"],
            of["follows"],
            of["posts"],
            of["reactions"],
            of["joined_at"],
            line.text,
            cell.lang,
            of["parent"] or "",
            of["root"] or of["parent"] or of["uri"],
            of["parent_author"] or "",
            of["mentions"],
            of["media"],
            of["repost_of"] or "",
            of["private"],
            line.heard.to_us,
            line.ours,
            self.historical,
            of["url"] or "",
            of["ref"] or "",
            of["details"] or "",
            list(line.topics),
            cell_of(cell),
            of["happened_at"] if of["event"] == Event.EDIT else None,
            line.reading.data() if line.reading else None,
            True,
        )

    def keys(self) -> list[bytes]:
        """Return what the posts of the segment are known under."""
        uris = self.columns["uri"]
        return identities.keys_of(
            [line.subscriber.workspace for line in self.lines], [uris[line.row] for line in self.lines]
        )

    def table(self) -> pa.Table:
        """Return the segment: every line heard, edited or deleted, per workspace."""
        if not self.lines:
            return SEGMENT_SCHEMA.empty_table()
        taken = self.batch.posts.take(pa.array([line.row for line in self.lines], pa.int32()))
        cells = [line.cell for line in self.lines]
        assert all(cell is not None for cell in cells)
        added: dict[str, list[Any]] = {
            "workspace": [line.subscriber.workspace for line in self.lines],
            "channel": [self.channel] * len(self.lines),
            "said_at": [line.said_at for line in self.lines],
            "arrived_at": [self.raw.arrived_at] * len(self.lines),
            "language": [cell.lang for cell in cells if cell is not None],
            "topics": [list(line.topics) for line in self.lines],
            "kinds": [line.reading.kinds if line.reading else None for line in self.lines],
            "sentiment": [line.sentiment for line in self.lines],
            "has_row": [line.has_row for line in self.lines],
            "asks": [line.asks for line in self.lines],
            "likeness": [line.likeness for line in self.lines],
        }
        columns = marked(taken, taken.column("text")) | {
            name: pa.array(values, SEGMENT_SCHEMA.field(name).type) for name, values in added.items()
        }
        return pa.Table.from_arrays([columns[name] for name in SEGMENT_SCHEMA.names], schema=SEGMENT_SCHEMA)


@dataclass(slots=True)
class Line:
    """One post as one workspace hears it."""

    row: int
    subscriber: Subscriber
    heard: Heard
    ours: bool
    topics: tuple[int, ...]
    text: str
    said_at: datetime
    known: Post | None
    counted: Counted | None
    reading: TextReading | None = None
    sentiment: int = 0
    cell: Counted | None = None
    has_row: bool = False
    language: str = "und"
    author: int = 0  # the entry of who wrote it in a sketch of authors
    asks: bool | None = None
    likeness: int | None = None


def _listed(column: pa.Array) -> list[Any]:
    """Return a column as Python's values; of many columns most batches tell nothing."""
    if column.null_count == len(column):
        return [None] * len(column)
    if pa.types.is_list(column.type) and not len(column.flatten()):
        return [[]] * len(column)
    if pa.types.is_timestamp(column.type):
        said = column.cast(_US).to_numpy(zero_copy_only=False).tolist()
        return [None if at is None else at.replace(tzinfo=UTC) for at in said]
    return column.to_pylist()  # type: ignore[no-any-return]


def minute_of(at: datetime) -> int:
    """Return the minute of a roll-up: whole minutes since 1970."""
    return (at - _EPOCH) // _MINUTE
