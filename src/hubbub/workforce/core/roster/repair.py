"""Edits by hand, which take shifts and return shifts, and what each does: to cover, to the rules, to the cost."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.workforce.core.roster.checker import Broken, broken, clock_time, day_name
from hubbub.workforce.core.roster.cover import Coverage, covered
from hubbub.workforce.core.roster.people import DAY
from hubbub.workforce.core.roster.solve import Roster, outcome
from hubbub.workforce.core.roster.week import Shift, Week

_NONE = mark("{name} has no shift on {day}.")
_TAKEN = mark("{name} has a shift on {day} already.")
_NO_BREAK = mark("This shift has no such break.")
_SHORT = mark("A shift ends after it begins.")
_MORE = mark("{skill}, {day} {begins} to {ends}: {people:.3g} more missing")
_FEWER = mark("{skill}, {day} {begins} to {ends}: {people:.3g} fewer missing")
Shifts = tuple[Shift, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A span in which more (or fewer, below 0) people are missing, by how many at most, and a sentence."""

    skill: str
    begins: int
    ends: int
    missing: float
    words: str


@dataclass(frozen=True)
class Effect:
    """What an edit does."""

    roster: Roster
    """With the edit; its bound is that of before."""
    changes: tuple[Change, ...]
    broken: tuple[Broken, ...]
    """Rules that the edit breaks."""
    mended: tuple[Broken, ...]
    """Rules that it keeps again."""
    cost: float
    """By how much the roster costs more, or less."""


def effect(week: Week, before: Roster, shifts: Sequence[Shift]) -> Effect:
    """Return what a roster becomes with these shifts instead of its own. Who serves what is chosen anew."""
    served, coverage = covered(week, shifts)
    after = outcome(week, served, coverage, before.bound, before.idle)
    was, now = broken(_open(week), before.shifts), broken(_open(week), served)
    return Effect(
        after,
        tuple(_changes(week, before.coverage, coverage)),
        tuple(each for each in now if each not in was),
        tuple(each for each in was if each not in now),
        after.cost - before.cost,
    )


def moved(shifts: Sequence[Shift], person: str, day: int, by: int) -> Shifts:
    """Return shifts with one begun later, or earlier, by some minutes; its breaks go with it."""
    return _changed(shifts, person, day, lambda each: later(each, by))


def lengthened(shifts: Sequence[Shift], person: str, day: int, by: int) -> Shifts:
    """Return shifts with one that ends later, or earlier, by some minutes."""

    def longer(shift: Shift) -> Shift:
        *first, (begins, ends) = shift.pieces
        if ends + by <= max([begins, *(back for _, back, _ in shift.breaks)]):
            raise InvalidInput(reason=_SHORT)
        return replace(shift, pieces=(*first, (begins, ends + by)), skills=())

    return _changed(shifts, person, day, longer)


def break_moved(shifts: Sequence[Shift], person: str, day: int, which: int, by: int) -> Shifts:
    """Return shifts with one break (0 is the first of the shift) begun later, or earlier, by some minutes."""

    def with_break(shift: Shift) -> Shift:
        if not 0 <= which < len(shift.breaks):
            raise InvalidInput(reason=_NO_BREAK)
        breaks = list(shift.breaks)
        begins, ends, paid = breaks[which]
        breaks[which] = (begins + by, ends + by, paid)
        return replace(shift, breaks=tuple(sorted(breaks)), skills=())

    return _changed(shifts, person, day, with_break)


def given(shifts: Sequence[Shift], giver: str, day: int, taker: str) -> Shifts:
    """Return shifts with one that somebody else works."""
    if any(each.person == taker and each.day == day for each in shifts):
        raise InvalidInput(reason=say(_TAKEN, name=taker, day=day_name(day)))
    return _changed(shifts, giver, day, lambda each: replace(each, person=taker))


def swapped(shifts: Sequence[Shift], one: str, day: int, other: str, on: int) -> Shifts:
    """Return shifts with two that change their people."""
    first, second = found(shifts, one, day), found(shifts, other, on)
    left = [each for each in shifts if each not in (first, second)]
    for name, when in ((one, on), (other, day)):
        if any(each.person == name and each.day == when for each in left):
            raise InvalidInput(reason=say(_TAKEN, name=name, day=day_name(when)))
    return _sorted([*left, replace(first, person=other), replace(second, person=one)])


def removed(shifts: Sequence[Shift], person: str, day: int) -> Shifts:
    """Return shifts without one."""
    gone = found(shifts, person, day)
    return tuple(each for each in shifts if each is not gone)


def added(shifts: Sequence[Shift], shift: Shift) -> Shifts:
    """Return shifts with one more."""
    if any(each.person == shift.person and each.day == shift.day for each in shifts):
        raise InvalidInput(reason=say(_TAKEN, name=shift.person, day=day_name(shift.day)))
    return _sorted([*shifts, shift])


def found(shifts: Sequence[Shift], person: str, day: int) -> Shift:
    """Return the shift of somebody on a day.

    Raises
    ------
    InvalidInput
        If there is none.
    """
    for each in shifts:
        if each.person == person and each.day == day:
            return each
    raise InvalidInput(reason=say(_NONE, name=person, day=day_name(day)))


def later(shift: Shift, by: int) -> Shift:
    """Return a shift begun later by some minutes, with all that belongs to it."""
    return Shift(
        shift.person,
        tuple((begins + by, ends + by) for begins, ends in shift.pieces),
        tuple((begins + by, ends + by, paid) for begins, ends, paid in shift.breaks),
        tuple((begins + by, ends + by, skill) for begins, ends, skill in shift.skills),
    )


def _changed(shifts: Sequence[Shift], person: str, day: int, how: Callable[[Shift], Shift]) -> Shifts:
    one = found(shifts, person, day)
    return _sorted([how(each) if each is one else each for each in shifts])


def _sorted(shifts: Sequence[Shift]) -> Shifts:
    return tuple(sorted(shifts, key=lambda each: (each.person, each.start)))


def _open(week: Week) -> Week:
    """A manager may change what a manager placed."""
    return replace(week, placed=())


def _changes(week: Week, before: Coverage, after: Coverage) -> Iterator[Change]:
    interval = week.demand.interval
    for skill, row in zip(after.skills, after.missing - before.missing, strict=True):
        at = 0
        while at < len(row):
            until = at + 1
            while until < len(row) and row[until] * row[at] > 0 and until * interval % DAY:
                until += 1
            if abs(row[at]) > 1e-9:
                most = float(max(row[at:until], key=abs))
                yield _change(skill, at * interval, until * interval, most)
            at = until


def _change(skill: str, begins: int, ends: int, missing: float) -> Change:
    words = say(
        _MORE if missing > 0 else _FEWER, skill=skill, day=day_name(begins // DAY), begins=clock_time(begins),
        ends=clock_time(ends), people=abs(missing),
    )  # fmt: skip
    return Change(skill, begins, ends, missing, words)
