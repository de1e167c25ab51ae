"""The row of an incident: locked, written, noted. Every write on an incident goes through here."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Workspace
from hubbub.accounts.services import audit
from hubbub.care.core.levels import ClockKind, Levels
from hubbub.care.models import CaseRow, Incident, IncidentEvent
from hubbub.care.selectors.levels import levels
from hubbub.care.services import clocks
from hubbub.care.services.cases.many import WRITTEN
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
    put_all(case.workspace_id, [case], incident, now)


def put_all(workspace: int, rows: Sequence[CaseRow], incident: Incident | None, now: datetime) -> None:
    """The same with many locked cases, in a few statements however many. For this folder only."""
    for row in rows:
        row.incident = incident
        row.take(row.value())
    planned = clocks.plan({row.pk: row for row in rows}, (), levels(workspace), now)
    CaseRow.objects.bulk_update(rows, [*WRITTEN, "incident"], batch_size=100)
    clocks.write(workspace, planned, now)
    changes.record_many([(workspace, "case", row.pk) for row in rows], now=now)


def due_from(case: CaseRow, now: datetime, used: Levels) -> None:
    """Make a case that waited in an incident due in its service level from now on. For this folder only."""
    if case.folder == "incident":
        case.take(replace(case.value(), due_at=used.due(clocks.facts_of(case), now, ClockKind.FIRST)))
