"""Filtering the inbox, and keeping what was filtered as a view."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Permission
from hubbub.care import selectors as care
from hubbub.care.core.case import Folder, Priority
from hubbub.care.core.filters import Filter, SavedView, read
from hubbub.care.core.understanding import Kind
from hubbub.care.selectors.export import ids_of
from hubbub.care.services import views
from hubbub.kernel.errors import Conflict, InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.listening import selectors as listening
from hubbub.web.exports import FORMS, send
from hubbub.web.inbox.lists import QUEUES, TITLES, asked_of, query_of, titles
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import text
from hubbub.web.templatetags.hubbub import CHANNELS, channel_name

OWNERS = (("", mark("Anybody")), ("me", mark("Whoever looks at it")), ("nobody", mark("Nobody")))
ORDERS = (
    ("", mark("As the list stands")),
    ("first", mark("Due or oldest first")),
    ("last", mark("Newest first, or due last")),
)


@require_http_methods(["GET", "POST"])
@in_workspace
def edit(request: Request, view: str) -> HttpResponse:
    """Conditions for a list: show what fits, or keep them under a name."""
    if request.method != "POST":
        return _form(request, asked_of(request, view))
    return _take(request, view, None)


@require_http_methods(["GET", "POST"])
@in_workspace
def change(request: Request, saved: int) -> HttpResponse:
    """Change a view."""
    found = care.saved_view(request.access, saved)
    if not found.own:
        request.access.require(Permission.TEAM)
    return _take(request, found.asked.view, found) if request.method == "POST" else _form(request, found.asked, found)


def _take(request: Request, view: str, saved: SavedView | None) -> HttpResponse:
    asked = Filter(view)
    try:
        asked = read(text(request, "view") or view, dict(request.POST.lists()))
        if text(request, "do") == "save":
            shared = text(request, "shared") == "yes"
            which, name = saved.id if saved else None, text(request, "name")
            views.save_view(request.access, view=which, name=name, asked=asked, shared=shared, now=now())
            messages.success(request, say("The view is saved."))
    except (InvalidInput, Conflict) as refused:
        return _form(request, asked, saved, refused)
    return redirect(reverse("inbox", args=[request.access.slug, asked.view]) + query_of(asked))


def _form(
    request: Request, asked: Filter, saved: SavedView | None = None, error: InvalidInput | Conflict | None = None
) -> HttpResponse:
    access = request.access
    folders = [(each.value, say(TITLES[each])) for each in Folder]
    people = [(str(pk), name) for pk, name in care.colleagues(access)]
    queues = [(name, say(words)) for name, (words, _) in QUEUES.items()]
    teams = [(str(each.id), each.name) for each in accounts.teams(access)]
    tags = [(str(each.id), each.name) for each in care.tags(access)]
    context: dict[str, Any] = {
        "section": "inbox",
        "asked": asked,
        "saved": saved,
        "error": error,
        "name": text(request, "name") if error else saved.name if saved else "",
        "shared": text(request, "shared") == "yes" if error else saved is not None and not saved.own,
        "back": reverse("inbox", args=[access.slug, asked.view]) + query_of(asked),
        "titles": titles(),
        "forms": FORMS,
        "file": reverse("cases-file", args=[access.slug, asked.view]) + query_of(asked),
        "checks": (
            ("channel", say("By"), [(kind, channel_name(kind)) for kind in CHANNELS], asked.channels),
            ("kind", say("Of the kind"), [(each.value, say(each.value).capitalize()) for each in Kind], asked.kinds),
            (
                "priority",
                say("Of the priority"),
                [(each.name.lower(), each.words.capitalize()) for each in Priority],
                asked.priorities,
            ),
            ("in", say("In any of, where all cases are listed"), folders, asked.folders),
        ),
        "selects": (
            ("owner", say("Whose"), [*_said(OWNERS), *people], asked.owner),
            ("team", say("Team"), [("", say("Any")), *teams], _number(asked.team)),
            ("queue", say("Queue"), [("", say("Any")), *queues], asked.queue),
            (
                "topic",
                say("Topic"),
                [("", say("Any")), *((str(pk), name) for pk, name in listening.topic_names(access.workspace).items())],
                _number(asked.topic),
            ),
            ("tag", say("Tag"), [("", say("Any")), *tags], _number(asked.tag)),
            ("order", say("Order"), _said(ORDERS), asked.order),
        ),
    }  # fmt: skip
    return render(request, "inbox/filter.html", context, status=error.status if error else 200)


def _said(choices: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(value, say(words)) for value, words in choices]


def _number(value: int) -> str:
    return str(value) if value else ""


@require_POST
@in_workspace
def move(request: Request, saved: int) -> HttpResponse:
    """Put a view one place up or down."""
    views.move_view(request.access, saved, up=text(request, "to") == "up", now=now())
    return redirect("saved-view", slug=request.access.slug, saved=saved)


@require_POST
@in_workspace
def remove(request: Request, saved: int) -> HttpResponse:
    """Remove a view."""
    views.remove_view(request.access, saved, now=now())
    messages.success(request, say("The view is gone; its cases are where they were."))
    return redirect("inbox", slug=request.access.slug, view="needs")


@require_safe
@in_workspace
def file(request: Request, view: str) -> HttpResponse:
    """The cases of a list as a file."""
    asked = asked_of(request, view)
    return send(request, ids_of(request.access, asked, now()), f"{view} {query_of(asked)}".strip())
