"""Shifts change hands: offered by one, taken by another, approved by who plans unless the place lets them pass."""

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.services import audit
from hubbub.infra import changes
from hubbub.kernel.errors import Conflict, HubbubError, InvalidInput, NotFound
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import one_line
from hubbub.workforce.core.plan.people import Member
from hubbub.workforce.core.plan.presence import Shift
from hubbub.workforce.core.plan.rostering import tiled
from hubbub.workforce.core.plan.swaps import Swap, SwapState
from hubbub.workforce.core.roster.swaps import against_giving, against_swapping
from hubbub.workforce.models import MemberRow, RosterRow, RulesRow, ShiftRow, SwapRow
from hubbub.workforce.selectors import people, rosters
from hubbub.workforce.selectors.plan import shift_of
from hubbub.workforce.selectors.rosters import monday_of
from hubbub.workforce.selectors.shifts import OPEN, swaps_pass, value_of
from hubbub.workforce.services.queues import enter
from hubbub.workforce.services.rosters import columns


class NotOnRoster(HubbubError):
    """Somebody asked for what only people on the roster can do."""

    status = 403
    message = "You stand on no roster. Whoever plans people's hours puts you on it."


_OVER = mark("This swap is over: somebody took it, or it was withdrawn.")
_UNPUBLISHED = mark("This shift is being changed. It can be offered once the week is published again.")
_PAST = mark("This shift has begun already.")


@transaction.atomic
def let_pass(access: Access, on: bool, *, now: datetime) -> None:
    """Say whether swaps that break no rule are done without anybody's leave."""
    enter(access)
    RulesRow.objects.update_or_create(
        workspace_id=access.workspace, defaults={"swaps_pass": on}, create_defaults={"swaps_pass": on, "data": {}}
    )
    audit(access, "swaps pass" if on else "swaps are approved", access.workspace_name, now=now)


@transaction.atomic
def offer(
    access: Access, shift: int, *, to: int | None = None, for_day: date | None = None, note: str = "", now: datetime,
    today: date,
) -> Swap:  # fmt: skip
    """Offer a shift of one's own: to one colleague or whoever takes it, perhaps for theirs of a day.

    Raises
    ------
    Conflict
        If it is offered already, is not published as it stands, or has begun.
    InvalidInput
        If the colleague has no such shift, or it is of another week.
    """
    row = _locked(access, shift)
    mine = _own(access)
    if row.member_id != mine.id:
        raise NotFound(what="shift", which=shift)
    _check_stands(row, today)
    if SwapRow.objects.filter(shift=row, state__in=OPEN).exists():
        raise Conflict(reason=say("This shift is offered already."))
    wanted = None
    if for_day is not None and to is None:
        raise InvalidInput(reason=say("Say whose shift you want for it."))
    if to is not None:
        taker = people.member(access, to)
        if taker.id == mine.id:
            raise InvalidInput(reason=say("Offer it to somebody else."))
        if for_day is not None:
            if monday_of(for_day) != monday_of(row.day):
                raise InvalidInput(reason=say("Shifts are swapped within a week."))
            wanted = ShiftRow.objects.filter(roster_id=row.roster_id, member_id=taker.id, day=for_day).first()
            if wanted is None:
                raise InvalidInput(reason=say("{name} has no shift on that day.", name=taker.name))
    made = SwapRow.objects.create(
        workspace_id=access.workspace, shift=row, giver_id=mine.id, taker_id=to, for_shift=wanted,
        state=SwapState.OFFERED, note=one_line(note)[:200], asked_at=now,
    )  # fmt: skip
    audit(access, "shift offered", mine.name, now=now, after={"day": row.day.isoformat()})
    changes.record(access.workspace, "plan", None, now=now)
    return value_of(made)


