"""Both connectors keep what every connector promises."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.channels.bluesky.inbox import Inbox, told
from tests.channels.bluesky.samples import ACME, MIA, NOON_US, PARENT, ROOT, commit, facet, line, notification, record
from tests.channels.bluesky.server import Server
from tests.channels.contract import ChannelContract, Live

from hubbub.channels.adapters.bluesky.channel import Bluesky
from hubbub.channels.adapters.bluesky.jetstream import Jetstream
from hubbub.infra.http import Http
from hubbub.simulate.jetstream import Replayer, numbered

REPLY = record(
    "@acme 👋", reply={"root": ROOT, "parent": PARENT}, facets=[facet("mention", 0, 5, did=ACME)], langs=["en"]
)
CARD = record(
    "Look", embed={"$type": "app.bsky.embed.external", "external": {"uri": "https://example.com", "title": "x"}}
)


def event(rkey: str, operation: str, *post: object) -> bytes:
    made = commit(operation, *post)
    made["commit"]["rkey"] = rkey
    return line(made)


class TestJetstream(ChannelContract):
    kind = "jetstream"
    config = {"url": "wss://jetstream.example.com/subscribe"}
    page = "bluesky.md"
    leaves_out = True
    samples = (
        event("3laaaaaaaaaa2", "create", record()),
        event("3laaaaaaaaaa3", "create", REPLY),
        event("3laaaaaaaaaa4", "update", CARD),
        event("3laaaaaaaaaa5", "delete"),
    )
    left_out = (
        line({"did": MIA, "time_us": NOON_US, "kind": "account", "account": {"active": False, "status": "deleted"}}),
        line({"did": MIA, "time_us": NOON_US, "kind": "identity", "identity": {"handle": "mia.example.com"}}),
    )
    unusable = (
        ({"url": "https://jetstream.example.com"}, {}),
        ({"url": "wss://"}, {}),
        ({"url": "wss://jetstream.example.com:99999/"}, {}),
        ({"url": "wss://jetstream.example.com/" + "a" * 600}, {}),
        ({"url": "ws://127.0.0.1:1/subscribe"}, {}),
        ({"url": "ws://169.254.169.254/"}, {}),
    )

    def line_of(self, text: str) -> bytes:
        return json.dumps(commit(record=record(text))).encode()

    @asynccontextmanager
    async def live(self, folder: Path) -> AsyncIterator[Live]:
        events = numbered(1_000, seed=3, start_us=time.time_ns() // 1_000)
        async with Replayer(events, rate_per_s=200) as replayer:
            yield Live(lambda: Jetstream({"url": replayer.url}, {}, Http("bluesky", allow_private=True)), 60)


class TestBluesky(ChannelContract):
    kind = "bluesky"
    config = {"server": "https://bsky.example.com", "handle": "acme.example.com"}
    secret = {"password": "abcd-efgh"}
    page = "bluesky.md"
    samples = (
        line(notification()),
        line(
            notification() | {"post": notification(REPLY)["post"] | {"uri": f"at://{MIA}/app.bsky.feed.post/3lreply"}}
        ),
        line(
            notification(profile=None)
            | {"post": notification(CARD)["post"] | {"uri": f"at://{MIA}/app.bsky.feed.post/a"}}
        ),
        line({"gone": f"at://{MIA}/app.bsky.feed.post/3lgone", "at": "2026-11-22T12:00:00Z"}),
    )
    unusable = (
        ({"server": "http://bsky.example.com", "handle": "acme"}, {"password": "x"}),
        ({"server": "bsky.example.com", "handle": "acme"}, {"password": "x"}),
        ({"server": "http://127.0.0.1:1", "handle": "acme"}, {"password": "x"}),
        ({"server": "https://169.254.169.254", "handle": "acme"}, {"password": "x"}),
    )

    def line_of(self, text: str) -> bytes:
        return json.dumps(notification(record(text))).encode()

    @asynccontextmanager
    async def live(self, folder: Path) -> AsyncIterator[Live]:
        async with Server() as server:
            now = datetime.now(UTC)
            Inbox(server).items = [told(number, now - timedelta(minutes=number)) for number in range(30)]
            config = {"server": server.url, "handle": "acme.test"}
            yield Live(lambda: Bluesky(config, {"password": "x"}, Http("bluesky", allow_private=True)), 30)
