"""The stream to a visitor's page: what is said and how the chat stands, as server-sent events in plain ASGI.

The page reads it by `fetch`, so that the visit's secret travels in a header and never in an address.
"""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from time import monotonic
from typing import Any, Final, TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from hubbub.channels.adapters.chat import visits
from hubbub.channels.adapters.chat.visits import Line, Visit
from hubbub.flows import chat
from hubbub.infra.changes import Changed
from hubbub.kernel.errors import HubbubError
from hubbub.web.chat import limits
from hubbub.web.chat.door import address, admitted, cors, preflight, secret_of
from hubbub.web.chat.limits import TooMany
from hubbub.web.live import Receive, Scope, Send, is_gone, tailer

App = Callable[[Scope, Receive, Send], Awaitable[None]]
T = TypeVar("T")

PING_S = 10.0
STANDING_S = 0.5  # how it stands is asked for no more often
AT_ONCE = 200
MOST_STREAMS = 8  # of a visit
MOST_OF_ADDRESS = 100
MAX_BODY: Final = 65_536
MAX_UPLOAD: Final = visits.MAX_FILE + MAX_BODY

_open: Counter[str] = Counter()
_farewells: set[asyncio.Task[None]] = set()


def is_chat(scope: Scope) -> bool:
    """Say whether a request is for the chat of visitors."""
    return bool(scope["type"] == "http" and scope["path"].startswith("/chat/"))


def limited(pages: App) -> App:
    """Return what serves visitors: the stream, and the pages for all else, which read no body longer than they need."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        parts = scope["path"].split("/")
        if len(parts) == 4 and parts[3] == "stream":
            await stream(parts[2], scope, receive, send)
            return
        length = _headers(scope).get("content-length", "" if scope["method"] == "POST" else "0")
        most = MAX_UPLOAD if scope["path"].endswith("/send") else MAX_BODY
        if not length.isdecimal() or int(length[:12]) > most:
            await _refuse(send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE if length else HTTPStatus.LENGTH_REQUIRED, {})
            return
        await pages(scope, receive, send)

    return app


async def stream(public: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Tell one page of a visit what is said, from where it last was."""
    headers = _headers(scope)
    origin = headers.get("origin", "")
    try:
        place = await _db(admitted, public, origin)
        allowed = cors(origin)
        if scope["method"] == "OPTIONS":
            await _refuse(send, HTTPStatus.NO_CONTENT, allowed | preflight(("GET",)))
            return
        if scope["method"] != "GET":
            await _refuse(send, HTTPStatus.METHOD_NOT_ALLOWED, allowed | {"Allow": "GET"})
            return
    except HubbubError as error:
        await _refuse(send, error.status, {}, str(error))
        return
    where = address((scope.get("client") or ("", 0))[0], headers.get("x-forwarded-for", ""))
    try:
        limits.CALLS.take(where)
        visit = await _db(
            visits.enter, place, secret_of({"Authorization": headers.get("authorization", "")}), now=_now()
        )
        with _counted({f"visit {visit.id}": MOST_STREAMS, f"address {where}": MOST_OF_ADDRESS}):
            await _serve(visit, _number(headers.get("last-event-id", "")), allowed, receive, send)
    except HubbubError as error:
        await _refuse(send, error.status, allowed, str(error))


@contextlib.contextmanager
def _counted(most: Mapping[str, int]) -> Any:
    """Count an open stream; TooMany if there are enough."""
    if any(_open[key] >= number for key, number in most.items()):
        raise TooMany(wait_s=30)
    _open.update(most.keys())
    try:
        yield
    finally:
        for key in most:
            _open[key] -= 1
            if not _open[key]:
                del _open[key]


@dataclass(slots=True)
class _Page:
    """What one page was told."""

    visit: Visit
    last: int
    send: Send
    standing: str = ""
    asked_at: float = -STANDING_S

    async def lines(self) -> None:
        """Tell what was said since."""
        while some := await _db(visits.lines, self.visit.id, self.last, AT_ONCE):
            await self.tell(b"".join(_line(each) for each in some))
            self.last = some[-1].number

    async def stands(self) -> None:
        """Tell how it stands, if that is news."""
        self.asked_at = monotonic()
        self.visit = await _db(_again, self.visit)
        told = json.dumps(asdict(await _db(chat.standing, self.visit, _now())), separators=(",", ":"))
        if told != self.standing:
            self.standing = told
            await self.tell(f"event: standing\ndata: {told}\n\n".encode())

    async def tell(self, data: bytes) -> None:
        await self.send({"type": "http.response.body", "body": data, "more_body": True})


