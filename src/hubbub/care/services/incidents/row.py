"""The row of an incident: locked, written, noted. Every write on an incident goes through here."""

from datetime import datetime

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Workspace
from hubbub.accounts.services import audit
from hubbub.care.models import CaseRow, Incident, IncidentEvent
from hubbub.care.services import clocks
from hubbub.infra import changes
from hubbub.kernel.errors import Conflict, NotFound


def lock(access: Access, incident: int, *, open_only: bool = True) -> Incident:
    """Return an incident, locked: triage writes on it too, under the lock on the workspace. For this folder only."""
    access.require(Permission.WORK)
    Workspace.objects.select_for_update(no_key=True).get(pk=access.workspace)
    row = Incident.objects.filter(workspace_id=access.workspace, pk=incident).first() if incident < 2**63 else None
    if row is None:
        raise NotFound(what="incident", which=incident)
    if open_only and not row.open:
        raise Conflict(reason="This incident is closed.")
    return row


def store(access: Access, row: Incident, action: str, said: str, now: datetime, **after: object) -> None:
    """Write an incident, its event, the audit line and the change. For this folder only."""
    happened(access, row, said, now)
    audit(access, action, f"incident {row.pk}", now=now, after={"title": row.title, **after})


def happened(access: Access, row: Incident, said: str, now: datetime) -> None:
    """Write an incident, its event and the change; what was done has its own audit lines. For this folder only."""
    row.save()
    IncidentEvent.objects.create(incident=row, at=now, name=access.name, text=said[:300])
    changes.record(access.workspace, "incident", row.pk, now=now)


def put(case: CaseRow, incident: Incident | None, now: datetime) -> None:
    """Put a locked case into an incident, or out of every one. For this folder only."""
    case.incident = incident
    case.take(case.value())
    clocks.save(case, now)
    changes.record(case.workspace_id, "case", case.pk, now=now)
