"""What-ifs: reckoned beside the plan, kept, shared and withdrawn."""

from dataclasses import replace
from typing import Any

import pytest

from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import AuditEntry
from hubbub.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound
from hubbub.workforce.core.plan.whatif import WhatIf, data_of
from hubbub.workforce.models import ForecastRow
from hubbub.workforce.selectors import scenarios as selectors
from hubbub.workforce.selectors.scenarios import what_if
from hubbub.workforce.services import scenarios
from tests.make import NOON, make_member, make_workspace
from tests.workforce.desk.plans import MONDAY, make_plan, make_roster


def tried(access: Access, **data: Any) -> Any:
    return what_if(access, MONDAY, 7, data).answer


def test_nothing_changed_is_the_plan_three_times(db: None) -> None:
    mia = make_workspace()
    make_plan(mia)
    found = tried(mia)
    assert found.now == found.same == found.needed
    assert found.now.all.money.contacts == 10_000 + 25 * 48 * 7  # posts come at night, too, and wait for the morning


def test_more_calls_are_met_worse_by_the_same_people_and_take_more(db: None) -> None:
    mia = make_workspace()
    sales, _ = make_plan(mia)
    found = tried(mia, changes={sales: {"arrivals": 0.1}})
    now, same, takes = (each.lines[0] for each in (found.now, found.same, found.needed))
    assert same.money.contacts == pytest.approx(11_000)
    assert same.met.in_time < now.met.in_time - 0.05
    assert same.money.cost == now.money.cost
    assert takes.met.in_time >= 0.8
    assert takes.money.paid_h > now.money.paid_h
    assert found.same.lines[1] == found.now.lines[1]  # the other queue is as it was


def test_fewer_people_and_more_away_and_other_targets(db: None) -> None:
    mia = make_workspace()
    sales, _ = make_plan(mia)
    fewer = tried(mia, people={"Sales": -2})
    assert fewer.same.lines[0].money.work_h == 600
    assert fewer.same.lines[0].met.in_time < fewer.now.lines[0].met.in_time
    away = tried(mia, shrinkage=0.5)
    assert away.same.all.money.paid_h == pytest.approx(away.now.all.money.paid_h)
    assert away.same.all.money.work_h == pytest.approx(away.now.all.money.work_h * 0.5 / 0.7)
    assert away.needed.all.money.cost == pytest.approx(away.now.all.money.cost * 0.7 / 0.5)
    better = tried(mia, changes={sales: {"level": 0.95, "within_s": 10.0}})
    assert better.needed.lines[0].money.cost > better.now.lines[0].money.cost
    assert better.same.lines[0].target == (0.95, 10.0)


def test_a_storm_makes_posts_late_and_people_who_can_help_mend_it(db: None) -> None:
    mia = make_workspace()
    _, posts = make_plan(mia)
    storm = {"queue": posts, "items": 300.0, "day": 1, "start_min": 600}
    alone = tried(mia, storm=storm)
    assert alone.same.lines[1].met.contacts == pytest.approx(alone.now.lines[1].met.contacts + 300, abs=2)
    assert alone.same.lines[1].met.in_time < alone.now.lines[1].met.in_time - 0.05
    helped = tried(mia, storm=storm, blends=[{"skill": "Sales", "also": "Posts", "people": 6}], reserve=1)
    assert helped.blended
    assert helped.same.lines[1].met.in_time > alone.same.lines[1].met.in_time + 0.05


def test_it_goes_by_the_roster_where_there_is_one(db: None) -> None:
    mia = make_workspace()
    make_plan(mia)
    make_roster(mia, "Sales", 12)
    make_roster(mia, "Posts", 3)
    found = tried(mia, people={"Sales": 1})
    assert found.now.lines[0].peak == 12
    assert found.same.lines[0].peak == 13


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"changes": {987: {"arrivals": 0.1}}}, "not planned any more"),
        ({"changes": {"Sales": {"arrivals": 20.0}}}, "900 %"),
        ({"changes": {"Sales": {"level": 1.2}}}, "service level"),
        ({"people": {"Sales": 5_000}}, "1,000"),
        ({"people": {"Golf": 1}}, "not planned any more"),
        ({"shrinkage": 1.0}, "below 100 %"),
        ({"storm": {"queue": "Posts", "items": 10.0, "day": 8, "start_min": 0}}, "within these days"),
        ({"storm": {"queue": 987, "items": 10.0, "day": 0, "start_min": 0}}, "not planned any more"),
        ({"blends": [{"skill": "Sales", "also": "Sales", "people": 1}]}, "another one"),
        ({"blends": [{"skill": "Sales", "also": "Posts", "people": 0}]}, "1,000"),
        ({"reserve": -1}, "from 0 to"),
    ],
)
def test_what_makes_no_sense_gets_a_sentence(db: None, data: dict[str, Any], words: str) -> None:
    mia = make_workspace()
    ids = dict(zip(("Sales", "Posts"), make_plan(mia), strict=True))
    told = {**data}
    if "changes" in told:
        told["changes"] = {ids.get(str(key), key): value for key, value in told["changes"].items()}
    if "storm" in told:
        told["storm"] = {**told["storm"], "queue": ids.get(str(told["storm"]["queue"]), told["storm"]["queue"])}
    with pytest.raises(InvalidInput, match=words):
        tried(mia, **told)


