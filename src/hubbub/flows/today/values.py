"""What a day is: frozen values, as pages and the API show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.presence import Shift
from hubbub.workforce.core.plan.queue import DAY_MIN, Queue
from hubbub.workforce.core.plan.rules import Rules
from hubbub.workforce.core.today.adherence import Kept, Place
from hubbub.workforce.core.today.reached import Reached
from hubbub.workforce.core.today.remedies import Helped
from hubbub.workforce.core.today.rest import Outlook
from hubbub.workforce.core.today.served import Level, Rest
from hubbub.workforce.selectors.plan import Plan
from hubbub.workforce.selectors.today import DayRoster, OnRoster

_NO_SHIFT = Shift(0, 0, date.min, ((0, 0),))


@dataclass(frozen=True, slots=True, eq=False)
class QueueToday:
    """A queue on the running day: arrays have one figure an interval of it."""

    id: int
    queue: Queue
    opens: NDArray[np.bool_]
    known: bool
    """Whether it was forecast."""
    forecast: Floats
    low: Floats
    high: Floats
    now: Outlook
    """What is expected in the light of what came."""
    came: Reached
    required: Floats
    waiting: int
    late: int
    """Of those who wait, how many wait too long."""
    expected_so_far: float
    handling_s: Floats
    """As was forecast, and as much longer as it takes today."""
    handling_factor: float

    @property
    def came_so_far(self) -> float:
        """How many came."""
        return float(self.came.offered.sum())


@dataclass(frozen=True, slots=True, eq=False)
class SkillToday:
    """A skill on the running day: who is needed, planned and there, one figure an interval."""

    skill: str
    required: Floats
    planned: Floats
    """By the roster."""
    there: Floats
    """The same, and from now on without who is absent or missing."""
    worked: Floats
    """Who worked; nan where it is not over."""


@dataclass(frozen=True, slots=True)
class PersonToday:
    """Somebody of today's roster."""

    member: OnRoster
    place: Place | None
    """None: nobody knows, since they don't sign in here."""
    kept: Kept | None

    @property
    def starts(self) -> int:
        """When they begin, in minutes of the day; below 0 it was yesterday."""
        return self.member.shift.start if self.member.shift else (self.member.before or _NO_SHIFT).start - DAY_MIN

    @property
    def ends(self) -> int:
        """When they end."""
        return self.member.shift.end if self.member.shift else (self.member.before or _NO_SHIFT).end - DAY_MIN


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """What the next two hours bring."""

    rest: Rest
    many: int
    """How many parts of the rest begin within two hours."""
    there: Mapping[str, Floats]
    levels: tuple[Level, ...]
    helped: Helped


@dataclass(frozen=True, slots=True, eq=False)
class Today:
    """A day as it runs, or as it went."""

    day: date
    at: datetime
    now_min: float
    """The minute that the clock shows; 1440 where the day is over."""
    plan: Plan
    roster: DayRoster
    queues: tuple[QueueToday, ...]
    skills: tuple[SkillToday, ...]
    people: tuple[PersonToday, ...]
    extra: tuple[str, ...]
    """Who is here without a shift."""
    kept: Kept
    busy: float | None
    """Share of the time worked in which people handled contacts: occupancy."""
    ahead: Ahead | None
    """None where the day is over."""

    @property
    def rules(self) -> Rules:
        """What all planning here shares."""
        return self.plan.rules

    @property
    def over(self) -> bool:
        """Whether the day is over."""
        return self.now_min >= DAY_MIN
