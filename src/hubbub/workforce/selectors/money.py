"""What the work of some days costs and is worth: by need, or by the roster where there is one."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from hubbub.accounts.core.access import Access, Permission
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.money import HOUR_S, Curve, Money, curve, hour_cost, minutes, money, total, worth
from hubbub.workforce.core.plan.queue import DAY_MIN
from hubbub.workforce.core.plan.rules import Rules
from hubbub.workforce.core.plan.work import Met, Work, met
from hubbub.workforce.models import MemberRow
from hubbub.workforce.selectors.plan import Expected, Plan, first_skills, plan, shifts

WEEK = 7
YEARS = (2000, 2100)
NO_DAY = mark("{given} is no day; write it as 2026-11-30, between 2000 and 2100.")


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One queue over the span."""

    work: Work
    met: Met
    money: Money
    takes: Money
    """By the people that the targets need, whatever the roster has."""
    contacts: Floats
    """Of each interval; so are those below."""
    paid_h: Floats
    cost: Floats
    value: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """The present plan of some days as work and people; what money and what-ifs begin with."""

    plan: Plan
    works: tuple[Work, ...]
    by_roster: NDArray[np.bool_]
    """Of each day, whether its week has a roster."""
    known: NDArray[np.bool_]
    """Of each day, whether any queue has a forecast."""

    @property
    def rules(self) -> Rules:
        """What all planning shares."""
        return self.plan.rules

    @property
    def per_day(self) -> int:
        """Intervals of a day."""
        return DAY_MIN // self.rules.step_min

    @property
    def dates(self) -> tuple[date, ...]:
        """The days."""
        return tuple(self.plan.since + timedelta(days=each) for each in range(self.plan.days))


@dataclass(frozen=True, slots=True, eq=False)
class Accounts:
    """What the work of some days costs and is worth."""

    base: Base
    lines: tuple[Line, ...]
    loose: Money
    """What the roster costs for skills that no queue needs."""

    @property
    def all(self) -> Money:
        """All queues together."""
        return total([*(each.money for each in self.lines), self.loose])

    @property
    def takes(self) -> Money:
        """All queues together, by the people that the targets need."""
        return total(each.takes for each in self.lines)

    @property
    def days(self) -> tuple[tuple[date, Money], ...]:
        """What each day costs and is worth; hours at work and what is loose are left out."""
        found = np.zeros((4, len(self.base.dates)))
        for line in self.lines:
            for at, row in enumerate((line.contacts, line.paid_h, line.cost, line.value)):
                found[at] += row.reshape(-1, self.base.per_day).sum(axis=1)
        return tuple(
            (day, Money(contacts, 0.0, paid, cost, value))
            for day, contacts, paid, cost, value in zip(self.base.dates, *found.tolist(), strict=True)
        )

    def by(self, name: Callable[[Line], str]) -> dict[str, tuple[Line, ...]]:
        """Return the queues parted by something they have."""
        found: dict[str, list[Line]] = defaultdict(list)
        for each in self.lines:
            found[name(each)].append(each)
        return {key: tuple(value) for key, value in found.items()}


def base(access: Access, since: date, days: int) -> Base:
    """Return the present plan of some days: who is needed, or who is there where a week has a roster."""
    access.require(Permission.PLAN)
    if not YEARS[0] <= since.year <= YEARS[1]:
        raise InvalidInput(reason=say(NO_DAY, given=since))
    found = plan(access, since, days)
    worked = shifts(access, since, since + timedelta(days=days))
    weeks = {each.day - timedelta(days=each.day.weekday()) for each in worked}
    dates = [since + timedelta(days=each) for each in range(days)]
    by_roster = np.array([day - timedelta(days=day.weekday()) in weeks for day in dates], np.bool_)
    per_day = DAY_MIN // found.rules.step_min
    rostered = np.repeat(by_roster, per_day)
    works = tuple(_work(found, each, rostered) for each in found.queues)
    known = np.zeros(days, np.bool_)
    for each in found.queues:
        known |= each.known[::per_day]
    return Base(found, works, by_roster, known)


def _work(found: Plan, each: Expected, rostered: NDArray[np.bool_]) -> Work:
    there = found.there(each.queue.needs) * _share(found, each)
    people = np.where(rostered, there, each.required.astype(np.float64))
    return Work(
        each.id, each.queue, each.mean, each.handling_s, each.opens, people,
        each.bursts,
    )  # fmt: skip


