"""The settings of a workspace: plain pages, one form each."""

import zoneinfo

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from hubbub.accounts import selectors as accounts
from hubbub.accounts import services as account_services
from hubbub.accounts.core.access import Permission
from hubbub.care import selectors as care
from hubbub.channels import selectors as channel_selectors
from hubbub.kernel.speech import LANGUAGES
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings import answering, canned, channels, levels, people, privacy, quarantine, team, tokens, webhook
from hubbub.web.settings.forms import save, text

__all__ = [
    "answering",
    "audit",
    "canned",
    "channels",
    "index",
    "levels",
    "people",
    "privacy",
    "quarantine",
    "team",
    "tokens",
    "webhook",
    "workspace",
]


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """What can be set, and how it stands."""
    connections = channel_selectors.connections(request.access)
    return render(
        request,
        "settings/index.html",
        {
            "section": "settings",
            "connections": connections,
            "members": accounts.members(request.access),
            "playbook": care.playbook_versions(request.access)[0],
            "replies": care.canned_count(request.access),
            "own_model": request.access.workspace in care.own_models(),
        },
    )


@require_http_methods(["GET", "POST"])
@in_workspace
def workspace(request: Request) -> HttpResponse:
    """Name, clock and country."""
    request.access.require(Permission.WORKSPACE)
    context = {
        "section": "settings",
        "timezone": request.access.timezone,
        "calling_code": accounts.calling_code(request.access),
        "language": request.access.language,
        "languages": LANGUAGES,
        "timezones": sorted(zoneinfo.available_timezones()),
    }
    if request.method != "POST":
        return render(request, "settings/workspace.html", context)
    return save(
        request,
        "settings/workspace.html",
        context,
        lambda: account_services.change_workspace(
            request.access,
            name=text(request, "name"),
            timezone=text(request, "timezone"),
            calling_code=text(request, "calling_code"),
            language=text(request, "language"),
            now=now(),
        ),
        then="settings",
        said="Saved.",
    )


@require_safe
@in_workspace
def audit(request: Request) -> HttpResponse:
    """Who changed what."""
    before = request.GET.get("before", "")
    everybody = request.GET.get("by") == "all"
    lines = accounts.audit_log(
        request.access,
        int(before) if before.isdecimal() and len(before) < 19 else None,
        by_people=not everybody,
    )
    context = {"section": "settings", "lines": lines, "more": len(lines) == 50, "everybody": everybody}
    return render(request, "settings/audit.html", context)
