"""What becomes of what people say: one case for each person and matter, and when anybody is to do anything."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from tests.channels.file.files import heard, written
from tests.make import Town, at_once, make_member, make_topic, make_town, make_workspace

from hubbub.accounts.models import AuditEntry
from hubbub.care import selectors
from hubbub.care.core.case import Status
from hubbub.care.core.filters import Filter
from hubbub.care.core.playbook import shipped
from hubbub.care.core.understanding import LinearModel
from hubbub.care.models import CaseRow, DecisionRow, Entry, Likeness
from hubbub.care.services import cases, people, playbooks, triage
from hubbub.care.services.searching import catch_up
from hubbub.channels import selectors as channels
from hubbub.channels import services as channel_services
from hubbub.flows.ears import Ears
from hubbub.flows.hand_in import hand_in
from hubbub.flows.ingest import ingest
from hubbub.infra.models import OutboxMessage
from hubbub.infra.places import Places
from hubbub.kernel.batch import RawBatch
from hubbub.listening.core.topics import TopicClass

pytestmark = pytest.mark.django_db

BROKEN = "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!"
STILL = "@AcmeCustServ it is still broken, nothing has changed!"
PARCEL = "@AcmeCustServ my parcel still has not arrived, I ordered two weeks ago"
ABOUT = "My #Acme widget has been broken for 5 days now. Its disgusting!"
SO_IS_MINE = "So's mine. I'm now on my third #Acme widget…they are so unreliable."
PRAISE = "I love my new acme widget, it is fantastic. Thank you!"
THANKS = "that worked, thanks!"
FIRE = "@AcmeCustServ your widget caught fire and burnt my hand"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def town(places: Places) -> Town:
    return make_town(make_workspace(), places)


def matters(town: Town) -> list[tuple[str, str, int]]:
    """Who, by which rule, with how many posts; the oldest case first."""
    return [(case.who, case.rule, case.posts) for case in town.cases()]


def events(town: Town, number: int) -> list[str]:
    """What happened to a case, in the order it happened."""
    return [each.text for each in selectors.case(town.access, number, town.at).moments if each.kind == "event"]


def inside(places: Places, name: str) -> Places:
    """Folders of their own inside these."""
    own = (each / name for each in (places.segments, places.identities, places.archive))
    return Places(*own, places.spool, places.files)


def answer(town: Town, number: int, text: str = "Sorry to hear that! Which model is it?") -> None:
    cases.reply(town.access, number, text=text, now=town.at)


# One case for a person and a matter ------------------------------------------
def test_a_person_has_one_case_for_each_matter_in_public_and_in_private(town: Town) -> None:
    town.says("jo", BROKEN)
    town.says("jo", PARCEL)
    town.says("jo", "My parcel still has not arrived", to="AcmeCustServ")
    town.says("jo", "The #acme widget is still broken, it does not work")
    assert [(each.title.split()[1], each.posts) for each in town.cases()] == [("widget", 2), ("parcel", 2)]
    assert town.rules() == ["P7", "P7", "P2", "P2"]
    assert not any(case.private for case in town.cases())


def test_two_people_with_one_matter_have_a_case_each_where_both_spoke_to_us(town: Town) -> None:
    town.says("jo", BROKEN)
    town.says("ann", BROKEN)
    assert matters(town) == [("Jo", "P7", 1), ("Ann", "P7", 1)]


@pytest.mark.parametrize("linked", [True, False])
def test_linked_accounts_are_one_voice_on_every_channel(town: Town, linked: bool) -> None:
    mail = {"author": {"handle": "jo.lee", "name": "Jo Lee"}, "private": True}
    hand_in(town.access, "mail", {**mail, "text": "Hello, is anybody there?"}, places=town.places, now=town.at)
    (hello,) = town.cases()
    assert hello.account is not None
    cases.resolve(town.access, hello.number, now=town.at)
    town.says("jo", BROKEN)
    if linked:
        people.link(town.access, town.account("jo").pk, hello.account.pk, now=town.at)
    words = "My widget is still broken, it does not work at all"
    handed = hand_in(town.access, "mail", {**mail, "text": words}, places=town.places, now=town.at)
    said = [(each.rule, each.posts) for each in town.cases()[1:]]
    assert said == ([("P7c", 2)] if linked else [("P7", 1), ("P6", 1)])
    assert handed.case == town.cases()[-1].number
    assert town.rules()[-1] == ("P2" if linked else "P6")


def test_what_is_grave_is_due_at_once_also_in_a_case_that_is_held(town: Town) -> None:
    town.says("jo", BROKEN)
    town.says("jo", FIRE)
    case = town.case()
    assert (case.rule, case.folder, case.queue, case.alert, case.due_at) == ("P1", "needs", "safety", True, town.at)
    assert events(town, case.number)[-1] == "Jo wrote of something grave: due at once."


def test_noise_from_a_person_with_a_case_is_not_put_into_it(town: Town) -> None:
    town.says("jo", BROKEN)
    odd = {"followers": 3, "follows": 4_900, "posts": 91_000, "reactions": 0.0, "joined_at": "2026-10-01T00:00:00Z"}
    town.person("deal82715", **odd)
    town.says("deal82715", "@AcmeCustServ win a voucher, click here https://free.example/v")
    assert matters(town) == [("Jo", "P7", 1)]
    assert DecisionRow.objects.get(rule="P3").case_id is None


# The next word ----------------------------------------------------------------
@pytest.mark.parametrize("ended", [False, True], ids=["waiting", "resolved"])
def test_thanks_ask_for_nothing_and_any_other_word_asks_for_an_answer(town: Town, ended: bool) -> None:
    first = town.says("jo", BROKEN)
    number = town.case().number
    answer(town, number)
    if ended:
        cases.resolve(town.access, number, now=town.at)
    before = town.case().folder
    town.says("jo", THANKS, reply_to=first)
    assert (town.case().folder, town.case().posts, town.case().due_at) == (before, 2, None)

    town.says("jo", STILL, reply_to=first)
    case = town.case()
    assert (case.status, case.folder, case.posts) == (Status.OPEN, "needs", 3)
    assert case.due_at == town.at + 30 * MINUTE
    assert (f"{case.who} wrote again: reopened." in events(town, number)) is ended


def test_a_private_talk_goes_on_in_its_case_for_a_week_and_is_a_new_case_later(town: Town) -> None:
    town.says("jo", "My widget is broken, it does not work", to="AcmeCustServ")
    cases.resolve(town.access, town.case().number, now=town.at)
    town.at += timedelta(days=7) - MINUTE
    town.says("jo", "It is broken again, it does not work", to="AcmeCustServ")
    (case,) = town.cases()
    assert (case.status, case.posts) == (Status.OPEN, 2)

    cases.resolve(town.access, case.number, now=town.at)
    town.at += timedelta(days=7)
    town.says("jo", "Where is my parcel? It has not arrived", to="AcmeCustServ")
    assert [(each.status, each.posts) for each in town.cases()] == [(Status.RESOLVED, 2), (Status.NEW, 1)]


def test_the_clock_of_what_is_due_already_is_not_set_back_by_more_words(town: Town) -> None:
    first = town.says("jo", BROKEN)
    cases.assign(town.access, town.case().number, to=town.access.me, now=town.at)
    due = town.case().due_at
    town.at += 10 * MINUTE
    town.says("jo", STILL, reply_to=first)
    assert town.case().due_at == due


def test_a_stranger_with_trouble_in_a_settled_thread_gets_a_case_of_their_own(town: Town) -> None:
    first = town.says("jo", BROKEN)
    cases.resolve(town.access, town.case().number, now=town.at)
    town.says("ann", "@jo @AcmeCustServ my widget is broken too, it does not work", reply_to=first)
    assert [(each.who, each.status, each.posts) for each in town.cases()] == [
        ("Jo", Status.RESOLVED, 1),
        ("Ann", Status.NEW, 1),
    ]


def test_a_stranger_who_asks_us_in_an_answered_thread_makes_it_due_again(town: Town) -> None:
    first = town.says("jo", BROKEN)
    answer(town, town.case().number)
    town.says("ann", "@AcmeCustServ how do I reset mine?", reply_to=first)
    case = town.case()
    assert (case.who, case.folder, case.posts, case.due_at) == ("Jo", "needs", 2, town.at + 30 * MINUTE)


# Holds and watches -------------------------------------------------------------
def test_a_hold_ends_at_its_minute_in_hubbubs_own_name_and_only_in_its_workspace(town: Town, places: Places) -> None:
    elsewhere = make_workspace("Globex Desk", "charlie@globex.example")
    town.says("jo", BROKEN)
    ends = town.case().not_before
    assert ends is not None
    assert triage.due_for_review(ends - timedelta(seconds=1)) == []
    assert triage.due_for_review(ends) == [town.access.workspace]
    assert triage.review(elsewhere.workspace, now=ends) == 0
    assert triage.review(town.access.workspace, now=ends) == 1
    assert triage.review(town.access.workspace, now=ends) == 0
    case = town.case()
    assert (case.folder, case.not_before, case.due_at) == ("needs", None, case.opened_at + 30 * MINUTE)
    line = AuditEntry.objects.filter(subject=f"case {case.number}").order_by("id").last()
    assert line is not None
    assert (line.action, line.name, line.via, line.person) == ("hold ended", "Hubbub", "system", None)


def test_a_hold_that_somebody_answered_does_not_end_a_second_time(town: Town) -> None:
    town.says("jo", BROKEN)
    answer(town, town.case().number)
    town.later(hours=1)
    assert town.case().folder == "waiting"


def test_a_watch_that_somebody_took_up_is_not_closed_by_its_review(town: Town) -> None:
    town.says("kit", ABOUT)
    alice = make_member(town.access, "Alice")
    cases.take_up(alice, town.case().number, now=town.at)
    town.later(hours=25)
    assert (town.case().status, town.case().owner_id) == (Status.OPEN, alice.person)


@pytest.mark.parametrize("helper", ["stranger", "bot", "colleague", "nobody"])
def test_only_a_stranger_who_speaks_is_thanked_for_help(town: Town, helper: str) -> None:
    first = town.says("jo", BROKEN)
    if helper == "bot":
        town.person("dana", followers=3, follows=4_900, posts=91_000, reactions=0.0, joined_at="2026-10-01T00:00:00Z")
    if helper == "colleague":
        town.says("dana", "hi @AcmeCustServ 👋")
        people.mark(town.access, town.account("dana").pk, what="employee", on=True, now=town.at)
        cases.resolve(town.access, town.cases()[-1].number, now=town.at)
    if helper != "nobody":
        town.says("dana", "@jo hold the reset for 10 s", reply_to=first)
    town.says("jo", THANKS, reply_to=first)
    case = town.cases()[0]
    assert (case.rule == "P7b") is (helper == "stranger")
    if helper == "stranger":
        assert events(town, case.number)[-1] == "Dana helped, and Jo said so."
        assert {"icon": "check", "strong": "Dana helped", "text": ", and the author said so."} in case.reasons


def test_what_we_said_elsewhere_is_our_answer_and_no_help_of_the_crowd(town: Town) -> None:
    first = town.says("jo", BROKEN)
    town.says("AcmeCustServ", "@jo sorry to hear that! Hold the reset for 10 s", reply_to=first)
    case = town.case()
    assert (case.status, case.owner_id, case.first_replied_at) == (Status.WAITING, None, town.at)
    assert events(town, case.number) == ["Answered from outside Hubbub."]
    town.says("jo", THANKS, reply_to=first)
    assert (town.case().rule, town.case().folder, town.case().posts) == ("P7", "waiting", 2)
    moments = selectors.case(town.access, case.number, town.at).moments
    assert [each.said.ours for each in moments if each.said] == [False, True, False]


def test_what_left_through_hubbub_is_not_shown_a_second_time_when_the_network_tells_of_it(town: Town) -> None:
    first = town.says("jo", BROKEN)
    answer(town, town.case().number)
    (reply,) = [each for each in selectors.case(town.access, 1, town.at).moments if each.kind == "reply"]
    key = Entry.objects.get(pk=reply.id).outbox
    sent = OutboxMessage.objects.get(pk=key).expected_uri
    assert sent
    town.says("AcmeCustServ", "Sorry to hear that! Which model is it?", reply_to=first, uri=sent)
    view = selectors.case(town.access, 1, town.at)
    assert [each.kind for each in view.moments] == ["post", "reply"]


# Like problems -------------------------------------------------------------------
def test_a_complaint_to_us_and_one_about_us_know_of_each_other_in_either_order(places: Places) -> None:
    for number, first in enumerate((("kit", ABOUT), ("sam", BROKEN))):
        access = make_workspace(f"Acme {number}", f"mia{number}@acme.example")
        town = make_town(access, inside(places, str(number)))
        for who, text in (first, ("kit", ABOUT) if first[0] == "sam" else ("sam", BROKEN)):
            town.says(who, text)
        assert sorted(matters(town)) == [("Kit", "P8a", 1), ("Sam", "P7", 1)]
        kit = next(case for case in town.cases() if case.who == "Kit")
        assert (kit.folder, kit.due_at) == ("needs", town.at + 5 * MINUTE)


@pytest.mark.parametrize(
    ("words", "days", "joins"),
    [
        (SO_IS_MINE, 6.9, True),
        (SO_IS_MINE, 7.1, False),
        ("The parcel with my #acme widget order never arrived. Terrible service!", 0.1, False),
    ],
    ids=["within seven days", "later than seven days", "another problem"],
)
def test_only_a_like_problem_of_the_same_week_is_a_second_voice(
    town: Town, words: str, days: float, joins: bool
) -> None:
    town.says("kit", ABOUT)
    town.says("sam", words, after=timedelta(days=days))
    assert [case.rule for case in town.cases()] == (["P8a"] if joins else ["P8", "P8"])


def test_a_second_voice_opens_a_watch_that_was_closed_again(town: Town) -> None:
    town.says("kit", ABOUT)
    town.later(hours=25)
    assert town.case().status == Status.CLOSED
    town.says("sam", SO_IS_MINE)
    case = town.case()
    assert (case.rule, case.folder, case.voices, case.resolved_at) == ("P8a", "needs", 2, None)


def test_a_third_voice_after_we_answered_makes_the_case_due_now(town: Town) -> None:
    town.says("kit", ABOUT)
    town.says("sam", SO_IS_MINE)
    answer(town, town.case().number)
    town.says("lou", "My #acme widget is broken as well, it does not work. Terrible!")
    case = town.case()
    assert (case.folder, case.posts, case.due_at) == ("needs", 3, town.at)


# The past --------------------------------------------------------------------------
def imports(town: Town, path: Path) -> None:
    """Read a file into the workspace, as `hubbub import` does."""
    stream_id = channel_services.stream_for(town.access, "file", path.name, config={"path": str(path)}, now=town.at)
    understanding = LinearModel.shipped()
    for raw in asyncio.run(heard(path)):
        stream = channels.stream(stream_id)
        ingest(stream, raw, ears=Ears.open(), understanding=understanding, places=town.places, now=town.at)
    while triage.triage(town.access.workspace, understanding=understanding, now=town.at):
        pass


def test_the_past_is_sorted_and_searchable_and_nothing_about_it_is_ever_due(town: Town, tmp_path: Path) -> None:
    rows = [
        "id,author,created_at,text",
        f'1,kit,2026-11-20T09:00:00Z,"{ABOUT}"',
        f'2,sam,2026-11-20T09:05:00Z,"{SO_IS_MINE}"',
        f'3,jo,2026-11-20T09:06:00Z,"{BROKEN}"',
    ]
    imports(town, written(tmp_path / "old.csv", "\n".join(rows)))
    assert {(case.folder, case.due_at, case.not_before) for case in town.cases()} == {("imported", None, None)}
    assert len(town.cases()) == 3
    catch_up(town.at)
    assert len(selectors.cases(town.access, Filter("imported", words="third widget")).lines) == 1
    assert not Likeness.objects.exists()
    town.later(days=30)
    assert {case.folder for case in town.cases()} == {"imported"}
    assert not AuditEntry.objects.filter(action="case opened").exists()


def test_the_past_is_no_second_voice_to_what_is_said_now_and_no_open_case_of_its_author(
    town: Town, tmp_path: Path
) -> None:
    row = f'1,sam,2026-11-20T09:05:00Z,"{SO_IS_MINE}"'
    imports(town, written(tmp_path / "old.csv", f"id,author,created_at,text\n{row}"))
    town.says("kit", ABOUT)
    assert sorted(case.folder for case in town.cases()) == ["imported", "watching"]
    town.says("sam", BROKEN)
    now = [(case.who, case.rule, case.posts) for case in town.cases() if case.folder != "imported"]
    assert now == [("Kit", "P8a", 1), ("Sam", "P7", 1)]


# Delicate -----------------------------------------------------------------------------
DATA = "my email is jo@example.com and my order number is 4471-22, I want a refund"


def test_who_gives_personal_data_away_in_public_is_better_answered_in_private(town: Town) -> None:
    town.says("jo", f"@AcmeCustServ {DATA}")
    town.says("ann", DATA, to="AcmeCustServ")
    assert [[each["rule"] for each in case.advice] for case in town.cases()] == [["A2"], []]


def test_after_two_public_answers_without_an_end_the_talk_is_better_private(town: Town) -> None:
    first = town.says("jo", BROKEN)
    for turns in range(3):
        assert [each["rule"] for each in town.case().advice] == (["A2"] if turns == 2 else [])
        answer(town, 1, f"Sorry! Please try holding the reset for {turns + 10} seconds.")
        town.says("jo", STILL, reply_to=first)


# Edits, and what is taken back -------------------------------------------------------------
def edits(town: Town, handle: str, uri: str, text: str) -> None:
    town.hear([town.line(handle, text, kind="edit", uri=uri)[1]])


def takes_back(town: Town, handle: str, uri: str) -> None:
    town.hear([town.line(handle, "", kind="delete", uri=uri)[1]])


def test_an_edit_before_anybody_acted_changes_what_the_playbook_says_of_it(town: Town) -> None:
    uri = town.says("jo", "@AcmeCustServ thank you so much, you are brilliant!")
    assert (town.case().rule, town.case().queue) == ("P10", "praise")
    edits(town, "jo", uri, BROKEN)
    case = town.case()
    assert (case.rule, case.kind, case.posts) == ("P7", "complaint", 1)
    assert case.title.startswith("My widget has been broken")
    (said,) = [each.said for each in selectors.case(town.access, case.number, town.at).moments if each.said]
    assert (said.edited, said.before) == (True, ("@AcmeCustServ thank you so much, you are brilliant!",))


def test_an_edit_of_what_we_answered_asks_for_no_other_answer(town: Town) -> None:
    uri = town.says("jo", BROKEN)
    answer(town, town.case().number)
    edits(town, "jo", uri, BROKEN + " Really.")
    case = town.case()
    assert (case.folder, case.posts, case.due_at) == ("waiting", 1, None)


def test_what_its_author_took_back_is_nowhere_to_be_read_and_nothing_is_left_to_answer(town: Town) -> None:
    uri = town.says("jo", BROKEN)
    takes_back(town, "jo", uri)
    case = town.case()
    assert (case.status, case.title, case.excerpt) == (Status.CLOSED, "Deleted by its author", "Deleted by its author")
    assert not selectors.cases(town.access, Filter("all", words="disgusting")).lines
    view = selectors.case(town.access, case.number, town.at)
    assert "disgusting" not in str(view)
    assert (view.public_way.possible, view.public_way.reason) == (False, "There is no post left to answer.")
    assert events(town, case.number) == ["Jo deleted a post."]


def test_a_case_of_two_voices_goes_on_under_the_one_that_is_left(town: Town) -> None:
    first = town.says("kit", ABOUT)
    town.says("sam", SO_IS_MINE)
    takes_back(town, "kit", first)
    case = town.case()
    assert (case.who, case.folder, case.voices) == ("Sam", "needs", 1)
    assert "disgusting" not in f"{case.title} {case.excerpt}"


def test_where_a_thread_has_two_cases_each_person_keeps_their_own(town: Town) -> None:
    first = town.says("jo", BROKEN)
    cases.resolve(town.access, 1, now=town.at)
    town.says("ann", "@jo @AcmeCustServ my widget is broken too, it does not work", reply_to=first)
    town.says("jo", STILL, reply_to=first)
    assert [(each.who, each.status, each.posts) for each in town.cases()] == [
        ("Jo", Status.OPEN, 2),
        ("Ann", Status.NEW, 1),
    ]
    takes_back(town, "jo", first)
    jo, ann = town.cases()
    assert "disgusting" not in f"{jo.title} {jo.excerpt}"
    assert jo.title == "it is still broken, nothing has changed!"
    assert events(town, jo.number)[-1] == "Jo deleted a post."
    assert (events(town, ann.number), ann.title) == ([], "my widget is broken too, it does not work")


@pytest.mark.parametrize("state", ["taken", "answered", "resolved"])
@pytest.mark.parametrize("who", ["stranger", "customer"])
def test_one_post_taken_back_leaves_a_case_that_people_work_on_as_it_is(town: Town, state: str, who: str) -> None:
    first = town.says("jo", BROKEN)
    handle, text = ("dana", "@jo have you tried the blue one?") if who == "stranger" else ("jo", STILL)
    other = town.says(handle, text, reply_to=first)
    number = town.case().number
    cases.assign(town.access, number, to=town.access.me, now=town.at)
    if state != "taken":
        answer(town, number)
    if state == "resolved":
        cases.resolve(town.access, number, now=town.at)
    before = town.case()
    takes_back(town, handle, other)
    after = town.case()
    for name in ("status", "folder", "rule", "owner_id", "due_at", "who", "title", "excerpt", "kind"):
        assert getattr(after, name) == getattr(before, name), name


def test_a_post_that_was_taken_back_before_it_was_heard_opens_nothing(town: Town) -> None:
    uri, said = town.line("jo", BROKEN)
    _, gone = town.line("jo", "", kind="delete", uri=uri)
    town.hear([gone])
    town.hear([said])
    assert town.cases() == []


# Private, listed, known -----------------------------------------------------------------------
def test_a_private_message_is_due_by_the_private_level_and_only_we_see_it(town: Town) -> None:
    town.person("star", followers=500_000, follows=800, posts=14_000, reactions=4_000.0)
    town.says("star", "my widget is broken, it does not work", to="AcmeCustServ")
    case = town.case()
    assert (case.rule, case.folder, case.private, case.exposure) == ("P6", "needs", True, 0)
    assert case.due_at == case.opened_at + 15 * MINUTE
    assert case.reasons[-1] == {"icon": "eye", "strong": "Only they and we", "text": " see it."}
    view = selectors.case(town.access, case.number, town.at)
    assert (view.headline, view.public_way.possible, view.private_way.possible) == ("Answer in private", False, True)


def test_who_is_on_the_list_is_answered_now(town: Town) -> None:
    town.says("press", "hi @AcmeCustServ 👋")
    people.mark(town.access, town.account("press").pk, what="listed", on=True, now=town.at)
    cases.resolve(town.access, 1, now=town.at)
    town.says("press", BROKEN)
    assert (town.cases()[-1].rule, town.cases()[-1].due_at) == ("P7a", town.at + 5 * MINUTE)


def test_the_tags_of_a_rule_and_of_what_is_added_stand_on_the_case_once(town: Town) -> None:
    change = {each["id"]: each for each in shipped()["rules"]}
    playbooks.put(town.access, "rules", {**change["P1"], "tags": ["grave", "Call them"]}, instead_of="P1", now=town.at)
    playbooks.put(town.access, "rules", {**change["A2"], "tags": ["grave"]}, instead_of="A2", now=town.at)
    playbooks.save(town.access, note="", over=0, now=town.at)
    town.says("vera", FIRE + ". My card is 4111 1111 1111 1111")
    town.says("vera", FIRE)
    (line,) = selectors.cases(town.access, Filter("all")).lines
    assert sorted(tag.name for tag in line.tags) == ["Call them", "grave"]


def test_what_is_slow_by_nature_has_a_day(town: Town) -> None:
    make_topic(town.access, "widget OR widgets", TopicClass.PRODUCT, "Widgets", now=town.at)
    message = {
        "text": "how do I reset my widget?",
        "author": {"handle": "ann"},
        "private": False,
        "mentions": ["AcmeCustServ"],
    }
    hand_in(town.access, "shop chat", message, places=town.places, now=town.at)
    case = town.case()
    assert case.due_at in (case.opened_at + timedelta(days=1), selectors.day_end("Europe/London", town.at))


# Two workspaces, two processes --------------------------------------------------------------------
def test_what_one_workspace_hears_is_no_case_and_no_voice_of_another(town: Town, places: Places) -> None:
    charlie = make_workspace("Globex Desk", "charlie@globex.example")
    theirs = make_town(charlie, inside(places, "globex"))
    town.says("kit", ABOUT)
    theirs.says("sam", SO_IS_MINE)
    theirs.says("kit", BROKEN)
    assert matters(town) == [("Kit", "P8", 1)]
    assert {case.who for case in theirs.cases()} == {"Sam", "Kit"}
    assert [case.number for case in theirs.cases()] == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_the_same_moment_each_post_is_decided_once(places: Places) -> None:
    town = make_town(make_workspace(), places)
    lines = [town.line(f"person{n}", BROKEN)[1] for n in range(6)]
    row = channels.connection(town.access, town.connection)
    assert row.stream is not None
    raw = RawBatch(lines, {"after": 6}, town.at)
    ingest(
        channels.stream(row.stream), raw, ears=Ears.open(), understanding=town.understanding, places=places, now=town.at
    )

    def decides() -> int:
        return triage.triage(town.access.workspace, understanding=town.understanding, now=town.at, limit=4)

    while sum(at_once(decides, decides, decides)):
        pass
    assert DecisionRow.objects.count() == 6
    assert sorted(CaseRow.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert Entry.objects.filter(kind="post").count() == 6
