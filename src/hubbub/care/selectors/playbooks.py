"""Reads of the playbook and its versions."""

import json
import zoneinfo
from datetime import datetime, timedelta
from functools import lru_cache

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Workspace
from hubbub.care.core import playbook as playbooks
from hubbub.care.core.playbook import Playbook
from hubbub.care.core.views import (
    PlaybookLine,
)
from hubbub.care.models import (
    PlaybookVersion,
)


def playbook(workspace: int) -> Playbook:
    """Return the playbook a workspace uses now."""
    row = PlaybookVersion.objects.filter(workspace_id=workspace).order_by("-version").first()
    if row is None:
        return _shipped()
    return _read(json.dumps(row.data, sort_keys=True), row.version)


@lru_cache(maxsize=1)
def _shipped() -> Playbook:
    return playbooks.read(playbooks.shipped(), 1)


@lru_cache(maxsize=64)
def _read(data: str, version: int) -> Playbook:
    return playbooks.read(json.loads(data), version)


def day_end(timezone: str, now: datetime) -> datetime:
    """Return the end of the day in a workspace's own time zone."""
    local = now.astimezone(zoneinfo.ZoneInfo(timezone))
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone(now.tzinfo)


def playbook_versions(access: Access) -> tuple[PlaybookLine, ...]:
    """Return the versions of the playbook, newest first."""
    access.require(Permission.READ)
    rows = PlaybookVersion.objects.filter(workspace_id=access.workspace).select_related("person").order_by("-version")
    found = tuple(
        PlaybookLine(row.version, row.note, row.person.name if row.person else "Hubbub", row.at) for row in rows
    )
    if found:
        return found
    made = Workspace.objects.values_list("created_at", flat=True).get(pk=access.workspace)
    return (PlaybookLine(1, "The default playbook", "Hubbub", made),)
