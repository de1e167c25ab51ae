"""Writes of many rows at once, in one statement form that SQLite and PostgreSQL share."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from django.db import InterfaceError, OperationalError, connection, models
from psycopg.types.json import Jsonb

T = TypeVar("T")


def with_database(work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Do some work in a thread that keeps its connection; drop the connection when it broke."""
    try:
        return work(*args, **kwargs)
    except (OperationalError, InterfaceError):
        connection.close()
        raise


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert rows given as tuples of values; return how many.

    For the few places where thousands of rows a second are written; everywhere else Django's own
    `create` and `bulk_create` read better. Columns are field names (`workspace_id` for a foreign key).
    """
    fields = [model._meta.get_field(name.removesuffix("_id")) for name in columns]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)  # type: ignore[union-attr]
    given = _adapted(fields, rows)
    if given:
        marks = ", ".join(["%s"] * len(fields))
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({marks})", given)  # noqa: S608
    return len(given)


def update(model: type[models.Model], columns: Sequence[str], rows: Iterable[tuple[Any, Sequence[Any]]]) -> None:
    """Write columns of many rows, given as (primary key, values)."""
    fields = [model._meta.get_field(name) for name in columns]
    pairs = ", ".join(f"{connection.ops.quote_name(str(each.column))} = %s" for each in fields)  # type: ignore[union-attr]
    keys, values = [], []
    for key, row in rows:
        keys.append(key)
        values.append(row)
    given = [(*row, key) for row, key in zip(_adapted(fields, values), keys, strict=True)]
    if given:
        with connection.cursor() as cursor:
            cursor.executemany(f"UPDATE {model._meta.db_table} SET {pairs} WHERE id = %s", given)  # noqa: S608


def add_up(
    model: type[models.Model], keys: Sequence[str], value: str, cells: Iterable[tuple[Sequence[Any], int]]
) -> None:
    """Add signed numbers to counters, making those that do not exist: one upsert a cell."""
    table, columns = model._meta.db_table, [*keys, value]
    sql = (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))}) "  # noqa: S608
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {value} = {table}.{value} + excluded.{value}"
    )
    with connection.cursor() as cursor:
        cursor.executemany(sql, [(*key, number) for key, number in cells if number])


def _adapted(fields: Sequence[Any], rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """Return rows in the values the database takes."""
    changes = [(place, change) for place, change in enumerate(map(_adapter, fields)) if change]
    given = [list(row) for row in rows]
    for row in given:
        for place, change in changes:
            if row[place] is not None:
                row[place] = change(row[place])
    return given


def _adapter(field: Any) -> Any:
    if isinstance(field, models.JSONField):
        return _json if connection.vendor == "sqlite" else _jsonb
    if isinstance(field, models.DateTimeField) and connection.vendor == "sqlite":
        return _time
    return None


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _jsonb(value: Any) -> Jsonb:
    return Jsonb(value, dumps=msgspec.json.encode)


@lru_cache(maxsize=4096)
def _time(value: datetime) -> str:
    """As Django keeps times in SQLite: in UTC, without saying so."""
    return str(value.astimezone(UTC).replace(tzinfo=None))
