"""Where we are in a feed: what was heard, so that only what is new or changed is heard again."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from hubbub.channels.adapters.feeds.parse import Entry, text_of
from hubbub.channels.core.contract import BadConnection
from hubbub.kernel.speech import say

FIRST_DAYS = timedelta(days=14)
FIRST_ENTRIES = 50
MAX_SEEN = 2_000
"""Entries remembered; twice what one document may hold, so that an entry that comes back is known."""

_PASSED_OVER = "-"


class Place(msgspec.Struct):
    """The cursor of a feed.

    `seen` maps a short hash of an entry's uri to one of its text; a leading '-' marks an entry that was
    too old to be heard at the first visit. It is None before the first visit.
    """

    etag: str = ""
    modified: str = ""
    seen: dict[str, str] | None = None

    @classmethod
    def of(cls, cursor: Any) -> "Place":
        """Read a stored cursor; None is the beginning."""
        try:
            return cls() if cursor is None else msgspec.convert(cursor, cls)
        except msgspec.ValidationError as error:
            raise BadConnection(reason=say("The feed's cursor can't be read: {error}.", error=error)) from error

    def news(self, entries: Sequence[Entry], now: datetime) -> list[Entry]:
        """Return what was not heard yet or has changed, oldest first, and pass over what is too old at first."""
        first, seen, fresh = self.seen is None, self.seen or {}, []
        for entry in entries:
            key, mark = _key(entry), _mark(entry)
            known = seen.pop(key, None)
            if known is not None:
                seen[key] = known  # most recently met last: the oldest are forgotten first
                if known.removeprefix(_PASSED_OVER) != mark:
                    fresh.append(msgspec.structs.replace(entry, edited=not known.startswith(_PASSED_OVER)))
            elif first and (len(fresh) >= FIRST_ENTRIES or (entry.at() or now) < now - FIRST_DAYS):
                seen[key] = _PASSED_OVER + mark
            else:
                fresh.append(entry)
        self.seen = seen
        return fresh[::-1]

    def heard(self, entries: Iterable[Entry]) -> None:
        """Remember entries that are about to be handed on."""
        seen = self.seen = self.seen or {}
        for entry in entries:
            key = _key(entry)
            seen.pop(key, None)
            seen[key] = _mark(entry)
        while len(seen) > MAX_SEEN:
            del seen[next(iter(seen))]

    def cursor(self, *, whole: bool) -> dict[str, Any]:
        """Return what to store; within a document (`whole` false) the next visit must ask for all of it again."""
        marks = {"etag": self.etag, "modified": self.modified} if whole else {"etag": "", "modified": ""}
        return {**marks, "seen": dict(self.seen or {})}


def _key(entry: Entry) -> str:
    return hashlib.sha256(entry.uri.encode()).hexdigest()[:16]


def _mark(entry: Entry) -> str:
    """A hash of what people read: markup around it changes at every visit of some sites."""
    return hashlib.sha256(f"{text_of(entry)}\n{entry.link}".encode()).hexdigest()[:12]
