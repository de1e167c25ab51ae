"""Knowledge: the articles with their search, one of them, and the editor."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from hubbub.accounts.core.access import Permission
from hubbub.care.core.knowledge.article import State, Words
from hubbub.care.selectors import knowledge as selectors
from hubbub.care.services import knowledge
from hubbub.kernel.errors import HubbubError, InvalidInput, NotAllowed, NotFound
from hubbub.kernel.speech import say
from hubbub.listening.selectors import topic_names
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import number, text


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """The articles, the newest first, or those a search finds; those of one state."""
    state, before = request.GET.get("state", ""), request.GET.get("before", "")
    if state and state not in set(State):
        raise InvalidInput(
            reason=say("There is no state {state!r}; there are {known}.", state=state, known=", ".join(State))
        )
    search = request.GET.get("q", "").replace("\x00", "")[:200]
    below = int(before) if before.isdecimal() and len(before) < 19 else None
    lines, following = selectors.articles(request.access, search=search, state=state, before=below)
    shown = {
        "section": "inbox",
        "lines": lines,
        "next": following,
        "search": search,
        "state": state,
        "states": [("", say("All")), *((each.value, each.label) for each in State)],
        "saved": selectors.time_saved(request.access, now()) if not search and not state and below is None else None,
        "plain": not search and not state and below is None,
        "to_review": selectors.waiting_for_review(request.access),
    }
    return render(request, "knowledge/index.html", shown)


@require_safe
@in_workspace
def page(request: Request, article: int) -> HttpResponse:
    """One article: what it says, what came of it, who wrote and reviewed it."""
    return render(request, "knowledge/article.html", shown(request, article))


def shown(request: Request, article: int) -> dict[str, Any]:
    """What the page of an article shows."""
    return {"section": "inbox", "article": selectors.article(request.access, article)}


@require_http_methods(["GET", "POST"])
@in_workspace
def new(request: Request) -> HttpResponse:
    """Write an article by hand."""
    request.access.require(Permission.WORK)
    shown: dict[str, Any] = {"section": "inbox", "topics": topic_names(request.access.workspace)}
    if request.method == "POST":
        try:
            made = knowledge.write(request.access, _words(request), now=now())
        except (NotAllowed, NotFound):
            raise
        except HubbubError as error:
            shown |= {"error": error, "words": _words(request)}
            return render(request, "knowledge/edit.html", shown, status=error.status)
        messages.success(request, say("Saved as a draft."))
        return redirect("article", slug=request.access.slug, article=made)
    return render(request, "knowledge/edit.html", shown)


@require_http_methods(["GET", "POST"])
@in_workspace
def edit(request: Request, article: int) -> HttpResponse:
    """Change an article; what was written stays where it can't be saved."""
    request.access.require(Permission.WORK)
    known = selectors.article(request.access, article)
    shown = {
        "section": "inbox", "article": known, "words": known.words, "seen": known.version,
        "topics": topic_names(request.access.workspace),
    }  # fmt: skip
    if request.method == "POST":
        seen = number(request, "seen") or 0
        try:
            knowledge.save(request.access, article, _words(request), seen=seen, now=now())
        except (NotAllowed, NotFound):
            raise
        except HubbubError as error:
            shown |= {"error": error, "words": _words(request), "seen": seen}
            return render(request, "knowledge/edit.html", shown, status=error.status)
        messages.success(request, say("Saved as a draft."))
        return redirect("article", slug=request.access.slug, article=article)
    return render(request, "knowledge/edit.html", shown)


def _words(request: Request) -> Words:
    return Words(
        text(request, "title"),
        text(request, "question").replace("\r\n", "\n"),
        text(request, "answer").replace("\r\n", "\n"),
        text(request, "lang"),
        number(request, "topic") or 0,
        tuple(each.strip() for each in text(request, "products").split(",") if each.strip()),
        text(request, "public") == "yes",
    )
