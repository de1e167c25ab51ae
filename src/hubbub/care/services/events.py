"""Events of cases that triggers wait for."""

from collections.abc import Sequence
from datetime import datetime

from hubbub.care.core.playbook.triggers import Event
from hubbub.care.models import CaseRow, CaseTag, Happening, Tag
from hubbub.care.selectors.playbooks import playbook


def happened(row: CaseRow, what: Event, detail: str = "", *, now: datetime) -> None:
    """Note that something happened to a case, where a trigger waits for that; in the caller's transaction."""
    if any(trigger.event == what and not trigger.off for trigger in playbook(row.workspace_id).triggers):
        Happening.objects.create(
            workspace_id=row.workspace_id, case_id=row.pk, what=what.value, detail=detail[:80], at=now
        )


def tags_set(workspace: int, added: Sequence[CaseTag], *, now: datetime) -> None:
    """Note which tags were set on cases, where a trigger waits for that; in the caller's transaction."""
    waited = (trigger.event is Event.TAG_SET and not trigger.off for trigger in playbook(workspace).triggers)
    if not added or not any(waited):
        return
    names = dict(Tag.objects.filter(pk__in={each.tag_id for each in added}).values_list("pk", "name"))
    Happening.objects.bulk_create(
        Happening(
            workspace_id=workspace, case_id=each.case_id, what=Event.TAG_SET.value, detail=names[each.tag_id], at=now
        )
        for each in added
    )
