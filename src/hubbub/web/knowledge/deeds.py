"""What people do with articles: each deed is one address that takes a form."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from hubbub.care import selectors as care
from hubbub.care.core.canned import fill
from hubbub.care.services import knowledge
from hubbub.kernel.errors import HubbubError, NotAllowed, NotFound
from hubbub.kernel.speech import say
from hubbub.web.inbox.many import said
from hubbub.web.knowledge.pages import shown
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import number, text


def _done(request: Request, article: int, words: str, work: Callable[[], object]) -> HttpResponse:
    """Do something with an article and show it; where it can't be done, say why on its page."""
    try:
        work()
    except (NotAllowed, NotFound):
        raise
    except HubbubError as error:
        again = {**shown(request, article), "error": error, "given": request.POST}
        return render(request, "knowledge/article.html", again, status=error.status)
    messages.success(request, words)
    return redirect("article", slug=request.access.slug, article=article)


@require_POST
@in_workspace
def submit(request: Request, article: int) -> HttpResponse:
    """Ask somebody else to look at it."""
    deed = lambda: knowledge.submit(request.access, article, now=now())  # noqa: E731
    return _done(request, article, say("Somebody else looks at it next."), deed)


@require_POST
@in_workspace
def publish(request: Request, article: int) -> HttpResponse:
    """Let it be found and suggested."""
    seen = number(request, "seen") or 0
    deed = lambda: knowledge.publish(request.access, article, seen=seen, now=now())  # noqa: E731
    return _done(request, article, say("Published."), deed)


@require_POST
@in_workspace
def send_back(request: Request, article: int) -> HttpResponse:
    """Give it back to its writer."""
    deed = lambda: knowledge.send_back(request.access, article, word=text(request, "word"), now=now())  # noqa: E731
    return _done(request, article, say("Sent back."), deed)


@require_POST
@in_workspace
def retire(request: Request, article: int) -> HttpResponse:
    """Suggest it no more."""
    deed = lambda: knowledge.retire(request.access, article, now=now())  # noqa: E731
    return _done(request, article, say("Retired."), deed)


@require_POST
@in_workspace
def bring_back(request: Request, article: int) -> HttpResponse:
    """Make a retired one a draft again."""
    deed = lambda: knowledge.bring_back(request.access, article, now=now())  # noqa: E731
    return _done(request, article, say("It is a draft again."), deed)


@require_POST
@in_workspace
def from_case(request: Request, number: int) -> HttpResponse:
    """Draft an article from a case, and look it over."""
    made = knowledge.from_case(request.access, number, now=now())
    return redirect("article", slug=request.access.slug, article=made)


@require_POST
@in_workspace
def insert(request: Request, number: int, article: int) -> HttpResponse:
    """Put an article's answer into the composer, with its fields filled for this case."""
    words = knowledge.insert(request.access, number, article, now=now())
    values = {
        "name": care.greeted(request.access, number),
        "me": request.access.name.split(" ")[0],
        "brand": request.access.workspace_name,
        "case": str(number),
    }
    return said(
        request, say("Put into your answer. Look it over before you send it."), insert=fill(words.answer, values)
    )
