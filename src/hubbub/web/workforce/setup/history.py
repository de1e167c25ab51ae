"""What came before, from a file: looked at first, then kept for the queues one says."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from hubbub.accounts.core.access import Access, Permission
from hubbub.infra import files
from hubbub.infra.places import places
from hubbub.kernel.errors import HubbubError, InvalidInput, NotAllowed, NotFound
from hubbub.kernel.speech import mark, say, say_many
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import text
from hubbub.workforce.core.plan.imported import Came, Read, decoded, kind_of, new_queue, read_days
from hubbub.workforce.core.plan.queue import Kind
from hubbub.workforce.selectors import queues as selectors
from hubbub.workforce.services import queues as services

MOST = 20_000_000
KEPT_S = 24 * 3600
NEW, LEFT_OUT = "new:", ""
EXAMPLE = (mark("time,queue,calls,handling"), "2026-11-30 09:00,A,31,185", "2026-11-30 09:30,A,44,192")
_SIGNED = signing.TimestampSigner(salt="history of queues")


@require_http_methods(["GET", "POST"])
@in_workspace
def page(request: Request) -> HttpResponse:
    """Ask for a file; once it is given, show how it is understood. Nothing is kept yet."""
    request.access.require(Permission.PLAN)
    if request.method != "POST":
        return render(request, "workforce/setup/history.html", _asked(request))
    try:
        words = _words(request)
        read = _read(request, words)
    except HubbubError as error:
        shown = {**_asked(request), "error": error, "pasted": text(request, "pasted")}
        return render(request, "workforce/setup/history.html", shown, status=error.status)
    return render(request, "workforce/setup/look.html", _looked(request, store(request.access, words), read))


def _asked(request: Request) -> dict[str, Any]:
    return {
        "section": "staffing",
        "rules": selectors.rules(request.access),
        "example": "\n".join(map(say, EXAMPLE)),
        "queue": request.GET.get("queue") or text(request, "queue"),
    }


def _words(request: Request) -> str:
    """What was pasted, else what stands in the file."""
    given = request.FILES.get("file")
    if not isinstance(given, UploadedFile):
        if not text(request, "pasted").strip():
            raise InvalidInput(reason=say("Choose a file first, or paste its lines."))
        return text(request, "pasted")
    if (given.size or 0) > MOST:
        raise InvalidInput(reason=say("The file has more than 20 MB. Divide it: days that follow are added."))
    return decoded(given.read())


def _read(request: Request, words: str) -> Read:
    return read_days(
        words, step_min=selectors.rules(request.access).step_min, zone=ZoneInfo(request.access.timezone)
    )  # fmt: skip


def store(access: Access, words: str) -> str:
    """Lay a text down until it was looked at; return the ticket by which its own workspace finds it."""
    return _SIGNED.sign(f"{access.workspace}-{files.put(places().files, words.encode())}")


def _stored(access: Access, ticket: str) -> str:
    try:
        workspace, _, key = _SIGNED.unsign(ticket, max_age=KEPT_S).partition("-")
    except signing.BadSignature:
        workspace, key = "", ""
    data = files.read(places().files, key) if workspace == str(access.workspace) else None
    if data is None:
        raise InvalidInput(reason=say("The file is not here any more. Choose it again."))
    return data.decode()


def _looked(request: Request, ticket: str, read: Read) -> dict[str, Any]:
    lines = selectors.queues(request.access)
    chosen = text(request, "queue")
    return {
        "section": "staffing",
        "ticket": ticket,
        "read": read,
        "found": [(each, _goes_to(request, at, each, lines, chosen)) for at, each in enumerate(read.queues)],
        "lines": lines,
        "kinds": [(f"{NEW}{kind}", kind.label) for kind in Kind],
    }


def _goes_to(request: Request, at: int, came: Came, lines: Any, chosen: str) -> dict[str, str]:
    """Where what came goes: as was said, else to the queue of that name, else to a new one."""
    if f"to{at}" in request.POST:
        return {"to": text(request, f"to{at}"), "name": text(request, f"name{at}")}
    named = [str(each.id) for each in lines if each.queue.name.casefold() == came.name.casefold()]
    if not came.name:
        named = [chosen] if chosen else [str(each.id) for each in lines] if len(lines) == 1 else []
    return {"to": named[0] if named else f"{NEW}{kind_of(came.name)}", "name": came.name or say("Calls")}


@require_POST
@in_workspace
def keep(request: Request) -> HttpResponse:
    """Keep what was looked at."""
    request.access.require(Permission.PLAN)
    ticket = text(request, "ticket")
    for to in (text(request, name) for name in request.POST if name.startswith("to")):
        if _is_id(to):
            selectors.queue(request.access, int(to))  # no page is shown for a queue that is not here
    try:
        words = _stored(request.access, ticket)
        read = _read(request, words)
    except HubbubError as error:
        shown = {**_asked(request), "error": error}
        return render(request, "workforce/setup/history.html", shown, status=error.status)
    try:
        kept = services.take_several(request.access, _parts(request, read), now=now())
    except (NotAllowed, NotFound):
        raise
    except HubbubError as error:
        shown = {**_looked(request, ticket, read), "error": error}
        return render(request, "workforce/setup/look.html", shown, status=error.status)
    messages.success(request, say_many("{number} day is kept.", "{number:,} days are kept.", kept))
    return redirect("staffing-setup", slug=request.access.slug)


def _parts(request: Request, read: Read) -> list[tuple[int | Mapping[str, Any], Any]]:
    parts: list[tuple[int | Mapping[str, Any], Any]] = []
    for at, came in enumerate(read.queues):
        to = text(request, f"to{at}")
        if to.startswith(NEW):
            parts.append((new_queue(came, text(request, f"name{at}") or came.name, to.removeprefix(NEW)), came.days))
        elif _is_id(to):
            parts.append((int(to), came.days))
    known = [queue for queue, _ in parts if isinstance(queue, int)]
    if len(set(known)) < len(known):
        raise InvalidInput(reason=say("Two of them go to the same queue. Give each a queue of its own."))
    if not parts:
        raise InvalidInput(reason=say("Say for at least one of them which queue it belongs to."))
    return parts


def _is_id(to: str) -> bool:
    return to.isdecimal() and len(to) < 19
