"""Canned replies."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Permission
from hubbub.care import selectors
from hubbub.care.core.canned import FIELDS
from hubbub.care.services import answering as services
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import number, save, text

SHOWN = 100


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """Canned replies, the most used first, or those that are searched for."""
    words = request.GET.get("q", "").replace("\x00", "")[:80]
    folder = request.GET.get("folder", "").replace("\x00", "")[:40]
    page = request.GET.get("page", "0")
    place = int(page) if page.isdecimal() and len(page) < 6 else 0
    found = selectors.canned(request.access, words=words, folder=folder, limit=SHOWN + 1, offset=place * SHOWN)
    return render(
        request,
        "settings/canned.html",
        {
            "section": "settings",
            "replies": found[:SHOWN],
            "more": place + 1 if len(found) > SHOWN else 0,
            "q": words,
            "folder": folder,
            "folders": selectors.canned_folders(request.access),
            "in_all": selectors.canned_count(request.access),
        },
    )


@require_http_methods(["GET", "POST"])
@in_workspace
def edit(request: Request, canned: int | None = None) -> HttpResponse:
    """Make or change one."""
    request.access.require(Permission.CANNED)
    context: dict[str, Any] = {
        "section": "settings",
        "reply": selectors.canned_reply(request.access, canned) if canned is not None else None,
        "fields": FIELDS,
        "folders": selectors.canned_folders(request.access),
        "teams": accounts.teams(request.access),
    }
    if request.method != "POST":
        return render(request, "settings/canned_reply.html", context)
    return save(
        request,
        "settings/canned_reply.html",
        context,
        lambda: services.save_canned(
            request.access,
            canned=canned,
            title=text(request, "title"),
            text=text(request, "text"),
            shortcut=text(request, "shortcut"),
            folder=text(request, "folder"),
            lang=text(request, "lang"),
            team=number(request, "team"),
            now=now(),
        ),
        then="canned",
        said="Saved.",
    )


@require_POST
@in_workspace
def remove(request: Request, canned: int) -> HttpResponse:
    """Remove one."""
    services.remove_canned(request.access, canned, now=now())
    return redirect("canned", slug=request.access.slug)
