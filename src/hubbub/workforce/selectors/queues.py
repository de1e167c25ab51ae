"""Reads of queues that people are planned for, and of what came to them."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Min, Q

from hubbub.accounts.core.access import Access, Permission
from hubbub.kernel.errors import NotFound
from hubbub.workforce.core.plan.history import Day
from hubbub.workforce.core.plan.queue import Queue, queue_of
from hubbub.workforce.core.plan.rules import Rules, rules_of, usual_rules
from hubbub.workforce.models import HistoryRow, QueueRow, RulesRow


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A queue as lists and pages show it."""

    id: int
    queue: Queue
    branching: float | None
    days: int = 0
    first: date | None = None
    last: date | None = None

    @property
    def bursts(self) -> float:
        """How many further ones each calls forth: as said, else as measured, else none."""
        said = self.queue.branching
        return said if said is not None else self.branching or 0.0


def rules(access: Access) -> Rules:
    """Return what all planning here shares."""
    access.require(Permission.READ)
    row = RulesRow.objects.filter(workspace_id=access.workspace).first()
    return rules_of(row.data) if row and row.data else usual_rules()


def queues(access: Access) -> tuple[QueueLine, ...]:
    """Return all queues in their order, with how much is known of each."""
    access.require(Permission.READ)
    rows = QueueRow.objects.filter(workspace_id=access.workspace).order_by("place", "id")
    counted = rows.annotate(n=Count("days"), since=Min("days__day"), until=Max("days__day"))
    return tuple(QueueLine(row.pk, queue_of(row.data), row.branching, row.n, row.since, row.until) for row in counted)


def queue(access: Access, which: int) -> QueueLine:
    """Return one queue.

    Raises
    ------
    NotFound
        If it is not there, or not of this workspace.
    """
    found = next((each for each in queues(access) if each.id == which), None)
    if found is None:
        raise NotFound(what="queue", which=which)
    return found


def history(access: Access, which: int, since: date | None = None, until: date | None = None) -> tuple[Day, ...]:
    """Return what came to a queue day by day, from the first day to before the last; days nobody knows are missing."""
    queue(access, which)
    span = Q() if since is None else Q(day__gte=since)
    span &= Q() if until is None else Q(day__lt=until)
    rows = HistoryRow.objects.filter(span, queue_id=which).order_by("day")
    return tuple(
        Day(row.day, row.step_min, tuple(row.arrivals), tuple(row.handled), tuple(row.handling_s)) for row in rows
    )
