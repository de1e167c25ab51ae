"""The plan of some days: what is expected of each queue, who is needed for it, and who is there."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from hubbub.accounts.core.access import Access, Permission
from hubbub.workforce.core.forecast.history import passes
from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.need import need
from hubbub.workforce.core.plan.people import Answer
from hubbub.workforce.core.plan.presence import Shift, present
from hubbub.workforce.core.plan.queue import DAY_MIN, Queue
from hubbub.workforce.core.plan.rules import Rules
from hubbub.workforce.models import AbsenceRow, ForecastRow, MemberRow, ShiftRow
from hubbub.workforce.selectors.queues import QueueLine, queues, rules


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """What is expected of one queue; all arrays have one figure an interval. Nothing is expected while it is shut."""

    id: int
    queue: Queue
    bursts: float
    known: NDArray[np.bool_]
    """Whether the day was forecast."""
    opens: NDArray[np.bool_]
    mean: Floats
    low: Floats
    high: Floats
    handling_s: Floats
    required: NDArray[np.int64]
    """Who answer."""
    scheduled: Floats
    """Who stand on the schedule for it, with shrinkage."""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Some days from `since` on, interval by interval of the wall clock."""

    since: date
    days: int
    rules: Rules
    queues: tuple[Expected, ...]
    present: dict[str, Floats]
    """By skill, who answer by the roster."""

    @property
    def intervals(self) -> int:
        """How many there are."""
        return self.days * DAY_MIN // self.rules.step_min

    @property
    def skills(self) -> tuple[str, ...]:
        """The skills that are needed, in the order of the queues."""
        return tuple(dict.fromkeys(each.queue.needs for each in self.queues))

    def required(self, skill: str) -> NDArray[np.int64]:
        """Return how many people with a skill are to answer."""
        total = np.zeros(self.intervals, np.int64)
        for each in self.queues:
            if each.queue.needs == skill:
                total += each.required
        return total

    def there(self, skill: str) -> Floats:
        """Return how many people with a skill answer by the roster."""
        return self.present.get(skill, np.zeros(self.intervals))


def plan(access: Access, since: date, days: int, which: Sequence[int] | None = None) -> Plan:
    """Return the plan of some days; of all queues, or of those named.

    It is made for whole weeks: what came on Sunday is work on Monday, whatever days one looks at.
    """
    access.require(Permission.READ)
    held = rules(access)
    lines = [each for each in queues(access) if which is None or each.id in which]
    before = since.weekday()
    monday, whole = since - timedelta(days=before), -(-(before + days) // 7) * 7
    found = newest_forecasts([each.id for each in lines], monday, whole)
    per_day = DAY_MIN // held.step_min
    asked = slice(before * per_day, (before + days) * per_day)
    times = passes(monday, whole, per_day, ZoneInfo(access.timezone)).reshape(-1)
    expected = tuple(_cut(_expected(each, found.get(each.id, {}), monday, whole, held, times), asked) for each in lines)
    return Plan(since, days, held, expected, presence(access, since, days, held.step_min))


def newest_forecasts(of: Iterable[int], since: date, days: int) -> dict[int, dict[date, ForecastRow]]:
    """Return the newest forecast of each queue and day."""
    rows = ForecastRow.objects.filter(queue_id__in=list(of), day__gte=since, day__lt=since + timedelta(days=days))
    found: dict[int, dict[date, ForecastRow]] = defaultdict(dict)
    for row in rows.order_by("made_on"):
        found[row.queue_id][row.day] = row
    return found


def _expected(
    line: QueueLine, rows: dict[date, ForecastRow], since: date, days: int, held: Rules, times: Floats
) -> Expected:
    # An interval that the clock goes through twice lasts twice as long: twice as many come, and no more at once.
    per_day = DAY_MIN // held.step_min
    dates = [since + timedelta(days=each) for each in range(days)]
    opens = np.concatenate([line.queue.opens(day.weekday(), held.step_min) for day in dates])
    known = np.repeat([day in rows and rows[day].step_min == held.step_min for day in dates], per_day)
    told: dict[str, Floats] = {}
    for name in ("mean", "low", "high", "storm", "handling_s"):
        other = line.queue.handling_s if name == "handling_s" else 0.0
        figures = np.full((days, per_day), other)
        for at, day in enumerate(dates):
            if known[at * per_day]:
                figures[at] = [other if each is None else each for each in getattr(rows[day], name)]
        told[name] = figures.reshape(-1)
    # Where it is measured how far posts call forth others, storms are in that already.
    work = told["mean"] if line.bursts else told["mean"] + told["storm"]
    at_once = np.divide(work, times, out=np.zeros_like(times), where=times > 0)
    needed = need(
        line.queue, at_once, per=held.per_s, handling=told["handling_s"], opens=opens, branching=line.bursts,
        shrinkage=held.share,
    )  # fmt: skip
    return Expected(
        line.id, line.queue, line.bursts, known, opens, told["mean"], told["low"], told["high"], told["handling_s"],
        needed.answering, needed.scheduled,
    )  # fmt: skip


def _cut(whole: Expected, asked: slice) -> Expected:
    """Return some intervals of what is expected."""
    return replace(
        whole, known=whole.known[asked], opens=whole.opens[asked], mean=whole.mean[asked], low=whole.low[asked],
        high=whole.high[asked], handling_s=whole.handling_s[asked], required=whole.required[asked],
        scheduled=whole.scheduled[asked],
    )  # fmt: skip


def presence(access: Access, since: date, days: int, step_min: int) -> dict[str, Floats]:
    """Return by skill who answers in each interval, by the roster as it stands, published or not."""
    access.require(Permission.READ)
    return present(
        kept(access, shifts(access, since - timedelta(days=1), since + timedelta(days=days))), first_skills(access),
        since=since, days=days, step_min=step_min,
    )  # fmt: skip


def kept(access: Access, planned: Sequence[Shift]) -> tuple[Shift, ...]:
    """Return shifts without those of people who are away on that day by now."""
    if not planned:
        return ()
    rows = AbsenceRow.objects.filter(
        member__workspace_id=access.workspace, state=Answer.GRANTED, first__lte=max(each.day for each in planned),
        last__gte=min(each.day for each in planned),
    )  # fmt: skip
    away: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for member, first, last in rows.values_list("member", "first", "last"):
        away[member].append((first, last))
    return tuple(
        each for each in planned if not any(first <= each.day <= last for first, last in away.get(each.member, ()))
    )


def first_skills(access: Access) -> dict[int, str]:
    """Return by member the skill that a shift is for which names none."""
    rows = MemberRow.objects.filter(workspace_id=access.workspace).values_list("id", "skills")
    return {pk: skills[0] if skills else "" for pk, skills in rows}


def shifts(access: Access, since: date, until: date, member: int | None = None) -> tuple[Shift, ...]:
    """Return the shifts of a span, from the first day to before the last, by day and beginning."""
    access.require(Permission.READ)
    rows = ShiftRow.objects.filter(roster__workspace_id=access.workspace, day__gte=since, day__lt=until)
    if member is not None:
        rows = rows.filter(member_id=member)
    return tuple(sorted(map(shift_of, rows), key=lambda each: (each.day, each.start, each.id)))


def shift_of(row: ShiftRow) -> Shift:
    """Return a row as a value."""
    return Shift(
        row.pk, row.member_id, row.day, tuple((start, end) for start, end in row.pieces),
        tuple((start, end, paid) for start, end, paid in row.breaks),
        tuple((start, end, skill) for start, end, skill in row.skills), row.locked,
    )  # fmt: skip
