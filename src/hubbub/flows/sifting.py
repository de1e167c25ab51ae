"""Lines of a stream, sieved as they come and gathered until it is worth hearing them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hubbub.care import selectors as care
from hubbub.channels.core.values import StreamValue
from hubbub.channels.registry import channel_class
from hubbub.flows.ears import Ears
from hubbub.kernel.batch import Lines, RawBatch
from hubbub.listening.core.sieve import Sieve

ENOUGH = 4_000
"""Lines that may matter, at which they are heard without waiting for more."""


class Followed:
    """The threads of all cases, so that what is said in them is told from raw lines. Grows; one thread uses it."""

    def __init__(self) -> None:
        self.uris: set[str] = set()
        self._seen = 0

    def look(self) -> set[str]:
        """Return what is new since the last look."""
        self._seen, found = care.threads_since(self._seen)
        fresh = found - self.uris
        self.uris |= fresh
        return fresh


@dataclass(slots=True)
class Sifting:
    """The lines of one stream that may matter, since the last time they were taken."""

    stream: StreamValue
    _ears: Ears | None = None
    _sieve: Sieve | None = None
    _lines: list[Lines] = field(default_factory=list)
    _named: list[NDArray[np.bool_]] = field(default_factory=list)
    _last: RawBatch | None = None
    _came: int = 0

    @classmethod
    def of(cls, stream: StreamValue) -> "Sifting | None":
        """Return a sifting, or None if the stream's lines don't tell before they are parsed."""
        return cls(stream) if channel_class(stream.kind).abilities.keys is not None else None

    def follow(self, uris: Iterable[str]) -> None:
        """Let through what is said in these threads, too."""
        if self._sieve is not None:
            self._sieve.follow(uris)

    def add(self, raw: RawBatch, ears: Ears, followed: Iterable[str] = ()) -> None:
        """Sieve some lines. `followed` are the uris of all threads of cases."""
        if self._sieve is None or ears is not self._ears:
            own = {name for each in ears.subscribers(self.stream.id) for name in each.own}
            self._ears, self._sieve = ears, ears.sieve(self.stream.kind).following((*own, *followed))
        lines = Lines.of(raw.lines)
        picked = self._sieve.pick(lines)
        if len(picked.rows):
            self._lines.append(lines.take(picked.rows))
            self._named.append(picked.named)
        self._last = raw
        self._came += len(lines)

    @property
    def gathered(self) -> int:
        """How many lines wait."""
        return sum(map(len, self._lines))

    @property
    def pressing(self) -> bool:
        """Whether lines wait that somebody may wait for, or so many that it is time."""
        return any(named.any() for named in self._named) or self.gathered >= ENOUGH

    def taken(self) -> tuple[RawBatch, NDArray[np.bool_], int]:
        """Return what waits as one batch, which of its lines name something we know, and how many were left out."""
        assert self._last is not None
        lines, named = Lines.together(self._lines), np.concatenate([np.empty(0, np.bool_), *self._named])
        raw = RawBatch(lines, self._last.cursor, self._last.arrived_at)
        left_out = self._came - len(lines)
        self._lines, self._named, self._last, self._came = [], [], None, 0
        return raw, named, left_out

    def __bool__(self) -> bool:
        return self._last is not None
