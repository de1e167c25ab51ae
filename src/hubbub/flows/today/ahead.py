"""What the next hours bring: what is expected, who is reckoned with, and what helps."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hubbub.flows.today.desk import Desk
from hubbub.flows.today.values import Ahead, PersonToday, QueueToday
from hubbub.workforce.core.plan.presence import Shift
from hubbub.workforce.core.plan.queue import DAY_MIN, Way
from hubbub.workforce.core.plan.rules import Rules
from hubbub.workforce.core.today.adherence import Where
from hubbub.workforce.core.today.reached import OpenTime
from hubbub.workforce.core.today.remedies import HORIZON_MIN, Member, expected, helped
from hubbub.workforce.core.today.rest import Parts
from hubbub.workforce.core.today.served import Backlog, Line, Rest

LONGEST_MIN = 600
"""Somebody may be asked to work so long a day."""


def ahead_of(
    queues: Sequence[QueueToday], people: Sequence[PersonToday], desk: Desk, held: Rules, now_min: float
) -> Ahead:
    """Return what the next hours bring, and what helps where people will be missing."""
    parts = Parts(now_min, held.step_min)
    lines = []
    for each in queues:
        left = slice(parts.first, None)
        opened = OpenTime(each.queue, desk.day)
        due = opened.due(np.array(desk.waiting(each.queue)), each.queue.within_s)
        later = each.queue.kind.way is Way.LATER
        lines.append(
            Line(
                each.id, each.queue, np.where(each.opens, each.now.mean, 0.0)[left],
                each.handling_s[left], each.opens[left], each.required[left],
                Backlog(tuple(map(float, due)) if later else ()),
            )
        )  # fmt: skip
    rest = Rest(parts, tuple(lines))
    members = [one for each in people for one in _members(each, held, now_min)]
    help_ = helped(members, rest, overtime=held.overtime)
    there = expected(members, rest)
    return Ahead(rest, parts.within(HORIZON_MIN), there, rest.levels(there), help_)


def with_waiting(each: QueueToday, rest: Rest) -> QueueToday:
    """Return a queue with who is needed in the rest of the day for what waits too."""
    return replace(each, required=np.concatenate([each.required[: rest.parts.first], rest.by_line[each.id]]))


def _members(person: PersonToday, held: Rules, now_min: float) -> list[Member]:
    """Return somebody as they are reckoned with; also in a shift that began yesterday."""
    member, where = person.member, person.place.where if person.place else None
    if where is Where.ABSENT:
        return []
    from_min = 0.0
    if where is Where.MISSING:
        from_min = float(DAY_MIN)
    elif where is Where.LATE:
        from_min = now_min + 15
    rate = (member.rate if member.rate is not None else held.rate) * (1 + held.on_costs)
    found = []
    if member.before is not None:
        found.append(
            Member(
                member.id, _shifted(member.before), member.skills, False, from_min, rate, most_later=0, most_earlier=0
            )
        )
    if member.shift is not None:
        most = max(0, LONGEST_MIN - member.shift.worked_min)
        later = most if member.next_start is None else min(most, member.next_start - member.rest_min - member.shift.end)
        earlier = most if member.last_end is None else min(most, member.shift.start - member.rest_min - member.last_end)
        here = where in (None, Where.HERE, Where.BREAK, Where.LONG_BREAK, Where.NOT_YET)
        found.append(
            Member(
                member.id, member.shift, member.skills, here, from_min, rate, member.windows, max(0, later),
                max(0, earlier),
            )
        )  # fmt: skip
    return found


def _shifted(shift: Shift) -> Shift:
    return Shift(
        shift.id, shift.member, shift.day,
        tuple((start - DAY_MIN, end - DAY_MIN) for start, end in shift.pieces),
        tuple((start - DAY_MIN, end - DAY_MIN, paid) for start, end, paid in shift.breaks),
        tuple((start - DAY_MIN, end - DAY_MIN, skill) for start, end, skill in shift.skills), shift.locked,
    )  # fmt: skip
