"""What people do with articles: each deed is one address that takes a form."""

from collections.abc import Callable
from functools import partial

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from hubbub.care.core.canned import fill
from hubbub.care.services import knowledge
from hubbub.kernel.speech import say
from hubbub.web.inbox.answer import fields_of
from hubbub.web.inbox.many import said
from hubbub.web.knowledge.pages import shown
from hubbub.web.request import Request, in_workspace, now
from hubbub.web.settings.forms import done, number, text


def _done(request: Request, article: int, words: str, work: Callable[..., object], **more: str | int) -> HttpResponse:
    """Do something with an article and show it; where it can't be done, say why on its page."""
    deed, again = partial(work, request.access, article, **more, now=now()), partial(shown, request, article)
    return done(request, deed, words, "knowledge/article.html", again, then="article", article=article)


@require_POST
@in_workspace
def submit(request: Request, article: int) -> HttpResponse:
    """Ask somebody else to look at it."""
    return _done(request, article, say("Somebody else looks at it next."), knowledge.submit)


@require_POST
@in_workspace
def publish(request: Request, article: int) -> HttpResponse:
    """Let it be found and suggested."""
    return _done(request, article, say("Published."), knowledge.publish, seen=number(request, "seen") or 0)


@require_POST
@in_workspace
def send_back(request: Request, article: int) -> HttpResponse:
    """Give it back to its writer."""
    return _done(request, article, say("Sent back."), knowledge.send_back, word=text(request, "word"))


@require_POST
@in_workspace
def retire(request: Request, article: int) -> HttpResponse:
    """Suggest it no more."""
    return _done(request, article, say("Retired."), knowledge.retire)


@require_POST
@in_workspace
def bring_back(request: Request, article: int) -> HttpResponse:
    """Make a retired one a draft again."""
    return _done(request, article, say("It is a draft again."), knowledge.bring_back)


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
    answer = fill(words.answer, fields_of(request, number))
    return said(request, say("Put into your answer. Look it over before you send it."), insert=answer)