@transaction.atomic
def take(access: Access, swap: int, *, now: datetime, today: date) -> Swap:
    """Take a shift that is offered; done at once where the place lets swaps pass, else it waits for who plans.

    Raises
    ------
    Conflict
        If it would break a rule, is over, or is not what was offered any more.
    """
    row, mine = _swap(access, swap), _own(access)
    if row.state != SwapState.OFFERED or row.taker_id not in (None, mine.id):
        raise Conflict(reason=_OVER)
    if row.giver_id == mine.id:
        raise Conflict(reason=say("It is your own shift."))
    _check_stands(_locked(access, row.shift_id), today)
    row.taker_id = mine.id
    _check_rules(access, row)
    row.state = SwapState.TAKEN
    row.save(update_fields=["taker", "state"])
    audit(access, "shift taken", mine.name, now=now, after={"day": row.shift.day.isoformat()})
    if swaps_pass(access):
        _exchange(row, now)
    changes.record(access.workspace, "plan", None, now=now)
    return value_of(_fresh(row))


@transaction.atomic
def answer(access: Access, swap: int, *, approved: bool, now: datetime, today: date) -> Swap:
    """Approve or refuse a swap that somebody took."""
    enter(access)
    row = _swap(access, swap)
    if row.state != SwapState.TAKEN:
        raise Conflict(reason=_OVER)
    if approved:
        _check_stands(_locked(access, row.shift_id), today)
        _check_rules(access, row)
        _exchange(row, now)
    else:
        row.state, row.ended_at = SwapState.REFUSED, now
        row.save(update_fields=["state", "ended_at"])
    audit(access, "swap approved" if approved else "swap refused", row.giver.name, now=now,
          after={"day": row.shift.day.isoformat()})  # fmt: skip
    changes.record(access.workspace, "plan", None, now=now)
    return value_of(_fresh(row))


@transaction.atomic
def withdraw(access: Access, swap: int, *, now: datetime) -> None:
    """Take an offer back: by who made it, or who plans."""
    row = _swap(access, swap)
    if row.giver.person_id != access.me:
        access.require(Permission.PLAN)
    if row.state not in OPEN:
        raise Conflict(reason=_OVER)
    row.state, row.ended_at = SwapState.BACK, now
    row.save(update_fields=["state", "ended_at"])
    audit(access, "swap withdrawn", row.giver.name, now=now, after={"day": row.shift.day.isoformat()})
    changes.record(access.workspace, "plan", None, now=now)


def _own(access: Access) -> Member:
    """Return who one is on rosters, where one may work."""
    access.require(Permission.WORK)
    mine = people.own_member(access)
    if mine is None:
        raise NotOnRoster
    return mine


def _locked(access: Access, shift: int) -> ShiftRow:
    access.require(Permission.READ)
    row = (
        ShiftRow.objects.select_for_update(of=("self",))
        .select_related("roster")
        .filter(pk=shift, roster__workspace_id=access.workspace)
        .first()
    )
    if row is None:
        raise NotFound(what="shift", which=shift)
    RosterRow.objects.select_for_update().get(pk=row.roster_id)
    return row


def _swap(access: Access, swap: int) -> SwapRow:
    access.require(Permission.READ)
    row = (
        SwapRow.objects.select_for_update(of=("self",))
        .select_related("giver", "shift", "shift__roster")
        .filter(pk=swap, workspace_id=access.workspace)
        .first()
    )
    if row is None:
        raise NotFound(what="swap", which=swap)
    mine = people.own_member(access)
    involved = mine is not None and (row.giver_id == mine.id or row.taker_id in (None, mine.id))
    if not involved:
        access.require(Permission.PLAN)
    return row


def _fresh(row: SwapRow) -> SwapRow:
    return SwapRow.objects.select_related("giver", "taker", "shift", "for_shift").get(pk=row.pk)


