"""Canned replies."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hubbub.accounts.core.access import Permission
from hubbub.care import selectors
from hubbub.care.services import answering as services
from hubbub.kernel.errors import NotFound
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import save, text


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """All canned replies."""
    return render(request, "settings/canned.html", {"section": "settings", "replies": selectors.canned(request.access)})


@require_http_methods(["GET", "POST"])
@in_workspace
def edit(request: Request, canned: int | None = None) -> HttpResponse:
    """Make or change one."""
    request.access.require(Permission.CANNED)
    value = next((each for each in selectors.canned(request.access) if each.id == canned), None)
    if canned is not None and value is None:
        raise NotFound(what="canned reply", which=canned)
    context: dict[str, Any] = {"section": "settings", "reply": value}
    if request.method != "POST":
        return render(request, "settings/canned_reply.html", context)
    return save(
        request,
        "settings/canned_reply.html",
        context,
        lambda: services.save_canned(
            request.access, canned=canned, title=text(request, "title"), text=text(request, "text"), now=now()
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
