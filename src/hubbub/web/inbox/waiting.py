"""Replies that do not leave yet: approvals, what is to be sent later, and one's own drafts."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from hubbub.care import selectors as care
from hubbub.care.core.guard import warnings
from hubbub.care.services import cases
from hubbub.kernel.errors import HubbubError, NotAllowed, NotFound
from hubbub.kernel.speech import say
from hubbub.web.inbox.deeds import changed
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import text
from hubbub.web.when import when


@require_safe
@in_workspace
def approvals(request: Request) -> HttpResponse:
    """What waits for approval."""
    return render(request, "inbox/approvals.html", _approvals(request))


def _approvals(request: Request) -> dict[str, Any]:
    waiting = care.pending(request.access, "approval")
    shown = [(each, () if each.private else warnings(each.text)) for each in waiting]
    return {"section": "inbox", "waiting": shown}


@require_safe
@in_workspace
def later(request: Request) -> HttpResponse:
    """What is to leave at its time."""
    return render(request, "inbox/later.html", {"section": "inbox", "waiting": care.pending(request.access, "later")})


@require_safe
@in_workspace
def drafts(request: Request) -> HttpResponse:
    """One's own drafts, and what came back to one."""
    back = care.pending(request.access, "back")
    return render(
        request, "inbox/drafts.html", {"section": "inbox", "drafts": care.drafts(request.access), "back": back}
    )


@require_POST
@in_workspace
def approve(request: Request, pending: int) -> HttpResponse:
    """Let a reply leave, as it is or with other words."""
    try:
        cases.approve(request.access, pending, text=request.POST.get("text", ""), now=now())
    except (NotAllowed, NotFound):
        raise
    except HubbubError as error:
        return _again(request, pending, error)
    messages.success(request, say("Approved."))
    return redirect("approvals", slug=request.access.slug)


@require_POST
@in_workspace
def send_back(request: Request, pending: int) -> HttpResponse:
    """Give a reply back to its author with a word."""
    try:
        cases.send_back(request.access, pending, word=text(request, "word"), now=now())
    except (NotAllowed, NotFound):
        raise
    except HubbubError as error:
        return _again(request, pending, error)
    messages.success(request, say("Sent back."))
    return redirect("approvals", slug=request.access.slug)


def _again(request: Request, pending: int, error: HubbubError) -> HttpResponse:
    """The page again, with what was written and why it can't be done."""
    shown = {**_approvals(request), "error": error, "about": pending, "given": request.POST}
    return render(request, "inbox/approvals.html", shown, status=error.status)


@require_POST
@in_workspace
def edit(request: Request, pending: int) -> HttpResponse:
    """Bring a reply back into the composer."""
    return changed(request, cases.take_to_composer(request.access, pending, now=now()))


@require_POST
@in_workspace
def send_now(request: Request, pending: int) -> HttpResponse:
    """Send a reply before its time."""
    number = care.pending_reply(request.access, pending).number
    cases.send_now(request.access, pending, now=now())
    return changed(request, number)


@require_POST
@in_workspace
def change_time(request: Request, pending: int) -> HttpResponse:
    """Let a reply leave at another time."""
    number, present = care.pending_reply(request.access, pending).number, now()
    cases.change_time(request.access, pending, send_at=when(request, present), now=present)
    return changed(request, number)
