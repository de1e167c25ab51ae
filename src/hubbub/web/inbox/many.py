"""Deeds on one case or many, each with its undo: what the bulk bar, the More menu and macros send."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from hubbub.care import selectors as care
from hubbub.care.core.case import Priority
from hubbub.care.core.deeds import (
    AddTag,
    AnyDeed,
    Assign,
    Close,
    DropTag,
    Note,
    Park,
    Rank,
    Reopen,
    Resolve,
    SetWrapUp,
    Snooze,
    Take,
    ToTeam,
    Wake,
)
from hubbub.care.services import cases, leads, macros, sorting
from hubbub.care.services import undo as undoing
from hubbub.care.services.cases.many import AT_ONCE, Done
from hubbub.kernel.errors import HubbubError, InvalidInput
from hubbub.kernel.speech import say
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import number as a_number
from hubbub.web.settings.forms import text
from hubbub.web.when import when_of


@require_POST
@in_workspace
def do(request: Request) -> HttpResponse:
    """Do something to the chosen cases."""
    numbers = [int(each) for each in request.POST.getlist("number") if each.isdecimal() and len(each) < 19]
    what, _, which = text(request, "do").partition(":")
    if what == "macro":
        done = macros.run_macro(request.access, _id(which), numbers, now=now())
    elif what == "merge":
        return _merge_all(request, numbers, which)
    else:
        done = cases.do(request.access, numbers, _deeds(request, what, which), now=now())
    if len(numbers) == 1 and done.errors:
        raise done.errors[0][1]
    return _told(request, done)


def _merge_all(request: Request, numbers: list[int], which: str) -> HttpResponse:
    """Merge all into one: the one named, else the oldest of them."""
    into = int(which) if which.isdecimal() else a_number(request, "into") or min(numbers, default=0)
    if len(set(numbers) | {into}) < 2:
        raise InvalidInput(reason="Choose at least two cases, or name the one to merge into.")
    merged, errors, last = [], [], None
    for number in sorted(set(numbers) - {into})[:AT_ONCE]:
        try:
            last = cases.merge(request.access, number, into=into, now=now())
            merged.append(number)
        except HubbubError as error:
            errors.append((number, error))
    if errors and not merged:
        raise errors[0][1]
    one = last if len(merged) == 1 else None
    return _told(request, Done(tuple(merged), tuple(errors), say("merged into case {number}", number=into), one))


def _deeds(request: Request, what: str, which: str) -> list[AnyDeed]:
    """Return what a button or form of a page asks for."""
    match what:
        case "take":
            return [Take()]
        case "assign":
            return [Assign(to=_id(which) if which else None)]
        case "team":
            return [ToTeam(to=_id(which) if which else None)]
        case "priority":
            if which not in ("1", "2", "3", "4"):
                raise InvalidInput(reason="A priority is urgent, high, normal or low.")
            return [Rank(to=Priority(int(which)))]
        case "tag":
            return [AddTag(name=each) for each in text(request, "tag").split(",") if each.strip()] or [AddTag(name="")]
        case "untag":
            return [DropTag(name=which)]
        case "resolve":
            return [SetWrapUp(code=_id(which)), Resolve()] if which else [Resolve()]
        case "close":
            return [Close()]
        case "reopen":
            return [Reopen()]
        case "wake":
            return [Wake()]
        case "snooze":
            return [Snooze(until=when_of(request, which or "at", now(), say("Say until when.")))]
        case "park":
            until = when_of(request, which, now()) if which else None
            return [Park(why=text(request, "why").strip(), until=until)]
        case "note":
            return [Note(text=text(request, "text"))]
    raise InvalidInput(reason="Choose what to do.")


def _id(which: str) -> int:
    if not (which.isdecimal() and len(which) < 19):
        raise InvalidInput(reason="Choose one of the list.")
    return int(which)


def _told(request: Request, done: Done) -> HttpResponse:
    """Say what was done and what was not, with the way back."""
    count = len(done.done)
    if count == 1:
        words = say("Case {number} {done}.", number=done.done[0], done=done.words)
    elif count:
        words = say("{number} cases {done}.", number=count, done=done.words)
    else:
        words = say("Nothing was changed.")
    return said(request, words, undo=done.undo, refused=done.refused, insert=done.insert)


def said(request: Request, words: str, *, undo: int | None = None, refused: Any = (), insert: str = "") -> HttpResponse:
    """Tell that something was done, as a toast; without scripts, on the page where one was."""
    if not request.htmx:
        messages.success(request, words)
        return redirect("inbox", slug=request.access.slug, view="needs")
    answer = render(request, "inbox/done.html", {"words": words, "undo": undo, "refused": refused})
    answer["HX-Retarget"], answer["HX-Reswap"] = "#toasts", "beforeend"
    told: dict[str, Any] = {"hubbub:done": {}}
    if insert:
        told["hubbub:insert"] = {"text": insert}
    answer["HX-Trigger"] = json.dumps(told)
    return answer


@require_POST
@in_workspace
def undo(request: Request, doing: int) -> HttpResponse:
    """Take back what was done."""
    undoing.undo(request.access, doing, now=now())
    return said(request, say("Undone."))


@require_POST
@in_workspace
def merge(request: Request, number: int) -> HttpResponse:
    """Make a case a part of another."""
    into = a_number(request, "into")
    if into is None:
        raise InvalidInput(reason="Give the number of the case to merge into.")
    doing = cases.merge(request.access, number, into=into, now=now())
    return said(request, say("Case {number} is a part of case {into} now.", number=number, into=into), undo=doing)


@require_http_methods(["GET", "POST"])
@in_workspace
def split(request: Request, number: int) -> HttpResponse:
    """Choose posts that become a case of their own."""
    if request.method == "POST":
        chosen = [int(each) for each in request.POST.getlist("entry") if each.isdecimal() and len(each) < 19]
        made, _ = cases.split(request.access, number, chosen, now=now())
        return redirect("case", slug=request.access.slug, view="all", number=made)
    return render(request, "inbox/split.html", {"section": "inbox", "case": care.case(request.access, number, now())})


@require_POST
@in_workspace
def link(request: Request, number: int) -> HttpResponse:
    """Say how a case stands to another, or that it does not."""
    other = a_number(request, "other")
    if other is None:
        raise InvalidInput(reason="Give the number of the other case.")
    if text(request, "kind") == "none":
        sorting.unlink(request.access, number, other=other, now=now())
        return said(request, say("No longer linked to case {number}.", number=other))
    sorting.link(request.access, number, other=other, kind=text(request, "kind"), now=now())
    return said(request, say("Linked to case {number}.", number=other))


@require_POST
@in_workspace
def answer_fields(request: Request, number: int) -> HttpResponse:
    """Keep what is known of a case."""
    fields, values = request.POST.getlist("field"), request.POST.getlist("value")
    given = {_id(field): value.replace("\x00", "") for field, value in zip(fields, values, strict=False)}
    if not given:
        raise InvalidInput(reason="Choose a field.")
    sorting.answer_fields(request.access, number, given, now=now())
    return said(request, say("Kept."))


@require_POST
@in_workspace
def make_lead(request: Request, number: int) -> HttpResponse:
    """Make a case a lead."""
    lead = leads.make(request.access, number, now=now())
    if not request.htmx:
        return redirect("lead", slug=request.access.slug, lead=lead)
    return said(request, say("It is a lead now; find it under Leads."))
