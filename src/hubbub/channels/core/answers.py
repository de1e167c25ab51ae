"""What connectors read out of networks' answers, and what they trust an address with."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import msgspec

from hubbub.infra.http import AnswerLost, Unreachable

UNREADABLE = (msgspec.DecodeError, ValueError, OverflowError, RecursionError)
"""What a hostile line makes a decoder raise."""

LONGEST_WAIT_S = 3_600
_USUAL_WAIT_S = 60
_LOCAL = frozenset(("localhost", "127.0.0.1", "::1"))
_WAITS = ("retry-after", "ratelimit-reset", "x-ratelimit-reset")
_EPOCH_FROM = 1e9  # a number this large is a moment, a smaller one a number of seconds


class ServerFailed(AnswerLost):
    """The server answered a write with an error of its own: it may have been acted on or not."""

    message = "{host} failed: {reason}"


@contextmanager
def nothing_done() -> Iterator[None]:
    """Asking and signing in act on nothing: a lost answer is no worse there than no connection."""
    try:
        yield
    except AnswerLost as lost:
        raise Unreachable(**lost.facts) from lost


def is_safe(address: str) -> bool:
    """Say whether an address is one to which a password may go: https, or this machine."""
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and (
            parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
        )
    except ValueError:
        return False


def moment(text: str | None) -> datetime | None:
    """Return a point in time, or None where there is none that a calendar knows (the year 0)."""
    try:
        at = datetime.fromisoformat(text or "")
        return (at.replace(tzinfo=UTC) if at.tzinfo is None else at).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def wait_s(headers: Mapping[str, str], now: datetime) -> int:
    """How long to wait: as long as said, or until the time said, at least a second and at most an hour."""
    for name in _WAITS:
        until = _until_s(headers.get(name, ""), now)
        if until is not None:
            return math.ceil(min(max(until, 1.0), LONGEST_WAIT_S))
    return _USUAL_WAIT_S


def _until_s(told: str, now: datetime) -> float | None:
    """Read seconds, seconds since 1970, an ISO time or an HTTP date as seconds from now."""
    try:
        number = float(told)
    except ValueError:
        at = moment(told) or _http_date(told)
        return None if at is None else (at - now).total_seconds()
    if not math.isfinite(number):
        return None
    return number - now.timestamp() if number >= _EPOCH_FROM else number


def _http_date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
