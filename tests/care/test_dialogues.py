"""The dialogues of the playbook, as they are told in the documents."""

from datetime import timedelta
from itertools import permutations

import pytest
from tests.channels.mail.letters import CARE, bounce, mail
from tests.make import Town, make_member, make_town, make_workspace

from hubbub.care import selectors
from hubbub.care.core.case import Status
from hubbub.care.core.errors import LookBeforeSending
from hubbub.care.models import DecisionRow
from hubbub.care.services import cases, people
from hubbub.channels import services as channels
from hubbub.channels.core.contract import Account
from hubbub.infra.models import OutboxMessage
from hubbub.infra.places import Places

pytestmark = pytest.mark.django_db

BROKEN = "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!"
ABOUT = "My #Acme widget has been broken for 5 days now. Its disgusting!"
SO_IS_MINE = "So's mine. I'm now on my third #Acme widget…they are so unreliable."


@pytest.fixture
def town(places: Places) -> Town:
    return make_town(make_workspace(), places)


def test_1_a_complaint_to_us_is_held_ten_minutes_then_due_and_answered(town: Town) -> None:
    town.says("jo", BROKEN)
    case = town.case()
    assert (case.rule, case.decision, case.folder) == ("P7", "hold", "held")
    assert case.not_before == town.at + timedelta(minutes=10)
    assert case.due_at == town.at + timedelta(minutes=30)

    town.later(minutes=10)
    case = town.case()
    assert (case.folder, case.status) == ("needs", Status.NEW)
    cases.reply(town.access, case.number, text="Sorry! Which model is it?", now=town.at)
    assert town.case().folder == "waiting"

    town.says("jo", "It is the 4471, bought in March", to="AcmeCustServ")
    case = town.case()
    assert (case.status, case.folder, case.posts) == (Status.OPEN, "needs", 2)
    cases.resolve(town.access, case.number, now=town.at)
    assert town.case().folder == "resolved"


def test_2_when_a_stranger_solves_it_we_thank(town: Town) -> None:
    first = town.says("jo", BROKEN)
    town.says("dana", "@jo hold the reset for 10 s", reply_to=first)
    assert town.case().folder == "held"
    town.says("jo", "that worked, thanks!", reply_to=first)
    case = town.case()
    assert (case.rule, case.decision, case.queue) == ("P7b", "thank", "praise")


def test_2_comes_out_the_same_in_whatever_order_it_arrives(places: Places) -> None:
    for number, order in enumerate(permutations(range(3))):
        own = (each / str(number) for each in (places.segments, places.identities, places.archive))
        here = Places(*own, places.spool, places.files)
        town = make_town(make_workspace(f"Acme {number}", f"mia{number}@acme.example"), here)
        first, one = town.line("jo", BROKEN)
        _, two = town.line("dana", "@jo @AcmeCustServ hold the reset for 10 s", reply_to=first)
        _, three = town.line("jo", "@dana @AcmeCustServ that worked, thanks!", reply_to=first)
        for place in order:
            town.hear([[one, two, three][place]])
        solved = [case for case in town.cases() if case.rule == "P7b"]
        assert len(solved) == 1, [(case.rule, case.title) for case in town.cases()]


def test_3_a_celebrity_is_answered_now_and_bought_followers_change_nothing(town: Town) -> None:
    town.person(
        "star", followers=500_000, follows=800, posts=14_000, reactions=4_000.0, joined_at="2011-01-01T00:00:00Z"
    )
    town.person("bought", followers=500_000, follows=7_000, posts=60, reactions=0.2, joined_at="2026-09-01T00:00:00Z")
    town.says("star", BROKEN)
    case = town.case()
    assert (case.rule, case.decision, case.folder) == ("P7a", "answer", "needs")
    assert case.exposure >= 50_000

    town.says("bought", BROKEN)
    assert [each.rule for each in town.cases()] == ["P7a", "P7"]


def test_4_a_second_voice_turns_a_watch_into_one_case(town: Town) -> None:
    town.says("kit", ABOUT)
    assert (town.case().rule, town.case().folder) == ("P8", "watching")
    town.says("sam", SO_IS_MINE)
    case = town.case()
    assert (case.rule, case.decision, case.folder) == ("P8a", "intervene", "needs")
    assert (case.posts, case.voices, case.who) == (2, 2, "Kit")


