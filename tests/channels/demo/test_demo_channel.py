"""The connector against the real network, served on this machine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.simulate.living import acme, quiet, running

from hubbub.channels.adapters.demo.channel import Demo
from hubbub.channels.core.contract import BadConnection, NotPossible, Outgoing, Refused, SignInAgain, SlowDown
from hubbub.channels.registry import channel_class
from hubbub.infra.http import AddressRefused, AnswerLost, Http, Unreachable
from hubbub.kernel.batch import RawBatch

PASSWORD = acme().brand.password
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def demo(address: str, *, password: str = PASSWORD, allow_private: bool = True, **config: str) -> Demo:
    http = Http("demo", allow_private=allow_private)
    return Demo({"server": address, "handle": "@AcmeCustServ"} | config, {"password": password}, http)


async def visitor(address: str, method: str, path: str, body: Any) -> Any:
    """Do something on the network as somebody else would."""
    async with Http("test", allow_private=True) as http:
        return msgspec.json.decode((await http.request(method, address + path, json=body)).body or b"null")


async def heard(channel: Demo, cursor: Any, count: int) -> tuple[list[bytes], Any]:
    """Listen until so many lines have come; return them and the last cursor."""
    lines: list[bytes] = []
    async with asyncio.timeout(30), aclosing(channel.hear(cursor)) as batches:
        async for batch in batches:
            lines += batch.lines
            cursor = batch.cursor
            if len(lines) >= count:
                break
    return lines, cursor


def texts(lines: list[bytes]) -> list[str]:
    batch = Demo.parse(RawBatch(lines, None, NOON))
    assert batch.rejects == ()
    return [str(text) for text in batch.posts.column("text").to_pylist()]


def reply(key: str, text: str = "We are on it.", **more: Any) -> Outgoing:
    return Outgoing(key=key, text=text, queued_at=NOON, **more)


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    async with running(quiet(faults=True), tmp_path) as served:
        yield served


@pytest.fixture
async def channel(address: str) -> AsyncIterator[Demo]:
    made = demo(address)
    yield made
    await made.aclose()


def test_it_is_registered() -> None:
    assert channel_class("demo") is Demo


async def test_a_check_signs_in_and_returns_our_account(channel: Demo) -> None:
    account = await channel.check()
    assert account is not None
    assert (account.id, account.name, account.followers) == ("AcmeCustServ", "Acme Customer Service", 24_300)
    assert channel.expected_uri(reply("k")) == "demo://acme/AcmeCustServ/k"


async def test_a_post_is_heard_answered_and_the_answer_heard(channel: Demo, address: str) -> None:
    post = await visitor(address, "POST", "/posts", {"as": "visitor", "text": "@AcmeCustServ help"})
    lines, cursor = await heard(channel, None, 1)
    row = Demo.parse(RawBatch(lines, cursor, NOON)).posts.to_pylist()[0]
    message = reply("answer-1", parent=row["uri"], parent_ref=row["ref"])
    sent = await channel.send(message)
    assert sent.uri == channel.expected_uri(message)
    assert await channel.find(message) == sent
    lines, _ = await heard(channel, cursor, 1)
    answer = Demo.parse(RawBatch(lines, None, NOON)).posts.to_pylist()[0]
    assert (answer["parent"], answer["uri"], answer["url"]) == (post["uri"], sent.uri, sent.url)


async def test_an_answer_can_name_its_parent_by_uri_alone(channel: Demo, address: str) -> None:
    post = await visitor(address, "POST", "/posts", {"as": "visitor", "text": "help"})
    await channel.send(reply("a", parent=post["uri"]))
    thread = await channel.thread(post["uri"])
    assert thread is not None and texts(list(thread.lines)) == ["help", "We are on it."]


async def test_a_timeline_is_what_somebody_said_newest_first(channel: Demo, address: str) -> None:
    for text in ("bought this widget in 2019", "and it broke"):
        post = await visitor(address, "POST", "/posts", {"as": "kit", "text": text})
    await visitor(address, "POST", "/posts", {"as": "kit", "text": "", "repost_of": post["uri"]})
    found = await channel.timeline("@kit")
    assert found is not None and texts(list(found.lines)) == ["and it broke", "bought this widget in 2019"]
    nobody = await channel.timeline("nobody_there")
    assert nobody is not None and list(nobody.lines) == []


async def test_private_messages_go_both_ways(channel: Demo, address: str) -> None:
    await visitor(address, "POST", "/messages", {"as": "visitor", "to": "AcmeCustServ", "text": "psst"})
    lines, cursor = await heard(channel, None, 1)
    row = Demo.parse(RawBatch(lines, None, NOON)).posts.to_pylist()[0]
    message = reply("m-1", private=True, to=row["author"])
    sent = await channel.send(message)
    assert sent.uri == channel.expected_uri(message) == "demo://acme/messages/AcmeCustServ/m-1"
    assert await channel.find(message) == sent
    for uri in (row["uri"], row["root"], sent.uri):
        thread = await channel.thread(uri)
        assert thread is not None and texts(list(thread.lines)) == ["psst", "We are on it."]
    assert texts((await heard(channel, cursor, 1))[0]) == ["We are on it."]


async def test_the_same_message_twice_is_one_post(channel: Demo, address: str) -> None:
    assert await channel.send(reply("k")) == await channel.send(reply("k"))
    assert len((await heard(channel, None, 1))[0]) == 1


async def test_an_answer_that_was_lost_is_found(channel: Demo, address: str) -> None:
    await channel.check()
    await visitor(address, "POST", "/_faults", {"next_posts": "lost"})
    with pytest.raises(AnswerLost):
        await channel.send(reply("k"))
    found = await channel.find(reply("k"))
    assert found is not None and found.uri == "demo://acme/AcmeCustServ/k"
    assert await channel.send(reply("k")) == found
    assert len((await heard(channel, None, 1))[0]) == 1


async def test_a_request_that_never_arrived_is_not_found(channel: Demo, address: str) -> None:
    await channel.check()
    await visitor(address, "POST", "/_faults", {"next_posts": "reset"})
    with pytest.raises(AnswerLost):
        await channel.send(reply("k"))
    assert await channel.find(reply("k")) is None
    private = reply("k", private=True, to="dan_hollowmere")
    assert await channel.find(private) is None


async def test_a_busy_network_is_unreachable_and_nothing_was_done(channel: Demo, address: str) -> None:
    await channel.check()
    await visitor(address, "POST", "/_faults", {"next_posts": "503"})
    with pytest.raises(Unreachable, match="Nothing was done") as caught:
        await channel.send(reply("k"))
    assert not isinstance(caught.value, AnswerLost)
    assert await channel.find(reply("k")) is None


async def test_a_network_that_wants_us_to_wait_says_how_long(channel: Demo, address: str) -> None:
    await channel.check()
    await visitor(address, "POST", "/_faults", {"next_posts": "429"})
    with pytest.raises(SlowDown, match="Too many posts") as caught:
        await channel.send(reply("k"))
    assert caught.value.facts["wait_s"] == 2


async def test_a_refusal_is_in_the_networks_own_words(channel: Demo, address: str) -> None:
    for message, words in (
        (reply("k", text="x" * 501), "The text has 501 characters; at most 500 fit."),
        (reply("k", parent="demo://acme/nobody/1"), "There is no post nobody/1 here."),
        (reply("k", private=True, to="nobody"), "There is no account @nobody here."),
        (reply("no/such key"), "A key has 1 to 64 letters"),
    ):
        with pytest.raises(Refused) as caught:
            await channel.send(message)
        assert words in str(caught.value)
    await channel.send(reply("k"))
    with pytest.raises(Refused, match="already names another post"):
        await channel.send(reply("k", text="something else"))


async def test_a_private_message_to_nobody_is_not_possible(channel: Demo) -> None:
    with pytest.raises(NotPossible):
        await channel.send(reply("k", private=True))


async def test_an_answer_that_was_deleted_since_did_arrive(channel: Demo, address: str) -> None:
    post = await visitor(address, "POST", "/posts", {"as": "visitor", "text": "to be deleted", "key": "k"})
    await channel.send(reply("a", parent=post["uri"]))
    async with Http("test", allow_private=True) as http:
        session = await visitor(address, "POST", "/sessions", {"handle": "AcmeCustServ", "password": PASSWORD})
        headers = {"Authorization": f"Bearer {session['token']}"}
        await http.request("DELETE", f"{address}/posts/AcmeCustServ/a", headers=headers)
    found = await channel.find(reply("a"))
    assert found is not None and found.uri == "demo://acme/AcmeCustServ/a"


async def test_a_key_or_handle_the_network_can_not_have_is_not_there(channel: Demo) -> None:
    assert await channel.find(reply("../events")) is None
    assert await channel.account("../events") is None
    assert await channel.account("nobody") is None
    assert await channel.account("\ud800") is None
    for uri in ("demo://acme/../events", "https://acme/a/b", "demo://acme", "demo://acme/a/b/c", "demo://acme/a/b"):
        assert await channel.thread(uri) is None


async def test_an_account_is_read_by_any_spelling(channel: Demo) -> None:
    account = await channel.account("@VIVILANTERNE")
    assert account is not None and account.handle == "vivilanterne" and (account.followers or 0) > 500_000


async def test_a_wrong_password_asks_to_sign_in_again(address: str) -> None:
    channel = demo(address, password="nonsense")
    for attempt in (channel.check(), channel.send(reply("k")), heard(channel, None, 1)):
        with pytest.raises(SignInAgain, match="There is no such handle with this password"):
            await attempt
    await channel.aclose()


async def test_listening_goes_on_after_the_network_was_restarted(tmp_path: Path) -> None:
    async with running(quiet(), tmp_path) as address:
        channel = demo(address)
        await visitor(address, "POST", "/posts", {"as": "visitor", "text": "one"})
        _, cursor = await heard(channel, None, 1)
    with pytest.raises(Unreachable):
        await heard(channel, cursor, 1)
    await channel.aclose()
    async with running(quiet(), tmp_path) as address:
        moved = demo(address)
        moved._token = "from before"
        await visitor(address, "POST", "/posts", {"as": "visitor", "text": "two"})
        lines, _ = await heard(moved, cursor, 1)
        assert texts(lines) == ["two"]
        await moved.aclose()


async def test_a_network_begun_anew_is_heard_from_its_beginning(tmp_path: Path) -> None:
    async with running(quiet(), tmp_path / "old") as address:
        channel = demo(address)
        for text in ("one", "two", "three"):
            await visitor(address, "POST", "/posts", {"as": "visitor", "text": text})
        _, cursor = await heard(channel, None, 3)
        await channel.aclose()
    async with running(quiet(), tmp_path / "new") as address:
        channel = demo(address)
        await visitor(address, "POST", "/posts", {"as": "visitor", "text": "first of the new"})
        assert texts((await heard(channel, cursor, 1))[0]) == ["first of the new"]
        await channel.aclose()


@pytest.mark.parametrize("cursor", [None, 7, "x", {}, {"born": 3, "after": 1}, {"born": "x", "after": -4}, []])
async def test_a_cursor_that_makes_no_sense_hears_everything(channel: Demo, address: str, cursor: Any) -> None:
    await visitor(address, "POST", "/posts", {"as": "visitor", "text": "one"})
    assert texts((await heard(channel, cursor, 1))[0]) == ["one"]


async def test_news_is_heard_while_it_waits(channel: Demo, address: str) -> None:
    waiting = asyncio.create_task(heard(channel, None, 1))
    await asyncio.sleep(0.3)
    await visitor(address, "POST", "/posts", {"as": "visitor", "text": "now"})
    lines, _ = await asyncio.wait_for(waiting, 15)
    assert texts(lines) == ["now"]


@pytest.mark.parametrize(
    "server", ["   ", "ftp://x", "http://", "127.0.0.1:8001", "http://x:99999", "http://u:p@x", "http://x?y=1"]
)
def test_an_address_that_can_not_be_one_is_refused(server: str) -> None:
    with pytest.raises(BadConnection, match="is no address"):
        demo(server)


async def test_a_private_address_needs_permission(address: str) -> None:
    channel = demo(address, allow_private=False)
    with pytest.raises(AddressRefused):
        await channel.check()
    await channel.aclose()


@pytest.mark.parametrize("body", [b"<html>", b'{"kind": "something else", "name": "x"}', b"[" * 100_000, b"\xff"])
async def test_another_kind_of_server_is_told_apart(body: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        channel = demo(f"http://127.0.0.1:{port}")
        with pytest.raises(BadConnection, match="There is no demo network at"):
            await channel.check()
        await channel.aclose()
