"""How a workspace answers: what waits, what needs a second pair of eyes, and what the words should be like."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

import msgspec

from hubbub.care.core.tone import CHECKS, Better, Check
from hubbub.care.core.understanding import Kind
from hubbub.kernel.details import File
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say

MOST_UNDO_S: Final = 60
SAFETY: Final = "safety"
"""Stands beside the kinds: cases of the queue for safety, law and data."""

KINDS: Final = {
    Kind.COMPLAINT: mark("complaints"),
    Kind.QUESTION: mark("questions"),
    Kind.PRAISE: mark("praise"),
    Kind.SUGGESTION: mark("suggestions"),
    Kind.OPPORTUNITY: mark("opportunities"),
    Kind.PROMOTION: mark("promotions"),
    Kind.SPAM: mark("spam"),
    Kind.TALK: mark("talk"),
}
"""The kinds of cases, as one speaks of many."""

LIVE: Final = ("chat",)
"""Where the other side waits at the screen: a reply leaves at once."""


class Mode(StrEnum):
    """Who will see what is written."""

    PUBLIC = "public"
    PRIVATE = "private"
    NOTE = "note"


class Rules(msgspec.Struct, frozen=True, omit_defaults=True):
    """A workspace's choices, with their defaults. Travels as JSON in one column."""

    undo_s: int = 10  # so long a reply can be taken back
    owner_only: bool = False
    approve: tuple[str, ...] = ()  # kinds of case whose public replies need approval, or SAFETY
    approve_channels: tuple[str, ...] = ()
    training: tuple[int, ...] = ()  # people whose replies all need approval
    checks: tuple[Check, ...] = CHECKS
    words: tuple[Better, ...] = ()
    taken_up: str = mark("Thank you for telling us, {name}. We have taken this up and are writing to you privately.")
    outcome: str = mark("This is settled: we sorted it out with {name} in private. Thank you for your patience.")

    @property
    def undo(self) -> timedelta:
        """How long a reply can be taken back."""
        return timedelta(seconds=self.undo_s)

    def checked(self) -> "Rules":
        """Return it as it is, or say what to mend."""
        if not 0 <= self.undo_s <= MOST_UNDO_S:
            raise InvalidInput(reason=say("A reply can be taken back for 0 to {most} seconds.", most=MOST_UNDO_S))
        known = {*Kind, SAFETY}
        if unknown := set(self.approve) - known:
            raise InvalidInput(reason=say("There is no kind {kind!r}.", kind=min(unknown)))
        if len(self.checks) > 12:
            raise InvalidInput(reason="Keep the tone check list short: at most 12 checks.")
        if any(not each.say or len(each.say) > 80 for each in self.checks):
            raise InvalidInput(reason="Say each check in at most 80 characters.")
        if len({each.say.casefold() for each in self.checks}) < len(self.checks):
            raise InvalidInput(reason="Each check stands in the list once.")
        return self


def rules_of(data: Any) -> Rules:
    """Return the choices as they are stored."""
    return msgspec.convert(data, Rules)


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wrote to a customer, and how it is to leave."""

    text: str
    private: bool = False
    persona: int | None = None  # None: the brand
    attached: tuple[File, ...] = ()
    confirmed: bool = False  # they were shown what to look at, and send it all the same
    ticked: frozenset[str] = frozenset()  # tone checks they ticked by hand
    canned: tuple[int, ...] = ()  # canned replies it was made of
    aside: bool = False  # a word after the end: the case stays settled

    @property
    def mode(self) -> Mode:
        """Who will see it."""
        return Mode.PRIVATE if self.private else Mode.PUBLIC


@dataclass(frozen=True, slots=True)
class Asked:
    """What decides whether a reply needs approval."""

    kind: str
    queue: str
    channel: str
    private: bool
    by: int
    asked_by_playbook: bool = False
    persona: str = ""  # the name of one whose replies need it


def approval_reason(rules: Rules, asked: Asked) -> str:
    """Say in words why somebody else has to look at a reply first; empty where nobody has to.

    >>> approval_reason(Rules(approve=("complaint",)), Asked("complaint", "", "demo", private=False, by=1))
    'Public replies to complaints need approval.'
    >>> approval_reason(Rules(approve=("complaint",)), Asked("complaint", "", "demo", private=True, by=1))
    ''
    """
    if asked.by in rules.training:
        return say("Replies of colleagues in training need approval.")
    if asked.asked_by_playbook:
        return say("The playbook asks for approval of replies to this case.")
    if asked.persona:
        return say("Replies as {persona} need approval.", persona=asked.persona)
    if asked.channel in rules.approve_channels:
        return say("Replies on this channel need approval.")
    if not asked.private and SAFETY in rules.approve and asked.queue == SAFETY:
        return say("Public replies about safety, law or data need approval.")
    if not asked.private and asked.kind in rules.approve:
        return say("Public replies to {kinds} need approval.", kinds=say(KINDS[Kind(asked.kind)]))
    return ""
