"""People write first: who is at a page says that they want to write, and whatever runs behind gives way.

SQLite knows no queue: whoever looks in the right moment writes. A file beside the database is locked (shared) by each
process in which people wait or write; processes behind look at it before they begin a transaction. The lock of a
process that dies is gone with it.
"""

import fcntl
import os
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

LOOKS_EVERY_S = 0.002
GIVES_WAY_S = 0.5
"""So long a process behind waits for people at most: they may write without end, too."""


class People:
    """Those who want to write to one database file."""

    def __init__(self, database: str) -> None:
        self._file = Path(f"{database}-people").open("ab")  # noqa: SIM115 - as long as the process
        self._turn = threading.Lock()
        self._here = 0

    def come(self) -> Callable[[], None]:
        """Say that somebody of this process wants to write; what is returned says that they have."""
        with self._turn:
            self._here += 1
            if self._here == 1:
                fcntl.flock(self._file, fcntl.LOCK_SH)
        return self._go

    def _go(self) -> None:
        with self._turn:
            self._here -= 1
            if self._here == 0:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def let_pass(self) -> None:
        """Wait until nobody of another process wants to write, or for so long as is fair."""
        until = time.monotonic() + GIVES_WAY_S
        while not self._nobody() and time.monotonic() < until:
            time.sleep(LOOKS_EVERY_S)

    def _nobody(self) -> bool:
        with self._turn:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            fcntl.flock(self._file, fcntl.LOCK_UN)
            return True


@cache
def people_of(database: str) -> People:
    """Return those of a database file, one object a process."""
    return People(database)


os.register_at_fork(after_in_child=people_of.cache_clear)
