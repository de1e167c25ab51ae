"""What the desk counted on a day, read once for all queues."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from hubbub.accounts.core.access import Access
from hubbub.care.selectors import running
from hubbub.care.selectors.running import Wanted
from hubbub.workforce.core.plan.queue import Queue, Way
from hubbub.workforce.core.today.clock import minute_of
from hubbub.workforce.core.today.reached import Came
from hubbub.workforce.selectors.plan import Plan


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """What the desk counted, read once for all queues."""

    calls: dict[str, list[Wanted]]
    cases: dict[str, list[Wanted]]
    done: dict[str, tuple[int, float]]
    waits: dict[str, list[float]]
    """By channel, since which minute of the day each waits."""
    at: datetime
    zone: ZoneInfo
    day: date

    @staticmethod
    def read(
        access: Access, found: Plan, since: datetime, until: datetime, at: datetime, zone: ZoneInfo, day: date
    ) -> "Desk":
        """Read a day, up to a moment."""
        channels = {channel for each in found.queues for channel in each.queue.channels}
        calls, cases, waits = defaultdict(list), defaultdict(list), defaultdict(list)
        for one in running.callers(access, since, until) if any(each.queue.calls for each in found.queues) else ():
            calls[one.source].append(one)
        for one in running.writers(access, channels, since, until):
            cases[one.source].append(one)
        for channel, begun in running.waiting(access, channels) if at < until else ():
            waits[channel].append(minute_of(begun, day, zone))
        return Desk(calls, cases, running.handled(access, channels, since, until), waits, at, zone, day)

    def wanted(self, queue: Queue) -> list[Wanted]:
        """Return who wanted a queue: of chats, who began one."""
        names = self.calls if queue.calls == "*" else [queue.calls] if queue.calls else ()
        found = [one for name in names for one in self.calls.get(name, ())]
        first = queue.kind.way is Way.AT_ONCE
        return found + [one for name in queue.channels for one in self.cases.get(name, ()) if one.first or not first]

    def handling(self, queue: Queue) -> tuple[float, float]:
        """Return how many were handled, and the mean of the seconds that took."""
        took = [one.handled_s for one in self.wanted(queue) if one.handled_s > 0]
        many, seconds = len(took), sum(took)
        for name in queue.channels:
            more, longer = self.done.get(name, (0, 0.0))
            many, seconds = many + more, seconds + longer
        return float(many), seconds / many if many else 0.0

    def waiting(self, queue: Queue) -> list[float]:
        """Return since which minute each waits."""
        return [minute for name in queue.channels for minute in self.waits.get(name, ())]

    @property
    def handled_s(self) -> float:
        """All seconds that contacts took."""
        return sum(one.handled_s for each in self.calls.values() for one in each) + sum(
            seconds for _, seconds in self.done.values()
        )


def columns(found: Sequence[Wanted], now: datetime, zone: ZoneInfo, day: date) -> Came:
    """Return who wanted a queue as columns; who still waits, waits until now."""
    return Came(
        np.array([minute_of(each.at, day, zone) for each in found], np.float64),
        np.array([np.nan if each.until is None else minute_of(each.until, day, zone) for each in found], np.float64),
        np.array([((each.until or now) - each.at).total_seconds() for each in found], np.float64),
        np.array([each.lost for each in found], np.bool_),
    )
