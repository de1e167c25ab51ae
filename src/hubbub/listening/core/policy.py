"""Which heard posts become rows that people see; the others are counted and archived."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Heard:
    """Why one workspace heard one post."""

    private: bool
    to_us: bool
    followed: bool  # in the thread of something we follow
    narrow: bool  # heard on a stream where everything concerns us
    about_us: bool  # matched a topic about us or our products
    about_others: bool = False  # matched one about our competitors or market


def must_be_row(heard: Heard) -> bool:
    """Posts that are never shed."""
    return heard.private or heard.to_us or heard.followed or heard.narrow


@dataclass(frozen=True, slots=True)
class Wanted:
    """From which estimate on, 0 to 1, a post becomes a row; 2 is never."""

    attention: float  # of a post about us: that somebody should look
    opportunity: float  # of a post about others: that it is an opportunity


def may_be_row(heard: Heard, attention: float, opportunity: float, wanted: Wanted) -> bool:
    """Posts that become rows while the budget lasts."""
    if heard.about_us:
        return attention >= wanted.attention
    return heard.about_others and opportunity >= wanted.opportunity


@dataclass(slots=True)
class Budget:
    """How many rows a workspace still takes this minute, besides those that are never shed."""

    rows_a_minute: int
    _taken: deque[datetime] = field(default_factory=deque)

    def left(self, now: datetime) -> int:
        """Return how many it takes now."""
        while self._taken and now - self._taken[0] > timedelta(minutes=1):
            self._taken.popleft()
        return max(0, self.rows_a_minute - len(self._taken))

    def take(self, now: datetime) -> bool:
        """Spend one, or say that the minute's budget is spent."""
        if not self.left(now):
            return False
        self._taken.append(now)
        return True
