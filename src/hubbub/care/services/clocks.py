"""The clocks of cases, kept in the transaction of every change of a case."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, Protocol

from django.db import transaction
from django.db.models import Count, Q

from hubbub.care.core.case import Case, Status
from hubbub.care.core.clocks import Clock, Outcome, follow
from hubbub.care.core.levels import CaseFacts, ClockKind, Levels
from hubbub.care.models import CaseRow, ClockRow, Entry, LevelsChanged
from hubbub.care.selectors.levels import levels as levels_of
from hubbub.care.services import asking
from hubbub.infra import changes, db

FIRST_CONTACT: Final = timedelta(days=7)
"""So long a resolution must hold before it counts as one at first contact."""

COLUMNS = (
    "kind", "policy", "started_at", "since", "target_s", "due_at", "spent_s", "pauses", "stopped_at", "outcome",
    "done", "step_at",
)  # fmt: skip
OF_CASE = ("channel", "queue", "team_id", "person_id", "account_id", "problems", "replies")


class AnyCase(Protocol):
    """A case as a row, or as triage works on it."""

    id: int
    owner_id: int | None
    channel: str
    private: bool
    priority: int
    queue: str
    team_id: int | None
    account_id: int | None
    problems: Any
    due_at: datetime | None
    resolve_by: datetime | None

    def value(self) -> Case:
        """The state, as a value."""

    def take(self, case: Case) -> None:
        """Carry a value's state over."""


class Planned(NamedTuple):
    """A clock that is to be written, with its row's key; 0 for one that starts."""

    case: AnyCase
    clock: Clock
    id: int = 0


def facts_of(row: AnyCase) -> CaseFacts:
    """Return what policies look at in a case."""
    account = row.account if isinstance(row, CaseRow) else row
    return CaseFacts(
        channel=row.channel,
        private=row.private,
        priority=row.priority,
        queue=row.queue,
        team=row.team_id,
        known=bool(getattr(account, "known", False)),
        listed=bool(getattr(account, "listed", False)),
    )


def plan(rows: Mapping[int, AnyCase], made: Sequence[AnyCase], levels: Levels, now: datetime) -> list[Planned]:
    """Look at the clocks of cases before these are written: their due times may change with them.

    Parameters
    ----------
    rows : cases that are written already, locked, by their key
    made : cases that are about to be written
    """
    running = _running(rows)
    planned: list[Planned] = []
    for key, row in rows.items():
        ids = {clock.kind: pk for pk, clock in running.get(key, ())}
        known = {clock.kind: clock for _, clock in running.get(key, ())}
        # One that stops comes before one of its kind that starts.
        planned += [Planned(row, clock, ids.pop(clock.kind, 0)) for clock in _follow(row, known, levels, now)]
    for row in made:
        planned += [Planned(row, clock) for clock in _follow(row, {}, levels, now, fresh=True)]
    return planned


def _running(cases: Iterable[int]) -> dict[int, list[tuple[int, Clock]]]:
    found: dict[int, list[tuple[int, Clock]]] = defaultdict(list)
    keys = list(cases)
    rows = ClockRow.objects.filter(case__in=keys, stopped_at__isnull=True) if keys else ()
    for row in rows:
        found[row.case_id].append((row.pk, clock_of(row)))
    return found


def clock_of(row: ClockRow) -> Clock:
    """Return a clock as a value."""
    return Clock(
        ClockKind(row.kind),
        row.started_at,
        row.policy,
        row.since,
        row.target_s,
        row.due_at,
        row.spent_s,
        tuple(
            (datetime.fromisoformat(start), datetime.fromisoformat(end) if end else None) for start, end in row.pauses
        ),
        row.stopped_at,
        Outcome(row.outcome),
        tuple(row.done),
        row.step_at,
    )


def _values(clock: Clock) -> tuple[Any, ...]:
    pauses = [[start.isoformat(), end.isoformat() if end else None] for start, end in clock.pauses]
    told = {"pauses": pauses, "done": list(clock.done)}
    return tuple(told.get(name, getattr(clock, name)) for name in COLUMNS)


def _follow(
    row: AnyCase, running: Mapping[ClockKind, Clock], levels: Levels, now: datetime, *, fresh: bool = False
) -> tuple[Clock, ...]:
    case = row.value()
    found = follow(case, facts_of(row), running, levels, now, fresh=fresh)
    if found.due_at != case.due_at:
        row.take(replace(case, due_at=found.due_at))
    row.resolve_by = found.resolve_by
    return found.clocks


