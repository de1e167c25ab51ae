"""What is known of the people who write, and which accounts are one person."""

import pytest
from tests.make import Town, at_once, make_member, make_town, make_workspace

from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import AuditEntry
from hubbub.care import selectors
from hubbub.care.models import Customer, SocialAccount
from hubbub.care.services import people
from hubbub.infra.models import Change
from hubbub.infra.places import Places
from hubbub.kernel.errors import Conflict, HubbubError, InvalidInput, NotAllowed, NotFound

pytestmark = pytest.mark.django_db

HANDLES = ("ann", "bea", "cas", "dan")


@pytest.fixture
def town(places: Places) -> Town:
    """Four people have said hello: cases 1 to 4."""
    town = make_town(make_workspace(), places)
    for handle in HANDLES:
        town.says(handle, "hi @AcmeCustServ 👋")
    return town


def link(town: Town, one: str, other: str) -> None:
    people.link(town.access, town.account(one).pk, town.account(other).pk, now=town.at)


def together(town: Town) -> list[set[str]]:
    """The handles of each person with more than one account, or who had."""
    found = [{each.handle for each in person.accounts.all()} for person in Customer.objects.order_by("id")]
    return [each for each in found if each]


def test_linked_accounts_are_one_person_whichever_were_one_before(town: Town) -> None:
    link(town, "ann", "bea")
    link(town, "dan", "cas")
    assert together(town) == [{"ann", "bea"}, {"cas", "dan"}]
    link(town, "bea", "dan")
    assert together(town) == [set(HANDLES)]
    assert Customer.objects.count() == 1
    view = selectors.case(town.access, 1, town.at).customer
    assert view is not None
    assert (view.name, {each.handle for each in view.accounts}, view.cases) == ("Ann", set(HANDLES), 3)
    assert [each.number for each in view.earlier] == [4, 3, 2]


def test_linking_what_is_linked_changes_nothing_more(town: Town) -> None:
    link(town, "ann", "bea")
    link(town, "bea", "ann")
    assert together(town) == [{"ann", "bea"}]
    with pytest.raises(Conflict, match="the same account"):
        link(town, "ann", "ann")


def test_an_unlinked_account_stands_alone_and_can_be_linked_again(town: Town) -> None:
    link(town, "ann", "bea")
    people.unlink(town.access, town.account("bea").pk, now=town.at)
    assert town.account("bea").customer_id is None
    view = selectors.case(town.access, 2, town.at).customer
    assert view is not None
    assert (view.name, len(view.accounts), view.cases) == ("Bea", 1, 0)
    with pytest.raises(Conflict, match="linked to no other"):
        people.unlink(town.access, town.account("bea").pk, now=town.at)
    link(town, "bea", "cas")
    assert together(town) == [{"ann"}, {"bea", "cas"}]


@pytest.mark.parametrize("what", people.MARKS)
def test_a_mark_is_set_and_taken_off_and_told_to_the_pages_of_their_cases(town: Town, what: str) -> None:
    account = town.account("ann")
    Change.objects.all().delete()
    people.mark(town.access, account.pk, what=what, on=True, now=town.at)
    assert getattr(town.account("ann"), what) is True
    told = {each.subject for each in Change.objects.filter(kind="case")}
    assert told == {town.cases()[0].pk}
    people.mark(town.access, account.pk, what=what, on=False, now=town.at)
    assert getattr(town.account("ann"), what) is False
    lines = AuditEntry.objects.filter(action=f"marked {what}").order_by("id")
    assert list(lines.values_list("subject", "before", "after")) == [("@ann", False, True), ("@ann", True, False)]


def test_a_mark_there_is_none_of_is_refused(town: Town) -> None:
    with pytest.raises(InvalidInput, match="An account is marked known, employee, listed"):
        people.mark(town.access, town.account("ann").pk, what="customer_id", on=True, now=town.at)


@pytest.mark.parametrize("who", ["charlie", "analyst"])
def test_charlie_of_another_company_and_who_may_only_read_change_nobody(town: Town, who: str) -> None:
    by: Access
    error: type[HubbubError]
    if who == "charlie":
        by, error = make_workspace("Globex Desk", "charlie@globex.example"), NotFound
    else:
        by, error = make_member(town.access, "Ann", Role.ANALYST), NotAllowed
    link(town, "ann", "bea")
    before = list(SocialAccount.objects.order_by("id").values())
    ann, cas = town.account("ann").pk, town.account("cas").pk
    for deed in (
        lambda: people.mark(by, ann, what="known", on=True, now=town.at),
        lambda: people.link(by, ann, cas, now=town.at),
        lambda: people.unlink(by, ann, now=town.at),
    ):
        with pytest.raises(error):
            deed()
    assert list(SocialAccount.objects.order_by("id").values()) == before


@pytest.mark.django_db(transaction=True)
def test_accounts_that_are_linked_crosswise_at_the_same_moment_are_one_person(places: Places) -> None:
    town = make_town(make_workspace(), places)
    for handle in HANDLES:
        town.says(handle, "hi @AcmeCustServ 👋")
    pairs = [("ann", "bea"), ("bea", "ann"), ("bea", "cas"), ("cas", "ann"), ("dan", "ann"), ("ann", "dan")]
    assert at_once(*(lambda pair=pair: link(town, *pair) for pair in pairs)) == [None] * len(pairs)
    assert together(town) == [set(HANDLES)]
    assert Customer.objects.count() == 1
