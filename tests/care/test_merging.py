"""Merging and splitting: all words stand where they belong, later ones arrive there, and undoing loses nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.make import Town, at_once, make_member, make_town, make_workspace

from hubbub.accounts.core.access import Access
from hubbub.care import selectors
from hubbub.care.core.case import Folder, Status
from hubbub.care.core.deeds import AddTag, Resolve
from hubbub.care.models import (
    CaseRow,
    CaseTag,
    ClockRow,
    DecisionRow,
    Entry,
    FieldValue,
    Likeness,
    Presence,
)
from hubbub.care.services import calls, cases, sorting, undo
from hubbub.infra import outbox
from hubbub.infra.models import OutboxMessage
from hubbub.infra.places import Places
from hubbub.kernel.errors import Conflict, HubbubError, InvalidInput

BROKEN = "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!"
PARCEL = "@AcmeCustServ where is my parcel? It has not arrived"
SORRY = "Sorry to hear that! Which model is it?"


@pytest.fixture
def town(places: Places, db: None) -> Town:
    """Jo's widget is broken: case 1. Sam waits for a parcel: case 2. Jo also waits for one: case 3."""
    return make(places)


def make(places: Places) -> Town:
    town = make_town(make_workspace(), places)
    town.says("jo", BROKEN)
    town.says("sam", PARCEL)
    town.says("jo", "My invoice is wrong, I was charged twice!", to="AcmeCustServ")
    return town


@pytest.fixture
def alice(town: Town) -> Access:
    return make_member(town.access, "Alice")


def stored() -> dict[str, list[Any]]:
    """Everything about cases, exactly."""
    tables = (CaseRow, Entry, CaseTag, ClockRow, DecisionRow, FieldValue, Likeness, OutboxMessage)
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in tables}


def words(access: Access, number: int, town: Town) -> list[str]:
    """What was said in a case, by people and by us."""
    moments = selectors.case(access, number, town.at).moments
    return [each.said.text if each.said else each.text for each in moments if each.kind != "event"]


# Merging ----------------------------------------------------------------------
def test_all_that_was_said_in_a_merged_case_stands_in_the_other_in_its_order(town: Town, alice: Access) -> None:
    cases.note(alice, 2, text="Post office asked", now=town.at)
    town.says("jo", "@AcmeCustServ and it still does not work!", reply_to="demo://acme/jo/1")
    queued = cases.reply(alice, 2, text=SORRY, now=town.at)
    cases.merge(alice, 2, into=1, now=town.at)
    assert words(alice, 1, town) == [
        BROKEN, PARCEL, "Post office asked", "@AcmeCustServ and it still does not work!", SORRY,
    ]  # fmt: skip
    assert words(alice, 2, town) == []
    gone = CaseRow.objects.get(number=2)
    assert (gone.status, gone.merged_into) == (Status.CLOSED, 1)
    assert OutboxMessage.objects.get(pk=queued).subject == CaseRow.objects.get(number=1).pk


@pytest.mark.parametrize("sure", ["untouched", "answered", "resolved", "parked"])
def test_an_undone_merge_is_as_if_it_had_never_been(town: Town, alice: Access, sure: str) -> None:
    field = sorting.save_field(town.access, name="Serial", kind="text", now=town.at)
    sorting.answer_fields(alice, 3, {field: "WX-1"}, now=town.at)
    cases.do(alice, [3], [AddTag(name="Invoice")], now=town.at)
    if sure == "answered":
        cases.reply(alice, 3, text=SORRY, private=True, now=town.at)
    elif sure == "resolved":
        cases.resolve(alice, 3, now=town.at)
    elif sure == "parked":
        cases.park(alice, 3, why="A clerk", now=town.at)
    before = stored()
    doing = cases.merge(alice, 3, into=1, now=town.at)
    stays = CaseRow.objects.get(number=1)
    assert (stays.posts, CaseTag.objects.filter(case=stays).count()) == (2, 1)
    assert FieldValue.objects.get(case=stays).value == "WX-1"
    undo.undo(alice, doing, now=town.at)
    assert stored() == before


