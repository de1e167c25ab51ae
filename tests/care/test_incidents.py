"""What people do with an incident: note, say once, offer, merge, take out, close."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.care.test_storms import five
from tests.make import Town, make_member, make_town, make_workspace

from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import AuditEntry
from hubbub.care.core.errors import LookBeforeSending
from hubbub.care.core.incidents import Members, Say
from hubbub.care.models import CaseRow, Entry, Incident, IncidentMessage, Notice, WrapUp
from hubbub.care.selectors import incidents as selectors
from hubbub.care.services import cases, incidents, sorting
from hubbub.infra.models import OutboxMessage
from hubbub.infra.places import Places
from hubbub.kernel.errors import Conflict, HubbubError, InvalidInput, NotAllowed, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(places: Places) -> Town:
    town = make_town(make_workspace(), places)
    town.hear(five(town))
    return town


def only() -> int:
    return Incident.objects.get().pk


def test_the_leads_are_told_when_one_begins(town: Town) -> None:
    notice = Notice.objects.get()
    assert (notice.why, notice.person_id) == ("incident", town.access.person)
    assert notice.place == f"incidents/{only()}/"
    assert "Acme widgets: failure" in notice.text


def test_the_note_has_versions_and_a_colleagues_newer_one_is_not_written_over(town: Town) -> None:
    alice = make_member(town.access, "Alice")
    incidents.note(alice, only(), text="Update 3.2 stops the hinge", seen=0, now=town.at)
    with pytest.raises(Conflict, match="Alice wrote a newer note"):
        incidents.note(town.access, only(), text="No idea yet", seen=0, now=town.at)
    incidents.note(town.access, only(), text="Fixed by noon", seen=1, now=town.at)
    found = selectors.incident(town.access, only())
    assert found.note is not None
    assert (found.note.text, found.note.version) == ("Fixed by noon", 2)
    assert [(each.text, each.name) for each in found.notes] == [("Update 3.2 stops the hinge", "Alice")]


def test_a_holding_message_leaves_once_on_a_network_and_is_looked_at_first(town: Town) -> None:
    promise = "Sorry! We will pay you £50 compensation for this."
    with pytest.raises(LookBeforeSending):
        incidents.post(
            town.access, only(), Say.HOLDING, text=promise, connections=[town.connection], now=town.at
        )  # fmt: skip
    assert not OutboxMessage.objects.exists()
    said = "We know, and we are on it."
    incidents.post(town.access, only(), Say.HOLDING, text=said, connections=[town.connection] * 2, now=town.at)
    message = OutboxMessage.objects.get()
    assert (message.payload["text"], message.payload["parent"], message.payload["private"]) == (said, None, False)
    with pytest.raises(InvalidInput, match="already"):
        incidents.post(town.access, only(), Say.HOLDING, text=said, connections=[town.connection], now=town.at)
    assert OutboxMessage.objects.count() == 1
    assert {case.folder for case in town.cases()} == {"incident"}, "a post on the network answers nobody's case"


def test_the_first_are_answered_in_public_or_offered_help_in_private_each_once(town: Town) -> None:
    first = list(CaseRow.objects.order_by("opened_at", "id").values_list("number", flat=True)[:2])
    assert incidents.offer(town.access, only(), text="Which model is it?", first=2, now=town.at).sent == 2
    assert list(IncidentMessage.objects.order_by("id").values_list("case__number", flat=True)) == first
    assert set(Entry.objects.filter(kind="reply").values_list("private", flat=True)) == {True}
    assert incidents.offer(town.access, only(), text="Which model is it?", first=50, now=town.at).sent == 2
    assert OutboxMessage.objects.count() == CaseRow.objects.count() == 4
    assert {case.folder for case in town.cases()} == {"waiting"}


def test_a_case_taken_out_is_due_by_itself_and_put_in_again_it_is_not(town: Town) -> None:
    number = town.cases()[0].number
    incidents.take_out(town.access, only(), number, now=town.at)
    case = CaseRow.objects.get(number=number)
    assert (case.folder, case.incident_id) == ("needs", None)
    assert case.due_at is not None
    assert Incident.objects.get().cases == 3
    incidents.add(town.access, only(), number, now=town.at)
    assert CaseRow.objects.get(number=number).folder == "incident"
    assert (Incident.objects.get().cases, Incident.objects.get().voices) == (4, 5)


def test_two_incidents_become_one_with_all_that_both_held(town: Town) -> None:
    town.says("gus", "@AcmeCustServ I was charged twice for my widget, wrong invoice", after=timedelta(minutes=1))
    number = town.cases()[-1].number
    other = incidents.start(town.access, title="Invoices", numbers=[number], now=town.at)
    with pytest.raises(Conflict, match="another incident already"):
        incidents.start(town.access, title="Again", numbers=[number], now=town.at)
    big = Incident.objects.exclude(pk=other).get().pk
    incidents.merge(town.access, big, other, now=town.at)
    found = Incident.objects.get(pk=big)
    assert (found.cases, found.voices, found.posts) == (5, 6, 6)
    gone = Incident.objects.get(pk=other)
    assert (gone.open, gone.merged_into_id, gone.cases) == (False, big, 0)


@pytest.mark.parametrize("members", Members)
def test_closing_drafts_the_word_to_everybody_and_deals_with_those_nobody_answered(
    town: Town, members: Members
) -> None:
    incidents.note(town.access, only(), text="Update 3.2 stops the hinge.", now=town.at)
    answered = town.cases()[0].number
    cases.reply(town.access, answered, text="Sorry! Which model is it?", now=town.at)
    incidents.close(town.access, only(), members=members, now=town.at)
    row = Incident.objects.get()
    assert (row.open, row.closed_at) == (False, town.at)
    assert "Update 3.2 stops the hinge." in row.feedback
    left = {case.folder for case in town.cases() if case.number != answered}
    assert left == ({"needs"} if members is Members.DUE else {"resolved"})
    assert (CaseRow.objects.get(number=answered).folder) == "waiting"
    assert OutboxMessage.objects.count() == (4 if members is Members.ANSWER else 1)
    incidents.post(town.access, row.pk, Say.FEEDBACK, text="It is mended.", connections=[town.connection], now=town.at)
    town.says("late", "@AcmeCustServ my widget is broken", after=timedelta(hours=3))
    assert town.cases()[-1].incident_id is None, "what comes after the end is no part of it"


def test_where_one_case_cant_be_answered_the_others_are_and_again_tells_nobody_twice(town: Town) -> None:
    stuck = town.cases()[1].number
    CaseRow.objects.filter(number=stuck).update(needs_approval=True)
    found = incidents.close(town.access, only(), members=Members.ANSWER, now=town.at)
    assert (found.done, [number for number, _ in found.refused], found.waiting) == (3, [stuck], 1)
    assert (Incident.objects.get().open, OutboxMessage.objects.count()) == (True, 3)
    found = incidents.close(town.access, only(), members=Members.ANSWER, now=town.at)
    assert (found.done, found.waiting, OutboxMessage.objects.count()) == (0, 1, 3)
    CaseRow.objects.filter(number=stuck).update(needs_approval=False)
    assert incidents.close(town.access, only(), members=Members.ANSWER, now=town.at).waiting == 0
    assert (Incident.objects.get().open, OutboxMessage.objects.count()) == (False, 4)
    assert {case.folder for case in town.cases()} == {"resolved"}


def test_words_to_look_at_stop_the_closing_before_anything_is_sent(town: Town) -> None:
    promise = "We will pay you £50 compensation."
    with pytest.raises(LookBeforeSending):
        incidents.close(town.access, only(), members=Members.ANSWER, feedback=promise, now=town.at)
    assert (Incident.objects.get().feedback, OutboxMessage.objects.count()) == (promise, 0)
    incidents.close(town.access, only(), members=Members.ANSWER, feedback=promise, confirmed=True, now=town.at)
    assert OutboxMessage.objects.count() == 4


def test_where_a_wrap_up_code_is_asked_for_closing_gives_it(town: Town) -> None:
    sorting.save_wrap_ups(town.access, asked="required", tree={"Us": ["Broken"]}, now=town.at)
    found = incidents.close(town.access, only(), members=Members.RESOLVE, now=town.at)
    assert (found.done, found.waiting) == (0, 4)
    assert "wrap-up code" in found.refused[0][1]
    code = WrapUp.objects.get(name="Broken").pk
    assert incidents.close(town.access, only(), members=Members.RESOLVE, wrap_up=code, now=town.at).waiting == 0
    assert set(CaseRow.objects.values_list("wrap_up", flat=True)) == {code}


@pytest.mark.parametrize("deed", ["close", "merge"])
def test_a_larger_incident_costs_no_more_queries(places: Places, deed: str) -> None:
    def cost(name: str, more: int) -> int:
        town = make_town(make_workspace(name, f"mia@{more}.example"), places)
        town.hear(five(town))
        for number in range(more):
            town.says(f"late{number}", "@AcmeCustServ my widget is broken", after=timedelta(seconds=1))
        town.says("gus", "@AcmeCustServ I was charged twice for my widget, wrong invoice", after=timedelta(minutes=1))
        big = Incident.objects.get(workspace=town.access.workspace)
        assert big.cases == 4 + more
        other = incidents.start(town.access, title="Invoices", numbers=[town.cases()[-1].number], now=town.at)
        with CaptureQueriesContext(connection) as asked:
            if deed == "close":
                incidents.close(town.access, big.pk, now=town.at)
            else:
                incidents.merge(town.access, other, big.pk, now=town.at)
        return len(asked)

    assert cost("Acme Two", 20) == cost("Acme One", 1)


def test_charlie_and_who_may_only_read_change_nothing(town: Town) -> None:
    charlie = make_workspace("Globex Desk", "charlie@globex.example")
    analyst = make_member(town.access, "Ann", Role.ANALYST)
    lines = AuditEntry.objects.count()
    refused: list[tuple[Access, type[HubbubError]]] = [(charlie, NotFound), (analyst, NotAllowed)]
    for who, error in refused:
        for deed in (
            lambda who: incidents.note(who, only(), text="Ha", now=town.at),
            lambda who: incidents.lead(who, only(), to=None, now=town.at),
            lambda who: incidents.close(who, only(), now=town.at),
            lambda who: incidents.take_out(who, only(), 1, now=town.at),
            lambda who: incidents.post(who, only(), Say.HOLDING, text="Ha", connections=[1], now=town.at),
            lambda who: incidents.offer(who, only(), text="Ha", first=1, now=town.at),
            lambda who: incidents.keep(who, only(), Say.OFFER, "Ha"),
        ):
            with pytest.raises(error):
                deed(who)
    with pytest.raises(NotFound):
        selectors.incident(charlie, only())
    assert selectors.incidents(charlie) == ()
    assert AuditEntry.objects.count() == lines
