"""Rosters: asked for, made, changed by hand and published, by who plans."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.services import audit
from hubbub.infra import changes
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.speech import mark, say
from hubbub.workforce.core.plan.making import Made
from hubbub.workforce.core.plan.presence import Shift
from hubbub.workforce.core.plan.queue import DAY_MIN
from hubbub.workforce.core.plan.rostering import beyond, tiled
from hubbub.workforce.models import MemberRow, RosterRow, ShiftRow
from hubbub.workforce.selectors import people, rosters
from hubbub.workforce.selectors.plan import shift_of
from hubbub.workforce.selectors.rosters import WEEK, checked_monday
from hubbub.workforce.services.queues import enter

TRIES = 2
"""A making whose process dies is begun so often."""
KEPT_WEEKS = 8
"""So many published weeks count for who is spared next time."""
GRID_MIN = 5
LONGEST_MIN = 24 * 60
_OTHER_VERSION = mark("Somebody else changed this roster meanwhile. Look at it anew; your change was not kept.")
_BEING_MADE = mark("The roster is being made. Wait until it is there, or stop it.")
_NO_PEOPLE = mark("Nobody on the roster has a skill that is needed in this week. Give people skills first.")
_NO_NEED = mark("Nothing is expected in this week. A forecast is needed first.")


# Making -----------------------------------------------------------------------
@transaction.atomic
def ask(access: Access, monday: date, left: Sequence[str], *, now: datetime) -> None:
    """Have a roster made; shifts placed by hand stay, and so does what is there until it is made.

    Parameters
    ----------
    left : names of the causes of shrinkage that the roster does not place: for them, more are asked than answer

    Raises
    ------
    Conflict
        If it is being made, or nothing is expected, or nobody could serve it.
    """
    enter(access)
    row, _ = RosterRow.objects.get_or_create(workspace_id=access.workspace, monday=checked_monday(monday))
    if row.solving:
        raise Conflict(reason=_BEING_MADE)
    known = rosters.known(access, monday, left)
    if not known.demand:
        raise Conflict(reason=_NO_NEED)
    if not known.members:
        raise Conflict(reason=_NO_PEOPLE)
    row.solving, row.solve_at, row.tries, row.trouble = "asked", now, 0, ""
    row.demand = {"agents": known.demand, "step_min": known.step_min, "left": list(left)}
    row.save()
    audit(access, "roster asked for", monday.isoformat(), now=now)
    changes.record(access.workspace, "plan", None, now=now)


@transaction.atomic
def stop(access: Access, monday: date, *, now: datetime) -> None:
    """Stop a making; what was there before stays."""
    enter(access)
    row = _row(access, monday)
    if row.solving:
        row.solving, row.solve_at, row.tries = "", None, 0
        row.save()
        audit(access, "roster stopped", monday.isoformat(), now=now)
        changes.record(access.workspace, "plan", None, now=now)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A roster that is to be made."""

    id: int
    workspace: int
    monday: date
    left: tuple[str, ...]


def claim(now: datetime) -> Claimed | None:
    """Take the roster that waits longest; whose process died is taken again, but not for ever.

    One worker an installation makes rosters, one after the other: what runs when it asks has no process.
    """
    if not RosterRow.objects.exclude(solving="").exists():  # asked each second, so without a transaction
        return None
    return _claim(now)


@transaction.atomic
def _claim(now: datetime) -> Claimed | None:
    rows = RosterRow.objects.select_for_update().exclude(solving="").order_by("solve_at", "id")
    for row in rows:
        if row.tries >= TRIES:
            _failed(row, say("The roster could not be made: its process ended early, {many} times.", many=TRIES), now)
            continue
        row.solving, row.tries = "running", row.tries + 1
        row.save(update_fields=["solving", "tries"])
        changes.record(row.workspace_id, "plan", None, now=now)
        return Claimed(row.pk, row.workspace_id, row.monday, tuple(row.demand.get("left", ())))
    return None


def give_back(roster: int) -> None:
    """Let a making begin anew that was broken off for no fault of its own."""
    RosterRow.objects.filter(pk=roster, solving="running").update(solving="asked", tries=0)


def is_wanted(roster: int) -> bool:
    """Tell whether a making was not stopped."""
    return RosterRow.objects.filter(pk=roster, solving="running").exists()


@transaction.atomic
def fail(roster: int, reason: str, *, now: datetime) -> None:
    """Keep why a roster could not be made."""
    row = RosterRow.objects.select_for_update().filter(pk=roster, solving="running").first()
    if row is not None:
        _failed(row, reason, now)


def _failed(row: RosterRow, reason: str, now: datetime) -> None:
    row.solving, row.solve_at, row.trouble = "", None, reason[:500]
    row.save(update_fields=["solving", "solve_at", "trouble"])
    changes.record(row.workspace_id, "plan", None, now=now)


