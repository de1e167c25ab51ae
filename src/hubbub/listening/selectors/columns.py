"""Reads of somebody's columns."""

from hubbub.accounts.core.access import Access, Permission
from hubbub.kernel.errors import NotFound
from hubbub.listening.core.columns import Column
from hubbub.listening.models import StreamColumn


def columns(access: Access) -> tuple[Column, ...]:
    """Return somebody's columns from left to right."""
    access.require(Permission.READ)
    rows = StreamColumn.objects.filter(workspace_id=access.workspace, person_id=access.me)
    return tuple(_value(row) for row in rows.order_by("place", "pk"))


def column(access: Access, column_id: int) -> Column:
    """Return one of somebody's columns."""
    access.require(Permission.READ)
    rows = StreamColumn.objects.filter(workspace_id=access.workspace, person_id=access.me)
    row = rows.filter(pk=column_id).first()
    if row is None:
        raise NotFound(what="column", which=column_id)
    return _value(row)


def _value(row: StreamColumn) -> Column:
    return Column(
        row.pk, row.name, row.topic, row.channel, row.language, row.sentiment, row.kind, tuple(row.who), row.words,
        row.read_to,
    )  # fmt: skip
