"""The operations on lists of accounts: press, employees, and what else the playbook asks for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.params.functions import Path, Query
from pydantic import StringConstraints

from hubbub.api.schemas import Name, Strict
from hubbub.api.shared import READ_ERRORS, WRITE_ERRORS, access_of, now
from hubbub.care.core.people_lists import Member, member_of
from hubbub.care.selectors import people_lists as reads
from hubbub.care.services import people_lists

router = Router(tags=["people"])
List: Any = Path(..., ge=1, le=2**53)
Network = Literal[
    "bluesky", "chat", "demo", "feeds", "file", "generic", "letter", "mail", "mastodon", "phone", "webhook"
]  # fmt: skip


class PeopleList(Schema):
    """A list of accounts."""

    id: int
    name: str
    note: str
    means: str = Field(
        description="`listed`: answered at once; `employee`: no voice; empty: only what the playbook asks."
    )
    accounts: int
    rules: list[str] = Field(description="Of the playbook, that ask for it.")


class PeopleListIn(Strict):
    """A list to make."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00]+$")]
    note: Name = ""
    means: Literal["", "listed", "employee"] = ""


class PeopleListMade(Schema):
    """Which list was made."""

    id: int


class ListedAccount(Schema):
    """Somebody on a list."""

    id: int
    channel: str
    handle: str
    name: str = Field(description="Empty where nothing of them was heard yet.")
    reason: str
    at: datetime


class ListedAccounts(Schema):
    """Some of a list, the newest first, and below whom the next ones begin."""

    accounts: list[ListedAccount]
    next: int | None


class AccountIn(Strict):
    """An account, as its network writes it."""

    channel: Network
    handle: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
    reason: Name = ""


class AccountsIn(Strict):
    """Accounts to put on a list, or to take off."""

    accounts: Annotated[list[AccountIn], Field(min_length=1, max_length=1_000)]


class Counted(Schema):
    """How many accounts it changed something for."""

    changed: int


@router.get("", response={200: list[PeopleList], **READ_ERRORS})
def list_people_lists(request: HttpRequest) -> Any:
    """All lists, by name."""
    return [
        {
            "id": each.id, "name": each.name, "note": each.note, "means": each.means,
            "accounts": each.accounts, "rules": list(each.rules),
        }
        for each in reads.people_lists(access_of(request))
    ]  # fmt: skip


@router.post("", response={200: PeopleListMade, **WRITE_ERRORS})
def make_people_list(request: HttpRequest, payload: PeopleListIn) -> Any:
    """Make a list."""
    return {"id": people_lists.save_list(access_of(request), None, **payload.dict(), now=now())}


@router.get("/{people_list}", response={200: ListedAccounts, **READ_ERRORS})
def read_people_list(
    request: HttpRequest,
    people_list: int = List,
    q: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")] = Query(""),
    before: Annotated[int, Field(ge=1, le=2**53)] | None = Query(None),
) -> Any:
    """Who is on a list: a hundred at a time, or those whose handle or reason has some words."""
    lines, following = reads.members(access_of(request), people_list, search=q, before=before)
    shown = [
        {"id": each.id, "channel": each.channel, "handle": each.handle, "name": each.name, "reason": each.reason,
         "at": each.at}
        for each in lines
    ]  # fmt: skip
    return {"accounts": shown, "next": following}


@router.post("/{people_list}/add", response={200: Counted, **WRITE_ERRORS})
def put_on_people_list(request: HttpRequest, payload: AccountsIn, people_list: int = List) -> Any:
    """Put accounts on a list; who is on it already gets the new reason. `changed` counts the new ones."""
    return {"changed": people_lists.put_on(access_of(request), people_list, _members(payload), now=now())}


@router.post("/{people_list}/take-off", response={200: Counted, **WRITE_ERRORS})
def take_off_people_list(request: HttpRequest, payload: AccountsIn, people_list: int = List) -> Any:
    """Take accounts off a list; who is not on it is as good as taken off."""
    return {"changed": people_lists.take_off_all(access_of(request), people_list, _members(payload), now=now())}


@router.post("/{people_list}/remove", response={204: None, **WRITE_ERRORS})
def remove_people_list(request: HttpRequest, people_list: int = List) -> Any:
    """Remove a list; not while the playbook asks for it."""
    people_lists.remove_list(access_of(request), people_list, now=now())
    return Status(204, None)


def _members(payload: AccountsIn) -> Sequence[Member]:
    found = [member_of(each.channel, each.handle, each.reason, (each.channel,)) for each in payload.accounts]
    return tuple({(each.channel, each.handle): each for each in found}.values())
