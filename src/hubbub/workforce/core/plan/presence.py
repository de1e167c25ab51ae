"""Who of a roster is there in each interval, counted in parts of an interval. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.queue import DAY_MIN

Span = tuple[int, int]
"""From one minute of a day's wall clock to another; past 1440 it is the next day."""


@dataclass(frozen=True, slots=True)
class Shift:
    """What one person works on one day.

    `skills` says for which spans somebody who can do several does which; in what it leaves out they serve nobody. With
    none at all it is the first skill that they have.
    """

    id: int
    member: int
    day: date
    pieces: tuple[Span, ...]
    breaks: tuple[tuple[int, int, bool], ...] = ()
    skills: tuple[tuple[int, int, str], ...] = ()
    locked: bool = False

    @property
    def start(self) -> int:
        """The minute at which it begins."""
        return self.pieces[0][0]

    @property
    def end(self) -> int:
        """The minute at which it ends."""
        return self.pieces[-1][1]

    @property
    def worked_min(self) -> int:
        """Paid minutes: the pieces without breaks that are not paid."""
        unpaid = sum(end - start for start, end, paid in self.breaks if not paid)
        return sum(end - start for start, end in self.pieces) - unpaid


def present(
    shifts: Iterable[Shift], first: Mapping[int, str], *, since: date, days: int, step_min: int
) -> dict[str, Floats]:
    """Return how many people answer in each interval, by skill; a break of a quarter of one counts as a quarter.

    Parameters
    ----------
    shifts : of any days; what lies outside is left out
    first : by member, the skill that holds where a shift names none
    since, days, step_min : the intervals: `days` days of the wall clock from `since` on

    Returns
    -------
    by skill, an array of shape (days * 1440 // step_min,)
    """
    minutes: dict[str, Floats] = {}
    for shift in shifts:
        at = (shift.day - since).days * DAY_MIN
        named = shift.skills or ((shift.start, shift.end, first.get(shift.member, "")),)
        for start, end, skill in named:
            there = minutes.setdefault(skill, np.zeros(days * DAY_MIN))
            for begin, over in shift.pieces:
                _add(there, at + max(begin, start), at + min(over, end), 1.0)
            for begin, over, _ in shift.breaks:
                _add(there, at + max(begin, start), at + min(over, end), -1.0)
    return {skill: there.reshape(-1, step_min).mean(axis=1) for skill, there in minutes.items()}


def _add(there: Floats, start: int, end: int, many: float) -> None:
    start, end = max(0, start), min(len(there), end)
    if start < end:
        there[start:end] += many
