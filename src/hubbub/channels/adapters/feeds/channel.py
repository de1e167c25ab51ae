"""The feeds connector: visits an RSS or Atom feed and hears what is new in it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit, urlunsplit

import aiohttp
import msgspec

from hubbub.channels.adapters.feeds.document import Document, FeedUnusable, read
from hubbub.channels.adapters.feeds.parse import parse
from hubbub.channels.adapters.feeds.place import Place
from hubbub.channels.core.bare import Bare
from hubbub.channels.core.contract import (
    Abilities,
    Account,
    BadConnection,
    Field,
    NotPossible,
    Outgoing,
    Sent,
    SlowDown,
)
from hubbub.channels.core.gather import MAX_LINES
from hubbub.infra.http import AnswerLost, Http, Response
from hubbub.kernel.batch import Batch, RawBatch
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import clean

EVERY_S = 120.0
LEAST_S = 30.0
MOST_S = 86_400.0
MAX_FEED = 5_000_000
"""Bytes of a feed: reading takes up to some ten seconds a megabyte where it is broken on purpose."""

MAX_URL = 500
ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1"


class Feed(Bare):
    """One feed, heard for all workspaces that follow it; satisfies the `Channel` protocol."""

    kind: ClassVar[str] = "feed"
    connector: ClassVar[str] = "feeds"
    label: ClassVar[str] = mark("Blog or news feed")
    about: ClassVar[str] = mark("Hears the entries of a blog, news site or forum by its RSS or Atom feed.")
    abilities: ClassVar[Abilities] = Abilities(edits=True, poll_s=EVERY_S)
    fields: ClassVar[Sequence[Field]] = (
        Field(
            "url", mark("Address of the feed"), help=mark("Of the feed itself, such as https://example.org/feed.xml.")
        ),
        Field(
            "every_s",
            mark("Seconds between visits"),
            help=mark("At least 30."),
            required=False,
            default=f"{EVERY_S:.0f}",
        ),
    )

    def __init__(self, config: Mapping[str, Any], secret: Mapping[str, Any], http: Http) -> None:
        self.url = feed_address(config.get("url"))
        self.every_s = _every(config.get("every_s"))
        self._http = http

    @property
    def scope(self) -> str | None:
        """The feed's address: a feed is public, so it is heard once for all."""
        return f"feed:{self.url}"

    async def check(self) -> Account | None:
        """Visit the feed once; raises in words if there is none. There is no account of ours in a feed."""
        response = await self._visit(Place())
        if response is not None:
            await self._read(response)
        return None

    async def hear(self, cursor: Any) -> AsyncIterator[RawBatch]:
        """Yield new and changed entries from the cursor on (None: at most 50 of the last 14 days), for ever."""
        place = Place.of(cursor)
        last = b""
        while True:
            response = await self._visit(place)
            # Many sites know no ETag but send the same bytes again.
            if response is not None and (digest := hashlib.sha256(response.body).digest()) != last:
                document, now = await self._read(response), datetime.now(UTC)
                fresh = await asyncio.to_thread(place.news, document.entries, now)
                place.etag = response.headers.get("etag", "")
                place.modified = response.headers.get("last-modified", "")
                last = digest
                for start in range(0, len(fresh), MAX_LINES):
                    part = fresh[start : start + MAX_LINES]
                    place.heard(part)
                    whole = start + MAX_LINES >= len(fresh)
                    yield RawBatch([msgspec.json.encode(entry) for entry in part], place.cursor(whole=whole), now)
            await asyncio.sleep(self.every_s)

    @staticmethod
    def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
        """Turn entries into posts. Pure; never raises."""
        return parse(raw, rows)

    async def send(self, message: Outgoing) -> Sent:
        """Raise: a feed is for reading."""
        raise NotPossible(network=say("A feed"), deed="take replies: it is for reading")

    async def _visit(self, place: Place) -> Response | None:
        """Ask for the feed; None if it says that nothing changed.

        Raises
        ------
        SlowDown
            If the site asks us to come less often.
        FeedUnusable
            If it answers with anything but a document.
        Unreachable, AnswerLost, AddressRefused, TooLarge
            As `Http.request` says.
        """
        headers = {"Accept": ACCEPT}
        if place.etag:
            headers["If-None-Match"] = place.etag
        if place.modified:
            headers["If-Modified-Since"] = place.modified
        try:
            response = await self._http.request("GET", self.url, headers=headers, max_body=MAX_FEED)
        except AnswerLost as error:
            if isinstance(error.__cause__, aiohttp.TooManyRedirects):
                raise FeedUnusable(
                    network=_host(self.url), words=say("This address sends us round in a circle.")
                ) from error
            raise
        status = response.status
        if status == 304:
            return None
        if status in (429, 503) and (status == 429 or "retry-after" in response.headers):
            wait_s = _wait_s(response.headers.get("retry-after", ""), datetime.now(UTC))
            raise SlowDown(network=_host(self.url), wait_s=wait_s, words=say("status {status}", status=status))
        if not 200 <= status < 300:
            raise FeedUnusable(network=_host(self.url), words=_status_words(status))
        return response

    async def _read(self, response: Response) -> Document:
        """Read in a thread: a long feed takes a while, and other channels are to be heard meanwhile."""
        content_type = response.headers.get("content-type", "")
        return await asyncio.to_thread(read, response.body, feed=self.url, url=response.url, content_type=content_type)


