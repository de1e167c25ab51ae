"""Queues that people are planned for, the rules of the place, and what came: changed by who plans."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Workspace
from hubbub.accounts.services import audit
from hubbub.infra import changes
from hubbub.kernel.errors import Conflict, NotFound
from hubbub.kernel.speech import say
from hubbub.workforce.core.plan.history import Day
from hubbub.workforce.core.plan.queue import data_of, queue_of
from hubbub.workforce.core.plan.rules import data_of as rules_data
from hubbub.workforce.core.plan.rules import rules_of
from hubbub.workforce.models import HistoryRow, QueueRow, RulesRow

MOST_QUEUES = 50


def enter(access: Access) -> None:
    """Ask for leave to plan, and let one plan at a time: what is read from here on stays so."""
    access.require(Permission.PLAN)
    Workspace.objects.select_for_update().get(pk=access.workspace)


@transaction.atomic
def save_rules(access: Access, data: Mapping[str, Any], *, now: datetime) -> None:
    """Change what all planning here shares.

    Raises
    ------
    InvalidInput
        If something makes no sense.
    Conflict
        If the length of intervals is to change, but days in the old one were imported. Those of the desk are
        counted anew.
    """
    enter(access)
    rules = rules_of(data)
    queues = QueueRow.objects.filter(workspace_id=access.workspace)
    old = HistoryRow.objects.filter(queue__in=queues).exclude(step_min=rules.step_min)
    other = old.filter(source="import").values_list("step_min", flat=True).first()
    if other is not None:
        raise Conflict(
            reason=say(
                "What came is kept in intervals of {step} minutes. Remove the history of all queues first.", step=other
            )
        )
    if old.delete()[0]:
        queues.update(measured_until=None, branching=None)
    queues.update(forecast_due=True)
    row, _ = RulesRow.objects.get_or_create(workspace_id=access.workspace, defaults={"data": {}})
    before, row.data = row.data, rules_data(rules)
    row.save()
    audit(access, "planning rules changed", access.workspace_name, now=now, before=before or None, after=row.data)
    changes.record(access.workspace, "plan", None, now=now)


@transaction.atomic
def save_queue(access: Access, data: Mapping[str, Any], *, queue: int | None = None, now: datetime) -> int:
    """Make or change a queue; return its id. A new one stands last.

    Raises
    ------
    InvalidInput
        If something makes no sense.
    Conflict
        If another queue has the name, or there are too many.
    """
    enter(access)
    value = queue_of(data)
    rows = QueueRow.objects.filter(workspace_id=access.workspace)
    row = row_of(access, queue) if queue is not None else QueueRow(workspace_id=access.workspace)
    before = row.data if queue is not None else None
    if rows.filter(name__iexact=value.name).exclude(pk=row.pk).exists():
        raise Conflict(reason=say("There is a queue {name} already.", name=value.name))
    if before is None:
        if rows.count() >= MOST_QUEUES:
            raise Conflict(reason=say("There can be {most} queues.", most=MOST_QUEUES))
        row.place = (rows.aggregate(last=Max("place"))["last"] or 0) + 1
    elif queue_of(before).feeds != value.feeds:  # what was measured is another's
        HistoryRow.objects.filter(queue=row, source="desk").delete()
        row.measured_until = row.branching = None
    row.name, row.data, row.forecast_due = value.name, data_of(value), True
    row.save()
    done = "planned queue changed" if before else "planned queue made"
    audit(access, done, row.name, now=now, before=before, after=row.data)
    changes.record(access.workspace, "plan", row.pk, now=now)
    return row.pk


@transaction.atomic
def make_queues(access: Access, queues: Iterable[Mapping[str, Any]], *, now: datetime) -> tuple[int, ...]:
    """Make several queues, or none where one of them can't be; return their ids."""
    return tuple(save_queue(access, each, now=now) for each in queues)


