"""The listener at work on real streams: cut off, killed, doubled, told of changes; and what it says of its health."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from hubbub.accounts.core.access import Access
from hubbub.care.models import CaseRow
from hubbub.channels import selectors as channels
from hubbub.channels import services
from hubbub.channels.adapters.bluesky import jetstream
from hubbub.channels.adapters.demo.channel import Demo
from hubbub.channels.core.values import Health
from hubbub.channels.models import Stream
from hubbub.flows import listen
from hubbub.flows.listen import Listener
from hubbub.infra.http import Unreachable
from hubbub.infra.places import Places
from hubbub.listening.core.topics import TopicClass
from hubbub.listening.models import Post, Segment
from hubbub.simulate.jetstream import Replayer, numbered
from tests.channels.bluesky.samples import NOON_US
from tests.flows.demo_network import DemoNetwork, Desk
from tests.flows.hearing import connect_sky, counted, counted_posts, lines_of, recount, sky, sky_uri, waiting
from tests.installation import free_port
from tests.make import NOON, make_topic, make_workspace

pytestmark = pytest.mark.django_db(transaction=True)

ROW = "my acme widget broke after a day, nobody answers"
ALLOWED = frozenset(("bluesky", "demo"))
WITHIN_S = 20.0


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries again at once, and commits every cursor."""
    monkeypatch.setattr(listen, "RETRY_S", (0.05,))
    monkeypatch.setattr(listen, "IDLE_COMMIT_S", 0.0)
    monkeypatch.setattr(jetstream, "RECONNECT_S", 0.01)


@pytest.fixture(autouse=True)
async def connection_closed() -> AsyncIterator[None]:
    """The thread that looks into the database holds no connection afterwards."""
    yield
    await db(connections.close_all)()


db = sync_to_async  # one thread, whose connection stays


@asynccontextmanager
async def listening(places: Places) -> AsyncIterator[Listener]:
    """A listener at work."""
    listener = Listener(places, ALLOWED)
    task = asyncio.create_task(listener.run())
    try:
        yield listener
    finally:
        listener.stop.set()
        await task


async def until(find: Callable[[], Any]) -> Any:
    """Look into the database until something is true."""
    async with asyncio.timeout(WITHIN_S):
        while not (found := await db(find)()):  # noqa: ASYNC110 - others write what is looked for
            await asyncio.sleep(0.02)
        return found


def make_acme() -> Access:
    access = make_workspace()
    make_topic(access, "acme", name="Acme")
    return access


def hears_sky(access: Access, url: str, *, after_us: int = NOON_US - 1) -> int:
    """Connect to a public stream; what was told before is heard from that moment on."""
    connection = connect_sky(access, url)
    Stream.objects.update(cursor=after_us)
    return connection


async def health(access: Access) -> Health:
    (only,) = await db(channels.connections)(access)
    return only.health


async def test_every_post_counts_once_over_connections_that_break_and_a_listener_that_ends(places: Places) -> None:
    events = numbered(300, seed=11, start_us=NOON_US, step_us=100_000)
    last_us = max(NOON_US + 100_000 * n for n, event in enumerate(events) if b"app.bsky.feed.like" not in event)
    access = await db(make_workspace)()
    words = "parcel widget late broken thanks lovely battery screen order still waiting new"
    await db(make_topic)(access, words.replace(" ", " OR "), TopicClass.COMPETITOR, name="All")
    await db(make_topic)(access, "battery screen", name="Some, which become rows")
    async with Replayer(events, cut_after=90) as replayer:
        await db(hears_sky)(access, replayer.url)
        async with listening(places):
            await until(lambda: counted_posts(access) > 100)
        between = await db(lambda: Stream.objects.get().cursor)()
        async with listening(places):
            await until(lambda: Stream.objects.get().cursor == last_us)
            await until(lambda: not Post.objects.filter(pending=True).exists())
    assert len(replayer.asked) >= 6
    assert between - jetstream.OVERLAP_US in replayer.asked
    created = sum(b'"operation":"create","collection":"app.bsky.feed.post"' in event for event in events)
    deleted = sum(b'"operation":"delete"' in event for event in events)
    stored = await db(waiting)(places)
    once = Counter((kind, times) for (_, _, kind), times in lines_of(stored).items() if kind != "edit")
    assert once == {("create", 1): created, ("delete", 1): deleted}
    assert await db(counted_posts)(access) == created - deleted
    assert await db(counted)() == recount(stored)
    assert await db(Post.objects.count)() > 5


