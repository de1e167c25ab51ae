"""Many cases at once: each deed in its place, what can't be is said, and all of it can be undone."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.make import Town, make_member, make_town, make_workspace

from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import AuditEntry
from hubbub.care.core.case import Folder, Priority, Status
from hubbub.care.core.deeds import (
    AddTag,
    Assign,
    Close,
    DropTag,
    Insert,
    Note,
    Park,
    Rank,
    Resolve,
    SetWrapUp,
    Snooze,
    Take,
    ToTeam,
    read_deeds,
)
from hubbub.care.core.filters import Filter
from hubbub.care.models import CaseRow, CaseRules, CaseTag, ClockRow, Entry, FieldValue, Notice, Tag, WrapUp
from hubbub.care.services import cases, sorting, undo
from hubbub.infra.places import Places
from hubbub.kernel.errors import Conflict, HubbubError, InvalidInput, NotAllowed, NotFound

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def town(places: Places) -> Town:
    """Three people have complained to us: cases 1 to 3."""
    town = make_town(make_workspace(), places)
    for who in ("jo", "sam", "kim"):
        town.says(who, "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!")
    return town


@pytest.fixture
def alice(town: Town) -> Access:
    return make_member(town.access, "Alice")


def stored() -> list[Any]:
    """All of the cases that a deed may change, exactly."""
    tables = (CaseRow, Entry, CaseTag, ClockRow, FieldValue)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_taking_off_a_tag_that_nobody_has_makes_none(town: Town, alice: Access) -> None:
    assert cases.do(alice, [1], [DropTag(name="Never")], now=town.at).undo is None
    assert not Tag.objects.exists()


def test_what_names_something_that_was_removed_since_is_not_undone(town: Town, alice: Access) -> None:
    cases.do(alice, [1, 2], [AddTag(name="Old")], now=town.at)
    done = cases.do(alice, [1, 2], [DropTag(name="Old")], now=town.at)
    assert done.undo is not None
    sorting.remove_tag(town.access, Tag.objects.get().pk, now=town.at)
    before = stored()
    with pytest.raises(Conflict, match="removed since"):
        undo.undo(alice, done.undo, now=town.at)
    assert stored() == before


def test_every_deed_is_done_to_every_case_and_undone_exactly(town: Town, alice: Access) -> None:
    code = WrapUp.objects.create(
        workspace_id=alice.workspace,
        name="Broken",
        group=WrapUp.objects.create(workspace_id=alice.workspace, name="Us"),
    )
    cases.do(alice, [1, 2, 3], [AddTag(name="Old")], now=town.at)
    for deeds in (
        [Take()],
        [Rank(to=Priority.HIGH), AddTag(name="#Spare part"), DropTag(name="old")],
        [Note(text="Seen"), SetWrapUp(code=code.pk), Resolve()],
        [Park(why="A part", hours=2)],
        [Snooze(hours=1)],
        [Close()],
    ):
        before = stored()
        done = cases.do(alice, [3, 1, 2], deeds, now=town.at)
        assert (done.done, done.refused) == ((1, 2, 3), ())
        assert stored() != before
        assert done.undo is not None
        undo.undo(alice, done.undo, now=town.at)
        assert stored() == before
        with pytest.raises(Conflict, match="undone already"):
            undo.undo(alice, done.undo, now=town.at)
    assert set(Tag.objects.values_list("name", flat=True)) == {"Old", "Spare part"}


def test_what_can_not_be_done_to_one_case_is_said_and_the_others_go_on(town: Town, alice: Access) -> None:
    cases.resolve(alice, 2, now=town.at)
    left = AuditEntry.objects.count()
    done = cases.do(alice, [1, 2, 3, 99], [Note(text="Seen"), Resolve()], now=town.at)
    assert done.done == (1, 3)
    assert dict(done.refused) == {2: "Case 2 is resolved already.", 99: "There is no case 99 for you here."}
    assert not Entry.objects.filter(case__number=2, kind="note").exists()
    lines = AuditEntry.objects.order_by("id").values_list("action", "subject")[left:]
    assert list(lines) == [("note, resolve", "case 1"), ("note, resolve", "case 3")]


def test_a_case_that_moved_on_is_not_undone_and_says_so(town: Town, alice: Access) -> None:
    done = cases.do(alice, [1, 2], [Resolve()], now=town.at)
    town.says("jo", "@AcmeCustServ it is broken again!", reply_to="demo://acme/jo/1")
    before = stored()
    assert done.undo is not None
    with pytest.raises(Conflict, match="Case 1 has moved on"):
        undo.undo(alice, done.undo, now=town.at)
    assert stored() == before


def test_an_undo_leaves_alone_what_others_changed_beside_it(town: Town, alice: Access) -> None:
    done = cases.do(alice, [1], [Rank(to=Priority.URGENT)], now=town.at)
    cases.resolve(alice, 1, now=town.at)
    assert done.undo is not None
    undo.undo(alice, done.undo, now=town.at)
    case = CaseRow.objects.get(number=1)
    assert (case.status, case.priority) == (Status.RESOLVED, Priority.NORMAL)


def test_a_wrap_up_code_and_fields_are_asked_for_where_a_manager_wants_them(town: Town, alice: Access) -> None:
    sorting.save_wrap_ups(town.access, asked="required", tree={"Us": ["Broken"]}, now=town.at)
    field = sorting.save_field(town.access, name="Serial", kind="text", required=True, now=town.at)
    code = WrapUp.objects.get(name="Broken")
    with pytest.raises(Conflict, match="needs a wrap-up code"):
        cases.do_one(alice, 1, [Resolve()], now=town.at)
    with pytest.raises(Conflict, match="needs Serial"):
        cases.do_one(alice, 1, [SetWrapUp(code=code.pk), Resolve()], now=town.at)
    with pytest.raises(Conflict, match="needs a wrap-up code"):
        cases.resolve(alice, 1, now=town.at)
    sorting.answer_fields(alice, 1, {field: " WX-1 "}, now=town.at)
    cases.do_one(alice, 1, [SetWrapUp(code=code.pk), Resolve()], now=town.at)
    assert CaseRow.objects.get(number=1).wrap_up_id == code.pk
    assert Entry.objects.filter(case__number=1, text="Resolved by Alice: Broken.").exists()
    assert CaseRules.objects.get().wrap_up == "required"


def test_whoever_is_given_many_cases_hears_of_it_once(town: Town, alice: Access) -> None:
    for number in range(4, 8):
        town.says(f"p{number}", f"@AcmeCustServ my gizmo {number} is broken, it does not work!")
    cases.do(town.access, range(1, 8), [Assign(to=int(alice.person or 0))], now=town.at)
    assert list(Notice.objects.values_list("text", flat=True)) == ["Mia gave you 7 cases."]
    assert set(CaseRow.objects.values_list("owner_id", flat=True)) == {alice.person}


def test_500_cases_at_once_are_asked_for_together_and_undone_as_one(town: Town, alice: Access) -> None:
    one = CaseRow.objects.get(number=1)
    CaseRow.objects.bulk_create(
        CaseRow(
            **{
                each.attname: getattr(one, each.attname)
                for each in CaseRow._meta.concrete_fields
                if each.attname not in ("id", "number")
            },
            number=number,
        )
        for number in range(1001, 1501)
    )
    before = stored()
    with CaptureQueriesContext(connection) as asked:
        done = cases.do(alice, range(1001, 1501), [Rank(to=Priority.LOW), AddTag(name="Old"), Resolve()], now=town.at)
        assert done.undo is not None
        undo.undo(alice, done.undo, now=town.at)
    assert len(done.done) == 500
    assert stored() == before
    assert len(asked) < 200  # of the database, not for each case
    with pytest.raises(InvalidInput, match="At most 500"):
        cases.do(alice, range(1, 502), [Take()], now=town.at)


def test_deeds_are_read_from_plain_data_or_refused_in_words() -> None:
    assert read_deeds([{"do": "priority", "to": 1}, {"do": "insert", "text": "Hello"}]) == (
        Rank(to=Priority.URGENT),
        Insert(text="Hello"),
    )
    for wrong in (
        [],
        [{"do": "dance"}],
        [{"do": "park"}],
        [{"do": "park", "why": " "}],
        [{"do": "snooze"}],
        [{"do": "snooze", "hours": -1}],
        [{"do": "note", "text": " "}],
        [{"do": "tag", "name": "x", "more": 1}],
        "resolve",
    ):
        with pytest.raises(InvalidInput):
            read_deeds(wrong)


@pytest.mark.parametrize(
    "deed",
    [Assign(to=987_654), ToTeam(to=987_654), SetWrapUp(code=987_654), AddTag(name=" , "), AddTag(name="x" * 41)],
)
def test_a_deed_that_names_what_is_not_there_changes_nothing(town: Town, alice: Access, deed: Any) -> None:
    before = stored()
    with pytest.raises((NotFound, InvalidInput)):
        cases.do(alice, [1, 2], [deed], now=town.at)
    assert stored() == before


def test_strangers_and_readers_do_and_undo_nothing(town: Town, alice: Access) -> None:
    charlie = make_workspace("Globex", "charlie@globex.example")
    ana = make_member(town.access, "Ana", Role.ANALYST)
    done = cases.do(alice, [1], [Rank(to=Priority.HIGH)], now=town.at)
    assert done.undo is not None
    before = stored()
    assert cases.do(charlie, [1], [Resolve()], now=town.at).done == ()
    for who, error in ((charlie, NotFound), (ana, NotAllowed)):
        with pytest.raises(error):
            undo.undo(who, done.undo, now=town.at)
    with pytest.raises(NotAllowed):
        cases.do(ana, [1], [Resolve()], now=town.at)
    assert stored() == before


def test_tags_are_renamed_merged_and_removed_by_leads(town: Town, alice: Access) -> None:
    lead = make_member(town.access, "Lee", Role.LEAD)
    cases.do(alice, [1, 2], [AddTag(name="Spare part")], now=town.at)
    cases.do(alice, [2, 3], [AddTag(name="Parts")], now=town.at)
    spare, parts = Tag.objects.get(name="Spare part"), Tag.objects.get(name="Parts")
    with pytest.raises(NotAllowed):
        sorting.change_tag(alice, spare.pk, name="Spares", colour=1, now=town.at)
    sorting.change_tag(lead, spare.pk, name="PARTS", colour=1, now=town.at)  # a name that is there: the two are one
    assert list(Tag.objects.values_list("name", flat=True)) == ["Parts"]
    assert sorted(CaseTag.objects.values_list("case__number", "tag")) == [(1, parts.pk), (2, parts.pk), (3, parts.pk)]
    sorting.remove_tag(lead, parts.pk, now=town.at)
    assert not CaseTag.objects.exists()


def test_links_show_from_both_sides_and_stand_once(town: Town, alice: Access) -> None:
    from hubbub.care.selectors import links_of

    sorting.link(alice, 1, other=2, kind="duplicate", now=town.at)
    sorting.link(alice, 2, other=1, kind="caused", now=town.at)
    one, two = (CaseRow.objects.get(number=number) for number in (1, 2))
    assert [(each.words, each.number) for each in links_of(two.pk)] == [("Caused by", 1)]
    assert [(each.words, each.number) for each in links_of(one.pk)] == [("Cause of", 2)]
    sorting.unlink(alice, 1, other=2, now=town.at)
    assert links_of(one.pk) == ()
    for other, kind in ((1, "related"), (99, "related"), (2, "cousin")):
        with pytest.raises(HubbubError):
            sorting.link(alice, 1, other=other, kind=kind, now=town.at)


def test_an_urgent_case_comes_first_among_those_due_at_the_same_time(town: Town, alice: Access) -> None:
    from hubbub.care import selectors

    CaseRow.objects.update(sort_at=town.at, due_at=town.at, folder=Folder.NEEDS)
    cases.do(alice, [2], [Rank(to=Priority.URGENT)], now=town.at)
    CaseRow.objects.update(sort_at=town.at, folder=Folder.NEEDS)
    seen, cursor = [], ""
    while True:
        page = selectors.cases(alice, Filter("needs"), cursor=cursor, limit=1)
        seen += [line.number for line in page.lines]
        cursor = page.next
        if not cursor:
            break
    assert seen == [2, 1, 3]