@transaction.atomic
def move_queue(access: Access, queue: int, *, earlier: bool, now: datetime) -> None:
    """Have a queue stand one place earlier or later; the first and the last stay where they are."""
    enter(access)
    row = row_of(access, queue)
    others = QueueRow.objects.filter(workspace_id=access.workspace)
    beside = (
        others.filter(place__lt=row.place).order_by("-place")
        if earlier
        else others.filter(place__gt=row.place).order_by("place")
    ).first()
    if beside is None:
        return
    before = row.place
    row.place, beside.place = beside.place, row.place
    QueueRow.objects.bulk_update([row, beside], ["place"])
    audit(access, "planned queue moved", row.name, now=now, before={"place": before}, after={"place": row.place})
    changes.record(access.workspace, "plan", row.pk, now=now)


@transaction.atomic
def remove_queue(access: Access, queue: int, *, now: datetime) -> None:
    """Remove a queue with all that came to it."""
    enter(access)
    row = row_of(access, queue)
    audit(access, "planned queue removed", row.name, now=now, before=row.data)
    row.delete()
    changes.record(access.workspace, "plan", None, now=now)


@transaction.atomic
def take_history(access: Access, queue: int, days: Iterable[Day], *, source: str, now: datetime) -> int:
    """Keep what came on some days; a day that is there is replaced. Return how many days were kept.

    Raises
    ------
    NotFound
        If the queue is not there.
    """
    enter(access)
    row = row_of(access, queue)
    kept = keep_days(row, days, source=source)
    if kept:
        audit(access, "history taken in", row.name, now=now, after={"days": kept, "source": source})
        changes.record(access.workspace, "plan", row.pk, now=now)
    return kept


@transaction.atomic
def take_several(
    access: Access, parts: Iterable[tuple[int | Mapping[str, Any], Iterable[Day]]], *, now: datetime
) -> int:
    """Keep what came to several queues, each known by its id or made of what is said; return how many days were kept.

    Raises
    ------
    NotFound, InvalidInput, Conflict
        If one of them can't be; then nothing is kept.
    """
    kept = 0
    for queue, days in parts:
        which = queue if isinstance(queue, int) else save_queue(access, queue, now=now)
        kept += take_history(access, which, days, source="import", now=now)
    return kept


def keep_days(row: QueueRow, days: Iterable[Day], *, source: str) -> int:
    """Keep days of a queue inside somebody's transaction; it is to be forecast anew. Return how many."""
    made = [
        HistoryRow(
            queue=row, day=each.day, step_min=each.step_min, arrivals=list(each.arrivals),
            handled=list(each.handled), handling_s=list(each.handling_s), source=source,
        )
        for each in days
    ]  # fmt: skip
    HistoryRow.objects.bulk_create(
        made, batch_size=200, update_conflicts=True, unique_fields=["queue", "day"],
        update_fields=["step_min", "arrivals", "handled", "handling_s", "source"],
    )  # fmt: skip
    if made:
        QueueRow.objects.filter(pk=row.pk).update(forecast_due=True)
    return len(made)


@transaction.atomic
def forget_history(access: Access, queue: int, *, before: date | None = None, now: datetime) -> int:
    """Remove what came to a queue, all or what came before a day; return how many days that were."""
    enter(access)
    row = row_of(access, queue)
    days = HistoryRow.objects.filter(queue=row)
    gone, _ = (days if before is None else days.filter(day__lt=before)).delete()
    if gone:
        QueueRow.objects.filter(pk=row.pk).update(forecast_due=True, branching=None, measured_until=None)
        audit(access, "history removed", row.name, now=now, before={"days": gone})
        changes.record(access.workspace, "plan", row.pk, now=now)
    return gone


def row_of(access: Access, queue: int) -> QueueRow:
    """Return the row of a queue of this workspace."""
    row = QueueRow.objects.filter(pk=queue, workspace_id=access.workspace).first()
    if row is None:
        raise NotFound(what="queue", which=queue)
    return row
