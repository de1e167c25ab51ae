"""Events of cases that triggers wait for."""

from collections.abc import Sequence
from datetime import datetime

from hubbub.care.core.playbook.triggers import Event
from hubbub.care.models import CaseRow, CaseTag, Happening, Tag
from hubbub.care.selectors.playbooks import playbook


def happened(row: CaseRow, what: Event, detail: str = "", *, now: datetime) -> None:
    """Note that something happened to a case, where a trigger waits for that; in the caller's transaction."""
    if _waited(row.workspace_id, what):
        Happening.objects.create(
            workspace_id=row.workspace_id, case_id=row.pk, what=what.value, detail=detail[:80], at=now
        )


def reopened(workspace: int, cases: Sequence[CaseRow], *, now: datetime) -> None:
    """Note which cases go on after all, where a trigger waits for that; in the caller's transaction."""
    if cases and _waited(workspace, Event.REOPENED):
        Happening.objects.bulk_create(
            Happening(workspace_id=workspace, case=case, what=Event.REOPENED.value, at=now) for case in cases
        )


def _waited(workspace: int, what: Event) -> bool:
    return any(trigger.event is what and not trigger.off for trigger in playbook(workspace).triggers)


def tags_set(workspace: int, added: Sequence[CaseTag], *, now: datetime) -> None:
    """Note which tags were set on cases, where a trigger waits for that; in the caller's transaction."""
    if not added or not _waited(workspace, Event.TAG_SET):
        return
    names = dict(Tag.objects.filter(pk__in={each.tag_id for each in added}).values_list("pk", "name"))
    Happening.objects.bulk_create(
        Happening(
            workspace_id=workspace, case_id=each.case_id, what=Event.TAG_SET.value, detail=names[each.tag_id], at=now
        )
        for each in added
    )
