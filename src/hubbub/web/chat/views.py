"""What the widget calls, but for the stream."""

import json
from functools import cache
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from hubbub.channels.adapters.chat import visits
from hubbub.channels.core.contract import Attached
from hubbub.channels.services import note_well
from hubbub.flows import chat
from hubbub.flows.warming import warm
from hubbub.infra.places import places
from hubbub.kernel import speech
from hubbub.kernel.errors import InvalidInput
from hubbub.web.chat import limits
from hubbub.web.chat.door import Caller, address, body, for_visitors, secret_of
from hubbub.web.chat.words import words
from hubbub.web.request import now

WIDGET_S = 300
SITE_S = 15
WELL_S = 60.0


class Begun(msgspec.Struct):
    """What a page tells when a visit begins."""

    name: str = ""
    page: str = ""


class Saying(msgspec.Struct):
    """What a visitor says; `key` is their page's own name for it."""

    key: str
    text: str
    email: str = ""


class Noted(msgspec.Struct):
    """What a page tells meanwhile."""

    typing: bool | None = None
    seen: int = 0
    page: str | None = None


@require_safe
@gzip_page
def widget(request: HttpRequest, public: str) -> HttpResponse:
    """The script that a website includes, with what it shows filled in."""
    place = visits.place(public)
    if place is None:
        return HttpResponse("// There is no chat at this address.\n", "text/javascript", status=404)
    site = place.site
    told = {
        "id": public,
        "name": site.name,
        "greeting": site.greeting,
        "colour": site.colour,
        "ink": site.ink,
        "lang": speech.spoken(),
        "words": words(),
    }
    answer = HttpResponse(_script().replace("SITE_SETTINGS", json.dumps(told)), "text/javascript; charset=utf-8")
    answer["Cache-Control"] = f"public, max-age={WIDGET_S}"
    answer["Vary"] = "Accept-Language"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@cache
def _script() -> str:
    """The widget without comments and indents."""
    lines = Path(__file__).with_name("widget.js").read_text(encoding="utf-8").splitlines()
    bare = (line.strip() for line in lines)
    return "\n".join(line for line in bare if line and not line.startswith("//")) + "\n"


@for_visitors("GET", known=False)
def site(request: Caller) -> HttpResponse:
    """Whether somebody is there, and whether an answer could go by mail."""
    place, at = request.place, now()
    if place.ok_at is None or (at - place.ok_at).total_seconds() > WELL_S:
        note_well(place.stream, now=at)
    mails = settings.ENVIRONMENT.mail_server is not None and bool(settings.ENVIRONMENT.mail_from)
    answer = JsonResponse({"open": chat.is_open(place.workspace, at), "mail": mails})
    answer["Cache-Control"] = f"private, max-age={SITE_S}"
    return answer


@for_visitors("POST", known=False)
def begin(request: Caller) -> HttpResponse:
    """Begin a visit, or go on with it."""
    limits.VISITS.take(address(request.META["REMOTE_ADDR"], request.headers.get("X-Forwarded-For", "")))
    given = body(request, Begun)
    Thread(target=warm, daemon=True).start()  # by the first words the model is there
    visit = visits.begin(request.place, secret_of(request.headers), name=given.name, page=given.page, now=now())
    return JsonResponse({"called": visit.called})


@for_visitors("POST")
def say(request: Caller) -> HttpResponse:
    """Take what a visitor says."""
    limits.LINES.take(str(request.visit.id))
    given = body(request, Saying)
    line = chat.say(
        request.place, request.visit, given.key, text=given.text, email=given.email, places=places(), now=now()
    )
    return JsonResponse({"number": line.number})


@for_visitors("POST")
def send(request: Caller) -> HttpResponse:
    """Take a file."""
    limits.LINES.take(str(request.visit.id))
    file = request.FILES.get("file")
    if file is None or isinstance(file, list):
        raise InvalidInput(reason="Choose a file.")
    if (file.size or 0) > visits.MAX_FILE:
        raise InvalidInput(
            reason=speech.say("A file has at most {megabytes} MB.", megabytes=visits.MAX_FILE // 1_000_000)
        )
    attached = Attached(file.name or "", file.content_type or "", file.read())
    key = request.POST.get("key", "")
    line = chat.say(request.place, request.visit, key, file=attached, places=places(), now=now())
    return JsonResponse({"number": line.number})


@for_visitors("GET")
def file(request: Caller, number: int) -> HttpResponse:
    """A file of the chat. What it is called is never run: the widget draws pictures, and saves all else."""
    found = visits.file_of(request.visit, number, places().files)
    answer = HttpResponse(found.data, found.type)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name, safe='')}"
    return answer


@for_visitors("POST")
def note(request: Caller) -> HttpResponse:
    """Typing or not, seen up to where, on which page."""
    given = body(request, Noted)
    chat.note(request.visit, typing=given.typing, seen=given.seen, page=given.page, now=now())
    return HttpResponse(status=204)


@for_visitors("POST")
def end(request: Caller) -> HttpResponse:
    """End the visit."""
    chat.end(request.visit, now=now())
    return HttpResponse(status=204)
