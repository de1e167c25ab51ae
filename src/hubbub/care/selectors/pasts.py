"""Whose past is to be read, and what it tells in a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.case import Folder, Status
from hubbub.care.core.past import Contact, Told, Word, told
from hubbub.care.models import AuthorPast, CaseRow, Entry, SocialAccount
from hubbub.listening.models import Post

AT_ONCE = 20
MOST_ACCOUNTS = 5  # of one person
MOST_CASES = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """An account whose past nobody has read yet."""

    id: int
    workspace: int
    channel: str
    native: str


def pasts_to_read(now: datetime, *, among: int | None = None) -> tuple[Asked, ...]:
    """Return whose past is to be read: of watches that are not reviewed yet, the newest, each with linked accounts.

    `among`: look only at so many of those that are reviewed last; of a hundred thousand, all take half a second.
    """
    watched = CaseRow.objects.filter(folder=Folder.WATCHING, review_at__gt=now, historical=False, account__isnull=False)
    if among is not None:
        watched = CaseRow.objects.filter(pk__in=watched.order_by("-review_at").values("pk")[:among])
    unread = watched.filter(Q(account__past=None) | Q(account__past__read_at__lt=F("opened_at")))
    found: dict[int, Asked] = {}
    people = unread.order_by("-review_at").values_list("account_id", "account__customer_id")[:AT_ONCE]
    for account, customer in people:
        linked = Q(pk=account) | (Q(customer=customer) if customer else Q())
        rows = SocialAccount.objects.filter(linked if customer else Q(pk=account)).order_by("id")
        for values in rows.values_list("pk", "workspace_id", "channel", "native")[:MOST_ACCOUNTS]:
            found[values[0]] = Asked(*values)
    return tuple(found.values())


def past_of(access: Access, number: int) -> tuple[Told, ...]:
    """Return what the past of a case's person tells about it; nothing where it was not read."""
    access.require(Permission.READ)
    rows = CaseRow.objects.filter(workspace_id=access.workspace, number=number).select_related("account")
    row = rows.first()
    if row is None or row.account is None:
        return ()
    person = Q(account=row.account_id)
    if row.account.customer_id is not None:
        person |= Q(account__customer=row.account.customer_id)
    pasts = list(AuthorPast.objects.filter(person).order_by("account_id")[:MOST_ACCOUNTS])
    if not pasts:
        return ()
    return told(
        _words(access.workspace, row, pasts),
        _contacts(row, person),
        complaint=row.excerpt,
        looked=sum(past.looked for past in pasts),
        complaining=sum(past.complaining for past in pasts),
    )


def _words(workspace: int, row: CaseRow, pasts: Sequence[AuthorPast]) -> list[Word]:
    """Return what was said before the case: nothing that stands in it, and nothing that was taken back."""
    words = [word_of(each) for past in pasts for each in past.words]
    known = Post.objects.filter(workspace_id=workspace, uri__in=[word.uri for word in words])
    gone = set(known.filter(deleted_at__isnull=False).values_list("uri", flat=True))
    here = set(Entry.objects.filter(case=row, post__in=known).values_list("post__uri", flat=True))
    return [word for word in words if word.uri not in gone | here and word.said_at <= row.opened_at]


def _contacts(row: CaseRow, person: Q) -> list[Contact]:
    others = CaseRow.objects.filter(person, workspace_id=row.workspace_id, opened_at__lt=row.opened_at)
    others = others.filter(about="to us").exclude(pk=row.pk).order_by("-opened_at")
    found = others.values_list("number", "opened_at", "status")[:MOST_CASES]
    return [Contact(number, opened_at, Status(status).ended) for number, opened_at, status in found]


def word_of(data: dict[str, Any]) -> Word:
    """Return a word from what a row kept."""
    return Word(**{**data, "said_at": datetime.fromisoformat(data["said_at"])})
