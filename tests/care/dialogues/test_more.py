"""Dialogues beside the thirteen: danger, whoever waits, what machines write."""

import pytest
from tests.care.dialogues.talk import BROKEN
from tests.channels.mail.letters import CARE, bounce, mail
from tests.make import Town, make_member, make_town, make_workspace

from hubbub.care import selectors
from hubbub.care.core.case import Status
from hubbub.care.models import DecisionRow
from hubbub.care.services import cases
from hubbub.channels import services as channels
from hubbub.channels.core.contract import Account
from hubbub.infra.models import OutboxMessage
from hubbub.infra.places import Places

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(places: Places) -> Town:
    return make_town(make_workspace(), places)


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


def test_what_machines_write_is_left_unless_it_concerns_safety(post_box: Town) -> None:
    post_box.hear([mail("I am on holiday, what do you want?", Auto_Submitted="auto-replied", key="1@example.org")])
    post_box.hear([mail("Buy now! Only today!", List_Unsubscribe="<https://example.org/no>", key="2@example.org")])
    post_box.hear([mail("Hello again", X_Hubbub=CARE, by="List <list@example.org>", key="3@example.org")])
    assert (post_box.cases(), post_box.rules()) == ([], ["M1", "M1", "M1"])
    post_box.hear(
        [mail("The widget caught fire and burnt my hand", Auto_Submitted="auto-replied", key="4@example.org")]
    )
    assert post_box.case().rule == "P1"


def test_an_automatic_answer_to_our_answer_makes_nothing_due(post_box: Town) -> None:
    post_box.hear([mail("Where is my parcel?")])
    assert post_box.case().rule == "P6"
    cases.reply(post_box.access, 1, text="On its way.", private=True, now=post_box.at)
    answer = mail("When are you back?", key="away@example.org", References="<first@example.org>", X_Autoreply="yes")
    post_box.hear([answer])
    assert post_box.case().status == Status.WAITING


@pytest.mark.parametrize("resolved", [False, True], ids=["waiting", "resolved"])
def test_an_answer_that_bounces_has_failed_and_its_case_needs_somebody(post_box: Town, resolved: bool) -> None:
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


def test_a_bounce_of_somebody_elses_mail_changes_nothing(post_box: Town) -> None:
    post_box.hear([mail("Where is my parcel?")])
    cases.reply(post_box.access, 1, text="On its way.", private=True, now=post_box.at)
    post_box.hear([bounce("another@example.org")])
    assert post_box.case().status == Status.WAITING
    assert post_box.rules()[-1] == "M1"