async def test_two_listeners_on_one_stream_store_everything_once(places: Places) -> None:
    access = await db(make_acme)()
    async with Replayer([]) as replayer:
        await db(hears_sky)(access, replayer.url)
        async with listening(places), listening(places):
            for number in range(15):
                await replayer.say(sky(f"k{number}", f"{ROW} {number}", at_s=number))
                await until(lambda least=number: counted_posts(access) > least)
        assert len(replayer.asked) > 2  # one of them had to step back
    stored = await db(waiting)(places)
    assert lines_of(stored) == {(access.workspace, sky_uri(f"k{number}"), "create"): 1 for number in range(15)}
    assert await db(counted)() == recount(stored)
    assert await db(Post.objects.count)() == 15


async def test_a_network_that_is_down_is_told_in_words_and_heard_once_it_is_back(places: Places) -> None:
    access, port = await db(make_acme)(), free_port()
    connection = await db(hears_sky)(access, f"ws://127.0.0.1:{port}/subscribe")
    assert await health(access) is Health.STARTING
    async with listening(places):
        failing = await until(lambda: channels.connection(access, connection).error)
        assert f"127.0.0.1:{port}" in failing
        assert await health(access) is Health.FAILING
        async with Replayer([sky("one", ROW)], port=port):
            await until(lambda: counted_posts(access) == 1)
            await until(lambda: channels.connection(access, connection).health is Health.LISTENING)
        await until(lambda: channels.connection(access, connection).health is Health.FAILING)
    assert await db(counted_posts)(access) == 1


async def test_a_quiet_stream_is_well(places: Places) -> None:
    access = await db(make_acme)()
    async with Replayer([]) as replayer:
        connection = await db(connect_sky)(access, replayer.url)
        async with listening(places):
            await until(lambda: channels.connection(access, connection).health is Health.LISTENING)
    assert (await db(Stream.objects.get)()).cursor is not None  # so that what is said from now on is never missed
    assert not await db(Segment.objects.exists)()


async def test_an_edit_and_a_delete_alone_reach_the_case_by_the_listener_itself(places: Places) -> None:
    access = await db(make_acme)()

    def tells(excerpt: str) -> Any:
        return until(lambda: CaseRow.objects.filter(excerpt=excerpt).exists())

    async with Replayer([]) as replayer:
        await db(hears_sky)(access, replayer.url)
        async with listening(places):
            await replayer.say(sky("one", ROW))
            await tells(ROW)
            await replayer.say(sky("one", f"{ROW} still", "update", at_s=1))
            await tells(f"{ROW} still")
            await replayer.say(sky("one", operation="delete", at_s=2))
            await tells("Deleted by its author")


async def test_a_torn_line_goes_to_quarantine_and_the_stream_goes_on(places: Places) -> None:
    access = await db(make_acme)()
    async with Replayer([sky("one", ROW), b'{"kind": "riddle"}', sky("two", ROW, at_s=1)]) as replayer:
        await db(hears_sky)(access, replayer.url)
        async with listening(places):
            await until(lambda: counted_posts(access) == 2)
    (line,) = await db(channels.quarantine)(access)
    assert line.raw == '{"kind": "riddle"}'


async def test_a_topic_made_while_listening_takes_effect_and_nothing_else_is_lost(places: Places) -> None:
    access = await db(make_acme)()
    async with Replayer([]) as replayer:
        await db(hears_sky)(access, replayer.url)
        async with listening(places):
            await replayer.say(sky("g0", "a gadget"), sky("a0", ROW))
            await until(lambda: counted_posts(access) == 1)
            gadgets = await db(make_topic)(access, "gadget", name="Gadgets")
            said = 0
            while not await db(counted_posts)(access, gadgets):
                said += 1
                assert said < 500, "the new topic never took effect"
                await replayer.say(sky(f"a{said}", ROW, at_s=said), sky(f"g{said}", "a gadget", at_s=said))
                await until(lambda at_us=NOON_US + said * 1_000_000: Stream.objects.get().cursor == at_us)
    heard = {uri for _, uri, _ in lines_of(await db(waiting)(places))}
    assert {sky_uri(f"a{number}") for number in range(said + 1)} <= heard
    assert sky_uri("g0") not in heard
    assert len(set(replayer.asked) - {None}) == 1  # it went on listening meanwhile


