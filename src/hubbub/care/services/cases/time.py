"""What time does to cases: parked and snoozed ones come back, resolved ones close. In Hubbub's own name."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from hubbub.accounts.models import AuditEntry, Workspace
from hubbub.accounts.selectors import speaking_there
from hubbub.care.core.case import Case, Folder
from hubbub.care.models import CaseRow, Entry
from hubbub.care.selectors.rules import closes_after
from hubbub.care.services import clocks
from hubbub.infra import changes
from hubbub.kernel.speech import say

AT_ONCE = 10  # nobody else can write on SQLite meanwhile


def wake_due(*, now: datetime) -> int:
    """Bring back what was parked or snoozed until now; return how many cases."""
    rows = CaseRow.objects.filter(wake_at__lte=now).order_by("wake_at")
    return _for_all(rows, lambda row: row.value().wake(now), _back, "wake", now)


def close_due(*, now: datetime) -> int:
    """Close what was resolved long enough ago; return how many cases."""
    done = 0
    for workspace in Workspace.objects.values_list("pk", flat=True):
        rows = CaseRow.objects.filter(
            workspace=workspace, folder=Folder.RESOLVED, sort_at__lte=now - closes_after(workspace)
        )
        done += _for_all(rows, lambda row: row.value().close(now), lambda row: say("Closed by itself."), "close", now)
    return done


def _back(row: CaseRow) -> str:
    if row.parked_for:
        return say("Parked until now: {why}", why=row.parked_for)
    return say("Snoozed until now.")


def _for_all(
    rows: QuerySet[CaseRow],
    becomes: Callable[[CaseRow], Case],
    said: Callable[[CaseRow], str],
    action: str,
    now: datetime,
) -> int:
    """Do the same to all, some at a time, so that nobody waits long for a case that is locked."""
    done = 0
    while keys := list(rows.values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            for row in (
                rows.filter(pk__in=keys).select_related("account").order_by("pk").select_for_update(of=("self",))
            ):
                before = {"status": row.status}
                with speaking_there(row.workspace_id):
                    words = said(row)
                Entry.objects.create(case=row, at=now, kind="event", name="Hubbub", text=words)
                row.take(becomes(row))
                clocks.save(row, now)
                _note(row, action, before, now)
        done += len(keys)
    return done


def _note(row: CaseRow, action: str, before: dict[str, str], now: datetime) -> None:
    AuditEntry.objects.create(
        workspace_id=row.workspace_id,
        at=now,
        name="Hubbub",
        via="system",
        action=action,
        subject=f"case {row.number}",
        before=before,
        after={"status": row.status},
    )
    changes.record(row.workspace_id, "case", row.pk, now=now)
