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
from hubbub.kernel.speech import say
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
    most = abilities.files
    files = say("Sends files, up to {most}", most=most) if most else say("Sends files")
    return (
        Can(say("Answers in public"), abilities.reply),
        Can(say("Answers in private"), abilities.private),
        Can(files, bool(abilities.files)),
        Can(say("Reads the conversation around a post"), abilities.threads),
        Can(say("Searches the past"), abilities.searches),
        Can(say("Hears edits"), abilities.edits),
        Can(say("Hears deletions"), abilities.deletes),
        Can(say("Can be asked whether a message arrived"), abilities.looks_up),
    )
