"""Many expressions looked for at once, in one pass over some bytes."""

import threading
from collections.abc import Callable, Sequence

import hyperscan

Seen = Callable[[int, int, int, int, object], None]
"""Told of each hit: the expression's number, where it starts and ends, flags, a context."""


class Scanner:
    """A set of expressions compiled by Hyperscan. Safe from many threads."""

    def __init__(
        self, expressions: Sequence[bytes], numbers: Sequence[int], *, literal: bool = False, flags: int = 0
    ) -> None:
        """Compile expressions; each hit is told by the number that stands beside its expression."""
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=expressions,
            ids=numbers,
            elements=len(expressions),
            flags=flags,
            literal=literal,
        )
        self._own = threading.local()  # Hyperscan wants a scratch for each thread that scans

    def scan(self, data: bytes, seen: Seen) -> None:
        """Tell `seen` of every hit in some bytes."""
        if not hasattr(self._own, "scratch"):
            self._own.scratch = hyperscan.Scratch(self._database)
        self._database.scan(data, match_event_handler=seen, scratch=self._own.scratch)
