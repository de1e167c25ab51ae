"""The team: who is at what, how much everybody has, and how long handling takes; and one's own state in the rail."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from hubbub.accounts.core.access import Permission
from hubbub.care.core.calendar import SHORT_DAYS
from hubbub.care.selectors import routing
from hubbub.care.selectors import team as selectors
from hubbub.care.services import work
from hubbub.kernel.errors import NotFound
from hubbub.kernel.ids import PersonId
from hubbub.kernel.speech import say
from hubbub.web.board.figures import kind_words
from hubbub.web.request import Request, in_workspace, now, render

WEEK = timedelta(days=7)


@require_safe
@in_workspace
def page(request: Request) -> HttpResponse:
    """Who is at what. In part: the tables alone."""
    at = now()
    mates = selectors.team(request.access, at)
    times = selectors.handling_times(request.access, at - WEEK, at)
    context: dict[str, Any] = {
        "section": "board",
        "tab": "team",
        "mates": mates,
        "here": sum(each.now.state is not None for each in mates),
        "free": sum(each.free for each in mates),
        "channels": times.by(times.channels).items(),
        "kinds": [(kind_words(kind), spread) for kind, spread in times.by(times.kinds).items()],
    }
    return render(request, "board/mates.html" if request.htmx else "board/team.html", context)


@require_http_methods(["GET", "POST"])
@in_workspace
def mate(request: Request, person: int) -> HttpResponse:
    """One of the team: what they were at, and what they can take; a lead may change their state."""
    if request.method == "POST":
        request.access.require(Permission.TEAM)
        state = request.POST.get("state", "")
        work.choose_state(request.access, state, person=PersonId(person), now=now())
        return redirect("mate", slug=request.access.slug, person=person)
    at = now()
    spans = selectors.history(request.access, PersonId(person), since=at - timedelta(days=1))
    found = next((each for each in selectors.team(request.access, at) if each.person == person), None)
    if found is None:
        raise NotFound(what="person", which=person)
    profile = routing.profile(request.access, PersonId(person))
    context = {
        "section": "board",
        "mate": found,
        "spans": spans,
        "profile": profile,
        "week": list(zip(map(say, SHORT_DAYS), profile.week, strict=True)),
        "has_hours": any(profile.week),
    }
    return render(request, "board/mate.html", context)


@require_http_methods(["GET", "POST"])
@in_workspace
def mine(request: Request) -> HttpResponse:
    """One's own state in the rail, and changing it."""
    if request.method == "POST":
        work.choose_state(request.access, request.POST.get("state", ""), now=now())
        if not request.htmx:
            return redirect("inbox", slug=request.access.slug, view="needs")
    return render(request, "team/mine.html")
