"""The playbook's numbers in a form."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from hubbub.accounts.core.access import Permission
from hubbub.care import selectors as care
from hubbub.care.core.playbook.changes import number_name
from hubbub.care.services import playbooks
from hubbub.kernel.errors import HubbubError, InvalidInput, NotAllowed
from hubbub.kernel.speech import mark, say
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import text
from hubbub.web.settings.playbook.conditions import read_figure

NUMBERS = {
    "hold_minutes": (
        mark("Hold a public complaint or question"),
        mark("minutes"),
        mark("so that the crowd may solve it first"),
    ),
    "question_hold_minutes": (mark("Hold a question about us, not to us"), mark("minutes"), ""),
    "vip_exposure": (mark("End a hold at once when so many may see it"), mark("people"), ""),
    "fast_growth": (mark("… or when so many more see it"), mark("people an hour"), ""),
    "unsure_exposure": (
        mark("Ask a person about an unsure post about us seen by"),
        mark("people"),
        mark("posts to us are always asked about"),
    ),
    "unsure_minutes": (mark("… within"), mark("minutes"), ""),
    "noise": (
        mark("Leave what is spam, promotion or bot with likelihood"),
        mark("0 to 1"),
        mark("known customers are never left"),
    ),
    "watch_hours": (mark("Watch a complaint about us for"), mark("hours"), ""),
    "second_voice_days": (mark("A second voice counts within"), mark("days before or after"), ""),
    "storm_voices": (mark("Make it one incident when so many have a like problem"), mark("people"), ""),
    "storm_hours": (mark("… within"), mark("hours"), ""),
    "storm_times": (
        mark("… and that is so many times the usual"),
        mark("times"),
        mark("for these hours of that weekday"),
    ),
    "storm_weeks": (mark("… which is learnt from"), mark("weeks before"), ""),
    "idea_hours": (mark("Thank for a suggestion within"), mark("hours"), ""),
    "pitch": (mark("Do not join in where it is spam or promotion with likelihood"), mark("0 to 1"), ""),
    "adverts": (mark("Do no favour where adverts are of somebody’s posts a share of"), mark("0 to 1"), ""),
    "attention": (
        mark("Look at posts about us that need it with likelihood"),
        mark("0 to 1"),
        mark("posts to us are always looked at"),
    ),
    "opportunity": (mark("Look at posts about others that are an opportunity with likelihood"), mark("0 to 1"), ""),
    "rows_a_minute": (
        mark("… but at no more of them than"),
        mark("a minute"),
        mark("the others are counted and archived"),
    ),
}
LEVELS = {
    "prompt": (mark("Answer what is due now"), mark("minutes")),
    "private": (mark("First reply to a private message"), mark("minutes")),
    "public": (mark("First reply to a public post to us"), mark("minutes")),
    "slow": (mark("First reply to blogs and other slow places"), mark("minutes")),
    "callback": (mark("Call back who called in vain"), mark("minutes")),
    "letter": (mark("Answer a letter"), mark("minutes")),
    "chat": (mark("First reply in a web chat"), mark("minutes")),
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
        "numbers": [(name, *map(say, words), f"{numbers[name]}") for name, words in NUMBERS.items() if name in numbers],
        "own": [(name, f"{value}") for name, value in numbers.items() if name not in NUMBERS],
        "levels": [(f"level_{name}", *map(say, words), f"{levels[name]}") for name, words in LEVELS.items()],
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
    messages.success(request, say("In your draft. Nothing is decided by it until you save."))
    return redirect("playbook", slug=request.access.slug)


def _number(request: Request, name: str) -> float:
    try:
        given = read_figure(text(request, name))
    except ValueError:
        raise InvalidInput(reason=say("{name}: give a number.", name=number_name(name))) from None
    return int(given) if given.is_integer() else given
