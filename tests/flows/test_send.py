"""Answers leave once each, in order, on a real network whose requests fail; and what is said of them is true."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections

from hubbub.care.models import CaseRow
from hubbub.care.services import cases
from hubbub.channels import registry
from hubbub.channels import services as channels
from hubbub.channels.adapters.demo.channel import Demo
from hubbub.channels.models import Connection
from hubbub.flows.send import Sender
from hubbub.infra.models import OutboxMessage
from hubbub.infra.outbox import PATIENCE
from hubbub.infra.places import Places
from hubbub.kernel.errors import HubbubError
from tests.flows.demo_network import DemoNetwork, Desk, states, time_passes, words_of
from tests.flows.hearing import NOWHERE
from tests.installation import free_port
from tests.make import NO_FILES, make_workspace

pytestmark = pytest.mark.django_db(transaction=True)


class NeverLooks(Demo):
    """A channel to the demo network that can't ask whether something arrived."""

    abilities = replace(Demo.abilities, looks_up=False)


@pytest.fixture
def desk(demo_network: DemoNetwork, places: Places) -> Desk:
    return Desk(demo_network, places)


def send(times: int = 1, *, name: str = "this home", patiently: bool = True, files: Path = NO_FILES) -> int:
    """Let a sender that has just begun deal with the outbox, again and again as time passes."""

    async def run() -> int:
        asyncio.get_running_loop().set_default_executor(database)
        sender, done = Sender(name, frozenset(("demo",)), files), 0
        for _ in range(times):
            done += await sender.round()
            if patiently:
                await asyncio.to_thread(time_passes)
        await sender.aclose()
        await asyncio.to_thread(connections.close_all)
        return done

    with ThreadPoolExecutor(1) as database:
        return asyncio.run(run())


def test_an_answer_is_delivered_with_the_address_the_network_gave_it(desk: Desk) -> None:
    handle, case = desk.asked()
    message = desk.answer(case, "We are on it.")
    assert send() == 1
    row = OutboxMessage.objects.get(pk=message)
    assert (row.state, row.words, row.attempts) == ("delivered", "", 1)
    assert row.uri == row.expected_uri != ""
    assert row.url.startswith(desk.network.address)
    assert desk.network.answers(handle) == ["We are on it."]
    assert send() == 0


@pytest.mark.parametrize("fault", ["503", "429", "reset", "lost"])
@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
def test_an_answer_arrives_once_however_the_request_fails(desk: Desk, fault: str, private: bool) -> None:
    handle, case = desk.asked(private=private)
    desk.answer(case, "We are on it.", private=private)
    desk.network.fail(fault)
    send(patiently=False)
    row = OutboxMessage.objects.get()
    assert row.state == "queued"
    assert row.words
    assert row.due_at > datetime.now(UTC)
    assert row.doubtful is (fault in ("reset", "lost"))
    time_passes()
    send()
    assert states() == ["delivered"]
    assert desk.network.answers(handle) == ["We are on it."]


def test_a_refusal_is_told_in_the_networks_own_words_and_the_case_needs_somebody(desk: Desk) -> None:
    handle, case = desk.asked()
    message = desk.answer(case, "We are on it.")
    assert CaseRow.objects.get(number=case).status == "waiting"
    desk.network.take_back(OutboxMessage.objects.get().payload["parent"])
    send()
    assert (states(), desk.network.answers(handle)) == (["failed"], [])
    assert words_of(message).startswith("Demo network said: “")
    assert "deleted" in words_of(message)
    assert CaseRow.objects.get(number=case).folder == "needs"


def test_an_account_that_is_let_in_no_more_is_told_of_and_a_person_can_send_again(desk: Desk) -> None:
    handle, case = desk.asked()
    message = desk.answer(case, "We are on it.")
    Connection.objects.update(secret={"password": "changed meanwhile"})
    send()
    assert states() == ["failed"]
    assert words_of(message).startswith("Demo network does not let this account in any more. It said: “")
    assert words_of(message).endswith("Sign in again under Settings, Channels.")
    Connection.objects.update(secret={"password": "long enough"})
    cases.send_again(desk.access, case, message, now=datetime.now(UTC))
    send()
    assert (states(), desk.network.answers(handle)) == (["delivered"], ["We are on it."])


