"""Writes of many rows at once, in one statement form that SQLite and PostgreSQL share."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connection, models
from psycopg.types.json import Jsonb

T = TypeVar("T")
_ROWS_A_STATEMENT = 200


def with_database(work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Do some work in a thread that keeps its connection; drop the connection when it broke."""
    try:
        return work(*args, **kwargs)
    except (OperationalError, InterfaceError):
        connection.close()
        raise


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert rows given as tuples of database-ready values; return how many.

    For the few places where thousands of rows a second are written; everywhere else Django's own
    `create` and `bulk_create` read better. Columns are field names (`workspace_id` for a foreign key).
    """
    fields = [model._meta.get_field(name.removesuffix("_id")) for name in columns]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)  # type: ignore[union-attr]
    adapt = [_adapter(field) for field in fields]
    mark = "(" + ", ".join(["%s"] * len(fields)) + ")"
    made = 0
    pending: list[Any] = []
    count = 0
    with connection.cursor() as cursor:

        def flush() -> None:
            sql = f"INSERT INTO {model._meta.db_table} ({names}) VALUES " + ", ".join([mark] * count)  # noqa: S608
            cursor.execute(sql, pending)

        for row in rows:
            for value, change in zip(row, adapt, strict=True):
                pending.append(change(value) if change and value is not None else value)
            count += 1
            made += 1
            if count == _ROWS_A_STATEMENT:
                flush()
                pending, count = [], 0
        if count:
            flush()
    return made


def update(model: type[models.Model], columns: Sequence[str], rows: Iterable[tuple[Any, Sequence[Any]]]) -> None:
    """Write columns of many rows, given as (primary key, values)."""
    fields = [model._meta.get_field(name) for name in columns]
    adapt = [_adapter(each) for each in fields]
    pairs = ", ".join(f"{connection.ops.quote_name(str(each.column))} = %s" for each in fields)  # type: ignore[union-attr]
    given = [
        (
            *(
                change(value) if change and value is not None else value
                for value, change in zip(values, adapt, strict=True)
            ),
            pk,
        )
        for pk, values in rows
    ]
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


def _adapter(field: Any) -> Any:
    if isinstance(field, models.JSONField):
        return json.dumps if connection.vendor == "sqlite" else Jsonb
    if isinstance(field, models.DateTimeField) and connection.vendor == "sqlite":
        return connection.ops.adapt_datetimefield_value
    return None
