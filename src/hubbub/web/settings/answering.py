"""How the workspace answers: undo, owners, approval, tone, and personas."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Permission
from hubbub.care import selectors as care
from hubbub.care.core.answering import SAFETY, Rules
from hubbub.care.core.personas import Sign
from hubbub.care.core.tone import LOOKS, Better, Check
from hubbub.care.core.understanding import Kind
from hubbub.care.services import answering as services
from hubbub.channels import selectors as channels
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import number, save, text

LOOK_WORDS = {
    "": mark("Only a person can tell"),
    "name": mark("Looks for their name"),
    "sorry": mark("Counts how often one says sorry"),
    "next": mark("Looks for what happens next"),
    "blame": mark("Looks for words of blame"),
    "plain": mark("Looks for shouting, stiff words, length"),
    "words": mark("Looks for the words below"),
}
SIGNS = {
    Sign.NONE: mark("Nothing"),
    Sign.INITIALS: mark("Initials, as ^MJ"),
    Sign.NAME: mark("Name and employer"),
}
SPARE = 2  # empty lines at the end of the check list
assert set(LOOK_WORDS) == {"", *LOOKS}


@require_http_methods(["GET", "POST"])
@in_workspace
def index(request: Request) -> HttpResponse:
    """The choices, and the personas."""
    request.access.require(Permission.WORKSPACE)
    if request.method != "POST":
        return render(request, "settings/answering.html", _context(request))
    return save(
        request,
        "settings/answering.html",
        _context(request),
        lambda: services.change_answering(request.access, _rules(request), now=now()),
        then="answering",
        said="Saved.",
    )


def _context(request: Request) -> dict[str, Any]:
    rules = care.answer_rules(request.access.workspace)
    used = {each.connector: each.label for each in channels.connections(request.access)}
    return {
        "section": "settings",
        "rules": rules,
        "kinds": [*(each.value for each in Kind), SAFETY],
        "used": used,
        "members": accounts.members(request.access),
        "checks": [*rules.checks, *[Check("")] * SPARE],
        "looks": LOOK_WORDS,
        "words": "\n".join(f"{each.word}: {each.better}" if each.better else each.word for each in rules.words),
        "personas": care.personas(request.access),
    }


def _rules(request: Request) -> Rules:
    seconds = number(request, "undo_s")
    if seconds is None:
        raise InvalidInput(reason="Give a number of seconds, 0 to 60.")
    looks, says = request.POST.getlist("look"), request.POST.getlist("say")
    required = set(request.POST.getlist("required"))
    checks = tuple(
        Check(" ".join(say.split()), look if look in LOOK_WORDS else "", str(place) in required)
        for place, (say, look) in enumerate(zip(says, looks, strict=False))
        if say.strip()
    )
    lines = [line.partition(":") for line in text(request, "words").splitlines() if line.strip()]
    taken_up, outcome = text(request, "taken_up").strip()[:500], text(request, "outcome").strip()[:500]
    return Rules(
        undo_s=seconds,
        owner_only=text(request, "owner_only") == "yes",
        approve=tuple(request.POST.getlist("approve")),
        approve_channels=tuple(request.POST.getlist("approve_channels")),
        training=tuple(int(each) for each in request.POST.getlist("training") if each.isdecimal() and len(each) < 19),
        checks=checks,
        words=tuple(Better(word.strip()[:80], better.strip()[:80]) for word, _, better in lines[:200]),
        taken_up=taken_up or Rules().taken_up,
        outcome=outcome or Rules().outcome,
    )


@require_http_methods(["GET", "POST"])
@in_workspace
def persona(request: Request, persona: int | None = None) -> HttpResponse:
    """Make or change a persona."""
    request.access.require(Permission.WORKSPACE)
    value = care.persona(request.access, persona) if persona is not None else None
    context: dict[str, Any] = {
        "section": "settings",
        "persona": value,
        "connections": [each for each in channels.connections(request.access) if each.answers_as],
        "members": [each for each in accounts.members(request.access) if each.role != "analyst"],
        "signs": SIGNS,
    }
    if request.method != "POST":
        return render(request, "settings/persona.html", context)
    form = services.PersonaForm(
        text(request, "name"),
        text(request, "employer"),
        text(request, "initials"),
        text(request, "sign"),
        text(request, "sign_private"),
        _numbers(request, "connections"),
        _numbers(request, "default_for"),
        _numbers(request, "people"),
        text(request, "approve") == "yes",
    )
    return save(
        request,
        "settings/persona.html",
        context,
        lambda: services.save_persona(request.access, form, persona=persona, now=now()),
        then="answering",
        said="Saved.",
    )


def _numbers(request: Request, name: str) -> tuple[int, ...]:
    return tuple(int(each) for each in request.POST.getlist(name) if each.isdecimal() and len(each) < 19)


@require_POST
@in_workspace
def remove_persona(request: Request, persona: int) -> HttpResponse:
    """Remove a persona."""
    services.remove_persona(request.access, persona, now=now())
    return redirect("answering", slug=request.access.slug)
