"""The people that rosters are made of: contracts, skills, wishes and absences."""

from datetime import date

import pytest

from hubbub.accounts.core.access import Role
from hubbub.accounts.models import AuditEntry
from hubbub.care.models import Notice
from hubbub.flows import shifts
from hubbub.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound
from hubbub.workforce.core.plan.contracts import Contract, contract_of, data_of, ready_made
from hubbub.workforce.core.plan.people import Answer, Cause
from hubbub.workforce.models import MemberRow
from hubbub.workforce.selectors import people as selectors
from hubbub.workforce.services import people, queues
from tests.make import NOON, make_member, make_workspace
from tests.workforce.desk.make import make_contract, make_on_roster

XMAS, NEW_YEAR = date(2026, 12, 24), date(2027, 1, 1)


@pytest.mark.parametrize("held", [*ready_made(), Contract("Split", split="must", lengths=(360, 480))])
def test_a_contract_comes_back_as_it_was_kept_and_its_breaks_lie_in_its_shifts(held: Contract) -> None:
    assert contract_of({**data_of(held), "name": held.name}) == held
    for form in held.forms:
        pieces, breaks = form.at(480)
        assert (
            sum(end - start for start, end in pieces) - sum(end - start for start, end, paid in breaks if not paid)
            in held.lengths
        )
        assert all(any(start <= begin and over <= end for start, end in pieces) for begin, over, _ in breaks)
        for first, last, long, _ in form.breaks:
            assert 0 <= first <= last <= form.minutes - long
        for one, two in zip(form.breaks, form.breaks[1:], strict=False):
            assert one[1] + one[2] <= two[0], "a break may begin before the one before it ended"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"days": (6, 5)}, "fewest first"),
        ({"lengths": ()}, "1 to 16 hours"),
        ({"lengths": (7,)}, "quarters"),
        ({"starts": ()}, "when shifts start"),
        ({"starts": ((700, 600),)}, "when shifts start"),
        ({"hours": (40.0, 20.0)}, "fewest first"),
        ({"hours": (60.0, 60.0)}, "don't make"),
        ({"rest_min": 1500}, "24 hours"),
        ({"name": "  "}, "1 to 60"),
    ],
)
def test_a_contract_that_makes_no_sense_says_what_to_mend(changes: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        contract_of({"name": "Odd", **changes})


def test_people_of_the_workspace_go_on_the_roster_at_once_and_only_once(db: None) -> None:
    mia = make_workspace()
    alice, bob = make_member(mia, "Alice"), make_member(mia, "Bob")
    queues.save_queue(mia, {"name": "Sales", "kind": "phone"}, now=NOON)
    terms = make_contract(mia)
    for many in (2, 0):
        assert people.add_members(mia, [alice.me, bob.me], contract=terms, skills=["sales"], now=NOON) == many
    assert [(each.name, each.skills) for each in selectors.members(mia)] == [("Alice", ("Sales",)), ("Bob", ("Sales",))]
    assert [name for _, name in selectors.not_yet(mia)] == ["Mia"]
    with pytest.raises(InvalidInput, match="French"):
        make_on_roster(mia, "Carla", terms, ("French",))
    with pytest.raises(Conflict, match="called alice"):
        make_on_roster(mia, "alice", terms)
    with pytest.raises(Conflict, match="Somebody has"):
        people.remove_contract(mia, terms, now=NOON)


def test_a_file_of_people_is_taken_in_whole_or_not_at_all(db: None) -> None:
    mia = make_workspace()
    queues.save_queue(mia, {"name": "Sales", "kind": "phone"}, now=NOON)
    make_contract(mia)
    with pytest.raises(InvalidInput, match="Line 3: There is no contract Quarter time"):
        people.take_in(
            mia, [{"name": "A", "contract": "Full time"}, {"name": "B", "contract": "Quarter time"}], now=NOON
        )
    assert selectors.members(mia) == ()
    lines = [
        {"name": "A", "contract": "full time", "skills": "sales", "rate": "12,50"},
        {"name": "B", "contract": "Full time"},
    ]
    assert people.take_in(mia, lines, now=NOON) == 2
    assert people.take_in(mia, [{"name": "a", "rate": "13"}], now=NOON) == 1
    assert [(each.name, each.rate, each.skills) for each in selectors.members(mia)] == [
        ("A", 13.0, ("Sales",)), ("B", None, ()),
    ]  # fmt: skip


def test_agents_wish_and_ask_for_themselves_and_leads_answer(db: None) -> None:
    mia = make_workspace()
    alice, bob, lee = make_member(mia, "Alice"), make_member(mia, "Bob"), make_member(mia, "Lee", Role.LEAD)
    terms = make_contract(mia)
    people.add_members(mia, [alice.me, bob.me], contract=terms, now=NOON)
    hers, his = (selectors.own_member(each).id for each in (alice, bob))  # type: ignore[union-attr]
    people.wish_weekdays(alice, hers, [2, 2], now=NOON)
    people.wish_day(alice, hers, XMAS, now=NOON)
    asked = shifts.note_absence(alice, hers, XMAS, NEW_YEAR, "holiday", note="Home", now=NOON)
    assert asked.state is Answer.ASKED
    assert set(Notice.objects.filter(why="shifts").values_list("person_id", flat=True)) == {mia.me, lee.me}
    for deed in (
        lambda: people.wish_weekdays(alice, his, [2], now=NOON),
        lambda: people.wish_day(alice, his, XMAS, now=NOON),
        lambda: people.note_absence(alice, his, XMAS, XMAS, "sick", now=NOON),
        lambda: people.renew_feed(alice, his, now=NOON),
        lambda: people.end_absence(bob, asked.id, now=NOON),
        lambda: people.answer_absence(alice, asked.id, granted=True, now=NOON),
        lambda: make_on_roster(alice, "Gnome", terms),
        lambda: make_contract(alice, "Mine"),
    ):
        with pytest.raises(NotAllowed):
            deed()
    with pytest.raises(Conflict, match="already"):
        people.note_absence(alice, hers, NEW_YEAR, NEW_YEAR, "holiday", now=NOON)
    assert selectors.absences(bob, XMAS, NEW_YEAR) == ()
    shifts.answer_absence(lee, asked.id, granted=True, now=NOON)
    told = Notice.objects.get(why="shifts", person_id=alice.me)
    assert "2026-12-24 – 2027-01-01" in told.text
    (seen,) = selectors.absences(bob, XMAS, NEW_YEAR)
    assert (seen.cause, seen.note) == (Cause.OTHER, ""), "why somebody is away is nobody else's"
    (own,) = selectors.absences(alice, XMAS, NEW_YEAR)
    assert (own.cause, own.note) == (Cause.HOLIDAY, "Home")
    assert own.days(XMAS, date(2026, 12, 26)) == (XMAS, date(2026, 12, 25))
    assert selectors.wishes(bob, XMAS, NEW_YEAR) == {}
    with pytest.raises(Conflict, match="answered"):
        shifts.answer_absence(mia, asked.id, granted=False, now=NOON)


def test_what_an_hour_costs_is_told_to_who_plans_and_to_nobody_else(db: None) -> None:
    mia = make_workspace()
    alice, anna = make_member(mia, "Alice"), make_member(mia, "Anna", Role.ANALYST)
    who = make_on_roster(mia, "Carla", make_contract(mia), rate=17.5)
    assert selectors.member(mia, who).rate == 17.5
    assert [selectors.member(each, who).rate for each in (alice, anna)] == [None, None]
    assert not AuditEntry.objects.filter(after__icontains="17.5").exists()


def test_strangers_see_and_change_nothing(db: None) -> None:
    mia, charlie = make_workspace(), make_workspace("Other", "charlie@other.example")
    terms = make_contract(mia)
    who = make_on_roster(mia, "Carla", terms)
    away = people.note_absence(mia, who, XMAS, XMAS, "sick", now=NOON)
    own = make_contract(charlie)
    for deed in (
        lambda: selectors.member(charlie, who),
        lambda: selectors.contract(charlie, terms),
        lambda: make_on_roster(charlie, "Gnome", terms),
        lambda: people.save_member(charlie, {"name": "Gnome", "contract": own}, member=who, now=NOON),
        lambda: people.note_absence(charlie, who, NEW_YEAR, NEW_YEAR, "sick", now=NOON),
        lambda: people.end_absence(charlie, away.id, now=NOON),
        lambda: people.wish_day(charlie, who, XMAS, now=NOON),
        lambda: people.renew_feed(charlie, who, now=NOON),
        lambda: people.remove_contract(charlie, terms, now=NOON),
        lambda: people.add_members(charlie, [mia.me], contract=own, now=NOON),
    ):
        with pytest.raises(NotFound):
            deed()
    assert selectors.members(charlie) == selectors.absences(charlie, XMAS, NEW_YEAR) == ()
    assert MemberRow.objects.get().name == "Carla"
