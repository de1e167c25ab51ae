"""Writes of corrections: that they were made, and that they were taken back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.services import audit
from hubbub.kernel.errors import Conflict, NotFound
from hubbub.listening.core.corrections import Before
from hubbub.listening.models import CorrectionRow

KEPT = timedelta(days=30)


@transaction.atomic
def note(access: Access, words: str, before: Sequence[Before], *, now: datetime) -> int:
    """Keep what posts counted as before a correction; return its number."""
    access.require(Permission.WORK)
    told = [[each.uri, each.said_us, list(each.topics), each.sentiment] for each in before]
    row = CorrectionRow.objects.create(
        workspace_id=access.workspace, person_id=access.person, at=now, words=words[:200], before=told
    )
    CorrectionRow.objects.filter(workspace_id=access.workspace, at__lt=now - KEPT).delete()
    audit(access, "posts corrected", words, now=now, after={"posts": len(before)})
    return row.pk


def of_correction(access: Access, correction: int) -> tuple[str, list[Before]]:
    """Return what a correction said, and what its posts counted as before; it can be taken back once."""
    access.require(Permission.WORK)
    row = CorrectionRow.objects.filter(workspace_id=access.workspace, pk=correction).first()
    if row is None:
        raise NotFound(what="correction", which=correction)
    if row.undone_at is not None:
        raise Conflict(reason="This was taken back already.")
    return row.words, [Before(uri, said, tuple(topics), mood) for uri, said, topics, mood in row.before]


def forget_author(workspace: int, author: str) -> None:
    """Take one account's posts out of what can be taken back; part of a larger transaction."""
    for row in CorrectionRow.objects.filter(workspace_id=workspace):
        kept = [each for each in row.before if author not in each[0]]
        if len(kept) < len(row.before):
            row.before = kept
            row.save(update_fields=["before"])


@transaction.atomic
def undone(access: Access, correction: int, *, now: datetime) -> None:
    """Note that a correction was taken back."""
    row = CorrectionRow.objects.get(workspace_id=access.workspace, pk=correction)
    CorrectionRow.objects.filter(pk=correction).update(undone_at=now)
    audit(access, "correction taken back", row.words, now=now, after={"posts": len(row.before)})
