"""A day as it is planned: what comes, who is there with which skills, and who takes what."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.workforce.core.given import AGENTS, LEVEL, WITHIN, Floats, amounts, people, times

_NAME = mark("Give each queue and each team a name of its own: {name}.")
_NOTHING = mark("Name at least one queue and one team.")
_ROW = mark("{name}: give one number, or one for each interval, as many for all queues and teams.")
_SKILL = mark("{team} has the skill {skill}, but no queue has that name.")
_NOBODY = mark("Nobody has the skill {queue}: add it to a team.")
_AT_ONCE = mark("{name}: chats at a time are a whole number from 1 to 20.")
_SLOWS = mark("{name}: how much longer each further chat makes all of them is a share from 0 on, and below 1.")
_BRANCHING = mark("{name}: how many further posts each one calls forth is from 0 on, and below 1: else they never end.")
_GIVING_UP = mark("{name}: the share that may give up is above 0 and below 1, and needs a patience.")
_DEADLINE = mark("{name}: work that may wait has a deadline above 0 seconds.")
_RESERVE = mark("The reserve is a whole number of people from 0 on.")
_OLD = mark("The part of its deadline after which work is held back no longer is from 0 to 1.")
_COST = mark("{name}: what an hour costs is a number from 0 on.")
MOST_AT_ONCE = 20


class Kind(StrEnum):
    """How what comes is served."""

    CALL = "call"
    """At once, one at a time: callers wait, and may give up."""
    CHAT = "chat"
    """At once, several at a time."""
    DEFERRED = "deferred"
    """By a deadline: mail, letters, posts."""


@dataclass(frozen=True, slots=True, eq=False)
class Queue:
    """What comes of one kind, and the target for it. Numbers an interval: one for all, or an array (n_intervals,).

    Raises
    ------
    InvalidInput
        If something is negative, not finite, or no share where it must be one.
    """

    name: str
    kind: Kind
    items: ArrayLike
    """How many come in each interval, on average."""
    handling: ArrayLike = 180.0
    """Mean seconds one takes; of a chat that has somebody alone."""
    within: float = 20.0
    """Seconds until one is to be begun."""
    level: float = 0.8
    """Share of all that is to be begun in time, over the whole day."""
    gives_up: float | None = None
    """Share that may give up, at most; None: any."""
    patience: float | None = None
    """Mean seconds until somebody gives up; None: nobody does."""
    spread: float | None = None
    """Standard deviation of the handling time, seconds; None: as large as the mean."""
    branching: float = 0.0
    """η, how many further items each one calls forth; see `burstiness`."""
    lasts: float = 1800.0
    """Seconds after which a burst has faded to a third, at the usual pace of the day."""
    storm: ArrayLike = 0.0
    """Items on top in each interval, which come whatever the others do."""
    at_once: int = 3
    """Chats one person has at most."""
    slows: float = 0.0
    """By how much each further chat lengthens all of a person's chats."""
    backlog: float = 0.0
    """Items left from before, thought to have come as the day begins."""

    def __post_init__(self) -> None:
        for each in (self.items, self.storm, self.backlog):
            amounts(each)
        times(self.handling)
        amounts(self.within, WITHIN)
        if not 0 < self.level < 1:
            raise InvalidInput(reason=LEVEL)
        if self.patience is not None:
            times(self.patience)
        if self.gives_up is not None and not (0 < self.gives_up < 1 and self.patience is not None):
            raise InvalidInput(reason=say(_GIVING_UP, name=self.name))
        if self.spread is not None:
            amounts(self.spread)
        if not 0 <= self.branching < 1:
            raise InvalidInput(reason=say(_BRANCHING, name=self.name))
        times(self.lasts)
        if not (1 <= self.at_once <= MOST_AT_ONCE and self.at_once == int(self.at_once)):
            raise InvalidInput(reason=say(_AT_ONCE, name=self.name))
        if not 0 <= self.slows < 1:
            raise InvalidInput(reason=say(_SLOWS, name=self.name))
        if self.kind is Kind.DEFERRED and self.within <= 0:
            raise InvalidInput(reason=say(_DEADLINE, name=self.name))


