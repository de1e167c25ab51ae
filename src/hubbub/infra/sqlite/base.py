"""See `DatabaseWrapper`; Django looks for the class of that name in a backend's `base`."""

import sqlite3
import threading
import time
from collections.abc import Callable
from typing import ClassVar

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from hubbub.infra.sqlite.people import people_of

PATIENCE_S = 20.0
LOOKS_AT_ONCE_MS = 8
"""So long SQLite itself looks, after 1, 3 and 8 ms, without Python's lock."""

MOST_POLITE_S = 0.5


_turnstile = threading.Lock()
"""One thread of a process looks whether it may write; the others wait for theirs without looking."""


class DatabaseWrapper(base.DatabaseWrapper):
    """Looks every few milliseconds whether it may write, and lets people write first.

    SQLite itself looks ever more seldom, at last ten times a second. A process that writes without end, as the
    listener does on a busy day, leaves only some milliseconds between two transactions: the pages would find one of
    them by luck, and some would give up.

    A process `for_people`, as the web process is, has whatever runs behind wait until its people have written. One that
    is `polite`, as the worker is, also rests after each transaction as long as that held others up: what it catches up
    with can wait.
    """

    for_people: ClassVar[bool] = False
    polite: ClassVar[bool] = False
    _rests_until: ClassVar[float] = 0.0  # the whole process
    _began = 0.0
    _gone: Callable[[], None] | None = None

    def _start_transaction_under_autocommit(self) -> None:
        people = None if self.is_in_memory_db() else people_of(str(self.settings_dict["NAME"]))
        if people is not None and self.for_people:
            self._gone = people.come()
        try:
            if not _turnstile.acquire(timeout=PATIENCE_S):
                raise OperationalError("database is locked: others of this process wait to write, too")
            try:
                if self.polite:
                    time.sleep(max(0.0, self._rests_until - time.monotonic()))
                if people is not None and not self.for_people:
                    people.let_pass()
                self._begin()
            finally:
                _turnstile.release()
        except BaseException:
            self._go()
            raise
        self._began = time.monotonic()

    def _begin(self) -> None:
        raw = self.connection
        [(busy_ms,)] = raw.execute("PRAGMA busy_timeout").fetchall()
        raw.execute(f"PRAGMA busy_timeout = {LOOKS_AT_ONCE_MS}")
        try:
            with self.wrap_database_errors:
                _take_lock(raw, time.monotonic() + PATIENCE_S)
        finally:
            raw.execute(f"PRAGMA busy_timeout = {busy_ms}")

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        finally:
            self._go()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._go()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._go()

    def _go(self) -> None:
        """The lock is somebody else's now."""
        if self._gone is not None:
            self._gone()
            self._gone = None
        if self.polite and self._began:
            now = time.monotonic()
            type(self)._rests_until = now + min(MOST_POLITE_S, now - self._began)
        self._began = 0.0


def _take_lock(raw: sqlite3.Connection, until: float) -> None:
    while True:
        try:
            raw.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
