"""What people cost and what their work is worth, and what those who come meet."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from hubbub.workforce.core.plan.money import Money, curve, minutes, money, total
from hubbub.workforce.core.plan.presence import Shift
from hubbub.workforce.core.plan.queue import Kind, Queue, usual
from hubbub.workforce.core.plan.rules import Rules
from hubbub.workforce.core.plan.work import Met, Work, met, needed
from hubbub.workforce.core.shrinkage import Cause

HALF_HOUR = 1800.0
RULES = Rules(causes=(Cause("Away", 0.3),), rate=20.0, on_costs=0.25)


def work_of(queue: Queue, items: float = 100.0, people: float = 0.0, many: int = 20, bursts: float = 0.0) -> Work:
    row = np.ones(many)
    return Work(1, queue, items * row, queue.handling_s * row, row.astype(np.bool_), people * row, bursts)


def test_hours_become_paid_hours_and_cost_and_answered_contacts_become_value() -> None:
    queue = replace(usual(Kind.PHONE), conversion=0.1, sale_value=50.0, margin=0.4)
    found = money(work_of(queue, people=14.0), Met(2000.0, 0.9, 0.05, 10.0, 0.7), RULES)
    assert found.work_h == 140.0
    assert found.paid_h == pytest.approx(200.0)
    assert found.cost == pytest.approx(200 * 20 * 1.25)
    assert found.value == pytest.approx(1900 * 0.1 * 50 * 0.4)
    assert found.returns == pytest.approx(found.value - found.cost)
    assert found.each == pytest.approx(2.5)
    both = total([found, found])
    assert (both.cost, both.ratio) == (pytest.approx(2 * found.cost), pytest.approx(found.ratio))
    assert (Money().each, Money().ratio) == (0.0, 0.0)


def test_calls_meet_what_erlang_says_and_parts_of_people_lie_between() -> None:
    queue = usual(Kind.PHONE)
    low, high = (met(work_of(queue, people=each), HALF_HOUR).in_time for each in (13.0, 14.0))
    assert (round(low, 3), round(high, 3)) == (0.796, 0.888)
    assert met(work_of(queue, people=13.5), HALF_HOUR).in_time == pytest.approx((low + high) / 2)


def test_what_no_formula_settles_is_played() -> None:
    phone = usual(Kind.PHONE)
    full = met(work_of(phone, people=9.0), HALF_HOUR)
    assert full.played
    assert full.in_time < 0.2
    assert full.average_wait_s < 20 * HALF_HOUR
    posts = needed(work_of(usual(Kind.SOCIAL), bursts=0.6), HALF_HOUR)
    assert met(posts, HALF_HOUR).in_time >= 0.88
    assert met(replace(posts, people=posts.people * 0.7), HALF_HOUR).in_time < 0.7


def test_where_nobody_comes_or_nobody_is_there_is_said_without_playing() -> None:
    phone = usual(Kind.PHONE)
    assert met(work_of(phone, items=0.0), HALF_HOUR).contacts == 0
    gone = met(work_of(phone), HALF_HOUR)
    assert (gone.in_time, gone.left) == (0.0, 2000.0)


@pytest.mark.parametrize("kind", Kind)
def test_a_better_service_level_never_costs_less(kind: Kind) -> None:
    found = curve(work_of(usual(kind), bursts=0.8), RULES, days=1)
    assert (np.diff(found.costs) >= 0).all()
    assert found.more >= 0
    assert found.worth_asking == (kind not in (Kind.MAIL, Kind.LETTERS))  # with long deadlines, all is done in any case
    assert found.queue.level <= found.steep <= 1
    at = float(np.interp(found.queue.level, found.levels, found.costs))
    assert at == pytest.approx(found.now, rel=0.02)


def test_the_minutes_of_a_shift_are_parted_by_skill() -> None:
    shift = Shift(
        1, 7, date(2026, 11, 30), ((480, 1020),), ((600, 615, True), (720, 750, False)),
        ((480, 720, "Phone"), (750, 1020, "Mail")),
    )  # fmt: skip
    told = minutes(shift, "Chat")
    assert told == [("Phone", 225, 240), ("Mail", 270, 270)]
    assert sum(paid for _, _, paid in told) == shift.worked_min
    assert minutes(replace(shift, skills=()), "Chat")[0][0] == "Chat"
