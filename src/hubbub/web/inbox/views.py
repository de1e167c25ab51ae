"""The inbox: views and queues, the list, one case with its person and reasons."""

from contextlib import suppress
from functools import cache
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from hubbub.care import selectors as care
from hubbub.care.core.errors import CannotSend, CaseClosed, CaseMoved, LookBeforeSending
from hubbub.care.core.views import CaseView
from hubbub.care.services import cases, people
from hubbub.flows import chat
from hubbub.flows.files import Upload, take_in
from hubbub.infra.places import places
from hubbub.kernel.errors import InvalidInput, NotFound
from hubbub.kernel.ids import PersonId
from hubbub.listening import selectors as listening
from hubbub.web.request import Request, in_workspace, now, render

TITLES = {
    "needs": "Needs an answer",
    "mine": "Mine",
    "held": "Held",
    "watching": "Watching",
    "waiting": "With the customer",
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
    "resolved": "check",
    "closed": "cross",
    "imported": "import",
}
MOST_FILES = 10
QUEUES = {
    "safety": ("Safety, law, data", "alert"),
    "unsure": ("Not sure", "question"),
    "praise": ("Praise and thanks", "star"),
    "ideas": ("Ideas", "bulb"),
}
NEWEST = ("waiting", "resolved", "closed", "imported", "all")
FIRST = {"held": "First to be free again", "watching": "First to be looked at again"}


def _where(request: Request, view: str) -> dict[str, Any]:
    """What the address says is looked at: view, queue, topic, search; checked."""
    if view not in TITLES:
        raise InvalidInput(reason=f"There is no view {view!r}; there are {', '.join(TITLES)}.")
    topic = request.GET.get("topic", "")
    if topic and not (topic.isdecimal() and len(topic) < 19):
        raise InvalidInput(reason="A topic is a number.")
    return {
        "view": view,
        "queue": request.GET.get("queue", "")[:20],
        "topic": int(topic or 0),
        "search": request.GET.get("q", "").replace("\x00", "")[:200],
    }


def _rows(request: Request, view: str) -> dict[str, Any]:
    """What the rows of a list show, or its next rows."""
    where = _where(request, view)
    page = care.cases(request.access, **where, cursor=request.GET.get("cursor", ""))
    return {**where, "query": _query(request), "page": page}


def _views(request: Request, view: str) -> dict[str, Any]:
    """What the views pane shows."""
    where = _where(request, view)
    return {
        **where,
        "titles": TITLES,
        "icons": ICONS,
        "queue_names": QUEUES,
        "counts": cache(lambda: care.counts(request.access, now())),
        "filtered": bool(where["queue"] or where["topic"] or where["search"]),
        "query": _query(request),
    }


def _list(request: Request, view: str) -> dict[str, Any]:
    """What the list pane shows, beside the views pane."""
    shown = {**_views(request, view), **_rows(request, view)}
    title = TITLES[view]
    if shown["queue"] in QUEUES:
        title = QUEUES[shown["queue"]][0]
    elif shown["topic"]:
        with suppress(NotFound):  # it was removed; what was heard of it stays
            title = listening.topic(request.access, shown["topic"]).name
    return {
        **shown,
        "title": title,
        "due": care.due(request.access, view, now()),
        "order": "Newest first" if view in NEWEST else FIRST.get(view, "Due first"),
        "shed": listening.shed_lately(request.access, now()),
        "section": "inbox",
    }


def _query(request: Request) -> str:
    """What the address filters by, as every row's own address keeps it."""
    keep = request.GET.copy()
    keep.pop("cursor", None)
    return f"?{keep.urlencode()}" if keep else ""


def _case(request: Request, number: int) -> dict[str, Any]:
    """What the case and customer panes show."""
    shown = care.case(request.access, number, now())
    return {
        "case": shown,
        "canned": _fill(care.canned(request.access), shown, request),
        "colleagues": care.colleagues(request.access),
        "last_reply": max((each.id for each in shown.moments if each.kind == "reply"), default=0),
        "mode": _mode(shown),
        "visitor": chat.visitor(request.access, number, now()) if shown.line.channel == "chat" else None,
    }


