"""Writes on saved views: one's own by everybody, those of all by who leads the team."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Workspace
from hubbub.accounts.services import audit
from hubbub.care.core.filters import Filter
from hubbub.care.models import SavedViewRow
from hubbub.infra import changes
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.speech import say
from hubbub.kernel.text import clean

MOST = 30
"""So many one may have, and so many there may be of all: each is counted whenever the inbox is."""


@transaction.atomic
def save_view(access: Access, *, view: int | None = None, name: str, asked: Filter, shared: bool, now: datetime) -> int:
    """Make or change a view; return its id."""
    access.require(Permission.TEAM if shared else Permission.READ)
    name = " ".join(clean(name).split())
    if not name or len(name) > 60:
        raise InvalidInput(reason="Give the view a name of at most 60 characters.")
    Workspace.objects.select_for_update().get(pk=access.workspace)  # one at a time, so that places are told apart
    row = _row(access, view) if view is not None else SavedViewRow(workspace_id=access.workspace)
    person = None if shared else access.me
    beside = _beside(access, person).exclude(pk=view or 0)
    if beside.filter(name__iexact=name).exists():
        raise Conflict(reason=say("There is a view {name} already.", name=name))
    if view is None or row.person_id != person:
        if beside.count() >= MOST:
            raise Conflict(reason=say("There are {most} views already. Remove one first.", most=MOST))
        last = beside.order_by("-place").values_list("place", flat=True).first()
        row.place = 0 if last is None else last + 1
    row.name, row.person_id = name, person
    row.view, row.conditions = asked.view, [list(pair) for pair in asked.pairs()]
    row.save()
    audit(access, "view saved", name, now=now, after={"shared": shared, "view": row.view, **_told(asked)})
    changes.record(access.workspace, "views", row.pk, now=now)
    return row.pk


def _told(asked: Filter) -> dict[str, str]:
    told: dict[str, str] = {}
    for name, value in asked.pairs():
        told[name] = f"{told[name]}, {value}" if name in told else value
    return told


@transaction.atomic
def move_view(access: Access, view: int, *, up: bool, now: datetime) -> None:
    """Put a view one place further up or down."""
    Workspace.objects.select_for_update().get(pk=access.workspace)
    row = _row(access, view)
    rows = list(_beside(access, row.person_id).order_by("place", "id"))
    at = rows.index(row)
    to = max(0, min(len(rows) - 1, at + (-1 if up else 1)))
    rows.insert(to, rows.pop(at))
    for place, each in enumerate(rows):
        each.place = place
    SavedViewRow.objects.bulk_update(rows, ["place"])
    audit(access, "view moved", row.name, now=now, after={"place": to + 1})
    changes.record(access.workspace, "views", row.pk, now=now)


@transaction.atomic
def remove_view(access: Access, view: int, *, now: datetime) -> None:
    """Remove a view; its cases stay as they are."""
    row = _row(access, view)
    audit(access, "view removed", row.name, now=now)
    row.delete()
    changes.record(access.workspace, "views", view, now=now)


def _beside(access: Access, person: int | None) -> QuerySet[SavedViewRow]:
    """Return the views of somebody, or of all."""
    rows = SavedViewRow.objects.filter(workspace_id=access.workspace)
    return rows.filter(person__isnull=True) if person is None else rows.filter(person_id=person)


def _row(access: Access, view: int) -> SavedViewRow:
    """Return a view to change: one's own, or everybody's for who leads the team."""
    access.require(Permission.READ)
    row = SavedViewRow.objects.select_for_update().filter(workspace_id=access.workspace, pk=view).first()
    if row is None or row.person_id not in (None, access.me):
        raise NotFound(what="view", which=view)
    if row.person_id is None:
        access.require(Permission.TEAM)
    return row
