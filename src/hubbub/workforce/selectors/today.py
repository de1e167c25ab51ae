"""Reads of the running day: who is on the roster of a day, with what is needed to change a shift."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from hubbub.accounts.core.access import Access, Permission
from hubbub.workforce.core.plan.contracts import contract_of
from hubbub.workforce.core.plan.people import Answer
from hubbub.workforce.core.plan.presence import Shift
from hubbub.workforce.core.today.moves import windows
from hubbub.workforce.models import AbsenceRow, MemberRow, RosterRow, ShiftRow
from hubbub.workforce.selectors.plan import shift_of
from hubbub.workforce.selectors.rosters import monday_of, published_shifts


@dataclass(frozen=True, slots=True)
class OnRoster:
    """Somebody with a shift on a day, or one of the day before that goes over midnight."""

    id: int
    name: str
    person: int | None
    skills: tuple[str, ...]
    rate: float | None
    absent: bool
    shift: Shift | None
    before: Shift | None
    """Of the day before, if it goes over midnight."""
    windows: tuple[tuple[int, int], ...]
    """When each break of the shift may begin by the contract; none where the shift has another form."""
    rest_min: int
    """Between two shifts at least."""
    next_start: int | None
    """When they begin on the next day, in minutes of this one."""
    last_end: int | None
    """When they ended on the day before, in minutes of this one."""


@dataclass(frozen=True, slots=True)
class DayRoster:
    """Who works on a day."""

    day: date
    version: int
    """Of the week's roster; 0: there is none."""
    published: bool
    people: tuple[OnRoster, ...]
    others: dict[int, str]
    """Who is on no shift: the name of each by the person that signs in."""


def day_roster(access: Access, day: date) -> DayRoster:
    """Return who works on a day, by beginning and name."""
    access.require(Permission.READ)
    found: dict[int, dict[int, Shift]] = defaultdict(dict)
    days = [day + timedelta(days=each) for each in (-1, 0, 1)]
    weeks = RosterRow.objects.filter(workspace_id=access.workspace, monday__in={monday_of(each) for each in days})
    rosters = {row.monday: row for row in weeks}
    for each in (shift for row in rosters.values() for shift in _shown(access, row, days)):
        found[each.member][(each.day - day).days] = each
    granted = AbsenceRow.objects.filter(
        member__workspace_id=access.workspace, first__lte=day, last__gte=day, state=Answer.GRANTED
    )
    absent = set(granted.values_list("member", flat=True))
    rows_of = MemberRow.objects.filter(workspace_id=access.workspace).select_related("contract")
    members = list(rows_of.order_by("name", "id"))
    roster = rosters.get(monday_of(day))
    people = [_on_roster(row, found[row.pk], row.pk in absent) for row in members if row.pk in found]
    people = [each for each in people if each.shift is not None or each.before is not None]
    on = {each.id for each in people}
    return DayRoster(
        day,
        roster.version if roster else 0,
        roster is not None and roster.published_at is not None,
        tuple(sorted(people, key=lambda each: each.shift.start if each.shift else -1)),
        {row.person_id: row.name for row in members if row.person_id is not None and row.pk not in on},
    )


def _shown(access: Access, roster: RosterRow, days: list[date]) -> list[Shift]:
    """Return what people work by a roster: as it was published, else, to who plans, as it is drafted.

    A shift that stands as it was published has the id of its row; one that is being changed has none.
    """
    rows = {(row.member_id, row.day): shift_of(row) for row in ShiftRow.objects.filter(roster=roster, day__in=days)}
    if roster.published is None:
        return list(rows.values()) if access.may(Permission.PLAN) else []
    told = [each for each in published_shifts(roster) if each.day in days]
    return [rows[each.member, each.day] if stands(rows.get((each.member, each.day)), each) else each for each in told]


def stands(row: Shift | None, told: Shift) -> bool:
    """Tell whether a shift is as it was published."""
    return row is not None and (row.pieces, row.breaks, row.skills) == (told.pieces, told.breaks, told.skills)


def _on_roster(row: MemberRow, shifts: dict[int, Shift], absent: bool) -> OnRoster:
    before, after = shifts.get(-1), shifts.get(1)
    contract = contract_of({**row.contract.data, "name": row.contract.name})
    return OnRoster(
        row.pk, row.name, row.person_id, tuple(row.skills), row.rate, absent, shifts.get(0),
        before if before is not None and before.end > 1440 else None,
        windows(contract, shifts[0]) if 0 in shifts else (), contract.rest_min,
        after.start + 1440 if after else None, before.end - 1440 if before else None,
    )  # fmt: skip
