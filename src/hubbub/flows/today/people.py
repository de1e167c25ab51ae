"""Who is on the roster of a day, how they keep to it, and who else is here."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from hubbub.accounts.core.access import Access
from hubbub.care.core.states import AWAY, State
from hubbub.care.selectors import running
from hubbub.care.selectors.running import AtWork
from hubbub.flows.today.values import PersonToday
from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.presence import Shift
from hubbub.workforce.core.plan.queue import DAY_MIN
from hubbub.workforce.core.today.adherence import Doing, Held, Place, Where, kept, place
from hubbub.workforce.core.today.clock import minute_of, moment
from hubbub.workforce.selectors.plan import Plan
from hubbub.workforce.selectors.today import DayRoster, OnRoster


def doing(state: State) -> Doing:
    """Return what a state of the desk counts as: working time is work; of the rest, who is away is gone."""
    if state.works:
        return Doing.WORK
    return Doing.GONE if state.key == AWAY else Doing.BREAK


def people_of(
    access: Access, roster: DayRoster, found: Plan, since: datetime, at: datetime, zone: ZoneInfo
) -> tuple[tuple[PersonToday, ...], dict[str, Floats], float, tuple[str, ...]]:
    """Return who is on the roster and how they keep to it, who worked by skill, for how long, and who else is here."""
    held: dict[int, list[AtWork]] = defaultdict(list)
    for span in running.at_work(access, since - timedelta(hours=12), at):
        held[span.person].append(span)
    now = (at - since).total_seconds() / 60
    worked: dict[str, Floats] = {}
    total = 0.0
    people = []
    for member in roster.people:
        spans = [_held(each, since, at) for each in held.pop(member.person, ())] if member.person else []
        if member.person is None:
            people.append(PersonToday(member, Place(Where.ABSENT) if member.absent else None, None))
            continue
        pieces, breaks = _real(member, since, zone)
        inside = [replace(each, start=max(each.start, 0.0)) for each in spans if each.end > 0]
        at_work = [(each.start, min(each.end, now)) for each in inside if each.doing is Doing.WORK]
        total += sum(end - start for start, end in at_work)
        _count(worked, at_work, member, roster.day, since, zone, found.rules.step_min)
        where = Place(Where.ABSENT) if member.absent else place(pieces, breaks, spans, now)
        mine = None if member.absent else kept(_from(pieces, 0.0), _from(breaks, 0.0), inside, now)
        people.append(PersonToday(member, where, mine))
    extra = [
        name for person, name in sorted(roster.others.items(), key=lambda each: each[1])
        if any(each.until is None and doing(each.state) is Doing.WORK for each in held.get(person, ()))
    ]  # fmt: skip
    return tuple(people), worked, total, tuple(extra)


def _held(span: AtWork, since: datetime, at: datetime) -> Held:
    over = span.until or at + timedelta(minutes=1)  # it holds now
    return Held((span.since - since).total_seconds() / 60, (over - since).total_seconds() / 60, doing(span.state))


def _real(
    member: OnRoster, since: datetime, zone: ZoneInfo
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Return the pieces and breaks of somebody's shifts in minutes that really pass since midnight."""

    def real(shift: Shift, minute: int) -> float:
        return (moment(shift.day, minute, zone) - since).total_seconds() / 60

    shifts = [each for each in (member.before, member.shift) if each is not None]
    pieces = [(real(shift, start), real(shift, end)) for shift in shifts for start, end in shift.pieces]
    breaks = [(real(shift, start), real(shift, end)) for shift in shifts for start, end, _ in shift.breaks]
    return pieces, breaks


def _from(spans: Iterable[tuple[float, float]], first: float) -> list[tuple[float, float]]:
    return [(max(start, first), end) for start, end in spans if end > first]


def _count(
    worked: dict[str, Floats], spans: Sequence[tuple[float, float]], member: OnRoster, day: date, since: datetime,
    zone: ZoneInfo, step_min: int,
) -> None:  # fmt: skip
    """Add what somebody worked to the skill that they were to serve then."""
    first = member.skills[0] if member.skills else ""
    edges = np.arange(0, DAY_MIN + 1, step_min, dtype=np.float64)
    named = (member.shift.skills if member.shift else ()) or ((0, 2 * DAY_MIN, first),)
    for start, end in spans:
        begin, over = (minute_of(since + timedelta(minutes=each), day, zone) for each in (start, end))
        for one, two, skill in (*named, *_around(named, first)):
            into = worked.setdefault(skill, np.zeros(len(edges) - 1))
            low, high = np.maximum(edges[:-1], max(begin, one)), np.minimum(edges[1:], min(over, two))
            into += np.maximum(high - low, 0.0) / step_min


def _around(named: Sequence[tuple[int, int, str]], first: str) -> list[tuple[int, int, str]]:
    """Return the times that no skill is named for."""
    starts = min(start for start, _, _ in named)
    ends = max(end for _, end, _ in named)
    return [(0, starts, first), (ends, 2 * DAY_MIN, first)]
