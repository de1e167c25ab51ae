"""Skills, routing, states and times of a team; and what one person can take."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Permission
from hubbub.care.core.calendar import DAYS
from hubbub.care.core.routing import Mode
from hubbub.care.selectors import routing as selectors
from hubbub.care.selectors import team
from hubbub.care.services import routing, work
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.ids import PersonId
from hubbub.kernel.speech import mark, say
from hubbub.web.inbox.lists import QUEUES
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import done, number, text

KINDS = (mark("language"), mark("channel"), mark("topic"), mark("other"))
"""Of skills; the keys of `selectors.VERBS`."""


def _context(request: Request) -> dict[str, Any]:
    rules = team.rules(request.access.workspace)
    return {
        "section": "settings",
        "routes": [
            (say(QUEUES[each.queue][0]) if each.queue else say("All other cases"), each)
            for each in selectors.route_lines(request.access)
        ],
        "modes": list(Mode),
        "teams": accounts.teams(request.access),
        "skills": selectors.skills(request.access),
        "needs": selectors.needs(request.access),
        "columns": selectors.COLUMNS,
        "levels": selectors.LEVELS,
        "kinds": KINDS,
        "states": team.states(request.access.workspace, gone=False).values(),
        "times": [
            (
                "wrap_up_s",
                say("Wrap-up after a case is resolved"),
                say("seconds"),
                int(rules.times.wrap_up.total_seconds()),
            ),
            ("away_min", say("Away without an open page after"), say("minutes"), _minutes(rules.times.away_after)),
            ("off_min", say("Gone without an open page after"), say("minutes"), _minutes(rules.times.off_after)),
            (
                "give_back_min",
                say("Away so long, their waiting cases go back"),
                say("minutes"),
                _minutes(rules.give_back),
            ),
        ],
    }


def _minutes(span: Any) -> int:
    return int(span.total_seconds() // 60)


@require_http_methods(["GET", "POST"])
@in_workspace
def index(request: Request) -> HttpResponse:
    """Everything on one page; a form says what it changes."""
    request.access.require(Permission.PEOPLE)
    if request.method != "POST":
        return render(request, "settings/team.html", _context(request))
    deeds: dict[str, Callable[[Request], None]] = {
        "routes": _routes,
        "skill": _skill,
        "need": _need,
        "state": _state,
        "times": _times,
    }
    deed, again = partial(deeds.get(text(request, "what"), _nothing), request), partial(_context, request)
    return done(request, deed, say("Saved."), "settings/team.html", again, then="team-settings")


def _nothing(request: Request) -> None:
    raise InvalidInput(reason="Say what to change.")


def _routes(request: Request) -> None:
    lines = []
    for queue in ("", *QUEUES):
        mode = text(request, f"mode-{queue}")
        if mode not in set(Mode):
            raise InvalidInput(reason="Choose how cases find somebody.")
        lines.append(selectors.RouteLine(queue, Mode(mode), number(request, f"team-{queue}")))
    routing.save_routes(request.access, lines, now=now())


def _skill(request: Request) -> None:
    routing.add_skill(request.access, name=text(request, "name"), kind=text(request, "kind"), now=now())


def _need(request: Request) -> None:
    routing.add_need(
        request.access,
        column=text(request, "column"),
        value=text(request, "value"),
        skill=number(request, "skill") or 0,
        level=number(request, "level") or 0,
        now=now(),
    )


def _state(request: Request) -> None:
    counts = text(request, "counts")
    work.add_state(
        request.access, name=text(request, "name"), takes=counts == "takes", works=counts != "rests", now=now()
    )


def _times(request: Request) -> None:
    given = {}
    for name in ("wrap_up_s", "away_min", "off_min", "give_back_min"):
        value = number(request, name)
        if value is None:
            raise InvalidInput(reason="Give whole numbers.")
        given[name] = value
    work.change_rules(request.access, **given, now=now())


@require_POST
@in_workspace
def remove_skill(request: Request, skill: int) -> HttpResponse:
    """Nobody needs it."""
    routing.remove_skill(request.access, skill, now=now())
    return redirect("team-settings", slug=request.access.slug)


@require_POST
@in_workspace
def remove_need(request: Request, need: int) -> HttpResponse:
    """Cases need it no more."""
    routing.remove_need(request.access, need, now=now())
    return redirect("team-settings", slug=request.access.slug)


@require_POST
@in_workspace
def remove_state(request: Request, state: str) -> HttpResponse:
    """Offer it no more."""
    work.remove_state(request.access, state, now=now())
    return redirect("team-settings", slug=request.access.slug)


def profile_of(request: Request, person: int) -> dict[str, Any]:
    """What the page of a person shows of their work."""
    found = selectors.profile(request.access, PersonId(person))
    return {
        "profile": found,
        "week": list(zip(map(say, DAYS), found.week, strict=True)),
        "skills": [(each, found.skills.get(each.id, 0)) for each in selectors.skills(request.access)],
        "levels": selectors.LEVELS,
        "limits": [("chat", say("Chats"), found.limits.get("chat")), ("", say("Others"), found.limits.get(""))],
    }


@require_POST
@in_workspace
def profile(request: Request, person: int) -> HttpResponse:
    """Say what somebody can take."""
    takes = {"yes": True, "no": False}.get(text(request, "takes"))
    limits = {each: value for each in ("chat", "") if (value := number(request, f"limit-{each}")) is not None}
    levels = {each.id: number(request, f"skill-{each.id}") for each in selectors.skills(request.access)}
    try:
        routing.save_profile(
            request.access,
            PersonId(person),
            takes=takes,
            limits=limits,
            week=[text(request, f"day-{place}") for place in range(7)],
            skills={skill: level for skill, level in levels.items() if level},
            now=now(),
        )
    except InvalidInput as error:
        messages.error(request, str(error))
    else:
        messages.success(request, say("Saved."))
    return redirect("person", slug=request.access.slug, person=person)