@transaction.atomic
def keep(access: Access, roster: int, made: Made, *, now: datetime) -> bool:
    """Keep a roster that was made, unless it was stopped meanwhile; shifts placed by hand stay as they are."""
    row = RosterRow.objects.select_for_update().filter(pk=roster, solving="running").first()
    if row is None:
        return False
    locked = set(ShiftRow.objects.filter(roster=row, locked=True).values_list("member_id", "day"))
    there = set(MemberRow.objects.filter(workspace_id=row.workspace_id).values_list("id", flat=True))
    ShiftRow.objects.filter(roster=row, locked=False).delete()
    ShiftRow.objects.bulk_create(
        (
            ShiftRow(roster=row, member_id=each.member, day=each.day, **columns(each))
            for each in made.shifts
            if (each.member, each.day) not in locked and each.member in there
        ),
        batch_size=200,
    )
    row.solving, row.solve_at, row.tries, row.trouble = "", None, 0, ""
    row.version, row.made_at, row.result = row.version + 1, now, made.facts
    row.save()
    audit(access, "roster made", row.monday.isoformat(), now=now, after={"shifts": len(made.shifts)})
    changes.record(row.workspace_id, "plan", None, now=now)
    return True


# By hand ----------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Edited:
    """What a change by hand came to: the roster's new version, and the shift before and after."""

    version: int
    before: Shift | None
    after: Shift | None

    @property
    def back(self) -> dict[str, Any]:
        """The change that takes it back."""
        if self.before is None:
            return {"shift": self.after.id if self.after else None, "remove": True}
        return {
            "shift": self.after.id if self.after else None, "member": self.before.member,
            "day": self.before.day.isoformat(), **columns(self.before),
        }  # fmt: skip


@transaction.atomic
def edit(access: Access, monday: date, version: int, change: Mapping[str, Any], *, now: datetime) -> Edited:
    """Add, change or remove one shift. What breaks a rule is kept all the same: who plans is told, and decides.

    `change`: `shift` (its id; none: a new one), and either `remove` or `member`, `day`, `pieces`, `breaks`, and perhaps
    `skills` and `locked`.

    Raises
    ------
    Conflict
        If somebody else changed the roster since that version, it is being made, or the person has a shift that day.
    InvalidInput
        If the times make no shift.
    """
    enter(access)
    if not change.get("remove"):
        people.member(access, change["member"])
    row = _row(access, monday, make=True)
    if row.solving:
        raise Conflict(reason=_BEING_MADE)
    if version != row.version:
        raise Conflict(reason=_OTHER_VERSION)
    kept = _shift(row, change["shift"]) if change.get("shift") else None
    before = shift_of(kept) if kept else None
    after = None
    if change.get("remove"):
        if kept is None:
            raise NotFound(what="shift", which=change.get("shift") or 0)
        kept.delete()
    else:
        wanted = _wanted(access, monday, change, before)
        others = ShiftRow.objects.filter(roster=row, member_id=wanted.member, day=wanted.day)
        if (others if kept is None else others.exclude(pk=kept.pk)).exists():
            name = people.member(access, wanted.member).name
            raise Conflict(reason=say("{name} has a shift on that day already.", name=name))
        kept = kept or ShiftRow(roster=row)
        kept.member_id, kept.day = wanted.member, wanted.day
        for name, value in columns(wanted).items():
            setattr(kept, name, value)
        kept.save()
        after = replace(wanted, id=kept.pk)
    row.version += 1
    row.save(update_fields=["version"])
    who = people.member(access, (after or before).member).name  # type: ignore[union-attr]
    done = "shift removed" if after is None else "shift changed" if before else "shift added"
    audit(access, done, who, now=now, before=told(before), after=told(after))
    changes.record(access.workspace, "plan", None, now=now, roster=monday.isoformat(), version=row.version)
    return Edited(row.version, before, after)


def _wanted(access: Access, monday: date, change: Mapping[str, Any], before: Shift | None) -> Shift:
    """Return the shift that a change asks for."""
    member = people.member(access, change["member"])
    day = change["day"]
    if not monday <= day < monday + WEEK:
        raise InvalidInput(reason=say("The day is not in this week."))
    pieces = tuple(sorted((int(start), int(end)) for start, end in change["pieces"]))
    breaks = tuple(sorted((int(start), int(end), bool(paid)) for start, end, paid in change.get("breaks", ())))
    checked_times(pieces, breaks)
    skills: Sequence[tuple[int, int, str]] = change.get("skills") or ()
    if before is not None and not skills:
        by = pieces[0][0] - before.start if pieces[-1][1] - pieces[0][0] == before.end - before.start else 0
        skills = [(start + by, end + by, skill) for start, end, skill in before.skills]
    return Shift(
        0, member.id, day, pieces, breaks, tiled(skills, pieces[0][0], pieces[-1][1], member.skills),
        bool(change.get("locked", True)),
    )  # fmt: skip


