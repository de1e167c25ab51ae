"""Changes of the running day: a break is moved, somebody serves another queue for a while."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from hubbub.accounts.core.access import Access
from hubbub.accounts.services import audit
from hubbub.infra import changes
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.speech import say
from hubbub.workforce.core.plan.clock import clock
from hubbub.workforce.core.plan.contracts import contract_of
from hubbub.workforce.core.plan.presence import Shift
from hubbub.workforce.core.today.clock import minute_of
from hubbub.workforce.core.today.moves import lent, moved, windows
from hubbub.workforce.models import ShiftRow
from hubbub.workforce.selectors.plan import shift_of
from hubbub.workforce.selectors.rosters import published_shifts, snapshot_of
from hubbub.workforce.selectors.today import stands
from hubbub.workforce.services.queues import enter


@transaction.atomic
def move_break(access: Access, shift: int, which: int, start: int, *, version: int, now: datetime) -> Shift:
    """Let a break of a shift begin at another minute of its day; return the shift.

    Raises
    ------
    NotFound
        If the shift is not there.
    Conflict
        If the roster was changed since `version`.
    InvalidInput
        If the break can't begin then.
    """
    row, was = _entered(access, shift, version)
    contract = contract_of({**row.member.contract.data, "name": row.member.contract.name})
    at = minute_of(now, was.day, ZoneInfo(access.timezone))
    made = moved(was, which, start, at, within=windows(contract, was))
    begin, end, _ = was.breaks[which]
    _store(
        access, row, made, "break moved", now, before=f"{clock(begin)}–{clock(end)}",
        after=f"{clock(start)}–{clock(start + end - begin)}",
    )  # fmt: skip
    return made


@transaction.atomic
def lend(access: Access, shift: int, skill: str, start: int, end: int, *, version: int, now: datetime) -> Shift:
    """Let somebody serve another skill of theirs from one minute of the shift's day to another; return the shift.

    Raises
    ------
    NotFound
        If the shift is not there, or they don't have the skill.
    Conflict
        If the roster was changed since `version`.
    InvalidInput
        If the shift is not worked then.
    """
    row, was = _entered(access, shift, version)
    if skill not in row.member.skills:
        raise NotFound(what="skill", which=skill[:60])
    if end <= minute_of(now, was.day, ZoneInfo(access.timezone)):
        raise InvalidInput(reason=say("That time is over."))
    made = lent(was, row.member.skills[0], start, end, skill)
    _store(access, row, made, "lent to a queue", now, before=None, after=f"{skill}, {clock(start)}–{clock(end)}")
    return made


def _entered(access: Access, shift: int, version: int) -> tuple[ShiftRow, Shift]:
    enter(access)
    rows = ShiftRow.objects.select_related("roster", "member__contract").filter(roster__workspace_id=access.workspace)
    row = rows.filter(pk=shift).first()
    if row is None:
        raise NotFound(what="shift", which=shift)
    if row.roster.version != version:
        raise Conflict(reason=say("The roster was changed meanwhile. Look at it again, then decide."))
    was = shift_of(row)
    if row.roster.published is not None and not any(
        (each.member, each.day) == (was.member, was.day) and stands(was, each) for each in published_shifts(row.roster)
    ):
        raise Conflict(
            reason=say("This shift is being changed on the roster. Publish the week, then it can be changed here.")
        )
    return row, was


def _store(
    access: Access, row: ShiftRow, made: Shift, done: str, now: datetime, *, before: str | None, after: str
) -> None:
    row.breaks = [list(each) for each in made.breaks]
    row.skills = [list(each) for each in made.skills]
    row.locked = made.locked
    row.save(update_fields=["breaks", "skills", "locked"])
    roster = row.roster
    if roster.published is not None:  # what people see of it, too
        told = [
            made if (each.member, each.day) == (made.member, made.day) else each for each in published_shifts(roster)
        ]
        roster.published = snapshot_of(told)
    roster.version += 1
    roster.save(update_fields=["published", "version"])
    audit(access, done, row.member.name, now=now, before={"time": before} if before else None, after={"time": after})
    changes.record(access.workspace, "plan", row.roster_id, now=now)
