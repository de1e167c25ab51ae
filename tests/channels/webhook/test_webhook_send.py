"""Answers that are posted to a program: signed, under a name that stays, and honest about what came back."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from tests.flows.hearing import NOWHERE
from tests.flows.hooked import Program, program

from hubbub.channels.adapters.webhook.channel import MAX_ANSWER, Webhook
from hubbub.channels.core.contract import Attached, Channel, NotPossible, Outgoing, Refused, Sent, SlowDown
from hubbub.channels.registry import open_channel
from hubbub.infra.http import AddressRefused, AnswerLost, Unreachable
from hubbub.infra.signing import NotSigned, verify
from hubbub.kernel.errors import HubbubError

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MESSAGE = Outgoing("key1", "We are on it.", NOON, parent="generic:shop/7", to="jo")
HERE = frozenset(("webhook",))


@pytest.fixture
def told() -> Iterator[Program]:
    with program() as made:
        yield made


def opened(url: str, allow: frozenset[str] = HERE, **secret: str) -> Channel:
    return open_channel("webhook", {"source": "shop", "reply": url}, {"key": "k", **secret}, allow_private=allow)


async def sent(channel: Channel, message: Outgoing = MESSAGE) -> Sent:
    try:
        return await channel.send(message)
    finally:
        await channel.aclose()


async def test_an_answer_is_signed_and_says_all_a_program_needs(told: Program) -> None:
    picture = Attached("half.png", "image/png", b"\x89PNG", "half a widget")
    await sent(opened(told.url), replace(MESSAGE, private=True, files=(picture,)))
    [(headers, body)] = told.calls
    assert verify(["k"], headers["hubbub-signature"], body, datetime.now(UTC))
    assert headers["hubbub-delivery"] == "key1"
    assert headers["content-type"] == "application/json"
    assert json.loads(body) == {
        "delivery": "key1",
        "source": "shop",
        "reply": {
            "id": "key1",
            "text": "We are on it.",
            "parent": "7",
            "to": "jo",
            "private": True,
            "written_at": "2026-11-22T12:00:00+00:00",
            "files": [
                {
                    "name": "half.png",
                    "type": "image/png",
                    "alt": "half a widget",
                    "data": base64.b64encode(b"\x89PNG").decode(),
                }
            ],
        },
    }


async def test_while_the_key_is_changed_an_answer_is_signed_with_both(told: Program) -> None:
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    await sent(opened(told.url, old_key="before", old_until=until))
    await sent(opened(told.url, old_key="before", old_until="2020-01-01T00:00:00+00:00"))
    (first, body), (second, again) = told.calls
    for key in ("k", "before"):
        assert verify([key], first["hubbub-signature"], body, datetime.now(UTC))
    with pytest.raises(NotSigned):
        verify(["before"], second["hubbub-signature"], again, datetime.now(UTC))


@pytest.mark.parametrize(
    ("status", "answer", "uri", "url"),
    [
        (200, b"", "key1", None),
        (204, b"", "key1", None),
        (202, b"Thanks!", "key1", None),
        (201, b'{"id": "r/9", "url": "https://shop.example/r/9"}', "r/9", "https://shop.example/r/9"),
        (200, b'{"id": 9, "url": "javascript:alert(1)"}', "9", None),
        (200, b'{"id": ["9"]}', "key1", None),
        (200, b'{"id": " "}', "key1", None),
        (200, b'{"id": "' + b"9" * 500 + b'"}', "key1", None),
        (200, b"[" * 50_000, "key1", None),
        (409, b'{"id": "r/9"}', "r/9", None),
        (409, b"I have it", "key1", None),
    ],
)
async def test_yes_and_i_have_it_already_are_a_delivery(
    told: Program, status: int, answer: bytes, uri: str, url: str | None
) -> None:
    told.answers = [(status, answer, {})]
    assert await sent(opened(told.url)) == Sent(f"generic:shop/{uri}", url)


def test_unless_the_program_names_it_an_answer_is_known_by_its_delivery() -> None:
    assert opened("https://shop.example/").expected_uri(MESSAGE) == "generic:shop/key1"


@pytest.mark.parametrize(
    ("status", "answer", "error", "words"),
    [
        (400, b"No such customer", Refused, "400: No such customer"),
        (401, b"", Refused, "401"),
        (404, b"<h1>\x00Not \xff here</h1>", Refused, "404: <h1>Not"),
        (422, b"x" * 5_000, Refused, "422: xxx"),
        (302, b"", Refused, "sends us elsewhere"),
        (500, b"Oops", AnswerLost, "500: Oops"),
        (503, b"", AnswerLost, "503"),
        (408, b"", AnswerLost, "408"),
        (200, b"y" * (MAX_ANSWER + 1), AnswerLost, "longer than"),
    ],
)
async def test_whatever_else_it_says_is_sorted_by_whether_it_was_acted_on(
    told: Program, status: int, answer: bytes, error: type[HubbubError], words: str
) -> None:
    told.answers = [(status, answer, {"Location": "http://127.0.0.1:1/"} if status == 302 else {})]
    with pytest.raises(error) as caught:
        await sent(opened(told.url))
    assert type(caught.value) is error
    assert words in str(caught.value)
    assert len(str(caught.value)) < 500
    assert len(told.calls) == 1


@pytest.mark.parametrize(
    ("after", "low", "high"),
    [
        ("7", 7, 7),
        ("999999999999", 3_600, 3_600),
        ("soon", 60, 60),
        ("", 60, 60),
        ("-5", 60, 60),
        ("in two minutes", 60, 121),
        (format_datetime(datetime(2020, 1, 1, tzinfo=UTC), usegmt=True), 1, 1),
    ],
)
async def test_its_pace_is_kept(told: Program, after: str, low: int, high: int) -> None:
    if after == "in two minutes":
        after = format_datetime(datetime.now(UTC) + timedelta(minutes=2), usegmt=True)
    told.answers = [(429, b"Slowly", {"Retry-After": after})]
    with pytest.raises(SlowDown, match="Slowly") as caught:
        await sent(opened(told.url))
    assert low <= int(str(caught.value.facts["wait_s"])) <= high


async def test_no_answer_and_nobody_there_are_told_apart(told: Program) -> None:
    told.silent = 1
    with pytest.raises(AnswerLost):
        await sent(opened(told.url))
    with pytest.raises(Unreachable) as caught:
        await sent(opened(NOWHERE))
    assert not isinstance(caught.value, AnswerLost)


async def test_this_machine_is_not_called_unless_it_may_be(told: Program) -> None:
    for url in (told.url, told.url.replace("127.0.0.1", "localhost"), told.url.replace("127.0.0.1", "[::1]")):
        with pytest.raises(AddressRefused, match="add webhook to HUBBUB_ALLOW_PRIVATE"):
            await sent(opened(url, allow=frozenset(("demo",))))
    assert told.calls == []


async def test_without_an_address_nobody_is_called() -> None:
    with pytest.raises(NotPossible, match="no address they go to is set"):
        await sent(opened(""))


async def test_a_file_of_a_message_is_fetched_from_where_it_stands_and_never_from_this_machine(told: Program) -> None:
    channel = opened(told.url, allow=frozenset())
    with pytest.raises(AddressRefused):
        await channel.attachment(told.url)
    await channel.aclose()


def test_its_key_is_in_no_repr() -> None:
    assert isinstance(opened("https://shop.example/"), Webhook)
    assert "before" not in repr(opened("https://shop.example/", old_key="before"))
