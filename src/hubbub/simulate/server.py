"""The network's HTTP interface, and the process that serves it. See docs/demo-network.md."""

import asyncio
import math
import re
import secrets
import socket
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
from aiohttp import web

from hubbub.kernel.errors import HubbubError, InvalidInput
from hubbub.simulate.attachments import Files
from hubbub.simulate.errors import CannotRun, Denied
from hubbub.simulate.life import Life
from hubbub.simulate.log import Log
from hubbub.simulate.network import MAX_LENGTH, Network
from hubbub.simulate.pages import POLICY, account_page, thread_page
from hubbub.simulate.people import accounts_of, people_of
from hubbub.simulate.values import Attachment, Event, Message, Post, Profile, Record
from hubbub.simulate.world import World

VERSION = 1
GROUP_S = 0.01
"""How long a change waits for others before a group of them goes to disk."""

TICK_S = 0.25
MAX_WAIT_S = 60
MAX_EVENTS = 1_000
MAX_BODY = 64 * 1024
MAX_FILE = 10_000_000

Fault = Literal["503", "429", "lost", "reset"]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
T = TypeVar("T")


class SignIn(msgspec.Struct, forbid_unknown_fields=True):
    """The body of POST /sessions."""

    handle: str
    password: str


class NewPost(Profile, frozen=True, kw_only=True, rename={"speaker": "as"}):
    """The body of POST /posts; what it says about the account is taken if the account is new."""

    text: str = ""
    speaker: str | None = None
    reply_to: str | None = None
    repost_of: str | None = None
    key: str | None = None
    media: int = 0
    files: tuple[Attachment, ...] = ()
    lang: str | None = None


class Edit(msgspec.Struct, forbid_unknown_fields=True):
    """The body of PUT /posts/<handle>/<key>."""

    text: str


class NewMessage(Profile, frozen=True, kw_only=True, rename={"speaker": "as"}):
    """The body of POST /messages."""

    to: str
    text: str
    speaker: str | None = None
    key: str | None = None
    files: tuple[Attachment, ...] = ()
    lang: str | None = None


class NextFaults(msgspec.Struct, forbid_unknown_fields=True):
    """The body of POST /_faults: what befalls the next posts and messages."""

    next_posts: Fault
    count: int = 1


class Allowance(msgspec.Struct, forbid_unknown_fields=True):
    """The body of POST /_allowance: how many posts and messages each account may write in a window of seconds."""

    posts: int
    every_s: float


