"""What operations share: who asks, when, about which case, and how it may be refused."""

from datetime import UTC, date, datetime
from typing import Any

from django.http import HttpRequest
from ninja.params.functions import Path

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Access
from hubbub.api.schemas import Problem
from hubbub.kernel.errors import InvalidInput, NotFound
from hubbub.kernel.ids import PersonId

READ_ERRORS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 422: Problem, 503: Problem}
WRITE_ERRORS = {**READ_ERRORS, 409: Problem}
Number: Any = Path(..., ge=1, le=2**53)
"""Of a case, in an address."""


def now() -> datetime:
    """The present."""
    return datetime.now(UTC)


def access_of(request: HttpRequest) -> Access:
    """Return the pass that the token of a request stands for."""
    access: Access = request.auth  # type: ignore[attr-defined]
    return access


def planned_day(day: date) -> date:
    """Return a day that planning knows: those of other centuries are not there."""
    if not 2000 <= day.year < 2100:
        raise NotFound(what="day", which=day.isoformat())
    return day


def utc(at: datetime | None) -> datetime | None:
    """Return a moment in UTC, also where it names no zone."""
    if at is None:
        return None
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        raise InvalidInput(reason=f"{at.isoformat()} is no moment that can be kept.") from None


def colleague(access: Access, email: str | None) -> PersonId | None:
    """Return who works here under an e-mail address; nobody where none is given."""
    if email is None:
        return None
    found = next((each.person for each in accounts.members(access) if each.email == email.strip().lower()), None)
    if found is None:
        raise NotFound(what="colleague", which=email)
    return found
