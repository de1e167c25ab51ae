"""The feeds connector keeps what every connector promises."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from tests.channels.contract import ChannelContract, Live
from tests.channels.feeds.documents import ago, item, rss
from tests.channels.feeds.website import Site

from hubbub.channels.adapters.feeds.channel import Feed
from hubbub.channels.adapters.feeds.parse import Enclosure, Entry
from hubbub.infra.http import Http

FEED = "https://blog.example.org/feed.xml"
BASE = Entry(
    uri=f"feed:{FEED}#entry-1",
    feed=FEED,
    feed_title="The widget blog",
    title="My widget broke",
    body="<p>It <b>broke</b> again.</p>",
    body_is_html=True,
    author="Bob",
    lang="en",
    published=datetime(2026, 11, 20, 9, tzinfo=UTC),
    link="https://blog.example.org/1",
    links=("https://blog.example.org/1", "https://acme.example.org/widget"),
    enclosures=(Enclosure("https://blog.example.org/1.png", "image/png"),),
)


class TestFeed(ChannelContract):
    kind = "feed"
    config = {"url": FEED}
    page = "feeds.md"
    hides_markup = True
    samples = (
        msgspec.json.encode(BASE),
        msgspec.json.encode(Entry(uri=f"feed:{FEED}#entry-2", feed=FEED, title="Only a title")),
        msgspec.json.encode(
            Entry(uri=f"feed:{FEED}#entry-3", feed=FEED, body="Changed", edited=True, updated=BASE.published)
        ),
    )
    unusable = (
        ({"url": "blog"}, {}),
        ({"url": "ftp://blog.example.org/feed"}, {}),
        ({"url": "file:///etc/passwd"}, {}),
        ({"url": "https://mia:secret@blog.example.org/feed"}, {}),
        ({"url": "https://blog.example.org:99999/feed"}, {}),
        ({"url": "https://[::1/feed"}, {}),
        ({"url": "https://blog.example.org/" + "a" * 600}, {}),
        ({"url": FEED, "every_s": "5"}, {}),
        ({"url": FEED, "every_s": "often"}, {}),
        ({"url": "http://127.0.0.1:1/feed"}, {}),
        ({"url": "http://169.254.169.254/latest/meta-data"}, {}),
    )

    def line_of(self, text: str) -> bytes:
        safe = text.encode(errors="replace").decode()
        return msgspec.json.encode(msgspec.structs.replace(BASE, title=safe[:500], body=safe))

    @asynccontextmanager
    async def live(self, folder: Path) -> AsyncIterator[Live]:
        async with Site() as site:
            url = site.give("/feed", rss(*(item(number, at=ago(hours=number)) for number in range(1, 8))))
            yield Live(lambda: Feed({"url": url}, {}, Http("feeds", allow_private=True)), lines=7)
