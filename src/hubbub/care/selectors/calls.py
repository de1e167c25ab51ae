"""Reads of calls: whose they are, what is to be called back, and how many come when."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.calls.load import Load, load_of
from hubbub.care.core.calls.record import Call, Direction, Outcome
from hubbub.care.core.calls.views import CallCounts, CallLine, CallPage, Task, UnreadLine
from hubbub.care.models import CallBack, CallReject, CallRow
from hubbub.infra import db
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say

PAGE = 50
LOST = (Outcome.ABANDONED, Outcome.MISSED, Outcome.VOICEMAIL, Outcome.BUSY, Outcome.CALLBACK)
_LOAD = ("queue", "started_at", "answered_at", "ended_at", "outcome")


def call_of(row: CallRow, cases: Mapping[int, int] | None = None) -> Call:
    """Return a row as a value. `cases` are keys by number, where the caller has them."""
    numbers = {pk: number for number, pk in (cases or {}).items()}
    return Call(
        source=row.source,
        native=row.native,
        started_at=row.started_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        direction=Direction(row.direction),
        caller=row.caller,
        called=row.called,
        name=row.name,
        queue=row.queue,
        agent=row.agent,
        outcome=Outcome(row.outcome),
        notes=row.notes,
        case=numbers.get(row.case_id) if row.case_id else None,
    )


def calls(
    access: Access, *, outcome: str = "", queue: str = "", search: str = "", before: int = 0, limit: int = PAGE
) -> CallPage:
    """Return the workspace's calls, newest first; of one outcome ("lost": of those nobody took), queue or caller.

    Raises
    ------
    InvalidInput
        If there is no such outcome.
    """
    access.require(Permission.READ)
    rows = CallRow.objects.filter(workspace_id=access.workspace)
    if outcome == "lost":
        rows = rows.filter(outcome__in=LOST, direction=Direction.IN)
    elif outcome:
        if outcome not in set(Outcome):
            raise InvalidInput(
                reason=say(
                    "There is no outcome {outcome!r}; there are lost, {known}.",
                    outcome=outcome,
                    known=", ".join(filter(None, Outcome)),
                )
            )
        rows = rows.filter(outcome=outcome)
    if queue:
        rows = rows.filter(queue=queue)
    if search:
        digits = "".join(letter for letter in search if letter.isdigit())
        found = Q(name__icontains=search)
        rows = rows.filter(found | Q(number__contains=digits) if len(digits) >= 3 else found)
    last = rows.filter(pk=before).first() if before else None
    if last is not None:
        rows = rows.filter(Q(started_at__lt=last.started_at) | Q(started_at=last.started_at, pk__lt=last.pk))
    lines = _lines(rows.order_by("-started_at", "-id"), limit + 1)
    return CallPage(lines[:limit], lines[limit - 1].id if len(lines) > limit else 0)


def calls_of(access: Access, numbers: Iterable[str], case: int, limit: int) -> tuple[tuple[CallLine, ...], int]:
    """Return the newest calls of a person's numbers or of a case (by its key), and how many there are."""
    access.require(Permission.READ)
    theirs = Q(number__in=[each for each in numbers if each]) | Q(case_id=case)
    rows = CallRow.objects.filter(theirs, workspace_id=access.workspace)
    found = _lines(rows.order_by("-started_at", "-id"), limit)
    return found, rows.count() if len(found) == limit else len(found)


def _lines(rows: QuerySet[CallRow], limit: int) -> tuple[CallLine, ...]:
    found = rows.select_related("case").only("case__number", *(each.name for each in CallRow._meta.fields))
    return tuple(_line(row) for row in found[:limit])


def _line(row: CallRow) -> CallLine:
    call = call_of(row)
    return CallLine(
        id=row.pk,
        source=row.source,
        native=row.native,
        outbound=call.direction is Direction.OUT,
        number=row.number,
        name=row.name,
        queue=row.queue,
        agent=row.agent,
        started_at=row.started_at,
        outcome=call.outcome,
        waited=call.waited if call.direction is not Direction.OUT else None,
        talked=call.talked,
        notes=row.notes,
        case=row.case.number if row.case else None,
    )


