"""Whether people may give or swap shifts among themselves: which rules that would break."""

from collections.abc import Sequence

from hubbub.workforce.core.roster.checker import Broken, broken
from hubbub.workforce.core.roster.repair import given, swapped
from hubbub.workforce.core.roster.week import Shift, Week


def against_giving(week: Week, shifts: Sequence[Shift], giver: str, day: int, taker: str) -> tuple[Broken, ...]:
    """Return the rules that are broken if somebody gives their shift of a day to another, who serves the same then.

    None: it may be given.
    """
    return _new(week, shifts, given(shifts, giver, day, taker))


def against_swapping(
    week: Week, shifts: Sequence[Shift], one: str, day: int, other: str, on: int
) -> tuple[Broken, ...]:
    """Return the rules that are broken if two people swap a shift of a day for one of a day. None: they may."""
    return _new(week, shifts, swapped(shifts, one, day, other, on))


def _new(week: Week, before: Sequence[Shift], after: Sequence[Shift]) -> tuple[Broken, ...]:
    was = set(broken(week, before))
    return tuple(each for each in broken(week, after) if each not in was)
