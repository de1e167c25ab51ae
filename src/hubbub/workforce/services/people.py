"""The people that rosters are made of: changed by who plans; wishes and asking for absences by themselves."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.services import audit
from hubbub.infra import changes
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import one_line
from hubbub.workforce.core.plan.contracts import contract_of, data_of, ready_made
from hubbub.workforce.core.plan.people import Absence, Answer, Cause, checked_span, skills_of
from hubbub.workforce.models import AbsenceRow, ContractRow, MemberRow, ShiftRow, WishRow
from hubbub.workforce.models.people import feed_key
from hubbub.workforce.selectors import people as selectors
from hubbub.workforce.services.queues import enter

MOST_CONTRACTS = 100
MOST_MEMBERS = 2_000
MOST_WISHES = 60
_NAME = mark("A person on the roster has a name of 1 to 100 letters.")


# Contracts ------------------------------------------------------------------
@transaction.atomic
def save_contract(access: Access, data: Mapping[str, Any], *, contract: int | None = None, now: datetime) -> int:
    """Make or change a contract; return its id.

    Raises
    ------
    InvalidInput
        If something makes no sense.
    Conflict
        If another one has the name, or there are too many.
    """
    enter(access)
    value = contract_of(data)
    rows = ContractRow.objects.filter(workspace_id=access.workspace)
    row = _contract(access, contract) if contract is not None else ContractRow(workspace_id=access.workspace)
    before = {**row.data, "name": row.name} if contract is not None else None
    if rows.filter(name__iexact=value.name).exclude(pk=row.pk).exists():
        raise Conflict(reason=say("There is a contract {name} already.", name=value.name))
    if before is None and rows.count() >= MOST_CONTRACTS:
        raise Conflict(reason=say("There can be {most} contracts.", most=MOST_CONTRACTS))
    row.name, row.data = value.name, data_of(value)
    row.save()
    audit(access, "contract changed" if before else "contract made", row.name, now=now, before=before, after=row.data)
    changes.record(access.workspace, "plan", None, now=now)
    return row.pk


@transaction.atomic
def add_ready_made(access: Access, *, now: datetime) -> None:
    """Make the contracts one may begin with, those that are not there."""
    enter(access)
    known = {each.contract.name.casefold() for each in selectors.contracts(access)}
    made = [each for each in ready_made() if each.name.casefold() not in known]
    ContractRow.objects.bulk_create(
        ContractRow(workspace_id=access.workspace, name=each.name, data=data_of(each)) for each in made
    )
    if made:
        audit(access, "contract made", ", ".join(each.name for each in made), now=now)
        changes.record(access.workspace, "plan", None, now=now)


@transaction.atomic
def remove_contract(access: Access, contract: int, *, now: datetime) -> None:
    """Remove a contract that nobody has."""
    enter(access)
    row = _contract(access, contract)
    if row.members.exists():
        raise Conflict(reason=say("Somebody has the contract {name}. Give them another one first.", name=row.name))
    audit(access, "contract removed", row.name, now=now, before=row.data)
    row.delete()
    changes.record(access.workspace, "plan", None, now=now)


# Members --------------------------------------------------------------------
@transaction.atomic
def add_members(
    access: Access, persons: Iterable[int], *, contract: int, skills: Sequence[str] = (), now: datetime
) -> int:
    """Put people of the workspace on the roster, with the same contract and skills; return how many.

    Raises
    ------
    NotFound
        If somebody does not work here, or the contract is not there.
    """
    enter(access)
    terms, able = _contract(access, contract), skills_of(skills, selectors.skills(access))
    names = {int(each.person): each.name for each in accounts.members(access)}
    rows = MemberRow.objects.filter(workspace_id=access.workspace)
    known, taken = set(rows.values_list("person_id", flat=True)), set(rows.values_list("name", flat=True))
    made = []
    for person in dict.fromkeys(persons):
        if person not in names:
            raise NotFound(what="person", which=person)
        if person not in known:
            name = _free(names[person], taken)
            taken.add(name)
            made.append(
                MemberRow(workspace_id=access.workspace, name=name, person_id=person, contract=terms, skills=list(able))
            )
    _room(access, len(made))
    MemberRow.objects.bulk_create(made)
    if made:
        said = ", ".join(each.name for each in made)
        audit(access, "put on the roster", said, now=now, after={"contract": terms.name, "skills": list(able)})
        changes.record(access.workspace, "plan", None, now=now)
    return len(made)


@transaction.atomic
def save_member(access: Access, data: Mapping[str, Any], *, member: int | None = None, now: datetime) -> int:
    """Make or change somebody on the roster; return their id.

    `data`: name, contract (its id), skills, days_off (weekdays, Monday 0), rate (None: as the rules say), left_on.

    Raises
    ------
    InvalidInput
        If something makes no sense.
    Conflict
        If the name is somebody else's.
    """
    enter(access)
    row, before = _keep(access, data, member)
    done = "person on the roster changed" if before else "put on the roster"
    audit(access, done, row.name, now=now, before=before, after=_facts(row))
    changes.record(access.workspace, "plan", row.pk, now=now)
    return row.pk


@transaction.atomic
def take_in(access: Access, lines: Iterable[Mapping[str, str]], *, now: datetime) -> int:
    """Put people on the roster from lines with a name, a contract and skills; who is there is changed.

    Raises
    ------
    InvalidInput
        If a line makes no sense; the sentence names it, and nothing is kept.
    """
    enter(access)
    terms = {each.contract.name.casefold(): each.id for each in selectors.contracts(access)}
    known = {each.name.casefold(): each for each in selectors.members(access)}
    needed, kept = selectors.skills(access), []
    for number, line in enumerate(lines, 2):
        name, wanted = one_line(line.get("name", "")), one_line(line.get("contract", ""))
        if not name and not wanted:
            continue
        there = known.get(name.casefold())
        contract = terms.get(wanted.casefold()) if wanted else there and there.terms
        try:
            if contract is None:
                raise InvalidInput(
                    reason=say("There is no contract {name}. Known: {known}.", name=wanted or "–",
                               known=", ".join(each.contract.name for each in selectors.contracts(access)) or "–")
                )  # fmt: skip
            able: Sequence[str] = [each for each in there.skills if each in needed] if there else ()
            if line.get("skills"):
                able = line["skills"].replace(";", ",").split(",")
            told = {
                "name": there.name if there else name, "contract": contract, "skills": able,
                "days_off": there.days_off if there else (), "rate": _rate(line.get("rate", ""), there),
                "left_on": there.left_on if there else None,
            }  # fmt: skip
            kept.append(_keep(access, told, there.id if there else None)[0].name)
        except (InvalidInput, Conflict) as error:
            raise InvalidInput(reason=say("Line {number}: {reason}", number=number, reason=str(error))) from None
    if kept:
        audit(access, "put on the roster", ", ".join(kept), now=now, after={"people": len(kept)})
        changes.record(access.workspace, "plan", None, now=now)
    return len(kept)


def _keep(access: Access, data: Mapping[str, Any], member: int | None) -> tuple[MemberRow, dict[str, Any] | None]:
    """Keep somebody as they are told; return their row, and what it said before."""
    if member is None:
        _room(access, 1)
    row = member_row(access, member) if member is not None else MemberRow(workspace_id=access.workspace)
    before = _facts(row) if member is not None else None
    row.name = one_line(str(data.get("name", "")))
    if not row.name or len(row.name) > 100:
        raise InvalidInput(reason=_NAME)
    if _named(access, row.name).exclude(pk=row.pk).exists():
        raise Conflict(reason=say("There is somebody called {name} on the roster already.", name=row.name))
    row.contract = _contract(access, int(data.get("contract") or 0))
    row.skills = list(skills_of(data.get("skills", ()), selectors.skills(access)))
    row.days_off, row.left_on = _weekdays(data.get("days_off", ())), data.get("left_on")
    row.rate = data.get("rate")
    if row.rate is not None and not 0 <= row.rate < 1e6:
        raise InvalidInput(reason=say("What an hour costs is 0 or more."))
    row.save()
    return row, before


@transaction.atomic
def remove_member(access: Access, member: int, *, now: datetime) -> None:
    """Take somebody off the list who never stood on a roster; of others one says when they left."""
    enter(access)
    row = member_row(access, member)
    if ShiftRow.objects.filter(member=row).exists():
        raise Conflict(reason=say("{name} has shifts. Say on which day they left instead.", name=row.name))
    audit(access, "taken off the roster", row.name, now=now, before=_facts(row))
    row.delete()
    changes.record(access.workspace, "plan", None, now=now)


@transaction.atomic
def renew_feed(access: Access, member: int, *, now: datetime) -> None:
    """Give somebody's calendar a new address, so that the old one ends: by themselves, or by who plans."""
    row = member_row(access, member)
    _own_or_plan(access, row)
    row.feed = feed_key()
    row.save(update_fields=["feed"])
    audit(access, "calendar address renewed", row.name, now=now)


