"""Web chat: what a visitor says becomes one case, the answer comes back, by mail where they left."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.services import note_seen
from hubbub.care import selectors as care
from hubbub.care.core.understanding import LinearModel
from hubbub.care.models import CaseRow, Entry
from hubbub.care.services import cases, triage
from hubbub.channels.adapters.chat import visits
from hubbub.channels.adapters.chat.visits import Place, Visit
from hubbub.channels.models import ChatLine, ChatVisit, Connection
from hubbub.flows import chat
from hubbub.flows.alerts import Post as Ways
from hubbub.flows.chat import MAILED_AFTER, Standing
from hubbub.flows.erasure import erase
from hubbub.flows.send import Sender
from hubbub.infra.failpoints import FAILPOINTS
from hubbub.infra.models import Change, OutboxMessage
from hubbub.infra.places import Places
from hubbub.listening.models import Post
from hubbub.web.letters import PageLetters
from tests.channels.chat.visitors import CONFIG, make_chat, make_visit
from tests.flows.dying import KILLED, live, say_in_chat, send
from tests.flows.mailbox import Mailbox
from tests.make import NO_FILES, NOON, at_once, make_member

pytestmark = pytest.mark.django_db(transaction=True)
HEARING = [name for name in FAILPOINTS if name.split(".")[0] in ("listen", "triage")]


@pytest.fixture
def place(mia: Access, places: Places, settings: Any) -> Place:
    settings.FILES = places.files
    return make_chat(mia)


def say(place: Place, visit: Visit, text: str, places: Places, key: str = "", **more: Any) -> visits.Line:
    key, now = key or f"key-{crc32(text.encode()):08x}", more.pop("now", NOON)
    return chat.say(place, visit, key, text=text, places=places, now=now, **more)


def latest(visit: Visit) -> Visit:
    found = visits.visit_of(visit.workspace, visit.code, NOON)
    assert found is not None
    return found


def deliver() -> None:
    import asyncio

    async def once() -> None:
        sender = Sender("test", frozenset(), NO_FILES)
        await sender.round()
        await sender.aclose()

    asyncio.run(once())


def ways(mailbox: Mailbox) -> Ways:
    return Ways(PageLetters("https://desk.acme.example"), mailbox.server, "Acme Care <desk@acme.example>")


# In ---------------------------------------------------------------------------------
def test_a_visit_is_one_case_that_is_due_within_the_minute(mia: Access, place: Place, places: Places) -> None:
    visit = make_visit(place, name="Nora")
    for text in ("My parcel is late", "It is a gnome", "Hello?"):
        say(place, visit, text, places)
    row = CaseRow.objects.get()
    assert (row.who, row.channel, row.private, row.posts, row.rule) == ("Nora", "chat", True, 3, "P6")
    assert row.due_at == NOON + timedelta(minutes=1)
    assert not ChatLine.objects.filter(pending=True).exists()
    cases.resolve(mia, row.number, now=NOON)
    cases.reopen(mia, row.number, now=NOON)
    row.refresh_from_db()
    assert row.due_at == NOON + timedelta(minutes=1)


@pytest.mark.parametrize("text", ["hi", "WIN a FREE iPhone, click here!!! buy followers", "👍", "asdf", "thanks"])
def test_nothing_a_visitor_says_is_left_without_a_case(place: Place, places: Places, text: str) -> None:
    say(place, make_visit(place), text, places, key="key-0001")
    assert CaseRow.objects.filter(folder="needs").count() == 1


def test_two_visitors_are_two_cases_and_after_days_a_visitor_has_another_one(
    mia: Access, place: Place, places: Places
) -> None:
    visit, other = make_visit(place), make_visit(place, "t" * 40)
    say(place, visit, "My parcel is late", places)
    say(place, other, "My parcel is late", places)
    assert CaseRow.objects.count() == 2
    cases.resolve(mia, 1, now=NOON)
    say(place, visit, "Still here", places, now=NOON + timedelta(hours=1))
    assert CaseRow.objects.count() == 2
    cases.resolve(mia, 1, now=NOON + timedelta(hours=1))
    later = NOON + timedelta(days=9)
    say(place, visit, "Another question", places, now=later)
    say(place, visit, "About gnomes", places, now=later)
    assert list(CaseRow.objects.order_by("number").values_list("posts", flat=True)) == [2, 1, 2]


def test_the_same_message_fifty_times_at_once_is_heard_once(place: Place, places: Places) -> None:
    visit = make_visit(place)
    done = at_once(*[lambda: say(place, visit, "Hello", places)] * 50)
    assert {each.number for each in done} == {1}
    assert (Post.objects.count(), CaseRow.objects.count(), Entry.objects.count()) == (1, 1, 1)


def test_what_was_stored_by_a_process_that_died_is_heard_by_the_worker_once(place: Place, places: Places) -> None:
    visit = make_visit(place)
    visits.say(visit, "key-0001", text="Is anybody there?", now=NOON)
    assert chat.hear_left_over(places, now=NOON) == 0  # it may be on its way
    for _ in range(2):
        chat.hear_left_over(places, now=NOON + timedelta(seconds=10))
    say(place, visit, "Is anybody there?", places, key="key-0001")
    assert (Post.objects.count(), CaseRow.objects.count()) == (1, 1)


@pytest.mark.parametrize("failpoint", HEARING)
@pytest.mark.parametrize("tries_again", [True, False])
def test_what_a_killed_process_took_is_one_line_and_one_case_whether_the_page_tries_again_or_not(
    place: Place, places: Places, failpoint: str, tries_again: bool
) -> None:
    visit = make_visit(place)
    assert live(failpoint, say_in_chat, place, visit, places) == KILLED
    if tries_again:
        assert live("", say_in_chat, place, visit, places) == 0
    chat.hear_left_over(places, now=NOON + timedelta(seconds=10))
    while triage.triage(place.workspace, understanding=LinearModel.shipped(), now=NOON):
        pass  # as the worker does with what was stored and not decided about
    assert (ChatLine.objects.count(), Post.objects.count(), CaseRow.objects.count()) == (1, 1, 1)
    assert not ChatLine.objects.filter(pending=True).exists()


def test_when_it_can_not_be_heard_now_it_is_taken_all_the_same(
    place: Place, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("No space left on device")

    visit = make_visit(place)
    with monkeypatch.context() as patch:
        patch.setattr(chat, "ingest_beside", broken)
        assert say(place, visit, "Hello", places).number == 1
    assert Post.objects.count() == 0
    assert chat.hear_left_over(places, now=NOON + timedelta(seconds=10)) == 1
    assert CaseRow.objects.count() == 1


# Back ------------------------------------------------------------------------------------
def test_an_answer_reaches_the_chat_and_counts_as_delivered_then(mia: Access, place: Place, places: Places) -> None:
    visit = make_visit(place)
    say(place, visit, "Hello", places)
    cases.reply(mia, 1, text="Which one?", private=True, now=NOON)
    deliver()
    assert [(each.ours, each.text) for each in visits.lines(visit.id, 0)] == [(False, "Hello"), (True, "Which one?")]
    message = OutboxMessage.objects.get()
    assert (message.state, message.uri) == ("delivered", f"chat:{place.connection}/{visit.code}/2")


@pytest.mark.parametrize("failpoint", [name for name in FAILPOINTS if name.startswith("send.")])
def test_a_sender_killed_there_puts_each_answer_into_the_chat_once(
    mia: Access, place: Place, places: Places, failpoint: str
) -> None:
    visit = make_visit(place)
    say(place, visit, "Hello", places)
    for text in ("First.", "Second.", "Third."):
        cases.reply(mia, 1, text=text, private=True, now=NOON)
    assert live(failpoint, send) == KILLED
    assert live(f"{failpoint}:2", send) == KILLED
    assert live("", send) == 0
    assert [each.text for each in visits.lines(visit.id, 1)] == ["First.", "Second.", "Third."]
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"delivered"}


def test_an_answer_to_who_ended_the_chat_fails_in_words_and_the_case_is_due_again(
    mia: Access, place: Place, places: Places
) -> None:
    visit = make_visit(place, name="Nora")
    say(place, visit, "Hello", places)
    chat.end(visit, now=NOON)
    assert Entry.objects.filter(text="Nora ended the chat.").exists()
    cases.reply(mia, 1, text="Which one?", private=True, now=NOON)
    deliver()
    message = OutboxMessage.objects.get()
    assert message.state == "failed"
    assert "left no address" in message.words
    assert CaseRow.objects.get().folder == "needs"


# How it stands ------------------------------------------------------------------------------
def test_a_visitor_knows_how_many_wait_before_them_who_writes_and_what_was_read(
    mia: Access, place: Place, places: Places
) -> None:
    alice = make_member(mia, "Alice")
    first, second = make_visit(place), make_visit(place, "t" * 40)
    assert chat.standing(first, NOON) == Standing(False, None, "", 0)
    say(place, first, "One", places)
    say(place, second, "Two", places, now=NOON + timedelta(seconds=1))
    first, second = latest(first), latest(second)
    at = NOON + timedelta(seconds=2)
    assert [chat.standing(each, at).before for each in (first, second)] == [0, 1]
    note_seen(alice, now=at)
    assert chat.standing(second, at).open
    cases.look(alice, 1, typing=True, now=at)
    assert chat.standing(first, at) == Standing(True, 0, "Alice", 1)
    assert chat.standing(second, at) == Standing(True, 1, "", 0)
    cases.reply(alice, 1, text="Hello One", private=True, now=at)
    assert [chat.standing(each, at).before for each in (first, second)] == [None, 0]
    cases.leave(alice, 1, now=at)
    later = at + timedelta(minutes=2)
    say(place, first, "And more", places, now=later)
    assert chat.standing(latest(first), later) == Standing(False, None, "", 1)


def test_only_who_can_answer_counts_as_being_there(mia: Access, charlie: Access) -> None:
    analyst = make_member(mia, "Ann", Role.ANALYST)
    for each in (analyst, charlie):
        note_seen(each, now=NOON)
    assert not chat.is_open(mia.workspace, NOON)
    note_seen(mia, now=NOON)
    assert chat.is_open(mia.workspace, NOON + timedelta(seconds=59))
    assert not chat.is_open(mia.workspace, NOON + timedelta(seconds=61))


def test_who_has_the_case_open_is_told_what_the_visitor_does_and_when_they_are_gone(
    mia: Access, place: Place, places: Places
) -> None:
    visit = make_visit(place)
    say(place, visit, "Hello", places)
    case = CaseRow.objects.get().pk

    def told() -> int:
        return Change.objects.filter(kind="presence", subject=case).count()

    chat.note(visit, typing=True, now=NOON)
    chat.note(visit, typing=True, now=NOON + timedelta(seconds=3))
    assert told() == 1
    shown = chat.visitor(mia, 1, NOON)
    assert shown is not None
    assert shown.typing
    chat.gone(visit, NOON + timedelta(seconds=5))
    assert told() == 1
    chat.gone(visit, NOON + timedelta(minutes=1))
    assert told() == 2
    assert Change.objects.exclude(workspace=mia.workspace).filter(kind="presence").count() == 0


# By mail ----------------------------------------------------------------------------------------
def leave_an_address(mia: Access, place: Place, places: Places, text: str = "Call me") -> Visit:
    visit = make_visit(place)
    say(place, visit, text, places, email="nora@customer.example")
    cases.reply(mia, 1, text="In three sizes.\nWhich one?", private=True, now=NOON)
    deliver()
    ChatLine.objects.filter(ours=True).update(at=NOON)
    return visit


def test_an_answer_that_was_not_seen_for_some_minutes_goes_by_mail_once(
    mia: Access, place: Place, places: Places, mailbox: Mailbox
) -> None:
    leave_an_address(mia, place, places)
    assert Entry.objects.filter(text="They left an address for the answer: nora@customer.example.").count() == 1
    assert chat.mail_unseen(ways(mailbox), now=NOON + MAILED_AFTER) == 0
    soon = NOON + MAILED_AFTER + timedelta(seconds=1)
    assert [chat.mail_unseen(ways(mailbox), now=soon) for _ in range(2)] == [1, 0]
    [mail] = mailbox.mails
    assert (mail["To"], mail["Subject"]) == ("nora@customer.example", "Your chat with Acme Shop")
    assert mail["Reply-To"] == "Acme Care <desk@acme.example>"
    assert mail["Auto-Submitted"] is None  # a person wrote it
    body = mail.get_body(("plain",))
    assert body is not None
    assert "In three sizes.\nWhich one?" in body.get_content().replace("\r\n", "\n")
    assert Entry.objects.filter(text__contains="mailed to nora@customer.example").count() == 1


def test_an_answer_that_was_seen_is_not_mailed(mia: Access, place: Place, places: Places, mailbox: Mailbox) -> None:
    visit = leave_an_address(mia, place, places)
    chat.note(visit, seen=2, now=NOON)
    assert chat.mail_unseen(ways(mailbox), now=NOON + timedelta(hours=1)) == 0
    assert mailbox.mails == []


def test_a_mail_that_can_not_go_is_tried_for_a_day_and_then_the_case_says_so(
    mia: Access, place: Place, places: Places, mailbox: Mailbox
) -> None:
    leave_an_address(mia, place, places)
    mailbox.refuses = "451 not now"
    assert chat.mail_unseen(ways(mailbox), now=NOON + timedelta(hours=1)) == 0
    assert not Entry.objects.filter(text__startswith="It could not be mailed").exists()
    assert chat.mail_unseen(ways(mailbox), now=NOON + timedelta(hours=25)) == 0
    assert Entry.objects.filter(text__startswith="It could not be mailed to nora@customer.example").count() == 1
    mailbox.refuses = ""
    assert chat.mail_unseen(ways(mailbox), now=NOON + timedelta(hours=26)) == 0


def test_without_a_mail_server_the_case_says_that_nothing_was_mailed(mia: Access, place: Place, places: Places) -> None:
    leave_an_address(mia, place, places)
    chat.mail_unseen(Ways(PageLetters("https://desk.acme.example")), now=NOON + timedelta(hours=1))
    assert Entry.objects.filter(text__contains="No mail server is set").count() == 1


def test_hostile_words_of_a_visitor_do_nothing_in_the_mail(
    mia: Access, place: Place, places: Places, mailbox: Mailbox
) -> None:
    leave_an_address(mia, place, places, "<b>Call</b> me")
    Connection.objects.filter(pk=place.connection).update(config={**CONFIG, "site": "<b>\r\nBcc: x@y.example"})
    chat.mail_unseen(ways(mailbox), now=NOON + timedelta(hours=1))
    [mail] = mailbox.mails
    assert mail["Bcc"] is None
    html = mail.get_body(("html",))
    assert html is not None
    assert "<b>" not in html.get_content()


# Forgetting ---------------------------------------------------------------------------------------
def test_a_visitor_who_is_erased_leaves_nothing_behind(
    mia: Access, place: Place, places: Places, tmp_path: Path
) -> None:
    from hubbub.channels.core.contract import Attached

    visit = make_visit(place, name="Nora Ray")
    say(place, visit, "I am Nora Ray", places, email="nora@customer.example")
    chat.say(place, visit, "key-file", file=Attached("a.png", "", b"\x89PNG secret"), places=places, now=NOON)
    erase(mia, "chat", visit.code, places, now=NOON)
    assert (ChatVisit.objects.count(), ChatLine.objects.count()) == (0, 0)
    assert [each for each in places.files.rglob("*") if each.is_file()] == []
    told = repr([list(model.objects.values_list()) for model in (Post, Entry, CaseRow)])
    assert "Nora" not in told
    assert "nora@" not in told
    assert care.talk(mia.workspace, "chat", visit.root, NOON) is None


def test_who_stopped_typing_without_saying_so_is_told_of_once(place: Place, places: Places) -> None:
    visit = make_visit(place, name="Nora")
    say(place, visit, "My parcel is late", places)
    chat.note(visit, typing=True, now=NOON)
    before = Change.objects.filter(kind="presence").count()
    chat.quiet_down(NOON + timedelta(seconds=7))
    assert Change.objects.filter(kind="presence").count() == before
    for _ in range(2):
        chat.quiet_down(NOON + timedelta(seconds=9))
    assert Change.objects.filter(kind="presence").count() == before + 1