def call_counts(access: Access, since: datetime, until: datetime) -> CallCounts:
    """Return how the inbound calls that began in a span went."""
    access.require(Permission.READ)
    rows = CallRow.objects.filter(
        workspace_id=access.workspace, direction=Direction.IN, started_at__gte=since, started_at__lt=until
    )
    answered, lost = Q(outcome=Outcome.ANSWERED), Q(outcome__in=LOST)
    counted = rows.aggregate(offered=Count("id"), answered=Count("id", filter=answered), lost=Count("id", filter=lost))
    spans = rows.filter(answered).aggregate(
        waited=Avg(ExpressionWrapper(F("answered_at") - F("started_at"), DurationField())),
        talked=Avg(ExpressionWrapper(F("ended_at") - F("answered_at"), DurationField())),
    )
    return CallCounts(**counted, **spans)


def call_queues(access: Access, since: datetime) -> tuple[str, ...]:
    """Return the queues that calls came to since a moment, by name."""
    access.require(Permission.READ)
    rows = CallRow.objects.filter(workspace_id=access.workspace, started_at__gte=since).exclude(queue="")
    return tuple(rows.order_by("queue").values_list("queue", flat=True).distinct()[:100])


def unread_calls(access: Access, limit: int = 100) -> tuple[tuple[UnreadLine, ...], int]:
    """Return lines of files that could not be read, newest first, and how many there are."""
    access.require(Permission.LISTEN)
    rows = CallReject.objects.filter(workspace_id=access.workspace)
    lines = tuple(
        UnreadLine(row.source, row.line, row.reason, row.raw, row.at) for row in rows.order_by("-at", "line")[:limit]
    )
    return lines, rows.count()


def task_of(access: Access, case: int) -> Task | None:
    """Return the open call-back of a case, by its key."""
    access.require(Permission.READ)
    row = CallBack.objects.filter(case_id=case, case__workspace_id=access.workspace, done_at__isnull=True).first()
    return Task(row.number, row.why, row.due_at, row.tries) if row else None


def load(access: Access, since: datetime, until: datetime, interval: timedelta) -> Load:
    """Return how many calls came in each interval of a span to each queue, and how long they took.

    Raises
    ------
    InvalidInput
        If the span is empty or has too many intervals.
    """
    access.require(Permission.READ)
    found = CallRow.objects.filter(
        workspace_id=access.workspace, direction=Direction.IN, started_at__gte=since, started_at__lt=until
    )
    rows = db.rows(found.order_by("started_at"), _LOAD)
    queues, starts, picked_up, ends, outcomes = zip(*rows, strict=True) if rows else ((),) * len(_LOAD)
    began = _seconds(starts, since)
    picked, over = _seconds(picked_up, since), _seconds(ends, since)
    how = np.array(outcomes, dtype="U10")
    return load_of(
        np.array(queues, dtype="U100"),
        began,
        np.where(np.isnan(picked), over, picked) - began,
        over - picked,
        how == Outcome.ANSWERED.value,
        np.isin(how, [Outcome.ABANDONED.value, Outcome.MISSED.value, Outcome.VOICEMAIL.value, Outcome.CALLBACK.value]),
        since=since,
        until=until,
        interval=interval,
    )


def _seconds(times: Iterable[datetime | None], since: datetime) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([np.nan if at is None else (at - since).total_seconds() for at in times], np.float64)


def has_called(access: Access, number: str) -> str | None:
    """Return the name told of somebody with calls from or to a number ("" for none); None where there are none."""
    access.require(Permission.READ)
    rows = CallRow.objects.filter(workspace_id=access.workspace, number=number)
    return rows.order_by("-name").values_list("name", flat=True).first()


# For flows ----------------------------------------------------------------
def waiting_calls(workspace: int, limit: int) -> list[tuple[int, Call]]:
    """Return calls whose caller is to be called back and of which nobody was told yet, oldest first."""
    rows = CallRow.objects.filter(workspace_id=workspace, waiting=True).order_by("id")[:limit]
    return [(row.pk, call_of(row)) for row in rows]


def workspaces_with_waiting_calls() -> list[int]:
    """Return where callers wait to be called back and nobody was told yet."""
    return list(CallRow.objects.filter(waiting=True).order_by().values_list("workspace_id", flat=True).distinct())


def reached_since(workspace: int, number: str, after: datetime) -> bool:
    """Say whether somebody spoke with a number after a moment."""
    spoken = CallRow.objects.filter(workspace_id=workspace, number=number, started_at__gt=after)
    return spoken.filter(outcome=Outcome.ANSWERED).exists()
