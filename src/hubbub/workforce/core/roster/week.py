"""A week to be rostered: people, what is needed, what stands already."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import gcd

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.workforce.core.given import AGENTS, amounts, times
from hubbub.workforce.core.roster.people import DAY, WEEK, Person, Shape

_INTERVAL = mark("An interval has 5, 10, 15, 30 or 60 minutes.")
_WHOLE = mark("Demand is for a whole week: {intervals} intervals of {interval} minutes a skill, not {found}.")
_NAMES = mark("Each person's name stands once: {name} stands twice.")
_NOBODY = mark("Give at least one person and one skill.")
_STRANGER = mark("{name} has a shift, but is not among the people of the week.")
_PRICE = mark("What a missing hour costs is a number above 0 for each skill that is needed.")
_UNKNOWN = mark("What a missing hour costs is given for {skill}, which nobody needs.")
_FINE = mark("Starts, lengths and breaks of shifts are whole multiples of 5 minutes.")
NEAR = 0.1
"""The share of what is needed that may be missing at the simple price, rounded up; what is beyond costs more."""
DEEP = 3.0
"""What is missing beyond costs so many times more."""


@dataclass(frozen=True, slots=True)
class Shift:
    """What one person works, in minutes from the beginning of the week: those before it are below 0."""

    person: str
    pieces: tuple[tuple[int, int], ...]
    breaks: tuple[tuple[int, int, bool], ...] = ()
    """From when to when, and whether it is paid."""
    skills: tuple[tuple[int, int, str], ...] = ()
    """From when to when which skill is served, for those who have several; empty: their only one."""

    @property
    def start(self) -> int:
        """When it begins."""
        return self.pieces[0][0]

    @property
    def end(self) -> int:
        """When it ends."""
        return self.pieces[-1][1]

    @property
    def day(self) -> int:
        """The day on which it begins; 0 is the week's first."""
        return self.start // DAY

    @property
    def paid(self) -> int:
        """Minutes that are paid."""
        worked = sum(ends - begins for begins, ends in self.pieces)
        return worked - sum(ends - begins for begins, ends, paid in self.breaks if not paid)

    def is_of(self, shape: Shape) -> bool:
        """Tell whether its pieces are those of a form; breaks are not looked at."""
        return tuple((begins - self.start, ends - self.start) for begins, ends in self.pieces) == shape.pieces


@dataclass(frozen=True)
class Demand:
    """How many people each skill needs in each interval of the week."""

    agents: Mapping[str, NDArray[np.float64]]
    interval: int = 30
    missing: Mapping[str, float] = field(default_factory=dict)
    """What an hour of a missing person costs, by skill; 4 where nothing is said. See docs/roster.md."""

    def __init__(
        self, agents: Mapping[str, ArrayLike], interval: int = 30, missing: Mapping[str, float] | None = None
    ) -> None:
        if interval not in (5, 10, 15, 30, 60):
            raise InvalidInput(reason=_INTERVAL)
        found = {skill: amounts(given, AGENTS) for skill, given in agents.items()}
        for each in found.values():
            if each.shape != (WEEK // interval,):
                raise InvalidInput(reason=say(_WHOLE, intervals=WEEK // interval, interval=interval, found=each.size))
        for skill in missing or {}:
            if skill not in found:
                raise InvalidInput(reason=say(_UNKNOWN, skill=skill))
        prices = {skill: float(times((missing or {}).get(skill, 4.0), _PRICE)) for skill in found}
        object.__setattr__(self, "agents", found)
        object.__setattr__(self, "interval", interval)
        object.__setattr__(self, "missing", prices)

    @property
    def skills(self) -> tuple[str, ...]:
        """The skills that are needed, in their order."""
        return tuple(self.agents)


@dataclass(frozen=True, slots=True)
class Prices:
    """What weighs how much beside a missing hour (`Demand.missing`)."""

    wish: float = 4.0
    """A wished day off that is not granted."""
    fairness: float = 1.0
    """The square of the unpopular shifts that somebody has worked beyond their share, earlier weeks included."""
    hour: float = 0.0
    """A paid hour."""
    unneeded: float = 0.0
    """An hour at work in which nobody is needed for anything that somebody can."""


@dataclass(frozen=True)
class Week:
    """A week to be rostered."""

    people: Sequence[Person]
    demand: Demand
    prices: Prices = Prices()
    weekend: frozenset[int] = frozenset({5, 6})
    repeats: bool = False
    """The week follows itself: what goes over its end serves its beginning. Else that belongs to the next week."""
    placed: Sequence[Shift] = ()
    """Shifts that stay as they are."""
    before: Sequence[Shift] = ()
    """Shifts of the week before: rest and days in a row are counted from them, and what goes over midnight serves."""

    def __post_init__(self) -> None:
        if not self.people or not self.demand.skills:
            raise InvalidInput(reason=_NOBODY)
        for name, often in Counter(each.name for each in self.people).items():
            if often > 1:
                raise InvalidInput(reason=say(_NAMES, name=name))
        for shift in (*self.placed, *self.before):
            if shift.person not in self.named:
                raise InvalidInput(reason=say(_STRANGER, name=shift.person))
        if self.step % 5:
            raise InvalidInput(reason=_FINE)

    @cached_property
    def named(self) -> dict[str, Person]:
        """The people by their names."""
        return {each.name: each for each in self.people}

    @cached_property
    def step(self) -> int:
        """Minutes of the grid on which shifts begin, end and have their breaks: the finest that is spoken of."""
        found = self.demand.interval
        for contract in {each.contract for each in self.people}:
            for first, last in contract.starts:
                found = gcd(found, first, last)
            for shape in contract.shapes:
                found = gcd(found, *(shape.pause or ()), shape.minutes)
                for each in shape.breaks:
                    found = gcd(found, each.earliest, each.latest)
        return found

    @cached_property
    def past(self) -> tuple[Shift, ...]:
        """The shifts of the week before; those that do not say so serve the first skill needed of their person's."""
        return tuple(each if each.skills else self._serving(each) for each in self.before)

    def _serving(self, shift: Shift) -> Shift:
        known = [each for each in self.demand.skills if each in self.named[shift.person].skills]
        spans = []
        for begins, ends in shift.pieces:
            for out, back, _ in sorted(each for each in shift.breaks if begins <= each[0] < ends):
                spans.append((begins, out))
                begins = back
            spans.append((begins, ends))
        return replace(shift, skills=tuple((*each, known[0]) for each in spans if known and each[0] < each[1]))

    @property
    def steps(self) -> int:
        """How many steps the week has."""
        return WEEK // self.step

    def quiet(self, skills: frozenset[str]) -> NDArray[np.bool_]:
        """Return in which steps nobody is needed for any of these skills, of shape (steps,)."""
        if skills not in self._quiet:
            known = [place for place, skill in enumerate(self.demand.skills) if skill in skills]
            self._quiet[skills] = np.asarray(~(self.needs()[known] > 0).any(axis=0))
        return self._quiet[skills]

    @cached_property
    def _quiet(self) -> dict[frozenset[str], NDArray[np.bool_]]:
        return {}

    def needs(self) -> NDArray[np.float64]:
        """Return the people needed, of shape (skills, steps)."""
        rows = [np.repeat(each, self.demand.interval // self.step) for each in self.demand.agents.values()]
        return np.array(rows)
