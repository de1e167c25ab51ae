"""Events of cases that triggers wait for."""

from datetime import datetime

from hubbub.care.core.playbook.triggers import Event
from hubbub.care.models import CaseRow, Happening
from hubbub.care.selectors.playbooks import playbook


def happened(row: CaseRow, what: Event, detail: str = "", *, now: datetime) -> None:
    """Note that something happened to a case, where a trigger waits for that; in the caller's transaction."""
    if any(trigger.event == what and not trigger.off for trigger in playbook(row.workspace_id).triggers):
        Happening.objects.create(
            workspace_id=row.workspace_id, case_id=row.pk, what=what.value, detail=detail[:80], at=now
        )
