"""Advocates: who may be asked to tell others, and what was won."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_POST, require_safe

from hubbub.care.selectors import advocates as selectors
from hubbub.care.services import advocates
from hubbub.kernel.speech import mark, say
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import done, number, text

HEADINGS = {"thanks": mark("Thanks"), "asked": mark("Asked"), "advocates": mark("Advocates")}


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """Who is proposed, and the months."""
    return render(request, "advocates/index.html", _index(request))


def _index(request: Request) -> dict[str, Any]:
    return {
        "section": "inbox",
        "proposals": selectors.proposals(request.access, now()),
        "months": selectors.months(request.access, now()),
        "rules": selectors.advocate_rules(request.access.workspace),
    }


@require_safe
@in_workspace
def cases(request: Request, what: str) -> HttpResponse:
    """The cases behind a number."""
    month = request.GET.get("month", "")[:10]
    shown = {"section": "inbox", "what": what, "lines": selectors.won_cases(request.access, what, month)}
    return render(request, "advocates/cases.html", shown | {"month": month, "heading": say(HEADINGS[what])})


def _done(request: Request, words: str, work: Callable[[], object], about: int = 0) -> HttpResponse:
    def again() -> dict[str, Any]:
        return {**_index(request), "about": about}

    return done(request, work, words, "advocates/index.html", again, then="advocates")


@require_POST
@in_workspace
def ask(request: Request, follow_up: int) -> HttpResponse:
    """Ask somebody, in words that were looked over."""

    def work() -> None:
        advocates.ask(
            request.access,
            follow_up,
            text=text(request, "text"),
            private=text(request, "private") == "yes",
            confirmed=text(request, "confirmed") == "yes",
            now=now(),
        )

    return _done(request, say("Asked."), work, follow_up)


@require_POST
@in_workspace
def later(request: Request, follow_up: int) -> HttpResponse:
    """Propose them again in a week."""
    return _done(request, say("Back in a week."), lambda: advocates.put_off(request.access, follow_up, now=now()))


@require_POST
@in_workspace
def never(request: Request, follow_up: int) -> HttpResponse:
    """Do not ask them."""
    return _done(request, say("They will not be asked."), lambda: advocates.never(request.access, follow_up, now=now()))


@require_POST
@in_workspace
def rules(request: Request) -> HttpResponse:
    """When follow-ups are proposed."""

    def work() -> None:
        days, on = number(request, "days") or 0, text(request, "on") == "yes"
        advocates.save_rules(request.access, on=on, days=days, now=now())

    return _done(request, say("Saved."), work)
