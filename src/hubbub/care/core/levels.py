"""Service levels: who is to be answered, and helped to the end, within which time. Pure.

Policies are read from the top; the first that fits a case counts for it. What a policy leaves open, and a case
that none fits, is answered within the playbook's minutes, around the clock.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from hubbub.care.core.calendar import Calendar
from hubbub.care.core.case import Priority
from hubbub.care.core.playbook import pace_of
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say

MOST_MINUTES = 60 * 24 * 365
MOST_STEPS = 6


class ClockKind(StrEnum):
    """What is waited for."""

    FIRST = "first"  # our first reply
    NEXT = "next"  # our reply to a further word
    RESOLUTION = "resolution"

    @property
    def label(self) -> str:
        """As people say it."""
        return say(_CLOCKS[self])


_CLOCKS: Final = {
    ClockKind.FIRST: mark("first reply"),
    ClockKind.NEXT: mark("next reply"),
    ClockKind.RESOLUTION: mark("resolution"),
}


class Do(StrEnum):
    """What is done before a target is missed, or when it is."""

    OWNER = mark("tell the owner")
    LEADS = mark("tell the leads")
    RAISE = mark("raise the priority")
    QUEUE = mark("move to the queue")
    TEAM = mark("give to the team")


@dataclass(frozen=True, slots=True)
class Step:
    """One escalation: at a share of the target's time, do this. At 1 the target is missed."""

    share: float
    do: Do
    to: str = ""  # which queue, or the id of a team

    @property
    def key(self) -> str:
        """Tell it from others, so that each is done once."""
        return f"{self.share:g} {self.do}{f' {self.to}' if self.to else ''}"


SHIPPED_STEPS: Final = (Step(0.75, Do.OWNER), Step(1.0, Do.OWNER))


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What policies look at."""

    channel: str
    private: bool
    priority: int = Priority.NORMAL
    queue: str = ""
    team: int | None = None
    known: bool = False
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """Targets for the cases that fit; an empty condition fits all."""

    name: str
    channels: frozenset[str] = frozenset()
    priorities: frozenset[int] = frozenset()
    queues: frozenset[str] = frozenset()
    teams: frozenset[int] = frozenset()
    private: bool | None = None
    known: bool | None = None
    listed: bool | None = None
    targets: Mapping[ClockKind, timedelta] = field(default_factory=dict)
    calendar: Calendar | None = None  # None: around the clock
    steps: tuple[Step, ...] = SHIPPED_STEPS

    def fits(self, facts: CaseFacts) -> bool:
        """Say whether it counts for a case."""
        return (
            (not self.channels or facts.channel in self.channels)
            and (not self.priorities or facts.priority in self.priorities)
            and (not self.queues or facts.queue in self.queues)
            and (not self.teams or facts.team in self.teams)
            and self.private in (None, facts.private)
            and self.known in (None, facts.known)
            and self.listed in (None, facts.listed)
        )

    def add(self, at: datetime, open_time: timedelta) -> datetime:
        """Return when so much time has passed by the policy's calendar."""
        return at + open_time if self.calendar is None else self.calendar.add(at, open_time)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much time passed by the policy's calendar."""
        if self.calendar is None:
            return max(timedelta(0), end - start)
        return self.calendar.between(start, end)


EVERYTHING_ELSE: Final = Policy("Everything else")


@dataclass(frozen=True, slots=True)
class Levels:
    """The policies of a workspace, in order, and the playbook's minutes for the rest."""

    paces: Mapping[str, timedelta]
    policies: tuple[Policy, ...] = ()

    def policy(self, facts: CaseFacts) -> Policy:
        """Return the policy that counts for a case: the first that fits."""
        return next((policy for policy in self.policies if policy.fits(facts)), EVERYTHING_ELSE)

    def target(self, facts: CaseFacts, kind: ClockKind) -> timedelta | None:
        """Return how long something may take; a reply always has a target, a resolution only where one is set."""
        targets = self.policy(facts).targets
        if kind is ClockKind.RESOLUTION:
            return targets.get(kind)
        pace = self.paces[pace_of(facts.channel, private=facts.private)]
        return targets.get(kind) or targets.get(ClockKind.FIRST) or pace

    def due(self, facts: CaseFacts, arrived: datetime, kind: ClockKind = ClockKind.FIRST) -> datetime:
        """Return when a reply to what arrived then is due. The clock starts at arrival."""
        target = self.target(facts, kind)
        assert target is not None
        return self.policy(facts).add(arrived, target)