async def test_a_removed_connection_is_heard_no_more_and_a_new_one_is_within_seconds(places: Places) -> None:
    access = await db(make_acme)()
    async with Replayer([]) as old, Replayer([]) as new, listening(places):
        first = await db(connect_sky)(access, old.url, "Old")
        await old.joined()
        await db(services.disconnect)(access, first, now=NOON)
        await db(connect_sky)(access, new.url, "New")
        await new.joined(2)  # the connection is tried, and heard
        await old.say(sky("old", ROW))
        await new.say(sky("new", ROW))
        await until(lambda: counted_posts(access) == 1)
    assert [uri for _, uri, _ in lines_of(await db(waiting)(places))] == [sky_uri("new")]


async def test_what_was_said_while_nobody_listened_is_heard_from_the_cursor_on(
    demo_network: DemoNetwork, places: Places
) -> None:
    desk = await db(Desk)(demo_network, places)
    born = desk.mark
    for round_ in (1, 2):
        await asyncio.to_thread(
            demo_network.say, f"passerby{born}", f"@AcmeCustServ my acme widget broke, {born} {round_}"
        )
        async with listening(places):
            await until(
                lambda last=round_: Post.objects.filter(text__endswith=f"{born} {last}", pending=False).exists()
            )
    stored = await db(waiting)(places)
    ours = [each for each in stored if each["text"] and born in each["text"]]
    assert list(lines_of(ours).values()) == [1, 1]
    assert await db(counted)() == recount(stored)


async def test_what_is_said_just_now_waits_for_no_conversation_and_each_is_read_in_the_end(
    demo_network: DemoNetwork, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await db(Desk)(demo_network, places)
    born, may_answer, read, asked = desk.mark, asyncio.Event(), Demo.thread, 0

    async def slow(demo: Demo, uri: str) -> Any:
        nonlocal asked
        asked += 1
        await may_answer.wait()
        if asked == 1:
            raise Unreachable(host="The demo network", reason="its cable was cut")
        return await read(demo, uri)

    monkeypatch.setattr(Demo, "thread", slow)
    monkeypatch.setattr(listen, "THREAD_S", WITHIN_S)
    monkeypatch.setattr(listen, "CONVERSATIONS_AGAIN_S", 0.05)
    mine = CaseRow.objects.filter(excerpt__contains=born)
    async with listening(places):
        for number in (1, 2):
            await asyncio.to_thread(
                demo_network.say, f"passer{number}of{born}", f"@AcmeCustServ my acme widget broke, {born}"
            )
            await until(lambda so_many=number: mine.count() == so_many)
        assert await db(mine.filter(thread_read_at=None).count)() == 2
        may_answer.set()
        await until(lambda: not mine.filter(thread_read_at=None).exists())
    assert asked >= 3
    ours = [each for each in await db(waiting)(places) if each["text"] and born in each["text"]]
    assert list(lines_of(ours).values()) == [1, 1]


async def test_a_conversation_that_can_not_be_had_holds_no_other_up(
    demo_network: DemoNetwork, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await db(Desk)(demo_network, places)
    born, read, lost = desk.mark, Demo.thread, ""

    async def torn(demo: Demo, uri: str) -> Any:
        if uri == lost:
            raise Unreachable(host="The demo network", reason="half an answer came")
        return await read(demo, uri)

    monkeypatch.setattr(Demo, "thread", torn)
    monkeypatch.setattr(listen, "CONVERSATIONS_AGAIN_S", 0.05)
    said = f"@AcmeCustServ my acme widget broke, {born}"
    lost = await asyncio.to_thread(demo_network.say, f"loser{born}", said)
    mine = CaseRow.objects.filter(excerpt__contains=born)
    async with listening(places):
        await until(lambda: mine.count() == 1)
        await asyncio.to_thread(demo_network.say, f"finder{born}", said)
        await until(lambda: mine.filter(thread_read_at__isnull=False).count() == 2)
