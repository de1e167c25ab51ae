"""Listening to everything public, over connections that break."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.channels.bluesky.samples import NOON_US, commit, line, record
from tests.channels.bluesky.test_bluesky_parse import NOON

from hubbub.channels.adapters.bluesky import jetstream
from hubbub.channels.adapters.bluesky.jetstream import OVERLAP_US, Jetstream
from hubbub.channels.core.contract import BadConnection, NotPossible, Outgoing
from hubbub.infra.http import AddressRefused, Http, Unreachable
from hubbub.kernel.batch import RawBatch
from hubbub.simulate.jetstream import Replayer, numbered

STEP_US = 100_000


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jetstream, "RECONNECT_S", 0.01)


def listening_to(url: str) -> Jetstream:
    return Jetstream({"url": url}, {}, Http("bluesky", allow_private=True))


async def until(batches: AsyncIterator[RawBatch], last: bytes) -> list[RawBatch]:
    """Hear until a certain line came."""
    heard = []
    async with asyncio.timeout(60):
        async for batch in batches:
            heard.append(batch)
            if last in batch.lines:
                break
    return heard


async def begun_and_told(cursor: Any, old: list[bytes], new: bytes) -> tuple[RawBatch, RawBatch, list[int | None]]:
    """Begin to hear, and be told something new; return what was heard first and then, and the cursors asked for."""
    async with Replayer(old) as replayer:
        channel = listening_to(replayer.url)
        listening = asyncio.create_task(until(channel.hear(cursor), new))
        await replayer.joined()
        await replayer.say(new)
        begun, batch = await listening
        await channel.aclose()
    return begun, batch, list(replayer.asked)


async def test_every_numbered_post_is_heard_in_order_over_connections_that_break() -> None:
    events = numbered(1200, seed=5, start_us=NOON_US, step_us=STEP_US)
    async with Replayer(events, cut_after=300) as replayer:
        channel = listening_to(replayer.url)
        heard = await until(channel.hear(NOON_US), events[-1])
        await channel.aclose()
    assert len(replayer.asked) > 3
    posts = [event for event in events if b"app.bsky.feed.like" not in event]
    lines = [each for batch in heard for each in batch.lines]
    assert list(dict.fromkeys(lines)) == posts  # all of them, first heard in order
    cursors = [batch.cursor for batch in heard]
    assert cursors == sorted(cursors)
    assert cursors[-1] == NOON_US + 1199 * STEP_US
    asked = [cursor for cursor in replayer.asked if cursor is not None]
    assert asked == sorted(asked)
    assert Jetstream.parse(RawBatch(lines, None, NOON)).rejects == ()


async def test_a_restart_from_any_batchs_cursor_hears_all_that_came_after_it() -> None:
    events = numbered(900, seed=6, start_us=NOON_US, step_us=STEP_US)
    async with Replayer(events) as replayer:
        first = listening_to(replayer.url)
        heard = await until(first.hear(NOON_US), events[-1])
        await first.aclose()
        assert len(heard) > 1
        for place, batch in enumerate(heard[:-1]):
            again = listening_to(replayer.url)
            later = {each for rest in await until(again.hear(batch.cursor), events[-1]) for each in rest.lines}
            await again.aclose()
            assert {each for rest in heard[place + 1 :] for each in rest.lines} <= later
            assert replayer.asked[-1] == batch.cursor - OVERLAP_US


async def test_without_a_cursor_only_what_comes_from_now_on_is_heard() -> None:
    old, new = line(commit(record=record("old"))), line(commit(record=record("new"), time_us=NOON_US + 1))
    begun, batch, asked = await begun_and_told(None, [old], new)
    since = begun.cursor["begun"]
    assert (begun.lines, asked) == ([], [since - OVERLAP_US])
    assert abs(since - time.time_ns() // 1_000) < 60_000_000
    assert (batch.lines, batch.cursor) == ([new], NOON_US + 1)  # by the stream's own clock, though ours is ahead of it


async def test_who_is_killed_before_anybody_spoke_goes_on_from_there() -> None:
    async with Replayer([]) as replayer:
        first = listening_to(replayer.url)
        begun = await anext(first.hear(None))
        await first.aclose()
        missed = line(commit(record=record("meanwhile"), time_us=begun.cursor["begun"] + 1))
        await replayer.say(missed)
        again = listening_to(replayer.url)
        assert missed in (await until(again.hear(begun.cursor), missed))[-1].lines
        await again.aclose()


async def test_a_clock_that_was_ahead_at_the_beginning_keeps_nothing_back_later() -> None:
    ahead = {"begun": time.time_ns() // 1_000 + 7_200_000_000}
    said = line(commit(record=record("now"), time_us=NOON_US))
    begun, batch, asked = await begun_and_told(ahead, [], said)
    assert begun.cursor["begun"] < ahead["begun"]
    assert asked == [begun.cursor["begun"] - OVERLAP_US]
    assert batch.cursor == NOON_US


async def test_a_connection_cut_on_demand_is_opened_again() -> None:
    events = numbered(40, seed=7, start_us=NOON_US, step_us=STEP_US)
    more = line(commit(record=record("after the cut"), time_us=NOON_US + 10_000_000))
    async with Replayer(events) as replayer:
        channel = listening_to(replayer.url)
        batches = channel.hear(NOON_US)
        await until(batches, events[-1])
        replayer.cut()
        await replayer.say(more)
        assert more in (await until(batches, more))[-1].lines
        await channel.aclose()
    assert len(replayer.asked) == 2


async def test_a_line_that_can_not_be_read_is_passed_on_and_does_not_lose_the_cursor() -> None:
    events = [line(commit("delete")), b'{"kind":"riddle"}']
    async with Replayer([]) as replayer:
        channel = listening_to(replayer.url)
        batches = channel.hear(NOON_US - 1)
        cursors = []
        for event in events:
            await replayer.say(event)
            cursors += [batch.cursor for batch in await until(batches, event)]
        await channel.aclose()
    assert cursors == [NOON_US, NOON_US]


async def test_a_stream_that_says_nothing_and_ends_is_unreachable() -> None:
    async with Replayer([line(commit("delete"))], cut_after=0) as replayer:
        channel = listening_to(replayer.url)
        with pytest.raises(Unreachable):
            await until(channel.hear(NOON_US), b"never")
        await channel.aclose()


async def test_nobody_there_is_unreachable_in_words() -> None:
    async with Replayer([]) as replayer:
        url = replayer.url
    channel = listening_to(url)
    with pytest.raises(Unreachable, match="127"):
        await channel.check()
    with pytest.raises(Unreachable):
        await until(channel.hear(None), b"never")
    await channel.aclose()


async def test_checking_connects_once_and_names_no_account() -> None:
    async with Replayer([]) as replayer:
        channel = listening_to(replayer.url)
        assert await channel.check() is None
        await channel.aclose()
        assert replayer.asked == [None]


async def test_a_private_address_is_refused_unless_allowed() -> None:
    async with Replayer([]) as replayer:
        channel = Jetstream({"url": replayer.url}, {}, Http("bluesky", allow_private=False))
        with pytest.raises(AddressRefused, match="HUBBUB_ALLOW_PRIVATE"):
            await channel.check()
        await channel.aclose()


@pytest.mark.parametrize(
    "url", ["https://example.com", "wss://", "example.com/subscribe", "wss://[", "file:///etc/passwd"]
)
def test_an_address_that_is_no_stream_is_refused_in_words(url: str) -> None:
    with pytest.raises(BadConnection, match="WebSocket"):
        Jetstream({"url": url}, {}, Http("bluesky", allow_private=False))


async def test_all_workspaces_share_a_stream_and_nobody_can_speak_to_it() -> None:
    one, other = listening_to("wss://stream.example.com/subscribe"), listening_to("wss://stream.example.com/subscribe")
    assert one.scope is not None
    assert one.scope == other.scope
    assert Jetstream({}, {}, Http("bluesky", allow_private=False)).scope != one.scope
    with pytest.raises(NotPossible):
        await one.send(Outgoing("k", "Hello", NOON))
    assert await one.find(Outgoing("k", "Hello", NOON)) is None
    assert one.expected_uri(Outgoing("k", "Hello", NOON)) is None


def test_made_up_events_are_the_same_for_the_same_seed() -> None:
    assert numbered(50, seed=1, start_us=NOON_US) == numbered(50, seed=1, start_us=NOON_US)
    assert numbered(50, seed=1, start_us=NOON_US) != numbered(50, seed=2, start_us=NOON_US)
