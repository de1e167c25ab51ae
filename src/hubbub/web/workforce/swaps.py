"""Swaps: offered, taken, approved, withdrawn."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from hubbub.flows import shifts
from hubbub.kernel.errors import HubbubError
from hubbub.kernel.speech import say
from hubbub.web.request import Request, in_workspace, now
from hubbub.web.settings.forms import number, text
from hubbub.web.when import today
from hubbub.web.workforce.people import day_of
from hubbub.workforce.services import swaps


@require_POST
@in_workspace
def offer(request: Request) -> HttpResponse:
    """Offer a shift of one's own."""
    return _done(
        request,
        lambda: shifts.offer(
            request.access, number(request, "own_shift") or 0, to=number(request, "to"),
            for_day=day_of(text(request, "for_day")), note=text(request, "note"), now=now(), today=today(request),
        ),
        say("Offered."),
    )  # fmt: skip


@require_POST
@in_workspace
def take(request: Request, swap: int) -> HttpResponse:
    """Take a shift that is offered."""
    return _done(
        request, lambda: shifts.take_shift(request.access, swap, now=now(), today=today(request)), say("Taken.")
    )


@require_POST
@in_workspace
def withdraw(request: Request, swap: int) -> HttpResponse:
    """Take an offer back."""
    return _done(request, lambda: swaps.withdraw(request.access, swap, now=now()), say("Withdrawn."))


@require_POST
@in_workspace
def answer(request: Request, swap: int) -> HttpResponse:
    """Approve or refuse one that somebody took."""
    approved = text(request, "approve") == "yes"
    return _done(
        request, lambda: shifts.answer_swap(request.access, swap, approved=approved, now=now(), today=today(request)),
        say("Noted."), then="roster-people",
    )  # fmt: skip


@require_POST
@in_workspace
def let_pass(request: Request) -> HttpResponse:
    """Say whether swaps need somebody's leave."""
    swaps.let_pass(request.access, text(request, "pass") == "yes", now=now())
    messages.success(request, say("Saved."))
    return redirect("roster-people", slug=request.access.slug)


def _done(request: Request, work: Callable[[], object], said: str, then: str = "my-shifts") -> HttpResponse:
    try:
        work()
    except HubbubError as error:
        if error.status in (403, 404):
            raise
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect(then, slug=request.access.slug)
