"""The plan: who is needed for what is expected, and who is there for it."""

from dataclasses import replace
from datetime import date

import pytest

from hubbub.workforce.models import ForecastRow
from hubbub.workforce.selectors import plan as plans
from hubbub.workforce.selectors import rosters
from hubbub.workforce.services import people, queues
from hubbub.workforce.services import rosters as services
from tests.make import NOON, make_workspace
from tests.workforce.desk.make import MONDAY, make_forecast, make_planned_week

AUTUMN = date(2026, 10, 25)  # a Sunday, on which the clock of Berlin goes through the hour from two to three twice


def test_who_is_away_by_now_is_not_there_whatever_the_roster_says(db: None) -> None:
    mia = make_workspace()
    _, (who, other, *_) = make_planned_week(mia, many=4.0)
    for version, each in enumerate((who, other)):
        services.edit(mia, MONDAY, version, {"member": each, "day": MONDAY, "pieces": [(540, 1050)]}, now=NOON)
    before, shifts = plans.presence(mia, MONDAY, 7, 30)["Sales"], rosters.week(mia, MONDAY).shifts
    met = rosters.effect(mia, shifts, MONDAY, ()).levels[0].level
    people.note_absence(mia, who, MONDAY, MONDAY, "sick", now=NOON)
    there = plans.presence(mia, MONDAY, 7, 30)["Sales"]
    assert (before[18], there[18]) == (2, 1)
    assert rosters.effect(mia, shifts, MONDAY, ()).levels[0].level < met
    assert len(rosters.week(mia, MONDAY).shifts) == 2  # what was planned stays to be seen


def test_in_an_hour_that_comes_twice_twice_as_many_come_and_no_more_are_needed(db: None) -> None:
    mia = replace(make_workspace(), timezone="Europe/Berlin")
    queue = queues.save_queue(mia, {"name": "Night", "kind": "phone"}, now=NOON)
    told = [20.0] * 4 + [40.0] * 2 + [20.0] * 42
    ForecastRow.objects.create(
        queue_id=queue, day=AUTUMN, made_on=AUTUMN, step_min=30, model="known", mean=told, low=told, high=told,
        storm=[0.0] * 48, day_low=1.0, day_high=2.0, handling_s=[180.0] * 48,
    )  # fmt: skip
    (expected,) = plans.plan(mia, AUTUMN, 1).queues
    assert expected.mean[4] == 40
    assert len(set(expected.required.tolist())) == 1


@pytest.mark.parametrize(("kind", "more"), [("phone", True), ("social", False)])
def test_storms_are_provided_for_where_it_is_not_measured_how_posts_call_forth_others(
    db: None, kind: str, more: bool
) -> None:
    mia = make_workspace()
    data = {"name": "All", "kind": kind} | ({} if more else {"branching": 0.6})
    queue = queues.save_queue(mia, data, now=NOON)
    make_forecast(mia, queue, 40.0)
    calm = plans.plan(mia, MONDAY, 1).queues[0].required.sum()
    ForecastRow.objects.update(storm=[8.0] * 48)
    assert (plans.plan(mia, MONDAY, 1).queues[0].required.sum() > calm) == more
