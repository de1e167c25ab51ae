"""The inbox: views and queues, and the list of cases."""

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from hubbub.accounts import selectors as accounts
from hubbub.care import selectors as care
from hubbub.care.core.filters import ME, NOBODY, Filter, read
from hubbub.care.selectors import advocates, incidents, knowledge
from hubbub.infra.memory import remembering
from hubbub.kernel.errors import NotFound
from hubbub.kernel.speech import mark, say
from hubbub.listening import selectors as listening
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.templatetags.hubbub import channel_name

TITLES = {
    "needs": mark("Needs an answer"),
    "mine": mark("Mine"),
    "held": mark("Held"),
    "watching": mark("Watching"),
    "waiting": mark("With the customer"),
    "parked": mark("Parked"),
    "incident": mark("Answered as one"),
    "resolved": mark("Resolved"),
    "closed": mark("Closed"),
    "imported": mark("Imported"),
    "all": mark("All cases"),
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
    "safety": (mark("Safety, law, data"), "alert"),
    "unsure": (mark("Not sure"), "question"),
    "praise": (mark("Praise and thanks"), "star"),
    "ideas": (mark("Ideas"), "bulb"),
}

WAITING = ("approval", "later", "drafts")

NEWEST = ("waiting", "incident", "resolved", "closed", "imported", "all")

FIRST = {
    "held": mark("First to be free again"),
    "watching": mark("First to be looked at again"),
    "parked": mark("First to come back"),
}


def titles() -> dict[str, str]:
    """The lists, as people call them."""
    return {name: say(words) for name, words in TITLES.items()}


def asked_of(request: Request, view: str) -> Filter:
    """What the address says is looked at."""
    return read(view, dict(request.GET.lists()))


def where_of(request: Request, view: str) -> dict[str, Any]:
    """What is looked at, as templates ask for it."""
    asked = asked_of(request, view)
    return {
        "asked": asked,
        "view": view,
        "queue": asked.queue,
        "topic": asked.topic,
        "tag": asked.tag,
        "search": asked.words,
        "query": query_of(asked),
    }


def _rows(request: Request, view: str) -> dict[str, Any]:
    """What the rows of a list show, or its next rows."""
    where = where_of(request, view)
    page = care.cases(request.access, where["asked"], now=now(), cursor=request.GET.get("cursor", ""))
    return {**where, "page": page}


def _views(request: Request, view: str) -> dict[str, Any]:
    """What the views pane shows."""
    where = where_of(request, view)
    counts = cache(lambda: care.counts(request.access, now()))
    saved = cache(lambda: [(each, query_of(each.asked), n) for each, n in care.counted_views(request.access, now())])
    return {
        **where,
        "titles": titles(),
        "icons": ICONS,
        "queue_rows": cache(lambda: _rows_of_queues(counts().queues, where["queue"])),
        "topic_rows": cache(lambda: [each for each in counts().topics if each[2] or each[0] == where["topic"]]),
        "incidents": incidents.incidents(request.access, open_only=True, limit=5),
        "waiting_counts": cache(lambda: dict(zip(WAITING, care.waiting_counts(request.access), strict=True))),
        "counts": counts,
        "filtered": where["asked"].filtered,
        "saved": saved,
        "current": next((each for each in care.saved_views(request.access) if each.asked == where["asked"]), None),
        "advocates": cache(lambda: advocates.proposed(request.access, now())),
        "to_review": cache(lambda: knowledge.waiting_for_review(request.access)),
        "leads_open": cache(lambda: care.open_leads(request.access)),
    }


def _rows_of_queues(held: Mapping[str, int], at: str) -> list[tuple[str, str, str, int]]:
    """The queues that hold something, and the one that is looked at: name, label, icon, how many."""
    return [(name, say(words), look, held[name]) for name, (words, look) in QUEUES.items() if held[name] or name == at]


def list_of(request: Request, view: str) -> dict[str, Any]:
    """What the list pane shows, beside the views pane."""
    shown = {**_views(request, view), **_rows(request, view)}
    title = say(TITLES[view])
    if shown["current"]:
        title = shown["current"].name
    elif shown["queue"] in QUEUES:
        title = say(QUEUES[shown["queue"]][0])
    elif shown["topic"]:
        with suppress(NotFound):  # it was removed; what was heard of it stays
            title = listening.topic(request.access, shown["topic"]).name
    elif shown["tag"]:
        title = next((each.name for each in care.tags(request.access) if each.id == shown["tag"]), title)
    return {
        **shown,
        **sorting_of(request),
        "title": title,
        "told": told(request, shown["asked"]),
        "due": care.due(request.access, view, now()),
        "order": _order(shown["asked"]),
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


def _order(asked: Filter) -> str:
    """In which order a list stands, in words."""
    if asked.words:
        return say("Youngest case first")
    if asked.order:
        newest = asked.view in NEWEST
        if asked.order == "last":
            return say("Newest first") if newest else say("Due last first")
        return say("Oldest first") if newest else say("Due first")
    return say("Newest first") if asked.view in NEWEST else say(FIRST.get(asked.view, "Due first"))


def told(request: Request, asked: Filter) -> list[str]:
    """What a filter asks for that no row of the views pane says, in words."""
    words = [say(TITLES[each]) for each in asked.folders]
    words += [channel_name(each) for each in asked.channels]
    words += [say(each).capitalize() for each in (*asked.kinds, *asked.priorities)]
    words += [say("in {language}", language=each) for each in asked.langs]
    if asked.owner:
        known = {ME: say("mine"), NOBODY: say("nobody’s")} | {
            str(pk): say("{name}’s", name=name) for pk, name in care.colleagues(request.access)
        }
        words.append(known.get(asked.owner, say("somebody’s")))
    if asked.team:
        words.append(
            next((each.name for each in accounts.teams(request.access) if each.id == asked.team), say("a team"))
        )
    return words + [say("late")] * asked.late


def query_of(asked: Filter) -> str:
    """A filter as every row's own address keeps it."""
    return f"?{urlencode(asked.pairs())}" if asked.pairs() else ""


@require_GET
@in_workspace
def home(request: Request) -> HttpResponse:
    """The workspace's front door."""
    return redirect("inbox", slug=request.access.slug, view="needs")


@require_GET
@in_workspace
def inbox(request: Request, view: str) -> HttpResponse:
    """A view of the inbox, with no case open. In part: the list alone, or its next rows."""
    with remembering():
        if request.htmx and request.GET.get("cursor"):
            return render(request, "inbox/rows.html", _rows(request, view))
        if request.htmx:
            return render(request, "inbox/list.html", list_of(request, view))
        return render(request, "inbox/inbox.html", {**list_of(request, view), "pane": "list"})


@require_GET
@in_workspace
def views(request: Request, view: str) -> HttpResponse:
    """The views pane alone, for its counts."""
    with remembering():
        return render(request, "inbox/views.html", _views(request, view))
