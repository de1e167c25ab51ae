"""The first run: claim the installation, say what to listen for, connect an account."""

import zoneinfo
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from hubbub.accounts import services as account_services
from hubbub.accounts.core.access import Permission
from hubbub.accounts.core.errors import NotYours
from hubbub.accounts.models import Person
from hubbub.channels import selectors as channels
from hubbub.kernel.errors import HubbubError, InvalidInput
from hubbub.kernel.speech import say
from hubbub.listening import selectors, services
from hubbub.listening.core.topics import TopicClass
from hubbub.web.listening.topics import tried
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.channels import listen_publicly
from hubbub.web.settings.forms import text


@require_http_methods(["GET", "POST"])
@never_cache
def claim(request: Request, token: str) -> HttpResponse:
    """Make the first manager and workspace; only with the token that was printed at start."""
    if not account_services.first_run_open(token):
        raise NotYours
    context: dict[str, Any] = {"token": token, "timezones": sorted(zoneinfo.available_timezones())}
    if request.method != "POST":
        return render(request, "first_run/claim.html", context)
    try:
        if text(request, "password") != text(request, "again"):
            raise InvalidInput(reason="The two passwords differ.")
        person, access = account_services.claim(
            token,
            name=text(request, "name"),
            email=text(request, "email"),
            password=text(request, "password"),
            workspace=text(request, "workspace"),
            timezone=text(request, "timezone"),
            now=now(),
        )
    except NotYours:
        raise
    except HubbubError as error:
        shown = {**context, "error": error, "given": request.POST}
        return render(request, "first_run/claim.html", shown, status=error.status)
    login(request, Person.objects.get(pk=person), backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect("start", slug=access.slug)


@require_http_methods(["GET", "POST"])
@in_workspace
def steps(request: Request) -> HttpResponse:
    """Three steps; the second says what to listen for."""
    request.access.require(Permission.LISTEN)
    context = _steps(request)
    if request.method != "POST":
        return render(request, "first_run/steps.html", context)
    try:
        if text(request, "class") not in set(TopicClass):
            raise InvalidInput(reason="Choose what it is about.")
        query = text(request, "query")
        services.save_topic(
            request.access,
            name=_name(request, query),
            klass=TopicClass(text(request, "class")),
            text=query,
            now=now(),
        )
        if text(request, "public") == "yes":
            listen_publicly(request.access)
    except HubbubError as error:
        shown = {**context, "error": error, "given": request.POST, **tried(text(request, "query"), "")}
        return render(request, "first_run/steps.html", shown, status=error.status)
    messages.success(request, say("Listening. What matches shows up by itself."))
    return redirect("start", slug=request.access.slug)


def _name(request: Request, query: str) -> str:
    """A topic's name from its first words, so that nobody has to invent one."""
    name = " ".join(query.replace('"', " ").replace("(", " ").split())[:60] or say("Topic")
    taken = {each.name.lower() for each in selectors.topics(request.access)}
    return next(each for each in (name, *(f"{name} {n}" for n in range(2, 1000))) if each.lower() not in taken)


def _steps(request: Request) -> dict[str, Any]:
    found = channels.connections(request.access)
    lines = selectors.topics(request.access)
    return {
        "section": "inbox",
        "classes": list(TopicClass),
        "topics": lines,
        "timezone": request.access.timezone,
        "connections": found,
        "able": [each for each in found if each.abilities.reply and each.enabled],
        "passed": sum(each.lines for each in found),
        "latest": selectors.latest(request.access, limit=6),
    }


@require_POST
@in_workspace
def preview(request: Request) -> HttpResponse:
    """What a query means, while one types it."""
    request.access.require(Permission.LISTEN)
    return render(request, "first_run/preview.html", tried(text(request, "query"), ""))
