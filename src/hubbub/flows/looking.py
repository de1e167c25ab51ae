"""Looks through raw lines for what one query asks: for a preview, and for a new topic that looks back."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubbub.accounts.core.access import Access
from hubbub.channels import selectors as channels
from hubbub.channels.registry import channel_class
from hubbub.infra.places import Places
from hubbub.infra.spool import Frame, frames
from hubbub.kernel.batch import Batch, Event, Lines, RawBatch
from hubbub.listening.core.matcher import Matcher
from hubbub.listening.core.query import Facts, Query
from hubbub.listening.core.sieve import Sieve


@dataclass(frozen=True, slots=True)
class Seen:
    """Lines that may matter, as posts, and which of them match."""

    lines: Lines
    batch: Batch
    rows: NDArray[np.int64]  # of the batch, that match


@dataclass(slots=True)
class Looker:
    """One query, ready for the lines of one kind of channel."""

    kind: str
    query: Query
    _matcher: Matcher[int] = field(init=False)
    _sieve: Sieve | None = field(init=False)

    def __post_init__(self) -> None:
        keys = channel_class(self.kind).abilities.keys
        self._matcher = Matcher([(0, self.query)])
        self._sieve = Sieve(keys, [self.query]) if keys is not None else None

    def look(self, lines: Lines, at: datetime) -> Seen:
        """Return what of some lines matches; what can't be read does not."""
        picked = lines if self._sieve is None else lines.take(self._sieve.pick(lines).rows)
        batch = channel_class(self.kind).parse(RawBatch(picked, None, at))
        columns = {name: batch.posts.column(name).to_pylist() for name in Facts.TOLD}
        channel = channel_class(self.kind).connector

        def facts(row: int) -> Facts:
            return Facts.of({name: column[row] for name, column in columns.items()}, channel)

        rows = np.array(matching(self._matcher, columns["text"], facts), np.int64)
        private = batch.posts.column("private").to_numpy(zero_copy_only=False)
        gone = batch.posts.column("event").to_numpy() == Event.DELETE
        return Seen(picked, batch, rows[~(private | gone)[rows]])


def matching(matcher: Matcher[int], texts: Sequence[str | None], facts: Callable[[int], Facts]) -> list[int]:
    """Return which posts match a matcher of one query, ascending; `facts` tells what a post has beside its words."""
    said = [text or "" for text in texts]
    return sorted({int(row) for row in matcher.match(said, facts).pairs[0]}) if said else []


def kept(access: Access, places: Places) -> Iterator[tuple[str, Frame]]:
    """Yield what the spool holds of a workspace's public streams, with the stream's kind."""
    streams = {each.stream: each.kind for each in channels.connections(access) if each.stream is not None}
    for stream, kind in streams.items():
        if not channel_class(kind).abilities.narrow:
            yield from ((kind, frame) for frame in frames(places.spool, stream))


def told_of(batch: Batch, row: int, *names: str) -> tuple[Any, ...]:
    """Return some of what a post tells."""
    return tuple(batch.posts.column(name)[row].as_py() for name in names)
