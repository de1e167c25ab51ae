"""See `DatabaseWrapper`; Django looks for the class of that name in a backend's `base`."""

import sqlite3
import threading
import time
from typing import ClassVar

from django.db import OperationalError
from django.db.backends.sqlite3 import base

PATIENCE_S = 20.0
LOOKS_EVERY_S = 0.001
MOST_POLITE_S = 0.5


_turnstile = threading.Lock()
"""One thread of a process looks whether it may write; the others wait for theirs without looking."""


class DatabaseWrapper(base.DatabaseWrapper):
    """Looks every millisecond whether it may write.

    SQLite itself looks ever more seldom, at last ten times a second. A process that writes without end, as the
    listener does on a busy day, leaves only some milliseconds between two transactions: the pages would find one of
    them by luck, and some would give up.

    A process that is `polite`, as the worker is, rests after each transaction as long as that held others up: what it
    catches up with can wait, people at their pages can't.
    """

    polite: ClassVar[bool] = False
    _began = 0.0

    def _start_transaction_under_autocommit(self) -> None:
        raw, until = self.connection, time.monotonic() + PATIENCE_S
        if not _turnstile.acquire(timeout=PATIENCE_S):
            raise OperationalError("database is locked: others of this process wait to write, too")
        try:
            [(busy_ms,)] = raw.execute("PRAGMA busy_timeout").fetchall()
            raw.execute("PRAGMA busy_timeout = 0")
            try:
                with self.wrap_database_errors:
                    _begin(raw, until)
            finally:
                raw.execute(f"PRAGMA busy_timeout = {busy_ms}")
        finally:
            _turnstile.release()
        self._began = time.monotonic()

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        if self.polite:
            time.sleep(min(MOST_POLITE_S, time.monotonic() - self._began))


def _begin(raw: sqlite3.Connection, until: float) -> None:
    while True:
        try:
            raw.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(LOOKS_EVERY_S)
