"""Cases that wait: parked and snoozed ones come back by themselves, resolved ones close, and nothing is lost."""

from datetime import timedelta

import pytest
from tests.make import Town, make_member, make_town, make_workspace

from hubbub.accounts.core.access import Access
from hubbub.accounts.models import AuditEntry
from hubbub.care import selectors
from hubbub.care.core.case import Folder, Status
from hubbub.care.core.filters import Filter
from hubbub.care.models import CaseRules, Entry
from hubbub.care.services import cases
from hubbub.infra.places import Places
from hubbub.kernel.errors import Conflict, InvalidInput

pytestmark = pytest.mark.django_db

BROKEN = "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!"
HOUR = timedelta(hours=1)


@pytest.fixture
def town(places: Places) -> Town:
    town = make_town(make_workspace(), places)
    town.says("jo", BROKEN)
    return town


@pytest.fixture
def alice(town: Town) -> Access:
    return make_member(town.access, "Alice")


def events(number: int = 1) -> list[str]:
    return list(Entry.objects.filter(case__number=number, kind="event").order_by("id").values_list("text", flat=True))


def test_a_parked_case_comes_back_at_its_time_and_not_before(town: Town, alice: Access) -> None:
    due = town.case().due_at
    cases.park(alice, 1, why="  The workshop \n looks at it", until=town.at + HOUR, now=town.at)
    (line,) = selectors.cases(alice, Filter("parked")).lines
    assert (line.parked_for, line.wake_at) == ("The workshop looks at it", town.at + HOUR)
    assert cases.wake_due(now=town.at + HOUR - timedelta(seconds=1)) == 0
    assert cases.wake_due(now=town.at + HOUR) == 1
    case = town.case()
    assert (case.status, case.folder, case.due_at, case.parked_for) == (Status.OPEN, Folder.NEEDS, due, "")
    assert events()[-1] == "Parked until now: The workshop looks at it"
    assert AuditEntry.objects.filter(action="wake", via="system", subject="case 1").count() == 1


def test_a_case_parked_without_a_date_waits_for_somebody_or_the_customer(town: Town, alice: Access) -> None:
    cases.park(alice, 1, why="A part", now=town.at)
    assert cases.wake_due(now=town.at + timedelta(days=900)) == 0
    town.says("jo", "@AcmeCustServ and now it is on fire!", reply_to="demo://acme/jo/1")
    case = town.case()
    assert (case.folder, case.parked_for, case.wake_at) == (Folder.NEEDS, "", None)


def test_thanks_leave_a_parked_case_where_it_is(town: Town, alice: Access) -> None:
    cases.park(alice, 1, why="A part", now=town.at)
    town.says("jo", "@AcmeCustServ thank you so much, that is great!", reply_to="demo://acme/jo/1")
    assert town.case().status == Status.PARKED


@pytest.mark.parametrize("waits", [False, True])
def test_a_snoozed_case_comes_back_by_itself_or_when_the_customer_writes(
    town: Town, alice: Access, waits: bool
) -> None:
    if waits:
        cases.reply(alice, 1, text="Which model is it?", now=town.at)
    for _ in range(2):
        cases.snooze(alice, 1, until=town.at + HOUR, now=town.at)
        assert (town.case().folder, town.case().owner_id) == (Folder.PARKED, alice.person if waits else None)
        if _:
            assert cases.wake_due(now=town.at + HOUR) == 1
        else:
            town.says("jo", "@AcmeCustServ it is still broken!", reply_to="demo://acme/jo/1")
        assert (town.case().folder, town.case().wake_at) == (Folder.NEEDS, None)


def test_what_was_snoozed_while_it_waited_for_the_customer_is_due_at_once(town: Town, alice: Access) -> None:
    cases.reply(alice, 1, text="Which model is it?", now=town.at)
    cases.snooze(alice, 1, until=town.at + HOUR, now=town.at)
    cases.wake_due(now=town.at + HOUR)
    case = town.case()
    assert (case.status, case.due_at, case.waiting_since, case.waited_until) == (
        Status.OPEN,
        town.at + HOUR,
        town.at,
        town.at + HOUR,
    )


def test_what_can_not_be_says_why_and_changes_nothing(town: Town, alice: Access) -> None:
    for wrong, says in (("", "what it waits for"), ("x" * 201, "at most 200")):
        with pytest.raises(InvalidInput, match=says):
            cases.park(alice, 1, why=wrong, now=town.at)
    with pytest.raises(InvalidInput, match="in the future"):
        cases.snooze(alice, 1, until=town.at, now=town.at)
    with pytest.raises(Conflict, match="neither parked nor snoozed"):
        cases.wake(alice, 1, now=town.at)
    cases.close(alice, 1, now=town.at)
    with pytest.raises(Conflict, match="closed already"):
        cases.close(alice, 1, now=town.at)
    with pytest.raises(Conflict, match="Reopen it first"):
        cases.park(alice, 1, why="A part", now=town.at)
    assert events() == ["Closed by Alice."]


def test_a_resolved_case_closes_by_itself_after_the_days_the_workspace_says(town: Town, alice: Access) -> None:
    cases.resolve(alice, 1, now=town.at)
    CaseRules.objects.create(workspace_id=alice.workspace, closes_after_days=2)
    assert cases.close_due(now=town.at + timedelta(days=2) - HOUR) == 0
    assert cases.close_due(now=town.at + timedelta(days=2)) == 1
    assert (town.case().status, town.case().resolved_at) == (Status.CLOSED, town.at)
    assert events()[-1] == "Closed by itself."
    cases.reopen(alice, 1, now=town.at)
    assert town.case().folder == Folder.NEEDS
