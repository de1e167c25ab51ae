"""Many rows at once, read and written in statements that SQLite and PostgreSQL share.

For the few places where thousands of rows a second go through; everywhere else Django's own `values_list`,
`create` and `bulk_create` read better.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from operator import methodcaller
from typing import Any, TypeVar

import msgspec
from django.core.exceptions import EmptyResultSet
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
    """Insert rows given as tuples of values; return how many. `workspace_id` names a foreign key."""
    fields = [model._meta.get_field(name.removesuffix("_id")) for name in columns]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)  # type: ignore[union-attr]
    given = _adapted(fields, rows)
    if given:
        marks = ", ".join(["%s"] * len(fields))
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({marks})", given)  # noqa: S608
    return len(given)


def holds(model: type[models.Model], **wanted: Any) -> bool:
    """Say whether there is a row with these values, by names of columns."""
    where = " AND ".join(f"{name} = %s" for name in wanted)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {model._meta.db_table} WHERE {where} LIMIT 1", list(wanted.values()))  # noqa: S608
        return cursor.fetchone() is not None


def having(asked: Sequence[tuple[str, type[models.Model], str, Any]]) -> frozenset[str]:
    """Return the names of those that have a row, by one question; each has a model, a condition and its value."""
    exist = [f"EXISTS(SELECT 1 FROM {model._meta.db_table} WHERE {where})" for _, model, where, _ in asked]  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(exist)}", [value for *_, value in asked])
        told = cursor.fetchone()
    return frozenset(name for (name, *_), there in zip(asked, told, strict=True) if there)


def first(model: type[models.Model], column: str) -> Any:
    """Return a column of the first row, None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {model._meta.db_table} ORDER BY id LIMIT 1")  # noqa: S608
        row = cursor.fetchone()
        return row and row[0]


def change(model: type[models.Model], wanted: Mapping[str, Any], columns: Mapping[str, Any], **more: int) -> int:
    """Write columns of the rows that have the wanted values, add to those in `more`; return how many rows there are."""
    fields = [model._meta.get_field(name) for name in columns]
    given = _adapted(fields, [tuple(columns.values())])[0]
    pairs = ", ".join([*(f"{each.column} = %s" for each in fields), *(f"{name} = {name} + %s" for name in more)])  # type: ignore[union-attr]
    where = " AND ".join(f"{name} = %s" for name in wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {model._meta.db_table} SET {pairs} WHERE {where}",  # noqa: S608
            [*given, *more.values(), *wanted.values()],
        )
        return int(cursor.rowcount)


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
    model: type[models.Model], keys: Sequence[str], number: str, bytes_: str | None, cells: Iterable[tuple[Any, ...]]
) -> None:
    """Add to counters, and append to their bytes if they have any, making those that do not exist: one upsert a cell.

    `cells` are tuples of the keys' values, the signed number and the bytes.
    """
    table, columns = model._meta.db_table, [*keys, number, *([bytes_] if bytes_ else [])]
    sums = f"{number} = {table}.{number} + excluded.{number}"
    if bytes_:
        more = f"{table}.{bytes_} || excluded.{bytes_}"
        sums += f", {bytes_} = {f'CAST({more} AS BLOB)' if connection.vendor == 'sqlite' else more}"
    sql = (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))}) "  # noqa: S608
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {sums}"
    )
    with connection.cursor() as cursor:
        cursor.executemany(sql, list(cells))


def _among(values: Iterable[Any]) -> tuple[str, Any]:
    """Return how a column is said to be one of many values, and all these as one."""
    if connection.vendor == "sqlite":
        return "IN (SELECT value FROM json_each(%s))", _json(list(values))
    return "= ANY(%s)", list(values)


class Among(models.Lookup):
    """`uri__among=uris`: as `__in`, for a set of any size, and without preparing each of its values."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Give all the values as one."""
        column, params = self.process_lhs(compiler, connection)
        among, values = _among(self.rhs)
        return f"{column} {among}", (*params, values)


models.Field.register_lookup(Among)


def rows(found: models.QuerySet[Any], columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return what `values_list` does, of the model's own columns, in a third of the time."""
    try:
        sql, params = found.values_list(*columns).query.sql_with_params()
    except EmptyResultSet:  # among no values at all
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return _changed(cursor.fetchall(), (_reader(found.model._meta.get_field(name)) for name in columns))


def of_uris(
    model: type[models.Model], columns: Sequence[str], workspaces: Iterable[int], uris: Iterable[str]
) -> list[tuple[Any, ...]]:
    """Return columns of the rows that some workspaces have of posts."""
    (some, owners), (among, wanted) = _among(workspaces), _among(uris)
    sql = f"SELECT {', '.join(columns)} FROM {model._meta.db_table} WHERE workspace_id {some} AND uri {among}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [owners, wanted])
        return cursor.fetchall()  # type: ignore[no-any-return]


def counts(model: type[models.Model], wanted: Mapping[T, Mapping[str, Any]], up_to: int) -> dict[T, int]:
    """Count the rows of many conditions in one statement, none further than `up_to`.

    A condition names columns of the table and what they are: `{"folder": "needs", "sort_at <": now}`.
    """
    parts: list[str] = []
    params: list[Any] = []
    for conditions in wanted.values():
        terms = []
        for term, value in conditions.items():
            column, _, sign = term.partition(" ")
            adapt = _adapter(model._meta.get_field(column.removesuffix("_id")))
            terms.append(f"{column} {sign or '='} %s")
            params.append(adapt(value) if adapt else value)
        some = f"SELECT 1 FROM {model._meta.db_table} WHERE {' AND '.join(terms)} LIMIT {up_to}"  # noqa: S608
        parts.append(f"(SELECT COUNT(*) FROM ({some}) AS counted)")  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        return dict(zip(wanted, cursor.fetchone(), strict=True))


def _adapted(fields: Sequence[Any], rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Return rows in the values the database takes."""
    return _changed(rows, map(_adapter, fields))


def _changed(rows: Iterable[Sequence[Any]], changes: Iterable[Callable[[Any], Any] | None]) -> list[tuple[Any, ...]]:
    """Return rows, each column with its change made to every value that is not null."""
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for place, change in enumerate(changes):
        if columns and change:
            columns[place] = [None if value is None else change(value) for value in columns[place]]
    return list(zip(*columns, strict=True))


def _reader(field: Any) -> Callable[[Any], Any] | None:
    if isinstance(field, models.JSONField):
        return msgspec.json.decode
    if isinstance(field, models.DateTimeField) and connection.vendor == "sqlite":
        return methodcaller("replace", tzinfo=UTC)  # kept in UTC, without saying so
    return None


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


@lru_cache(maxsize=10_000)
def _time(value: datetime) -> str:
    """As Django keeps times in SQLite: in UTC, without saying so."""
    text = str(value)
    return (text if text.endswith("+00:00") else str(value.astimezone(UTC)))[:-6]
