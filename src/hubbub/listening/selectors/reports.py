"""Reads of reports."""

from dataclasses import dataclass
from datetime import datetime

from hubbub.accounts.core.access import Access, Permission
from hubbub.kernel.errors import NotFound
from hubbub.listening.core.reports import Report
from hubbub.listening.models import ReportRow


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report as a page lists it."""

    report: Report
    maker: str
    due_at: datetime
    sent_at: datetime | None
    trouble: str  # why the last one did not go


def reports(access: Access) -> tuple[ReportLine, ...]:
    """Return the workspace's reports, by name."""
    access.require(Permission.READ)
    rows = ReportRow.objects.filter(workspace_id=access.workspace).select_related("person").order_by("name", "pk")
    return tuple(ReportLine(_value(row), row.person.name, row.due_at, row.sent_at, row.words) for row in rows)


def report(access: Access, report_id: int) -> Report:
    """Return one report."""
    access.require(Permission.LISTEN)
    row = ReportRow.objects.filter(workspace_id=access.workspace, pk=report_id).first()
    if row is None:
        raise NotFound(what="report", which=report_id)
    return _value(row)


def _value(row: ReportRow) -> Report:
    return Report(row.pk, row.name, row.path, row.weekday, row.hour, tuple(row.mails))


def due(now: datetime) -> list[tuple[Report, int, str, str]]:
    """Return reports that are due, with whose they are and the workspace's slug and language. For the worker."""
    rows = ReportRow.objects.filter(due_at__lte=now).select_related("workspace").order_by("due_at")[:20]
    return [(_value(row), row.person_id, row.workspace.slug, row.workspace.language) for row in rows]