# Reading -----------------------------------------------------------------
def policy_of(data: Mapping[str, Any], calendar: Calendar | None) -> Policy:
    """Make a policy from its data.

    Raises
    ------
    InvalidInput
        If it has no name, no target, or a time, share or step that can't be.
    """
    name = " ".join(str(data.get("name", "")).split())
    if not name or len(name) > 60:
        raise InvalidInput(reason="Give the policy a name of at most 60 characters.")
    if name == EVERYTHING_ELSE.name:
        raise InvalidInput(reason="This name stands for what no policy fits. Give the policy another one.")
    minutes = {kind: data.get(kind.value) for kind in ClockKind}
    targets = {kind: _minutes(kind, value) for kind, value in minutes.items() if value not in (None, "")}
    if not targets:
        raise InvalidInput(reason="Give at least one time: for the first reply, the next reply or the resolution.")
    return Policy(
        name,
        channels=frozenset(map(str, data.get("channels", ()))),
        priorities=frozenset(_priority(each) for each in data.get("priorities", ())),
        queues=frozenset(map(str, data.get("queues", ()))),
        teams=frozenset(int(each) for each in data.get("teams", ())),
        private=data.get("private"),
        known=data.get("known"),
        listed=data.get("listed"),
        targets=targets,
        calendar=calendar,
        steps=steps_of(data.get("steps", ())),
    )


def _priority(value: Any) -> int:
    if value not in set(Priority):
        raise InvalidInput(reason=say("{value!r} is no priority.", value=value))
    return int(value)


def _minutes(kind: ClockKind, value: Any) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= MOST_MINUTES:
        raise InvalidInput(
            reason=say("The time for the {kind} is at least a minute and at most a year.", kind=kind.label)
        )
    return timedelta(minutes=value)


def steps_of(data: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Read the steps of an escalation."""
    if len(data) > MOST_STEPS:
        raise InvalidInput(reason=say("A policy has at most {most} steps.", most=MOST_STEPS))
    found = []
    for each in data:
        share, do = each.get("share"), each.get("do")
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
            raise InvalidInput(reason="A step comes at 1 to 100 % of the time.")
        if do not in set(Do):
            raise InvalidInput(reason=say("{do!r} is no step; there are {known}.", do=do, known=", ".join(Do)))
        step = Step(float(share), Do(do), str(each.get("to", ""))[:40])
        if step.do in (Do.QUEUE, Do.TEAM) and not step.to:
            words = (
                mark("Say which queue the case goes to.")
                if step.do is Do.QUEUE
                else mark("Say which team the case goes to.")
            )
            raise InvalidInput(reason=say(words))
        if step not in found:
            found.append(step)
    return tuple(sorted(found, key=lambda step: step.share))


# Words --------------------------------------------------------------------
_UNITS: Final = {"m": 1, "h": 60, "s": 60, "d": 1440, "t": 1440}
_LENGTH = re.compile(r"(\d{1,6})\s*(m|min|minuten?|minutes?|h|hours?|std|stunden?|d|days?|tage?)?\.?")


def minutes_of(text: str, where: str) -> int | None:
    """Read a length of time as people write it; None where nothing is written.

    >>> [minutes_of(text, "") for text in ("", "15", "4 h", "2 days", "90 min")]
    [None, 15, 240, 2880, 90]
    """
    text = text.strip().lower()
    if not text:
        return None
    read = _LENGTH.fullmatch(text)
    if read is None:
        raise InvalidInput(
            reason=say(
                "{where}: {text!r} is no time; write it like 15 min, 4 h or 2 days.", where=where, text=text[:40]
            )
        )
    return int(read[1]) * _UNITS[(read[2] or "m")[0]]


def length_words(length: timedelta | None) -> str:
    """Write a length of time as people do, so that it can be read again.

    >>> [length_words(timedelta(minutes=each)) for each in (15, 90, 240, 2880)]
    ['15 min', '90 min', '4 h', '2 days']
    """
    if length is None:
        return ""
    minutes = round(length.total_seconds() / 60)
    if minutes % 1440 == 0 and minutes >= 2880:
        return say("{number} days", number=minutes // 1440)
    return (
        say("{number} h", number=minutes // 60)
        if minutes % 60 == 0 and minutes
        else say("{number} min", number=minutes)
    )
