"""A customer's own data: handed over whole, erased everywhere, with a look before and a receipt after."""

import io
import json
import zipfile
from datetime import date

import pytest

from hubbub.accounts.core.access import Role
from hubbub.accounts.models import AuditEntry
from hubbub.care.core.customers.table import CustomerRow
from hubbub.care.models import Consent, Customer, Entry, Erasure, Match, Merge, Owned, SocialAccount, Trait
from hubbub.care.services import cases, customers
from hubbub.care.services.customers.taking_in import take_in
from hubbub.care.services.searching import catch_up
from hubbub.flows import customer_data
from hubbub.flows import customers as flows
from hubbub.infra.places import Places
from hubbub.kernel.errors import NotAllowed, NotFound
from hubbub.listening.models import Post
from tests.make import Town, make_member, make_town, make_workspace

pytestmark = pytest.mark.django_db

LONG = "I wrote this at length. " * 40


@pytest.fixture
def town(places: Places) -> Town:
    """Jo, known from a file with an address, has written in public and in private; Max too."""
    made = make_town(make_workspace(), places)
    made.person("jolee_widgets", name="Jo Lee")
    row = CustomerRow("Jo Lee", "K-1", "jo@example.org", product="Widget 3", serial="W-100-7", since=date(2026, 5, 1))
    key, _ = take_in(made.access, row, now=made.at)
    customers.note_consent(made.access, key, way="mail", given=True, source="a form", words="Yes.", now=made.at)
    made.says("jolee_widgets", "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!")
    made.says("jolee_widgets", f"{LONG} Mail me: jo@example.org", to="AcmeCustServ")
    made.says("max", "@AcmeCustServ how do I reset it?")
    cases.note(made.access, 1, text="Jo Lee has the old one", now=made.at)
    flows.look(made.at)
    catch_up(made.at)
    return made


def jo(town: Town) -> int:
    return Customer.objects.get(reference="K-1").pk


def test_all_that_is_kept_of_a_customer_is_handed_over_in_full(town: Town) -> None:
    packed = zipfile.ZipFile(io.BytesIO(customer_data.export(town.access, jo(town), now=town.at)))
    told = json.loads(packed.read("customer.json"))
    assert (told["name"], told["reference"], told["products"][0]["serial"]) == ("Jo Lee", "K-1", "W-100-7")
    assert told["told"][0]["words"] == "Yes."
    assert {each["text"] for each in told["contacts"] if each["kind"] == "post"} >= {f"{LONG} Mail me: jo@example.org"}
    assert "how do I reset" not in json.dumps(told)
    assert "broken for 5 days" in packed.read("contacts.txt").decode()


def test_an_erasure_takes_what_the_look_before_said_and_leaves_a_receipt_that_names_nobody(town: Town) -> None:
    before = customer_data.preview(town.access, jo(town), town.places, now=town.at)
    assert (before.accounts, before.posts, before.cases, before.products, before.permissions) == (2, 2, 1, 1, 1)
    receipt = customer_data.erase(town.access, jo(town), town.places, now=town.at)
    assert receipt.went["posts"] == 2
    for model in (Customer, Owned, Consent, Match, Merge, Trait):
        assert not model.objects.exclude(pk__in=_max(model)).exists(), model
    assert list(SocialAccount.objects.values_list("handle", flat=True)) == ["max"]
    everything = json.dumps(
        [
            *Post.objects.values_list("text", "name", "handle"),
            *Entry.objects.values_list("text", "name"),
            *AuditEntry.objects.values_list("subject", "before", "after"),
            *Erasure.objects.values_list("went"),
        ]
    )
    for word in ("Jo Lee", "jolee", "jo@example.org", "disgusting", "W-100-7"):
        assert word not in everything, word
    assert customer_data.receipt(town.access, receipt.code) == receipt
    assert Entry.objects.filter(case__number=1, kind="note", text="somebody has the old one").exists()


def _max(model: object) -> list[int]:
    """What there may be of Max: the traits of his account."""
    return list(Trait.objects.filter(account__handle="max").values_list("pk", flat=True)) if model is Trait else []


def test_who_may_not_change_the_workspace_neither_exports_nor_erases(town: Town) -> None:
    ann = make_member(town.access, "Ann", Role.LEAD)
    with pytest.raises(NotAllowed):
        customer_data.export(ann, jo(town), now=town.at)
    with pytest.raises(NotAllowed):
        customer_data.erase(ann, jo(town), town.places, now=town.at)
    charlie = make_workspace("Globex Desk", "charlie@globex.example")
    with pytest.raises(NotFound):
        customer_data.export(charlie, jo(town), now=town.at)
    assert Customer.objects.filter(reference="K-1").exists()
