"""Routing: who takes which case. Pure; services lock, count and write."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from hubbub.care.core.case import NEVER, Priority
from hubbub.kernel.ids import PersonId
from hubbub.kernel.speech import mark, say

OTHERS: Final = ""
"""Stands for all channels that have no limit of their own: they share one."""
USUAL_LIMITS: Final[Mapping[str, int]] = {"chat": 3, OTHERS: 5}
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Mode(StrEnum):
    """How the cases of a queue find somebody."""

    PULL = "pull"  # agents take the next one
    TURNS = "turns"  # round robin
    LEAST = "least"  # least loaded

    @property
    def label(self) -> str:
        """As a manager chooses it."""
        return say(
            {
                "pull": mark("Agents take the next one"),
                "turns": mark("Given in turn"),
                "least": mark("Given to the least loaded"),
            }[self]
        )


@dataclass(frozen=True, slots=True)
class Need:
    """A skill that a case needs, how well, and the words for it: "speaks French"."""

    skill: int
    words: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case that waits for somebody, as routing sees it."""

    case: int
    channel: str = ""
    priority: int = Priority.NORMAL
    due_at: datetime | None = None
    since: datetime = LONG_AGO
    owner: PersonId | None = None
    needs: tuple[Need, ...] = ()
    known_to: PersonId | None = None  # who last worked for the same customer


@dataclass(frozen=True, slots=True)
class Room:
    """How much somebody can have at once, and has: limits and loads by channel."""

    limits: Mapping[str, int] = field(default_factory=lambda: USUAL_LIMITS)
    load: Mapping[str, int] = field(default_factory=dict)  # cases, by channel

    def of(self, channel: str) -> tuple[int, int]:
        """Return (how many they have, how many they may have) of the channels that share a limit with this one."""
        if channel in self.limits and channel != OTHERS:
            return self.load.get(channel, 0), self.limits[channel]
        others = sum(count for name, count in self.load.items() if name not in self.limits or name == OTHERS)
        return others, self.limits.get(OTHERS, USUAL_LIMITS[OTHERS])


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody who may take cases, as they are just now."""

    person: PersonId
    name: str
    skills: Mapping[int, int] = field(default_factory=dict)  # skill -> level
    room: Room = field(default_factory=Room)
    takes: bool = True  # as their state says
    state: str = "available"  # in words
    works: bool = True  # as their hours say
    back: str = ""  # when they work again, in words
    team: int | None = None
    given_at: datetime | None = None  # when routing last gave them a case

    def skilled(self, case: Waiting) -> bool:
        """Whether they can do what the case needs."""
        return all(self.skills.get(need.skill, 0) >= need.level for need in case.needs)

    def full(self, channel: str) -> bool:
        """Whether they have all they may have of a channel."""
        has, most = self.room.of(channel)
        return has >= most

    def free(self, case: Waiting) -> bool:
        """Whether they can take it now."""
        return self.takes and self.works and not self.full(case.channel)


@dataclass(frozen=True, slots=True)
class Choice:
    """Who takes a case, and why; nobody: why it waits."""

    person: PersonId | None
    words: str
    why: str = ""  # the same without the name


def choose(case: Waiting, agents: Sequence[Agent], mode: Mode) -> Choice:
    """Return who is given a case: who knows the customer, else who is next in turn, or has the least to do."""
    free = [each for each in agents if each.skilled(case) and each.free(case)]
    if not free:
        return Choice(None, why_nobody(case, agents))
    known = next((each for each in free if each.person == case.known_to), None)
    if known is not None:
        return _given(case, known, say("knows this customer"), first=True)

    def turn(each: Agent) -> tuple[datetime, int]:
        return each.given_at or LONG_AGO, each.person

    def burden(each: Agent) -> tuple[float, datetime, int]:
        has, most = each.room.of(case.channel)
        return has / most, *turn(each)

    if mode is Mode.LEAST:
        best = min(free, key=burden)
        return _given(case, best, say("has the least to do"))
    best = min(free, key=turn)
    return _given(case, best, say("next in turn") if len(free) > 1 else say("the only one free"))


def _given(case: Waiting, agent: Agent, why: str, *, first: bool = False) -> Choice:
    told = words(case, agent, why, first=first)
    return Choice(agent.person, say("To {name}: {why}.", name=agent.name, why=told), told)


def words(case: Waiting, agent: Agent, why: str = "", *, first: bool = False) -> str:
    """Say why somebody gets a case: "speaks French, 2 of 5"; `first`: `why` counts beside their skills."""
    has, most = agent.room.of(case.channel)
    parts = [need.words for need in case.needs]
    if why and (first or not parts):
        parts.append(why)
    parts.append(say("{number} of {most}", number=has + 1, most=most))
    return ", ".join(parts)


def why_nobody(case: Waiting, agents: Sequence[Agent]) -> str:
    """Say why a case waits for somebody."""
    able = [each for each in agents if each.skilled(case)]
    what = say(" and ").join(need.words for need in case.needs)
    if not able:
        return say("Waits: nobody {what}.", what=what) if what else say("Waits: nobody takes cases here.")
    if len(able) > 3:
        here = [each for each in able if each.works]
        if any(each.takes for each in here):
            return say("Waits: the {number} people who could take it have all they may have.", number=len(able))
        return say("Waits: the {number} people who could take it are not available.", number=len(able))
    return say("Waits: {reasons}.", reasons="; ".join(_why_not(each, case, what) for each in able))


def _why_not(agent: Agent, case: Waiting, what: str) -> str:
    has, most = agent.room.of(case.channel)
    facts = {
        "name": agent.name, "what": what, "when": agent.back, "state": agent.state, "number": has, "most": most
    }  # fmt: skip
    if not agent.works and agent.back:
        either = mark("{name} works again {when}"), mark("{name} {what}, but works again {when}")
    elif not agent.works:
        either = mark("{name} does not work now"), mark("{name} {what}, but does not work now")
    elif not agent.takes:
        either = mark("{name} is {state}"), mark("{name} {what}, but is {state}")
    else:
        either = mark("{name} has {number} of {most}"), mark("{name} {what}, but has {number} of {most}")
    return say(either[bool(what)], **facts)


def rank(case: Waiting, me: PersonId) -> tuple[bool, bool, int, datetime, datetime, int]:
    """Return what `next` orders by: urgent first, then one's own, then priority, due, and who waits longest."""
    return (
        case.priority != Priority.URGENT,
        case.owner != me,
        case.priority,
        case.due_at or NEVER,
        case.since,
        case.case,
    )


def best(cases: Sequence[Waiting], agent: Agent) -> list[Waiting]:
    """Return the cases that somebody can take next, the best first. What is theirs already needs no skill, no room."""
    fit = [
        each
        for each in cases
        if each.owner == agent.person or (each.owner is None and agent.skilled(each) and not agent.full(each.channel))
    ]
    return sorted(fit, key=lambda each: rank(each, agent.person))
