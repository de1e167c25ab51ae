"""Leads: an opportunity that is heard becomes one, is followed up by stages, and keeps its history."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.make import Town, make_member, make_town, make_workspace

from hubbub.accounts.core.access import Access, Role
from hubbub.care import selectors
from hubbub.care.core.case import Priority, Status
from hubbub.care.core.deeds import AddTag, Insert, Rank, Resolve, read_deeds
from hubbub.care.models import CaseRow, CaseTag, Lead, LeadStage
from hubbub.care.services import leads, macros, undo
from hubbub.infra.places import Places
from hubbub.kernel.errors import Conflict, HubbubError, InvalidInput, NotAllowed, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(places: Places) -> Town:
    town = make_town(make_workspace(), places)
    town.says("jo", "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!")
    return town


@pytest.fixture
def alice(town: Town) -> Access:
    return make_member(town.access, "Alice")


def test_an_opportunity_that_gets_a_case_becomes_a_lead(town: Town, alice: Access) -> None:
    case = CaseRow.objects.get(number=1)
    case.kind = "opportunity"
    assert leads.from_cases(alice.workspace, [case], now=town.at) == 1
    (line,) = selectors.all_leads(alice)
    assert (line.case, line.stage_name, line.who) == (1, "New", "Jo")
    assert Lead.objects.get().post_id is not None
    assert [stage.name for stage in selectors.lead_board(alice)] == ["New", "Talked", "Offered", "Won", "Lost"]


def test_a_lead_is_followed_up_by_stages_and_keeps_its_history(town: Town, alice: Access) -> None:
    lead = leads.make(alice, 1, now=town.at)
    with pytest.raises(Conflict, match="lead already"):
        leads.make(alice, 1, now=town.at)
    offered = LeadStage.objects.get(name="Offered")
    leads.change(alice, lead, stage=offered.pk, value="1,250.5", currency="gbp", expected_on="2026-12-24", now=town.at)
    leads.change(alice, lead, value="1250.50", now=town.at)  # nothing new
    view = selectors.lead(alice, lead)
    assert (view.line.value, view.line.currency, view.line.expected_on) == (
        Decimal("1250.50"),
        "GBP",
        date(2026, 12, 24),
    )
    assert [text for _, _, text in view.events] == [
        (
            "Moved it from New to Offered. Set the value to 1,250.50. Changed the currency from EUR to GBP. "
            "Expects it on 24 December 2026."
        ),
        "Made of case 1.",
    ]
    stage = next(each for each in selectors.lead_board(alice) if each.name == "Offered")
    assert (stage.count, stage.totals) == (1, (("GBP", Decimal("1250.50")),))
    assert selectors.open_leads(alice) == 1
    leads.change(alice, lead, stage=LeadStage.objects.get(name="Won").pk, now=town.at + timedelta(days=1))
    assert selectors.open_leads(alice) == 0


@pytest.mark.parametrize("written", ["1,250.50", "1.250,50", "1 250,5", "1250.50", "1250,50"])
def test_an_amount_is_read_as_people_write_it(town: Town, alice: Access, written: str) -> None:
    lead = leads.make(alice, 1, now=town.at)
    leads.change(alice, lead, value=written, now=town.at)
    assert selectors.lead(alice, lead).line.value == Decimal("1250.50")


@pytest.mark.parametrize(
    "wrong",
    [{"value": "much"}, {"value": "-1"}, {"currency": "EURO"}, {"expected_on": "soon"}, {"title": " "}],
)
def test_what_is_no_amount_currency_or_day_changes_nothing(town: Town, alice: Access, wrong: dict[str, str]) -> None:
    lead = leads.make(alice, 1, now=town.at)
    before = list(Lead.objects.values())
    with pytest.raises(InvalidInput):
        leads.change(alice, lead, **wrong, now=town.at)
    assert list(Lead.objects.values()) == before


def test_a_manager_decides_on_the_stages_and_none_with_leads_goes(town: Town, alice: Access) -> None:
    leads.make(alice, 1, now=town.at)
    with pytest.raises(NotAllowed):
        leads.save_stages(alice, [("A", ""), ("B", "won")], currency="EUR", now=town.at)
    with pytest.raises(Conflict, match="New still has leads"):
        leads.save_stages(town.access, [("A", ""), ("B", "won")], currency="EUR", now=town.at)
    leads.save_stages(town.access, [("New", ""), ("B", "won")], currency="CHF", now=town.at)
    assert [stage.name for stage in selectors.lead_board(alice)] == ["New", "B"]


def test_strangers_see_and_change_no_lead(town: Town, alice: Access) -> None:
    charlie = make_workspace("Globex", "charlie@globex.example")
    lead = leads.make(alice, 1, now=town.at)
    assert selectors.all_leads(charlie) == ()
    for deed in (
        lambda: selectors.lead(charlie, lead),
        lambda: leads.change(charlie, lead, title="Mine", now=town.at),
        lambda: leads.remove(charlie, lead, now=town.at),
        lambda: leads.make(charlie, 1, now=town.at),
    ):
        with pytest.raises(NotFound):
            deed()


# Macros -----------------------------------------------------------------------
DEEDS = read_deeds(
    [
        {"do": "insert", "text": "Sorry! A new one is on its way."},
        {"do": "tag", "name": "Replaced"},
        {"do": "priority", "to": 4},
        {"do": "resolve"},
    ]
)


def test_a_macro_does_all_it_says_at_once_and_is_undone_at_once(town: Town, alice: Access) -> None:
    macro = macros.save_macro(town.access, name="Replace it", deeds=DEEDS, own=False, now=town.at)
    done = macros.run_macro(alice, macro, [1], now=town.at)
    case = CaseRow.objects.get(number=1)
    assert (case.status, case.priority, CaseTag.objects.count()) == (Status.RESOLVED, Priority.LOW, 1)
    assert (done.insert, done.words) == ("Sorry! A new one is on its way.", "treated with Replace it")
    assert done.undo is not None
    undo.undo(alice, done.undo, now=town.at)
    case = CaseRow.objects.get(number=1)
    assert (case.priority, CaseTag.objects.count()) == (Priority.NORMAL, 0)
    assert case.status != Status.RESOLVED


def test_own_macros_are_ones_own_and_shared_ones_take_a_lead(town: Town, alice: Access) -> None:
    bob = make_member(town.access, "Bob")
    lead = make_member(town.access, "Lee", Role.LEAD)
    own = macros.save_macro(alice, name="Mine", deeds=[Resolve()], own=True, now=town.at)
    with pytest.raises(NotAllowed):
        macros.save_macro(alice, name="Ours", deeds=[Resolve()], own=False, now=town.at)
    ours = macros.save_macro(
        lead, name="Ours", deeds=[AddTag(name="x"), Rank(to=Priority.HIGH)], own=False, now=town.at
    )
    assert [each.name for each in selectors.macros(alice)] == ["Mine", "Ours"]
    assert [each.name for each in selectors.macros(bob)] == ["Ours"]
    for deed in (
        lambda: macros.run_macro(bob, own, [1], now=town.at),
        lambda: macros.remove_macro(bob, own, now=town.at),
        lambda: macros.remove_macro(bob, ours, now=town.at),
        lambda: macros.save_macro(lead, name="ours", deeds=[Insert(text="Hi")], own=False, now=town.at),
        lambda: macros.save_macro(alice, name=" ", deeds=[Resolve()], own=True, now=town.at),
    ):
        with pytest.raises(HubbubError):
            deed()
    macros.remove_macro(lead, ours, now=town.at)
    assert [each.name for each in selectors.macros(bob)] == []
