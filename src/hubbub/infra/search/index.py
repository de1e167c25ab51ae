"""An index of words: what is put in is found by `parse`d queries, the newest first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, migrations

from hubbub.infra.search.query import GAP, Query, for_postgresql, for_sqlite, laid_out


@dataclass(frozen=True, slots=True)
class Index:
    """The index of one kind of thing. Its table is made by a migration with `CreateIndex`."""

    name: str

    @property
    def table(self) -> str:
        """Where its words lie."""
        return f"search_{self.name}"

    def put(self, owner: int, things: Mapping[int, Sequence[Sequence[str]]]) -> None:
        """Let things, each with the words of its texts, be found by their owner; what was found before by them no more.

        Part of the caller's transaction.
        """
        self.drop(things)
        laid = [(key, [_owner(owner), GAP, *laid_out(texts)]) for key, texts in things.items()]
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                rows: list[tuple[int, Any]] = [(key, " ".join(words)) for key, words in laid]
                cursor.executemany(f"INSERT INTO {self.table} (rowid, words) VALUES (%s, %s)", rows)  # noqa: S608
            else:
                rows = [(key, _vector(words)) for key, words in laid]
                cursor.executemany(f"INSERT INTO {self.table} (id, words) VALUES (%s, %s::tsvector)", rows)  # noqa: S608

    def drop(self, keys: Iterable[int]) -> None:
        """Let things be found no more. Part of the caller's transaction."""
        column = "rowid" if connection.vendor == "sqlite" else "id"
        with connection.cursor() as cursor:
            cursor.executemany(f"DELETE FROM {self.table} WHERE {column} = %s", [(key,) for key in keys])  # noqa: S608

    def find(self, owner: int, query: Query, *, below: int | None = None, limit: int) -> list[int]:
        """Return the keys of an owner's things that a query finds, the highest first, below a key if one is given."""
        if not query:
            return []
        top = below if below is not None else 2**63 - 1
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute(
                    f"SELECT rowid FROM {self.table} WHERE {self.table} MATCH %s AND rowid < %s "  # noqa: S608
                    "ORDER BY rowid DESC LIMIT %s",
                    [for_sqlite(query, _owner(owner)), top, limit],
                )
            else:
                cursor.execute(
                    f"SELECT id FROM {self.table} WHERE words @@ %s::tsquery AND id < %s "  # noqa: S608
                    "ORDER BY id DESC LIMIT %s",
                    [for_postgresql(query, _owner(owner)), top, limit],
                )
            return [key for (key,) in cursor.fetchall()]


def _owner(owner: int) -> str:
    """The word that marks whose a thing is; no text has it."""
    return f"{GAP}{owner}"


def _vector(words: Sequence[str]) -> str:
    """Return words as PostgreSQL writes them with their places."""
    places: dict[str, list[str]] = {}
    for place, word in enumerate(words, 1):
        if word != GAP:
            places.setdefault(word, []).append(str(place))
    return " ".join(f"'{word}':{','.join(at)}" for word, at in places.items())


class CreateIndex(migrations.RunPython):
    """The operation of a migration that makes the table of an index."""

    def __init__(self, name: str) -> None:
        table = Index(name).table

        def make(apps: Any, editor: Any) -> None:
            for statement in _MAKE[editor.connection.vendor]:
                editor.execute(statement.format(table=table))

        def unmake(apps: Any, editor: Any) -> None:
            editor.execute(f"DROP TABLE {table}")

        super().__init__(make, unmake)
        self._name = name

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """As a migration writes it."""
        return (type(self).__name__, [self._name], {})


_MAKE = {
    "sqlite": ("CREATE VIRTUAL TABLE {table} USING fts5(words, tokenize = \"ascii tokenchars '_'\", prefix = '2 3')",),
    "postgresql": (
        "CREATE TABLE {table} (id bigint PRIMARY KEY, words tsvector NOT NULL)",
        "CREATE INDEX {table}_words ON {table} USING gin (words)",
    ),
}
