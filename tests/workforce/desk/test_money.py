"""What the work of some days costs and is worth, read from the plan."""

import pytest

from hubbub.accounts.core.access import Role
from hubbub.kernel.errors import NotAllowed
from hubbub.workforce.selectors.money import accounts, cost_curve
from hubbub.workforce.services.queues import save_queue, save_rules
from tests.make import NOON, make_member, make_workspace
from tests.workforce.desk.plans import MONDAY, RULES, SALES, expect, make_plan, make_roster


def test_without_a_roster_a_week_costs_what_the_targets_need(db: None) -> None:
    mia = make_workspace()
    make_plan(mia)
    found = accounts(mia, MONDAY, 7)
    sales = found.lines[0]
    assert sales.met.contacts == 100 * 20 * 5
    assert sales.money.work_h == 14 * 10 * 5  # 14 answer 100 calls of three minutes in half an hour
    assert sales.money.paid_h == pytest.approx(700 / 0.7)
    assert sales.money.cost == pytest.approx(1000 * 20 * 1.25)
    assert sales.money.value == pytest.approx(10_000 * 0.1 * 50 * 0.4)
    assert sales.met.in_time == pytest.approx(0.888, abs=0.001)
    assert found.all.cost == pytest.approx(sum(each.money.cost for each in found.lines))
    assert not found.base.by_roster.any()


def test_a_week_with_a_roster_costs_its_shifts_at_each_persons_rate(db: None) -> None:
    mia = make_workspace()
    make_plan(mia, days=14)
    make_roster(mia, "Sales", 10, rate=30.0)
    make_roster(mia, "Posts", 2)
    make_roster(mia, "Snark", 1)
    found = accounts(mia, MONDAY, 14)
    sales, posts = found.lines
    first_week = 10 * 5 * 9.5
    assert sales.money.paid_h == pytest.approx(first_week + 1000)  # the second week has no roster
    assert sales.money.cost == pytest.approx(first_week * 30 * 1.25 + 1000 * 20 * 1.25)
    assert posts.money.paid_h > 2 * 5 * 9.5
    assert found.loose.cost == pytest.approx(5 * 9.5 * 20 * 1.25)
    assert (found.base.by_roster[:7].all(), found.base.by_roster[7:].any()) == (True, False)
    assert sales.met.in_time < 0.8  # ten people and their lunch are too few in the first week


def test_days_and_intervals_come_to_what_the_span_does(db: None) -> None:
    mia = make_workspace()
    make_plan(mia, days=14)
    make_roster(mia, "Sales", 10, rate=30.0)
    found = accounts(mia, MONDAY, 14)
    for line in found.lines:
        for row, whole in (
            (line.contacts, "contacts"),
            (line.paid_h, "paid_h"),
            (line.cost, "cost"),
            (line.value, "value"),
        ):
            assert row.sum() == pytest.approx(getattr(line.money, whole))
    days = [sums for _, sums in found.days]
    assert sum(each.cost for each in days) == pytest.approx(found.all.cost)
    sales = found.lines[0]
    assert sales.cost[:48].sum() == pytest.approx(10 * 9.5 * 30 * 1.25)
    assert sales.takes.cost == pytest.approx(2 * 25_000)


def test_queues_that_share_people_share_what_they_cost(db: None) -> None:
    mia = make_workspace()
    sales, _ = make_plan(mia)
    second = save_queue(mia, {**SALES, "name": "Orders", "skill": "Sales"}, now=NOON)
    expect(second, 100.0, 180.0)
    make_roster(mia, "Sales", 30)
    found = {each.work.id: each.money for each in accounts(mia, MONDAY, 7).lines}
    assert found[sales].cost == pytest.approx(found[second].cost)
    assert found[sales].cost + found[second].cost == pytest.approx(30 * 5 * 9.5 * 20 * 1.25)


def test_a_client_sees_its_own_queues_alone(db: None) -> None:
    mia = make_workspace()
    make_plan(mia)
    found = accounts(mia, MONDAY, 7, "Quokka Bank")
    assert [each.work.queue.name for each in found.lines] == ["Posts"]
    assert found.all.cost == found.lines[0].money.cost


def test_the_curve_is_of_one_day_and_of_the_queue_that_is_asked_for(db: None) -> None:
    mia = make_workspace()
    sales, posts = make_plan(mia, days=30)
    found = accounts(mia, MONDAY, 30)
    works = [each.work for each in found.lines]
    first = cost_curve(found.base, works, None)
    assert first is not None and first.queue.name == "Sales"
    assert first.now == pytest.approx(14 * 10 / 0.7 * 20 * 1.25)
    other = cost_curve(found.base, works, posts)
    assert other is not None and other.queue.name == "Posts"
    assert cost_curve(found.base, [], sales) is None


def test_money_is_for_who_plans_and_of_one_workspace(db: None) -> None:
    mia = make_workspace()
    make_plan(mia)
    for role in (Role.AGENT, Role.ANALYST):
        with pytest.raises(NotAllowed):
            accounts(make_member(mia, role.name.title(), role), MONDAY, 7)
    lee = make_member(mia, "Lee", Role.LEAD)
    assert accounts(lee, MONDAY, 7).all.cost > 0
    charlie = make_workspace("Other", "charlie@other.example")
    save_rules(charlie, RULES, now=NOON)
    assert accounts(charlie, MONDAY, 7).lines == ()
