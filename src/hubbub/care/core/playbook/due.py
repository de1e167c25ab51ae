"""When something is due, and how fast people expect an answer."""

from datetime import datetime, timedelta

from hubbub.care.core.playbook.rules import Due, Playbook, Rule

SLOW_CHANNELS = ("feeds", "file", "generic")
"""Where nobody waits at the counter."""

_OWN_PACES = {"phone": "callback", "letter": "letter", "chat": "chat"}


def pace_of(channel: str, *, private: bool) -> str:
    """Return how fast people expect an answer: the pace of the channel, else by who sees it."""
    return _OWN_PACES.get(channel) or ("private" if private else "slow" if channel in SLOW_CHANNELS else "public")


def due_at(
    rule: Rule, playbook: Playbook, *, arrived: datetime, now: datetime, day_end: datetime, pace: str
) -> datetime | None:
    """Return when a decision is due. The clock starts at arrival and includes any hold.

    `day_end` is the end of the workspace's own day; `pace` is what `pace_of` says.
    """
    match rule.due:
        case None:
            return None
        case Due.AT_ONCE:
            return arrived
        case Due.NOW:
            return now + playbook.service_level["prompt"]
        case Due.SERVICE_LEVEL:
            return arrived + playbook.service_level[pace]
        case Due.TODAY:
            return day_end
        case timedelta():
            return arrived + rule.due
