"""The one way out: no private address however it is dressed, limits, and whether a request may have been acted on."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, WSMsgType, web
from aiohttp.test_utils import TestServer
from tests.installation import free_port

from hubbub.infra.http import AddressRefused, AnswerLost, Http, Response, TooLarge, Unreachable, is_public

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_addresses_of_the_open_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",  # where clouds keep a machine's credentials
        "100.64.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:a9fe:a9fe",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::",
        "2001:0:0:0:0:0:80ff:fffe",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd12:3456::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "100::1",
    ],
)
def test_private_addresses_stay_private_however_they_are_wrapped(address: str) -> None:
    assert not is_public(address)


# Against a real server -------------------------------------------------------
class Neighbour:
    """A server on this machine, that counts who came."""

    def __init__(self) -> None:
        self.visits: list[str] = []
        self.server: TestServer

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.server.port}{path}"

    async def hello(self, request: web.Request) -> web.StreamResponse:
        return web.Response(text="hello", headers={"X-Kind": "Yes"})

    async def moved(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(request.query.get("to", request.path))

    async def long(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(100):
            await answer.write(b"x" * 1000)
        return answer

    async def silent(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(30)
        return web.Response()

    async def broken(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Length": "100"})
        await answer.prepare(request)
        await answer.write(b"half")
        assert request.transport
        request.transport.close()
        return answer

    async def socket(self, request: web.Request) -> web.StreamResponse:
        opened = web.WebSocketResponse()
        await opened.prepare(request)
        await opened.send_str("hello")
        await opened.close()
        return opened

    async def taken(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"method": request.method, "agent": request.headers["User-Agent"]}, status=409)


@pytest.fixture
async def neighbour() -> AsyncIterator[Neighbour]:
    made, app = Neighbour(), web.Application()
    for name in ("hello", "moved", "long", "silent", "broken", "socket", "taken"):
        app.router.add_route("*", f"/{name}", getattr(made, name))

    @web.middleware
    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        made.visits.append(request.path)
        return await handler(request)

    app.middlewares.append(count)
    async with TestServer(app, handler_cancellation=True) as made.server:
        yield made


@asynccontextmanager
async def stranger(timeout_s: float = 5.0) -> AsyncIterator[Http]:
    """A connector that may only reach the open internet."""
    async with Http("feeds", allow_private=False, timeout_s=timeout_s) as http:
        yield http


@asynccontextmanager
async def friend(timeout_s: float = 5.0) -> AsyncIterator[Http]:
    """A connector that HUBBUB_ALLOW_PRIVATE names."""
    async with Http("feeds", allow_private=True, timeout_s=timeout_s) as http:
        yield http


async def get(http: Http, url: str, **how: object) -> Response:
    return await http.request("GET", url, **how)  # type: ignore[arg-type]


async def test_a_connector_that_is_named_reaches_this_machine(neighbour: Neighbour) -> None:
    async with friend() as http:
        answer = await get(http, neighbour.url("/hello"))
    assert (answer.status, answer.body, answer.headers["x-kind"]) == (200, b"hello", "Yes")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "127.1", "0.0.0.0"])
async def test_no_other_connector_reaches_this_machine_by_any_name(neighbour: Neighbour, host: str) -> None:
    async with stranger() as http:
        with pytest.raises((AddressRefused, Unreachable)) as refused:
            await get(http, f"http://{host}:{neighbour.server.port}/hello")
    assert neighbour.visits == []
    if isinstance(refused.value, AddressRefused):
        assert "add feeds to HUBBUB_ALLOW_PRIVATE" in str(refused.value)


async def test_a_name_that_leads_here_is_refused_when_the_socket_is_about_to_connect(
    neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    resolve = socket.getaddrinfo

    def clever(host: object, *rest: object, **more: object) -> object:
        """A name server of a stranger's: what it says is the one thing that can't be real here."""
        asked.append(str(host))
        return resolve("127.0.0.1" if host == "news.example.org" else host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", clever)
    address = f"http://news.example.org:{neighbour.server.port}/hello"
    async with friend() as http:
        assert (await get(http, address)).body == b"hello"
    async with stranger() as http:
        with pytest.raises(AddressRefused, match=r"127\.0\.0\.1 is a private address"):
            await get(http, address)
        with pytest.raises(AddressRefused):
            async with http.socket(address.replace("http", "ws")):
                pass
    assert asked.count("news.example.org") >= 2
    assert neighbour.visits == ["/hello"]


async def test_a_redirect_to_this_machine_is_refused(neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first hop is taken for public, as a stranger's server would be; the second is what it is."""
    public = "127.77.0.1"
    monkeypatch.setattr("hubbub.infra.http.is_public", lambda address: address == public or is_public(address))
    app = web.Application()
    app.router.add_get("/feed", neighbour.moved)
    async with TestServer(app, host="0.0.0.0") as outside:
        door = f"http://{public}:{outside.port}/feed"
        async with ClientSession() as plain, plain.get(door, params={"to": neighbour.url("/hello")}) as answer:
            assert answer.status == 200  # whoever does not look is led here
        neighbour.visits.clear()
        async with stranger() as http:
            with pytest.raises(AddressRefused, match=r"127\.0\.0\.1 is a private address"):
                await get(http, door, params={"to": neighbour.url("/hello")})
    assert neighbour.visits == []


