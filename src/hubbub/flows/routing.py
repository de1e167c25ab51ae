"""Gives out what waits, in all workspaces."""

from datetime import datetime

from hubbub.accounts import selectors as accounts
from hubbub.care.selectors.routing import given_out
from hubbub.care.services import routing
from hubbub.kernel.speech import speaking


def give_out(now: datetime) -> int:
    """Put back what people who went away leave, then give what waits to who is free; return how many were given."""
    done = 0
    for workspace in given_out():
        access = accounts.enter_as_hubbub(workspace)
        with speaking(access.language):
            routing.give_back(access, now=now)
            done += routing.push(access, now=now)
    return done
