"""Forecasts kept, and the events that one marks."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Workspace
from hubbub.accounts.services import audit
from hubbub.infra import changes
from hubbub.infra.failpoints import failpoint
from hubbub.kernel.errors import Conflict, NotFound
from hubbub.kernel.speech import say
from hubbub.workforce.core.plan.events import STORM, Marked, marked_of
from hubbub.workforce.core.plan.foretelling import WEEK, Asked, Foretold, FoundStorm
from hubbub.workforce.models import BacktestRow, ForecastRow, MarkedRow, QueueRow
from hubbub.workforce.selectors import forecasts as selectors
from hubbub.workforce.services.queues import enter, row_of

MOST_EVENTS = 2_000
KEPT = 400
"""Days for which old forecasts are kept, to see how far off they were."""
_FIGURES = ("mean", "low", "high", "storm", "handling_s")


@transaction.atomic
def keep_forecast(access: Access, queue: int, asked: Asked, told: Foretold | str, *, now: datetime) -> bool:
    """Keep today's forecast of a queue in place of an earlier one of today, or the sentence why there is none.

    What it was made of may have changed while it was made: then it stays due. Return whether the queue is still there.
    """
    access.require(Permission.READ)
    Workspace.objects.select_for_update().get(pk=access.workspace)
    row = QueueRow.objects.filter(pk=queue, workspace_id=access.workspace).first()
    if row is None:
        return False
    if isinstance(told, str):
        if not any(day.total for day in asked.days):  # else what was told before is better than nothing
            ForecastRow.objects.filter(queue=row, day__gte=asked.today).delete()
        data: Mapping[str, Any] = {"trouble": told}
    else:
        _write(row, asked, told)
        _keep_storms(access, row, told.storms)
        data = told.tried
    BacktestRow.objects.update_or_create(queue=row, defaults={"made_on": asked.today, "data": dict(data)})
    failpoint("forecasting.in_transaction")
    QueueRow.objects.filter(pk=row.pk).update(
        forecast_due=not _same(selectors.asked(access, queue, asked.today), asked)
    )
    _prune(row, asked.today)
    changes.record(access.workspace, "plan", row.pk, now=now)
    return True


def _same(now: Asked | None, then: Asked) -> bool:
    """Say whether a forecast would be made of the same; storms that were found by itself are not what it is made of."""

    def given(asked: Asked) -> tuple[object, ...]:
        told = tuple(each for each in asked.marked if not each.found or each.confirmed is not None)
        return asked.queue, asked.step_min, asked.country, asked.zone, asked.days, told

    return now is not None and given(now) == given(then)


def _write(row: QueueRow, asked: Asked, told: Foretold) -> None:
    made = [
        ForecastRow(
            queue=row, day=each.day, made_on=asked.today, step_min=asked.step_min, model=each.model,
            day_low=each.day_low, day_high=each.day_high, **{name: list(getattr(each, name)) for name in _FIGURES},
        )
        for each in told.days
    ]  # fmt: skip
    ForecastRow.objects.bulk_create(
        made, batch_size=100, update_conflicts=True, unique_fields=["queue", "day", "made_on"],
        update_fields=["step_min", "model", "day_low", "day_high", *_FIGURES],
    )  # fmt: skip


def _keep_storms(access: Access, row: QueueRow, storms: tuple[FoundStorm, ...]) -> None:
    """Keep the storms that were found; what somebody said of one stays, found again or not."""
    there = {(each.day, each.start_min): each for each in MarkedRow.objects.filter(queue=row, found=True)}
    for storm in storms:
        held = there.pop((storm.day, storm.start_min), None)
        held = held or MarkedRow(workspace_id=access.workspace, queue=row, day=storm.day, start_min=storm.start_min)
        held.kind, held.storm, held.found, held.end_min = STORM, True, True, storm.end_min
        held.name = str(round(storm.extra))
        held.save()
    MarkedRow.objects.filter(pk__in=[each.pk for each in there.values() if each.confirmed is None]).delete()


def _prune(row: QueueRow, today: date) -> None:
    """Keep for each day the newest forecast, and the newest of those made a week ahead or earlier."""
    kept: dict[tuple[date, bool], int] = {}
    gone: list[int] = []
    rows = ForecastRow.objects.filter(queue=row).order_by("made_on").values_list("id", "day", "made_on")
    found = list(rows)
    for pk, day, made_on in found:
        kept[day, False] = pk
        if made_on <= day - timedelta(days=WEEK):
            kept[day, True] = pk
    old = today - timedelta(days=KEPT)
    stays = {pk for (day, _), pk in kept.items() if day >= old}
    gone = [pk for pk, _, _ in found if pk not in stays]
    ForecastRow.objects.filter(pk__in=gone).delete()


# Events ---------------------------------------------------------------------
@transaction.atomic
def save_event(access: Access, data: Mapping[str, Any], *, event: int | None = None, now: datetime) -> int:
    """Mark an event, or change one; return its id. What it moves is forecast anew.

    Raises
    ------
    InvalidInput
        If something makes no sense.
    NotFound
        If the event or its queue is not there.
    Conflict
        If there are too many.
    """
    enter(access)
    value = marked_of(data)
    queue = row_of(access, value.queue) if value.queue is not None else None
    if event is not None:
        row = _event(access, event, found=False)
        _due(row)
    elif MarkedRow.objects.filter(workspace_id=access.workspace).count() >= MOST_EVENTS:
        raise Conflict(reason=say("There can be {most:,} events.", most=MOST_EVENTS))
    else:
        row = MarkedRow(workspace_id=access.workspace)
    before = None if event is None else _said(selectors.marked(row))
    row.queue, row.kind, row.name, row.day = queue, value.kind, value.name, value.day
    row.start_min, row.end_min, row.factor = value.start_min, value.end_min, value.factor
    row.storm = value.kind.casefold() == STORM
    row.save()
    _due(row)
    done = "planned event changed" if event is not None else "planned event marked"
    audit(access, done, row.name, now=now, before=before, after=_said(selectors.marked(row)))
    changes.record(access.workspace, "plan", row.queue_id, now=now)
    return row.pk


@transaction.atomic
def remove_event(access: Access, event: int, *, now: datetime) -> None:
    """Take an event back."""
    enter(access)
    row = _event(access, event, found=False)
    audit(access, "planned event removed", row.name, now=now, before=_said(selectors.marked(row)))
    _due(row)
    row.delete()
    changes.record(access.workspace, "plan", row.queue_id, now=now)


@transaction.atomic
def judge_storm(access: Access, event: int, *, storm: bool, now: datetime) -> None:
    """Say of a storm that was found whether it was one: what was none is what usually comes."""
    enter(access)
    row = _event(access, event, found=True)
    row.confirmed = storm
    row.save(update_fields=["confirmed"])
    _due(row)
    done = "storm confirmed" if storm else "storm denied"
    audit(access, done, row.queue.name if row.queue else "", now=now, after={"day": row.day.isoformat()})
    changes.record(access.workspace, "plan", row.queue_id, now=now)


def _event(access: Access, event: int, *, found: bool) -> MarkedRow:
    row = MarkedRow.objects.filter(pk=event, workspace_id=access.workspace, found=found).first()
    if row is None:
        raise NotFound(what="event", which=event)
    return row


def _due(row: MarkedRow) -> None:
    queues = QueueRow.objects.filter(workspace_id=row.workspace_id)
    (queues if row.queue_id is None else queues.filter(pk=row.queue_id)).update(forecast_due=True)


def _said(event: Marked) -> dict[str, Any]:
    return {
        "kind": event.kind, "name": event.name, "queue": event.queue, "day": event.day.isoformat(),
        "from": event.start_min, "until": event.end_min, "factor": event.factor,
    }  # fmt: skip
