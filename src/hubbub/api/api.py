"""The interface as a whole: who may ask, what goes wrong, and which operations there are.

Every error is declared, so that a client can be made from the description.
"""

import logging

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.operation import Operation
from ninja.security import HttpBearer

import hubbub
from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Access
from hubbub.accounts.core.errors import BadToken
from hubbub.api import (
    board,
    calls,
    cases,
    customers,
    deeds,
    forecasts,
    incidents,
    knowledge,
    leads,
    money,
    people,
    people_lists,
    planned,
    posts,
    reports,
    rosters,
    sorting,
    staffing,
    understanding,
    working,
)
from hubbub.api.shared import now
from hubbub.kernel.errors import HubbubError

log = logging.getLogger(__name__)


class Token(HttpBearer):
    """A token of one person in one workspace; made under Settings, API tokens."""

    def authenticate(self, request: HttpRequest, token: str) -> Access:
        """Return the pass the token stands for."""
        return accounts.enter_by_token(token.replace("\x00", ""), now())


class Api(NinjaAPI):
    """Names operations by their functions alone: a client's names stay when a function moves to another file."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the name of the function."""
        return operation.view_func.__name__


api = Api(
    title="Hubbub",
    version="1",
    description="List and read cases, answer, assign, resolve, post messages and calls in. "
    f"Hubbub {hubbub.__version__}. Send `Authorization: Bearer hb_…`.",
    auth=Token(),
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api",
)

api.add_router("/customers", customers.router)
api.add_router("/articles", knowledge.router)
api.add_router("/people-lists", people_lists.router)
for each in (
    people,
    cases,
    working,
    deeds,
    sorting,
    understanding,
    leads,
    incidents,
    calls,
    posts,
    board,
    reports,
    staffing,
    planned,
    money,
    forecasts,
    rosters,
):
    api.add_router("", each.router)


def _problem(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    return api.create_response(request, {"code": code, "message": message}, status=status)


@api.exception_handler(HubbubError)
def _ours(request: HttpRequest, error: HubbubError) -> HttpResponse:
    return _problem(request, error.status, error.code, str(error))


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return _ours(request, BadToken())


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    said = "; ".join(f"{'.'.join(map(str, each['loc'][1:]))}: {each['msg']}" for each in error.errors[:5])
    return _problem(request, 422, "invalid", said or "The request can't be read.")


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _problem(request, error.status_code, "bad_request", str(error))


@api.exception_handler(OSError)
@api.exception_handler(OperationalError)
def _away(request: HttpRequest, error: Exception) -> HttpResponse:
    """The disk is full or the database away: what was sent was not taken, and may be sent again under the same id."""
    log.error("The API could not answer", exc_info=error)
    told = _problem(request, 503, "unavailable", "Hubbub can't store or read anything just now. Send it again soon.")
    told["Retry-After"] = "10"
    return told
