"""A week's roster: changed by hand, kept apart, and told with its effect."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hubbub.accounts.models import Person
from hubbub.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound
from hubbub.workforce.models import RosterRow, ShiftRow
from hubbub.workforce.selectors import people as people_selectors
from hubbub.workforce.selectors import rosters
from hubbub.workforce.services import people
from hubbub.workforce.services import rosters as services
from tests.make import NOON, at_once, make_member, make_workspace
from tests.workforce.desk.make import MONDAY, make_planned_week

LUNCH = {"breaks": [(630, 645, True), (750, 780, False), (885, 900, True)]}


def shift(member: int, day: date = MONDAY, start: int = 540, end: int = 1050, **more: Any) -> dict[str, Any]:
    return {"member": member, "day": day, "pieces": [(start, end)], **more}


def test_an_edit_says_which_rule_it_breaks_and_what_it_does_and_can_be_taken_back(db: None) -> None:
    mia = make_workspace()
    _, (who, other, *_) = make_planned_week(mia, many=4.0)
    first = services.edit(mia, MONDAY, 0, shift(who, **LUNCH), now=NOON)
    before = rosters.effect(mia, rosters.week(mia, MONDAY).shifts, MONDAY, ())
    late = services.edit(
        mia,
        MONDAY,
        first.version,
        {"shift": first.after.id, **shift(who, start=1260, end=1440 + 330)},
        now=NOON,  # type: ignore[union-attr]
    )
    week = rosters.week(mia, MONDAY)
    rules = {each.rule for each in rosters.broken(mia, MONDAY, week.shifts)[who]}
    assert {"start", "break"} <= rules
    after = rosters.effect(mia, week.shifts, MONDAY, ())
    assert after.covered[0].short_h > before.covered[0].short_h + 6
    assert after.levels[0].level < before.levels[0].level
    back = {**late.back, "day": date.fromisoformat(late.back["day"])}
    services.edit(mia, MONDAY, late.version, back, now=NOON)
    assert rosters.week(mia, MONDAY).shifts[0].pieces == ((540, 1050),)
    gone = services.edit(mia, MONDAY, 3, {"shift": first.after.id, "remove": True}, now=NOON)  # type: ignore[union-attr]
    assert rosters.week(mia, MONDAY).shifts == ()
    services.edit(mia, MONDAY, 4, {**gone.back, "day": MONDAY}, now=NOON)
    services.edit(mia, MONDAY, 5, shift(other, MONDAY + timedelta(days=1), **LUNCH), now=NOON)
    assert len(rosters.week(mia, MONDAY).shifts) == 2


def test_rest_after_the_week_before_is_seen(db: None) -> None:
    mia = make_workspace()
    _, (who, *_) = make_planned_week(mia)
    sunday = MONDAY - timedelta(days=1)
    services.edit(mia, MONDAY - timedelta(days=7), 0, shift(who, sunday, 900, 1410), now=NOON)
    services.edit(mia, MONDAY, 0, shift(who, MONDAY, 480, 990), now=NOON)
    assert "rest" in {each.rule for each in rosters.broken(mia, MONDAY, rosters.week(mia, MONDAY).shifts)[who]}


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        ({"pieces": [(540, 540)]}, "ends after"),
        ({"pieces": [(541, 600)]}, "five minutes"),
        ({"pieces": [(540, 600), (590, 700)]}, "ends after"),
        ({"pieces": [(540, 600), (660, 700), (760, 800)]}, "two"),
        ({"pieces": [(0, 1500)]}, "a day at most"),
        ({"pieces": [(1500, 1600)]}, "within its day"),
        ({"pieces": [(540, 600)], "breaks": [(600, 615, True)]}, "within the shift"),
        ({"pieces": [(540, 1020)], "breaks": [(600, 630, True), (615, 645, True)]}, "same time"),
        ({"day": MONDAY + timedelta(days=7)}, "not in this week"),
    ],
)
def test_times_that_make_no_shift_are_refused(db: None, odd: dict[str, Any], words: str) -> None:
    mia = make_workspace()
    _, (who, *_) = make_planned_week(mia, 1)
    with pytest.raises(InvalidInput, match=words):
        services.edit(mia, MONDAY, 0, {**shift(who), **odd}, now=NOON)
    assert not RosterRow.objects.exists()


def test_who_edits_an_older_version_is_told_and_nobody_has_two_shifts_a_day(db: None) -> None:
    mia = make_workspace()
    _, (who, other, *_) = make_planned_week(mia)
    done = services.edit(mia, MONDAY, 0, shift(who), now=NOON)
    with pytest.raises(Conflict, match="Somebody else"):
        services.edit(mia, MONDAY, 0, shift(other), now=NOON)
    with pytest.raises(Conflict, match="a shift on that day"):
        services.edit(mia, MONDAY, done.version, shift(who, start=600), now=NOON)
    with pytest.raises(Conflict, match="Somebody else"):
        services.publish(mia, MONDAY, 0, now=NOON)


@pytest.mark.django_db(transaction=True)
def test_two_leads_who_edit_at_once_lose_nothing() -> None:
    mia = make_workspace()
    _, team = make_planned_week(mia, 4)
    version = services.edit(mia, MONDAY, 0, shift(team[0]), now=NOON).version

    def edits(who: int) -> Callable[[], object]:
        return lambda: services.edit(mia, MONDAY, version, shift(who), now=NOON)

    went = at_once(*(edits(each) for each in team[1:]))
    kept = [each for each in went if not isinstance(each, Conflict)]
    assert len(kept) == 1
    assert all(isinstance(each, Conflict | services.Edited) for each in went)
    assert ShiftRow.objects.count() == 2
    assert RosterRow.objects.get().version == version + 1


def test_agents_and_strangers_change_nothing_and_see_only_what_is_published(db: None) -> None:
    mia, charlie = make_workspace(), make_workspace("Other", "charlie@other.example")
    alice = make_member(mia, "Alice")
    _, (who, *_) = make_planned_week(mia)
    done = services.edit(mia, MONDAY, 0, shift(who), now=NOON)
    assert rosters.week(alice, MONDAY).shifts == ()
    for deed in (
        lambda: services.edit(alice, MONDAY, done.version, shift(who), now=NOON),
        lambda: services.ask(alice, MONDAY, [], now=NOON),
        lambda: services.stop(alice, MONDAY, now=NOON),
        lambda: services.publish(alice, MONDAY, done.version, now=NOON),
        lambda: rosters.broken(alice, MONDAY, ()),
        lambda: rosters.changes(alice, MONDAY),
    ):
        with pytest.raises(NotAllowed):
            deed()
    with pytest.raises(NotFound):
        services.edit(charlie, MONDAY, 0, shift(who), now=NOON)
    with pytest.raises(NotFound):
        services.edit(charlie, MONDAY, 0, {"shift": done.after.id, "remove": True}, now=NOON)  # type: ignore[union-attr]
    with pytest.raises(NotFound):
        services.publish(charlie, MONDAY, 1, now=NOON)
    services.publish(mia, MONDAY, done.version, now=NOON)
    assert rosters.week(charlie, MONDAY).shifts == ()
    assert len(rosters.week(alice, MONDAY).shifts) == 1


def test_a_roster_without_need_or_people_says_what_is_missing(db: None) -> None:
    mia = make_workspace()
    with pytest.raises(Conflict, match="forecast is needed"):
        services.ask(mia, MONDAY, [], now=NOON)
    make_planned_week(mia, 0)
    with pytest.raises(Conflict, match="Nobody on the roster"):
        services.ask(mia, MONDAY, [], now=NOON)
    with pytest.raises(InvalidInput, match="Monday"):
        services.ask(mia, MONDAY + timedelta(days=1), [], now=NOON)


def test_shrinkage_that_the_roster_places_is_not_counted_twice(db: None) -> None:
    mia = make_workspace()
    make_planned_week(mia, 1)
    bare, more = (max(rosters.known(mia, MONDAY, left).demand["Sales"]) for left in ([], ["Sickness"]))
    assert more == pytest.approx(bare / (1 - 0.042), abs=0.01)
    assert set(rosters.week(mia, MONDAY).left) == {"Sickness", "Training", "Meetings"}


def test_who_left_or_can_nothing_that_is_needed_is_not_planned(db: None) -> None:
    mia = make_workspace()
    _, (gone, stays) = make_planned_week(mia, 2)
    told = {"name": "Gone", "contract": people_selectors.member(mia, gone).terms, "skills": ["Sales"]}
    people.save_member(mia, {**told, "left_on": MONDAY}, member=gone, now=NOON)
    people.save_member(mia, {**told, "name": "New", "skills": []}, now=NOON)
    assert [each.id for each in rosters.known(mia, MONDAY, []).members] == [stays]


def test_more_people_take_no_more_queries(db: None) -> None:
    mia = make_workspace()
    _, team = make_planned_week(mia, 3)
    client = Client()
    client.force_login(Person.objects.get(pk=mia.me))
    counted = []
    for version, who in enumerate(team):
        services.edit(mia, MONDAY, version, shift(who, **LUNCH), now=NOON)
        if version != 1:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(f"/w/{mia.slug}/staffing/roster/?week={MONDAY}").status_code == 200
            counted.append(len(queries))
    assert counted[0] == counted[1]


def test_a_week_is_taken_along_as_a_table_in_which_no_name_is_a_formula(db: None) -> None:
    mia = make_workspace()
    _, (who, *_) = make_planned_week(mia, 1)
    told = {"name": "=cmd()", "contract": people_selectors.member(mia, who).terms, "skills": ["Sales"]}
    people.save_member(mia, told, member=who, now=NOON)
    services.edit(mia, MONDAY, 0, shift(who, **LUNCH), now=NOON)
    client = Client()
    client.force_login(Person.objects.get(pk=mia.me))
    answer = client.get(f"/w/{mia.slug}/staffing/roster/roster.csv?week={MONDAY}")
    line = answer.content.decode("utf-8-sig").splitlines()[1]
    assert line == '2026-12-07,\'=cmd(),09:00,17:30,8.0,"10:30–10:45, 14:45–15:00",12:30–13:00,Sales'
    assert client.get(f"/w/{mia.slug}/staffing/roster/roster.xlsx?week={MONDAY}").content[:2] == b"PK"
    assert client.get(f"/w/{mia.slug}/staffing/roster/roster.pdf?week={MONDAY}").status_code == 404