def checked_times(pieces: Sequence[tuple[int, int]], breaks: Sequence[tuple[int, int, bool]]) -> None:
    """Refuse times that make no shift.

    Raises
    ------
    InvalidInput
        If pieces overlap, are too many or too long, or a break lies outside.
    """
    ends = [0]
    for start, end in pieces:
        if not ends[-1] <= start < end or start % GRID_MIN or end % GRID_MIN:
            raise InvalidInput(reason=say("A shift ends after it begins, and begins on a multiple of five minutes."))
        ends.append(end)
    if not 1 <= len(pieces) <= 2 or pieces[0][0] >= DAY_MIN or ends[-1] - pieces[0][0] > LONGEST_MIN:
        raise InvalidInput(reason=say("A shift has one piece or two, begins within its day and lasts a day at most."))
    if len(breaks) > 12:
        raise InvalidInput(reason=say("A shift has 12 breaks at most."))
    last = 0
    for start, end, _ in breaks:
        if start % GRID_MIN or end % GRID_MIN or not any(begin <= start < end <= over for begin, over in pieces):
            raise InvalidInput(reason=say("A break lies within the shift, on multiples of five minutes."))
        if start < last:
            raise InvalidInput(reason=say("Two breaks are not at the same time."))
        last = end


# Publishing -------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Published:
    """Whose shifts are not as they were when the week was published before: by member, how many days."""

    first: bool
    changed: Mapping[int, int]


@transaction.atomic
def publish(access: Access, monday: date, version: int, *, now: datetime) -> Published:
    """Show a week to its people as it stands; say whose shifts are new or changed.

    Raises
    ------
    Conflict
        If somebody else changed it since that version, it is being made, or there is nothing to publish.
    """
    enter(access)
    row = _row(access, monday)
    if row.solving:
        raise Conflict(reason=_BEING_MADE)
    if version != row.version:
        raise Conflict(reason=_OTHER_VERSION)
    shifts = rosters.current(row)
    first = row.published_at is None
    if first and not shifts:
        raise Conflict(reason=say("There are no shifts to publish."))
    told_before = rosters.published_shifts(row)
    row.published, row.published_at = rosters.snapshot_of(shifts), now
    row.version += 1
    row.save()
    _note_balances(access, monday, shifts)
    audit(access, "roster published", monday.isoformat(), now=now, after={"shifts": len(shifts)})
    changes.record(access.workspace, "plan", None, now=now)
    return Published(first, Counter(each.member for each in rosters.differing(told_before, shifts)))


def _note_balances(access: Access, monday: date, shifts: Sequence[Shift]) -> None:
    """Note who worked how many unpopular shifts beyond their share, of the last weeks."""
    members = {each.id: each for each in people.members(access, monday)}
    oldest = (monday - KEPT_WEEKS * WEEK).isoformat()
    rows = list(MemberRow.objects.filter(workspace_id=access.workspace, pk__in=members))
    for row in rows:
        own = [each for each in shifts if each.member == row.pk]
        kept = {week: many for week, many in row.balance.items() if week > oldest}
        row.balance = kept | {monday.isoformat(): beyond(members[row.pk], own)}
    MemberRow.objects.bulk_update(rows, ["balance"], batch_size=200)


# Rows -------------------------------------------------------------------------
def columns(shift: Shift) -> dict[str, Any]:
    """Return what a row of a shift holds beside its person and day."""
    return {
        "pieces": [list(each) for each in shift.pieces], "breaks": [list(each) for each in shift.breaks],
        "skills": [list(each) for each in shift.skills], "locked": shift.locked,
    }  # fmt: skip


def told(shift: Shift | None) -> dict[str, Any] | None:
    """Return a shift as the audit log tells it."""
    if shift is None:
        return None
    at = ", ".join(
        f"{start // 60 % 24:02}:{start % 60:02}–{end // 60 % 24:02}:{end % 60:02}" for start, end in shift.pieces
    )
    return {"day": shift.day.isoformat(), "works": at}


def _row(access: Access, monday: date, *, make: bool = False) -> RosterRow:
    """Return the row of a week, locked; a new one, where it may be made."""
    access.require(Permission.PLAN)
    rows = RosterRow.objects.select_for_update().filter(workspace_id=access.workspace, monday=checked_monday(monday))
    row = rows.first()
    if row is None and make:
        row = RosterRow.objects.create(workspace_id=access.workspace, monday=monday, version=0)
    if row is None:
        raise NotFound(what="roster", which=monday.isoformat())
    return row


def _shift(row: RosterRow, shift: int) -> ShiftRow:
    found = ShiftRow.objects.select_for_update().filter(roster=row, pk=shift).first()
    if found is None:
        raise NotFound(what="shift", which=shift)
    return found
