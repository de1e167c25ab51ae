"""Writes that take away what was heard: after a while, or because somebody asks for it. Counts stay."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from hubbub.listening.core.digest import Digest, packed, unpacked, without, without_people
from hubbub.listening.models import ERASED, DigestPart, Post, Revision


@transaction.atomic
def remove_rows(posts: Iterable[int]) -> int:
    """Remove posts' rows; the hash index remembers that they were heard."""
    rows = Post.objects.filter(pk__among=frozenset(posts))
    found = rows.count()
    rows.delete()
    return found


def blank_rows(posts: Iterable[int], *, now: datetime) -> None:
    """Take from posts' rows who said it and what; part of a larger transaction."""
    Revision.objects.filter(post__in=list(posts)).delete()
    for post in posts:
        Post.objects.filter(pk=post).update(
            uri=f"{ERASED}{post}", author="", handle="", name="", followers=None, follows=None, posts=None,
            reactions=None, joined_at=None, text="", parent="", root=f"{ERASED}{post}", parent_author="", mentions=[],
            media=0, repost_of="", url="", ref="", details="", reading=None, corrected=None,
            deleted_at=now, pending=False,
        )  # fmt: skip


def strip_digests(workspace: int, before: datetime) -> int:
    """Take people and their posts out of digests that begin before a moment; return how many were changed."""
    parts = DigestPart.objects.filter(workspace_id=workspace, hour__lt=int(before.timestamp()) // 3600)
    return _remake(parts.filter(people=True), without_people, people=False)


def take_from_digests(workspace: int, channel: str, author: str, handle: str) -> int:
    """Take one person out of a workspace's digests; return how many were changed."""
    parts = DigestPart.objects.filter(workspace_id=workspace, people=True)
    return _remake(parts, lambda digest: without(digest, channel, author, handle), people=True)


def _remake(parts: QuerySet[DigestPart], change: Callable[[Digest], Digest], *, people: bool) -> int:
    """Put changed digests in the place of others, one at a time.

    A changed one is a new row: so one that somebody puts together with others just now is either found here as part
    of the whole, which has a higher number, or not put together. See `history.merge_digests`.
    """
    done, after = 0, 0
    while (row := parts.filter(pk__gt=after).order_by("pk").first()) is not None:
        after = row.pk
        digest = unpacked(row.made)
        changed = change(digest)
        if changed is digest and row.people == people:
            continue
        with transaction.atomic():
            if DigestPart.objects.filter(pk=row.pk).delete()[0]:
                row.pk, row.made, row.people = None, packed(changed), people
                row.save(force_insert=True)
                done += 1
    return done
