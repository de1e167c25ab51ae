"""What SQLite's planner is told of our tables, so that it plans for a busy installation from the first day.

Without statistics it takes the first column of any index to leave ten rows, `workspace_id` too, and reads all
posts of a workspace to find one. ANALYZE would tell it the truth of the day, which in a new installation is that
every table is empty; processes that stay keep what they read first. So we write down what it will be like.
PostgreSQL looks for itself.
"""

from django.db import connection, transaction

ROWS = 1_000_000
FEW = frozenset(
    ("workspace_id", "workspace", "folder", "queue", "topic", "channel", "kind", "state", "owner_id", "person_id")
)
"""Columns in which many rows have the same value: each leaves a quarter. Any other leaves ten rows."""

RARE = 1_000
"""Rows in an index that leaves most of its table out."""


def tell_the_planner() -> None:
    """Write the statistics of every index; the same again changes nothing."""
    if connection.vendor != "sqlite":
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ANALYZE sqlite_schema")  # makes the table of statistics, and reads nothing
        cursor.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE '%\\_%' ESCAPE '\\'")
        tables = [name for (name,) in cursor.fetchall() if not name.startswith("sqlite_")]
        told = []
        for table in tables:
            cursor.execute('SELECT name, "unique", partial FROM pragma_index_list(%s)', [table])
            for index, unique, partial in cursor.fetchall():
                cursor.execute("SELECT name FROM pragma_index_info(%s) ORDER BY seqno", [index])
                columns = [column for (column,) in cursor.fetchall()]
                told.append((table, index, _told(columns, unique=bool(unique), partial=bool(partial))))
        cursor.execute("DELETE FROM sqlite_stat1")
        cursor.executemany("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (%s, %s, %s)", told)


def _told(columns: list[str], *, unique: bool, partial: bool) -> str:
    """Return how many rows an index has, and how many are left after each of its columns.

    >>> _told(["workspace_id", "folder", "sort_at", "id"], unique=False, partial=False)
    '1000000 250000 62500 10 1'
    >>> _told(["workspace_id", "uri"], unique=True, partial=False)
    '1000000 250000 1'
    """
    left = RARE if partial else ROWS
    found = [left]
    for column in columns:
        left = 1 if column == "id" else left // 4 if column in FEW else min(left, 10)
        found.append(left)
    if unique:
        found[-1] = 1
    return " ".join(map(str, found))
