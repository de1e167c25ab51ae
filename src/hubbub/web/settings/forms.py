"""What every settings form needs: read a field, save or show what was wrong with the words kept."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

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
    try:
        work()
    except (NotAllowed, NotFound):
        raise
    except HubbubError as error:
        shown = {**context, "error": error, "given": request.POST}
        return render(request, template, shown, status=error.status)
    messages.success(request, say(said))
    return redirect(reverse(then, kwargs={"slug": request.access.slug, **where}))
