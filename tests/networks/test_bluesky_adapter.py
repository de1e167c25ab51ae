"""The Bluesky connector against the real network on loopback."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

import aiohttp
import pytest
from aiohttp import web
from tests.networks.bluesky_network import BlueskyNetwork, Credentials, NetworkRefusedError

from hubbub.channels.adapters.bluesky.channel import Bluesky
from hubbub.channels.core.contract import Outgoing, Refused, SignInAgain
from hubbub.infra.http import AnswerLost, Http
from hubbub.kernel.batch import Event, RawBatch

pytestmark = pytest.mark.networks

WITHIN_S = 5
_numbers = count(1)

T = TypeVar("T")


@pytest.fixture
def acme(network: BlueskyNetwork) -> Credentials:
    """Our own account, a new one for each test."""
    return network.create_account(f"acmecare{next(_numbers)}")


@pytest.fixture
def mia(network: BlueskyNetwork) -> Credentials:
    """A customer, unknown to us."""
    return network.create_account(f"mia-{next(_numbers)}")


@pytest.fixture
async def bluesky(network: BlueskyNetwork, acme: Credentials) -> AsyncIterator[Bluesky]:
    made = connect(network.pds, acme)
    yield made
    await made.aclose()


def connect(server: str, account: Credentials, password: str | None = None) -> Bluesky:
    http = Http("bluesky", allow_private=True)
    return Bluesky({"server": server, "handle": account.handle}, {"password": password or account.password}, http)


def answer(text: str, to: dict[str, Any], key: str = "message-1") -> Outgoing:
    return Outgoing(key, text, datetime.now(UTC), parent=to["uri"], parent_ref=to["ref"])


def posts_of(raw: RawBatch | None) -> list[dict[str, Any]]:
    assert raw is not None
    batch = Bluesky.parse(raw)
    assert batch.rejects == ()
    return list(batch.posts.to_pylist())


@dataclass
class Ear:
    """Hears in the background and keeps what it heard, with the last cursor."""

    channel: Bluesky
    cursor: Any = None
    posts: list[dict[str, Any]] = field(default_factory=list)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        async for raw in self.channel.hear(self.cursor):
            self.posts += posts_of(raw)
            self.cursor = raw.cursor
            self._more.set()

    async def hears(self, uri: str, event: Event = Event.CREATE, within_s: float = WITHIN_S) -> dict[str, Any]:
        """Wait for an event on a post, and return it."""
        async with asyncio.timeout(within_s):
            while True:
                for post in self.posts:
                    if post["uri"] == uri and post["event"] == event:
                        return post
                self._more.clear()
                await self._more.wait()


@asynccontextmanager
async def ear(channel: Bluesky, cursor: Any = None) -> AsyncIterator[Ear]:
    made = Ear(channel, cursor)
    listening = asyncio.create_task(made.listen())
    try:
        yield made
    finally:
        listening.cancel()


async def eventually(read: Callable[[], Awaitable[T]], good: Callable[[T], bool]) -> T:
    """Read until it is good: the network's index is a moment behind."""
    for _ in range(WITHIN_S * 10):
        if good(found := await read()):
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"after {WITHIN_S} s it still is {found!r}")


async def replies_of(network: BlueskyNetwork, uri: str, many: int) -> list[dict[str, Any]]:
    return await eventually(lambda: asyncio.to_thread(network.replies, uri), lambda found: len(found) == many)


async def test_a_strangers_mention_is_heard_within_five_seconds(
    network: BlueskyNetwork, bluesky: Bluesky, acme: Credentials, mia: Credentials, record_property: Any
) -> None:
    network.follow(acme, mia)
    async with ear(bluesky) as heard:
        await asyncio.sleep(0.5)
        asked_at = datetime.now(UTC)
        posted = await asyncio.to_thread(
            network.post, mia, f"👋 @{acme.handle} my widget is broken: <b>help</b>", mention=acme
        )
        post = await heard.hears(posted.uri)
        lag_s = (datetime.now(UTC) - asked_at).total_seconds()
    record_property("heard_s", round(lag_s, 2))
    print(f"heard after {lag_s:.2f} s")
    assert (post["author"], post["handle"], post["followers"]) == (mia.did, mia.handle, 1)
    assert post["text"] == f"👋 @{acme.handle} my widget is broken: <b>help</b>"
    assert post["mentions"] == [acme.did]


