"""Who looks at a case, and what they have read."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.models import CaseRow, Presence
from hubbub.care.services import work
from hubbub.care.services.cases.row import lock, read_by
from hubbub.care.services.notices import read_all
from hubbub.infra import changes


@transaction.atomic
def look(access: Access, number: int, *, typing: bool, active: bool = True, fresh: bool = False, now: datetime) -> None:
    """Tell colleagues that one looks at a case, and note it as read. Everybody who may read may look.

    Parameters
    ----------
    active : something moved on the page lately, so that the time counts as worked
    fresh : the page was just opened, or is in sight again
    """
    row = lock(access, number, Permission.READ)
    if row.merged_into is not None:
        row = lock(access, row.merged_into, Permission.READ)  # one looks at where all of it stands now
    mark, made = Presence.objects.get_or_create(case=row, person_id=access.me, defaults={"seen_at": now})
    came = made or now - mark.seen_at > timedelta(seconds=40)
    changed = came or mark.typing != typing
    mark.seen_at, mark.typing = now, typing
    mark.save(update_fields=["seen_at", "typing"])
    read_by(access, row, now)
    read_all(access, case=row.pk, now=now)
    work.beat(access, row, active=active, fresh=fresh, now=now)
    if changed:
        changes.record(access.workspace, "presence", row.pk, now=now, by=access.me)


@transaction.atomic
def leave(access: Access, number: int, *, now: datetime) -> None:
    """Tell colleagues that one looks elsewhere."""
    row = lock(access, number, Permission.READ)
    if Presence.objects.filter(case=row, person_id=access.me).delete()[0]:
        changes.record(access.workspace, "presence", row.pk, now=now)
    work.left(access, row, now=now)


def forget_presences(now: datetime) -> int:
    """Forget who looked at cases and left without a word, as a computer that is switched off does; return how many."""
    return Presence.objects.filter(seen_at__lt=now - timedelta(days=1)).delete()[0]


def threads_read(cases: Iterable[int], *, now: datetime) -> None:
    """Note that the conversations around some cases were fetched."""
    CaseRow.objects.filter(pk__in=list(cases)).update(thread_read_at=now)
