"""The playbook's numbers in a form."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from hubbub.accounts.core.access import Permission
from hubbub.care import selectors as care
from hubbub.care.services import playbooks
from hubbub.kernel.errors import HubbubError, InvalidInput, NotAllowed
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import text

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


@require_http_methods(["GET", "POST"])
@in_workspace
def page(request: Request) -> HttpResponse:
    """Change numbers in one's draft."""
    request.access.require(Permission.READ)
    draft = care.playbook_draft(request.access)
    data = draft.data if draft else care.data_of(request.access)[1]
    numbers, levels = data["numbers"], data["service_level_minutes"]
    context: dict[str, Any] = {
        "section": "settings",
        "numbers": [(name, *words, numbers[name]) for name, words in NUMBERS.items() if name in numbers],
        "own": [(name, value) for name, value in numbers.items() if name not in NUMBERS],
        "levels": [(f"level_{name}", *words, levels[name]) for name, words in LEVELS.items()],
    }
    if request.method != "POST":
        return render(request, "settings/playbook/numbers.html", context)
    try:
        playbooks.set_numbers(
            request.access,
            numbers={name: _number(request, name) for name in numbers if name in request.POST},
            service_level={
                name: _number(request, f"level_{name}") for name in LEVELS if f"level_{name}" in request.POST
            },
            now=now(),
        )
    except NotAllowed:
        raise
    except HubbubError as error:
        return render(
            request,
            "settings/playbook/numbers.html",
            {**context, "error": error, "given": request.POST},
            status=error.status,
        )
    messages.success(request, "In your draft. Nothing is decided by it until you save.")
    return redirect("playbook", slug=request.access.slug)


def _number(request: Request, name: str) -> float:
    try:
        given = float(text(request, name).replace(",", "").replace("\u2009", ""))
    except ValueError:
        raise InvalidInput(reason=f"{name.replace('_', ' ').capitalize()}: give a number.") from None
    return int(given) if given.is_integer() else given
