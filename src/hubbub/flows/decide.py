"""From heard posts to decisions, for whoever hears a few and wants them decided about at once."""

from datetime import datetime

from hubbub.care import selectors as care
from hubbub.care.services import triage


def decide(workspace: int, now: datetime) -> None:
    """Decide about everything that waits in a workspace, a transaction a hundred posts."""
    while triage.triage(workspace, understanding=care.understanding(workspace), now=now):
        pass
