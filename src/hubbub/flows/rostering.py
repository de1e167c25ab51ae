"""Rosters are made beside the work, one after the other; publishing tells people what changed for them."""

import logging
from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Access
from hubbub.flows.shifts import MINE, say_to
from hubbub.flows.solving import SolvingEnded, solved_apart
from hubbub.kernel.ids import WorkspaceId
from hubbub.kernel.speech import mark
from hubbub.workforce.core.plan.making import SECONDS
from hubbub.workforce.selectors import people, rosters
from hubbub.workforce.services import rosters as services

log = logging.getLogger(__name__)

_FIRST = mark("Your shifts of the week from {monday} on are there")
_CHANGED = mark("Your shifts of the week from {monday} on have changed, on {days} of its days")


def make_due(clock: Callable[[], datetime], *, stopped: Callable[[], bool] = lambda: False) -> bool:
    """Make the roster that waits longest; tell whether there was one.

    Killed at any moment, what was there stays, and the roster is still asked for.
    """
    claimed = services.claim(clock())
    if claimed is None:
        return False
    access = accounts.enter_as_hubbub(WorkspaceId(claimed.workspace))
    try:
        known = rosters.known(access, claimed.monday, claimed.left)
        told = solved_apart(known, SECONDS, access.language, lambda: not stopped() and services.is_wanted(claimed.id))
    except SolvingEnded as error:
        log.warning("Roster of %s: %s", claimed.monday, error)
        return True  # it is taken again
    if isinstance(told, str):
        services.fail(claimed.id, told, now=clock())
    elif told is not None:
        services.keep(access, claimed.id, told, now=clock())
    elif stopped():
        services.give_back(claimed.id)
    return told is not None


@transaction.atomic
def publish(access: Access, monday: date, version: int, *, now: datetime) -> None:
    """Publish a week, and tell each person whose shifts are new or changed."""
    done = services.publish(access, monday, version, now=now)
    person = {each.id: each.person for each in people.members(access)}
    for member, days in done.changed.items():
        if (who := person.get(member)) is not None:
            words = access.say(_FIRST if done.first else _CHANGED, monday=monday.isoformat(), days=days)
            say_to(access, [who], words, MINE, now=now)
