"""Answers to what came by webhook: each taken once by the program, whatever dies when, and told of truly."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from hubbub.care.models import CaseRow
from hubbub.care.services.cases import reply
from hubbub.channels.models import Connection
from hubbub.infra.failpoints import FAILPOINTS
from hubbub.infra.models import OutboxMessage
from hubbub.infra.outbox import PATIENCE
from hubbub.infra.places import Places
from hubbub.kernel.errors import HubbubError
from tests.flows.demo_network import states, time_passes
from tests.flows.dying import KILLED, live, send
from tests.flows.hooked import Hooked, Program, make_hooked, message, program

pytestmark = pytest.mark.django_db(transaction=True)
SENDING = [name for name in FAILPOINTS if name.startswith("send.")]


@pytest.fixture
def told() -> Iterator[Program]:
    with program() as made:
        yield made


@pytest.fixture
def hook(places: Places, told: Program) -> Hooked:
    return make_hooked(places, told.url)


def asked(hook: Hooked, number: int = 1, **how: object) -> int:
    [taken] = hook.call(message(number, **how))
    assert taken.case is not None
    return taken.case


def answer(hook: Hooked, case: int, text: str, **how: bool) -> int:
    return int(reply(hook.access, case, text=text, confirmed=True, now=datetime.now(UTC), **how))


def deliveries(told: Program) -> dict[str, set[bytes]]:
    """What was sent under which name, however often."""
    found: dict[str, set[bytes]] = {}
    for headers, body in told.calls:
        found.setdefault(headers["hubbub-delivery"], set()).add(body)
    return found


def test_an_answer_is_delivered_under_the_name_the_program_gives_it(hook: Hooked, told: Program) -> None:
    answer(hook, asked(hook), "We are on it.")
    told.answers = [(200, b'{"id": "r/9", "url": "https://shop.example/r/9"}', {})]
    send()
    row = OutboxMessage.objects.get()
    assert (row.state, row.uri, row.url) == ("delivered", "generic:shop/r/9", "https://shop.example/r/9")
    assert told.calls[0][0]["hubbub-delivery"] == row.key
    assert hook.call(message(2, "r/9 did not help", in_reply_to="r/9"))[0].case == CaseRow.objects.get().number


@pytest.mark.parametrize("failpoint", SENDING)
def test_a_sender_killed_there_has_each_answer_taken_once_and_all_delivered(
    hook: Hooked, told: Program, failpoint: str
) -> None:
    first, second = asked(hook, 1), asked(hook, 2, text="where is my acme order?", private=True)
    for text in ("First.", "Second.", "Third."):
        answer(hook, first, text)
    answer(hook, second, "In private.", private=True)
    assert live(failpoint, send) == KILLED
    assert live(f"{failpoint}:2", send) == KILLED
    assert live("", send) == 0
    assert sorted(told.texts) == ["First.", "In private.", "Second.", "Third."]
    assert [text for text in told.texts if text != "In private."] == ["First.", "Second.", "Third."]
    assert states() == ["delivered"] * 4
    assert all(len(bodies) == 1 for bodies in deliveries(told).values())


@pytest.mark.parametrize("fault", ["no answer", "500", "503"])
def test_where_the_answer_is_lost_it_is_repeated_as_the_same_delivery_and_nobody_is_asked(
    hook: Hooked, told: Program, fault: str
) -> None:
    answer(hook, asked(hook), "We are on it.")
    if fault == "no answer":
        told.silent = 1
    else:
        told.answers = [(int(fault), b"", {})]
    send()
    row = OutboxMessage.objects.get()
    assert (row.state, row.doubtful) == ("queued", True)
    time_passes()
    told.answers = [(409, b"I have it", {})]
    send()
    assert states() == ["delivered"]
    assert told.texts == ["We are on it."]
    assert [len(bodies) for bodies in deliveries(told).values()] == [1]
    assert len(told.calls) == 2


def test_a_doubt_that_lasts_a_day_is_said_to_be_one(hook: Hooked, told: Program) -> None:
    answer(hook, asked(hook), "We are on it.")
    OutboxMessage.objects.update(queued_at=datetime.now(UTC) - PATIENCE - timedelta(seconds=1))
    told.answers = [(500, b"", {})]
    send()
    assert states() == ["uncertain"]


def test_a_no_is_told_in_the_programs_words_and_its_pace_is_kept(hook: Hooked, told: Program) -> None:
    first, second = asked(hook, 1), asked(hook, 2, text="where is my acme order 4711?", private=True)
    answer(hook, first, "We are on it.")
    told.answers = [(422, b"This order is closed.", {})]
    send()
    assert states() == ["failed"]
    assert OutboxMessage.objects.get().words == "Webhook said: “422: This order is closed.”"
    assert CaseRow.objects.get(number=first).folder == "needs"
    answer(hook, second, "Soon.", private=True)
    told.answers = [(429, b"", {"Retry-After": "600"})]
    send()
    row = OutboxMessage.objects.latest("pk")
    assert (row.state, row.doubtful) == ("queued", False)
    assert timedelta(seconds=590) < row.due_at - datetime.now(UTC) < timedelta(seconds=601)


def test_where_no_address_is_set_nobody_can_answer(places: Places) -> None:
    hook = make_hooked(places)
    with pytest.raises(HubbubError, match="nobody can answer through Hubbub"):
        answer(hook, asked(hook), "We are on it.")
    Connection.objects.update(config={**Connection.objects.get().config, "reply": "https://shop.example/"})
    assert answer(hook, 1, "We are on it.")