def write(workspace: int, planned: Sequence[Planned], now: datetime, by: int | None = None) -> None:
    """Write clocks after their cases; `by` is who did what stopped some of them."""
    if not planned:
        return
    stopped = [each for each in planned if each.clock.stopped_at is not None]
    replies = _replies(each.case.id for each in stopped if each.clock.kind is ClockKind.RESOLUTION)

    def row(each: Planned) -> tuple[Any, ...]:
        case = each.case
        ended = each.clock.stopped_at is not None
        person = (by or case.owner_id) if ended else None
        return (
            *_values(each.clock), case.channel, case.queue, case.team_id, person, case.account_id,
            list(case.problems), _contacts(case, replies.get(case.id, 0)) if ended else 0,
        )  # fmt: skip

    columns = (*COLUMNS, *OF_CASE)
    db.update(ClockRow, columns, [(each.id, row(each)) for each in planned if each.id])  # what stops, first
    begun = [each for each in planned if not each.id]
    db.insert(
        ClockRow, ("workspace_id", "case_id", *columns), [(workspace, each.case.id, *row(each)) for each in begun]
    )
    done = [each for each in stopped if each.clock.kind is ClockKind.RESOLUTION]
    solved = [each.case for each in done if each.case.value().status is Status.RESOLVED]
    asking.plan(workspace, [(case.id, by or case.owner_id) for case in solved], now)
    _undo(workspace, [each for each in begun if each.clock.kind is ClockKind.RESOLUTION], now)


def _contacts(case: AnyCase, replies: int) -> int:
    """Count how often we answered; a call and a reply from elsewhere leave no reply here, but one contact."""
    return max(replies, int(case.value().first_replied_at is not None))


def _replies(cases: Iterable[int]) -> dict[int, int]:
    keys = list(cases)
    rows = Entry.objects.filter(case__in=keys, kind="reply") if keys else Entry.objects.none()
    return dict(rows.values_list("case").annotate(n=Count("id")))


def _undo(workspace: int, begun: Sequence[Planned], now: datetime) -> None:
    """A matter that is not settled after all was not resolved at first contact: reopened, or told anew."""
    if not begun:
        return
    own = {each.case.id for each in begun}
    people = {each.case.account_id for each in begun} - {None}
    held = ClockRow.objects.filter(
        Q(case__in=own) | Q(account__in=people),
        workspace=workspace,
        kind=ClockKind.RESOLUTION,
        stopped_at__gte=now - FIRST_CONTACT,
        undone_at__isnull=True,
    )
    told = [(each.case.account_id, set(each.case.problems)) for each in begun]
    gone = [
        pk
        for pk, case, account, problems in held.values_list("pk", "case_id", "account_id", "problems")
        if case in own
        or any(who == account and (not said or not problems or said & set(problems)) for who, said in told)
    ]
    if gone:
        ClockRow.objects.filter(pk__in=gone).update(undone_at=now)


def save(row: CaseRow, now: datetime, by: int | None = None, levels: Levels | None = None) -> None:
    """Write a case and its clocks, in the caller's transaction; the row is locked."""
    planned = plan({row.pk: row}, (), levels or levels_of(row.workspace_id), now)
    row.save()
    write(row.workspace_id, planned, now, by)


def revive(row: CaseRow, at: datetime) -> None:
    """The reply of this moment was taken back: what it stopped runs on, as though nobody had answered."""
    clocks = ClockRow.objects.filter(case=row, kind__in=(ClockKind.FIRST, ClockKind.NEXT))
    stopped = clocks.filter(stopped_at=at).first()
    if stopped is None:
        return
    clocks.filter(stopped_at__isnull=True, started_at__gte=at).delete()  # of a further word meanwhile
    stopped.since, stopped.spent_s, stopped.stopped_at = stopped.started_at, 0, None
    stopped.outcome, stopped.person = Outcome.RUNNING, None
    stopped.save()


def of_account(account: int, now: datetime) -> None:
    """Who somebody is has changed, and with it how soon they are to be answered; in the caller's transaction."""
    rows = CaseRow.objects.select_for_update(of=("self",)).select_related("account").filter(account=account)
    for row in rows.exclude(status__in=("resolved", "closed")).filter(historical=False).order_by("id"):
        save(row, now)
        changes.record(row.workspace_id, "case", row.pk, now=now)


# When targets or hours change ---------------------------------------------
AT_A_TIME = 200


def changed(workspace: int) -> None:
    """Have the clocks that run aimed anew, by the worker; in the caller's transaction."""
    LevelsChanged.objects.update_or_create(workspace_id=workspace, defaults={"done_to": 0})


def aim_again(now: datetime) -> int:
    """Aim some clocks anew where targets or hours changed; return how many cases were looked at."""
    return sum(_aim_again(workspace, now) for workspace in LevelsChanged.objects.values_list("workspace", flat=True))


@transaction.atomic
def _aim_again(workspace: int, now: datetime) -> int:
    mark = LevelsChanged.objects.select_for_update().filter(workspace=workspace).first()
    if mark is None:
        return 0
    running = ClockRow.objects.filter(workspace=workspace, stopped_at__isnull=True, case__gt=mark.done_to)
    keys = list(running.order_by("case").values_list("case", flat=True).distinct()[:AT_A_TIME])
    if not keys:
        mark.delete()
        return 0
    levels = levels_of(workspace)
    rows = CaseRow.objects.select_for_update(of=("self",)).select_related("account").filter(pk__in=keys)
    for row in rows.order_by("id"):
        before = (row.due_at, row.resolve_by)
        save(row, now, levels=levels)
        if before != (row.due_at, row.resolve_by):
            changes.record(workspace, "case", row.pk, now=now)
    mark.done_to = keys[-1]
    mark.save()
    return len(keys)
