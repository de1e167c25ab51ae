"""Columns of the stream: what somebody wants to see side by side, and up to where they have read it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hubbub.kernel.errors import InvalidInput
from hubbub.listening.core.heard import MICROSECOND, Sought

MOST: Final = 12
LOOKED_BACK: Final = timedelta(days=30)
MISSED_BACK: Final = timedelta(days=14)
"""What is older is not looked through for what somebody missed."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column. What is left out does not matter."""

    id: int
    name: str
    topic: int = 0  # EVERY_POST
    channel: str = ""
    language: str = ""
    sentiment: int | None = None
    kind: str = ""
    who: tuple[str, ...] = ()  # handles or ids, folded
    words: str = ""
    read_to: datetime | None = None

    def sought(self, kind: int | None, now: datetime) -> Sought:
        """Return which posts it shows; `kind`: the place of its kind among the kinds."""
        return self._sought(kind, now - LOOKED_BACK, now)

    def missed(self, kind: int | None, now: datetime) -> Sought:
        """Return which of them came since somebody read it."""
        since = now - MISSED_BACK
        return self._sought(kind, max(since, self.read_to + MICROSECOND) if self.read_to else since, now)

    def _sought(self, kind: int | None, since: datetime, now: datetime) -> Sought:
        return Sought(
            since, now + timedelta(minutes=1), self.topic, self.channel, self.language, self.sentiment, kind,
            who=self.who, words=self.words,
        )  # fmt: skip


def checked(column: Column) -> Column:
    """Return a column that can be kept; InvalidInput says what to mend."""
    if not column.name.strip() or len(column.name) > 60:
        raise InvalidInput(reason="Give the column a name of at most 60 characters.")
    if len(column.words) > 200:
        raise InvalidInput(reason="At most 200 characters of words.")
    return column
