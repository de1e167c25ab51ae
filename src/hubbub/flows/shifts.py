"""What people are told of their shifts and absences: the deed and the notices are one transaction."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import GRANTS, Access, Permission
from hubbub.care.core.notices import Why
from hubbub.care.services.notices import tell
from hubbub.kernel.speech import mark
from hubbub.workforce.core.plan.people import Absence, Answer
from hubbub.workforce.selectors import people as selectors
from hubbub.workforce.services import people

MINE = "staffing/mine/"
PEOPLE = "staffing/people/"
_ASKED = mark("{name} asks to be away: {days}")
_ANSWERED = {
    Answer.GRANTED: mark("You are off, as you asked: {days}"),
    Answer.REFUSED: mark("You can't be off as you asked: {days}"),
}


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
