"""What people are told of their shifts and absences: the deed and the notices are one transaction."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import GRANTS, Access, Permission
from hubbub.care.core.notices import Why
from hubbub.care.services.notices import tell
from hubbub.kernel.speech import mark
from hubbub.workforce.core.plan.clock import words_of
from hubbub.workforce.core.plan.people import Absence, Answer
from hubbub.workforce.core.plan.swaps import Swap, SwapState
from hubbub.workforce.selectors import people as selectors
from hubbub.workforce.selectors import rosters
from hubbub.workforce.services import people
from hubbub.workforce.services import swaps as swap_services

MINE = "staffing/mine/"
PEOPLE = "staffing/people/"
_ASKED = mark("{name} asks to be away: {days}")
_ANSWERED = {
    Answer.GRANTED: mark("You are off, as you asked: {days}"),
    Answer.REFUSED: mark("You can't be off as you asked: {days}"),
}

_OFFERED = mark("{name} offers a shift: {day} {at}")
_TAKEN = mark("{name} takes your shift: {day} {at}")
_WAITS = mark("{name} and {other} want to swap a shift: {day} {at}")
_SWAPPED = {
    SwapState.DONE: mark("The swap is done: {day} {at}"),
    SwapState.REFUSED: mark("The swap was refused: {day} {at}"),
}
"""What both are told."""


@transaction.atomic
def note_absence(
    access: Access, member: int, first: date, last: date, cause: str, *, note: str = "", now: datetime
) -> Absence:
    """Note an absence; what is only asked for, those who plan are told of."""
    made = people.note_absence(access, member, first, last, cause, note=note, now=now)
    if made.state is Answer.ASKED:
        say_to(access, planners(access), access.say(_ASKED, name=made.name, days=days_of(made)), PEOPLE, now=now)
    return made


@transaction.atomic
def answer_absence(access: Access, absence: int, *, granted: bool, now: datetime) -> Absence:
    """Grant or refuse an absence, and tell who asked."""
    answered = people.answer_absence(access, absence, granted=granted, now=now)
    person = selectors.member(access, answered.member).person
    if person is not None:
        say_to(access, [person], access.say(_ANSWERED[answered.state], days=days_of(answered)), MINE, now=now)
    return answered


def say_to(access: Access, persons: Iterable[int], text: str, place: str, *, now: datetime) -> None:
    """Tell people something about shifts."""
    tell(access.workspace, persons, why=Why.SHIFTS, text=text, now=now, by=access.person, place=place)


def planners(access: Access) -> list[int]:
    """Return who plans people's hours here."""
    return [each.person for each in accounts.members(access) if Permission.PLAN in GRANTS[each.role]]


def days_of(absence: Absence) -> str:
    """Return the days of an absence in a form that every language reads."""
    if absence.first == absence.last:
        return absence.first.isoformat()
    return f"{absence.first.isoformat()} – {absence.last.isoformat()}"


@transaction.atomic
def offer(
    access: Access, shift: int, *, to: int | None, for_day: date | None, note: str, now: datetime, today: date
) -> Swap:
    """Offer a shift; told is the colleague it is offered to, else whoever has the skill and is free that day."""
    made = swap_services.offer(access, shift, to=to, for_day=for_day, note=note, now=now, today=today)
    _say(access, [to] if to is not None else _free(access, made), _OFFERED, made, MINE, now, name=made.giver_name)
    return made


def _free(access: Access, made: Swap) -> list[int]:
    """Return who could take a shift: those who have its skills and no shift on its day."""
    week, day = rosters.week(access, made.monday), made.shift.day
    busy = {each.member for each in week.shifts if each.day == day} | {made.giver}
    members = {each.id: each for each in selectors.members(access, day)}
    giver = members.get(made.giver)
    needed = {skill for _, _, skill in made.shift.skills} or set(giver.skills[:1] if giver else ())
    return [each.id for each in members.values() if needed <= set(each.skills) and each.id not in busy]


@transaction.atomic
def take_shift(access: Access, swap: int, *, now: datetime, today: date) -> Swap:
    """Take a shift that is offered; who offered it is told, and where it waits for leave, who plans."""
    made = swap_services.take(access, swap, now=now, today=today)
    _say(access, [made.giver], _TAKEN, made, MINE, now, name=made.taker_name)
    if made.state is SwapState.TAKEN:
        words = access.say(_WAITS, name=made.giver_name, other=made.taker_name, day=made.shift.day, at=_at(made))
        say_to(access, planners(access), words, PEOPLE, now=now)
    return made


@transaction.atomic
def answer_swap(access: Access, swap: int, *, approved: bool, now: datetime, today: date) -> Swap:
    """Approve or refuse a swap; both are told."""
    made = swap_services.answer(access, swap, approved=approved, now=now, today=today)
    _say(access, [made.giver, made.taker or 0], _SWAPPED[made.state], made, MINE, now)
    return made


def _say(
    access: Access, members: Iterable[int], words: str, swap: Swap, place: str, now: datetime, **facts: object
) -> None:
    person = {each.id: each.person for each in selectors.members(access)}
    told = [who for each in members if (who := person.get(each)) is not None]
    say_to(access, told, access.say(words, day=swap.shift.day.isoformat(), at=_at(swap), **facts), place, now=now)


def _at(swap: Swap) -> str:
    return words_of(swap.shift.pieces)
