"""Customers: what is known of them, which accounts are theirs, and how two become one and part again."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.make import NOON, Town, make_member, make_town, make_workspace

from hubbub.accounts.core.access import Access, Role
from hubbub.care.core.customers.views import CustomerPage, Way
from hubbub.care.models import Consent, Customer, Match, Owned, SocialAccount
from hubbub.care.selectors import customer_pages as pages
from hubbub.care.services import customers, people
from hubbub.flows import customers as flows
from hubbub.infra.places import Places
from hubbub.kernel.errors import Conflict, HubbubError, InvalidInput, NotAllowed, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(places: Places) -> Town:
    """Jo has complained in public, Max too."""
    made = make_town(make_workspace(), places)
    made.person("jolee_widgets", name="Jo Lee")
    made.says("jolee_widgets", "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!")
    made.says("max", "@AcmeCustServ how do I reset it?")
    return made


def customer(town: Town, handle: str) -> int:
    return customers.customer_of_account(town.access, town.account(handle).pk, now=town.at)


def page(town: Town, key: int) -> CustomerPage:
    return pages.customer_page(town.access, key, now=town.at)


def account(town: Town, channel: str, native: str, name: str = "Jo Lee") -> SocialAccount:
    return SocialAccount.objects.create(
        workspace_id=town.access.workspace, channel=channel, native=native, name=name, seen_at=town.at
    )


def taken_in(town: Town, tmp_path: Path, text: str) -> flows.ImportedCustomers:
    path = tmp_path / "customers.csv"
    path.write_text(text, encoding="utf-8")
    return flows.import_customers(town.access, path)


FILE = """Customer number,Name,E-Mail,Phone,Product,Serial number,Purchase date,Warranty until
K-1,Jo Lee,jo@example.org,+49 30 1234567,Widget 3,W-100-7,2026-05-01,2028-05-01
K-1,Jo Lee,jo@example.org,,Acmegard,,2026-06-01,
K-2,Max Winter,max@example.org,,,,,
,Nobody,,,,,,
K-3,Ann,ann at example,,,,,
"""


def test_a_file_brings_customers_with_their_products_and_again_changes_nothing(town: Town, tmp_path: Path) -> None:
    done = taken_in(town, tmp_path, FILE)
    assert (done.read, done.new, done.rejected) == (5, 2, 2)
    assert [(line, reason[:40]) for reason, _, line in done.reasons] == [
        (5, "There is nothing to know them by: no ref"),
        (6, "‘ann at example’ is no e-mail address."),
    ]
    jo = Customer.objects.get(reference="K-1")
    shown = page(town, jo.pk)
    assert [(each.product, each.serial, each.in_warranty) for each in shown.products] == [
        ("Acmegard", "", False),
        ("Widget 3", "W-100-7", True),
    ]
    assert [(each.channel, each.known) for each in shown.accounts] == [("mail", True), ("phone", True)]
    again = taken_in(town, tmp_path, FILE)
    assert (again.new, Customer.objects.count(), Owned.objects.count()) == (0, 2, 2)


def test_what_a_customer_tells_in_private_proves_which_account_is_theirs(town: Town, tmp_path: Path) -> None:
    taken_in(town, tmp_path, FILE)
    flows.look(town.at)
    assert town.account("jolee_widgets").customer is None
    town.says("jolee_widgets", "You can reach me under jo@example.org", to="AcmeCustServ")
    flows.look(town.at)
    account = town.account("jolee_widgets")
    assert account.customer == Customer.objects.get(reference="K-1")
    assert account.known
    assert Match.objects.get(state="joined").reasons[0] == "the same e-mail address, jo@example.org"
    shown = page(town, account.customer.pk)
    assert [each.channel for each in shown.accounts] == ["demo", "mail", "phone"]
    assert [each.text[:20] for each in shown.contacts] == ["You can reach me und", "@AcmeCustServ My wid"]


def test_what_is_likely_is_asked_and_a_person_answers_once_for_all(town: Town) -> None:
    other = account(town, "mastodon", "https://mastodon.example/users/jolee_widgets")
    SocialAccount.objects.filter(pk=other.pk).update(handle="jolee_widgets@mastodon.example")
    flows.look(town.at)
    (asked,) = pages.matches(town.access, town.at)
    assert asked.reasons == ("the same handle, jolee_widgets", "the same name, Jo Lee") or len(asked.reasons) == 2
    assert town.account("jolee_widgets").customer is None
    customers.refuse(town.access, asked.id, now=town.at)
    SocialAccount.objects.update(matched=False)
    flows.look(town.at)
    assert pages.matches(town.access, town.at) == ()
    with pytest.raises(Conflict, match="answered that already"):
        customers.confirm(town.access, asked.id, now=town.at)


def test_a_confirmed_match_makes_one_person_of_two_accounts(town: Town) -> None:
    other = account(town, "mastodon", "m1")
    SocialAccount.objects.filter(pk=other.pk).update(handle="jolee_widgets@mastodon.example")
    flows.look(town.at)
    key = customers.confirm(town.access, pages.matches(town.access, town.at)[0].id, now=town.at)
    assert {each.channel for each in page(town, key).accounts} == {"demo", "mastodon"}


def state(town: Town) -> dict[str, Any]:
    """All that is known of all customers."""
    return {
        "customers": list(Customer.objects.order_by("pk").values()),
        "accounts": list(SocialAccount.objects.order_by("pk").values("pk", "customer_id")),
        "owned": list(Owned.objects.order_by("pk").values("pk", "customer_id", "product")),
        "consents": list(Consent.objects.order_by("pk").values("pk", "customer_id", "way")),
    }


def test_two_customers_become_one_and_part_again_without_loss(town: Town) -> None:
    jo, max_ = customer(town, "jolee_widgets"), customer(town, "max")
    third = customers.make(town.access, name="Jo L.", reference="K-9", now=town.at)
    customers.own(town.access, max_, product="Widget", serial="W-1", now=town.at)
    customers.note_consent(
        town.access, max_, way="mail", given=True, source="a form", words="Yes, write to me.", now=town.at
    )
    customers.change(town.access, max_, address="1 High Road", heard_of="a friend", now=town.at)
    before = state(town)
    first = customers.merge(town.access, max_, third, now=town.at)
    second = customers.merge(town.access, jo, max_, now=town.at)
    shown = page(town, jo)
    assert (shown.reference, shown.address, shown.heard_of) == ("K-9", "1 High Road", "a friend")
    assert (len(shown.accounts), len(shown.products), len(shown.told), len(shown.merges)) == (2, 1, 1, 2)
    customers.unmerge(town.access, second, now=town.at)
    customers.unmerge(town.access, first, now=town.at)
    assert state(town) == before
    with pytest.raises(Conflict, match="parted already"):
        customers.unmerge(town.access, first, now=town.at)


def test_the_latest_word_on_a_permission_counts_and_the_earlier_ones_stay(town: Town) -> None:
    jo = customer(town, "jolee_widgets")
    given = {"way": "mail", "source": "a form", "words": "Yes, write to me."}
    customers.note_consent(town.access, jo, given=True, at=town.at - timedelta(days=2), now=town.at, **given)
    assert pages.may(jo, Way.MAIL) and not pages.may(jo, Way.PHONE)
    customers.note_consent(town.access, jo, way="mail", given=False, source="case 1", words="", now=town.at)
    assert not pages.may(jo, Way.MAIL)
    late = town.at - timedelta(days=1)  # what was signed earlier, and noted later, does not count again
    customers.note_consent(town.access, jo, given=True, at=late, now=town.at, **given)
    assert not pages.may(jo, Way.MAIL)
    assert [each.given for each in page(town, jo).told] == [False, True, True]


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        (lambda a, jo, at: customers.change(a, jo, name=" ", now=at), "Give the customer a name"),
        (lambda a, jo, at: customers.change(a, jo, heard_of="the moon", now=at), "They heard of us by"),
        (lambda a, jo, at: customers.change(a, jo, reference="x" * 61, now=at), "at most 60 characters"),
        (lambda a, jo, at: customers.own(a, jo, product=" ", now=at), "which product"),
        (
            lambda a, jo, at: customers.own(
                a, jo, product="W", since=date(2026, 2, 1), warranty_until=date(2026, 1, 1), now=at
            ),
            "ends before they had it",
        ),
        (
            lambda a, jo, at: customers.note_consent(a, jo, way="mail", given=True, source="x", words=" ", now=at),
            "the words they agreed to",
        ),
        (
            lambda a, jo, at: customers.note_consent(a, jo, way="smoke", given=True, source="x", words="y", now=at),
            "A permission is for one of",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_mend(town: Town, deed: Any, words: str) -> None:
    jo = customer(town, "jolee_widgets")
    before = state(town)
    with pytest.raises(InvalidInput, match=words):
        deed(town.access, jo, town.at)
    assert state(town) == before


def test_a_serial_number_is_one_customers(town: Town) -> None:
    jo, max_ = customer(town, "jolee_widgets"), customer(town, "max")
    customers.own(town.access, jo, product="Widget", serial="W-1", now=town.at)
    with pytest.raises(Conflict, match="Serial number W-1 is Jo Lee’s"):
        customers.own(town.access, max_, product="Widget", serial="W-1", now=town.at)


def test_customers_are_found_by_name_reference_handle_and_serial_number(town: Town, tmp_path: Path) -> None:
    taken_in(town, tmp_path, FILE)
    customer(town, "jolee_widgets")
    for search, found in {
        "max winter": ["Max Winter"],
        "K-1": ["Jo Lee"],
        "w-100-7": ["Jo Lee"],
        "jo@example.org": ["Jo Lee"],
        "jolee": ["Jo Lee"],
        "nobody": [],
    }.items():
        lines, _ = pages.customers(town.access, search=search)
        assert [each.name for each in lines] == found, search
    people.link(
        town.access, town.account("jolee_widgets").pk, SocialAccount.objects.get(native="jo@example.org").pk, now=NOON
    )
    (line,), _ = pages.customers(town.access, search="jolee")
    assert (line.reference, line.products, line.cases) == ("K-1", 2, 1)


@pytest.mark.parametrize("cursor", ["x", "2026-11-24T12:00:00", "0001-01-01T00:00:00+14:00"])
def test_a_cursor_that_is_none_of_ours_is_refused_in_words(town: Town, cursor: str) -> None:
    with pytest.raises(InvalidInput, match="begin the list anew"):
        pages.customer_page(town.access, customer(town, "jolee_widgets"), cursor=cursor, now=town.at)


@pytest.mark.parametrize("who", ["charlie", "analyst"])
def test_charlie_of_another_company_and_who_may_only_read_change_nothing(town: Town, who: str) -> None:
    jo = customer(town, "jolee_widgets")
    by: Access
    error: type[HubbubError]
    if who == "charlie":
        by, error = make_workspace("Globex Desk", "charlie@globex.example"), NotFound
        with pytest.raises(NotFound):
            pages.customer_page(by, jo, now=town.at)
        assert pages.customers(by) == ((), None)
    else:
        by, error = make_member(town.access, "Ann", Role.ANALYST), NotAllowed
        assert pages.customer_page(by, jo, now=town.at).name == "Jo Lee"
    before = state(town)
    for deed in (
        lambda: customers.change(by, jo, name="X", now=town.at),
        lambda: customers.own(by, jo, product="X", now=town.at),
        lambda: customers.note_consent(by, jo, way="mail", given=True, source="x", words="y", now=town.at),
        lambda: customers.merge(by, jo, jo + 1, now=town.at),
    ):
        with pytest.raises(error):
            deed()
    assert state(town) == before


@pytest.mark.parametrize(("until", "rule"), [(date(2027, 1, 1), "P8c"), (date(2026, 1, 1), "P8d")])
def test_a_watch_is_answered_at_its_review_where_the_product_is_in_warranty(
    places: Places, until: date, rule: str
) -> None:
    town = make_town(make_workspace(), places)
    town.says("ann", "My #Acme widget has been broken for 5 days now. Its disgusting!")
    people.mark(town.access, town.account("ann").pk, what="known", on=True, now=town.at)
    customers.own(town.access, customer(town, "ann"), product="Widget", warranty_until=until, now=town.at)
    town.later(hours=25)
    assert [case.rule for case in town.cases()] == [rule]