def test_later_words_arrive_in_the_case_that_stays(town: Town, alice: Access) -> None:
    cases.merge(alice, 3, into=1, now=town.at)
    cases.merge(alice, 2, into=1, now=town.at)
    cases.reply(alice, 1, text=SORRY, now=town.at)
    town.says("jo", "My invoice is still wrong, please help", to="AcmeCustServ")
    assert (CaseRow.objects.get(number=1).folder, CaseRow.objects.count()) == (Folder.NEEDS, 3)
    town.says("sam", "@AcmeCustServ it still has not arrived, where is it?", reply_to="demo://acme/sam/2")
    assert words(alice, 1, town)[-1].endswith("where is it?")
    assert (CaseRow.objects.count(), CaseRow.objects.get(number=2).status) == (3, Status.CLOSED)


def test_who_waits_in_the_merged_case_waits_in_the_other(town: Town, alice: Access) -> None:
    due = CaseRow.objects.get(number=2).due_at
    cases.reply(alice, 1, text=SORRY, now=town.at)
    cases.merge(alice, 2, into=1, now=town.at)
    stays = CaseRow.objects.get(number=1)
    assert (stays.folder, stays.due_at, stays.owner_id, stays.voices) == (Folder.NEEDS, due, alice.person, 2)


def test_nobody_counts_a_merged_case_as_resolved(town: Town, alice: Access) -> None:
    cases.merge(alice, 2, into=1, now=town.at + timedelta(minutes=1))
    assert set(ClockRow.objects.filter(case__number=2).values_list("outcome", flat=True)) == {"dropped"}
    assert not ClockRow.objects.filter(case__number=1, stopped_at__isnull=False).exists()


def test_a_reply_that_fails_after_the_merge_wakes_the_case_that_stays(town: Town, alice: Access) -> None:
    cases.reply(alice, 2, text=SORRY, now=town.at)
    cases.reply(alice, 1, text=SORRY, now=town.at)
    message = outbox.claim("sender", town.at)
    assert message is not None
    old = CaseRow.objects.get(number=2)
    cases.merge(alice, 2, into=1, now=town.at)
    cases.delivery_failed(old.pk, now=town.at)
    assert CaseRow.objects.get(number=1).folder == Folder.NEEDS


def test_what_happened_since_and_would_be_lost_forbids_the_undo(town: Town, alice: Access) -> None:
    doing = cases.merge(alice, 3, into=1, now=town.at)
    cases.reply(alice, 1, text=SORRY, now=town.at)
    before = stored()
    with pytest.raises(Conflict, match="Case 1 has moved on since"):
        undo.undo(alice, doing, now=town.at)
    assert stored() == before


def test_a_note_written_since_stays_where_it_was_written(town: Town, alice: Access) -> None:
    doing = cases.merge(alice, 3, into=1, now=town.at)
    cases.note(alice, 1, text="Called the shop", now=town.at)
    undo.undo(alice, doing, now=town.at)
    assert words(alice, 1, town) == [BROKEN, "Called the shop"]
    assert CaseRow.objects.get(number=3).folder in (Folder.NEEDS, Folder.HELD)


def test_who_looks_at_the_merged_case_is_seen_in_the_other(town: Town, alice: Access) -> None:
    bob = make_member(town.access, "Bob")
    cases.look(bob, 2, typing=True, now=town.at)
    cases.merge(alice, 2, into=1, now=town.at)
    assert Presence.objects.get().case.number == 1


@pytest.mark.parametrize(
    ("first", "number", "into", "says"),
    [
        (lambda who, at: None, 1, 1, "the one itself"),
        (lambda who, at: cases.resolve(who, 1, now=at), 2, 1, "Reopen it first"),
        (lambda who, at: cases.merge(who, 2, into=3, now=at), 2, 1, "part of case 3"),
        (lambda who, at: cases.merge(who, 1, into=3, now=at), 2, 1, "part of case 3"),
        (
            lambda who, at: [
                calls.ask(who, each, to="+49 30 1234567", at=at + timedelta(hours=1), now=at) for each in (1, 2)
            ],
            2,
            1,
            "somebody is to be called",
        ),
    ],
)
def test_what_can_not_be_merged_says_why(
    town: Town, alice: Access, first: Callable[[Access, Any], Any], number: int, into: int, says: str
) -> None:
    first(alice, town.at)
    before = stored()
    with pytest.raises(HubbubError, match=says):
        cases.merge(alice, number, into=into, now=town.at)
    assert stored() == before


