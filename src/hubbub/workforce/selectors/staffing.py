"""How the plan of some days stands: who is there against who is needed, queue by queue and together."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from hubbub.accounts.core.access import Access
from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.queue import DAY_MIN, Way
from hubbub.workforce.core.plan.standing import Meets, divided, gaps, meets
from hubbub.workforce.core.plan.work import Work
from hubbub.workforce.models import QueueRow
from hubbub.workforce.selectors.plan import Expected, Plan, plan

WEEK = 7


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One queue: what is expected, who is there for it, and what those who come meet."""

    expected: Expected
    work: Work
    gap: NDArray[np.int64]
    meets: Meets


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """The week of a plan as it stands, from Monday on; all arrays have one figure an interval of the week."""

    plan: Plan
    lines: tuple[Line, ...]
    there: Floats
    """Who answer by the roster, for all queues together."""
    asked: frozenset[int]
    """Queues whose forecast is asked for, and not yet made."""

    @property
    def per_day(self) -> int:
        """How many intervals a day has."""
        return DAY_MIN // self.plan.rules.step_min


def standing(access: Access, day: date) -> Standing:
    """Return how the week of a day stands.

    It is always a whole week, since what may wait is levelled over all of it.
    """
    monday = day - timedelta(days=day.weekday())
    found = plan(access, monday, WEEK)
    people = _people(found)
    lines = tuple(_line(each, people[each.id], found) for each in found.queues)
    there = np.sum([each.work.people for each in lines], axis=0) if lines else np.zeros(0)
    due = QueueRow.objects.filter(workspace_id=access.workspace, forecast_due=True)
    return Standing(found, lines, there, frozenset(due.values_list("pk", flat=True)))


def _people(found: Plan) -> dict[int, Floats]:
    people: dict[int, Floats] = {}
    for skill in found.skills:
        same = [each for each in found.queues if each.queue.needs == skill]
        shares = divided([each.required for each in same], found.there(skill))
        people |= {each.id: share for each, share in zip(same, shares, strict=True)}
    return people


def _line(each: Expected, people: Floats, found: Plan) -> Line:
    waits = each.queue.kind.way is Way.LATER  # who calls or chats while it is shut is not served, and does not wait
    comes = each.mean if waits else np.where(each.opens, each.mean, 0.0)
    work = Work(each.id, each.queue, comes, each.handling_s, each.opens, people, each.bursts)
    return Line(each, work, gaps(people, each.required), meets(work, found.rules.per_s))
