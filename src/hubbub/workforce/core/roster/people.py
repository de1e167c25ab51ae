"""Who can be put on the roster, and what their contracts allow. Times are minutes; days are 0, Monday, to 6."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say

DAY = 1440
WEEK = 7 * DAY
_BREAK = mark("A break takes at least one minute, and ends before the shift does.")
_ORDER = mark("The breaks of a shift follow each other: one ends, at the latest, before the next may begin.")
_SPLIT = mark(
    "A split shift has two pieces: its pause begins and ends within the shift, and no break can fall into it."
)
_SHAPES = mark("{name}: a contract needs at least one form of shift, of 24 hours at most.")
_STARTS = mark("{name}: a contract needs a time from which to which shifts start, within a day.")
_DAYS = mark("{name}: the days worked in a week are from 0 to 7, the fewest first.")
_HOURS = mark("{name}: the hours of a week are from 0 to 168, the fewest first.")
_REST = mark("{name}: rest between shifts is from 0 to 24 hours.")
_RUN = mark("{name}: days worked in a row and free days together are whole numbers from 1 to 7.")
_SKILLS = mark("{name} needs at least one skill.")
_WISHED = mark("{name}: days wished off and days absent are from 0, Monday, to 6.")


@dataclass(frozen=True, slots=True)
class Break:
    """A break of a shift, begun from `earliest` to `latest` minutes after the shift's start. Lunch is an unpaid one."""

    minutes: int
    earliest: int
    latest: int
    paid: bool = True

    def __post_init__(self) -> None:
        if not (self.minutes >= 1 and 0 <= self.earliest <= self.latest):
            raise InvalidInput(reason=_BREAK)


@dataclass(frozen=True, slots=True)
class Shape:
    """A form of shift: `minutes` from its start to its end, its breaks in order; with a pause where it is split."""

    minutes: int
    breaks: tuple[Break, ...] = ()
    pause: tuple[int, int] | None = None
    """Of a split shift: from when to when after its start nobody works or is paid."""

    def __post_init__(self) -> None:
        if any(each.latest + each.minutes > self.minutes for each in self.breaks):
            raise InvalidInput(reason=_BREAK)
        if any(one.latest + one.minutes > two.earliest for one, two in zip(self.breaks, self.breaks[1:], strict=False)):
            raise InvalidInput(reason=_ORDER)
        if self.pause is not None:
            begins, ends = self.pause
            crossed = any(each.earliest < ends and each.latest + each.minutes > begins for each in self.breaks)
            if crossed or not 0 < begins < ends < self.minutes:
                raise InvalidInput(reason=_SPLIT)

    @property
    def paid(self) -> int:
        """Minutes that are paid."""
        paused = self.pause[1] - self.pause[0] if self.pause else 0
        return self.minutes - paused - sum(each.minutes for each in self.breaks if not each.paid)

    @property
    def pieces(self) -> tuple[tuple[int, int], ...]:
        """From when to when after the start there is work."""
        return ((0, self.minutes),) if self.pause is None else ((0, self.pause[0]), (self.pause[1], self.minutes))


@dataclass(frozen=True, slots=True)
class Contract:
    """What a week of somebody may look like. Days and hours are the fewest and the most, hours are paid ones."""

    name: str
    shapes: tuple[Shape, ...]
    starts: tuple[tuple[int, int], ...]
    """From when to when, in minutes of the day, a shift may start; both included."""
    days: tuple[int, int] = (5, 5)
    hours: tuple[float, float] = (0.0, 168.0)
    rest: int = 660
    """The least minutes between two shifts."""
    running: int = 6
    """The most days worked in a row."""
    together: int = 2
    """So many of the free days of a week are one after the other."""

    def __post_init__(self) -> None:
        if not self.shapes or any(not 0 < each.minutes <= DAY for each in self.shapes):
            raise InvalidInput(reason=say(_SHAPES, name=self.name))
        if not self.starts or any(not 0 <= first <= last < DAY for first, last in self.starts):
            raise InvalidInput(reason=say(_STARTS, name=self.name))
        if not 0 <= self.days[0] <= self.days[1] <= 7:
            raise InvalidInput(reason=say(_DAYS, name=self.name))
        if not 0 <= self.hours[0] <= self.hours[1] <= 168:
            raise InvalidInput(reason=say(_HOURS, name=self.name))
        if not 0 <= self.rest <= DAY:
            raise InvalidInput(reason=say(_REST, name=self.name))
        if not (1 <= self.running <= 7 and 1 <= self.together <= 7):
            raise InvalidInput(reason=say(_RUN, name=self.name))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to put on the roster. Their name is their own in the week."""

    name: str
    contract: Contract
    skills: frozenset[str]
    wishes: Mapping[int, float] = field(default_factory=dict)
    """Days wished off, and how much each weighs; 1 is usual."""
    absences: frozenset[int] = frozenset()
    """Days on which they can't work. Each takes the place of a day of work."""
    balance: float = 0.0
    """How many unpopular shifts (on weekends, at night) beyond their share they worked in earlier weeks."""

    def __post_init__(self) -> None:
        if not self.skills:
            raise InvalidInput(reason=say(_SKILLS, name=self.name))
        if not all(0 <= day <= 6 for day in (*self.wishes, *self.absences)):
            raise InvalidInput(reason=say(_WISHED, name=self.name))

    @property
    def days(self) -> tuple[int, int]:
        """The fewest and most days to work this week: absences taken off."""
        fewest, most = (max(0, each - len(self.absences)) for each in self.contract.days)
        return fewest, most

    @property
    def minutes(self) -> tuple[float, float]:
        """The fewest and most paid minutes of this week: those of absent days taken off."""
        parts = zip(self.contract.hours, self.days, self.contract.days, strict=True)
        fewest, most = (60 * hours * (left / whole if whole else 1.0) for hours, left, whole in parts)
        return fewest, most
