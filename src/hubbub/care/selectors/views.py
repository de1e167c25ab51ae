"""Reads of saved views."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.filters import Filter, SavedView, read
from hubbub.care.models import SavedViewRow
from hubbub.care.selectors.lists import count
from hubbub.infra.memory import recall
from hubbub.kernel.errors import NotFound


def saved_views(access: Access) -> tuple[SavedView, ...]:
    """Return one's own views, then everybody's, as they were put in order."""
    access.require(Permission.READ)
    kept = recall(access.workspace, "saved views", lambda: _views(access.workspace))
    return tuple(view for person, view in kept if person in (access.me, None))


def _views(workspace: int) -> tuple[tuple[int | None, SavedView], ...]:
    rows = SavedViewRow.objects.filter(workspace_id=workspace)
    return tuple((row.person_id, _value(row)) for row in rows.order_by(F("person").asc(nulls_last=True), "place", "id"))


def saved_view(access: Access, view: int) -> SavedView:
    """Return one of them."""
    found = next((each for each in saved_views(access) if each.id == view), None)
    if found is None:
        raise NotFound(what="view", which=view)
    return found


def counted_views(access: Access, now: datetime) -> tuple[tuple[SavedView, int], ...]:
    """Return saved views with how much each holds, up to a thousand."""
    return tuple((each, count(access, each.asked, now)) for each in saved_views(access))


def _value(row: SavedViewRow) -> SavedView:
    return SavedView(row.pk, row.name, row.person_id is not None, filter_of(row.view, row.conditions))


def filter_of(view: str, pairs: Iterable[Iterable[str]]) -> Filter:
    """Return a filter, given what is stored of it."""
    given: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in pairs:
        given[name].append(value)
    return read(view, given)
