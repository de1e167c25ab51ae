"""Reads of corrections."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hubbub.accounts.core.access import Access, Permission
from hubbub.listening.models import CorrectionRow


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """A correction that can be taken back."""

    id: int
    words: str
    posts: int
    at: datetime


def latest(access: Access, now: datetime) -> CorrectionLine | None:
    """Return the latest correction of whoever asks, of the last hour, unless it was taken back."""
    access.require(Permission.READ)
    rows = CorrectionRow.objects.filter(workspace_id=access.workspace, person_id=access.me, undone_at=None)
    row = rows.filter(at__gt=now - timedelta(hours=1)).order_by("-pk").first()
    return CorrectionLine(row.pk, row.words, len(row.before), row.at) if row else None