def test_while_the_network_is_down_an_answer_waits_and_then_leaves(desk: Desk) -> None:
    handle, case = desk.asked()
    message = desk.answer(case, "We are on it.")
    connection = Connection.objects.get()
    there = connection.config
    connection.config = {**there, "server": f"http://127.0.0.1:{free_port()}"}
    connection.save()
    send(times=3)
    row = OutboxMessage.objects.get()
    assert (row.state, row.attempts, row.doubtful) == ("queued", 3, False)
    assert "127.0.0.1" in words_of(message)
    connection.config = there
    connection.save()
    send()
    assert (states(), desk.network.answers(handle)) == (["delivered"], ["We are on it."])


def test_after_a_day_of_trying_an_answer_is_given_up_and_the_case_needs_somebody(desk: Desk) -> None:
    _, case = desk.asked()
    desk.answer(case, "We are on it.")
    Connection.objects.update(config={"server": NOWHERE, "handle": "AcmeCustServ"})
    OutboxMessage.objects.update(queued_at=datetime.now(UTC) - PATIENCE - timedelta(seconds=1))
    send()
    assert states() == ["failed"]
    assert CaseRow.objects.get(number=case).folder == "needs"


def test_where_the_network_can_not_look_a_lost_answer_is_uncertain_until_a_person_decides(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry.KINDS, "demo", f"{__name__}:NeverLooks")
    handle, case = desk.asked()
    arrived = desk.answer(case, "This arrives.")
    desk.network.fail("lost")
    send(times=2)
    absent = desk.answer(case, "This does not.")
    desk.network.fail("reset")
    send(times=2)
    assert states() == ["uncertain", "uncertain"]
    assert desk.network.answers(handle) == ["This arrives."]
    cases.has_arrived(desk.access, case, arrived, now=datetime.now(UTC))
    cases.send_again(desk.access, case, absent, now=datetime.now(UTC))
    send()
    assert states() == ["delivered", "delivered"]
    assert desk.network.answers(handle) == ["This arrives.", "This does not."]


def test_a_message_a_killed_sender_held_is_uncertain_where_the_network_can_not_look(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry.KINDS, "demo", f"{__name__}:NeverLooks")
    handle, case = desk.asked()
    message = desk.answer(case, "Perhaps.")
    OutboxMessage.objects.update(state="sending", claimed_by="this home", claimed_at=datetime.now(UTC), attempts=1)
    send(times=2)
    assert (states(), desk.network.answers(handle)) == (["uncertain"], [])
    assert words_of(message) == "Demo network can't be asked whether it arrived. Look, then decide."


def test_another_senders_message_is_left_alone_until_its_lease_runs_out(desk: Desk) -> None:
    handle, case = desk.asked()
    desk.answer(case, "We are on it.")
    now = datetime.now(UTC)
    OutboxMessage.objects.update(state="sending", claimed_by="elsewhere", claimed_at=now, attempts=1)
    assert send() == 0
    OutboxMessage.objects.update(claimed_at=now - timedelta(minutes=2))
    assert send() == 1
    assert (states(), desk.network.answers(handle)) == (["delivered"], ["We are on it."])


def test_answers_of_one_conversation_keep_their_order_and_other_conversations_do_not_wait(desk: Desk) -> None:
    (ann, first), (ben, second) = desk.asked(), desk.asked()
    for number in range(1, 4):
        desk.answer(first, f"Number {number}.")
    desk.answer(second, "Meanwhile.")
    desk.network.fail("503")
    send(patiently=False)
    assert states() == ["queued", "queued", "queued", "delivered"]
    send(times=3)
    time_passes()
    send(times=3)
    assert states() == ["delivered"] * 4
    assert desk.network.answers(ann) == ["Number 1.", "Number 2.", "Number 3."]
    assert desk.network.answers(ben) == ["Meanwhile."]


def test_what_waits_for_a_removed_connection_fails_with_a_clear_word(desk: Desk) -> None:
    handle, case = desk.asked()
    message = desk.answer(case, "We are on it.")
    channels.disconnect(desk.access, desk.town.connection, now=datetime.now(UTC))
    send()
    assert (states(), desk.network.answers(handle)) == (["failed"], [])
    assert words_of(message) == "The connection it was to leave by is gone."


def test_nobody_of_another_company_can_send_an_answer_again(desk: Desk) -> None:
    _, case = desk.asked()
    message = desk.answer(case, "We are on it.")
    channels.disconnect(desk.access, desk.town.connection, now=datetime.now(UTC))
    send()
    charlie = make_workspace("Charlie & Co", "charlie@other.example")
    with pytest.raises(HubbubError):
        cases.send_again(charlie, case, message, now=datetime.now(UTC))
    assert states() == ["failed"]
