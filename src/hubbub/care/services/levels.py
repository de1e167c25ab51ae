"""Calendars and service-level policies, changed by managers. What is measured already never changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Team, Workspace
from hubbub.accounts.services import audit
from hubbub.care.core.calendar import calendar_of, data_of
from hubbub.care.core.levels import Do, policy_of
from hubbub.care.models import CalendarRow, PolicyRow
from hubbub.care.services import clocks
from hubbub.infra import changes
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.speech import say

MOST_POLICIES = 50
MOST_CALENDARS = 50


@transaction.atomic
def save_calendar(
    access: Access, data: Mapping[str, Any], *, main: bool, calendar: int | None = None, now: datetime
) -> int:
    """Make or change opening hours; return their id. At most one calendar is the workspace's own.

    Raises
    ------
    InvalidInput
        If it never opens, or hours, days or the time zone make no sense.
    Conflict
        If another calendar has the name.
    """
    _enter(access)
    rows = CalendarRow.objects.filter(workspace_id=access.workspace)
    row = _calendar(access, calendar) if calendar is not None else CalendarRow(workspace_id=access.workspace)
    before = row.data if calendar is not None else None
    value = calendar_of(data)
    if rows.filter(name__iexact=value.name).exclude(pk=row.pk).exists():
        raise Conflict(reason=say("There is a calendar {name} already.", name=value.name))
    if before is None and rows.count() >= MOST_CALENDARS:
        raise Conflict(reason=say("There can be {most} calendars.", most=MOST_CALENDARS))
    if main:
        rows.exclude(pk=row.pk).update(main=False)
    row.name, row.data, row.main = value.name, data_of(value), main
    row.save()
    _changed(access, "calendar changed" if before else "calendar made", row.name, before, row.data, now)
    return row.pk


@transaction.atomic
def remove_calendar(access: Access, calendar: int, *, now: datetime) -> None:
    """Remove opening hours that no policy uses."""
    _enter(access)
    row = _calendar(access, calendar)
    used = row.policies.order_by("place").first()
    if used is not None:
        raise Conflict(
            reason=say("The policy {policy} counts by this calendar. Give it another one first.", policy=used.name)
        )
    _changed(access, "calendar removed", row.name, row.data, None, now)
    row.delete()


@transaction.atomic
def save_policy(
    access: Access, data: Mapping[str, Any], *, calendar: int | None, policy: int | None = None, now: datetime
) -> int:
    """Make or change a policy; return its id. A new one is read last.

    Raises
    ------
    InvalidInput
        If it has no time at all, or names what is not there.
    Conflict
        If another policy has the name.
    """
    _enter(access)
    hours = _calendar(access, calendar) if calendar is not None else None
    value = policy_of(data, calendar_of(hours.data) if hours is not None else None)
    rows = PolicyRow.objects.filter(workspace_id=access.workspace)
    row = _policy(access, policy) if policy is not None else PolicyRow(workspace_id=access.workspace)
    before = row.data if policy is not None else None
    if rows.filter(name__iexact=value.name).exclude(pk=row.pk).exists():
        raise Conflict(reason=say("There is a policy {name} already.", name=value.name))
    if before is None:
        if rows.count() >= MOST_POLICIES:
            raise Conflict(reason=say("There can be {most} policies.", most=MOST_POLICIES))
        row.place = (rows.aggregate(last=Max("place"))["last"] or 0) + 1
    teams = {*value.teams, *(_team(step.to) for step in value.steps if step.do is Do.TEAM)}
    if teams - set(Team.objects.filter(workspace_id=access.workspace, pk__in=teams).values_list("pk", flat=True)):
        raise InvalidInput(reason="This team is not there any more. Choose another one.")
    row.name, row.calendar, row.data = value.name, hours, {**data, "name": value.name}
    row.save()
    _changed(access, "policy changed" if before else "policy made", row.name, before, row.data, now)
    return row.pk


def _team(given: str) -> int:
    return int(given) if given.isdecimal() and len(given) < 19 else 0


@transaction.atomic
def remove_policy(access: Access, policy: int, *, now: datetime) -> None:
    """Remove a policy; what it counted for is counted by the next that fits."""
    _enter(access)
    row = _policy(access, policy)
    _changed(access, "policy removed", row.name, row.data, None, now)
    row.delete()


@transaction.atomic
def move_policy(access: Access, policy: int, *, earlier: bool, now: datetime) -> None:
    """Have a policy read before its neighbour, or after it."""
    _enter(access)
    row = _policy(access, policy)
    rows = list(PolicyRow.objects.filter(workspace_id=access.workspace).order_by("place", "id"))
    at = rows.index(row)
    to = max(0, min(len(rows) - 1, at - 1 if earlier else at + 1))
    if to == at:
        return
    rows.insert(to, rows.pop(at))
    for place, each in enumerate(rows, 1):
        each.place = place
    PolicyRow.objects.bulk_update(rows, ["place"])
    _changed(access, "policy moved", row.name, at + 1, to + 1, now)


def _enter(access: Access) -> None:
    """Check the permission, and let nobody else change service levels meanwhile."""
    access.require(Permission.PLAYBOOK)
    Workspace.objects.select_for_update(no_key=True).get(pk=access.workspace)


def _changed(access: Access, action: str, name: str, before: object, after: object, now: datetime) -> None:
    audit(access, action, name, now=now, before=before, after=after)
    clocks.changed(access.workspace)
    changes.record(access.workspace, "levels", None, now=now)


def _calendar(access: Access, calendar: int) -> CalendarRow:
    row = CalendarRow.objects.filter(workspace_id=access.workspace, pk=calendar).first()
    if row is None:
        raise NotFound(what="calendar", which=calendar)
    return row


def _policy(access: Access, policy: int) -> PolicyRow:
    row = PolicyRow.objects.filter(workspace_id=access.workspace, pk=policy).first()
    if row is None:
        raise NotFound(what="policy", which=policy)
    return row
