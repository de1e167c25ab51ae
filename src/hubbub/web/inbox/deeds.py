"""What people do with a case: each deed is one address that takes a form."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from hubbub.care.services import cases, labels, people, routing
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.ids import PersonId
from hubbub.web.request import Request, in_workspace, now


@require_POST
@in_workspace
def take_next(request: Request) -> HttpResponse:
    """Open the best next case, or say why there is none; `but` is the one that is open."""
    but = request.POST.get("but", "")
    found = routing.next_case(request.access, but=int(but) if but.isdecimal() and len(but) < 19 else 0, now=now())
    if found.number is None:
        messages.info(request, found.words)
        return redirect("inbox", slug=request.access.slug, view="needs")
    return redirect("case", slug=request.access.slug, view="mine", number=found.number)


@require_POST
@in_workspace
def assign(request: Request, number: int) -> HttpResponse:
    """Give a case to somebody, or back."""
    to = request.POST.get("to", "")
    if to and not (to.isdecimal() and len(to) < 19):
        raise InvalidInput(reason="Choose a colleague.")
    cases.assign(request.access, number, to=PersonId(int(to)) if to else None, now=now())
    return changed(request, number)


@require_POST
@in_workspace
def reopen(request: Request, number: int) -> HttpResponse:
    """The matter is not settled after all."""
    cases.reopen(request.access, number, now=now())
    return changed(request, number)


@require_POST
@in_workspace
def take_up(request: Request, number: int) -> HttpResponse:
    """Work on a watched or imported case now."""
    cases.take_up(request.access, number, now=now())
    return changed(request, number)


@require_POST
@in_workspace
def again(request: Request, number: int, outbox: int) -> HttpResponse:
    """Send a reply once more."""
    cases.send_again(request.access, number, outbox, now=now())
    return changed(request, number)


@require_POST
@in_workspace
def arrived(request: Request, number: int, outbox: int) -> HttpResponse:
    """An uncertain reply has arrived after all."""
    cases.has_arrived(request.access, number, outbox, now=now())
    return changed(request, number)


@require_POST
@in_workspace
def look(request: Request, number: int) -> HttpResponse:
    """One looks at a case; colleagues see it."""
    said = {name: request.POST.get(name) == "yes" for name in ("typing", "active", "fresh")}
    cases.look(request.access, number, **said, now=now())
    return HttpResponse(status=204)


@require_POST
@in_workspace
def leave(request: Request, number: int) -> HttpResponse:
    """One looks elsewhere."""
    cases.leave(request.access, number, now=now())
    return HttpResponse(status=204)


@require_POST
@in_workspace
def correct(request: Request, number: int) -> HttpResponse:
    """Say what the post a case is shown by is."""
    what, value = request.POST.get("what", ""), request.POST.get("value", "")
    labels.correct(request.access, number, what=what, value=value, now=now())
    return changed(request, number)


@require_POST
@in_workspace
def mark(request: Request, number: int, account: int) -> HttpResponse:
    """Note what is known of a person."""
    people.mark(
        request.access, account, what=request.POST.get("what", ""), on=request.POST.get("on") == "yes", now=now()
    )
    return changed(request, number)


@require_POST
@in_workspace
def voice(request: Request, number: int, pair: int) -> HttpResponse:
    """Say whether two accounts are one person's, or two people's."""
    if request.POST.get("people") == "two":
        people.two_people(request.access, pair, now=now())
    else:
        people.one_person_of(request.access, pair, now=now())
    return changed(request, number)


def changed(request: Request, number: int) -> HttpResponse:
    """It is done. A page that stands there fetches what is new of itself; without scripts, the case is shown."""
    if not request.htmx:
        return redirect("case", slug=request.access.slug, view="needs", number=number)
    return HttpResponse(status=204)