def test_a_merged_case_is_gone_on_with_only_in_the_other(town: Town, alice: Access) -> None:
    cases.merge(alice, 2, into=1, now=town.at)
    for deed in (
        lambda: cases.reopen(alice, 2, now=town.at),
        lambda: cases.reply(alice, 2, text=SORRY, now=town.at),
        lambda: cases.assign(alice, 2, to=alice.person, now=town.at),
        lambda: cases.do_one(alice, 2, [Resolve()], now=town.at),
    ):
        with pytest.raises(HubbubError):
            deed()


# Splitting --------------------------------------------------------------------
def posts(number: int) -> list[int]:
    return list(Entry.objects.filter(case__number=number, kind="post").order_by("at").values_list("pk", flat=True))


def test_chosen_posts_become_a_case_of_their_own(town: Town, alice: Access) -> None:
    town.says("dana", "@AcmeCustServ my gizmo is broken as well, help!", reply_to="demo://acme/jo/1")
    number, doing = cases.split(alice, 1, posts(1)[1:], now=town.at)
    made, rest = CaseRow.objects.get(number=number), CaseRow.objects.get(number=1)
    assert (made.who, made.folder, made.posts, rest.posts) == ("Dana", Folder.NEEDS, 1, 1)
    assert made.due_at is not None
    assert words(alice, number, town) == ["@AcmeCustServ my gizmo is broken as well, help!"]
    town.says("dana", "@AcmeCustServ hello? it is still broken", reply_to="demo://acme/dana/4")
    with pytest.raises(Conflict, match="moved on since"):
        undo.undo(alice, doing, now=town.at)


def test_an_undone_split_is_as_if_it_had_never_been(town: Town, alice: Access) -> None:
    town.says("dana", "@AcmeCustServ my gizmo is broken as well, help!", reply_to="demo://acme/jo/1")
    before = stored()
    number, doing = cases.split(alice, 1, posts(1)[1:], now=town.at)
    undo.undo(alice, doing, now=town.at)
    assert stored() == before
    number, doing = cases.split(alice, 1, posts(1)[1:], now=town.at)
    cases.note(alice, number, text="Seen", now=town.at)
    with pytest.raises(Conflict, match="Something was said"):
        undo.undo(alice, doing, now=town.at)


def test_a_case_keeps_at_least_one_word_of_its_own(town: Town, alice: Access) -> None:
    for chosen in (posts(1), [], posts(2), [987_654]):
        with pytest.raises(InvalidInput):
            cases.split(alice, 1, chosen, now=town.at)


# Two at the same moment ---------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_who_merge_at_the_same_moment_lose_nothing(places: Places) -> None:
    town = make(places)
    alice, bob = make_member(town.access, "Alice"), make_member(town.access, "Bob")
    done = at_once(
        lambda: cases.merge(alice, 2, into=1, now=town.at),
        lambda: cases.merge(bob, 1, into=2, now=town.at),
        lambda: cases.reply(alice, 3, text=SORRY, private=True, now=town.at),
    )
    assert sum(isinstance(each, HubbubError) for each in done) == 1
    (left,) = CaseRow.objects.filter(number__in=(1, 2), merged_into__isnull=True)
    assert sorted(words(alice, left.number, town)) == sorted([BROKEN, PARCEL])


@pytest.mark.django_db(transaction=True)
def test_a_post_that_arrives_while_its_case_is_merged_stands_in_the_one_that_stays(places: Places) -> None:
    town = make(places)
    alice = make_member(town.access, "Alice")
    doing, uri = at_once(
        lambda: cases.merge(alice, 2, into=1, now=town.at),
        lambda: town.says("sam", "@AcmeCustServ hello? Where is it?", reply_to="demo://acme/sam/2"),
    )
    assert not isinstance(doing, HubbubError)
    assert Entry.objects.get(post__uri=uri).case.number == 1
    assert CaseRow.objects.get(number=2).status == Status.CLOSED
