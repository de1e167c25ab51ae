"""Looks through raw lines for what one query asks: for a preview, and for a new topic that looks back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubbub.channels.registry import channel_class
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

        texts = [text or "" for text in columns["text"]]
        rows = np.unique(self._matcher.match(texts, facts).pairs[0]) if texts else np.empty(0, np.int64)
        private = batch.posts.column("private").to_numpy(zero_copy_only=False)
        gone = batch.posts.column("event").to_numpy() == Event.DELETE
        return Seen(picked, batch, rows[~(private | gone)[rows]])


def told_of(batch: Batch, row: int, *names: str) -> tuple[Any, ...]:
    """Return some of what a post tells."""
    return tuple(batch.posts.column(name)[row].as_py() for name in names)