@dataclass(frozen=True, slots=True, eq=False)
class Team:
    """People who have the same skills.

    Raises
    ------
    InvalidInput
        If they are no whole people, or an hour costs less than nothing.
    """

    name: str
    skills: tuple[str, ...]
    """Names of the queues they serve."""
    people: ArrayLike = 0
    """How many are there in each interval."""
    cost: float = 1.0
    """Of one of them for an hour."""

    def __post_init__(self) -> None:
        people(self.people)
        if not 0 <= self.cost < np.inf:
            raise InvalidInput(reason=say(_COST, name=self.name))


@dataclass(frozen=True, slots=True)
class Routing:
    """Who takes what.

    Raises
    ------
    InvalidInput
        If the reserve is no number of people, or a part no part.
    """

    reserve: int = 0
    """Who could take calls takes what may wait only while more than so many of them are free …"""
    old: float = 2 / 3
    """… or when it is older than this part of its deadline."""
    by_deadline: bool = False
    """Whoever is free takes what is nearest to the end of its time; else the queues in their order."""
    specialists_first: bool = True
    """Teams with fewer skills are tried first; else the teams in their order."""

    def __post_init__(self) -> None:
        if not (self.reserve >= 0 and self.reserve == int(self.reserve)):
            raise InvalidInput(reason=_RESERVE)
        if not 0 <= self.old <= 1:
            raise InvalidInput(reason=_OLD)


@dataclass(frozen=True, slots=True, eq=False)
class Day:
    """What comes and who is there, over n intervals: a day, or a week.

    Raises
    ------
    InvalidInput
        If names are given twice, rows do not fit, or nobody can serve a queue.
    """

    queues: tuple[Queue, ...]
    """In the order in which they are served."""
    teams: tuple[Team, ...]
    per: float = 1800.0
    """Seconds an interval lasts."""
    routing: Routing = Routing()
    again: bool = False
    """The day comes again and again, what is left going on with the next; else each begins with `backlog`."""
    intervals: int = field(init=False)

    def __post_init__(self) -> None:
        times(self.per)
        if not self.queues or not self.teams:
            raise InvalidInput(reason=_NOTHING)
        names = [queue.name for queue in self.queues]
        for several in (names, [team.name for team in self.teams]):
            for name in several:
                if several.count(name) > 1:
                    raise InvalidInput(reason=say(_NAME, name=name))
        for team in self.teams:
            for skill in team.skills:
                if skill not in names:
                    raise InvalidInput(reason=say(_SKILL, team=team.name, skill=skill))
        for name in names:
            if not any(name in team.skills for team in self.teams):
                raise InvalidInput(reason=say(_NOBODY, queue=name))
        rows = [each for queue in self.queues for each in (queue.items, queue.handling, queue.storm)]
        many = max(np.size(each) for each in [*rows, *(team.people for team in self.teams)])
        object.__setattr__(self, "intervals", many)
        for queue in self.queues:
            for each in (queue.items, queue.handling, queue.storm):
                self.row(each, queue.name)
        for team in self.teams:
            self.row(team.people, team.name)

    def row(self, given: ArrayLike, name: str = "") -> Floats:
        """Return a number for each interval."""
        found = np.asarray(given, np.float64)
        if found.ndim > 1 or found.size not in (1, self.intervals):
            raise InvalidInput(reason=say(_ROW, name=name))
        return np.broadcast_to(found.reshape(-1), (self.intervals,))

    @property
    def people(self) -> NDArray[np.int64]:
        """People of each team in each interval: an array (n_teams, n_intervals)."""
        return np.array([self.row(team.people) for team in self.teams]).astype(np.int64)

    @property
    def hours(self) -> float:
        """Hours of people, all together."""
        return float(self.people.sum()) * self.per / 3600

    @property
    def cost(self) -> float:
        """What these people cost."""
        both = zip(self.people, self.teams, strict=True)
        return float(sum(row.sum() * team.cost for row, team in both)) * self.per / 3600

    def staffed(self, staff: ArrayLike) -> "Day":
        """Return the same day with other people, an array (n_teams, n_intervals)."""
        rows = people(staff)
        if rows.shape != (len(self.teams), self.intervals):
            raise InvalidInput(reason=AGENTS)
        teams = tuple(Team(t.name, t.skills, row, t.cost) for t, row in zip(self.teams, rows, strict=True))
        return Day(self.queues, teams, self.per, self.routing, self.again)
