"""A network that asks us to wait gets its pace: nobody's answer is lost or out of turn, and other networks go on."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections

from hubbub.channels.models import Connection
from hubbub.flows.send import Sender
from hubbub.infra import outbox
from hubbub.infra.models import OutboxMessage
from hubbub.infra.places import Places
from tests.flows.demo_network import DemoNetwork, Desk, states
from tests.make import NO_FILES, connect_demo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def another_network(tmp_path: Path) -> Iterator[DemoNetwork]:
    folder = tmp_path / "another"
    folder.mkdir()
    with DemoNetwork(folder) as running:
        yield running


@pytest.fixture(autouse=True)
def unlimited_afterwards(demo_network: DemoNetwork) -> Iterator[None]:
    yield
    demo_network.call("POST", "/_allowance", {"posts": 1_000_000, "every_s": 1.0})


def send_all(within_s: float) -> list[tuple[float, int]]:
    """Let one sender work until nothing waits; return how much was delivered when."""
    seen: list[tuple[float, int]] = []

    async def run() -> None:
        asyncio.get_running_loop().set_default_executor(database)
        sender = Sender("this home", frozenset(("demo",)), NO_FILES)
        begun = time.monotonic()
        while time.monotonic() - begun < within_s:
            await sender.round()
            now = await asyncio.to_thread(states)
            seen.append((time.monotonic() - begun, now.count("delivered")))
            if not {"queued", "sending"} & set(now):
                break
            await asyncio.sleep(0.05)
        await sender.aclose()
        await asyncio.to_thread(connections.close_all)

    with ThreadPoolExecutor(4) as database:
        asyncio.run(run())
    return seen


def paced(desk: Desk, answers: int, a_second: int, within_s: float) -> None:
    """Queue answers in ten conversations to a network that takes so many a second, and see how they leave."""
    cases = [desk.asked() for _ in range(10)]
    for number in range(answers):
        desk.answer(cases[number % 10][1], f"Answer {number:04d}.", seen_reply=None)
    desk.network.call("POST", "/_allowance", {"posts": a_second, "every_s": 1.0})
    begun = time.monotonic()
    send_all(within_s)
    assert states() == ["delivered"] * answers
    assert time.monotonic() - begun > answers / a_second - 2
    for place, (handle, _) in enumerate(cases):
        said = [f"Answer {number:04d}." for number in range(place, answers, 10)]
        assert desk.network.answers(handle) == said  # each once, in order
    tried = sum(OutboxMessage.objects.values_list("attempts", flat=True))
    assert tried - answers <= answers / a_second * 2 + 2  # it was not asked again and again


def test_answers_leave_at_the_pace_a_network_asks_for_each_once_and_in_order(
    demo_network: DemoNetwork, places: Places
) -> None:
    paced(Desk(demo_network, places), answers=80, a_second=20, within_s=60)


@pytest.mark.networks
def test_a_thousand_answers_leave_at_the_pace_a_network_asks_for(demo_network: DemoNetwork, places: Places) -> None:
    paced(Desk(demo_network, places), answers=1_000, a_second=50, within_s=300)


def test_while_one_network_lets_us_wait_another_gets_its_answers_at_once(
    demo_network: DemoNetwork, another_network: DemoNetwork, places: Places
) -> None:
    desk = Desk(demo_network, places)
    elsewhere = connect_demo(desk.access, name="Elsewhere", server=another_network.address)
    Connection.objects.filter(pk=elsewhere).update(secret={"password": "long enough"})
    _, case = desk.asked()
    for number in range(30):
        desk.answer(case, f"Answer {number}.", seen_reply=None)
    demo_network.call("POST", "/_allowance", {"posts": 1, "every_s": 600.0})
    there = another_network.say("jo", "@AcmeCustServ my widget broke")
    for number in range(3):
        payload = {
            "key": f"there{number}", "text": f"There {number}.", "queued_at": datetime.now(UTC).isoformat(),
            "parent": there, "parent_ref": None, "to": None, "private": False,
        }  # fmt: skip
        outbox.put(
            workspace=desk.access.workspace, connection=elsewhere, conversation="there", subject=0,
            key=f"there{number}", payload=payload, expected_uri=None, now=datetime.now(UTC),
        )  # fmt: skip
    begun = time.monotonic()
    send_all(within_s=4)
    assert time.monotonic() - begun < 15
    assert another_network.answers("jo") == ["There 0.", "There 1.", "There 2."]
    assert states().count("delivered") == 4
    tried = OutboxMessage.objects.exclude(connection=elsewhere).values_list("attempts", flat=True)
    assert sum(tried) == 2  # one was taken, one was told to wait; nobody else asked
    waiting = outbox.pauses([int(OutboxMessage.objects.order_by("id")[0].connection)], datetime.now(UTC))
    [pause] = waiting.values()
    assert timedelta(minutes=5) < pause.until - datetime.now(UTC) <= timedelta(minutes=10)
    assert "Too many posts" in pause.words