def _mode(case: CaseView) -> str:
    """How one would answer first: in private where they wrote in private."""
    if case.public_way.possible:
        return "public"
    return "private" if case.private_way.possible else "note"


def _fill(canned: tuple[Any, ...], case: CaseView, request: Request) -> list[dict[str, str]]:
    """Canned replies with their fields filled for this case."""
    first = (case.customer.name if case.customer else case.line.who).lstrip("@").split(" ")[0]
    fields = {"{name}": first, "{me}": request.user.name, "{brand}": request.access.workspace_name}
    filled = []
    for each in canned:
        text = each.text
        for field, value in fields.items():
            text = text.replace(field, value)
        filled.append({"title": each.title, "text": text})
    return filled


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
        return render(request, "inbox/list.html", _list(request, view))
    return render(request, "inbox/inbox.html", {**_list(request, view), "pane": "list"})


@require_GET
@in_workspace
def case(request: Request, view: str, number: int) -> HttpResponse:
    """A case beside the list it was opened from. In part: the case alone. The page then tells that one looks at it."""
    shown = _case(request, number)
    if request.htmx:
        return render(request, "inbox/case.html", {**shown, **_where(request, view)})
    return render(request, "inbox/inbox.html", {**_list(request, view), **shown, "pane": "thread"})


@require_GET
@in_workspace
def views(request: Request, view: str) -> HttpResponse:
    """The views pane alone, for its counts."""
    return render(request, "inbox/views.html", _views(request, view))


@require_POST
@in_workspace
def reply(request: Request, number: int) -> HttpResponse:
    """Send a reply or keep a note; what can't be sent says why beside the words, which stay."""
    text, mode = request.POST.get("text", ""), request.POST.get("mode", "")
    seen = request.POST.get("last_reply", "0")
    try:
        if mode == "note":
            cases.note(request.access, number, text=text, now=now())
        elif mode in ("public", "private"):
            attached = take_in(_uploads(request), places().files)
            cases.reply(
                request.access,
                number,
                text=text,
                private=mode == "private",
                confirmed=request.POST.get("confirmed") == "yes",
                seen_reply=int(seen) if seen.isdecimal() and len(seen) < 19 else 0,
                attached=attached,
                now=now(),
            )
        else:
            raise InvalidInput(reason="Say who will see it: public, private or note.")
    except (CannotSend, CaseMoved, CaseClosed, LookBeforeSending, InvalidInput) as error:
        ask = isinstance(error, LookBeforeSending)
        answer = render(request, "inbox/refusal.html", {"words": str(error), "ask": ask}, status=error.status)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#composer-said", "innerHTML"
        return answer
    return changed(request, number)


def _uploads(request: Request) -> list[Upload]:
    """The files of a form, each with what it shows in words."""
    given = request.FILES.getlist("files")
    if len(given) > MOST_FILES:
        raise InvalidInput(reason=f"At most {MOST_FILES} files leave with a reply.")
    said = request.POST.getlist("alt")
    alts = said + [""] * (len(given) - len(said))
    return [Upload(file.name or "", file.read(), alt) for file, alt in zip(given, alts, strict=False)]


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
def resolve(request: Request, number: int) -> HttpResponse:
    """The matter is settled."""
    cases.resolve(request.access, number, now=now())
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
    cases.look(request.access, number, typing=request.POST.get("typing") == "yes", now=now())
    return HttpResponse(status=204)


@require_POST
@in_workspace
def leave(request: Request, number: int) -> HttpResponse:
    """One looks elsewhere."""
    cases.leave(request.access, number, now=now())
    return HttpResponse(status=204)


@require_POST
@in_workspace
def mark(request: Request, number: int, account: int) -> HttpResponse:
    """Note what is known of a person."""
    people.mark(
        request.access, account, what=request.POST.get("what", ""), on=request.POST.get("on") == "yes", now=now()
    )
    return changed(request, number)


def changed(request: Request, number: int) -> HttpResponse:
    """It is done. A page that stands there fetches what is new of itself; without scripts, the case is shown."""
    if not request.htmx:
        return redirect("case", slug=request.access.slug, view="needs", number=number)
    return HttpResponse(status=204)
