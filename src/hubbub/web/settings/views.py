"""The settings of a workspace: plain pages, one form each."""

import zoneinfo
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from hubbub.accounts import selectors as accounts
from hubbub.accounts import services as account_services
from hubbub.accounts.core.access import Permission
from hubbub.care import selectors as care
from hubbub.care.services import settings as care_settings
from hubbub.channels import selectors as channel_selectors
from hubbub.kernel.errors import InvalidInput
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
    "playbook",
    "privacy",
    "quarantine",
    "team",
    "tokens",
    "webhook",
    "workspace",
]

NUMBERS = {
    "hold_minutes": ("Hold a public complaint or question", "minutes", "so that the crowd may solve it first"),
    "question_hold_minutes": ("Hold a question about us, not to us", "minutes", ""),
    "vip_exposure": ("End a hold at once when so many may see it", "people", ""),
    "fast_growth": ("… or when so many more see it", "people an hour", ""),
    "unsure_exposure": (
        "Ask a person about an unsure post about us seen by",
        "people",
        "posts to us are always asked about",
    ),
    "unsure_minutes": ("… within", "minutes", ""),
    "noise": ("Leave what is spam, promotion or bot with likelihood", "0 to 1", "known customers are never left"),
    "watch_hours": ("Watch a complaint about us for", "hours", ""),
    "second_voice_days": ("A second voice counts within", "days before or after", ""),
    "storm_voices": ("Make it one incident when so many have a like problem", "people", ""),
    "storm_hours": ("… within", "hours", ""),
    "storm_times": ("… and that is so many times the usual", "times", "for these hours of that weekday"),
    "storm_weeks": ("… which is learnt from", "weeks before", ""),
    "idea_hours": ("Thank for a suggestion within", "hours", ""),
    "pitch": ("Do not join in where it is spam or promotion with likelihood", "0 to 1", ""),
    "adverts": ("Do no favour where adverts are of somebody’s posts a share of", "0 to 1", ""),
    "attention": ("Look at posts about us that need it with likelihood", "0 to 1", "posts to us are always looked at"),
    "opportunity": ("Look at posts about others that are an opportunity with likelihood", "0 to 1", ""),
    "rows_a_minute": ("… but at no more of them than", "a minute", "the others are counted and archived"),
}
LEVELS = {
    "prompt": ("Answer what is due now", "minutes"),
    "private": ("First reply to a private message", "minutes"),
    "public": ("First reply to a public post to us", "minutes"),
    "slow": ("First reply to blogs and other slow places", "minutes"),
    "callback": ("Call back who called in vain", "minutes"),
    "letter": ("Answer a letter", "minutes"),
    "chat": ("First reply in a web chat", "minutes"),
}


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
            now=now(),
        ),
        then="settings",
        said="Saved.",
    )


@require_http_methods(["GET", "POST"])
@in_workspace
def playbook(request: Request) -> HttpResponse:
    """The rules in words, the numbers in a form; a change makes a new version."""
    used = care.playbook(request.access.workspace)
    minutes = {name: int(span.total_seconds() // 60) for name, span in used.service_level.items()}
    context: dict[str, Any] = {
        "section": "settings",
        "playbook": used,
        "versions": care.playbook_versions(request.access),
        "numbers": [(name, *words, used.numbers[name]) for name, words in NUMBERS.items() if name in used.numbers],
        "levels": [(name, *words, minutes[name]) for name, words in LEVELS.items()],
    }
    if request.method != "POST":
        request.access.require(Permission.READ)
        return render(request, "settings/playbook.html", context)
    return save(
        request,
        "settings/playbook.html",
        context,
        lambda: care_settings.change_playbook(
            request.access,
            numbers={name: _number(request, name) for name in NUMBERS if name in request.POST},
            service_level={
                name: _number(request, f"level_{name}") for name in LEVELS if f"level_{name}" in request.POST
            },
            note=text(request, "note"),
            now=now(),
        ),
        then="playbook",
        said="A new version is in use. What was decided keeps the old one.",
    )


def _number(request: Request, name: str) -> float:
    try:
        given = float(text(request, name).replace(",", "").replace("\u2009", ""))
    except ValueError:
        raise InvalidInput(reason=f"{name.replace('_', ' ').capitalize()}: give a number.") from None
    return int(given) if given.is_integer() else given


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
