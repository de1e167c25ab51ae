"""A day as it runs, or as it went: plan, forecast, actual and people; and who is behind a figure."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from hubbub.accounts.core.access import Access
from hubbub.care.selectors import running
from hubbub.care.selectors.running import Behind
from hubbub.flows.today.ahead import ahead_of, with_waiting
from hubbub.flows.today.desk import Desk, columns
from hubbub.flows.today.people import people_of
from hubbub.flows.today.values import Ahead, QueueToday, SkillToday, Today
from hubbub.kernel.errors import NotFound
from hubbub.kernel.speech import say
from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.need import need
from hubbub.workforce.core.plan.presence import present
from hubbub.workforce.core.plan.queue import DAY_MIN, Way
from hubbub.workforce.core.plan.rules import Rules
from hubbub.workforce.core.today.adherence import together
from hubbub.workforce.core.today.clock import minute_of, moment
from hubbub.workforce.core.today.reached import OpenTime, in_time, reached
from hubbub.workforce.core.today.rest import Outlook, outlook, slower
from hubbub.workforce.selectors.plan import Expected, Plan, plan
from hubbub.workforce.selectors.queues import queue as one_queue
from hubbub.workforce.selectors.queues import rules
from hubbub.workforce.selectors.today import DayRoster, day_roster

EARLIEST = date(2000, 1, 1)


class NoSuchDay(NotFound):
    """A day that has not begun, or that nobody knows anything of."""

    message = "{reason}"


def today(access: Access, now: datetime, day: date | None = None) -> Today:
    """Return a day as it runs, or as it went.

    Raises
    ------
    NoSuchDay
        If it is still to come, or too long ago.
    """
    zone = ZoneInfo(access.timezone)
    present = now.astimezone(zone).date()
    day = day or present
    if day > present:
        raise NoSuchDay(reason=say("That day is still to come. Its plan stands under Staffing."))
    if day < EARLIEST:
        raise NoSuchDay(reason=say("That day is too long ago."))
    since, until = moment(day, 0, zone), moment(day, DAY_MIN, zone)
    at = min(now, until)
    now_min = min(minute_of(at, day, zone), float(DAY_MIN)) if day == present else float(DAY_MIN)
    found, roster = plan(access, day, 1), day_roster(access, day)
    desk = Desk.read(access, found, since, until, at, zone, day)
    people, worked, worked_min, extra = people_of(access, roster, found, since, at, zone)
    queues = tuple(_queue(each, desk, found.rules, day, now_min) for each in found.queues)
    ahead = None if now_min >= DAY_MIN else ahead_of(queues, people, desk, found.rules, now_min)
    if ahead is not None:
        queues = tuple(with_waiting(each, ahead.rest) for each in queues)
    planned, nobody = _planned(roster, found), np.zeros(found.intervals)
    skills = tuple(
        SkillToday(
            skill,
            _added(queues, skill, found),
            planned.get(skill, nobody),
            _there(planned.get(skill, nobody), skill, ahead),
            _seen(worked.get(skill), found, now_min),
        )
        for skill in found.skills
    )
    busy = desk.handled_s / 60 / worked_min if worked_min > 0 else None
    return Today(
        day, at, now_min, found, roster, queues, skills, people, extra,
        together(each.kept for each in people if each.kept is not None), busy, ahead,
    )  # fmt: skip


def behind(
    access: Access,
    which: int,
    now: datetime,
    day: date | None = None,
    interval: int | None = None,
    *,
    lost: bool = False,
) -> tuple[tuple[Behind, bool | None], ...]:
    """Return who wanted a queue on a day or in one interval of it, and whether each was in time; None: still open.

    With `lost`, only callers who gave up.
    """
    zone = ZoneInfo(access.timezone)
    day = day or now.astimezone(zone).date()
    line = one_queue(access, which)
    step = rules(access).step_min
    first, last = (0, DAY_MIN) if interval is None else (interval * step, (interval + 1) * step)
    since, until = moment(day, first, zone), moment(day, last, zone)
    found: list[Behind] = []
    if line.queue.calls:
        found += running.behind_calls(access, line.queue.calls, since, until, lost=lost)
    if line.queue.channels and not lost:
        first_only = line.queue.kind.way is Way.AT_ONCE
        found += running.behind_cases(access, line.queue.channels, since, until, first=first_only)
    found.sort(key=lambda each: each.wanted.at)
    came = columns([each.wanted for each in found], now, zone, day)
    kept_ = in_time(line.queue, came, OpenTime(line.queue, day), minute_of(now, day, zone))
    return tuple((each, None if np.isnan(one) else bool(one)) for each, one in zip(found, kept_, strict=True))


def _queue(each: Expected, desk: Desk, held: Rules, day: date, now_min: float) -> QueueToday:
    opened = OpenTime(each.queue, day)
    came = reached(
        each.queue, columns(desk.wanted(each.queue), desk.at, desk.zone, day), opened, now_min, held.step_min
    )
    ends = np.arange(1, len(each.mean) + 1) * held.step_min
    over = ends <= now_min
    seen = np.where(over, came.offered, np.nan)
    looks = outlook(
        each.mean, each.low, each.high, seen if each.queue.fed else np.full(len(seen), np.nan), step_min=held.step_min
    )
    many, mean_s = desk.handling(each.queue)
    weights = each.mean if each.mean.any() else np.ones(len(each.mean))
    usual_s = float(np.average(each.handling_s, weights=weights))
    factor = slower(usual_s, mean_s, many)
    required = _required(each, looks, factor, over, held)
    waits = np.array(desk.waiting(each.queue), np.float64)
    late = (opened.due(waits, each.queue.within_s) < now_min).sum() if len(waits) else 0
    begun = np.clip((now_min - (ends - held.step_min)) / held.step_min, 0.0, 1.0)
    return QueueToday(
        each.id, each.queue, each.opens, bool(each.known.any()), each.mean, each.low, each.high, looks, came,
        np.where(over, each.required, required).astype(np.float64), len(waits), int(late),
        float(each.mean @ begun), each.handling_s * factor, factor,
    )  # fmt: skip


def _required(each: Expected, looks: Outlook, factor: float, over: NDArray[np.bool_], held: Rules) -> NDArray[np.int64]:
    """Return who are to answer now; work that may wait, which is planned by the week, in proportion to what is left."""
    if over.all():
        return each.required
    if each.queue.kind.way is Way.LATER:
        before = float(each.mean[~over].sum())
        more = factor * float(looks.mean[~over].sum()) / before if before else 1.0
        return np.asarray(np.rint(each.required * more), np.int64)
    return need(each.queue, looks.mean, per=held.per_s, handling=each.handling_s * factor, opens=each.opens).answering


def _added(queues: Iterable[QueueToday], skill: str, found: Plan) -> Floats:
    return sum((each.required for each in queues if each.queue.needs == skill), np.zeros(found.intervals))


def _planned(roster: DayRoster, found: Plan) -> dict[str, Floats]:
    """Return by skill who is to answer by the roster."""
    shifts = [shift for each in roster.people for shift in (each.before, each.shift) if shift is not None]
    first = {each.id: each.skills[0] if each.skills else "" for each in roster.people}
    return present(shifts, first, since=roster.day, days=1, step_min=found.rules.step_min)


def _there(planned: Floats, skill: str, ahead: Ahead | None) -> Floats:
    if ahead is None:
        return planned
    return np.concatenate([planned[: ahead.rest.parts.first], ahead.there[skill]])


def _seen(worked: Floats | None, found: Plan, now_min: float) -> Floats:
    ends = np.arange(1, found.intervals + 1) * found.rules.step_min
    return np.where(ends <= now_min, np.zeros(found.intervals) if worked is None else worked, np.nan)
