"""Reads for the flow that measures: which queues are fed by what the desk does, and up to which day that is known."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hubbub.workforce.core.plan.queue import Queue, queue_of
from hubbub.workforce.models import QueueRow


@dataclass(frozen=True, slots=True)
class Fed:
    """A queue that is fed by the desk, and the day that runs there."""

    id: int
    workspace: int
    queue: Queue
    until: date | None
    """Up to here, without it, it was measured; None: not yet."""
    today: date
    zone: ZoneInfo


def to_measure(now: datetime) -> tuple[Fed, ...]:
    """Return the queues of which days are over that were not measured yet, of all workspaces."""
    found = []
    for row in QueueRow.objects.select_related("workspace").order_by("id"):
        queue, zone = queue_of(row.data), ZoneInfo(row.workspace.timezone)
        today = now.astimezone(zone).date()
        if (queue.calls or queue.channels) and (row.measured_until is None or row.measured_until < today):
            found.append(Fed(row.pk, row.workspace_id, queue, row.measured_until, today, zone))
    return tuple(found)
