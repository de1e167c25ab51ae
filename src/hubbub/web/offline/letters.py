"""Letters: typed in with their scans, and answered on paper."""

import re
import secrets
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hubbub.accounts.core.access import Permission
from hubbub.care.selectors import people
from hubbub.care.services import cases
from hubbub.flows.letters import MAX_SCAN, MAX_SCANS, Added, Scan, add
from hubbub.infra.places import places
from hubbub.kernel.errors import HubbubError, InvalidInput, NotAllowed
from hubbub.kernel.speech import say
from hubbub.web.inbox.deeds import changed
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import text

_ID = re.compile(r"[0-9a-f]{24}", re.ASCII)


@require_http_methods(["GET", "POST"])
@in_workspace
def new(request: Request) -> HttpResponse:
    """Type a letter in."""
    request.access.require(Permission.WORK)
    context: dict[str, Any] = {
        "section": "inbox",
        "today": now().astimezone(ZoneInfo(request.access.timezone)).date().isoformat(),
        "id": secrets.token_hex(12),
        "most_mb": MAX_SCAN // 10**6,
    }
    if request.method != "POST":
        asked = request.GET.get("case", "")
        if asked.isdecimal() and len(asked) < 16:
            context["joined"] = people.joined(request.access, int(asked))
        return render(request, "offline/letter_form.html", context)
    try:
        number = add(request.access, _letter(request), places=places(), now=now())
    except NotAllowed:
        raise
    except HubbubError as error:
        shown = {**context, "error": error, "given": request.POST, "had_scans": bool(request.FILES)}
        return render(request, "offline/letter_form.html", shown, status=error.status)
    if number is None:
        return redirect("inbox", slug=request.access.slug, view="needs")
    return redirect("case", slug=request.access.slug, view="needs", number=number)


def _letter(request: Request) -> Added:
    """Read the form; InvalidInput in words where a field can't be read."""
    given, case = text(request, "id"), text(request, "case").strip().lstrip("#")
    if case and not (case.isdecimal() and len(case) < 16):
        raise InvalidInput(reason="Give the case by its number, or leave it empty.")
    try:
        received = date.fromisoformat(text(request, "received"))
    except ValueError:
        raise InvalidInput(reason="Give the day it was received.") from None
    scans = request.FILES.getlist("scans")
    if sum(scan.size or 0 for scan in scans) > MAX_SCANS:  # before they are read into memory
        raise InvalidInput(reason=say("All scans together have at most {most} MB.", most=MAX_SCANS // 10**6))
    return Added(
        id=given if _ID.fullmatch(given) else secrets.token_hex(12),
        name=text(request, "name"),
        address=text(request, "address"),
        received=received,
        subject=text(request, "subject"),
        text=text(request, "text"),
        scans=tuple(Scan(scan.name or "", scan.read()) for scan in scans),
        case=int(case) if case else None,
    )


@require_safe
@in_workspace
def paper(request: Request, number: int, outbox: int) -> HttpResponse:
    """A letter of ours, to be printed."""
    return render(
        request,
        "offline/letter.html",
        {"section": "inbox", "letter": people.letter_out(request.access, number, outbox)},
    )


@require_POST
@in_workspace
def take_back(request: Request, number: int, outbox: int) -> HttpResponse:
    """A letter is not to be posted after all."""
    cases.take_back(request.access, number, outbox, now=now())
    return changed(request, number)
