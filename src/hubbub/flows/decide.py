"""From heard posts to decisions, for whoever hears a few and wants them decided about at once."""

from datetime import datetime

from hubbub.care import selectors as care
from hubbub.care.services import triage

AT_ONCE = 25  # in one transaction: on SQLite, others wait for it


def decide(workspace: int, now: datetime) -> None:
    """Decide about everything that waits in a workspace."""
    while triage.triage(workspace, understanding=care.understanding(workspace), now=now, limit=AT_ONCE):
        pass