def test_4_the_second_arriving_first_changes_nothing(town: Town) -> None:
    _, first = town.line("kit", ABOUT)
    _, second = town.line("sam", SO_IS_MINE)
    town.hear([second])
    assert (town.case().rule, town.case().who) == ("P8", "Sam")
    town.hear([first])
    case = town.case()
    assert (case.rule, case.folder, case.posts, case.who) == ("P8a", "needs", 2, "Kit")


@pytest.mark.parametrize("who", ["second account", "bot", "repost", "employee"])
def test_5_what_is_no_voice_changes_nothing(town: Town, who: str) -> None:
    first = town.says("kit", ABOUT)
    if who == "second account":
        town.says("kit_two", "hi @AcmeCustServ")  # so that the account is known
        people.link(town.access, town.account("kit").pk, town.account("kit_two").pk, now=town.at)
        town.says("kit_two", SO_IS_MINE)
    elif who == "bot":
        town.person(
            "deal82715", followers=3, follows=4_900, posts=91_000, reactions=0.0, joined_at="2026-10-01T00:00:00Z"
        )
        town.says("deal82715", SO_IS_MINE)
    elif who == "repost":
        town.says("sam", "", repost_of=first)
    else:
        town.says("sam", "hi @AcmeCustServ")
        people.mark(town.access, town.account("sam").pk, what="employee", on=True, now=town.at)
        town.says("sam", SO_IS_MINE)
    watched = [case for case in town.cases() if case.folder == "watching"]
    assert [case.rule for case in watched] == ["P8"]
    assert not [case for case in town.cases() if case.rule == "P8a"]


def test_6_a_watch_that_nobody_joins_is_closed_after_its_review(town: Town) -> None:
    town.says("kit", ABOUT)
    town.later(hours=25)
    case = town.case()
    assert (case.rule, case.status) == ("P8d", Status.CLOSED)


def test_9_sarcasm_is_a_complaint_or_unsure_and_never_praise(town: Town) -> None:
    town.says("jo", "Great, another update that breaks everything. Well done @AcmeCustServ")
    assert town.case().rule in ("P7", "P4")


def test_11_a_bot_is_left_and_a_known_customer_never_is(town: Town) -> None:
    odd = {"followers": 3, "follows": 4_900, "posts": 91_000, "reactions": 0.0, "joined_at": "2026-10-01T00:00:00Z"}
    town.person("deal82715", **odd)
    town.says("deal82715", "@AcmeCustServ my widget is broken, claim your voucher here https://free.example/v")
    assert town.cases() == []
    assert town.rules() == ["P3"]

    town.person("ann38174", **odd)
    town.says("ann38174", "hello, is anybody there?", to="AcmeCustServ")
    people.mark(town.access, town.account("ann38174").pk, what="known", on=True, now=town.at)
    town.says("ann38174", "@AcmeCustServ my widget is broken, claim your voucher here https://free.example/v")
    assert town.rules()[-1] in ("P7", "P4")


def test_12_the_same_question_in_public_is_held_and_in_private_answered(town: Town) -> None:
    town.says("jo", "@AcmeCustServ how do I reset it?")
    assert town.case().rule == "P7"
    town.says("ann", "how do I reset it?", to="AcmeCustServ")
    assert [case.rule for case in town.cases()] == ["P7", "P6"]
    town.says("bea", "hi @AcmeCustServ 👋")
    assert town.cases()[-1].rule in ("P14", "P4")
    assert town.cases()[-1].decision == "ask"


def test_13_a_promise_of_compensation_in_public_is_warned_of_first(town: Town) -> None:
    town.says("jo", BROKEN)
    number = town.case().number
    text = "Sorry! We will pay you £50 compensation for this."
    with pytest.raises(LookBeforeSending):
        cases.reply(town.access, number, text=text, now=town.at)
    assert town.case().folder == "held"
    cases.reply(town.access, number, text=text, confirmed=True, now=town.at)
    assert town.case().folder == "waiting"


def test_danger_comes_before_everything_and_tells_the_lead(town: Town) -> None:
    town.says("jo", "@AcmeCustServ your widget caught fire and burnt my hand")
    case = town.case()
    assert (case.rule, case.queue, case.alert) == ("P1", "safety", True)
    assert case.due_at == case.opened_at


def test_asking_anyone_for_help_ends_a_watch(town: Town) -> None:
    town.says("kit", "My #acme widget is broken again. Anyone? What can I do?")
    assert town.case().rule == "P8b"