async def _serve(visit: Visit, last: int, allowed: Mapping[str, str], receive: Receive, send: Send) -> None:
    def wants(line: Changed) -> bool:
        mine = line.kind == "chat" and line.subject == visit.id
        return line.workspace == visit.workspace and (mine or line.kind in ("case", "presence"))

    page = _Page(visit, last, send)
    async with tailer.subscribe(wants) as queue:
        await _db(chat.note, visit, now=_now())
        start = {**allowed, "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no"}
        await send({"type": "http.response.start", "status": 200, "headers": _encoded(start)})
        gone = asyncio.ensure_future(is_gone(receive))
        try:
            with contextlib.suppress(visits.UnknownVisit):
                await page.lines()
                await page.stands()
                await _follow(page, queue, gone)
        finally:
            gone.cancel()
            farewell = asyncio.ensure_future(_farewell(page.visit))
            _farewells.add(farewell)
            farewell.add_done_callback(_farewells.discard)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _follow(page: _Page, queue: "asyncio.Queue[Changed]", gone: "asyncio.Future[None]") -> None:
    """Pass on what changes, until the page is gone or the visit is over."""
    pinged, stale = monotonic(), False
    while not gone.done():
        rest = page.asked_at + STANDING_S - monotonic() if stale else pinged + PING_S - monotonic()
        waiting = asyncio.ensure_future(queue.get())
        both: set[asyncio.Future[Any]] = {waiting, gone}
        await asyncio.wait(both, timeout=max(0.0, rest), return_when=asyncio.FIRST_COMPLETED)
        news = [waiting.result()] if waiting.done() else []
        waiting.cancel()
        while not queue.empty():
            news.append(queue.get_nowait())
        if any(each.kind == "chat" for each in news):
            await page.lines()
        stale = stale or bool(news)
        if monotonic() - pinged >= PING_S and not gone.done():
            pinged, stale = monotonic(), True
            await page.tell(b": ping\n\n")
            await _db(chat.note, page.visit, now=_now())
        if stale and monotonic() - page.asked_at >= STANDING_S:
            stale = False
            await page.stands()


async def _farewell(visit: Visit) -> None:
    """Say, some time after a page was closed, that nobody is there, if nobody is."""
    await asyncio.sleep(visits.HERE.total_seconds() + 1)
    await _db(chat.gone, visit, _now())


def _again(visit: Visit) -> Visit:
    """Return a visit as it is now; UnknownVisit once it is over."""
    found = visits.visit_of(visit.workspace, visit.code, _now())
    if found is None or found.ended:
        raise visits.UnknownVisit
    return found


def _line(line: Line) -> bytes:
    told: dict[str, Any] = {"n": line.number, "ours": line.ours, "text": line.text, "at": line.at.isoformat()}
    if line.key:
        told["key"] = line.key
    if line.file:
        told["file"] = {"name": line.file.name, "type": line.file.type, "size": line.file.size}
    data = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return f"id: {line.number}\nevent: line\ndata: {data}\n\n".encode()


async def _refuse(send: Send, status: int, headers: Mapping[str, str], words: str = "") -> None:
    body = json.dumps({"error": words}).encode() if words else b""
    told = {**headers, "content-type": "application/json", "content-length": str(len(body))}
    await send({"type": "http.response.start", "status": int(status), "headers": _encoded(told)})
    await send({"type": "http.response.body", "body": body})


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    told = {"cache-control": "no-store", "x-content-type-options": "nosniff", **headers}
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in told.items()]


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


async def _db(work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Do something with the database beside the event loop, and free its thread at once."""

    def done() -> T:
        try:
            return work(*args, **kwargs)
        finally:
            close_old_connections()

    return await sync_to_async(done, thread_sensitive=False)()


def _now() -> datetime:
    return datetime.now(UTC)