def feed_address(given: object) -> str:
    """Return an address in its one spelling; BadConnection in words if it can't be one.

    >>> feed_address(" HTTPS://Example.ORG/Feed#top ")
    'https://example.org/Feed'
    """
    text = clean(given).strip() if isinstance(given, str) else ""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in ("http", "https") or len(text.split()) != 1:
        raise BadConnection(reason="The address of a feed looks like https://example.org/feed.xml.")
    if parts.username is not None or parts.password is not None:
        raise BadConnection(reason="A feed is shared by all workspaces, so its address can't hold a name or password.")
    place = f"[{host}]" if ":" in host else host
    place = place if port is None else f"{place}:{port}"
    made = urlunsplit((parts.scheme, place, parts.path or "/", parts.query, ""))
    if len(made.encode()) > MAX_URL:
        raise BadConnection(reason=say("The address of a feed has at most {most} characters.", most=MAX_URL))
    return made


def _every(given: object) -> float:
    """Return the seconds between visits; BadConnection if they make no sense."""
    try:
        seconds = float(str(given).strip() or EVERY_S) if given is not None else EVERY_S
    except ValueError:
        seconds = -1.0
    if not LEAST_S <= seconds <= MOST_S:
        raise BadConnection(
            reason=say(
                "Seconds between visits: give a number from {least:.0f} to {most:.0f}.", least=LEAST_S, most=MOST_S
            )
        )
    return seconds


def _wait_s(retry_after: str, now: datetime) -> int:
    """Return the seconds a Retry-After header asks for, within reason; ten minutes where it does not say."""
    try:
        asked = float(retry_after)
    except ValueError:
        try:
            until = parsedate_to_datetime(retry_after)
            asked = (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds()
        except (ValueError, TypeError, OverflowError):
            asked = 600.0
    return int(min(max(asked, LEAST_S), MOST_S)) if asked == asked else 600


def _status_words(status: int) -> str:
    """Say what a status means for somebody who wants to hear a feed."""
    if status == 404:
        return say("There is nothing at this address (404).")
    if status == 410:
        return say("The feed at this address was ended for good (410).")
    if status in (401, 403):
        return say("This address does not let us in ({status}).", status=status)
    if status >= 500:
        return say("The site has trouble of its own ({status}).", status=status)
    return say("This address gives no feed (status {status}).", status=status)


def _host(url: str) -> str:
    return urlsplit(url).netloc
