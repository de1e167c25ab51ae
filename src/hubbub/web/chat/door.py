"""Who may call what the widget calls: pages of the allowed origins, with a visit's secret, not too often.

There is no session and no cookie here, so there is nothing that another site could ride on.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from ipaddress import ip_address
from typing import Concatenate, Final, ParamSpec, TypeVar

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from hubbub.channels.adapters.chat import visits
from hubbub.channels.adapters.chat.visits import Place, Visit
from hubbub.kernel.errors import HubbubError, InvalidInput
from hubbub.kernel.speech import say
from hubbub.web.chat import limits
from hubbub.web.request import now

P = ParamSpec("P")
T = TypeVar("T")

ALLOWED: Final = "Authorization, Content-Type, Last-Event-ID"
PREFLIGHT_S: Final = 7_200


class NotHere(HubbubError):
    """The page that asks is none of the chat's websites."""

    status = 403
    message = "This chat is not open to the website that asks."


class Caller(HttpRequest):
    """A request of a visitor's page."""

    place: Place
    visit: Visit


def for_visitors(
    *methods: str, known: bool = True
) -> Callable[[Callable[Concatenate[Caller, P], HttpResponse]], Callable[..., HttpResponse]]:
    """Let pages of the allowed origins in; `known`: only with the secret of a visit that goes on."""

    def door(view: Callable[Concatenate[Caller, P], HttpResponse]) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @wraps(view)
        def guarded(request: Caller, public: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method not in (*methods, "OPTIONS"):
                return HttpResponseNotAllowed(methods)
            try:
                request.place = admitted(public, request.headers.get("Origin", ""))
            except HubbubError as error:
                return _refusal(error)
            headers = cors(request.headers["Origin"])
            if request.method == "OPTIONS":
                return HttpResponse(status=204, headers=headers | preflight(methods))
            try:
                limits.CALLS.take(address(request.META["REMOTE_ADDR"], request.headers.get("X-Forwarded-For", "")))
                if known:
                    request.visit = visits.enter(request.place, secret_of(request.headers), now=now())
                answer = view(request, *args, **kwargs)
            except HubbubError as error:
                answer = _refusal(error)
            for name, value in headers.items():
                answer[name] = value
            answer.setdefault("Cache-Control", "no-store")
            return answer

        return guarded

    return door


def admitted(public: str, origin: str) -> Place:
    """Return the chat that a page of this origin may use; NotHere where it may use none."""
    place = visits.place(public)
    if place is None or origin not in place.site.origins:
        raise NotHere
    return place


def cors(origin: str) -> dict[str, str]:
    """Return the headers by which a browser lets a page of an allowed origin read the answer."""
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}


def preflight(methods: tuple[str, ...]) -> dict[str, str]:
    """Return the headers by which a browser learns what it may ask."""
    return {
        "Access-Control-Allow-Methods": ", ".join(methods),
        "Access-Control-Allow-Headers": ALLOWED,
        "Access-Control-Max-Age": str(PREFLIGHT_S),
    }


def secret_of(headers: Mapping[str, str]) -> str:
    """Return the secret that a request carries; "" if none."""
    scheme, _, secret = headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def address(remote: str, forwarded: str) -> str:
    """Return from where a request comes: what a proxy on our own network says, else who connected."""
    try:
        if not ip_address(remote).is_private:
            return remote
        return str(ip_address(forwarded.rpartition(",")[2].strip()))
    except ValueError:
        return remote


def body(request: HttpRequest, shape: type[T]) -> T:
    """Read a request's JSON; InvalidInput in words where it can't be."""
    try:
        return msgspec.json.decode(request.body, type=shape)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise InvalidInput(reason=say("This can't be read: {error}.", error=error)) from None


def _refusal(error: HubbubError) -> HttpResponse:
    answer = JsonResponse({"error": str(error), "code": error.code}, status=error.status)
    if "wait_s" in error.facts:
        answer["Retry-After"] = str(error.facts["wait_s"])
    return answer
