"""What people cost and what their work is worth, and how the cost grows with the service level. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final

import numpy as np

from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.money import Contacts, Cost, Rates, balance, cost
from hubbub.workforce.core.plan.presence import Shift
from hubbub.workforce.core.plan.queue import Queue, Way
from hubbub.workforce.core.plan.rules import Rules
from hubbub.workforce.core.plan.work import Met, Work, needed

HOUR_S: Final = 3600.0
POINTS: Final = np.arange(50, 100) / 100
"""The service levels of a curve."""
SOME: Final = np.array([50, 70, 80, 90, 95, 98, 99]) / 100
"""Those that are reckoned for work that may wait, which takes longer; what is between lies on lines."""
BEFORE: Final = 5


@dataclass(frozen=True, slots=True)
class Money:
    """What some work costs and is worth over some days."""

    contacts: float = 0.0
    work_h: float = 0.0
    """Hours in which people answer or could."""
    paid_h: float = 0.0
    """Hours that are paid for that."""
    cost: float = 0.0
    value: float = 0.0
    """What is earned by what is sold: contacts · conversion · value of a sale · margin."""

    def __add__(self, other: "Money") -> "Money":
        """Return both together."""
        return Money(
            self.contacts + other.contacts, self.work_h + other.work_h, self.paid_h + other.paid_h,
            self.cost + other.cost, self.value + other.value,
        )  # fmt: skip

    @property
    def returns(self) -> float:
        """What is left of the value when the cost is paid."""
        return self.value - self.cost

    @property
    def each(self) -> float:
        """What one contact costs; 0 where nobody comes."""
        return self.cost / self.contacts if self.contacts else 0.0

    @property
    def ratio(self) -> float:
        """What each unit of money that is spent brings; 0 where nothing is."""
        return self.value / self.cost if self.cost else 0.0


def total(of: Iterable[Money]) -> Money:
    """Return all together."""
    return reduce(lambda one, other: one + other, of, Money())


def rates(rules: Rules) -> Rates:
    """Return what an hour costs at the place."""
    return Rates(rules.rate, rules.on_costs)


def hour_cost(rules: Rules) -> float:
    """Return what a paid hour costs, on-costs included."""
    return cost([1.0], rates(rules), per=HOUR_S).total


def worth(queue: Queue) -> float:
    """Return what a contact is worth that gets an answer."""
    return queue.conversion * queue.sale_value * queue.margin


def cost_of(work: Work, rules: Rules) -> Cost:
    """Return what the people of some work cost, by the hours they answer."""
    return cost(work.people, rates(rules), per=rules.per_s, shrinkage=rules.share)


def money(work: Work, met: Met, rules: Rules) -> Money:
    """Return what the people of some work cost, and what the contacts are worth that got an answer."""
    spent, queue = cost_of(work, rules), work.queue
    contacts = Contacts(
        queue.kind, met.contacts, spent.total, queue.client, met.gives_up, queue.conversion, queue.sale_value,
        queue.margin,
    )  # fmt: skip
    return Money(met.contacts, spent.worked_hours, spent.paid_hours, spent.total, balance([contacts]).value)


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """What a queue costs a day at each service level."""

    id: int
    """Of the queue."""
    queue: Queue
    levels: Floats
    costs: Floats
    now: float
    """At its target."""
    better: Queue
    """With ten points more, for calls within half the time."""
    more: float
    """What that costs more a day."""
    steep: float
    """Above this level every point costs more than the five below the target together; 1 where there is none."""

    @property
    def worth_asking(self) -> bool:
        """Whether its cost grows with the level at all."""
        return bool(self.costs[-1] > self.costs[0])


def curve(work: Work, rules: Rules, days: float) -> Curve:
    """Return what a queue costs a day as its service level grows; its other targets hold as well.

    Parameters
    ----------
    days : how many days of work the intervals are
    """

    def costs_of(queue: Queue) -> float:
        return cost_of(needed(replace(work, queue=queue), rules.per_s), rules).total / days

    queue = work.queue
    asked = SOME if queue.kind.way is Way.LATER else POINTS
    found = np.array([costs_of(replace(queue, level=float(level))) for level in asked])
    costs = np.interp(POINTS, asked, np.maximum.accumulate(found))
    quicker = queue.within_s / 2 if queue.kind.way is Way.NOW else queue.within_s
    better = replace(queue, level=min(0.98, queue.level + 0.1), within_s=quicker)
    now = costs_of(queue)
    return Curve(
        work.id, queue, POINTS, costs, now, better, costs_of(better) - now, steep_from(POINTS, costs, queue.level)
    )


def steep_from(levels: Floats, costs: Floats, target: float) -> float:
    """Return the level above which every point costs more than the five below the target together; 1: there is none.

    A point is reckoned over three, since whole people make a curve of small steps.

    >>> levels = np.arange(50, 100) / 100
    >>> steep_from(levels, -np.log(1 - levels), 0.8)
    0.95
    """
    before = float(np.interp(target, levels, costs) - np.interp(target - BEFORE / 100, levels, costs))
    points = (costs[3:] - costs[:-3]) / 3  # the one in the middle
    dear = np.logical_and.accumulate((points > before)[::-1])[::-1] & (levels[1:-2] >= target)
    return float(levels[1:-2][dear].min(initial=1.0))


def minutes(shift: Shift, first: str) -> list[tuple[str, int, int]]:
    """Return by skill how many minutes of a shift somebody answers, and how many are paid.

    What no skill is named for goes to the first of those that are.
    """
    named = shift.skills or ((shift.start, shift.end, first),)
    found: dict[str, list[int]] = {}
    for start, end, skill in named:
        there = _inside(shift.pieces, start, end)
        rests = _inside([(a, b) for a, b, _ in shift.breaks], start, end)
        unpaid = _inside([(a, b) for a, b, paid in shift.breaks if not paid], start, end)
        sums = found.setdefault(skill, [0, 0])
        sums[0] += there - rests
        sums[1] += there - unpaid
    told = [(skill, worked, paid) for skill, (worked, paid) in found.items()]
    rest = shift.worked_min - sum(paid for _, _, paid in told)
    skill, worked, paid = told[0]
    return [(skill, worked, paid + rest), *told[1:]]


def _inside(spans: Iterable[tuple[int, int]], start: int, end: int) -> int:
    return sum(max(0, min(b, end) - max(a, start)) for a, b in spans)
