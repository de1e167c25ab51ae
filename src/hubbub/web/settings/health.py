"""How a connection is: when it last worked, how quickly posts come, what waits to leave, and its troubles."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from hubbub.accounts.core.access import Permission
from hubbub.channels import selectors as channels
from hubbub.channels.core.contract import Abilities
from hubbub.infra import outbox
from hubbub.infra.outbox import OnTheWay
from hubbub.listening import selectors as listening
from hubbub.web.request import Request, in_workspace, now, render

LATELY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Can:
    """Something a channel can do, or not."""

    words: str
    able: bool


@require_safe
@in_workspace
def page(request: Request, connection: int) -> HttpResponse:
    """One connection, closely."""
    access, at = request.access, now()
    value = channels.connection(access, connection)
    return render(
        request,
        "settings/health.html",
        {
            "section": "settings",
            "connection": value,
            "pace": listening.pace(access, connection, at - LATELY),
            "leaving": outbox.on_the_way(access.workspace, at).get(connection, OnTheWay()),
            "pause": outbox.pauses([connection], at).get(connection),
            "held": channels.held_count(access, connection) if access.may(Permission.LISTEN) else 0,
            "troubles": channels.troubles(access, connection),
            "can": _can(value.abilities),
        },
    )


def _can(abilities: Abilities) -> tuple[Can, ...]:
    """What a channel can do, in words."""
    return (
        Can("Answers in public", abilities.reply),
        Can("Answers in private", abilities.private),
        Can(f"Sends files, up to {abilities.files}" if abilities.files else "Sends files", bool(abilities.files)),
        Can("Reads the conversation around a post", abilities.threads),
        Can("Searches the past", abilities.searches),
        Can("Hears edits", abilities.edits),
        Can("Hears deletions", abilities.deletes),
        Can("Can be asked whether a message arrived", abilities.looks_up),
    )