async def test_what_is_sent_to_be_acted_on_is_not_sent_elsewhere(neighbour: Neighbour) -> None:
    async with friend() as http:
        answer = await http.request("POST", neighbour.url("/moved?to=/taken"), json={"text": "Hello"})
    assert (answer.status, neighbour.visits) == (302, ["/moved"])


async def test_every_status_is_an_answer(neighbour: Neighbour) -> None:
    async with friend() as http:
        answer = await get(http, neighbour.url("/taken"))
    assert answer.status == 409
    assert b"Hubbub/" in answer.body


async def test_an_answer_without_end_is_cut_off(neighbour: Neighbour) -> None:
    async with friend() as http:
        assert len((await get(http, neighbour.url("/long"), max_body=100_000)).body) == 100_000
        with pytest.raises(TooLarge, match=r"longer than 99,999 bytes"):
            await get(http, neighbour.url("/long"), max_body=99_999)


# May it have been acted on? --------------------------------------------------
async def test_where_nobody_listens_nothing_was_acted_on() -> None:
    async with friend() as http:
        with pytest.raises(Unreachable) as refused:
            await http.request("POST", f"http://127.0.0.1:{free_port()}/", json={})
    assert type(refused.value) is Unreachable
    assert refused.value.retry


@pytest.mark.parametrize("url", ["", "no address", "http://", "ftp://example.org/", "http://[", "http://x:99999/"])
async def test_what_is_no_address_was_not_acted_on(url: str) -> None:
    async with friend() as http:
        with pytest.raises(Unreachable) as refused:
            await http.request("POST", url)
    assert type(refused.value) is Unreachable


@pytest.mark.parametrize("path", ["/silent", "/broken"])
async def test_a_request_without_a_whole_answer_may_have_been_acted_on(neighbour: Neighbour, path: str) -> None:
    async with friend(timeout_s=0.3) as http:
        with pytest.raises(AnswerLost, match=r"127\.0\.0\.1:\d+ did not answer"):
            await http.request("POST", neighbour.url(path), json={})
    assert neighbour.visits == [path]


async def test_redirects_without_end_are_told_in_words(neighbour: Neighbour) -> None:
    async with friend() as http:
        with pytest.raises(AnswerLost, match="it redirects again and again"):
            await get(http, neighbour.url("/moved"))


async def test_an_error_does_not_repeat_the_password_of_an_address() -> None:
    async with friend() as http:
        for url in (f"http://mia:hunter2@127.0.0.1:{free_port()}/", "http://mia:hunter2@[/"):
            with pytest.raises(Unreachable) as refused:
                await get(http, url)
            assert "hunter2" not in str(refused.value)


async def test_a_socket_opens_and_says_what_went_wrong(neighbour: Neighbour) -> None:
    async with friend() as http:
        async with http.socket(neighbour.url("/socket")) as opened:
            messages = [each.data async for each in opened if each.type is WSMsgType.TEXT]
        assert messages == ["hello"]
        with pytest.raises(AnswerLost, match="it said 200"):
            async with http.socket(neighbour.url("/hello")):
                pass
        with pytest.raises(Unreachable):
            async with http.socket(f"ws://127.0.0.1:{free_port()}/"):
                pass