# Wishes and absences -----------------------------------------------------------
@transaction.atomic
def wish_weekdays(access: Access, member: int, days: Iterable[int], *, now: datetime) -> None:
    """Say on which weekdays somebody wishes to be off: by themselves, or by who plans."""
    row = member_row(access, member)
    _own_or_plan(access, row)
    before, row.days_off = row.days_off, _weekdays(days)
    row.save(update_fields=["days_off"])
    audit(access, "days off wished", row.name, now=now, before={"days": before}, after={"days": row.days_off})
    changes.record(access.workspace, "plan", row.pk, now=now)


@transaction.atomic
def wish_day(access: Access, member: int, day: date, *, on: bool = True, now: datetime) -> None:
    """Wish to be off on one day, or wish it no more: by themselves, or by who plans."""
    row = member_row(access, member)
    _own_or_plan(access, row)
    rows = WishRow.objects.filter(member=row)
    if on and not rows.filter(day=day).exists():
        if rows.filter(day__gte=now.date()).count() >= MOST_WISHES:
            raise Conflict(reason=say("One can wish for {most} days at most.", most=MOST_WISHES))
        WishRow.objects.create(member=row, day=day)
    elif not on:
        rows.filter(day=day).delete()
    audit(access, "day off wished" if on else "wish taken back", row.name, now=now, after={"day": day.isoformat()})
    changes.record(access.workspace, "plan", row.pk, now=now)


