"""Visiting feeds: what is new, what has changed, and sites that misbehave."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.channels.feeds.documents import ago, item, rss
from tests.channels.feeds.website import Site

from hubbub.channels.adapters.feeds.channel import MAX_FEED, Feed
from hubbub.channels.adapters.feeds.document import FeedUnusable
from hubbub.channels.core.contract import BadConnection, SlowDown
from hubbub.infra.http import AddressRefused, Http, TooLarge, Unreachable, is_public
from hubbub.kernel.batch import Event, RawBatch


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site() as running:
        yield running


def feed(url: str, *, allow_private: bool = True) -> Feed:
    return Feed({"url": url}, {}, Http("feeds", allow_private=allow_private))


async def visit(site: Site, url: str, cursor: Any = None) -> RawBatch | None:
    """What is heard from a cursor on; None if three visits hear nothing. The cursor travels as JSON."""
    channel = feed(url)
    channel.every_s = 0.01
    site.forget()
    stream = channel.hear(None if cursor is None else json.loads(json.dumps(cursor)))
    heard, enough = asyncio.ensure_future(anext(stream)), asyncio.ensure_future(site.visits(4))
    try:
        async with asyncio.timeout(60):
            await asyncio.wait((heard, enough), return_when=asyncio.FIRST_COMPLETED)
        return await heard if heard.done() else None
    finally:
        heard.cancel()
        enough.cancel()
        await asyncio.wait((heard, enough))
        await channel.aclose()


async def failing(url: str) -> str:
    """The words with which both `check` and `hear` give a feed up."""
    channel = feed(url)
    with pytest.raises(FeedUnusable) as checked:
        await channel.check()
    with pytest.raises(FeedUnusable) as heard:
        await anext(channel.hear(None))
    await channel.aclose()
    assert str(checked.value) == str(heard.value)
    return str(heard.value)


def texts(raw: RawBatch | None) -> list[str]:
    assert raw is not None
    batch = Feed.parse(raw)
    assert batch.rejects == ()
    return [str(text) for text in batch.posts["text"].to_pylist()]


def events(raw: RawBatch | None) -> list[int]:
    assert raw is not None
    return [int(event) for event in Feed.parse(raw).posts["event"].to_pylist()]


async def test_a_first_visit_hears_the_last_fourteen_days_oldest_first(site: Site) -> None:
    url = site.give("/", rss(item(1, at=ago(hours=1)), item(2, at=ago(days=13)), item(3, at=ago(days=15))))
    assert texts(await visit(site, url)) == ["Entry 2\n\nWords of entry 2", "Entry 1\n\nWords of entry 1"]


async def test_a_first_visit_hears_at_most_fifty_entries_and_none_of_the_others_later(site: Site) -> None:
    url = site.give("/", rss(*(item(number, at=ago(minutes=number)) for number in range(80))))
    first = await visit(site, url)
    heard = texts(first)
    assert len(heard) == 50
    assert heard[-1] == "Entry 0\n\nWords of entry 0"
    assert await visit(site, url, first.cursor if first else None) is None


async def test_entries_without_a_date_are_heard_at_first(site: Site) -> None:
    url = site.give("/", rss(item(1), item(2)))
    assert len(texts(await visit(site, url))) == 2


async def test_later_visits_hear_only_what_is_new(site: Site) -> None:
    old = [item(number, at=ago(hours=number)) for number in range(1, 4)]
    url = site.give("/", rss(*old))
    first = await visit(site, url)
    assert first is not None
    site.give("/", rss(item(9, at=ago(days=100)), *old))
    second = await visit(site, url, first.cursor)
    assert texts(second) == ["Entry 9\n\nWords of entry 9"]
    assert events(second) == [Event.CREATE]


async def test_an_entry_whose_words_change_is_an_edit_of_the_same_post(site: Site) -> None:
    url = site.give("/", rss(item(1, at=ago(hours=1)), item(2, at=ago(hours=2))))
    first = await visit(site, url)
    assert first is not None
    site.give("/", rss(item(1, at=ago(hours=1), text="Mended"), item(2, at=ago(hours=2))))
    second = await visit(site, url, first.cursor)
    assert second is not None
    assert texts(second) == ["Entry 1\n\nMended"]
    assert events(second) == [Event.EDIT]
    assert Feed.parse(second).posts["uri"].to_pylist() == Feed.parse(first).posts["uri"].to_pylist()[1:]
    assert await visit(site, url, second.cursor) is None


async def test_a_change_of_markup_alone_is_no_edit(site: Site) -> None:
    url = site.give("/", rss(item(1, at=ago(hours=1), text="<p>Words</p><img src='https://example.org/1.gif'>")))
    first = await visit(site, url)
    assert first is not None
    site.give("/", rss(item(1, at=ago(hours=1), text="<div>Words<img src='https://example.org/2.gif'></div>")))
    assert await visit(site, url, first.cursor) is None


async def test_an_entry_too_old_at_first_is_heard_as_new_when_it_changes(site: Site) -> None:
    url = site.give("/", rss(item(1, at=ago(hours=1)), item(2, at=ago(days=40))))
    first = await visit(site, url)
    assert first is not None
    site.give("/", rss(item(1, at=ago(hours=1)), item(2, at=ago(days=40), text="Reopened")))
    second = await visit(site, url, first.cursor)
    assert texts(second) == ["Entry 2\n\nReopened"]
    assert events(second) == [Event.CREATE]


async def test_an_entry_that_leaves_the_feed_and_comes_back_is_not_heard_again(site: Site) -> None:
    url = site.give("/", rss(item(1, at=ago(hours=1)), item(2, at=ago(hours=2))))
    first = await visit(site, url)
    assert first is not None
    site.give("/", rss(item(3, at=ago(minutes=1)), item(2, at=ago(hours=2))))
    second = await visit(site, url, first.cursor)
    assert second is not None
    assert texts(second) == ["Entry 3\n\nWords of entry 3"]
    site.give("/", rss(item(3, at=ago(minutes=1)), item(1, at=ago(hours=1))))
    assert await visit(site, url, second.cursor) is None


async def test_a_site_that_knows_what_we_have_is_asked_only_for_changes(site: Site) -> None:
    url = site.give("/", rss(item(1, at=ago(hours=1))), ETag='"one"', Last_Modified="Sat, 21 Nov 2026 10:00:00 GMT")
    first = await visit(site, url)
    assert first is not None
    assert await visit(site, url, first.cursor) is None
    asked = site.asked[-1].headers
    assert (asked["If-None-Match"], asked["If-Modified-Since"]) == ('"one"', "Sat, 21 Nov 2026 10:00:00 GMT")


async def test_more_news_than_fit_one_batch_survive_a_restart_between_two(site: Site) -> None:
    url = site.give("/", rss(item(0, at=ago(hours=1))), ETag='"one"')
    first = await visit(site, url)
    assert first is not None
    site.give("/", rss(*(item(number, at=ago(minutes=number)) for number in range(1, 600))), ETag='"two"')
    half = await visit(site, url, first.cursor)
    assert half is not None
    rest = await visit(site, url, half.cursor)
    assert rest is not None
    uris = Feed.parse(half).posts["uri"].to_pylist() + Feed.parse(rest).posts["uri"].to_pylist()
    assert len(half.lines) == 500
    assert len(uris) == len(set(uris)) == 599
    assert await visit(site, url, rest.cursor) is None


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "There is nothing at this address (404)."),
        (410, "The feed at this address was ended for good (410)."),
        (403, "This address does not let us in (403)."),
        (500, "The site has trouble of its own (500)."),
        (418, "This address gives no feed (status 418)."),
    ],
)
async def test_an_answer_that_is_no_document_is_told_in_words(site: Site, status: int, words: str) -> None:
    assert await failing(site.give("/", "no", status=status)) == words


async def test_a_web_page_is_told_from_a_feed_and_the_feed_it_names_is_named(site: Site) -> None:
    link = "<link rel='alternate' type='application/rss+xml' href='/a?b=1&amp;c=2'>"
    page = f"<!DOCTYPE html><html><head><title>Blog</title>{link}</head><body><p>Hello</body></html>"
    url = site.give("/blog/", page, Content_Type="text/html; charset=utf-8")
    assert await failing(url) == (
        f"This address gives a web page, not a feed. It mentions a feed at {site.url}/a?b=1&c=2."
    )


async def test_a_web_page_that_names_no_feed_or_a_hostile_one_names_none(site: Site) -> None:
    for link in ("", "<link rel=alternate type=application/atom+xml href='javascript:alert(1)'>", "<link " * 5_000):
        url = site.give("/", f"<html><head>{link}</head>", Content_Type="text/html")
        assert await failing(url) == "This address gives a web page, not a feed. It mentions no feed."


@pytest.mark.parametrize("body", [b"\x89PNG\r\n\x1a\n" + bytes(range(256)), b"{}", b"hello", b"<a/>", b"\xff\xfe<\0"])
async def test_garbage_is_told_in_words(site: Site, body: bytes) -> None:
    url = site.give("/", body, Content_Type="application/octet-stream")
    assert await failing(url) == "This address gives neither a feed nor a web page."


async def test_an_empty_answer_is_told_in_words(site: Site) -> None:
    assert await failing(site.give("/", "  ")) == "This address gives an empty answer."


async def test_a_circle_of_redirects_is_told_in_words(site: Site) -> None:
    url = site.give("/a", "", status=302, Location="/b")
    site.give("/b", "", status=302, Location="/a")
    assert await failing(url) == "This address sends us round in a circle."


async def test_a_feed_without_entries_is_a_feed(site: Site) -> None:
    url = site.give("/", rss())
    channel = feed(url)
    assert await channel.check() is None
    await channel.aclose()
    assert await visit(site, url) is None


async def test_a_feed_that_is_longer_than_any_honest_one_is_not_read(site: Site) -> None:
    channel = feed(site.give("/", rss(item(1, text="x" * MAX_FEED))))
    with pytest.raises(TooLarge):
        await channel.check()
    await channel.aclose()


async def test_a_site_that_asks_us_to_wait_is_waited_for(site: Site) -> None:
    for status, header, wait_s in (
        (429, "240", 240),
        (503, "31", 31),
        (429, "", 600),
        (429, "nan", 600),
        (429, "1e99", 86_400),
    ):
        channel = feed(site.give("/", "", status=status, **({"Retry_After": header} if header else {})))
        with pytest.raises(SlowDown) as caught:
            await anext(channel.hear(None))
        assert caught.value.facts["wait_s"] == wait_s
        await channel.aclose()


async def test_a_feed_that_fails_is_heard_again_once_it_is_mended(site: Site) -> None:
    url = site.give("/", rss(item(1, at=ago(hours=1))))
    first = await visit(site, url)
    assert first is not None
    for broken in ("<html>gone</html>", "", "\0\1\2"):
        site.give("/", broken, Content_Type="text/html")
        with pytest.raises(FeedUnusable):
            await visit(site, url, first.cursor)
    site.give("/", rss(item(2, at=ago(minutes=1)), item(1, at=ago(hours=1))))
    assert texts(await visit(site, url, first.cursor)) == ["Entry 2\n\nWords of entry 2"]


async def test_a_feed_that_moves_keeps_its_name(site: Site) -> None:
    site.give("/new", rss(item(1, at=ago(hours=1))))
    url = site.give("/old", "", status=301, Location="/new")
    raw = await visit(site, url)
    assert raw is not None
    assert Feed.parse(raw).posts["uri"].to_pylist() == [f"feed:{url}#entry-1"]


async def test_a_feed_on_this_machine_is_refused_unless_it_is_allowed(site: Site) -> None:
    url = site.give("/", rss(item(1)))
    for address in (url, url.replace("127.0.0.1", "localhost"), url.replace("127.0.0.1", "[::ffff:127.0.0.1]")):
        channel = feed(address, allow_private=False)
        with pytest.raises(AddressRefused):
            await channel.check()
        await channel.aclose()
    assert site.asked == []


@pytest.mark.parametrize("target", ["127.0.0.2", "10.0.0.1", "169.254.169.254", "[::1]", "0.0.0.0"])
async def test_a_redirect_to_a_private_address_is_refused(
    site: Site, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The site of this test stands for one on the open internet.
    monkeypatch.setattr("hubbub.infra.http.is_public", lambda ip: ip == "127.0.0.1" or is_public(ip))
    url = site.give("/", "", status=302, Location=f"http://{target}/latest/meta-data")
    channel = feed(url, allow_private=False)
    with pytest.raises(AddressRefused):
        await channel.check()
    await channel.aclose()
    assert len(site.asked) == 1


async def test_a_machine_that_is_not_there_is_unreachable() -> None:
    async with Site() as site:
        url = site.url + "/"
    channel = feed(url)
    with pytest.raises(Unreachable):
        await channel.check()
    await channel.aclose()


async def test_a_cursor_of_another_kind_is_refused_in_words() -> None:
    channel = feed("https://blog.example.org/feed")
    with pytest.raises(BadConnection, match="cursor"):
        await anext(channel.hear({"seen": 7}))
    await channel.aclose()


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("https://Blog.Example.org", "https://blog.example.org/"),
        (" HTTP://example.org:8080/Feed?a=B#top ", "http://example.org:8080/Feed?a=B"),
        ("https://[2001:db8::1]/feed", "https://[2001:db8::1]/feed"),
    ],
)
def test_one_feed_has_one_scope_however_it_is_written(given: str, address: str) -> None:
    channel = feed(given)
    assert (channel.url, channel.scope) == (address, f"feed:{address}")
