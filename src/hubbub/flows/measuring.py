"""What the desk does is what people are planned by: calls, replies waited for and chats, counted day by day."""

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Access
from hubbub.care.selectors import calls, demand
from hubbub.infra.failpoints import failpoint
from hubbub.kernel.ids import WorkspaceId
from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.history import Day
from hubbub.workforce.core.plan.queue import Queue, Way
from hubbub.workforce.core.plan.wall import QUARTER, Wall, as_days
from hubbub.workforce.selectors import queues as selectors
from hubbub.workforce.selectors.measuring import Fed, to_measure
from hubbub.workforce.services.measuring import keep_measured

log = logging.getLogger(__name__)

PIECE = 28
"""Days that are counted at once."""
AGAIN = 3
"""Days that are counted once more: records of calls come a night late, and clocks of cases are dropped."""


@dataclass(frozen=True, slots=True)
class SoFar:
    """What came to a queue today; None in `day` for what is not over yet."""

    day: Day
    over: int
    """How many intervals of the day are over."""
    running: float
    """What came in the one that runs."""


def measure_all(now: datetime) -> int:
    """Measure all days that are over and were not measured yet; return how many days changed."""
    changed = 0
    for fed in to_measure(now):
        try:
            changed += measure(fed, now)
        except Exception:
            log.exception("Queue %d could not be measured", fed.id)
    return changed


def measure(fed: Fed, now: datetime) -> int:
    """Measure a queue up to yesterday, in pieces: killed between two, it goes on from there."""
    access = accounts.enter_as_hubbub(WorkspaceId(fed.workspace))
    begins = _first_day(access, fed)
    since = begins if fed.until is None else max(begins, fed.until - timedelta(days=AGAIN))
    since, changed = min(since, fed.today), 0
    while True:
        until = min(since + timedelta(days=PIECE), fed.today)
        days = _days(access, fed.queue, Wall(since, (until - since).days, fed.zone)) if until > since else ()
        changed += keep_measured(access, fed.queue, fed.id, days, until, now=now)
        failpoint("measuring.kept")
        if until == fed.today:
            return changed
        since = until


def today_so_far(access: Access, queue: int, now: datetime) -> SoFar:
    """Return what came to a queue today, up to now, and how long what was handled took."""
    line = selectors.queue(access, queue)
    step = selectors.rules(access).step_min
    zone = ZoneInfo(access.timezone)
    wall = Wall(now.astimezone(zone).date(), 1, zone)
    (day,) = as_days(wall, step, *_counted(access, line.queue, wall, until=now))
    over = wall.over(now, step)[0]

    def known(figures: tuple[float | None, ...]) -> tuple[float | None, ...]:
        return tuple(each if done else None for each, done in zip(figures, over, strict=True))

    running = sum(each or 0.0 for each, done in zip(day.arrivals, over, strict=True) if not done)
    return SoFar(
        Day(day.day, step, known(day.arrivals), known(day.handled), known(day.handling_s)), int(over.sum()), running
    )


def _first_day(access: Access, fed: Fed) -> date:
    """Return the first day of which all was heard: that after the first of which anything was."""
    heard = [
        demand.first_called(access, fed.queue.calls) if fed.queue.calls else None,
        demand.first_waited(access, fed.queue.channels) if fed.queue.channels else None,
    ]
    first = min(filter(None, heard), default=None)
    return fed.today if first is None else first.astimezone(fed.zone).date() + timedelta(days=1)


def _days(access: Access, queue: Queue, wall: Wall) -> tuple[Day, ...]:
    return as_days(wall, selectors.rules(access).step_min, *_counted(access, queue, wall))


def _counted(access: Access, queue: Queue, wall: Wall, until: datetime | None = None) -> tuple[Floats, Floats, Floats]:
    """Return what came, what was handled and the seconds that took, by quarters of an hour that pass."""
    until = until or wall.until
    came, handled, seconds = np.zeros((3, len(wall.places)))
    if queue.calls:
        load = calls.load(access, wall.since, wall.until, QUARTER)
        ours = [queue.calls in ("*", name) for name in load.queues]
        came += load.offered[ours].sum(0)
        handled += load.answered[ours].sum(0)
        seconds += load.handling_s[ours].sum(0)
    if queue.channels:
        read = demand.conversations if queue.kind.way is Way.AT_ONCE else demand.replies_wanted
        found = read(access, queue.channels, wall.since, until)
        came += wall.counted(found.came)
        handled += wall.counted(found.done)
        seconds += wall.counted(found.done, found.took)
    return came, handled, seconds
