"""What nobody may have to look at, heard as columns: matched, estimated, counted and kept, a batch at a time.

The few are decided one by one (`piece`): what names us or something we know, edits, deletes, what was heard before,
and those of the many that ask for attention while the workspace takes rows. The sieve and this module tell them apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import compress

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hubbub.care.core.estimate import WordTable, attention, moods, opportunities
from hubbub.care.core.understanding import Reading
from hubbub.channels.core.values import StreamValue
from hubbub.channels.registry import channel_class
from hubbub.flows.ears import Ears
from hubbub.flows.segment import KIND_COUNT, SEGMENT_SCHEMA, marked, taken
from hubbub.infra import identities
from hubbub.infra.identities import Identities
from hubbub.kernel.batch import UTC_US, Batch, Event, RawBatch, scalar, since_1970_us
from hubbub.kernel.hashing import hashes
from hubbub.listening.core.buffer import joined
from hubbub.listening.core.glance import SCRIPTS, glance
from hubbub.listening.core.query import Facts
from hubbub.listening.core.rollup import Said, tally
from hubbub.listening.models import EVERY_POST

Numbers = NDArray[np.int64]
_MINUTE_US = 60_000_000
_NO = pa.scalar(False)
_BY_SCRIPT = pa.array([tag or "und" for tag in SCRIPTS])
_FEW = ("event", "private", "ours")  # of a post, beside what its line names


@dataclass(frozen=True, slots=True)
class Many:
    """What became of the many: the rows to be decided one by one, and the segment and roll-ups of the others."""

    few: list[int]  # rows of the batch, ascending
    table: pa.Table  # of SEGMENT_SCHEMA
    keys: list[bytes]  # what its posts are known under
    cells: pa.Table  # of rollup.SCHEMA
    shed: int  # would have been decided one by one, but the workspace's budget was spent
    workspaces: frozenset[int]


def hear_many(
    stream: StreamValue,
    raw: RawBatch,
    batch: Batch,
    rows: Sequence[int],
    named: NDArray[np.bool_],
    ears: Ears,
    table: WordTable,
    index: Identities,
    now: datetime,
) -> Many:
    """Hear the rows of a batch that are nobody's business yet, and say which are.

    Parameters
    ----------
    rows : which rows of the batch, ascending; no post twice
    named : array of shape (lines of `raw`,), whether a line names something we know
    """
    return _Hearing(stream, raw, batch, rows, named, ears, table, index, now).many()


class _Hearing:
    def __init__(
        self,
        stream: StreamValue,
        raw: RawBatch,
        batch: Batch,
        rows: Sequence[int],
        named: NDArray[np.bool_],
        ears: Ears,
        table: WordTable,
        index: Identities,
        now: datetime,
    ) -> None:
        self.raw, self.ears, self.words, self.index, self.now = raw, ears, table, index, now
        self.channel = channel_class(stream.kind).connector
        self.workspaces = np.array(sorted({each.workspace for each in ears.subscribers(stream.id)}), np.int64)
        self.place = np.array(rows, np.int64)  # in the batch, of each row of `posts`
        self.posts = batch.posts if len(rows) == len(batch) else batch.posts.take(pa.array(self.place))
        self.apart = named[self.posts.column("row").to_numpy()]
        for name in _FEW:
            self.apart |= self.posts.column(name).to_numpy(zero_copy_only=False) != (
                Event.CREATE if name == "event" else 0
            )

    def many(self) -> Many:
        """Match, tell apart, estimate, count."""
        texts = self.posts.column("text").fill_null("")
        buffer = joined(texts)
        row, topic = self.ears.matcher.match(texts, self._facts, buffer=buffer, authors=self._authors()).pairs
        owner = self.ears.owners[topic]
        heard = np.isin(owner, self.workspaces) & ~self.apart[row]
        row, topic, owner = row[heard], topic[heard], owner[heard]
        if not len(row):
            return self._none(self.apart, 0)
        # A line is one post as one workspace hears it.
        order = np.lexsort((topic, owner, row))
        row, topic, owner = row[order], topic[order], owner[order]
        first = _changes(row, owner)
        line_row, line_owner = row[first], owner[first]
        keys = identities.keys_of(line_owner, self.posts.column("uri").take(pa.array(line_row)))
        known = self.index.known(keys)
        seen = glance(buffer, len(texts), self.words.words, self.words.pairs)
        reading = self.words.read(seen)
        wants, shed = self._wanting(line_row, line_owner, topic, first, reading)
        if known:
            wants |= np.array([key in known for key in keys])
        few = self.apart.copy()
        few[line_row[wants]] = True
        stays = ~few[line_row]
        pair_stays = np.repeat(stays, np.diff(np.append(first, len(row))))
        line_row, line_owner = line_row[stays], line_owner[stays]
        row, topic, owner = row[pair_stays], topic[pair_stays], owner[pair_stays]
        if not len(row):
            return self._none(few, shed)
        said_us = self._said_us()
        languages, language = self._languages(seen.script)
        mood = moods(reading)
        sizes = np.diff(np.append(_changes(row, owner), len(row)))
        ids = self.ears.topic_ids[topic]
        authors = hashes(self.posts.column("author"))
        said = Said(said_us // _MINUTE_US, languages, language, mood, authors)
        cells = tally(
            said,
            self.channel,
            np.concatenate((owner, line_owner)),
            np.concatenate((ids, np.full(len(line_row), EVERY_POST))),
            np.concatenate((row, line_row)),
        )
        added = {
            "workspace": pa.array(line_owner),
            "channel": pa.repeat(scalar(self.channel), len(line_row)),
            "said_at": pa.array(said_us[line_row]).cast(UTC_US),
            "arrived_at": pa.array(np.full(len(line_row), since_1970_us(self.raw.arrived_at))).cast(UTC_US),
            "language": pa.array(languages).take(pa.array(language[line_row])),
            "topics": pa.ListArray.from_arrays(_offsets(sizes), pa.array(ids)),
            "kinds": pa.ListArray.from_arrays(
                _offsets(np.full(len(line_row), KIND_COUNT)), pa.array(reading.kinds[line_row].ravel())
            ),
            "sentiment": pa.array(mood[line_row]),
            "has_row": pa.repeat(_NO, len(line_row)),
            "asks": pa.array(seen.asks[line_row]),
            "likeness": pa.array(seen.likeness[line_row]),
        }
        posts = marked(self.posts, texts)
        if not (len(line_row) == len(self.posts) and (np.diff(line_row) == 1).all()):
            posts = taken(posts, pa.array(line_row))
        columns = posts | added
        table = pa.Table.from_arrays([columns[name] for name in SEGMENT_SCHEMA.names], schema=SEGMENT_SCHEMA)
        kept = list(compress(keys, stays.tolist()))
        return Many(self._places(few), table, kept, cells, shed, frozenset(np.unique(line_owner).tolist()))

    def _none(self, few: NDArray[np.bool_], shed: int) -> Many:
        return Many(self._places(few), SEGMENT_SCHEMA.empty_table(), [], NO_CELLS, shed, frozenset())

    def _places(self, few: NDArray[np.bool_]) -> list[int]:
        return self.place[few].tolist()  # type: ignore[no-any-return]

    def _facts(self, row: int) -> Facts:
        """What a post tells beside its words."""
        return Facts.of({name: self.posts.column(name)[row].as_py() for name in Facts.TOLD}, self.channel)

    def _authors(self) -> tuple[pa.Array, ...]:
        return self.posts.column("handle"), self.posts.column("author")

    def _wanting(
        self, rows: Numbers, owners: Numbers, topics: Numbers, first: Numbers, reading: Reading
    ) -> tuple[NDArray[np.bool_], int]:
        """Say which lines are to be decided one by one, as many as the budgets take; and how many are too many."""
        ours = np.logical_or.reduceat(self.ears.ours[topics], first)
        others = np.logical_or.reduceat(self.ears.others[topics], first) & ~ours
        looks, chances = attention(reading)[rows], opportunities(reading)[rows]
        picked, shed = np.zeros(len(rows), np.bool_), 0
        for workspace in np.unique(owners[ours | others]).tolist():
            wanted, budget = self.ears.wanted(workspace)
            likely = (ours & (looks >= wanted.attention)) | (others & (chances >= wanted.opportunity))
            lines = np.flatnonzero(likely & (owners == workspace))
            room = budget.left(self.now)
            picked[lines[:room]] = True
            shed += max(0, len(lines) - room)
        return picked, shed

    def _said_us(self) -> Numbers:
        """Return when each post was said, in microseconds since 1970, never later than it arrived."""
        said = pc.coalesce(self.posts.column("created_at"), self.posts.column("happened_at")).cast(pa.int64())
        found: Numbers = np.minimum(said.to_numpy(), since_1970_us(self.raw.arrived_at))
        return found

    def _languages(self, script: NDArray[np.uint8]) -> tuple[list[str], NDArray[np.int32]]:
        """Return languages, and which each post is in: as the network says, else as its script tells, else und."""
        by_script = _BY_SCRIPT.take(pa.array(script))
        told = pc.coalesce(self.posts.column("lang"), by_script).dictionary_encode()
        return told.dictionary.to_pylist(), told.indices.to_numpy().astype(np.int32)


def _changes(rows: Numbers, owners: Numbers) -> Numbers:
    """Return where another row or another workspace begins."""
    found: Numbers = np.flatnonzero((np.diff(rows, prepend=-1) != 0) | (np.diff(owners, prepend=-1) != 0))
    return found


def _offsets(sizes: NDArray[np.int64]) -> pa.Array:
    return pa.array(np.concatenate(([0], np.cumsum(sizes))).astype(np.int32))


NO_CELLS = tally(
    Said(np.empty(0, np.int64), (), np.empty(0, np.int32), np.empty(0, np.int8), np.empty(0, np.uint64)),
    "",
    *(np.empty(0, np.int64),) * 3,
)
