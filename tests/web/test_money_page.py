"""Money: the page, a client's page, and the file."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from tests.make import make_member, make_workspace
from tests.workforce.desk.plans import make_plan, make_roster

from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import Person
from hubbub.web.workforce.amounts import money_words

AT = "?span=week&from=2026-12-02"


def signed_in(who: Access) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=who.person))
    return client


@pytest.fixture
def mia(db: None) -> Iterator[Access]:
    return make_workspace()


def read(client: Client, address: str) -> str:
    answer: Any = client.get(address)
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


def test_the_page_says_what_a_week_costs_and_earns_and_what_a_better_level_would(mia: Access) -> None:
    make_plan(mia)
    page = read(signed_in(mia), f"/w/{mia.slug}/staffing/money/{AT}")
    assert "This week costs £" in page and "comes back for each £1" in page
    assert "From 80 % in 20 s to 90 % in 10 s costs £" in page
    assert "Zephyr Air" in page and "Quokka Bank" in page
    assert "5 of 7 days" not in page
    month = read(signed_in(mia), f"/w/{mia.slug}/staffing/money/?span=month&from=2026-12-02")
    assert "6 of 31 days have a forecast" in month and "December 2026" in month


def test_a_clients_page_and_file_hold_nothing_of_another(mia: Access) -> None:
    _, posts = make_plan(mia)
    client = signed_in(mia)
    page = read(client, f"/w/{mia.slug}/staffing/money/{AT}&client=Quokka+Bank&queue={posts}")
    assert "Quokka Bank: This week costs" in page
    assert "Sales" not in page
    told = read(client, f"/w/{mia.slug}/staffing/money/money.csv{AT}&client=Quokka+Bank")
    assert [line.split(",")[2] for line in told.strip().splitlines()] == ["queue", "Posts"]


def test_each_interval_stands_in_a_file(mia: Access) -> None:
    make_plan(mia)
    told = read(signed_in(mia), f"/w/{mia.slug}/staffing/money/money.csv{AT}&by=interval").strip().splitlines()
    assert told[0].startswith("day,from,queue,kind,client,contacts,people,paid hours,cost,value,return")
    first = told[1].split(",")
    assert first[:7] == ["2026-11-30", "08:00", "Sales", "phone", "Zephyr Air", "100.00", "14.00"]
    assert float(first[8]) == 14 * 0.5 / 0.7 * 20 * 1.25
    assert len(told) == 1 + 2 * 20 * 5


def test_names_and_rates_of_people_are_not_told(mia: Access) -> None:
    make_plan(mia)
    make_roster(mia, "Sales", 10, rate=31.77)
    page = read(signed_in(mia), f"/w/{mia.slug}/staffing/money/{AT}")
    assert "By the roster" in page and "The targets alone would take £" in page
    assert "Sales 3" not in page and "31.77" not in page


def test_agents_and_strangers_see_no_money(mia: Access) -> None:
    make_plan(mia)
    alice = signed_in(make_member(mia, "Alice", Role.AGENT))
    for path in ("money/", "money/money.csv"):
        assert alice.get(f"/w/{mia.slug}/staffing/{path}{AT}").status_code == 403
    assert "staffing/money" not in read(alice, f"/w/{mia.slug}/staffing/")
    charlie = signed_in(make_workspace("Other", "charlie@other.example"))
    assert charlie.get(f"/w/{mia.slug}/staffing/money/{AT}").status_code == 404


def test_nothing_to_reckon_with_and_odd_input_get_a_sentence(mia: Access) -> None:
    client = signed_in(mia)
    assert "No queue is planned yet" in read(client, f"/w/{mia.slug}/staffing/money/")
    make_plan(mia)
    assert "No forecast of these days" in read(client, f"/w/{mia.slug}/staffing/money/?from=2027-06-01")
    for odd in ("yesterday", "2026-02-30", "9999-01-01", "0001-01-01"):
        answer = client.get(f"/w/{mia.slug}/staffing/money/", {"from": odd})
        assert answer.status_code == 400 and "write it as 2026-11-30" in answer.content.decode()
    assert read(client, f"/w/{mia.slug}/staffing/money/{AT}&queue=%00x&client=%00")


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [(1234.4, "GBP", "£1,234"), (0.5, "EUR", "€0.50"), (-3.2, "GBP", "−£3.20"), (-0.004, "GBP", "£0"),
     (2.0, "GBP", "£2"), (99.999, "GBP", "£100"), (-5_000.0, "CHF", "−5,000\N{NO-BREAK SPACE}CHF")],
)  # fmt: skip
def test_money_is_written_with_its_sign_and_pence_only_where_they_tell(
    amount: float, currency: str, words: str
) -> None:
    assert money_words(amount, currency) == words