def _share(found: Plan, each: Expected) -> Floats:
    """Return which part of the people of a skill is for a queue: as they are needed, else alike."""
    same = [other for other in found.queues if other.queue.needs == each.queue.needs]
    needed = np.sum([other.required for other in same], axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(needed > 0, each.required / np.maximum(needed, 1), 1.0 / len(same))


def accounts(access: Access, since: date, days: int, client: str | None = None) -> Accounts:
    """Return what the work of some days costs and is worth; of all, or of one client."""
    begun = base(access, since, days)
    by_skill, shares = _roster(access, begun), _roster_shares(begun)
    lines = []
    for at, work in enumerate(begun.works):
        if client is None or work.queue.client == client:
            needs = work.queue.needs
            parts = {day: _scaled(by_skill.get((day, needs), Money()), of[at]) for day, of in shares.items()}
            lines.append(_line(begun, work, parts, begun.plan.queues[at].required))
    needs_ = {each.queue.needs for each in begun.works}
    loose = total(part for (_, skill), part in by_skill.items() if skill not in needs_)
    return Accounts(begun, tuple(lines), loose if client is None else Money())


def _line(begun: Base, work: Work, parts: Mapping[date, Money], required: NDArray[np.int64]) -> Line:
    """Return the account of one queue, given what the roster costs for it on each day that has one."""
    rules, per_day = begun.rules, begun.per_day
    found = met(work, rules.per_s)
    hours = np.where(np.repeat(begun.by_roster, per_day), 0.0, work.people) * rules.per_s / HOUR_S
    paid = hours / (1.0 - rules.share)
    cost = paid * hour_cost(rules)
    for at, day in enumerate(begun.dates):
        if day in parts:
            span = slice(at * per_day, (at + 1) * per_day)
            there = work.people[span]
            weight = there / there.sum() if there.any() else np.full(per_day, 1.0 / per_day)
            paid[span] += parts[day].paid_h * weight
            cost[span] += parts[day].cost * weight
    comes = work.comes
    value = comes * (1.0 - found.gives_up) * worth(work.queue)
    worked = float(hours.sum()) + sum(part.work_h for part in parts.values())
    spent = Money(found.contacts, worked, float(paid.sum()), float(cost.sum()), float(value.sum()))
    takes = money(replace(work, people=required.astype(np.float64)), found, rules)
    return Line(work, found, spent, takes, comes, paid, cost, value)


def _scaled(part: Money, share: float) -> Money:
    return Money(0.0, part.work_h * share, part.paid_h * share, part.cost * share, 0.0)


def _roster_shares(begun: Base) -> dict[date, tuple[float, ...]]:
    """Return by day with a roster which part of its skill's cost each queue bears: as its people do the day's work."""
    found, per_day = {}, begun.per_day
    for at, day in enumerate(begun.dates):
        if begun.by_roster[at]:
            span = slice(at * per_day, (at + 1) * per_day)
            there = [float(each.people[span].sum()) for each in begun.works]
            skills = [each.queue.needs for each in begun.works]
            together = [sum(n for n, other in zip(there, skills, strict=True) if other == skill) for skill in skills]
            alike = [1.0 / skills.count(skill) for skill in skills]
            found[day] = tuple(n / all_ if all_ else same for n, all_, same in zip(there, together, alike, strict=True))
    return found


def _roster(access: Access, begun: Base) -> dict[tuple[date, str], Money]:
    """Return by day and skill what the roster costs, at each person's rate."""
    rules, first = begun.rules, first_skills(access)
    rows = MemberRow.objects.filter(workspace_id=access.workspace, rate__isnull=False)
    rates: dict[int, float] = {pk: rate for pk, rate in rows.values_list("id", "rate") if rate is not None}
    found: dict[tuple[date, str], Money] = defaultdict(Money)
    for shift in shifts(access, begun.plan.since, begun.plan.since + timedelta(days=begun.plan.days)):
        rate = rates.get(shift.member, rules.rate) * (1.0 + rules.on_costs)
        for skill, worked_min, paid_min in minutes(shift, first.get(shift.member, "")):
            part = Money(0.0, worked_min / 60, paid_min / 60, paid_min / 60 * rate, 0.0)
            found[shift.day, skill] = found[shift.day, skill] + part
    return dict(found)


def cost_curve(begun: Base, works: Sequence[Work], queue: int | None) -> Curve | None:
    """Return the cost of a queue against its service level, a day, over a week at most; None where nothing comes."""
    busy = [each for each in works if each.comes.any()]
    chosen = next((each for each in busy if each.id == queue), busy[0] if busy else None)
    if chosen is None:
        return None
    per_day = begun.per_day
    comes = chosen.comes.reshape(-1, per_day).sum(axis=1) > 0
    first = int(np.argmax(comes))
    span = slice(first * per_day, (first + WEEK) * per_day)
    part = replace(
        chosen, items=chosen.items[span], handling_s=chosen.handling_s[span], opens=chosen.opens[span],
        people=chosen.people[span],
    )  # fmt: skip
    return curve(part, begun.rules, float(comes[first : first + WEEK].sum()))
