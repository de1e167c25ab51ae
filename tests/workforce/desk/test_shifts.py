"""Published shifts: one's own, their calendar, and swaps."""

from datetime import date, timedelta

import pytest
from django.test import Client

from hubbub.accounts.core.access import Access, Role
from hubbub.care.models import Notice
from hubbub.flows import rostering, shifts
from hubbub.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound
from hubbub.web.workforce import feeds
from hubbub.workforce.core.plan.swaps import SwapState
from hubbub.workforce.models import MemberRow, ShiftRow
from hubbub.workforce.selectors import people, rosters
from hubbub.workforce.selectors import shifts as selectors
from hubbub.workforce.services import people as people_services
from hubbub.workforce.services import rosters as services
from hubbub.workforce.services import swaps
from tests.make import NOON, make_member, make_workspace
from tests.workforce.desk.make import MONDAY, make_contract, make_planned_week

TODAY = NOON.date()
TUESDAY = MONDAY + timedelta(days=1)
BREAKS = [(630, 645, True), (750, 780, False), (885, 900, True)]


class Desk:
    """Mia plans; Alice works on Monday, Bob on Tuesday, as published; Carl can something else."""

    def __init__(self) -> None:
        self.mia = make_workspace()
        self.alice, self.bob, self.carl = (make_member(self.mia, each) for each in ("Alice", "Bob", "Carl"))
        make_planned_week(self.mia, 0)
        terms = people.contracts(self.mia)[0].id
        people_services.add_members(self.mia, [self.alice.me, self.bob.me], contract=terms, skills=["Sales"], now=NOON)
        people_services.add_members(self.mia, [self.carl.me], contract=make_contract(self.mia, "Other"), now=NOON)
        version = 0
        for who, day in ((self.alice, MONDAY), (self.bob, TUESDAY)):
            change = {"member": self.member(who), "day": day, "pieces": [(540, 1050)], "breaks": BREAKS}
            version = services.edit(self.mia, MONDAY, version, change, now=NOON).version
        rostering.publish(self.mia, MONDAY, version, now=NOON)
        Notice.objects.all().delete()

    def member(self, who: Access) -> int:
        found = people.own_member(who)
        assert found is not None
        return found.id

    def row(self, who: Access) -> int:
        return ShiftRow.objects.get(member_id=self.member(who)).pk

    def days(self, who: Access) -> list[date]:
        return [each.shift.day for each in selectors.own_shifts(who, MONDAY, MONDAY + timedelta(days=7))]


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()


def offer(desk: Desk, **more: object) -> int:
    told = {"to": None, "for_day": None, "note": "", **more}
    return shifts.offer(desk.alice, desk.row(desk.alice), **told, now=NOON, today=TODAY).id  # type: ignore[arg-type]


def test_a_shift_is_offered_taken_and_approved(desk: Desk) -> None:
    made = offer(desk)
    assert [each.person_id for each in Notice.objects.all()] == [desk.bob.me], "Carl lacks the skill"
    Notice.objects.all().delete()
    with pytest.raises(Conflict, match="offered already"):
        offer(desk)
    taken = shifts.take_shift(desk.bob, made, now=NOON, today=TODAY)
    assert (taken.state, desk.days(desk.alice), desk.days(desk.bob)) == (SwapState.TAKEN, [MONDAY], [TUESDAY])
    assert {each.person_id for each in Notice.objects.all()} == {desk.alice.me, desk.mia.me}
    with pytest.raises(NotAllowed):
        shifts.answer_swap(desk.alice, made, approved=True, now=NOON, today=TODAY)
    shifts.answer_swap(desk.mia, made, approved=True, now=NOON, today=TODAY)
    assert (desk.days(desk.alice), desk.days(desk.bob)) == ([], [MONDAY, TUESDAY])
    assert not rosters.week(desk.mia, MONDAY).changed, "what changed hands is published"
    with pytest.raises(Conflict, match="over"):
        shifts.answer_swap(desk.mia, made, approved=True, now=NOON, today=TODAY)


def test_two_shifts_change_hands_at_once_where_the_place_lets_swaps_pass(desk: Desk) -> None:
    swaps.let_pass(desk.mia, True, now=NOON)
    made = offer(desk, to=desk.member(desk.bob), for_day=TUESDAY)
    assert Notice.objects.get().person_id == desk.bob.me
    assert shifts.take_shift(desk.bob, made, now=NOON, today=TODAY).state is SwapState.DONE
    assert (desk.days(desk.alice), desk.days(desk.bob)) == ([TUESDAY], [MONDAY])


