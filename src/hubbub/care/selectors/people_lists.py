"""Reads of a workspace's own lists of accounts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.people_lists import key_of
from hubbub.care.models import ListMember, PeopleList, SocialAccount
from hubbub.care.selectors.playbooks import data_of
from hubbub.kernel.errors import NotFound

PAGE = 100


@dataclass(frozen=True, slots=True)
class ListLine:
    """A list, how many are on it, and the rules of the playbook that ask for it."""

    id: int
    name: str
    note: str
    means: str
    accounts: int
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemberLine:
    """Somebody on a list; `name` is empty where nothing of them was heard yet."""

    id: int
    channel: str
    handle: str
    name: str
    heard: bool
    reason: str
    by: str
    at: datetime


def list_row(access: Access, which: int, *, lock: bool = False) -> PeopleList:
    """Return the row of a list. For this domain only."""
    access.require(Permission.READ)
    rows = PeopleList.objects.filter(workspace_id=access.workspace, pk=which)
    row = (rows.select_for_update() if lock else rows).first() if 0 <= which < 2**63 else None
    if row is None:
        raise NotFound(what="list", which=which)
    return row


def people_lists(access: Access) -> tuple[ListLine, ...]:
    """Return all lists, by name."""
    access.require(Permission.READ)
    data = data_of(access)[1]
    rows = PeopleList.objects.filter(workspace_id=access.workspace).annotate(many=Count("members"))
    return tuple(_line(row, row.many, data) for row in rows.order_by("name"))


def people_list(access: Access, which: int) -> ListLine:
    """Return one list."""
    row = list_row(access, which)
    return _line(row, row.members.count(), data_of(access)[1])


def _line(row: PeopleList, many: int, data: Mapping[str, Any]) -> ListLine:
    return ListLine(row.pk, row.name, row.note, row.means, many, asked_by(data, row.name))


def list_names(access: Access) -> tuple[str, ...]:
    """Return the names of all lists."""
    access.require(Permission.READ)
    rows = PeopleList.objects.filter(workspace_id=access.workspace).order_by("name")
    return tuple(rows.values_list("name", flat=True))


def members(
    access: Access, which: int, *, search: str = "", before: int | None = None
) -> tuple[tuple[MemberLine, ...], int | None]:
    """Return who is on a list, the newest first, and below whom the next ones begin."""
    row = list_row(access, which)
    found = row.members.select_related("person")
    if words := key_of(search):
        found = found.filter(Q(handle__contains=words) | Q(reason__icontains=words))
    if before is not None:
        found = found.filter(pk__lt=before)
    some = list(found.order_by("-id")[: PAGE + 1])
    names = _names(access, some)
    lines = tuple(
        MemberLine(
            each.pk, each.channel, each.handle, names.get((each.channel, each.handle), ""),
            (each.channel, each.handle) in names, each.reason, each.person.name if each.person else "Hubbub", each.at,
        )
        for each in some[:PAGE]
    )  # fmt: skip
    return lines, lines[-1].id if len(some) > PAGE else None


def heard_of(workspace: int, keys: Collection[tuple[str, str]]) -> QuerySet[SocialAccount]:
    """Return the accounts heard of under channels and handles.

    A handle of one channel may bring an account of another: look at both. For this domain only.
    """
    handles = {handle for _, handle in keys}
    rows = SocialAccount.objects.filter(workspace_id=workspace, channel__in={channel for channel, _ in keys})
    return rows.annotate(key=Lower("handle")).filter(Q(key__among=handles) | Q(native__among=handles))


def _names(access: Access, some: Sequence[ListMember]) -> dict[tuple[str, str], str]:
    """Return how those are called of whom something was heard."""
    found = heard_of(access.workspace, {(each.channel, each.handle) for each in some})
    names: dict[tuple[str, str], str] = {}
    for channel, key, native, name in found.values_list("channel", Lower("handle"), "native", "name"):
        names |= {(channel, key): name, (channel, native): name}
    return names


def asked_by(data: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return which rules and triggers of a playbook ask for a list."""
    parts = [*data.get("rules", ()), *data.get("triggers", ())]
    return tuple(str(each["id"]) for each in parts if any(_names_list(test, name) for test in each.get("when", ())))


def _names_list(test: Mapping[str, Any], name: str) -> bool:
    if "any" in test:
        return any(_names_list(each, name) for each in test["any"])
    wanted = [value for key, value in test.items() if key != "fact"]
    return test.get("fact") == "lists" and any(name in ([each] if isinstance(each, str) else each) for each in wanted)
