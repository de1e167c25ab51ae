"""The connector of docs/write-a-connector.md keeps what every connector promises."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from docs.samples.guestbook import Guestbook
from tests.channels.contract import NOON, ChannelContract, Live

from hubbub.channels.core.contract import Outgoing, SignInAgain
from hubbub.channels.registry import KINDS
from hubbub.infra.http import Http


@pytest.fixture(autouse=True, scope="module")
def registered() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(KINDS, "guestbook", "docs.samples.guestbook:Guestbook")
        yield


def entry(number: int, text: str = "Lovely place", author: str = "mia", **more: object) -> dict[str, object]:
    url = f"https://guests.example.org/{number}"
    return {"url": url, "author": author, "text": text, "written_at": NOON.isoformat(), **more}


class Book:
    """The guestbook at the other end."""

    def __init__(self) -> None:
        self.entries = [entry(number) for number in (1, 2, 3)]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        app = web.Application()
        app.add_routes([web.get("/me", self.me), web.get("/entries", self.read), web.post("/entries", self.write)])
        async with TestServer(app) as server:
            yield str(server.make_url("/"))

    async def me(self, request: web.Request) -> web.Response:
        if request.headers["Authorization"] != "Bearer right":
            return web.Response(status=401, text="Who are you?")
        return web.json_response({"id": "acme", "handle": "acme"})

    async def read(self, request: web.Request) -> web.Response:
        key, after = request.query.get("key"), int(request.query.get("after", 0))
        found = [each for each in self.entries[after:] if key is None or each.get("key") == key]
        return web.json_response({"entries": found, "last": len(self.entries)})

    async def write(self, request: web.Request) -> web.Response:
        self.entries.append(entry(len(self.entries) + 1, author="acme", **await request.json()))
        return web.json_response(self.entries[-1])


def guestbook(site: str, token: str = "right") -> Guestbook:
    return Guestbook({"site": site}, {"token": token}, Http("guestbook", allow_private=True))


class TestGuestbook(ChannelContract):
    kind = "guestbook"
    config = {"site": "https://guests.example.org"}
    secret = {"token": "right"}
    samples = (msgspec.json.encode(entry(1)), msgspec.json.encode(entry(2, answers="https://guests.example.org/1")))
    unusable = (({"site": "guests"}, {"token": "right"}), ({"site": "http://127.0.0.1:1"}, {"token": "right"}))

    def line_of(self, text: str) -> bytes:
        return msgspec.json.encode(entry(1, text.encode(errors="replace").decode()))

    @asynccontextmanager
    async def live(self, folder: Path) -> AsyncIterator[Live]:
        async with Book().open() as site:
            yield Live(lambda: guestbook(site), lines=3)


async def test_an_answer_is_written_and_found_by_its_key() -> None:
    answer = Outgoing("key-1", "Thank you", NOON, parent="https://guests.example.org/1")
    async with Book().open() as site:
        channel = guestbook(site)
        assert await channel.find(answer) is None
        sent = await channel.send(answer)
        assert await channel.find(answer) == sent
        await channel.aclose()


async def test_a_wrong_token_is_told_in_the_words_of_the_guestbook() -> None:
    async with Book().open() as site:
        channel = guestbook(site, "wrong")
        with pytest.raises(SignInAgain, match=r"Who are you\?"):
            await channel.check()
        await channel.aclose()
