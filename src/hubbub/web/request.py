"""What every page shares: the request with its pass, the door in front of it, and rendering whole or in part."""

import zoneinfo
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as django_render
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Person
from hubbub.care.selectors import notices, team
from hubbub.channels import selectors as channels
from hubbub.channels.core.values import Health
from hubbub.infra import changes
from hubbub.kernel.ids import PersonId
from hubbub.kernel.speech import mark, say
from hubbub.listening.selectors import alerts
from hubbub.web.middleware import problem

P = ParamSpec("P")


class Request(HttpRequest):
    """A request of somebody who is signed in; `access` is set inside a workspace."""

    user: Person
    htmx: HtmxDetails
    access: Access


SIGNED_OUT = mark("You are signed out. What you wrote is kept: sign in again in another tab, then go on here.")
View = Callable[Concatenate[Request, P], HttpResponse]


def now() -> datetime:
    """The present; pages ask here, so that core and services never do."""
    return datetime.now(UTC)


def in_workspace(view: View[P]) -> Callable[..., HttpResponse]:
    """Let members of the workspace named in the address in, and nobody else: strangers see a 404."""

    @login_required
    def guarded(request: Request, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request.access = accounts.enter(PersonId(request.user.pk), slug)
        with timezone.override(zoneinfo.ZoneInfo(request.access.timezone)):
            return view(request, *args, **kwargs)

    @wraps(view)
    def door(request: Request, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated and getattr(request, "htmx", False):
            return problem(request, say(SIGNED_OUT), 401)  # a script would take the page to sign in for an answer
        answer: HttpResponse = guarded(request, slug, *args, **kwargs)
        return answer

    return door


def render(request: Request, template: str, context: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """Render a page inside the shell, with what the shell shows."""
    shown = {**(context or {})}
    if hasattr(request, "access"):
        shown |= shell(request)
    mailed = getattr(request, "mailed", False)  # a page that goes by mail has another frame, see web.letters
    shown |= {"mailed": mailed, "layout": "hubbub/mail.html" if mailed else "hubbub/shell.html"}
    return django_render(request, template, shown, status=status)


def shell(request: Request) -> dict[str, Any]:
    """What the frame of every page in a workspace shows."""
    access = request.access
    found = channels.connections(access)
    return {  # what is asked for by a call, is asked for only where it is shown
        "access": access,
        "workspaces": cache(lambda: accounts.workspaces_of(PersonId(request.user.pk))),
        "listening": sum(each.health is Health.LISTENING and not each.handed_over for each in found),
        "failing": [each for each in found if each.health is Health.FAILING],
        "connected": len(found),
        "alerted": cache(lambda: alerts.unseen(access)),
        "new_alerts": cache(lambda: alerts.for_inbox(access, now())),
        "my_state": cache(lambda: team.my_state(access)),
        "my_states": cache(lambda: team.offered(access)),
        "bell": cache(lambda: notices.bell(access, now())),
        "last_change": changes.last_id,
        "may": {each.name.lower(): access.may(each) for each in Permission},
        "now": now(),
    }
