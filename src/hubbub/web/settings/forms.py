"""What every settings form needs: read a field, save or show what was wrong with the words kept."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from hubbub.care.core.errors import LookBeforeSending
from hubbub.kernel.errors import HubbubError, NotAllowed, NotFound
from hubbub.kernel.speech import say
from hubbub.web.request import Request, render


def text(request: Request, name: str) -> str:
    """Return a field without NUL, which no database takes."""
    return request.POST.get(name, "").replace("\x00", "")


def given(request: Request) -> dict[str, str]:
    """Return all fields, for a form that is shown again."""
    return {name: text(request, name) for name in request.POST}


def number(request: Request, name: str) -> int | None:
    """Return a field as a whole number, None where it is empty or none."""
    given = text(request, name)
    return int(given) if given.isdecimal() and len(given) < 19 else None


def done(
    request: Request,
    work: Callable[[], object],
    said: str,
    template: str,
    again: Callable[[], Mapping[str, Any]],
    *,
    then: str,
    **where: str | int,
) -> HttpResponse:
    """Do the work and go on; where it can't be done, show its page again with the words and the reason.

    `again`: what that page shows, read once something could not be done. Its `ask` says whether one may go on all the
    same, once one has looked.
    """
    try:
        work()
    except (NotAllowed, NotFound):
        raise
    except HubbubError as error:
        told = {"error": error, "given": request.POST, "ask": isinstance(error, LookBeforeSending)}
        return render(request, template, {**told, **again()}, status=error.status)
    messages.success(request, said)
    return redirect(reverse(then, kwargs={"slug": request.access.slug, **where}))


def save(
    request: Request,
    template: str,
    context: Mapping[str, Any],
    work: Callable[[], object],
    *,
    then: str,
    said: str,
    **where: str | int,
) -> HttpResponse:
    """Do the work and go on; where it can't be done, show the form again with the words and the reason."""
    return done(request, work, say(said), template, lambda: context, then=then, **where)
