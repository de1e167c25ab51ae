"""Which notifications were heard already. Pure; it is what the channel's cursor holds."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

KEEP = 100
FIRST = timedelta(days=1)


@dataclass(slots=True)
class Heard:
    """The newest notifications heard, by uri, and the moment up to which all older ones are settled.

    A moment alone would not do: Bluesky sorts a notification by the time its post *claims* to have been
    written, so that a post from a phone that was offline, or has its clock wrong, turns up among older ones.
    """

    floor: datetime
    moments: dict[str, datetime] = field(default_factory=dict)

    @classmethod
    def since(cls, cursor: Any, now: datetime) -> "Heard":
        """Go on from a cursor; without one, from a day ago."""
        if cursor is None:
            return cls(now - FIRST)
        moments = {uri: datetime.fromisoformat(at) for uri, at in cursor["heard"].items()}
        return cls(datetime.fromisoformat(cursor["floor"]), moments)

    def cursor(self) -> dict[str, Any]:
        """Return what `since` goes on from, as JSON."""
        return {"floor": self.floor.isoformat(), "heard": {uri: at.isoformat() for uri, at in self.moments.items()}}

    def is_new(self, uri: str, at: datetime) -> bool:
        """Say whether a notification was not heard yet."""
        return uri not in self.moments and at > self.floor

    def add(self, uri: str, at: datetime) -> None:
        """Remember one; beyond `KEEP` of them the oldest settles everything up to it."""
        self.moments[uri] = at
        while len(self.moments) > KEEP:
            oldest = min(self.moments, key=lambda each: self.moments[each])
            self.settle(self.moments.pop(oldest))

    def settle(self, at: datetime) -> None:
        """Count everything up to a moment as heard."""
        self.floor = max(self.floor, at)

    def forget(self, uri: str) -> None:
        """Forget a post that is gone."""
        self.moments.pop(uri, None)

    def missing(self, listed: Collection[str], after: datetime) -> list[str]:
        """Return what was heard but is not listed any more, given that the list is whole after a moment."""
        return [uri for uri, at in self.moments.items() if at > after and uri not in listed]