@transaction.atomic
def note_absence(
    access: Access, member: int, first: date, last: date, cause: str, *, note: str = "", now: datetime
) -> Absence:
    """Note that somebody is away: granted where who plans notes it, else asked for, and only for oneself.

    Raises
    ------
    InvalidInput
        If the days or the cause make no sense.
    Conflict
        If they are away then already.
    """
    row = member_row(access, member)
    _own_or_plan(access, row)
    checked_span(first, last)
    if cause not in set(Cause):
        raise InvalidInput(reason=say("Say why: {known}.", known=", ".join(each.label for each in Cause)))
    there = AbsenceRow.objects.filter(member=row, first__lte=last, last__gte=first).exclude(state=Answer.REFUSED)
    if there.exists():
        raise Conflict(reason=say("{name} is away on one of these days already, or has asked for it.", name=row.name))
    state = Answer.GRANTED if access.may(Permission.PLAN) else Answer.ASKED
    made = AbsenceRow.objects.create(
        member=row, first=first, last=last, cause=cause, state=state, note=one_line(note)[:200], asked_at=now
    )
    done = "absence noted" if state is Answer.GRANTED else "absence asked for"
    audit(access, done, row.name, now=now, after={"days": f"{first} – {last}"})
    changes.record(access.workspace, "plan", row.pk, now=now)
    return _absence(made)