def test_writing_again_ends_the_hold(town: Town) -> None:
    first = town.says("jo", BROKEN)
    town.says("jo", "@AcmeCustServ hello? It is still broken", reply_to=first)
    case = town.case()
    assert (case.rule, case.folder, case.posts) == ("P7c", "needs", 2)


def test_every_decision_keeps_its_reasons_and_the_version_that_made_it(town: Town) -> None:
    town.says("jo", BROKEN)
    (decision,) = DecisionRow.objects.all()
    assert (decision.rule, decision.playbook) == ("P7", 1)
    assert decision.reasons[0]["strong"] == "Complaint to us"


def test_the_history_of_an_agent_is_the_same_whoever_answers(town: Town) -> None:
    alice = make_member(town.access, "Alice")
    town.says("jo", BROKEN)
    cases.reply(alice, town.case().number, text="Sorry! Which model is it?", now=town.at)
    assert town.case().owner_id == alice.person


@pytest.fixture
def post_box(town: Town) -> Town:
    """The same town, in which people write mails to us."""
    town.connection = channels.connect(
        town.access,
        kind="mail",
        name="E-mail",
        config={"address": CARE, "imap_host": "mx.acme.example", "smtp_host": "mx.acme.example"},
        secret={"password": "a long enough one"},
        account=Account(id=CARE, handle=CARE),
        now=town.at,
    )
    return town


def test_16_what_machines_write_is_left_unless_it_concerns_safety(post_box: Town) -> None:
    post_box.hear([mail("I am on holiday, what do you want?", Auto_Submitted="auto-replied", key="1@example.org")])
    post_box.hear([mail("Buy now! Only today!", List_Unsubscribe="<https://example.org/no>", key="2@example.org")])
    post_box.hear([mail("Hello again", X_Hubbub=CARE, by="List <list@example.org>", key="3@example.org")])
    assert (post_box.cases(), post_box.rules()) == ([], ["M1", "M1", "M1"])
    post_box.hear(
        [mail("The widget caught fire and burnt my hand", Auto_Submitted="auto-replied", key="4@example.org")]
    )
    assert post_box.case().rule == "P1"


def test_17_an_automatic_answer_to_our_answer_makes_nothing_due(post_box: Town) -> None:
    post_box.hear([mail("Where is my parcel?")])
    assert post_box.case().rule == "P6"
    cases.reply(post_box.access, 1, text="On its way.", private=True, now=post_box.at)
    answer = mail("When are you back?", key="away@example.org", References="<first@example.org>", X_Autoreply="yes")
    post_box.hear([answer])
    assert post_box.case().status == Status.WAITING


@pytest.mark.parametrize("resolved", [False, True], ids=["waiting", "resolved"])
def test_18_an_answer_that_bounces_has_failed_and_its_case_needs_somebody(post_box: Town, resolved: bool) -> None:
    post_box.hear([mail("Where is my parcel?")])
    sent = cases.reply(post_box.access, 1, text="On its way.", private=True, now=post_box.at)
    row = OutboxMessage.objects.get(pk=sent)
    OutboxMessage.objects.filter(pk=sent).update(state="delivered", uri=row.expected_uri, delivered_at=post_box.at)
    if resolved:
        cases.resolve(post_box.access, 1, now=post_box.at)
    assert post_box.case().folder != "needs"

    post_box.hear([bounce(row.expected_uri.removeprefix("mail:"), action="delayed", key="late@mx.acme.example")])
    assert OutboxMessage.objects.get(pk=sent).state == "delivered"
    post_box.hear([bounce(row.expected_uri.removeprefix("mail:"))])
    row = OutboxMessage.objects.get(pk=sent)
    assert (row.state, row.words) == ("failed", "Bounced: 550 5.1.1 no such person")
    assert (post_box.case().folder, post_box.case().due_at) == ("needs", post_box.at)
    moments = selectors.case(post_box.access, 1, post_box.at).moments
    assert any("came back" in str(moment) for moment in moments)


def test_19_a_bounce_of_somebody_elses_mail_changes_nothing(post_box: Town) -> None:
    post_box.hear([mail("Where is my parcel?")])
    cases.reply(post_box.access, 1, text="On its way.", private=True, now=post_box.at)
    post_box.hear([bounce("another@example.org")])
    assert post_box.case().status == Status.WAITING
    assert post_box.rules()[-1] == "M1"
