"""How replies wait, come back, are looked at and signed: and that no word of an agent is ever lost on the way."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.make import NOON, Town, at_once, make_member, make_town, make_workspace

from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import AuditEntry, Membership
from hubbub.accounts.services import make_team
from hubbub.care import selectors
from hubbub.care.core.answering import Rules, Written
from hubbub.care.core.case import Case, Status, changes_between
from hubbub.care.core.errors import CannotSend, CaseClosed, CaseMoved, NeedsApproval, NewerDraft, NotYourCase, TooLate
from hubbub.care.core.tone import CHECKS, Better, Check, Draft, looked
from hubbub.care.models import CannedReply, CaseRow, ClockRow, Entry, Notice, PendingReply
from hubbub.care.models import Draft as DraftRow
from hubbub.care.services import answering, cases
from hubbub.infra import outbox
from hubbub.infra.models import OutboxMessage
from hubbub.infra.places import Places
from hubbub.kernel.details import File
from hubbub.kernel.errors import Conflict, HubbubError, InvalidInput, NotAllowed, NotFound
from hubbub.kernel.ids import PersonId

BROKEN = "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!"
SORRY = "Sorry to hear that! Which model is it?"
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def town(db: None, places: Places) -> Town:
    """Jo has complained to us: case 1."""
    town = make_town(make_workspace(), places)
    town.says("jo", BROKEN)
    return town


@pytest.fixture
def alice(town: Town) -> Access:
    return make_member(town.access, "Alice")


@pytest.fixture
def bob(town: Town) -> Access:
    return make_member(town.access, "Bob")


@pytest.fixture
def lea(town: Town) -> Access:
    return make_member(town.access, "Lea", Role.LEAD)


def choose(town: Town, **rules: Any) -> None:
    answering.change_answering(town.access, Rules(**rules), now=town.at)


def writes(town: Town, by: Access, text: str = SORRY, mode: str = "public") -> int:
    known = {each.mode: each.version for each in selectors.drafts_on(by, 1)}
    return cases.keep_draft(by, 1, mode=mode, text=text, seen=known.get(mode, 0), now=town.at)


def sends(town: Town, by: Access, text: str = SORRY, **how: Any) -> Any:
    deed = {
        name: how.pop(name)
        for name in ("send_at", "ask", "hold", "also", "seen_reply", "undoable", "key")
        if name in how
    }
    return cases.answer(by, 1, Written(text, **how), **{"undoable": True, **deed}, now=town.at)


def files(by: Access) -> dict[str, tuple[File, ...]]:
    return {each.mode: each.files for each in selectors.drafts_on(by, 1)}


def draft(by: Access, mode: str = "public") -> str:
    return next((each.text for each in selectors.drafts_on(by, 1) if each.mode == mode), "")


def claimed(town: Town, after: timedelta) -> bool:
    return outbox.claim("sender", town.at + after) is not None


def pending(by: Access, state: str) -> list[str]:
    return [each.text for each in selectors.pending(by, state)]


# Drafts -------------------------------------------------------------------------
def test_a_draft_is_of_one_person_case_and_way_and_gone_once_its_words_are_sent(
    town: Town, alice: Access, bob: Access
) -> None:
    writes(town, alice, "Hello Jo")
    writes(town, alice, "The hinge, I think", "note")
    writes(town, bob, "Hi!")
    assert (draft(alice), draft(alice, "note"), draft(bob), draft(alice, "private")) == (
        "Hello Jo",
        "The hinge, I think",
        "Hi!",
        "",
    )
    assert selectors.case(alice, 1, town.at).drafting == ("Bob",)
    assert "Hi!" not in repr(selectors.case(alice, 1, town.at))  # that there is one, not what it says
    sends(town, alice, "Hello Jo")
    cases.note(alice, 1, text="The hinge, I think", now=town.at)
    assert (draft(alice), draft(alice, "note"), draft(bob)) == ("", "", "Hi!")


def test_a_save_that_comes_late_or_from_another_window_changes_nothing(town: Town, alice: Access) -> None:
    first = writes(town, alice, "Hello")
    second = cases.keep_draft(alice, 1, mode="public", text="Hello Jo", seen=first, now=town.at)
    for late in (0, first):
        with pytest.raises(NewerDraft):
            cases.keep_draft(alice, 1, mode="public", text="Hel", seen=late, now=town.at)
    sends(town, alice, "Hello Jo")
    with pytest.raises(NewerDraft):  # it was on its way when the words were sent
        cases.keep_draft(alice, 1, mode="public", text="Hello Jo", seen=second - 1, now=town.at)
    assert draft(alice) == ""


def test_words_that_changed_on_the_way_stay_and_a_refused_reply_keeps_its_draft(
    town: Town, alice: Access, bob: Access
) -> None:
    writes(town, alice, "Hello Jo, and one thing more")
    sends(town, alice, "Hello Jo")
    assert draft(alice) == "Hello Jo, and one thing more"
    writes(town, bob, "Bob here")
    with pytest.raises(CaseMoved):
        sends(town, bob, "Bob here", seen_reply=0)
    cases.resolve(alice, 1, now=town.at)
    row = town.case()
    row.take(row.value().close(town.at))
    row.save()
    with pytest.raises(CaseClosed):
        sends(town, bob, "Bob here")
    assert draft(bob) == "Bob here"
    assert [each.text for each in selectors.drafts(bob)] == ["Bob here"]


def test_nobody_sees_or_keeps_drafts_elsewhere(town: Town, alice: Access) -> None:
    charlie = make_workspace("Globex Desk", "charlie@globex.example")
    writes(town, alice, "Hello Jo")
    for deed in (
        lambda: cases.keep_draft(charlie, 1, mode="public", text="x", seen=0, now=town.at),
        lambda: cases.undo(charlie, 1, 1, now=town.at),
        lambda: cases.send_now(charlie, 1, now=town.at),
    ):
        with pytest.raises(NotFound):
            deed()
    assert selectors.drafts(charlie) == ()
    with pytest.raises(NotAllowed):
        cases.keep_draft(make_member(town.access, "Ann", Role.ANALYST), 1, mode="note", text="x", seen=0, now=town.at)


# Undo ---------------------------------------------------------------------------
def test_files_stand_in_a_draft_come_along_and_leave_with_its_words_or_others(town: Town, alice: Access) -> None:
    number, one, two = town.case().number, File("f1", "a.png", "image/png"), File("f2", "b.png", "image/png")
    cases.keep_draft(alice, number, mode="public", text="Sorr", seen=0, now=town.at)
    cases.keep_draft_files(alice, number, mode="public", files=[one, two], now=town.at)
    assert cases.keep_draft_files(alice, number, mode="private", files=[], come=["f1"], now=town.at) == [one]
    assert files(alice) == {"public": (two,), "private": (one,)}
    assert cases.files_of_drafts(alice, number) == (two, one)
    cases.answer(alice, number, Written(SORRY, attached=(two,)), now=town.at)  # before the last words were kept
    assert files(alice) == {"public": (), "private": (one,)}
    cases.answer(alice, number, Written(SORRY, attached=(one,)), now=town.at)  # before it had come along
    assert files(alice) == {"public": (), "private": ()}
    with pytest.raises(InvalidInput, match="At most 10"):
        many = [File(f"f{each}") for each in range(3, 14)]
        cases.keep_draft_files(alice, number, mode="private", files=many, now=town.at)
    with pytest.raises(InvalidInput, match="public or private"):
        cases.keep_draft_files(alice, number, mode="note", files=[one], now=town.at)


def test_a_reply_waits_ten_seconds_and_can_be_taken_back_with_words_and_files(town: Town, alice: Access) -> None:
    before, clocks = town.case().value(), list(ClockRow.objects.values())
    file = File("f" * 64, "a.txt", "text/plain", 3)
    writes(town, alice, "")
    sent = cases.answer(alice, 1, Written(SORRY), undoable=True, now=town.at)
    assert town.case().status == Status.WAITING
    (moment,) = [each for each in selectors.case(alice, 1, town.at).moments if each.kind == "reply"]
    assert moment.sending
    assert moment.sending.leaves_at == town.at + timedelta(seconds=10)
    assert not claimed(town, timedelta(seconds=9))
    Entry.objects.filter(outbox=sent.outbox).update(data={**Entry.objects.get(outbox=sent.outbox).data, "files": [
        {"ref": file.ref, "name": "a.txt", "type": "text/plain", "size": 3}]})  # fmt: skip
    cases.undo(alice, 1, sent.outbox or 0, now=town.at + 5 * SECOND)
    assert town.case().value() == before
    running = [each["kind"] for each in ClockRow.objects.filter(stopped_at__isnull=True).values()]
    assert sorted(running) == sorted(each["kind"] for each in clocks)  # what is waited for is waited for again
    assert ClockRow.objects.get(kind="first").started_at == clocks[0]["started_at"]
    assert not OutboxMessage.objects.exists()
    assert [each.kind for each in selectors.case(alice, 1, town.at).moments] == ["post"]
    (kept,) = [each for each in selectors.drafts_on(alice, 1) if each.mode == "public"]
    assert (kept.text, kept.files) == (SORRY, (file,))
    assert selectors.files_in_use() == {file.ref}
    assert not claimed(town, HOUR)


def test_a_word_on_how_it_ended_leaves_a_settled_case_settled_and_an_open_one_is_answered(
    town: Town, alice: Access
) -> None:
    sends(town, alice, aside=True)
    assert town.case().status == Status.WAITING
    cases.resolve(alice, 1, now=town.at)
    sends(town, alice, text="This is settled.", aside=True)
    assert town.case().status == Status.RESOLVED
    sends(town, alice, text="Does it work now?")
    assert town.case().status == Status.WAITING


def test_words_that_were_kept_once_more_on_their_way_come_back_once(town: Town, alice: Access) -> None:
    sent = sends(town, alice)
    writes(town, alice, SORRY)
    cases.undo(alice, 1, sent.outbox, now=town.at)
    assert draft(alice) == SORRY


def test_who_is_too_late_is_told_and_only_the_author_takes_back(town: Town, alice: Access, bob: Access) -> None:
    sent = sends(town, alice)
    with pytest.raises(NotFound):
        cases.undo(bob, 1, sent.outbox, now=town.at)
    assert claimed(town, timedelta(seconds=10))
    with pytest.raises(TooLate):
        cases.undo(alice, 1, sent.outbox, now=town.at)
    assert draft(alice) == ""


def test_undo_gives_back_what_the_answer_changed_and_leaves_what_came_since(
    town: Town, alice: Access, bob: Access
) -> None:
    due = town.case().value().end_hold(town.at + HOUR).due_at
    sent = sends(town, alice)
    town.says("jo", "@AcmeCustServ still broken!", reply_to="demo://acme/jo/1", after=SECOND)
    cases.assign(bob, 1, to=bob.person, now=town.at)
    cases.undo(alice, 1, sent.outbox, now=town.at)
    case = town.case().value()
    assert (case.status, case.owner, case.first_replied_at) == (Status.OPEN, bob.person, None)
    assert case.due_at is not None
    assert due is not None


def test_words_that_came_back_stand_before_what_was_begun_meanwhile(town: Town, alice: Access) -> None:
    sent = sends(town, alice, "First.")
    writes(town, alice, "Second.")
    cases.undo(alice, 1, sent.outbox, now=town.at)
    assert draft(alice) == "First.\n\nSecond."


def test_what_is_written_where_an_empty_draft_was_cleared_away_is_kept(town: Town, alice: Access) -> None:
    writes(town, alice)
    known = writes(town, alice, "")
    assert cases.forget_empty_drafts(town.at + timedelta(days=2)) == 1
    assert cases.keep_draft(alice, 1, mode="public", text=SORRY, seen=known, now=town.at + timedelta(days=2)) == 1
    assert draft(alice) == SORRY


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_", range(3))
def test_of_a_sender_and_an_undo_at_once_exactly_one_wins(places: Places, _: int) -> None:
    town = make_town(make_workspace(), places)
    town.says("jo", BROKEN)
    alice = make_member(town.access, "Alice")
    sent = sends(town, alice)
    later = town.at + timedelta(seconds=10)
    taken, undone = at_once(lambda: outbox.claim("s", later), lambda: cases.undo(alice, 1, sent.outbox, now=later))
    assert (taken is None) == (undone is None)
    assert isinstance(undone, TooLate | None)
    assert OutboxMessage.objects.count() == Entry.objects.filter(kind="reply").count() == (taken is not None)
    assert draft(alice) == ("" if taken else SORRY)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_answer_at_once_one_wins_and_the_other_loses_no_word(places: Places) -> None:
    town = make_town(make_workspace(), places)
    town.says("jo", BROKEN)
    alice, bob = make_member(town.access, "Alice"), make_member(town.access, "Bob")
    words = {alice.name: "Alice here.", bob.name: "Bob here."}
    for who in (alice, bob):
        writes(town, who, words[who.name])
    told = at_once(*(lambda who=who: sends(town, who, words[who.name], seen_reply=0) for who in (alice, bob)))
    assert sorted(type(each).__name__ for each in told) == ["Answered", "CaseMoved"]
    lost, won = (alice, bob) if isinstance(told[0], CaseMoved) else (bob, alice)
    assert (draft(lost), draft(won)) == (words[lost.name], "")
    assert [each.text for each in Entry.objects.filter(kind="reply")] == [words[won.name]]


_times = st.none() | st.integers(0, 50).map(lambda n: NOON + n * SECOND)
_cases = st.builds(
    Case,
    number=st.just(1),
    status=st.sampled_from([Status.NEW, Status.OPEN, Status.WAITING, Status.RESOLVED]),
    opened_at=st.just(NOON),
    last_inbound_at=st.just(NOON),
    owner=st.none() | st.integers(1, 3).map(PersonId),
    not_before=_times,
    due_at=_times,
    review_at=_times,
    first_replied_at=_times,
    last_outbound_at=_times,
    resolved_at=_times,
)


@given(_cases, st.integers(60, 90))
def test_an_answer_that_is_undone_at_once_never_was(was: Case, after: int) -> None:
    became = was.answer(NOON + after * SECOND, PersonId(2))
    assert became.undone(changes_between(was, became)) == was


# Send later ---------------------------------------------------------------------
def test_a_reply_leaves_at_its_time_in_its_authors_name(town: Town, alice: Access) -> None:
    at = town.at + HOUR
    assert sends(town, alice, send_at=at).state == "later"
    assert (town.case().status, pending(alice, "later"), draft(alice)) == (Status.NEW, [SORRY], "")
    assert selectors.due_replies(at - SECOND) == []
    (which,) = selectors.due_replies(at)
    cases.send_due(which, now=at)
    cases.send_due(which, now=at)  # once
    (entry,) = Entry.objects.filter(kind="reply")
    assert (entry.person_id, entry.at, town.case().status) == (alice.person, at, Status.WAITING)
    assert not PendingReply.objects.exists()


@pytest.mark.parametrize("hold", [True, False])
def test_it_is_held_back_and_said_so_where_somebody_wrote_meanwhile_unless_it_was_to_go_anyway(
    town: Town, alice: Access, hold: bool
) -> None:
    sends(town, alice, send_at=town.at + HOUR, hold=hold)
    town.says("jo", "@AcmeCustServ it works again!", reply_to="demo://acme/jo/1")
    (which,) = selectors.due_replies(town.at + HOUR)
    cases.send_due(which, now=town.at + HOUR)
    assert Entry.objects.filter(kind="reply").count() == (not hold)
    assert [each.why for each in selectors.pending(alice, "back")] == (
        ["Held back: They wrote again since you wrote it."] if hold else []
    )


def test_what_cannot_leave_at_its_time_comes_back_with_the_reason(town: Town, alice: Access) -> None:
    sends(town, alice, send_at=town.at + HOUR)
    row = town.case()
    row.take(row.value().close(town.at))
    row.save()
    (which,) = selectors.due_replies(town.at + HOUR)
    cases.send_due(which, now=town.at + HOUR)
    (back,) = selectors.pending(alice, "back")
    assert back.why == "It could not leave: Case 1 is closed. Reopen it to reply."
    cases.take_to_composer(alice, which, now=town.at)
    assert (draft(alice), pending(alice, "back")) == (SORRY, [])


def test_it_is_changed_sent_before_its_time_or_taken_back_by_its_author_alone(
    town: Town, alice: Access, bob: Access
) -> None:
    which = sends(town, alice, send_at=town.at + HOUR).pending
    for deed in (cases.send_now, cases.take_to_composer):
        with pytest.raises(NotFound):
            deed(bob, which, now=town.at)
    cases.change_time(alice, which, send_at=town.at + 2 * HOUR, now=town.at)
    assert selectors.due_replies(town.at + HOUR) == []
    cases.send_now(alice, which, now=town.at)
    assert Entry.objects.filter(kind="reply").count() == 1
    with pytest.raises(InvalidInput):
        sends(town, alice, send_at=town.at - SECOND)


# Approval -----------------------------------------------------------------------
WAITS: dict[str, dict[str, Any]] = {
    "its kind": {"approve": ("complaint",)},
    "its channel": {"approve_channels": ("demo",)},
    "the playbook": {},
    "its author is new": {},
    "asked for": {},
}


@pytest.mark.parametrize("why", WAITS)
def test_a_reply_waits_for_another_pair_of_eyes(town: Town, alice: Access, lea: Access, why: str) -> None:
    choose(town, **WAITS[why], **({"training": (alice.me,)} if "new" in why else {}))
    if why == "the playbook":
        CaseRow.objects.update(needs_approval=True)
    if why != "asked for":
        with pytest.raises(NeedsApproval):
            cases.reply(alice, 1, text=SORRY, now=town.at)
    which = sends(town, alice, ask=why == "asked for").pending
    assert (pending(lea, "approval"), town.case().status, OutboxMessage.objects.count()) == ([SORRY], Status.NEW, 0)
    cases.approve(lea, which, text="", now=town.at)
    (entry,) = Entry.objects.filter(kind="reply")
    assert (entry.person_id, entry.text, entry.data["approved"]) == (alice.person, SORRY, "Lea")
    assert AuditEntry.objects.filter(action="approve", name="Lea").count() == 1
    told = list(Notice.objects.filter(why="approval").order_by("pk").values_list("person__name", "text"))
    assert ("Lea", "Alice asks for approval.") in told
    assert told[-1] == ("Alice", "Lea approved your reply.")
    assert claimed(town, SECOND)


@pytest.mark.parametrize("how", [{"ask": True}, {"send_at": NOON + HOUR}, {"private": True, "also": "We took it up."}])
def test_the_same_name_again_is_the_same_reply_wherever_it_is(
    town: Town, alice: Access, lea: Access, how: dict[str, Any]
) -> None:
    first = sends(town, alice, key="mine", **how)
    assert sends(town, alice, key="mine", **how) == first
    assert PendingReply.objects.count() == (first.pending is not None)
    if how.get("ask"):
        cases.send_back(lea, first.pending, word="Say when.", now=town.at)
        assert sends(town, alice, key="mine", **how).state == "back"
        PendingReply.objects.update(state="approval")
        cases.approve(lea, first.pending, text="", now=town.at)
        assert sends(town, alice, key="mine", **how).outbox == OutboxMessage.objects.get().pk
    assert Entry.objects.filter(kind="reply").count() == {"ask": 1, "send_at": 0, "private": 2}[next(iter(how))]


def test_approval_may_change_the_words_or_send_them_back_and_keeps_the_time(
    town: Town, alice: Access, lea: Access
) -> None:
    first = sends(town, alice, ask=True).pending
    cases.send_back(lea, first, word="Say  when.", now=town.at)
    (back,) = selectors.pending(alice, "back")
    assert (back.text, back.why) == (SORRY, "Lea: Say when.")
    assert selectors.pending(lea, "back") == ()
    second = sends(town, alice, ask=True, send_at=town.at + HOUR).pending
    cases.approve(lea, second, text="Sorry, Jo! Which one?", now=town.at)
    assert pending(alice, "later") == ["Sorry, Jo! Which one?"]
    (which,) = selectors.due_replies(town.at + HOUR)
    cases.send_due(which, now=town.at + HOUR)
    (entry,) = Entry.objects.filter(kind="reply")
    assert (entry.text, entry.data["approved"]) == ("Sorry, Jo! Which one?", "Lea")
    with pytest.raises(NotFound):
        cases.approve(lea, second, text="", now=town.at)


def test_nobody_approves_their_own_and_agents_approve_nothing(
    town: Town, alice: Access, bob: Access, lea: Access
) -> None:
    choose(town, approve=("complaint",))
    which = sends(town, lea).pending
    with pytest.raises(Conflict, match="own"):
        cases.approve(lea, which, text="", now=town.at)
    for by, error in ((bob, NotAllowed), (make_workspace("Globex", "charlie@globex.example"), NotFound)):
        with pytest.raises(error):
            cases.approve(by, which, text="", now=town.at)
    cases.approve(town.access, which, text="", now=town.at)
    assert Entry.objects.filter(kind="reply").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_an_approval_and_a_taking_back_at_once_one_wins(places: Places) -> None:
    town = make_town(make_workspace(), places)
    town.says("jo", BROKEN)
    alice = make_member(town.access, "Alice")
    which = sends(town, alice, ask=True).pending
    told = at_once(
        lambda: cases.approve(town.access, which, text="", now=town.at),
        lambda: cases.take_to_composer(alice, which, now=town.at),
    )
    assert sum(isinstance(each, HubbubError) for each in told) == 1
    assert (Entry.objects.filter(kind="reply").count(), draft(alice)) in ((1, ""), (0, SORRY))


# Personas, tone, owner ------------------------------------------------------------
MARIA = answering.PersonaForm("Maria Jensen", "Acme")


def test_a_persona_signs_and_the_timeline_says_who_wrote_and_as_whom(town: Town, alice: Access) -> None:
    maria = answering.save_persona(town.access, MARIA, now=town.at)
    sent = sends(town, alice, persona=maria)
    moment = selectors.case(alice, 1, town.at).moments[-1]
    assert (moment.name, moment.persona, moment.text) == ("Alice", "Maria Jensen, Acme", f"{SORRY} ^MJ")
    cases.undo(alice, 1, sent.outbox, now=town.at)
    assert draft(alice) == SORRY  # not signed twice
    sends(town, alice, private=True, persona=maria)
    assert OutboxMessage.objects.get().payload["text"] == f"{SORRY}\n\nMaria Jensen, Acme"


def test_a_persona_says_for_whom_it_works_and_is_used_by_its_people_on_its_accounts(
    town: Town, alice: Access, bob: Access
) -> None:
    with pytest.raises(InvalidInput, match="employer"):
        answering.save_persona(town.access, answering.PersonaForm("Maria", ""), now=town.at)
    form = answering.PersonaForm("Maria", "Acme", people=(alice.me,), default_for=(town.connection,))
    maria = answering.save_persona(town.access, form, now=town.at)
    with pytest.raises(CannotSend, match="can't write as Maria"):
        sends(town, bob, persona=maria)
    other = answering.PersonaForm("Max", "Acme", default_for=(town.connection,))
    answering.save_persona(town.access, other, now=town.at)
    assert {each.name: each.default_for for each in selectors.personas(alice)} == {
        "Maria": (),
        "Max": (town.connection,),
    }
    with pytest.raises(NotFound):
        sends(town, alice, persona=10**9)
    with pytest.raises(NotAllowed):
        answering.save_persona(alice, other, now=town.at)


def test_a_tone_check_hints_and_stops_only_where_a_manager_requires_it(town: Town, alice: Access) -> None:
    choose(town, checks=(Check("Greets them by name", "name"), Check("One voice", required=True)))
    with pytest.raises(CannotSend, match="One voice"):
        sends(town, alice)
    assert sends(town, alice, ticked=frozenset({"One voice"})).outbox


@pytest.mark.parametrize(
    ("say", "text", "hint"),
    [
        ("Greets them by name", "Hello, which model?", "Jo is not greeted by name."),
        ("Says sorry once, where they complain", "Hi Jo, which model?", "They complain, and you don’t say sorry."),
        ("Says what happens next", "Sorry, Jo.", "What happens next, or what do you need from them?"),
        ("Blames nobody", "Jo, you should have read it", "“you should have” sounds like blame."),
        ("Plain words, short, no shouting", "READ THE MANUAL, Jo", "“READ THE MANUAL” sounds like shouting."),
        ("Plain words, short, no shouting", "Kindly wait", "“Kindly” sounds stiff; say it as you would in a shop."),
        ("Sounds like one of us", "Dear consumer", "We don’t say “consumer”; say “customer”."),
    ],
)  # fmt: skip
def test_a_look_finds_what_a_reply_lacks(say: str, text: str, hint: str) -> None:
    draft = Draft(text, "Jo", "complaint", words=[Better("consumer", "customer")])
    assert {each.say: each.hint for each in looked(CHECKS, draft)}[say] == hint
    good = Draft("Sorry to hear that, Jo! We will look into it today.", "Jo", "complaint", words=draft.words)
    assert [each.good for each in looked(CHECKS, good)] == [True] * len(CHECKS)
    french = [each.good for each in looked(CHECKS, Draft("Bonjour Jo", "Jo", "complaint", "fr"))]
    assert french == [True, None, None, None, True, None]


def test_where_only_the_owner_answers_a_colleague_is_told_and_a_lead_may(
    town: Town, alice: Access, bob: Access, lea: Access
) -> None:
    choose(town, owner_only=True)
    cases.assign(alice, 1, to=alice.person, now=town.at)
    with pytest.raises(NotYourCase, match="Alice owns this case"):
        sends(town, bob)
    sends(town, lea)
    cases.assign(bob, 1, to=bob.person, now=town.at)
    sends(town, bob)


# Mentions, canned replies, both ways ------------------------------------------------
def test_a_note_names_colleagues_and_teams(town: Town, alice: Access, bob: Access, lea: Access) -> None:
    team = make_team(town.access, "Nights", now=town.at)
    Membership.objects.filter(person_id=lea.person).update(team=team)
    cases.note(alice, 1, text="@bob and @Nights: look. mail@Lea is none", now=town.at)
    note = selectors.case(alice, 1, town.at).moments[-1]
    assert note.mentions == ("Bob", "Nights")
    told = Notice.objects.filter(why="mentioned").values_list("person__name", flat=True)
    assert sorted(told) == ["Bob", "Lea"]


def test_canned_replies_are_found_by_shortcut_words_language_and_team_the_most_used_first(
    town: Town, alice: Access, lea: Access
) -> None:
    team = make_team(town.access, "Nights", now=town.at)
    for place in range(1_000):
        CannedReply.objects.create(workspace_id=lea.workspace, title=f"Old {place}", text="Something", uses=0)
    reset = answering.save_canned(
        lea, title="How to reset", text="Hold it, {name}", shortcut="/Reset", lang="en", now=NOON
    )
    answering.save_canned(lea, title="Zurücksetzen reset", text="Halten", lang="de", now=NOON)
    answering.save_canned(lea, title="Night reset", text="Sleep", team=team, now=NOON)
    assert [each.title for each in selectors.canned(alice, words="reset")] == ["How to reset", "Zurücksetzen reset"]
    assert [each.title for each in selectors.canned(alice, words="reset", lang="de-AT")] == ["Zurücksetzen reset"]
    assert "Night reset" in [each.title for each in selectors.canned(lea, words="reset")]
    sends(town, alice, canned=(reset,))
    assert [each.title for each in selectors.canned(alice, limit=1)] == ["How to reset"]
    with pytest.raises(Conflict, match="/reset"):
        answering.save_canned(lea, title="Other", text="x", shortcut="reset", now=NOON)
    with pytest.raises(InvalidInput, match="gadget"):
        answering.save_canned(lea, title="Other", text="Hello {gadget}", now=NOON)


def test_a_field_that_is_still_empty_is_told_before_sending(town: Town, alice: Access) -> None:
    with pytest.raises(HubbubError, match=r"\{product\} is still to be filled in"):
        sends(town, alice, "Your {product} is on its way, {as they say}")


def test_going_private_is_said_publicly_in_one_deed_and_undone_in_one(town: Town, alice: Access) -> None:
    before = town.case().value()
    sent = sends(town, alice, "Which order is it?", private=True, also="We have taken this up.")
    public, private = OutboxMessage.objects.order_by("pk")
    assert [each.payload["private"] for each in (public, private)] == [False, True]
    assert public.conversation == private.conversation  # so that they leave in order
    cases.undo(alice, 1, sent.outbox, now=town.at)
    assert (draft(alice, "private"), draft(alice)) == ("Which order is it?", "We have taken this up.")
    assert (town.case().value(), OutboxMessage.objects.count(), DraftRow.objects.count()) == (before, 0, 2)