def test_shifts_of_the_same_day_are_swapped_too(desk: Desk) -> None:
    version = rosters.week(desk.mia, MONDAY).version
    change = {"shift": desk.row(desk.bob), "member": desk.member(desk.bob), "day": MONDAY, "pieces": [(600, 1110)],
              "breaks": [(690, 705, True), (810, 840, False), (945, 960, True)]}  # fmt: skip
    version = services.edit(desk.mia, MONDAY, version, change, now=NOON).version
    services.publish(desk.mia, MONDAY, version, now=NOON)
    swaps.let_pass(desk.mia, True, now=NOON)
    made = offer(desk, to=desk.member(desk.bob), for_day=MONDAY)
    shifts.take_shift(desk.bob, made, now=NOON, today=TODAY)
    hers = selectors.own_shifts(desk.alice, MONDAY, TUESDAY)[0].shift
    assert hers.pieces == ((600, 1110),)


def test_what_breaks_a_rule_or_is_not_as_published_is_not_taken(desk: Desk) -> None:
    made = offer(desk)
    with pytest.raises(Conflict, match=r"Carl can't do Sales"):
        shifts.take_shift(desk.carl, made, now=NOON, today=TODAY)
    with pytest.raises(Conflict, match="your own"):
        shifts.take_shift(desk.alice, made, now=NOON, today=TODAY)
    with pytest.raises(Conflict, match="begun"):
        shifts.take_shift(desk.bob, made, now=NOON, today=MONDAY)
    people_services.note_absence(desk.mia, desk.member(desk.bob), MONDAY, MONDAY, "holiday", now=NOON)
    with pytest.raises(Conflict, match="Bob"):
        shifts.take_shift(desk.bob, made, now=NOON, today=TODAY)
    version = rosters.week(desk.mia, MONDAY).version
    change = {"shift": desk.row(desk.alice), "member": desk.member(desk.alice), "day": MONDAY, "pieces": [(480, 990)]}
    services.edit(desk.mia, MONDAY, version, change, now=NOON)
    with pytest.raises(Conflict, match="being changed"):
        shifts.take_shift(desk.bob, made, now=NOON, today=TODAY)


def test_offers_to_one_are_nobody_elses_and_strangers_find_none(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="no shift on that day"):
        offer(desk, to=desk.member(desk.bob), for_day=MONDAY)
    made = offer(desk, to=desk.member(desk.bob))
    charlie = make_workspace("Other", "charlie@other.example")
    anna = make_member(desk.mia, "Anna", Role.ANALYST)
    for who in (desk.carl, anna, charlie):
        for deed in (
            lambda who=who: shifts.take_shift(who, made, now=NOON, today=TODAY),
            lambda who=who: swaps.withdraw(who, made, now=NOON),
        ):
            with pytest.raises(NotFound if who is charlie else NotAllowed):
                deed()
        assert selectors.swaps(who) == ()
    with pytest.raises(NotFound):
        shifts.offer(desk.bob, desk.row(desk.alice), to=None, for_day=None, note="", now=NOON, today=TODAY)
    swaps.withdraw(desk.alice, made, now=NOON)
    assert selectors.swaps(desk.bob) == ()


def test_a_calendar_shows_the_published_shifts_of_one_person_until_its_address_is_renewed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "now", lambda: NOON)
    key = MemberRow.objects.get(pk=desk.member(desk.alice)).feed
    client = Client()
    answer = client.get(f"/calendar/{key}.ics")
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/calendar")
    assert text.count("BEGIN:VEVENT") == 1
    assert "DTSTART:20261207T090000Z" in text
    assert "Bob" not in text
    assert "20261208" not in text
    again = client.get(f"/calendar/{key}.ics", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    version = rosters.week(desk.mia, MONDAY).version
    change = {"shift": desk.row(desk.alice), "member": desk.member(desk.alice), "day": MONDAY, "pieces": [(480, 990)]}
    version = services.edit(desk.mia, MONDAY, version, change, now=NOON).version
    assert client.get(f"/calendar/{key}.ics").content.decode() == text, "a draft is in no calendar"
    services.publish(desk.mia, MONDAY, version, now=NOON)
    assert "DTSTART:20261207T080000Z" in client.get(f"/calendar/{key}.ics").content.decode()
    people_services.renew_feed(desk.alice, desk.member(desk.alice), now=NOON)
    assert client.get(f"/calendar/{key}.ics").status_code == 404
