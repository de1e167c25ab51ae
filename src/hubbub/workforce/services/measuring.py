"""What the desk itself measured is kept as the history of its queues."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Workspace
from hubbub.infra import changes
from hubbub.kernel.errors import InvalidInput
from hubbub.workforce.core.bursts import burstiness
from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.history import Day
from hubbub.workforce.core.plan.queue import Queue, Way, queue_of
from hubbub.workforce.models import HistoryRow, QueueRow
from hubbub.workforce.services.queues import enter, keep_days, row_of

BURSTS_OVER = 56
FEWEST_DAYS, FEWEST_ITEMS = 14, 200
CALM = 0.05
"""What is usual for an interval is no less than this share of the mean: nothing is thought impossible."""


@transaction.atomic
def keep_measured(access: Access, fed: Queue, queue: int, days: Sequence[Day], until: date, *, now: datetime) -> int:
    """Keep days that were measured; return how many are new or other than before. An imported day stays as it is.

    Nothing is kept if the queue went, or is fed by something else than when it was measured.
    """
    access.require(Permission.READ)
    Workspace.objects.select_for_update().get(pk=access.workspace)
    row = QueueRow.objects.filter(pk=queue, workspace_id=access.workspace).first()
    if row is None or queue_of(row.data).feeds != fed.feeds:
        return 0
    there = {each.day: each for each in HistoryRow.objects.filter(queue=row, day__in=[day.day for day in days])}
    other = [day for day in days if day.day not in there or _differs(there[day.day], day)]
    keep_days(row, other, source="desk")
    row.refresh_from_db()
    row.measured_until = until
    row.branching = _branching(row, until)
    row.save(update_fields=["measured_until", "branching"])
    if other:
        changes.record(access.workspace, "plan", row.pk, now=now)
    return len(other)


@transaction.atomic
def measure_again(access: Access, queue: int, *, now: datetime) -> None:
    """Let all that the desk knows of a queue be measured anew, as when calls of earlier days came in later."""
    enter(access)
    row = row_of(access, queue)
    row.measured_until = None
    row.save(update_fields=["measured_until"])
    changes.record(access.workspace, "plan", row.pk, now=now)


def _differs(row: HistoryRow, day: Day) -> bool:
    if row.source != "desk":
        return False
    kept = (row.step_min, row.arrivals, row.handled, row.handling_s)
    return kept != (day.step_min, list(day.arrivals), list(day.handled), list(day.handling_s))


def _branching(row: QueueRow, until: date) -> float | None:
    """Return how many further ones each calls forth, from the last weeks; None where it makes no odds or is unknown."""
    queue = queue_of(row.data)
    if queue.kind.way is not Way.LATER:
        return None
    days = HistoryRow.objects.filter(queue=row, day__gte=until - timedelta(days=BURSTS_OVER), day__lt=until)
    whole = [(each.day, each.arrivals) for each in days.order_by("day") if None not in each.arrivals]
    if len(whole) < FEWEST_DAYS:
        return None
    counts = np.array([arrivals for _, arrivals in whole], np.float64)
    if counts.sum() < FEWEST_ITEMS:
        return None
    usual = _usual(counts, np.array([day.weekday() for day, _ in whole]))
    try:
        return burstiness(counts.ravel(), per=86_400 / counts.shape[1], usual=usual.ravel()).branching
    except InvalidInput:
        return None


def _usual(counts: Floats, weekdays: np.ndarray) -> Floats:
    """Return what was to be expected: the mean of a weekday, spread as all days together are."""
    course = counts.sum(0) / counts.sum()
    whole = np.array([counts[weekdays == each].sum(1).mean() for each in weekdays])
    return np.asarray(np.maximum(whole[:, None] * course, CALM * counts.mean()))
