"""Escalation: before a target is missed, somebody is told, or the case is put where it is seen."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from hubbub.accounts.core.access import Role
from hubbub.accounts.models import Membership, Team
from hubbub.accounts.selectors import enter_as_hubbub, speaking_there
from hubbub.accounts.services import audit
from hubbub.care.core.calls.record import span_words
from hubbub.care.core.case import Priority
from hubbub.care.core.clocks import Clock
from hubbub.care.core.levels import Do, Step
from hubbub.care.core.notices import Why
from hubbub.care.models import CaseRow, ClockRow, Entry
from hubbub.care.selectors.levels import levels as levels_of
from hubbub.care.services import clocks, notices
from hubbub.infra import changes
from hubbub.infra.failpoints import failpoint
from hubbub.kernel.ids import WorkspaceId
from hubbub.kernel.speech import mark, say

AT_A_TIME = 200
LATE, SOON = mark("The {clock} is late: {done}."), mark("The {clock} is due soon: {done}.")


def take_steps(now: datetime) -> int:
    """Take the steps whose time has come, each once; return how many clocks had one."""
    due = list(ClockRow.objects.filter(step_at__lte=now).order_by("step_at").values_list("pk", flat=True)[:AT_A_TIME])
    return sum(_take_steps(clock, now) for clock in due)


@transaction.atomic
def _take_steps(clock: int, now: datetime) -> bool:
    """Take one clock's steps, and note them, in one transaction."""
    case = ClockRow.objects.values_list("case", flat=True).filter(pk=clock)
    row = CaseRow.objects.select_for_update(of=("self",)).select_related("account", "owner", "team").get(pk=case[:1])
    kept = ClockRow.objects.filter(pk=clock, stopped_at__isnull=True, step_at__lte=now).first()
    if kept is None:
        return False  # it was answered meanwhile
    levels, value = levels_of(row.workspace_id), clocks.clock_of(kept)
    steps = value.due_steps(levels.policy(clocks.facts_of(row)), now)
    with speaking_there(row.workspace_id):
        _write_down(row, value, steps, now)
    kept.done = [*kept.done, *(step.key for step in steps)]
    kept.save(update_fields=["done"])
    clocks.save(row, now, levels=levels)
    changes.record(row.workspace_id, "case", row.pk, now=now)
    failpoint("escalation.in_transaction")
    return True


def _write_down(row: CaseRow, value: Clock, steps: Sequence[Step], now: datetime) -> None:
    """Take steps, and say in the case which were taken."""
    said = list(dict.fromkeys(words for step in steps if (words := _take(row, value, step, now))))
    if said:
        late = any(step.share >= 1 for step in steps)
        text = say(LATE if late else SOON, clock=value.kind.label, done=", ".join(said))
        Entry.objects.create(case=row, at=now, kind="event", name="Hubbub", text=text)
        audit(enter_as_hubbub(WorkspaceId(row.workspace_id)), "escalated", f"case {row.number}", now=now, after=said)


def _take(row: CaseRow, clock: Clock, step: Step, now: datetime) -> str:
    """Do what a step says; return it in words, none where nothing is left to do."""
    match step.do:
        case Do.OWNER:
            return _tell(row, clock, step, [row.owner_id] if row.owner_id else [], now)
        case Do.LEADS:
            return _tell(row, clock, step, _leads(row), now)
        case Do.RAISE if row.priority > Priority.URGENT:
            row.priority -= 1
            return say("priority {priority}", priority=Priority(row.priority).words)
        case Do.QUEUE if row.queue != step.to:
            row.queue = step.to
            return say("moved to the queue {queue}", queue=step.to)
        case Do.TEAM:
            team = Team.objects.filter(workspace=row.workspace_id, pk=int(step.to)).first()
            if team is not None and team.pk != row.team_id:
                row.team = team
                return say("given to the team {team}", team=team.name)
    return ""


def _leads(row: CaseRow) -> list[int]:
    """Return the leads of the case's team, all leads where it has none, managers where there are no leads."""
    members = Membership.objects.filter(workspace=row.workspace_id)
    leads = members.filter(role=Role.LEAD)
    own = leads.filter(team=row.team_id) if row.team_id is not None else leads
    found = own if own.exists() else leads if leads.exists() else members.filter(role__in=(Role.MANAGER, Role.OWNER))
    return list(found.values_list("person_id", flat=True))


def _tell(row: CaseRow, clock: Clock, step: Step, to: Sequence[int], now: datetime) -> str:
    if not to or clock.due_at is None:
        return ""
    late = step.share >= 1
    why = Why.BREACHED if late else Why.DUE_SOON
    if late:
        text = say("Case {number}, {who}: the {clock} is late.", number=row.number, who=row.who, clock=clock.kind.label)
    else:
        text = say(
            "Case {number}, {who}: the {clock} is due in {time}.",
            number=row.number, who=row.who, clock=clock.kind.label, time=span_words(clock.due_at - now),
        )  # fmt: skip
    notices.tell(row.workspace_id, to, why=why, case=row.pk, text=text, now=now)
    return say("the owner was told") if step.do is Do.OWNER else say("the leads were told")
