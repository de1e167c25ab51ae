"""The row of a case: locked, written, noted. Every write on a case goes through here."""

from datetime import datetime

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.services import audit
from hubbub.care.core.case import Case, Status
from hubbub.care.core.playbook.triggers import Event
from hubbub.care.models import CaseRow, Entry, ReadMark
from hubbub.care.services import clocks
from hubbub.care.services.events import happened
from hubbub.infra import changes
from hubbub.kernel.errors import NotFound


def lock(access: Access, number: int, permission: Permission = Permission.WORK) -> CaseRow:
    """Return a case's row, locked; the one place where writes on cases check access. For this domain only."""
    access.require(permission)
    row = (
        CaseRow.objects.select_for_update(of=("self",))
        .select_related("account")
        .filter(workspace_id=access.workspace, number=number)
        .first()
        if 0 <= number < 2**63
        else None
    )
    if row is None:
        raise NotFound(what="case", which=number)
    return row


def store(access: Access, row: CaseRow, case: Case, action: str, now: datetime, **after: object) -> None:
    """Write a case's new state, the audit line and the change, in the caller's transaction. For this domain only."""
    before = {"status": row.status, "owner": row.owner_id}
    if Status(row.status).ended and not case.status.ended:
        happened(row, Event.REOPENED, now=now)
    row.take(case)
    clocks.save(row, now, access.person)
    after = {"status": row.status, "owner": row.owner_id, **after}
    audit(access, action, f"case {row.number}", now=now, before=before, after=after)
    changes.record(access.workspace, "case", row.pk, now=now)


def event(access: Access, row: CaseRow, now: datetime, text: str) -> None:
    """Note in the timeline what happened. For this domain only."""
    Entry.objects.create(case=row, at=now, kind="event", person_id=access.person, name=access.name, text=text)


def read_by(access: Access, row: CaseRow, now: datetime) -> None:
    """Note that somebody has read a case that is locked. For this domain only."""
    if access.person is None or ReadMark.objects.filter(case=row, person_id=access.person).update(at=now):
        return
    ReadMark.objects.create(case=row, person_id=access.person, at=now)
