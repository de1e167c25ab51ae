"""What became of posts: whose case they are in, and what we answered."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.models import (
    Entry,
    SocialAccount,
)
from hubbub.care.selectors.threads import TOLD_AGAIN
from hubbub.listening.models import Post


def case_of(access: Access, uri: str) -> int | None:
    """Return the number of the case a post belongs to."""
    access.require(Permission.READ)
    rows = Entry.objects.filter(post__workspace_id=access.workspace, post__uri=uri)
    return rows.values_list("case__number", flat=True).first()


def cases_of(access: Access, uris: Iterable[str]) -> dict[str, int]:
    """Return the numbers of the cases that some posts belong to."""
    access.require(Permission.READ)
    rows = Post.objects.filter(workspace_id=access.workspace, uri__among=frozenset(uris), entry__isnull=False)
    return dict(rows.values_list("uri", "entry__case__number"))


def in_cases(posts: Iterable[int]) -> set[int]:
    """Return which of these posts some case shows."""
    return set(Entry.objects.filter(post__in=list(posts)).values_list("post_id", flat=True))


def accounts_called(access: Access, native: str, handle: str) -> list[tuple[str, str, str, str]]:
    """Return channel, id, handle and name of the accounts that have this id or handle; of letters, this name."""
    writers = Q(channel="letter", name__iexact=handle)
    theirs = Q(native=native) | Q(handle__iexact=handle) | writers
    rows = SocialAccount.objects.filter(theirs, workspace_id=access.workspace)
    return list(rows.values_list("channel", "native", "handle", "name"))


def authors_of(access: Access, customer: int) -> list[tuple[str, str]]:
    """Return the accounts of a customer, as channel and the network's id."""
    rows = SocialAccount.objects.filter(workspace_id=access.workspace, customer=customer)
    return list(rows.order_by("pk").values_list("channel", "native"))


def replies(access: Access, topic: int, since: datetime, until: datetime) -> list[datetime]:
    """Return when we answered publicly in cases of a topic, or of any (0)."""
    access.require(Permission.READ)
    found = _public_replies(access).filter(at__gte=since, at__lt=until)
    if topic:
        found = found.filter(case__topic=topic)
    return list(found.order_by("at").values_list("at", flat=True)[:TOLD_AGAIN])


def replied_on(access: Access, since: datetime) -> dict[str, datetime]:
    """Return when we last answered publicly on each channel."""
    access.require(Permission.READ)
    found = _public_replies(access).filter(at__gte=since).values_list("case__channel")
    return dict(found.annotate(last=Max("at")))


def answers_on(access: Access, since: datetime, until: datetime) -> dict[str, int]:
    """Return how often we answered publicly on each channel."""
    access.require(Permission.READ)
    found = _public_replies(access).filter(at__gte=since, at__lt=until).values_list("case__channel")
    return dict(found.annotate(n=Count("id")))


def _public_replies(access: Access) -> QuerySet[Entry]:
    return Entry.objects.filter(kind="reply", private=False, case__workspace_id=access.workspace)
