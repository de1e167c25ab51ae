"""Lists of accounts: made and changed by a manager, and carried to the accounts, heard already or later."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.services import audit
from hubbub.care.core.people_lists import MEANS, Member, key_of
from hubbub.care.models import CaseRow, ListMember, PeopleList, SocialAccount
from hubbub.care.selectors.people_lists import asked_by, heard_of, list_row
from hubbub.care.selectors.playbooks import data_of
from hubbub.care.services import clocks
from hubbub.care.services.draft import AccountDraft
from hubbub.channels.core.values import handle_words
from hubbub.kernel.errors import Conflict, InvalidInput
from hubbub.kernel.speech import say
from hubbub.kernel.text import clean

MOST: Final = 50
"""Lists of a workspace."""
MOST_MEMBERS: Final = 100_000
"""Accounts on one list."""
Lists = defaultdict[tuple[str, str], list[tuple[str, str]]]
"""The names of lists and what they mean, by channel and handle."""


@transaction.atomic
def save_list(access: Access, which: int | None, *, name: str, note: str, means: str, now: datetime) -> int:
    """Make a list, or change one; return its id.

    Raises
    ------
    InvalidInput
        If it has no name, or one too long.
    Conflict
        If there is one of this name, too many, or the playbook asks for it by its old name.
    """
    access.require(Permission.PLAYBOOK)
    name, note = " ".join(clean(name).replace(",", " ").split()), " ".join(clean(note).split())
    if not name or len(name) > 60:
        raise InvalidInput(reason="Give a name of at most 60 characters, without a comma.")
    if len(note) > 200:
        raise InvalidInput(reason="Say what it is for in at most 200 characters.")
    if means not in MEANS:
        raise InvalidInput(reason="Choose what the list means.")
    ours = PeopleList.objects.select_for_update().filter(workspace_id=access.workspace)
    if ours.filter(name__iexact=name).exclude(pk=which or 0).exists():
        raise Conflict(reason=say("There is a list ‘{name}’ already.", name=name))
    if which is None:
        if ours.count() >= MOST:
            raise Conflict(reason=say("There are {most} lists already. Remove one first.", most=MOST))
        made = PeopleList.objects.create(workspace_id=access.workspace, name=name, note=note, means=means)
        audit(access, "list made", name, now=now)
        return made.pk
    row = list_row(access, which, lock=True)
    if row.name != name:
        _not_asked_for(access, row)
    before = {"name": row.name, "note": row.note, "means": row.means}
    was, row.name, row.note, row.means = row.means, name, note, means
    row.save()
    audit(access, "list changed", name, now=now, before=before, after={"name": name, "note": note, "means": means})
    if (before["name"], was) != (name, means):
        _carry(access, row.members.values_list("channel", "handle"), now, gone=was if was != means else "")
    return row.pk


@transaction.atomic
def remove_list(access: Access, which: int, *, now: datetime) -> None:
    """Remove a list; Conflict where the playbook asks for it."""
    access.require(Permission.PLAYBOOK)
    row = list_row(access, which, lock=True)
    _not_asked_for(access, row)
    members = list(row.members.values_list("channel", "handle"))
    means = row.means
    audit(access, "list removed", row.name, now=now, before={"accounts": len(members)})
    row.delete()
    _carry(access, members, now, gone=means)


def _not_asked_for(access: Access, row: PeopleList) -> None:
    if rules := asked_by(data_of(access)[1], row.name):
        raise Conflict(
            reason=say(
                "The playbook asks for ‘{name}’ in {rules}. Change that first.", name=row.name, rules=", ".join(rules)
            )
        )


@transaction.atomic
def put_on(access: Access, which: int, members: Sequence[Member], *, now: datetime) -> int:
    """Put accounts on a list; who is on it already gets the new reason. Return how many are new."""
    access.require(Permission.PLAYBOOK)
    row = list_row(access, which, lock=True)
    there = row.members.filter(handle__among={each.handle for each in members})
    known = {(each.channel, each.handle): each for each in there}
    changed = []
    for each in members:
        found = known.get((each.channel, each.handle))
        if found is not None and each.reason and found.reason != each.reason:
            found.reason = each.reason
            changed.append(found)
    ListMember.objects.bulk_update(changed, ["reason"], batch_size=500)
    fresh = [each for each in members if (each.channel, each.handle) not in known]
    if row.members.count() + len(fresh) > MOST_MEMBERS:
        raise Conflict(reason=say("A list holds at most {most:,} accounts.", most=MOST_MEMBERS))
    ListMember.objects.bulk_create(
        (
            ListMember(
                workspace_id=access.workspace, list=row, channel=each.channel, handle=each.handle, reason=each.reason,
                person_id=access.person, at=now,
            )
            for each in fresh
        ),
        batch_size=1_000,
    )  # fmt: skip
    one = members[0] if len(members) == 1 else None
    told = {"account": handle_words(one.channel, one.handle), "reason": one.reason} if one else {"accounts": len(fresh)}
    audit(access, "put on a list", row.name, now=now, after=told)
    _carry(access, ((each.channel, each.handle) for each in fresh), now)
    return len(fresh)


@transaction.atomic
def take_off(access: Access, which: int, member: int, *, now: datetime) -> None:
    """Take an account off a list; gone already is as good."""
    access.require(Permission.PLAYBOOK)
    row = list_row(access, which, lock=True)
    _take_off(access, row, list(row.members.filter(pk=member)), now)


@transaction.atomic
def take_off_all(access: Access, which: int, members: Sequence[Member], *, now: datetime) -> int:
    """Take accounts off a list, by channel and handle; return how many were on it."""
    access.require(Permission.PLAYBOOK)
    row = list_row(access, which, lock=True)
    wanted = {(each.channel, each.handle) for each in members}
    there = row.members.filter(handle__among={handle for _, handle in wanted})
    found = [each for each in there if (each.channel, each.handle) in wanted]
    _take_off(access, row, found, now)
    return len(found)


def _take_off(access: Access, row: PeopleList, found: Sequence[ListMember], now: datetime) -> None:
    if not found:
        return
    one = found[0] if len(found) == 1 else None
    told = {"account": handle_words(one.channel, one.handle), "reason": one.reason} if one else {"accounts": len(found)}
    audit(access, "taken off a list", row.name, now=now, before=told)
    row.members.filter(pk__among=[each.pk for each in found]).delete()
    _carry(access, [(each.channel, each.handle) for each in found], now, gone=row.means)


def _carry(access: Access, keys: Iterable[tuple[str, str]], now: datetime, gone: str = "") -> None:
    """Let accounts that were heard already know on which lists they are.

    `gone`: a mark that a list no longer gives; who has it by another list keeps it.
    """
    wanted = set(keys)
    if not wanted:
        return
    on = _lists_of(access.workspace, {handle for _, handle in wanted})
    changed = []
    for account in heard_of(access.workspace, wanted):
        before = (account.lists, account.listed, account.employee)
        account.lists, means = _on(account, on)
        for mark in ("listed", "employee"):
            setattr(account, mark, mark in means or (getattr(account, mark) and mark != gone))
        if before != (account.lists, account.listed, account.employee):
            changed.append(account)
    SocialAccount.objects.bulk_update(changed, ["lists", "listed", "employee"], batch_size=500)
    open_ = CaseRow.objects.filter(account__in=changed).exclude(status__in=("resolved", "closed"))
    for key in set(open_.values_list("account_id", flat=True)) - {None}:
        clocks.of_account(key, now)


def _keys(account: SocialAccount | AccountDraft) -> set[str]:
    return {key_of(account.handle), account.native.casefold()} - {""}


def _on(account: SocialAccount | AccountDraft, on: Lists) -> tuple[list[str], set[str]]:
    """Return the names of the lists that an account is on, and what these mean."""
    mine = [each for key in _keys(account) for each in on[account.channel, key]]
    return sorted({name for name, _ in mine}), {means for _, means in mine}


def _lists_of(workspace: int, handles: Collection[str]) -> Lists:
    """Return the names of lists and what they mean, by channel and handle."""
    rows = ListMember.objects.filter(workspace_id=workspace, handle__among=set(handles))
    found: Lists = defaultdict(list)
    for channel, handle, name, means in rows.values_list("channel", "handle", "list__name", "list__means"):
        found[channel, handle].append((name, means))
    return found


def put_heard_on_lists(workspace: int, accounts: Sequence[AccountDraft]) -> None:
    """Note on which lists accounts are that are heard for the first time; triage writes them. For this domain only."""
    if not accounts:
        return
    on = _lists_of(workspace, {key for each in accounts for key in _keys(each)})
    for account in accounts if on else ():
        account.lists, means = _on(account, on)
        account.listed, account.employee = "listed" in means, "employee" in means


def forget_member(workspace: int, channel: str, handles: Iterable[str]) -> None:
    """Take a person off all lists, on erasure. Part of a larger transaction."""
    keys = {key_of(each) for each in handles} - {""}
    ListMember.objects.filter(workspace_id=workspace, channel=channel, handle__in=keys).delete()
