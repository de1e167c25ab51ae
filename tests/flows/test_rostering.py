"""Rosters made beside the work, in a process of their own."""

import multiprocessing
from datetime import date, timedelta

import pytest

from hubbub.care.models import Notice
from hubbub.flows import rostering, solving
from hubbub.flows.solving import SolvingEnded
from hubbub.kernel.errors import Conflict
from hubbub.workforce.core.plan.making import Made
from hubbub.workforce.core.plan.rostering import Known
from hubbub.workforce.models import RosterRow, ShiftRow
from hubbub.workforce.selectors import people as members
from hubbub.workforce.selectors import rosters
from hubbub.workforce.services import people
from hubbub.workforce.services import rosters as services
from tests.make import NOON, make_member, make_workspace
from tests.workforce.desk.make import MONDAY, make_planned_week


def test_a_roster_is_made_in_another_process_and_keeps_what_was_placed_by_hand(db: None) -> None:
    mia = make_workspace()
    _, who = make_planned_week(mia, 5)
    people.note_absence(mia, who[1], MONDAY, MONDAY + timedelta(days=1), "holiday", now=NOON)
    placed = {
        "member": who[0],
        "day": MONDAY,
        "pieces": [(540, 1050)],
        "breaks": [(630, 645, True), (750, 780, False), (885, 900, True)],
    }
    services.edit(mia, MONDAY, 0, placed, now=NOON)
    services.ask(mia, MONDAY, ["Sickness"], now=NOON)
    with pytest.raises(Conflict, match="being made"):
        services.edit(mia, MONDAY, 1, placed, now=NOON)
    assert rostering.make_due(lambda: NOON)
    assert not rostering.make_due(lambda: NOON)
    week = rosters.week(mia, MONDAY)
    assert (week.making.state, week.making.trouble, week.version) == ("", "", 2)
    first = next(each for each in week.shifts if each.member == who[0] and each.day == MONDAY)
    assert (first.pieces, first.locked) == (((540, 1050),), True)
    assert not [each for each in week.shifts if each.member == who[1] and each.day <= MONDAY + timedelta(days=1)]
    assert sum(each.member == who[2] for each in week.shifts) == 5
    assert all(len(each.breaks) == 3 for each in week.shifts)
    assert rosters.broken(mia, MONDAY, week.shifts) == {}
    found = rosters.effect(mia, week.shifts, MONDAY, week.left)
    assert found.covered[0].short_h < rosters.effect(mia, (), MONDAY, week.left).covered[0].short_h / 2
    assert found.levels[0].level > 0.3
    assert week.result["seconds"] > 0


def test_a_process_that_dies_is_begun_once_more_and_then_told_as_failed(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    mia = make_workspace()
    make_planned_week(mia, 2)
    services.ask(mia, MONDAY, [], now=NOON)

    def dies(*_: object) -> None:
        raise SolvingEnded(code=-9)

    monkeypatch.setattr(rostering, "solved_apart", dies)
    assert [rostering.make_due(lambda: NOON) for _ in range(3)] == [True, True, False]
    making = rosters.week(mia, MONDAY).making
    assert making.state == ""
    assert "2 times" in making.trouble


def test_the_process_can_be_killed_and_stopped(db: None) -> None:
    mia = make_workspace()
    make_planned_week(mia, 3)
    known = rosters.known(mia, MONDAY, [])

    def kills() -> bool:
        (child,) = multiprocessing.active_children()
        child.kill()
        return True

    with pytest.raises(SolvingEnded):
        solving.solved_apart(known, 30.0, "en", kills)
    assert solving.solved_apart(known, 30.0, "en", lambda: False) is None


def test_a_stopped_making_leaves_what_was_there(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    mia = make_workspace()
    _, who = make_planned_week(mia, 2)
    services.edit(mia, MONDAY, 0, {"member": who[0], "day": MONDAY, "pieces": [(540, 1020)], "locked": False}, now=NOON)
    services.ask(mia, MONDAY, [], now=NOON)

    def stopped(known: Known, *_: object) -> Made:
        services.stop(mia, MONDAY, now=NOON)
        return Made(())

    monkeypatch.setattr(rostering, "solved_apart", stopped)
    rostering.make_due(lambda: NOON)
    assert ShiftRow.objects.count() == 1
    assert RosterRow.objects.get().solving == ""


def test_publishing_tells_those_whose_shifts_changed_and_nobody_else(db: None) -> None:
    mia = make_workspace()
    alice, bob = make_member(mia, "Alice"), make_member(mia, "Bob")
    make_planned_week(mia, 0)
    terms = members.contracts(mia)[0].id
    people.add_members(mia, [alice.me, bob.me], contract=terms, skills=["Sales"], now=NOON)
    hers, his = (members.own_member(each).id for each in (alice, bob))  # type: ignore[union-attr]
    version = 0
    for who in (hers, his):
        version = services.edit(
            mia, MONDAY, version, {"member": who, "day": MONDAY, "pieces": [(540, 1050)]}, now=NOON
        ).version
    assert rosters.week(alice, MONDAY).shifts == (), "a draft is seen by nobody but those who plan"
    rostering.publish(mia, MONDAY, version, now=NOON)
    assert len(rosters.week(alice, MONDAY).shifts) == 2
    assert set(Notice.objects.values_list("person_id", flat=True)) == {alice.me, bob.me}
    shift = next(each for each in rosters.week(mia, MONDAY).shifts if each.member == hers)
    version = rosters.week(mia, MONDAY).version
    moved = {"shift": shift.id, "member": hers, "day": date(2026, 12, 12), "pieces": [(600, 1110)]}
    version = services.edit(mia, MONDAY, version, moved, now=NOON).version
    assert {each.day for each in rosters.week(alice, MONDAY).shifts} == {MONDAY}, "not yet published again"
    assert [(each.member, each.day) for each in rosters.changes(mia, MONDAY)] == [
        (hers, MONDAY),
        (hers, date(2026, 12, 12)),
    ]
    rostering.publish(mia, MONDAY, version, now=NOON)
    assert Notice.objects.filter(person_id=alice.me).count() == 2
    assert Notice.objects.filter(person_id=bob.me).count() == 1
    assert members.member(mia, hers).balance > members.member(mia, his).balance, "a Saturday counts"