@transaction.atomic
def answer_absence(access: Access, absence: int, *, granted: bool, now: datetime) -> Absence:
    """Grant or refuse an absence."""
    enter(access)
    row = _absence_row(access, absence)
    if row.state != Answer.ASKED:
        raise Conflict(reason=say("Somebody has answered this already."))
    row.state = Answer.GRANTED if granted else Answer.REFUSED
    row.save(update_fields=["state"])
    done = "absence granted" if granted else "absence refused"
    audit(access, done, row.member.name, now=now, after={"days": f"{row.first} – {row.last}"})
    changes.record(access.workspace, "plan", row.member_id, now=now)
    return _absence(row)


@transaction.atomic
def end_absence(access: Access, absence: int, *, now: datetime) -> int:
    """Remove an absence: who plans, any; others what they asked for, until it is answered. Return whose it was."""
    row = _absence_row(access, absence)
    if not access.may(Permission.PLAN):
        _own_or_plan(access, row.member)
        if row.state != Answer.ASKED:
            raise Conflict(reason=say("This was answered. Ask who plans to change it."))
    audit(access, "absence removed", row.member.name, now=now, before={"days": f"{row.first} – {row.last}"})
    row.delete()
    changes.record(access.workspace, "plan", row.member_id, now=now)
    return row.member_id


# Rows -------------------------------------------------------------------------
def member_row(access: Access, member: int) -> MemberRow:
    """Return the row of somebody on the roster of this workspace, locked."""
    access.require(Permission.READ)
    rows = MemberRow.objects.select_for_update().filter(pk=member, workspace_id=access.workspace)
    row = rows.first()
    if row is None:
        raise NotFound(what="person", which=member)
    return row


def _own_or_plan(access: Access, row: MemberRow) -> None:
    """Let people change what is their own while they may work here, and who plans everybody's."""
    if row.person_id is None or row.person_id != access.me:
        access.require(Permission.PLAN)
    elif not access.may(Permission.PLAN):
        access.require(Permission.WORK)


def _contract(access: Access, contract: int) -> ContractRow:
    row = ContractRow.objects.filter(pk=contract, workspace_id=access.workspace).first()
    if row is None:
        raise NotFound(what="contract", which=contract)
    return row


def _absence_row(access: Access, absence: int) -> AbsenceRow:
    access.require(Permission.READ)
    row = (
        AbsenceRow.objects.select_for_update(of=("self",))
        .select_related("member")
        .filter(pk=absence, member__workspace_id=access.workspace)
        .first()
    )
    if row is None:
        raise NotFound(what="absence", which=absence)
    return row


def _absence(row: AbsenceRow) -> Absence:
    return Absence(
        row.pk, row.member_id, row.member.name, row.first, row.last, Cause(row.cause), Answer(row.state), row.note
    )


def _named(access: Access, name: str) -> Any:
    return MemberRow.objects.filter(workspace_id=access.workspace, name__iexact=name)


def _free(name: str, taken: set[str]) -> str:
    """Return a name that nobody has: two people of one name are told apart by a number."""
    folded, number = {each.casefold() for each in taken}, 1
    free = name[:90]
    while free.casefold() in folded:
        number += 1
        free = f"{name[:90]} {number}"
    return free


def _room(access: Access, more: int) -> None:
    if MemberRow.objects.filter(workspace_id=access.workspace, left_on=None).count() + more > MOST_MEMBERS:
        raise Conflict(reason=say("There can be {most} people on the roster.", most=MOST_MEMBERS))


def _weekdays(given: Iterable[int]) -> list[int]:
    days = sorted(set(given))
    if not all(0 <= each <= 6 for each in days):
        raise InvalidInput(reason=say("Days of the week are from 0, Monday, to 6, Sunday."))
    return days


def _rate(text: str, there: Any) -> float | None:
    if not text.strip():
        return there.rate if there else None
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        raise InvalidInput(reason=say("{text} is no amount of money.", text=text.strip())) from None


def _facts(row: MemberRow) -> dict[str, Any]:
    """Return what the audit log tells; not what an hour costs, for more people read it than plan."""
    return {
        "name": row.name, "contract": row.contract.name, "skills": row.skills, "days": row.days_off,
        "until": row.left_on.isoformat() if row.left_on else None,
    }  # fmt: skip
