"""Reads of people who call and write on paper."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.models import Entry, SocialAccount
from hubbub.care.selectors import case_row
from hubbub.infra.models import OutboxMessage
from hubbub.kernel.errors import NotFound
from hubbub.listening.models import Post

OFFLINE = ("phone", "letter")
"""Channels on which people are known only by what somebody here noted."""


@dataclass(frozen=True, slots=True)
class LetterOut:
    """A letter of ours, as it is printed."""

    case: int
    outbox: int
    address: tuple[str, ...]  # name and address, a line each
    text: str
    by: str
    at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Joined:
    """The case that a letter continues: whose it is, and its last post."""

    number: int
    who: str
    account: int | None
    post: str | None  # uri


def names_of_numbers(workspace: int, numbers: Iterable[str]) -> dict[str, str]:
    """Return how the owners of telephone numbers are called, as far as that is known."""
    rows = SocialAccount.objects.filter(workspace_id=workspace, channel="phone", native__among=frozenset(numbers))
    found = rows.values_list("native", "name", "customer__name")
    return {native: name or own for native, own, name in found if name or own != native}


def letter_out(access: Access, number: int, outbox: int) -> LetterOut:
    """Return a letter that was written in a case, to print it.

    Raises
    ------
    NotFound
        If the case has no such letter, or its person was erased.
    """
    access.require(Permission.READ)
    row = case_row(access, number)
    entry = Entry.objects.filter(case=row, outbox=outbox, data__by_hand=True).first()
    message = OutboxMessage.objects.filter(pk=outbox, workspace=access.workspace).first()
    if entry is None or message is None or not message.payload:
        raise NotFound(what="letter", which=outbox)
    address = str(message.payload.get("parent_ref") or row.who)
    return LetterOut(
        number, outbox, tuple(address.splitlines()), str(message.payload["text"]), entry.name, entry.at, message.state
    )


def joined(access: Access, number: int) -> Joined:
    """Return the case that a letter is to continue; NotFound if there is none."""
    access.require(Permission.WORK)
    row = case_row(access, number)
    posts = Post.objects.filter(entry__case=row, ours=False, deleted_at__isnull=True)
    last = posts.order_by("-said_at", "-id").values_list("uri", flat=True).first()
    return Joined(number, row.who, row.account_id, last)


def kin(workspace: int, channel: str, native: str) -> list[tuple[str, str]]:
    """Return the telephone numbers and letters, as (channel, id), that were noted for the person of an account."""
    row = SocialAccount.objects.filter(workspace_id=workspace, channel=channel, native=native).first()
    if row is None or row.customer_id is None:
        return []
    rows = SocialAccount.objects.filter(workspace_id=workspace, customer_id=row.customer_id, channel__in=OFFLINE)
    return list(rows.exclude(pk=row.pk).order_by("pk").values_list("channel", "native"))
