"""Changes of the running day, and who is told of them: both in one transaction."""

from datetime import datetime

from django.db import transaction

from hubbub.accounts.core.access import Access
from hubbub.flows.shifts import MINE, say_to
from hubbub.kernel.speech import mark
from hubbub.workforce.core.plan.clock import clock
from hubbub.workforce.core.plan.presence import Shift
from hubbub.workforce.selectors import people
from hubbub.workforce.services import today as services

_BREAK = mark("Your break on {day} now begins at {start}.")
_LENT = mark("On {day} you serve {skill} from {start} to {end}.")


@transaction.atomic
def move_break(access: Access, shift: int, which: int, start: int, *, version: int, now: datetime) -> None:
    """Move a break, and tell whose it is."""
    made = services.move_break(access, shift, which, start, version=version, now=now)
    _tell(access, made, access.say(_BREAK, day=made.day.isoformat(), start=clock(start)), now)


@transaction.atomic
def lend(access: Access, shift: int, skill: str, start: int, end: int, *, version: int, now: datetime) -> None:
    """Let somebody serve another queue for a while, and tell them."""
    made = services.lend(access, shift, skill, start, end, version=version, now=now)
    words = access.say(_LENT, day=made.day.isoformat(), skill=skill, start=clock(start), end=clock(end))
    _tell(access, made, words, now)


def _tell(access: Access, shift: Shift, words: str, now: datetime) -> None:
    person = people.member(access, shift.member).person
    if person is not None:
        say_to(access, [person], words, MINE, now=now)
