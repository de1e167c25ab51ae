"""The live board: what is due, who waits longest, and how today goes. Frozen values and plain sums."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

GOAL: Final = 0.8
"""So many of a hundred are to be answered within their time: the '80' of 80/20."""
SOON: Final = timedelta(minutes=15)
HOUR: Final = timedelta(hours=1)


class What(StrEnum):
    """A number of the board, which opens its cases."""

    LATE = "late"
    SOON = "soon"  # due within 15 minutes
    HOUR = "hour"  # due after that, within an hour
    NEEDS = "needs"
    MET = "met"
    MISSED = "missed"
    CAME = "came"
    ANSWERED = "answered"
    RESOLVED = "resolved"
    FIRST_CONTACT = "first_contact"


@dataclass(frozen=True, slots=True)
class Due:
    """What is due of one channel or queue."""

    name: str
    late: int
    soon: int
    hour: int


@dataclass(frozen=True, slots=True)
class Level:
    """How many of a channel were answered in time today; who still waits too long counts as missed."""

    channel: str
    met: int
    missed: int
    targets: tuple[str, ...]

    @property
    def counted(self) -> int:
        """How many the share is of."""
        return self.met + self.missed

    @property
    def share(self) -> float | None:
        """The share in time, None where nothing counts yet."""
        return self.met / self.counted if self.counted else None

    @property
    def good(self) -> bool:
        """Whether it is as good as it is to be."""
        return self.share is None or self.share >= GOAL


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits for a reply."""

    number: int
    who: str
    channel: str
    since: datetime
    due_at: datetime | None
    owner: str


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who is here."""

    name: str
    free: bool
    doing: str
    cases: int


@dataclass(frozen=True, slots=True)
class Score:
    """How satisfied customers say they are, from 1 to 5."""

    answers: int = 0
    total: int = 0
    good: int = 0  # 4 and 5

    @property
    def mean(self) -> float | None:
        """The mean, None where nobody answered."""
        return self.total / self.answers if self.answers else None


@dataclass(frozen=True, slots=True)
class Board:
    """All that the board shows."""

    at: datetime
    channels: tuple[Due, ...]
    queues: tuple[Due, ...]
    needs: int
    longest: tuple[Waiting, ...]
    levels: tuple[Level, ...]
    people: tuple[Colleague, ...]
    came: int
    answered: int
    resolved: int
    first_contact: int
    contacts: int  # of which first-contact resolution is a share
    settled_first: int  # of the week that is settled
    settled: int
    score: Score = field(default_factory=Score)

    @property
    def late(self) -> int:
        """How much is late."""
        return sum(each.late for each in self.channels)

    @property
    def soon(self) -> int:
        """How much is due within 15 minutes."""
        return sum(each.soon for each in self.channels)

    @property
    def hour(self) -> int:
        """How much is due after that, within the hour."""
        return sum(each.hour for each in self.channels)

    @property
    def whole(self) -> Level:
        """The service level over all channels."""
        return Level("", sum(each.met for each in self.levels), sum(each.missed for each in self.levels), ())

    @property
    def free(self) -> int:
        """How many could take a case now."""
        return sum(each.free for each in self.people)


def due_by(rows: Iterable[tuple[str, datetime]], now: datetime) -> tuple[Due, ...]:
    """Return what is due by name, given each case's name and due time; the latest first."""
    late, soon, hour = Counter[str](), Counter[str](), Counter[str]()
    for name, at in rows:
        (late if at < now else soon if at < now + SOON else hour)[name] += 1
    names = late.keys() | soon.keys() | hour.keys()
    found = (Due(name, late[name], soon[name], hour[name]) for name in names)
    return tuple(sorted(found, key=lambda each: (-each.late, -each.soon, -each.hour, each.name)))


def levels_by(
    ended: Iterable[tuple[str, str, int]], waiting: Mapping[str, int], targets: Mapping[str, tuple[str, ...]]
) -> tuple[Level, ...]:
    """Return the service level of each channel.

    Parameters
    ----------
    ended : channel, outcome and how many, of the replies that were due and came today
    waiting : by channel, how many are late and still wait
    targets : by channel, in words
    """
    met, missed = Counter[str](), Counter[str](waiting)
    for channel, outcome, count in ended:
        if outcome in ("met", "breached"):
            (met if outcome == "met" else missed)[channel] += count
    return tuple(
        Level(channel, met[channel], missed[channel], targets.get(channel, ()))
        for channel in sorted(met.keys() | missed.keys())
    )
