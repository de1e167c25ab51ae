"""Writes of somebody's columns: theirs alone, so nobody is asked and nothing is audited."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max, QuerySet

from hubbub.accounts.core.access import Access, Permission
from hubbub.kernel.errors import Conflict, NotFound
from hubbub.kernel.speech import say
from hubbub.listening import selectors
from hubbub.listening.core.columns import MOST, Column, checked
from hubbub.listening.models import StreamColumn


@transaction.atomic
def save_column(access: Access, column: Column, *, now: datetime) -> int:
    """Make (`id` 0, at the right end) or change a column.

    Raises
    ------
    InvalidInput
        If it can't be kept so; the sentence says what to mend.
    """
    access.require(Permission.READ)
    column = checked(column)
    if column.topic:
        selectors.topic(access, column.topic)  # NotFound where there is none
    if column.id:
        row = _column(access, column.id)
    else:
        mine = _mine(access)
        if mine.count() >= MOST:
            raise Conflict(reason=say("{most} columns at the most; remove one first.", most=MOST))
        place = mine.aggregate(n=Max("place"))["n"]
        row = StreamColumn(
            workspace_id=access.workspace, person_id=access.me, place=0 if place is None else place + 1, read_to=now
        )
    row.name, row.topic, row.channel, row.language = column.name.strip(), column.topic, column.channel, column.language
    row.sentiment, row.kind, row.who, row.words = column.sentiment, column.kind, list(column.who), column.words.strip()
    row.save()
    return row.pk


@transaction.atomic
def remove_column(access: Access, column: int) -> None:
    """Take a column away."""
    _column(access, column).delete()


@transaction.atomic
def move_column(access: Access, column: int, by: int) -> None:
    """Move a column to the left (-1) or to the right (1)."""
    row = _column(access, column)
    rows = list(_mine(access).order_by("place", "pk"))
    old = next(place for place, each in enumerate(rows) if each.pk == row.pk)
    rows.insert(min(max(0, old + by), len(rows)), rows.pop(old))
    for place, each in enumerate(rows):
        StreamColumn.objects.filter(pk=each.pk).update(place=place)


@transaction.atomic
def read_up_to(access: Access, column: int, at: datetime) -> None:
    """Note up to where somebody has read a column; never back."""
    row = _column(access, column)
    row.read_to = max(row.read_to, at)
    row.save(update_fields=["read_to"])


def _mine(access: Access) -> QuerySet[StreamColumn]:
    return StreamColumn.objects.filter(workspace_id=access.workspace, person_id=access.me)


def _column(access: Access, column: int) -> StreamColumn:
    access.require(Permission.READ)
    row = _mine(access).select_for_update().filter(pk=column).first()
    if row is None:
        raise NotFound(what="column", which=column)
    return row
