"""Leads by stage, and one with its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.models import Lead, LeadEvent, LeadStage
from hubbub.kernel.errors import NotFound

SHOWN = 100
"""Leads of a stage that the board shows, the newest; the list and the file have all."""


@dataclass(frozen=True, slots=True)
class LeadLine:
    """A lead."""

    id: int
    title: str
    who: str
    stage: int
    stage_name: str
    owner: int | None
    owner_name: str
    value: Decimal | None
    currency: str
    expected_on: date | None
    case: int | None
    made_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage with what stands in it."""

    id: int
    name: str
    end: str
    leads: tuple[LeadLine, ...]
    count: int
    totals: tuple[tuple[str, Decimal], ...]  # by currency


@dataclass(frozen=True, slots=True)
class LeadView:
    """A lead with its history."""

    line: LeadLine
    events: tuple[tuple[datetime, str, str], ...]


def _line(row: Lead) -> LeadLine:
    return LeadLine(
        row.pk, row.title, row.who, row.stage_id, row.stage.name, row.owner_id, row.owner.name if row.owner else "",
        row.value, row.currency, row.expected_on, row.case.number if row.case else None, row.made_at, row.changed_at,
    )  # fmt: skip


def lead_board(access: Access) -> tuple[Stage, ...]:
    """Return the stages in their order, each with its newest leads, how many there are and what they are worth."""
    access.require(Permission.READ)
    leads = Lead.objects.filter(workspace_id=access.workspace)
    counts = dict(leads.order_by().values_list("stage").annotate(n=Count("pk")))
    worth: dict[int, list[tuple[str, Decimal]]] = {}
    sums = leads.filter(value__isnull=False).order_by().values_list("stage", "currency").annotate(sum=Sum("value"))
    for stage, currency, total in sorted(sums):
        worth.setdefault(stage, []).append((currency, total))
    return tuple(
        Stage(
            row.pk,
            row.name,
            row.end,
            tuple(_line(each) for each in _newest(leads.filter(stage=row), SHOWN)),
            counts.get(row.pk, 0),
            tuple(worth.get(row.pk, ())),
        )
        for row in LeadStage.objects.filter(workspace_id=access.workspace).order_by("place", "pk")
    )


def _newest(leads: QuerySet[Lead], limit: int) -> Sequence[Lead]:
    return list(leads.select_related("stage", "owner", "case").order_by("-changed_at", "-pk")[:limit])


def all_leads(access: Access, limit: int = 100_000) -> tuple[LeadLine, ...]:
    """Return every lead, the newest first."""
    access.require(Permission.READ)
    return tuple(_line(each) for each in _newest(Lead.objects.filter(workspace_id=access.workspace), limit))


def lead(access: Access, lead: int) -> LeadView:
    """Return a lead with its history."""
    access.require(Permission.READ)
    rows = Lead.objects.filter(workspace_id=access.workspace, pk=lead).select_related("stage", "owner", "case")
    row = rows.first()
    if row is None:
        raise NotFound(what="lead", which=lead)
    events = LeadEvent.objects.filter(lead=row).order_by("-pk").values_list("at", "name", "text")
    return LeadView(_line(row), tuple(events))


def lead_of(case: int) -> int | None:
    """Return the lead a case is, None where it is none; for this domain only."""
    return Lead.objects.filter(case=case).values_list("pk", flat=True).first()


def open_leads(access: Access, up_to: int = 1000) -> int:
    """Count the leads that go on."""
    rows = Lead.objects.filter(workspace_id=access.workspace, stage__end="")
    return len(rows.values_list("pk")[:up_to])
