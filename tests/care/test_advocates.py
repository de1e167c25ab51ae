"""Follow-ups after a good end, and thanks that are linked and counted."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.make import Town, at_once, make_member, make_town, make_workspace

from hubbub.accounts.core.access import Access
from hubbub.care.core.advocates import Ending, why_not
from hubbub.care.core.case import Status
from hubbub.care.models import CaseRow, Entry, FollowUp, FollowUpVoice, Thanks
from hubbub.care.selectors import advocates as reads
from hubbub.care.services import advocates, cases, customers
from hubbub.infra.places import Places
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.listening.models import Post

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(places: Places) -> Town:
    return make_town(make_workspace(), places)


@pytest.fixture
def alice(town: Town) -> Access:
    return make_member(town.access, "Alice")


def ends_well(town: Town, alice: Access, who: str = "jo", thanks: str = "@AcmeCustServ that worked, thanks!") -> int:
    """Somebody complains, is helped, thanks, and their case is settled; return its number."""
    uri = town.says(who, f"@AcmeCustServ My widget of {who} has been broken for 5 days now. Its disgusting!")
    town.later(minutes=15)
    number = CaseRow.objects.latest("pk").number
    cases.reply(alice, number, text="Hold the reset for ten seconds, please.", now=town.at)
    if thanks:
        town.says(who, thanks, reply_to=uri)
    if not CaseRow.objects.get(number=number).value().status.ended:
        cases.resolve(alice, number, now=town.at)
    return number


def look(town: Town, **later: float) -> int:
    return advocates.look_all(town.at + timedelta(**later))


@pytest.mark.parametrize(
    "ending",
    [
        Ending(thanked=False), Ending(thanked=True, scores=(2,)), Ending(thanked=True, reopened=True),
        Ending(thanked=True, grave=True), Ending(thanked=True, allowed=False), Ending(thanked=True, asked_before=True),
        Ending(thanked=False, scores=(3,)),
    ],
)  # fmt: skip
def test_who_is_not_proposed(ending: Ending) -> None:
    assert why_not(ending)


def test_who_thanked_or_rated_it_well_is() -> None:
    assert not why_not(Ending(thanked=True, scores=(3,)))
    assert not why_not(Ending(thanked=False, scores=(5,), allowed=True))


def test_three_days_after_a_good_end_a_follow_up_is_proposed_once_and_asked_once(town: Town, alice: Access) -> None:
    number = ends_well(town, alice)
    assert look(town, days=2) == 0
    assert look(town, days=3, minutes=1) == 1
    assert look(town, days=4) == 0
    now = town.at + timedelta(days=4)
    (proposal,) = reads.proposals(alice, now)
    assert (proposal.number, proposal.thanks, proposal.allowed) == (number, "@AcmeCustServ that worked, thanks!", None)
    bob = make_member(town.access, "Bob")
    with pytest.raises(Conflict, match="only Alice asks"):
        advocates.ask(bob, proposal.id, text=proposal.draft, private=False, now=now)
    advocates.ask(alice, proposal.id, text=proposal.draft, private=False, now=now)
    row = CaseRow.objects.get(number=number)
    assert row.status == Status.RESOLVED
    assert Entry.objects.filter(case=row, kind="reply").count() == 2
    with pytest.raises(Conflict, match="decided"):
        advocates.ask(alice, proposal.id, text="Again?", private=False, now=now)
    town.at = now
    ends_well(town, alice)
    assert look(town, days=5) == 0


def test_a_noted_no_is_a_no_and_a_yes_lets_anybody_ask(town: Town, alice: Access) -> None:
    ends_well(town, alice)
    customer = customers.customer_of_account(alice, town.account("jo").pk, now=town.at)
    asked = {"way": "follow-up", "source": "a call", "words": "Yes, ask me."}
    customers.note_consent(alice, customer, given=False, at=town.at, now=town.at, **asked)
    assert look(town, days=4) == 0
    town.at += timedelta(days=4)
    ends_well(town, alice, "max")
    customer = customers.customer_of_account(alice, town.account("max").pk, now=town.at)
    customers.note_consent(alice, customer, given=True, at=town.at, now=town.at, **asked)
    assert look(town, days=4) == 1
    (proposal,) = reads.proposals(town.access, town.at + timedelta(days=4))
    assert proposal.may_ask and proposal.allowed
    customers.note_consent(alice, customer, given=False, at=town.at, now=town.at, **asked)
    with pytest.raises(Conflict, match="do not want"):
        advocates.ask(alice, proposal.id, text="Well?", private=False, now=town.at)


def test_of_cases_that_ended_at_the_same_moment_none_is_left_behind(
    town: Town, alice: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(advocates, "AT_ONCE", 2)
    for who in ("jo", "max", "kim", "sam", "lou"):
        ends_well(town, alice, who)
        town.at += timedelta(hours=3)  # or they would be one incident
    CaseRow.objects.update(sort_at=town.at, resolved_at=town.at)  # as by one bulk action
    for days in (4, 5, 6):
        advocates.look_all(town.at + timedelta(days=days))
    assert FollowUp.objects.count() == 5


def test_who_said_no_is_not_counted_and_more_proposals_cost_no_more_queries(town: Town, alice: Access) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert len(reads.proposals(alice, now)) == reads.proposed(alice, now)
        return len(asked)

    now = town.at + timedelta(days=10)
    for who in ("jo", "max"):
        ends_well(town, alice, who)
    look(town, days=4)
    few = cost()
    for who in ("kim", "sam", "lou", "eve"):
        town.at += timedelta(days=1)
        ends_well(town, alice, who)
    look(town, days=5)
    assert (cost(), reads.proposed(alice, now)) == (few, 6)
    customer = customers.customer_of_account(alice, town.account("eve").pk, now=town.at)
    customers.note_consent(alice, customer, way="follow-up", given=False, source="a call", words="", now=town.at)
    assert (cost(), reads.proposed(alice, now)) == (few, 5)


def test_a_case_in_which_nobody_spoke_publicly_is_asked_in_private(town: Town, alice: Access) -> None:
    for who in ("jo", "max"):
        ends_well(town, alice, who)
    look(town, days=4)
    Post.objects.filter(author=town.account("max").native).update(private=True)
    found = {each.number: each.private for each in reads.proposals(alice, town.at + timedelta(days=4))}
    assert found == {1: False, 2: True}


@pytest.mark.parametrize("month", ["9999-12", "0001-01", "2026-13", "nonsense"])
def test_what_is_no_month_is_said(town: Town, month: str) -> None:
    with pytest.raises(InvalidInput, match="A month looks like"):
        reads.won_cases(town.access, "thanks", month)


def test_two_accounts_that_became_one_customer_are_asked_once(town: Town, alice: Access) -> None:
    ends_well(town, alice, "jo")
    ends_well(town, alice, "jo_work")
    assert look(town, days=4) == 2
    one, other = FollowUp.objects.order_by("pk")
    keys = [customers.customer_of_account(alice, town.account(each).pk, now=town.at) for each in ("jo", "jo_work")]
    customers.merge(alice, *keys, now=town.at)
    now = town.at + timedelta(days=4)
    advocates.ask(alice, one.pk, text="Would you?", private=False, now=now)
    with pytest.raises(Conflict, match="asked before"):
        advocates.ask(alice, other.pk, text="Would you?", private=False, now=now)


def test_public_thanks_are_linked_counted_and_lead_to_their_case(town: Town, alice: Access) -> None:
    number = ends_well(town, alice, thanks="")
    assert look(town, days=3, hours=1) == 0  # neither thanked nor rated
    town.at += timedelta(days=5)
    town.says("jo", "Great service from @AcmeCustServ, I love it! Thank you so much!")
    look(town)
    (thanks,) = Thanks.objects.all()
    assert thanks.case.number == number and thanks.public
    (month,) = reads.months(alice, town.at)
    assert (month.thanks, month.asked, month.advocates) == (1, 0, 0)
    assert [each[0] for each in reads.won_cases(alice, "thanks", month.key)] == [number]


def test_put_off_and_declined(town: Town, alice: Access) -> None:
    ends_well(town, alice)
    look(town, days=4)
    now, row = town.at + timedelta(days=4), FollowUp.objects.get()
    charlie = make_workspace("Globex", "charlie@globex.example")
    with pytest.raises(NotFound):
        advocates.never(charlie, row.pk, now=now)
    advocates.put_off(alice, row.pk, now=now)
    assert reads.proposed(alice, now) == 0
    assert reads.proposed(alice, now + timedelta(days=7)) == 1
    advocates.never(alice, row.pk, now=now)
    assert reads.proposed(alice, now + timedelta(days=30)) == 0


@pytest.mark.django_db(transaction=True)
def test_two_proposals_of_one_person_that_are_asked_at_once_ask_once(town: Town, alice: Access) -> None:
    for who in ("jo", "jo_work"):
        ends_well(town, alice, who)
    look(town, days=4)
    keys = [customers.customer_of_account(alice, town.account(each).pk, now=town.at) for each in ("jo", "jo_work")]
    customers.merge(alice, *keys, now=town.at)
    now = town.at + timedelta(days=4)
    asks = [
        lambda pk=pk: advocates.ask(alice, pk, text="Would you?", private=False, now=now)
        for pk in FollowUp.objects.values_list("pk", flat=True)
    ]
    done = at_once(*asks)
    assert sorted(type(each).__name__ for each in done) == ["Conflict", "NoneType"]
    assert FollowUp.objects.filter(state="asked").count() == 1


@pytest.mark.django_db(transaction=True)
def test_at_most_once_under_a_race(town: Town, alice: Access) -> None:
    ends_well(town, alice)
    workspace, now = town.access.workspace, town.at + timedelta(days=4)
    advocates.link_thanks(workspace, now=now)
    at_once(*(lambda: advocates.propose(workspace, now=now) for _ in range(2)))
    row = FollowUp.objects.get()
    assert FollowUpVoice.objects.count() == 1
    done = at_once(*(lambda: advocates.ask(alice, row.pk, text="Would you?", private=False, now=now) for _ in range(2)))
    assert sorted(isinstance(each, Conflict) for each in done) == [False, True]
    assert Entry.objects.filter(kind="reply").count() == 2
