"""Writes of reports: which page goes to whom, and whether it went."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.services import audit
from hubbub.kernel.errors import NotFound
from hubbub.kernel.speech import speaking
from hubbub.listening.core.reports import Report, checked, next_due
from hubbub.listening.models import ReportRow

BACKOFF = timedelta(minutes=15)
MOST_TRIES = 20


@transaction.atomic
def save_report(access: Access, report: Report, *, now: datetime) -> int:
    """Make (`id` 0) or change a report. It shows what whoever saves it may see.

    Raises
    ------
    InvalidInput
        If it can't be kept so; the sentence says what to mend.
    """
    access.require(Permission.LISTEN)
    report = checked(report)
    row = _report(access, report.id) if report.id else ReportRow(workspace_id=access.workspace)
    before = {"page": row.path, "to": row.mails} if report.id else None
    row.person_id, row.name, row.path = access.me, report.name.strip(), report.path
    row.weekday, row.hour, row.mails = report.weekday, report.hour, list(report.mails)
    row.due_at = next_due(report.weekday, report.hour, now, ZoneInfo(access.timezone))
    row.attempts, row.words = 0, ""
    row.save()
    with speaking(access.language):
        after = {"page": row.path, "to": row.mails, "when": report.when}
    audit(access, "report changed" if before else "report made", row.name, now=now, before=before, after=after)
    return row.pk


@transaction.atomic
def remove_report(access: Access, report: int, *, now: datetime) -> None:
    """Send it no longer."""
    access.require(Permission.LISTEN)
    row = _report(access, report)
    audit(access, "report removed", row.name, now=now, before={"page": row.path, "to": row.mails})
    row.delete()


def _report(access: Access, report: int) -> ReportRow:
    row = ReportRow.objects.select_for_update().filter(workspace_id=access.workspace, pk=report).first()
    if row is None:
        raise NotFound(what="report", which=report)
    return row


def went(report: int, *, now: datetime) -> None:
    """Note that a report went; the next one is due at its time."""
    row = ReportRow.objects.select_related("workspace").get(pk=report)
    row.sent_at, row.attempts, row.words = now, 0, ""
    row.due_at = next_due(row.weekday, row.hour, now, ZoneInfo(row.workspace.timezone))
    row.save()


def did_not_go(report: int, words: str, *, for_good: bool, now: datetime) -> None:
    """Note why a report did not go: it is tried again for some hours, or left until the next one is due."""
    row = ReportRow.objects.select_related("workspace").get(pk=report)
    row.attempts += 1
    row.words = words[:500]
    row.due_at = now + BACKOFF
    if for_good or row.attempts >= MOST_TRIES:
        row.attempts = 0
        row.due_at = next_due(row.weekday, row.hour, now, ZoneInfo(row.workspace.timezone))
    row.save()