def _check_stands(row: ShiftRow, today: date) -> None:
    """Refuse a shift that is not published as it stands, or that has begun."""
    if row.day <= today:
        raise Conflict(reason=_PAST)
    told = {(each.member, each.day): each.pieces for each in rosters.published_shifts(row.roster)}
    if told.get((row.member_id, row.day)) != shift_of(row).pieces or row.roster.solving:
        raise Conflict(reason=_UNPUBLISHED)


def _check_rules(access: Access, row: SwapRow) -> None:
    """Refuse a swap that breaks a rule, and say which."""
    monday = monday_of(row.shift.day)
    everything = accounts.enter_as_hubbub(access.workspace)
    members = {each.id: each for each in people.members(everything)}
    giver, taker = members[row.giver_id], members[row.taker_id or 0]
    _check_skills(shift_of(row.shift), giver, taker)
    week, shifts = rosters.judged(everything, monday, rosters.current(row.shift.roster), extra=(giver, taker))
    day = (row.shift.day - monday).days
    if row.for_shift is None:
        against = against_giving(week, shifts, giver.name, day, taker.name)
    else:
        if row.for_shift.member_id != row.taker_id:
            raise Conflict(reason=_OVER)
        _check_skills(shift_of(row.for_shift), taker, giver)
        on = (row.for_shift.day - monday).days
        against = against_swapping(week, shifts, giver.name, day, taker.name, on)
    # To work less than the contract is what they agree on; to work more is not.
    words = [each.words for each in against if each.rule not in ("days", "hours")]
    if row.for_shift is None:
        words += _beyond_contract(taker, row.shift)
    if words:
        raise Conflict(reason=" ".join(words[:3]))


def _beyond_contract(taker: Member, shift: ShiftRow) -> list[str]:
    own = [each for each in rosters.current(shift.roster) if each.member == taker.id]
    hours = sum(each.worked_min for each in (*own, shift_of(shift))) / 60
    if len(own) + 1 > taker.contract.days[1] or hours > taker.contract.hours[1] + 1e-6:
        return [say("{name} would work more than the contract has in this week.", name=taker.name)]
    return []


def _check_skills(shift: Shift, giver: Member, taker: Member) -> None:
    needed = {skill for _, _, skill in shift.skills} or set(giver.skills[:1])
    missing = needed - set(taker.skills)
    if missing:
        raise Conflict(reason=say("{name} can't do {skills}.", name=taker.name, skills=", ".join(sorted(missing))))


def _exchange(row: SwapRow, now: datetime) -> None:
    """Let the shifts change hands, in the roster and in what is published of it."""
    roster = RosterRow.objects.select_for_update().get(pk=row.shift.roster_id)
    giver, taker = row.giver, MemberRow.objects.get(pk=row.taker_id or 0)
    moves = [(row.shift, giver, taker)]
    if row.for_shift is not None:
        moves.append((row.for_shift, taker, giver))
    told = {(each.member, each.day): each for each in rosters.published_shifts(roster)}
    held = [(shift_of(shift), whose, to) for shift, whose, to in moves]
    for each, whose, _ in held:
        told.pop((whose.pk, each.day), None)
    ShiftRow.objects.filter(pk__in=[shift.pk for shift, *_ in moves]).update(day=date.min)  # room for the other one
    for (shift, _, to), (each, *_) in zip(moves, held, strict=True):
        given = replace(each, member=to.pk, skills=tiled(each.skills, each.start, each.end, to.skills), locked=True)
        told[to.pk, each.day] = given
        shift.member, shift.day = to, each.day
        for name, value in columns(given).items():
            setattr(shift, name, value)
        shift.save()
    roster.published, roster.version = rosters.snapshot_of(list(told.values())), roster.version + 1
    roster.save(update_fields=["published", "version"])
    row.state, row.ended_at = SwapState.DONE, now
    row.save(update_fields=["state", "ended_at"])
    others = SwapRow.objects.filter(shift__in=[each for each, *_ in moves], state__in=OPEN).exclude(pk=row.pk)
    others.update(state=SwapState.BACK, ended_at=now)
