"""Notices: what somebody is told of, and by which ways."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from hubbub.kernel.speech import mark, say

MAILED_AFTER: Final = timedelta(minutes=2)
"""A mail waits so long for others to go with it; what is read meanwhile is not mailed."""
KEPT: Final = timedelta(days=60)
MOST_WORDS: Final = 240


class Why(StrEnum):
    """Why somebody is told."""

    ASSIGNED = "assigned"
    MENTIONED = "mentioned"
    DUE_SOON = "due_soon"
    BREACHED = "breached"
    APPROVAL = "approval"
    INCIDENT = "incident"
    REVIEW = "review"
    COACHING = "coaching"
    RATED = "rated"
    RULE = "rule"
    SHIFTS = "shifts"

    @property
    def label(self) -> str:
        """As one chooses it."""
        return say(_LABELS[self])


_LABELS: Final = {
    Why.ASSIGNED: mark("A case is given to me"),
    Why.MENTIONED: mark("Somebody mentions me in a note"),
    Why.DUE_SOON: mark("A case of mine is due soon"),
    Why.BREACHED: mark("A case of mine is late"),
    Why.APPROVAL: mark("A reply waits for approval, or was decided on"),
    Why.INCIDENT: mark("An incident begins or ends"),
    Why.REVIEW: mark("A case of mine was reviewed"),
    Why.COACHING: mark("Somebody leaves me a coaching note"),
    Why.RATED: mark("Somebody I helped is not satisfied"),
    Why.RULE: mark("A rule of the playbook tells me of a case"),
    Why.SHIFTS: mark("My shifts change, or somebody asks about shifts or absences"),
}


@dataclass(frozen=True, slots=True)
class Ways:
    """By which ways somebody wants to be told."""

    app: bool = True
    browser: bool = False
    mail: bool = False

    @property
    def any(self) -> bool:
        """Whether they want to be told at all."""
        return self.app or self.browser or self.mail


USUAL: Final = {why: Ways(browser=why in (Why.ASSIGNED, Why.MENTIONED, Why.BREACHED, Why.APPROVAL)) for why in Why}
"""What holds for who has not chosen. A browser shows nothing until it was allowed to."""


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice as its reader sees it."""

    id: int
    why: Why
    text: str
    at: datetime
    read: bool
    case: int | None  # its number
    title: str  # of the case
    place: str  # inside the workspace, where it is about no case