def test_what_is_kept_comes_back_as_it_was_whatever_the_plan_becomes(db: None) -> None:
    mia = make_workspace()
    sales, posts = make_plan(mia)
    data = {
        "changes": {sales: {"arrivals": 0.1, "level": 0.9}}, "people": {"Posts": -1}, "shrinkage": 0.4, "reserve": 2,
        "storm": {"queue": posts, "items": 50.0, "day": 0, "start_min": 600},
        "blends": [{"skill": "Sales", "also": "Posts", "people": 2}],
    }  # fmt: skip
    reckoned = what_if(mia, MONDAY, 7, data)
    made = scenarios.keep(mia, "Summer", MONDAY, 7, data, now=NOON)
    found = selectors.scenario(mia, made)
    assert (found.asked, found.answer, found.by) == (reckoned.asked, reckoned.answer, "Mia")
    ForecastRow.objects.filter(queue_id=posts).delete()
    assert selectors.scenario(mia, made).answer == reckoned.answer
    scenarios.renew(mia, made, now=NOON)
    assert selectors.scenario(mia, made).answer.now.all.money.contacts == 10_000
    assert data_of(WhatIf()) == data_of(replace(found.asked, changes={}, people={}, shrinkage=None, storm=None,
                                                blends=(), reserve=0))  # fmt: skip


def test_names_are_given_once_and_are_some(db: None) -> None:
    mia = make_workspace()
    make_plan(mia)
    scenarios.keep(mia, "Summer", MONDAY, 7, {}, now=NOON)
    with pytest.raises(Conflict, match="already"):
        scenarios.keep(mia, "summer", MONDAY, 7, {}, now=NOON)
    with pytest.raises(InvalidInput, match="a name"):
        scenarios.keep(mia, " ", MONDAY, 7, {}, now=NOON)


def test_a_shared_one_is_seen_by_its_address_until_it_is_withdrawn_for_good(db: None) -> None:
    mia = make_workspace()
    make_plan(mia)
    made = scenarios.keep(mia, "Summer", MONDAY, 7, {}, now=NOON)
    key = scenarios.share(mia, made, now=NOON)
    assert scenarios.share(mia, made, now=NOON) == key
    assert (selectors.shared(key).name, selectors.shared(key).by) == ("Summer", "")
    scenarios.withdraw(mia, made, now=NOON)
    for gone in (key, "", "x"):
        with pytest.raises(NotFound):
            selectors.shared(gone)
    assert scenarios.share(mia, made, now=NOON) != key
    scenarios.remove(mia, made, now=NOON)
    assert selectors.scenarios(mia) == ()
    deeds = AuditEntry.objects.filter(action__startswith="scenario").values_list("action", flat=True)
    assert [*deeds] == [
        "scenario kept", "scenario shared", "scenario withdrawn", "scenario shared", "scenario removed",
    ]  # fmt: skip


def test_scenarios_are_for_who_plans_and_of_one_workspace(db: None) -> None:
    mia = make_workspace()
    make_plan(mia)
    made = scenarios.keep(mia, "Summer", MONDAY, 7, {}, now=NOON)
    alice = make_member(mia, "Alice", Role.AGENT)
    charlie = make_workspace("Other", "charlie@other.example")
    for who, error in ((alice, NotAllowed), (charlie, NotFound)):
        for deed in (
            lambda who: selectors.scenario(who, made),
            lambda who: scenarios.renew(who, made, now=NOON),
            lambda who: scenarios.share(who, made, now=NOON),
            lambda who: scenarios.withdraw(who, made, now=NOON),
            lambda who: scenarios.remove(who, made, now=NOON),
        ):
            with pytest.raises(error):
                deed(who)
    with pytest.raises(NotAllowed):
        selectors.scenarios(alice)
    assert selectors.scenarios(charlie) == ()
