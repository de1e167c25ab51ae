"""Reads about topics that look back, and their baselines."""

from dataclasses import dataclass
from datetime import datetime

from hubbub.accounts.core.access import Access, Permission
from hubbub.listening.core.baseline import Baseline
from hubbub.listening.models import BackfillRow


@dataclass(frozen=True, slots=True)
class Backfill:
    """How far a topic has looked back."""

    topic: int
    asked_at: datetime
    ended_at: datetime | None
    done: int
    pieces: int
    found: int
    covers_since: datetime | None
    words: str
    baseline: Baseline | None

    @property
    def percent(self) -> int:
        """How much of it is done."""
        return 100 if self.ended_at else min(99, 100 * self.done // self.pieces) if self.pieces else 0


def backfill_of(access: Access, topic: int) -> Backfill | None:
    """Return how far a topic has looked back; None if nobody asked it to."""
    access.require(Permission.READ)
    row = BackfillRow.objects.filter(topic__workspace_id=access.workspace, topic_id=topic).first()
    if row is None:
        return None
    found = Baseline.of(row.baseline) if row.baseline else None
    return Backfill(
        topic, row.asked_at, row.ended_at, row.done, row.pieces, row.found, row.covers_since, row.words, found
    )


def asked() -> list[tuple[int, int]]:
    """Return (workspace, topic) that wait to look back, the first asked first. For the worker."""
    rows = BackfillRow.objects.filter(ended_at=None).order_by("asked_at")
    return list(rows.values_list("topic__workspace_id", "topic_id"))
