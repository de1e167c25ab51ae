"""Queues that people are planned for, kept and read."""

from datetime import date, timedelta

import pytest

from hubbub.accounts.core.access import Role
from hubbub.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound
from hubbub.workforce.core.plan.history import Day
from hubbub.workforce.core.plan.queue import Kind
from hubbub.workforce.models import QueueRow
from hubbub.workforce.selectors import queues as selectors
from hubbub.workforce.selectors.plan import plan
from hubbub.workforce.services import queues
from tests.make import NOON, make_member, make_workspace

MONDAY = date(2026, 11, 30)


def day_of(day: date, many: float = 3.0, step: int = 30) -> Day:
    most = 1440 // step
    return Day(day, step, (many,) * most, (many,) * most, (200.0,) * most)


def test_queues_stand_in_their_order_and_are_changed_and_removed(db: None) -> None:
    mia = make_workspace()
    sales = queues.save_queue(mia, {"name": "Sales", "kind": "phone"}, now=NOON)
    queues.save_queue(mia, {"name": "Posts", "kind": "social", "channels": ["bluesky"]}, now=NOON)
    queues.save_queue(mia, {"name": "Sales", "kind": "phone", "within_s": 30.0}, queue=sales, now=NOON)
    assert [(each.queue.name, each.queue.within_s) for each in selectors.queues(mia)] == [
        ("Sales", 30.0), ("Posts", 3600.0),
    ]  # fmt: skip
    queues.remove_queue(mia, sales, now=NOON)
    assert [each.queue.kind for each in selectors.queues(mia)] == [Kind.SOCIAL]


def test_two_queues_do_not_share_a_name(db: None) -> None:
    mia = make_workspace()
    queues.save_queue(mia, {"name": "Sales", "kind": "phone"}, now=NOON)
    with pytest.raises(Conflict, match="already"):
        queues.save_queue(mia, {"name": "sales", "kind": "chat"}, now=NOON)


def test_agents_read_and_plan_nothing_and_strangers_see_nothing(db: None) -> None:
    mia = make_workspace()
    sales = queues.save_queue(mia, {"name": "Sales", "kind": "phone"}, now=NOON)
    alice = make_member(mia, "Alice")
    make_member(mia, "Lee", Role.LEAD)
    with pytest.raises(NotAllowed):
        queues.save_queue(alice, {"name": "Mine", "kind": "phone"}, now=NOON)
    charlie = make_workspace("Other", "charlie@other.example")
    assert selectors.queues(charlie) == ()
    for deed in (
        lambda: selectors.queue(charlie, sales),
        lambda: queues.remove_queue(charlie, sales, now=NOON),
        lambda: queues.take_history(charlie, sales, [day_of(MONDAY)], source="import", now=NOON),
        lambda: queues.forget_history(charlie, sales, now=NOON),
    ):
        with pytest.raises(NotFound):
            deed()


def test_a_day_that_is_taken_in_again_is_replaced_and_asks_for_a_forecast(db: None) -> None:
    mia = make_workspace()
    sales = queues.save_queue(mia, {"name": "Sales", "kind": "phone"}, now=NOON)
    days = [day_of(MONDAY + timedelta(days=each)) for each in range(3)]
    assert queues.take_history(mia, sales, days, source="import", now=NOON) == 3
    QueueRow.objects.update(forecast_due=False)
    queues.take_history(mia, sales, [day_of(MONDAY, 9.0)], source="import", now=NOON)
    assert QueueRow.objects.get().forecast_due
    kept = selectors.history(mia, sales)
    assert [each.total for each in kept] == [9.0 * 48, 3.0 * 48, 3.0 * 48]
    line = selectors.queue(mia, sales)
    assert (line.days, line.first, line.last) == (3, MONDAY, MONDAY + timedelta(days=2))
    assert queues.forget_history(mia, sales, before=MONDAY + timedelta(days=1), now=NOON) == 1


def test_intervals_change_their_length_only_while_nothing_is_kept_in_the_old_one(db: None) -> None:
    mia = make_workspace()
    sales = queues.save_queue(mia, {"name": "Sales", "kind": "phone"}, now=NOON)
    queues.take_history(mia, sales, [day_of(MONDAY)], source="import", now=NOON)
    with pytest.raises(Conflict, match="30 minutes"):
        queues.save_rules(mia, {"step_min": 15}, now=NOON)
    queues.save_rules(mia, {"step_min": 30, "rate": 14.5, "currency": "EUR"}, now=NOON)
    assert (selectors.rules(mia).rate, selectors.rules(mia).currency) == (14.5, "EUR")


def test_a_day_has_as_many_figures_as_intervals_and_none_below_nothing() -> None:
    with pytest.raises(InvalidInput, match="48"):
        Day(MONDAY, 30, (1.0,), (1.0,), (1.0,))
    with pytest.raises(InvalidInput, match="from 0 on"):
        day_of(MONDAY, -1.0)


def test_a_plan_without_a_forecast_needs_nobody(db: None) -> None:
    mia = make_workspace()
    queues.save_queue(mia, {"name": "Sales", "kind": "phone"}, now=NOON)
    found = plan(mia, MONDAY, 7)
    assert (found.intervals, found.skills) == (336, ("Sales",))
    assert not found.queues[0].known.any()
    assert not found.required("Sales").any()
    assert not found.there("Sales").any()
