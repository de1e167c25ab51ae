"""Reads of service levels: the policies and calendars in use."""

import json
from datetime import datetime
from functools import lru_cache

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.calendar import Calendar, calendar_of
from hubbub.care.core.levels import Levels, Policy, policy_of
from hubbub.care.core.playbook import Playbook
from hubbub.care.core.views import CalendarLine, PolicyLine
from hubbub.care.models import CalendarRow, PolicyRow
from hubbub.care.selectors.playbooks import playbook
from hubbub.infra.memory import remembered


def levels(workspace: int, used: Playbook | None = None) -> Levels:
    """Return the service levels a workspace uses now, with its playbook's minutes for the rest."""
    return Levels((used or playbook(workspace)).service_level, _policies(workspace))


@remembered
def _policies(workspace: int) -> tuple[Policy, ...]:
    rows = PolicyRow.objects.filter(workspace_id=workspace).select_related("calendar").order_by("place", "id")
    return tuple(_policy(row) for row in rows)


def _policy(row: PolicyRow) -> Policy:
    calendar = _calendar(json.dumps(row.calendar.data, sort_keys=True)) if row.calendar else None
    return policy_of(row.data, calendar)


@lru_cache(maxsize=256)
def _calendar(data: str) -> Calendar:
    return calendar_of(json.loads(data))


@remembered
def main_calendar(workspace: int) -> Calendar | None:
    """Return the workspace's own opening hours, None where none are set: then somebody is always there."""
    row = CalendarRow.objects.filter(workspace_id=workspace, main=True).first()
    return _calendar(json.dumps(row.data, sort_keys=True)) if row is not None else None


def open_hours(workspace: int, at: datetime) -> bool:
    """Say whether the workspace is open at an instant; always, where it has no calendar."""
    calendar = main_calendar(workspace)
    return calendar is None or calendar.is_open(at)


def calendars(access: Access) -> tuple[CalendarLine, ...]:
    """Return the calendars, by name."""
    access.require(Permission.READ)
    rows = CalendarRow.objects.filter(workspace_id=access.workspace).order_by("name")
    return tuple(CalendarLine(row.pk, _calendar(json.dumps(row.data, sort_keys=True)), row.main) for row in rows)


def policies(access: Access) -> tuple[PolicyLine, ...]:
    """Return the policies, in the order in which they are read."""
    access.require(Permission.READ)
    rows = PolicyRow.objects.filter(workspace_id=access.workspace).select_related("calendar").order_by("place", "id")
    return tuple(PolicyLine(row.pk, _policy(row), row.calendar_id) for row in rows)