class Server:
    """Answers requests for one network, and says only what is on disk."""

    def __init__(self, network: Network, born: datetime, store: Log, files: Files, *, faults: bool) -> None:
        self.network, self._born, self._log, self._files = network, born, store, files
        self._tokens: dict[str, str] = {}
        self._faults: list[Fault] = []
        self._allowance: Allowance | None = None
        self._written: dict[str, list[float]] = {}  # when, by account, within the window
        self._may_fail = faults
        self._durable = len(network.events)
        self._news = asyncio.Event()
        self._dirty = asyncio.Event()
        self._closing = self._finishing = False
        network.keep = self._keep

    def app(self) -> web.Application:
        """Return the application with its routes."""
        app = web.Application(middlewares=[_plain_errors], client_max_size=MAX_BODY)
        app.router.add_get("/", self._about)
        app.router.add_get("/events", self._events)
        app.router.add_post("/sessions", self._sign_in)
        app.router.add_post("/posts", self._say)
        app.router.add_get("/posts/{handle}/{key}", self._post)
        app.router.add_put("/posts/{handle}/{key}", self._edit)
        app.router.add_delete("/posts/{handle}/{key}", self._delete)
        app.router.add_get("/threads/{handle}/{key}", self._thread)
        app.router.add_post("/messages", self._tell)
        app.router.add_get("/messages", self._messages)
        app.router.add_get("/messages/{handle}/{key}", self._message)
        app.router.add_get("/accounts/{handle}", self._account)
        app.router.add_get("/accounts/{handle}/posts", self._posts_of)
        app.router.add_get("/search", self._search)
        app.router.add_post("/files", self._put_file)
        app.router.add_get("/files/{key}", self._file)
        app.router.add_get("/@{handle}", self._account_page)
        app.router.add_get("/@{handle}/{key}", self._thread_page)
        if self._may_fail:
            app.router.add_post("/_faults", self._set_faults)
            app.router.add_post("/_allowance", self._set_allowance)
        return app

    # Durability: a change is answered and told to others only when it is on disk

    def _keep(self, record: Record) -> None:
        self._log.add(record)
        self._dirty.set()

    async def write_groups(self) -> None:
        """Put changes on disk, a group at a time, and then tell who waits for news. Runs until `finish`."""
        while not (self._finishing and not self._dirty.is_set()):
            await self._dirty.wait()
            await asyncio.sleep(GROUP_S)
            self._dirty.clear()
            upto, group = len(self.network.events), self._log.take()
            await asyncio.to_thread(self._log.write, group)
            self._durable = upto
            self._tell_news()

    def finish(self) -> None:
        """Let `write_groups` end when everything is on disk."""
        self._finishing = True
        self._dirty.set()

    def close(self) -> None:
        """Let everybody who waits for news go."""
        self._closing = True
        self._tell_news()

    def _tell_news(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def _until_durable(self) -> None:
        wanted = len(self.network.events)
        while self._durable < wanted:
            await self._news.wait()

    # Reading

    async def _about(self, _request: web.Request) -> web.Response:
        address = self.network.address
        links = {name: f"{address}/{name}" for name in ("events", "sessions", "posts", "messages", "accounts")}
        return _json(
            {
                "kind": "hubbub-demo-network",
                "version": VERSION,
                "name": self.network.name,
                "born": self._born,
                "max_length": MAX_LENGTH,
                "links": links,
            }
        )

    async def _events(self, request: web.Request) -> web.Response:
        after, limit = _number(request, "after", 0, 2**53), _limit(request, 500)
        until = asyncio.get_running_loop().time() + _number(request, "wait", 0, MAX_WAIT_S)
        viewer = self._viewer(request)
        start = after
        while True:
            news = self._news
            found, last = self.network.events_after(start, limit, viewer, self._durable)
            if found or last < after or self._closing:
                break
            start = last
            try:
                async with asyncio.timeout_at(until):
                    await news.wait()
            except TimeoutError:
                break
        return _json({"born": self._born, "events": found, "last": last})

    async def _post(self, request: web.Request) -> web.Response:
        return _json(self.network.post(self._id(request)))

    async def _thread(self, request: web.Request) -> web.Response:
        limit = _limit(request, 200)
        return _json({"events": [_as_event(post) for post in self.network.thread(self._id(request), limit)]})

    async def _account(self, request: web.Request) -> web.Response:
        return _json(self.network.account(request.match_info["handle"]))

    async def _posts_of(self, request: web.Request) -> web.Response:
        posts = self.network.posts_of(request.match_info["handle"], _limit(request, 50))
        return _json({"events": [_as_event(post) for post in posts]})

    async def _search(self, request: web.Request) -> web.Response:
        found = self.network.search(request.query.get("q", ""), _moment(request, "since"), _limit(request, 1_000))
        return _json({"events": [_as_event(post) for post in found]})

    async def _message(self, request: web.Request) -> web.Response:
        return _json(self.network.message(self._id(request), self._signed_in(request)))

    async def _messages(self, request: web.Request) -> web.Response:
        viewer, other = self._signed_in(request), request.query.get("with", "")
        found = self.network.messages_with(viewer, other, _limit(request, 200))
        return _json({"events": [_as_event(message) for message in found]})

    async def _account_page(self, request: web.Request) -> web.Response:
        account = self.network.account(request.match_info["handle"])
        return _html(account_page(self.network.name, account, self.network.posts_of(account.handle)))

    async def _thread_page(self, request: web.Request) -> web.Response:
        post = self.network.post(self._id(request))
        return _html(thread_page(self.network.name, post, self.network.thread(post.id)))

    # Acting

    async def _sign_in(self, request: web.Request) -> web.Response:
        body = await _body(request, SignIn)
        handle = self.network.sign_in(body.handle, body.password)
        token = secrets.token_urlsafe(24)
        self._tokens[token] = handle
        return _json({"token": token, "handle": handle, "network": self.network.name}, 201)

    async def _say(self, request: web.Request) -> web.Response:
        body = await _body(request, NewPost)
        speaker = self._speaker(request, body.speaker)
        self._allow(speaker)
        fault = self._fault(request)
        post, new = self.network.say(
            speaker,
            body.text,
            datetime.now(UTC),
            key=body.key,
            reply_to=body.reply_to,
            repost_of=body.repost_of,
            media=body.media,
            files=self._files.known(body.files),
            lang=body.lang,
            profile=body,
        )
        return await self._answer(request, post, new=new, fault=fault)

    async def _tell(self, request: web.Request) -> web.Response:
        body = await _body(request, NewMessage)
        speaker = self._speaker(request, body.speaker)
        self._allow(speaker)
        fault = self._fault(request)
        message, new = self.network.tell(
            speaker,
            body.to,
            body.text,
            datetime.now(UTC),
            key=body.key,
            files=self._files.known(body.files),
            lang=body.lang,
            profile=body,
        )
        return await self._answer(request, message, new=new, fault=fault)

    async def _answer(
        self, request: web.Request, said: Post | Message, *, new: bool, fault: Fault | None
    ) -> web.Response:
        await self._until_durable()
        if fault == "lost":
            _break_off(request)
        return _json(said, 201 if new else 200)

    async def _put_file(self, request: web.Request) -> web.Response:
        data = bytearray()
        async for chunk in request.content.iter_chunked(65_536):
            data += chunk
            if len(data) > MAX_FILE:
                raise web.HTTPRequestEntityTooLarge(max_size=MAX_FILE, actual_size=len(data))
        return _json({"key": await asyncio.to_thread(self._files.put, bytes(data))}, 201)

    async def _file(self, request: web.Request) -> web.Response:
        data = await asyncio.to_thread(self._files.read, request.match_info["key"])
        return web.Response(body=data, headers={"Content-Disposition": "attachment"})

    async def _edit(self, request: web.Request) -> web.Response:
        body = await _body(request, Edit)
        self._speaker(request, request.match_info["handle"])
        post = self.network.edit(self._id(request), body.text, datetime.now(UTC))
        await self._until_durable()
        return _json(post)

    async def _delete(self, request: web.Request) -> web.Response:
        self._speaker(request, request.match_info["handle"])
        self.network.delete(self._id(request), datetime.now(UTC))
        await self._until_durable()
        return web.Response(status=204)

    # Who asks, and for what

    def _id(self, request: web.Request) -> str:
        return f"{self.network.spelled(request.match_info['handle'])}/{request.match_info['key']}"

    def _viewer(self, request: web.Request) -> str | None:
        """Return whose token came with the request, None without one; Denied if it is not valid."""
        given = request.headers.get("Authorization")
        if given is None:
            return None
        kind, _, token = given.partition(" ")
        handle = self._tokens.get(token.strip()) if kind.lower() == "bearer" else None
        if handle is None:
            raise Denied(reason="This token is not valid (any more). Sign in again.")
        return handle

    def _signed_in(self, request: web.Request) -> str:
        viewer = self._viewer(request)
        if viewer is None:
            raise Denied(reason="Private messages need a token.")
        return viewer

    def _speaker(self, request: web.Request, named: str | None) -> str:
        """Return who speaks: the handle named, if it has no password or its token came along."""
        viewer = self._viewer(request)
        speaker = named or viewer
        if speaker is None:
            raise InvalidInput(reason="Say who speaks: give 'as', or a token.")
        if self.network.has_password(speaker.removeprefix("@")) and viewer is None:
            raise Denied(reason=f"@{speaker} has a password. Sign in first.")
        if viewer is not None and speaker.removeprefix("@").lower() != viewer.lower():
            raise Denied(reason=f"This token is @{viewer}'s, not @{speaker}'s.")
        return speaker

    # Faults on request, for tests of connectors

    async def _set_faults(self, request: web.Request) -> web.Response:
        body = await _body(request, NextFaults)
        self._faults = [body.next_posts] * max(0, min(body.count, 1_000))
        return _json({"next_posts": self._faults})

    async def _set_allowance(self, request: web.Request) -> web.Response:
        body = await _body(request, Allowance)
        if body.posts < 1 or not 0 < body.every_s <= 3600:
            raise web.HTTPBadRequest(text="At least one post, in a window of at most an hour.")
        self._allowance, self._written = body, {}
        return _json(body)

    def _allow(self, speaker: str) -> None:
        """Turn away who wrote more than the network takes in a window, and say when it takes the next."""
        if self._allowance is None:
            return
        now = time.monotonic()
        lately = [at for at in self._written.get(speaker, []) if at > now - self._allowance.every_s]
        self._written[speaker] = lately
        if len(lately) >= self._allowance.posts:
            wait_s = math.ceil(lately[0] + self._allowance.every_s - now)
            raise web.HTTPTooManyRequests(
                text="Too many posts. Nothing was done.", headers={"Retry-After": str(max(1, wait_s))}
            )
        lately.append(now)

    def _fault(self, request: web.Request) -> Fault | None:
        """Take the fault that befalls this request; a reset happens before anything is done."""
        fault = self._faults.pop(0) if self._faults else None
        if fault == "503":
            raise web.HTTPServiceUnavailable(text="The network is busy. Nothing was done.")
        if fault == "429":
            raise web.HTTPTooManyRequests(text="Too many posts. Nothing was done.", headers={"Retry-After": "2"})
        if fault == "reset":
            _break_off(request)
            raise ConnectionResetError
        return fault


async def serve(
    *,
    world: World,
    home: Path,
    host: str = "127.0.0.1",
    port: int = 8001,
    ready: Callable[[str], None] | None = None,
    stop: asyncio.Event,
) -> None:
    """Run the network and the world in it until `stop` is set. Port 0 takes a free one; `ready` learns the address.

    Raises
    ------
    CannotRun
        The address is taken, or the folder belongs to another network or can't be read.
    """
    store = Log(home)
    try:
        listening = _listen(host, port)
        with listening:
            await _serve(world, store, listening, ready, stop)
    finally:
        store.close()


async def _serve(
    world: World, store: Log, listening: socket.socket, ready: Callable[[str], None] | None, stop: asyncio.Event
) -> None:
    host, port = listening.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    now = datetime.now(UTC)
    records = list(store.records())
    first = records[0] if records else Record(born=now, network=world.name)
    if first.born is None or first.network != world.name:
        raise CannotRun(reason=f"{store.path} belongs to the network {first.network}, not to {world.name}.")
    if not records:
        store.add(first)
    people, address = people_of(world), f"http://{shown}:{port}"
    accounts = accounts_of(world, people, address, first.born)
    network = Network(world.name, address, accounts, {world.brand.handle: world.brand.password})
    life = Life(world, people, network)
    network.replay(records)
    life.replay(records)
    network.listeners.append(life.hear)
    server = Server(network, first.born, store, Files(store.path.parent / "files"), faults=world.faults)
    life.begin(now)
    runner = web.AppRunner(server.app(), access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    writing = asyncio.create_task(server.write_groups())
    others = [asyncio.create_task(_live(life)), asyncio.create_task(stop.wait())]
    try:
        await web.SockSite(runner, listening).start()
        if ready is not None:
            ready(address)
        ended, _ = await asyncio.wait([writing, *others], return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()
    finally:
        server.close()
        for task in others:
            task.cancel()
        await runner.cleanup()
        server.finish()
        await asyncio.gather(writing, *others, return_exceptions=True)


async def _live(life: Life) -> None:
    """Let the world live, and look up at least every `TICK_S` seconds for what was said meanwhile."""
    while True:
        life.step(datetime.now(UTC))
        pause_s = (life.next_due() - datetime.now(UTC)).total_seconds()
        await asyncio.sleep(min(TICK_S, max(0.0, pause_s)))


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=256)
    except (OSError, OverflowError) as error:
        raise CannotRun(reason=f"The demo network can't listen on {host}:{port}: {error}.") from error


@web.middleware
async def _plain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every error as JSON in words."""
    try:
        answer = await handler(request)
    except HubbubError as error:
        answer = _json({"error": str(error)}, error.status)
    except web.HTTPException as error:
        answer = _json({"error": error.text or error.reason}, error.status)
        answer.headers.update({k: v for k, v in error.headers.items() if k in ("Allow", "Retry-After")})
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def _body(request: web.Request, shape: type[T]) -> T:
    """Read a JSON body. Its content type must say so, which keeps forms on foreign web pages out."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="Send JSON, with Content-Type: application/json.")
    try:
        return msgspec.json.decode(await request.read(), type=shape)
    except RecursionError:
        raise InvalidInput(reason="The body can't be read: it is nested too deeply.") from None
    except ValueError as error:
        what, _, place = str(error).partition(" - at ")
        where = place.strip("`").removeprefix("$.")
        raise InvalidInput(reason=f"The body can't be read{f', {where}' if where else ''}: {what}.") from None


def _number(request: web.Request, name: str, default: int, most: int) -> int:
    given = request.query.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,16}", given):
        raise InvalidInput(reason=f"{name} is a whole number from 0 on.")
    return min(int(given), most)


def _moment(request: web.Request, name: str) -> datetime | None:
    given = request.query.get(name)
    if given is None:
        return None
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        raise InvalidInput(reason=f"{name} is a moment, as 2026-11-30T14:00+00:00.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _id(request: web.Request) -> str:
    return f"{request.match_info['handle']}/{request.match_info['key']}"


def _limit(request: web.Request, default: int) -> int:
    return max(1, _number(request, "limit", default, MAX_EVENTS))


def _as_event(said: Post | Message) -> Event:
    """Return a post or message as it stands now in the form of an event; 0 says it is no place in the stream."""
    if isinstance(said, Message):
        return Event(0, "message", said.created_at, message=said)
    return Event(0, "post", said.created_at, post=said)


def _break_off(request: web.Request) -> None:
    """Drop the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()


def _json(value: Any, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), status=status, content_type="application/json")


def _html(page: str) -> web.Response:
    return web.Response(text=page, content_type="text/html", charset="utf-8")
