"""Reads of the people that rosters are made of."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Q

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Access, Permission
from hubbub.kernel.errors import NotFound
from hubbub.workforce.core.plan.contracts import Contract, contract_of
from hubbub.workforce.core.plan.people import Absence, Answer, Cause, Member, Terms
from hubbub.workforce.models import AbsenceRow, ContractRow, MemberRow, WishRow
from hubbub.workforce.selectors.queues import queues

SHOWN = 300


def contracts(access: Access) -> tuple[Terms, ...]:
    """Return all contracts by name, with how many have each."""
    access.require(Permission.READ)
    there = Q(members__left_on=None)
    rows = ContractRow.objects.filter(workspace_id=access.workspace).annotate(n=Count("members", filter=there))
    return tuple(Terms(row.pk, contract_of({**row.data, "name": row.name}), row.n) for row in rows.order_by("name"))


def contract(access: Access, which: int) -> Terms:
    """Return one contract.

    Raises
    ------
    NotFound
        If it is not there, or not of this workspace.
    """
    found = next((each for each in contracts(access) if each.id == which), None)
    if found is None:
        raise NotFound(what="contract", which=which)
    return found


def skills(access: Access) -> tuple[str, ...]:
    """Return the skills that queues need, in the order of the queues."""
    return tuple(dict.fromkeys(each.queue.needs for each in queues(access)))


def members(access: Access, on: date | None = None) -> tuple[Member, ...]:
    """Return who stands on rosters, by name; with a day, only those who have not left by then."""
    access.require(Permission.READ)
    rows = MemberRow.objects.filter(workspace_id=access.workspace)
    if on is not None:
        rows = rows.filter(Q(left_on=None) | Q(left_on__gt=on))
    paid, terms = access.may(Permission.PLAN), {each.id: each.contract for each in contracts(access)}
    found = (member_of(row, terms[row.contract_id], paid=paid) for row in rows)
    return tuple(sorted(found, key=lambda each: (each.name.casefold(), each.id)))


def member(access: Access, which: int) -> Member:
    """Return one of them.

    Raises
    ------
    NotFound
        If they are not there, or not of this workspace.
    """
    access.require(Permission.READ)
    row = MemberRow.objects.filter(pk=which, workspace_id=access.workspace).select_related("contract").first()
    if row is None:
        raise NotFound(what="person", which=which)
    return member_of(row, _terms(row), paid=access.may(Permission.PLAN))


def own_member(access: Access) -> Member | None:
    """Return who one is on rosters; None where one stands on none."""
    access.require(Permission.READ)
    rows = MemberRow.objects.filter(workspace_id=access.workspace, person_id=access.me).select_related("contract")
    row = rows.first()
    return member_of(row, _terms(row), paid=access.may(Permission.PLAN)) if row else None


def _terms(row: MemberRow) -> Contract:
    return contract_of({**row.contract.data, "name": row.contract.name})


def member_of(row: MemberRow, contract: Contract, *, paid: bool) -> Member:
    """Return a row as a value; `paid`: with what an hour costs."""
    return Member(
        row.pk, row.name, row.person_id, row.contract_id, contract, tuple(row.skills), tuple(row.days_off),
        sum(row.balance.values()), row.left_on, row.rate if paid else None,
    )  # fmt: skip


def not_yet(access: Access) -> tuple[tuple[int, str], ...]:
    """Return who works in the workspace and stands on no roster yet: id and name."""
    known = set(MemberRow.objects.filter(workspace_id=access.workspace).values_list("person_id", flat=True))
    return tuple((each.person, each.name) for each in accounts.members(access) if each.person not in known)


def absences(access: Access, since: date, until: date, member: int | None = None) -> tuple[Absence, ...]:
    """Return who is away in a span, from the first day to before the last; causes and notes are told to those who plan.

    Others learn of themselves everything, and of colleagues which days are granted.
    """
    access.require(Permission.READ)
    rows = AbsenceRow.objects.filter(
        member__workspace_id=access.workspace, first__lt=until, last__gte=since
    ).select_related("member")
    if member is not None:
        rows = rows.filter(member_id=member)
    return _told(access, rows.order_by("first", "id"))


def asked_for(access: Access) -> tuple[Absence, ...]:
    """Return the absences that wait for an answer, the first day first."""
    access.require(Permission.PLAN)
    rows = AbsenceRow.objects.filter(member__workspace_id=access.workspace, state=Answer.ASKED)
    return _told(access, rows.select_related("member").order_by("first", "id")[:SHOWN])


def _told(access: Access, rows: Iterable[AbsenceRow]) -> tuple[Absence, ...]:
    plans, found = access.may(Permission.PLAN), []
    for row in rows:
        open_to = plans or row.member.person_id == access.me
        if open_to or row.state == Answer.GRANTED:
            cause, note = (Cause(row.cause), row.note) if open_to else (Cause.OTHER, "")
            found.append(
                Absence(row.pk, row.member_id, row.member.name, row.first, row.last, cause, Answer(row.state), note)
            )
    return tuple(found)


def wishes(access: Access, since: date, until: date, member: int | None = None) -> dict[int, tuple[date, ...]]:
    """Return by member which single days of a span they wish to be off; one's own, or everybody's to those who plan."""
    access.require(Permission.READ)
    rows = WishRow.objects.filter(member__workspace_id=access.workspace, day__gte=since, day__lt=until)
    if member is not None:
        rows = rows.filter(member_id=member)
    if not access.may(Permission.PLAN):
        rows = rows.filter(member__person_id=access.me)
    found: dict[int, tuple[date, ...]] = {}
    for who, day in rows.order_by("day").values_list("member_id", "day"):
        found[who] = (*found.get(who, ()), day)
    return found