async def test_replies_and_quotes_are_heard_and_follows_are_not(
    network: BlueskyNetwork, bluesky: Bluesky, acme: Credentials, mia: Credentials
) -> None:
    ours = network.post(acme, "We are open on Sunday")
    network.follow(mia, acme)
    reply = network.post(mia, "At what time?", reply_to=ours.uri)
    quote = network.post(mia, "They are open!", quote=ours)
    async with ear(bluesky) as heard:
        asked = await heard.hears(reply.uri)
        quoted = await heard.hears(quote.uri)
    assert (asked["parent"], asked["root"], asked["parent_author"]) == (ours.uri, ours.uri, acme.did)
    assert quoted["links"] == [f"https://bsky.app/profile/{acme.did}/post/{ours.uri.rpartition('/')[2]}"]
    assert {post["uri"] for post in heard.posts} == {reply.uri, quote.uri}


async def test_our_reply_stands_in_the_thread_with_root_parent_and_facets(
    network: BlueskyNetwork, bluesky: Bluesky, acme: Credentials, mia: Credentials
) -> None:
    first = network.post(mia, "My widget is broken")
    second = network.post(mia, f"Hello? @{acme.handle}", reply_to=first.uri, mention=acme)
    async with ear(bluesky) as heard:
        post = await heard.hears(second.uri)
    text = f"Sorry, @{mia.handle}! 👩‍👩‍👧 See https://example.com/hilfe#größe #widget"
    sent = await bluesky.send(answer(text, post))
    (reply,) = await replies_of(network, second.uri, 1)
    assert (reply["uri"], reply["author"]["did"], reply["record"]["text"]) == (sent.uri, acme.did, text)
    assert reply["record"]["reply"]["parent"] == {"uri": second.uri, "cid": second.cid}
    assert reply["record"]["reply"]["root"] == {"uri": first.uri, "cid": first.cid}
    wire = text.encode()
    assert [
        (wire[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(), facet["features"][0])
        for facet in reply["record"]["facets"]
    ] == [
        (f"@{mia.handle}", {"$type": "app.bsky.richtext.facet#mention", "did": mia.did}),
        (
            "https://example.com/hilfe#größe",
            {"$type": "app.bsky.richtext.facet#link", "uri": "https://example.com/hilfe#größe"},
        ),
        ("#widget", {"$type": "app.bsky.richtext.facet#tag", "tag": "widget"}),
    ]


async def test_a_reply_without_kept_references_finds_them(
    network: BlueskyNetwork, bluesky: Bluesky, mia: Credentials
) -> None:
    first = network.post(mia, "My widget is broken")
    second = network.post(mia, "Really", reply_to=first.uri)
    await replies_of(network, first.uri, 1)
    sent = await bluesky.send(Outgoing("k", "Sorry", datetime.now(UTC), parent=second.uri))
    reply = network.record(sent.uri)["value"]["reply"]
    assert (reply["parent"]["uri"], reply["root"]["uri"]) == (second.uri, first.uri)


async def test_the_same_message_sent_twice_stands_once(
    network: BlueskyNetwork, bluesky: Bluesky, acme: Credentials, mia: Credentials
) -> None:
    posted = network.post(mia, "My widget is broken")
    message = Outgoing(
        "message-1", "Sorry", datetime.now(UTC), parent=posted.uri, parent_ref=f'{{"cid":"{posted.cid}"}}'
    )
    assert await bluesky.find(message) is None
    again = connect(network.pds, acme)  # as after a restart
    assert await bluesky.send(message) == await again.send(message) == await again.find(message)
    await again.aclose()
    await replies_of(network, posted.uri, 1)
    assert len(network.replies(posted.uri)) == len(network.records(acme)) == 1


async def test_a_lost_answer_is_looked_up_and_not_repeated(
    network: BlueskyNetwork, acme: Credentials, mia: Credentials
) -> None:
    posted = network.post(mia, "My widget is broken")
    message = Outgoing(
        "message-1", "Sorry", datetime.now(UTC), parent=posted.uri, parent_ref=f'{{"cid":"{posted.cid}"}}'
    )
    async with thieving(network.pds, "com.atproto.repo.createRecord") as server:
        channel = connect(server, acme)
        with pytest.raises(AnswerLost):
            await channel.send(message)
        found = await channel.find(message)
        await channel.aclose()
    assert found is not None
    assert found.uri == channel.expected_uri(message)
    await replies_of(network, posted.uri, 1)
    assert [record["uri"] for record in network.records(acme)] == [found.uri]


async def test_a_server_that_is_gone_before_the_message_arrives_leaves_nothing(
    network: BlueskyNetwork, acme: Credentials
) -> None:
    message = Outgoing("message-1", "Hello", datetime.now(UTC))
    async with thieving(network.pds, "com.atproto.repo.createRecord", pass_on=False) as server:
        channel = connect(server, acme)
        with pytest.raises(AnswerLost):
            await channel.send(message)
        assert await channel.find(message) is None
        await channel.aclose()
    assert network.records(acme) == []


async def test_a_rejected_message_is_refused_in_the_networks_words(
    network: BlueskyNetwork, bluesky: Bluesky, acme: Credentials
) -> None:
    with pytest.raises(Refused, match=r"InvalidRequest: .*300"):
        await bluesky.send(Outgoing("k", "x" * 301, datetime.now(UTC)))
    assert network.records(acme) == []


async def test_another_post_under_our_key_is_not_taken_for_our_message(bluesky: Bluesky) -> None:
    now = datetime.now(UTC)
    await bluesky.send(Outgoing("k", "One", now))
    with pytest.raises(Refused, match="another post"):
        await bluesky.send(Outgoing("k", "Other", now))


async def test_a_deleted_mention_is_heard_as_a_delete_and_a_muted_one_is_not(
    network: BlueskyNetwork, bluesky: Bluesky, acme: Credentials, mia: Credentials
) -> None:
    bob = network.create_account(f"bob-{next(_numbers)}")
    first = network.post(mia, f"@{acme.handle} my widget is broken", mention=acme)
    second = network.post(bob, f"@{acme.handle} mine too", mention=acme)
    async with ear(bluesky) as heard:
        await heard.hears(first.uri)
        await heard.hears(second.uri)
        network.mute(acme, bob)
        network.delete(mia, first.uri)
        gone = await heard.hears(first.uri, Event.DELETE, within_s=2 * WITHIN_S)
        third = network.post(mia, f"@{acme.handle} never mind", mention=acme)
        await heard.hears(third.uri)
    assert gone["author"] == mia.did
    assert [post["uri"] for post in heard.posts if post["event"] == Event.DELETE] == [first.uri]


async def test_what_was_said_while_nobody_listened_is_heard_from_the_cursor_on(
    network: BlueskyNetwork, bluesky: Bluesky, acme: Credentials, mia: Credentials
) -> None:
    before = network.post(mia, f"@{acme.handle} one", mention=acme)
    async with ear(bluesky) as heard:
        await heard.hears(before.uri)
        cursor = heard.cursor
    missed = [network.post(mia, f"@{acme.handle} while you were out {n}", mention=acme) for n in range(3)]
    late = network.post(
        mia, f"@{acme.handle} sent late", mention=acme, created_at=datetime.now(UTC) - timedelta(hours=3)
    )
    again = connect(network.pds, acme)
    async with ear(again, cursor) as heard:
        for each in (*missed, late):
            await heard.hears(each.uri)
        assert [post["uri"] for post in heard.posts if post["uri"] != late.uri] == [each.uri for each in missed]
        assert before.uri not in {post["uri"] for post in heard.posts}
    await again.aclose()


async def test_a_thread_is_read_above_and_below_without_what_was_deleted(
    network: BlueskyNetwork, bluesky: Bluesky, mia: Credentials
) -> None:
    one = network.post(mia, "one")
    two = network.post(mia, "two", reply_to=one.uri)
    three = network.post(mia, "three", reply_to=two.uri)
    deleted = network.post(mia, "oops", reply_to=two.uri)
    await replies_of(network, two.uri, 2)
    network.delete(mia, deleted.uri)
    posts = posts_of(await eventually(lambda: bluesky.thread(two.uri), lambda read: len(posts_of(read)) == 3))
    assert [post["uri"] for post in posts] == [one.uri, two.uri, three.uri]
    assert (posts[2]["parent"], posts[2]["root"], posts[2]["followers"]) == (two.uri, one.uri, 0)
    assert posts_of(await bluesky.thread(deleted.uri)) == []


async def test_a_search_finds_what_was_said_and_not_what_was_deleted(
    network: BlueskyNetwork, bluesky: Bluesky, mia: Credentials
) -> None:
    word = f"zeppelin{time.time_ns()}"
    kept = [network.post(mia, f"the {word} is late, number {number}") for number in range(3)]
    deleted = network.post(mia, f"{word} oops")
    network.post(mia, "nothing of the kind")
    since = datetime.now(UTC) - timedelta(days=90)

    async def found() -> list[dict[str, Any]]:
        read = await bluesky.search(word, since)
        assert read is not None
        return posts_of(read)

    await eventually(found, lambda posts: len(posts) == 4)
    network.delete(mia, deleted.uri)
    posts = await eventually(found, lambda posts: len(posts) == 3)
    assert {post["uri"] for post in posts} == {post.uri for post in kept}
    assert {(post["author"], post["private"]) for post in posts} == {(mia.did, False)}


async def test_profiles_carry_follower_counts_and_nobody_is_none(
    network: BlueskyNetwork, bluesky: Bluesky, acme: Credentials, mia: Credentials
) -> None:
    network.follow(mia, acme)
    account = await eventually(
        lambda: bluesky.account(acme.handle), lambda found: found is not None and found.followers == 1
    )
    assert account is not None
    assert (account.id, account.handle, account.followers, account.follows) == (acme.did, acme.handle, 1, 0)
    assert await bluesky.account("nobody-at-all.test") is None
    assert await bluesky.account("did:plc:nobodynobodynobodynobody") is None


async def test_an_app_password_lets_us_in_and_a_wrong_one_does_not(network: BlueskyNetwork, acme: Credentials) -> None:
    allowed = connect(network.pds, acme, network.app_password(acme, "hubbub"))
    account = await allowed.check()
    assert account is not None
    assert (account.id, account.handle) == (acme.did, acme.handle)
    await allowed.aclose()
    wrong = connect(network.pds, acme, "not the password")
    with pytest.raises(SignInAgain, match="Invalid identifier or password"):
        await wrong.check()
    await wrong.aclose()


def test_the_harness_says_what_the_network_refused(network: BlueskyNetwork) -> None:
    with pytest.raises(NetworkRefusedError, match="Could not find repo"):
        network.record("at://did:plc:nobodynobodynobodynobody/app.bsky.feed.post/3l2222222222a")


@asynccontextmanager
async def thieving(server: str, method: str, *, pass_on: bool = True) -> AsyncIterator[str]:
    """Stand before a server and steal the first answer to a method (or the request, too)."""
    stolen: list[str] = []

    async def serve(request: web.Request) -> web.Response:
        body = await request.read()
        steal = request.path.endswith(method) and not stolen
        if steal and not pass_on:
            stolen.append(method)
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        headers = {name: request.headers[name] for name in ("Authorization", "Content-Type") if name in request.headers}
        async with (
            aiohttp.ClientSession() as session,
            session.request(request.method, f"{server}{request.path_qs}", data=body, headers=headers) as answered,
        ):
            content = await answered.read()
        if steal:
            stolen.append(method)
            assert answered.status == 200
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        # The server names itself as the account's home; stay in its way.
        content = content.replace(server.encode(), str(request.url.origin()).encode())
        return web.Response(status=answered.status, body=content, content_type=answered.content_type)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
    assert stolen
