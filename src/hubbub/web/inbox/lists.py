"""The inbox: views and queues, and the list of cases."""

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from hubbub.care import selectors as care
from hubbub.care.selectors import incidents
from hubbub.kernel.errors import InvalidInput, NotFound
from hubbub.listening import selectors as listening
from hubbub.web.request import Request, in_workspace, now, render

TITLES = {
    "needs": "Needs an answer",
    "mine": "Mine",
    "held": "Held",
    "watching": "Watching",
    "waiting": "With the customer",
    "parked": "Parked",
    "incident": "Answered as one",
    "resolved": "Resolved",
    "closed": "Closed",
    "imported": "Imported",
    "all": "All cases",
}

ICONS = {
    "needs": "inbox",
    "mine": "person",
    "held": "hourglass",
    "watching": "watch",
    "waiting": "clock",
    "parked": "park",
    "incident": "flag",
    "resolved": "check",
    "closed": "cross",
    "imported": "import",
}

QUEUES = {
    "safety": ("Safety, law, data", "alert"),
    "unsure": ("Not sure", "question"),
    "praise": ("Praise and thanks", "star"),
    "ideas": ("Ideas", "bulb"),
}

WAITING = ("approval", "later", "drafts")

NEWEST = ("waiting", "incident", "resolved", "closed", "imported", "all")

FIRST = {"held": "First to be free again", "watching": "First to be looked at again", "parked": "First to come back"}


def where_of(request: Request, view: str) -> dict[str, Any]:
    """What the address says is looked at: view, queue, topic, search; checked."""
    if view not in TITLES:
        raise InvalidInput(reason=f"There is no view {view!r}; there are {', '.join(TITLES)}.")
    topic = request.GET.get("topic", "")
    if topic and not (topic.isdecimal() and len(topic) < 19):
        raise InvalidInput(reason="A topic is a number.")
    tag = request.GET.get("tag", "")
    if tag and not (tag.isdecimal() and len(tag) < 19):
        raise InvalidInput(reason="A tag is a number.")
    return {
        "view": view,
        "queue": request.GET.get("queue", "")[:20],
        "topic": int(topic or 0),
        "tag": int(tag or 0),
        "search": request.GET.get("q", "").replace("\x00", "")[:200],
    }


def _rows(request: Request, view: str) -> dict[str, Any]:
    """What the rows of a list show, or its next rows."""
    where = where_of(request, view)
    page = care.cases(request.access, **where, cursor=request.GET.get("cursor", ""))
    return {**where, "query": _query(request), "page": page}


def _views(request: Request, view: str) -> dict[str, Any]:
    """What the views pane shows."""
    where = where_of(request, view)
    counts = cache(lambda: care.counts(request.access, now()))
    return {
        **where,
        "titles": TITLES,
        "icons": ICONS,
        "queue_rows": cache(lambda: _rows_of_queues(counts().queues, where["queue"])),
        "topic_rows": cache(lambda: [each for each in counts().topics if each[2] or each[0] == where["topic"]]),
        "incidents": incidents.incidents(request.access, open_only=True, limit=5),
        "waiting_counts": cache(lambda: dict(zip(WAITING, care.waiting_counts(request.access), strict=True))),
        "counts": counts,
        "filtered": bool(where["queue"] or where["topic"] or where["tag"] or where["search"]),
        "query": _query(request),
        "leads_open": cache(lambda: care.open_leads(request.access)),
    }


def _rows_of_queues(held: Mapping[str, int], at: str) -> list[tuple[str, str, str, int]]:
    """The queues that hold something, and the one that is looked at: name, label, icon, how many."""
    return [(name, *pair, held[name]) for name, pair in QUEUES.items() if held[name] or name == at]


def list_of(request: Request, view: str) -> dict[str, Any]:
    """What the list pane shows, beside the views pane."""
    shown = {**_views(request, view), **_rows(request, view)}
    title = TITLES[view]
    if shown["queue"] in QUEUES:
        title = QUEUES[shown["queue"]][0]
    elif shown["topic"]:
        with suppress(NotFound):  # it was removed; what was heard of it stays
            title = listening.topic(request.access, shown["topic"]).name
    elif shown["tag"]:
        title = next((each.name for each in care.tags(request.access) if each.id == shown["tag"]), title)
    return {
        **shown,
        **sorting_of(request),
        "title": title,
        "due": care.due(request.access, view, now()),
        "order": _order(view, shown["search"]),
        "shed": listening.shed_lately(request.access, now()),
        "section": "inbox",
    }


def sorting_of(request: Request) -> dict[str, Any]:
    """What cases can be sorted by and done with; asked for only where it is shown."""
    access = request.access
    return {
        "tags": cache(lambda: care.tags(access)),
        "macros": cache(lambda: care.macros(access)),
        "wrap_ups": cache(lambda: care.wrap_ups(access)),
        "rules": cache(lambda: care.case_rules(access)),
        "colleagues": cache(lambda: care.colleagues(access)),
    }


def _order(view: str, search: str) -> str:
    """In which order a list stands, in words."""
    if search:
        return "Youngest case first"
    return "Newest first" if view in NEWEST else FIRST.get(view, "Due first")


def _query(request: Request) -> str:
    """What the address filters by, as every row's own address keeps it."""
    keep = request.GET.copy()
    keep.pop("cursor", None)
    return f"?{keep.urlencode()}" if keep else ""


@require_GET
@in_workspace
def home(request: Request) -> HttpResponse:
    """The workspace's front door."""
    return redirect("inbox", slug=request.access.slug, view="needs")


@require_GET
@in_workspace
def inbox(request: Request, view: str) -> HttpResponse:
    """A view of the inbox, with no case open. In part: the list alone, or its next rows."""
    if request.htmx and request.GET.get("cursor"):
        return render(request, "inbox/rows.html", _rows(request, view))
    if request.htmx:
        return render(request, "inbox/list.html", list_of(request, view))
    return render(request, "inbox/inbox.html", {**list_of(request, view), "pane": "list"})


@require_GET
@in_workspace
def views(request: Request, view: str) -> HttpResponse:
    """The views pane alone, for its counts."""
    return render(request, "inbox/views.html", _views(request, view))
