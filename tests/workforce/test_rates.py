"""What people cost, what contacts are worth, and what a better service level costs."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.kernel.errors import InvalidInput
from hubbub.workforce import (
    Contacts,
    Rates,
    Targets,
    balance,
    by_client,
    calls_curve,
    cost,
    on_the_schedule,
    required_agents,
    served,
)

money = st.floats(0, 1e6)
part = st.floats(0, 1)


def test_people_cost_their_hours_with_shrinkage_on_costs_and_overtime() -> None:
    found = cost(np.full(20, 14), Rates(20, on_costs=0.2, overtime=0.5), shrinkage=0.3, overtime_hours=14)
    assert found.worked_hours == 140
    assert found.paid_hours == pytest.approx(126 / 0.7 + 14)
    assert found.wages == pytest.approx(180 * 20) and found.overtime == 14 * 30
    assert found.on_costs == pytest.approx(0.2 * (3600 + 420)) and found.total == pytest.approx(1.2 * 4020)


def test_overtime_pays_where_it_is_cheaper_than_shrinkage() -> None:
    agents, rates = np.full(20, 10), Rates(20, overtime=0.25)
    plain, over = (cost(agents, rates, shrinkage=0.3, overtime_hours=hours).total for hours in (0, 10))
    assert over < plain


@given(st.lists(st.integers(0, 500), min_size=1, max_size=50), st.floats(0, 0.9), money)
def test_whole_people_on_the_schedule_cost_no_less(agents: list[int], share: float, hour: float) -> None:
    exact = cost(agents, Rates(hour), shrinkage=share).total
    whole = cost(on_the_schedule(agents, share), Rates(hour)).total
    assert exact <= whole * (1 + 1e-9) + 1e-9


def test_what_comes_back_is_sales_times_margin_less_what_was_paid() -> None:
    lines = [
        Contacts("phone", 1000, 4000, "Acme", lost=0.05, conversion=0.1, sale_value=150, margin=0.4, fee=5000),
        Contacts("mail", 500, 800, "Acme"),
        Contacts("phone", 100, 300, "Bolt", conversion=0.5, sale_value=20, margin=0.5),
    ]
    found = by_client(lines)
    acme = found["Acme"]
    assert (acme.answered, acme.sales, acme.revenue, acme.value) == pytest.approx((1450, 95, 14250, 5700))
    assert acme.fee == 5800 and acme.returns == pytest.approx(-100) and acme.desk == 1000
    assert acme.ratio == pytest.approx(5700 / 5800)
    assert found["Bolt"].ratio == pytest.approx(500 / 300) and found["Bolt"].desk == 0
    assert acme.cost_each == pytest.approx(4800 / 1450) and found["Bolt"].value_each == 5
    assert list(found) == ["Acme", "Bolt"]


lines = st.builds(
    Contacts, st.just("phone"), money, money, client=st.sampled_from(["a", "b"]), lost=part, conversion=part,
    sale_value=money, margin=part, fee=st.none() | money,
)  # fmt: skip


@given(st.lists(lines, max_size=6))
def test_clients_together_are_the_whole_and_nothing_is_earned_but_by_what_is_answered(some: list[Contacts]) -> None:
    whole, parts = balance(some), by_client(some).values()
    for name in ("contacts", "answered", "value", "cost", "fee", "returns", "desk"):
        assert getattr(whole, name) == pytest.approx(sum(getattr(each, name) for each in parts), abs=1e-3)
    assert 0 <= whole.value <= whole.revenue * (1 + 1e-9) and whole.answered <= whole.contacts * (1 + 1e-9)


# What a better service level costs ------------------------------------------------------
CALLS = np.array([20.0, 60, 110, 140, 120, 90, 100, 70, 30])
STEPS = [(0.7, 30.0), (0.8, 20.0), (0.9, 10.0), (0.95, 10.0)]


def test_from_eighty_twenty_to_ninety_ten_costs_what_the_people_cost() -> None:
    curve = calls_curve(CALLS, STEPS, Rates(20, on_costs=0.25), shrinkage=0.3)
    for step, (level, within) in zip(curve, STEPS, strict=True):
        staff = required_agents(CALLS, Targets(level, within))
        assert step.cost == pytest.approx(staff.sum() / 2 / 0.7 * 20 * 1.25)
        met = served(CALLS, staff, within=within).in_time
        assert step.met == pytest.approx((met * CALLS).sum() / CALLS.sum()) and step.met >= level
    assert curve[0].more == curve[0].each_point == 0
    assert curve[2].more == pytest.approx(curve[2].cost - curve[1].cost) and curve[2].more > 0
    assert curve[2].each_point == pytest.approx(curve[2].more / (100 * (curve[2].met - curve[1].met)))


def test_a_better_level_pays_as_long_as_callers_who_stay_buy_enough() -> None:
    def pays(each: float) -> list[float]:
        return [step.pays for step in calls_curve(CALLS, STEPS, Rates(20), patience=90, value_each=each)[1:]]

    assert all(each < 0 for each in pays(0))
    assert all(each > 0 for each in pays(1000))
    curve = calls_curve(CALLS, STEPS, Rates(20), patience=90, value_each=30)
    assert [step.lost for step in curve] == sorted((step.lost for step in curve), reverse=True)
    best = max(curve, key=lambda step: step.returns)
    assert best.returns == pytest.approx(best.value - best.cost)
    assert curve[1].pays == pytest.approx(curve[1].returns - curve[0].returns)


@given(st.floats(0.5, 0.97), st.floats(5, 60))
def test_a_higher_share_in_the_same_time_never_costs_less(level: float, within: float) -> None:
    curve = calls_curve(CALLS, [(level, within), (min(0.99, level + 0.02), within)], Rates(20))
    assert curve[1].more >= 0


def test_a_day_without_calls_costs_nothing() -> None:
    curve = calls_curve(np.zeros(4), STEPS, Rates(20), value_each=5)
    assert all(step.cost == step.value == 0 and step.met == 1 for step in curve)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [(lambda: Rates(-1), "from 0 on"), (lambda: cost([1], Rates(1), shrinkage=1), "below 1"),
     (lambda: cost([1], Rates(1), overtime_hours=2), "no more than all"), (lambda: cost([-1], Rates(1)), "from 0 on"),
     (lambda: Contacts("phone", -1, 0), "phone: contacts"),
     (lambda: Contacts("phone", 1, 0, conversion=5), "from 0 to 1"),
     (lambda: Contacts("phone", 1, 0, "Acme", fee=-1), "Acme · phone"),
     (lambda: calls_curve([1], STEPS[:1], Rates(1)), "two"),
     (lambda: calls_curve([1], [(0.8, 20), (80, 20)], Rates(1)), "as .8")],
)  # fmt: skip
def test_what_can_not_be_is_said_in_a_sentence(wrong: Any, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        wrong()
