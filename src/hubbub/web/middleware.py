"""Turns errors of ours into pages, or into a line on the page that asked."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from hubbub.kernel.errors import HubbubError
from hubbub.kernel.speech import mark, say, speaking

TITLES = {
    400: mark("That can't be used"),
    401: mark("Sign in first"),
    403: mark("Not for your role"),
    404: mark("Not here"),
    405: mark("Nothing to see here"),
    409: mark("It changed meanwhile"),
    410: mark("This link is spent"),
    429: mark("Too many tries"),
}


class Language:
    """Speaks the language a person chose; else, on pages, the one their browser asks for.

    The API and hooks speak English: programs read them. The chat of visitors knows no person: what it serves is kept by
    language, not by cookie.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in one language."""
        code = _asked(request)
        with translation.override(code), speaking(code.partition("-")[0]):
            return self.get_response(request)


def _asked(request: HttpRequest) -> str:
    if request.path_info.startswith(("/api/", "/hooks/")):
        return settings.LANGUAGE_CODE
    known = hasattr(request, "user") and not request.path_info.startswith("/chat/")
    chosen = getattr(request.user, "language", "") if known else ""
    if not chosen:
        return translation.get_language_from_request(request)
    return settings.LANGUAGE_CODE if chosen == "en" else str(chosen)


class Errors:
    """Every HubbubError that a view lets through becomes an answer with its status and its sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; a method that an address does not take gets words too."""
        answer = self.get_response(request)
        if answer.status_code == 405 and not answer.content:
            told = problem(request, say("This address is for a button of a page, not for a visit."), 405)
            told["Allow"] = answer["Allow"]
            return told
        return answer

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Called by Django when a view raised."""
        if not isinstance(error, HubbubError):
            return None
        return problem(request, str(error), error.status)


def problem(request: HttpRequest, words: str, status: int) -> HttpResponse:
    """Say what went wrong: as a toast where htmx asked, as a page otherwise."""
    if getattr(request, "htmx", False):
        answer = render(request, "hubbub/toast.html", {"words": words, "bad": True}, status=status)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#toasts", "beforeend"
        return answer
    return render(
        request,
        "hubbub/problem.html",
        {"title": say(TITLES.get(status, mark("Something went wrong"))), "words": words},
        status=status,
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's own 404, in the same words as ours."""
    return problem(request, say("There is nothing at this address for you."), 404)


def unusable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that no browser of ours sends, or for another host."""
    return problem(request, say("This request can't be used."), 400)


def refused(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """A request without the proof that it came from our own page."""
    return problem(request, say("This page is too old, or the request came from elsewhere. Load it again."), 403)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Somebody tries to come in more often than a person would."""
    return problem(request, say("There were too many tries from where you are. Wait a minute, then try again."), 429)


def broken(request: HttpRequest) -> HttpResponse:
    """Something unexpected; the log says what."""
    return problem(
        request, say("Something unexpected happened. Nothing you wrote was sent; the log says what it was."), 500
    )
