"""A small server that says what a test tells it to: for what no other one can be made to say."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from tests.channels.mastodon.samples import ACME, ON

Answer = tuple[int, Any] | tuple[int, Any, dict[str, str]] | None
"""Status, body (JSON, or bytes as they are) and headers; None breaks the connection off."""


@dataclass(frozen=True)
class Call:
    """A request as it arrived."""

    method: str
    path: str
    token: str
    key: str
    query: list[tuple[str, str]]
    body: Any

    def asked(self, name: str) -> str | None:
        """What was asked for by a name."""
        return dict(self.query).get(name)


Said = Answer | list[Answer] | Callable[[Call], Answer]


@dataclass
class Scripted:
    """Answers each call with what stands in `says`, the last of a list over and over, and keeps all calls.

    It streams from the moment that `streams` is set.
    """

    says: dict[str, Said] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    streams: bool = False
    url: str = ""
    _open: list[web.StreamResponse] = field(default_factory=list)
    _more: asyncio.Condition = field(default_factory=asyncio.Condition)
    _runner: web.AppRunner | None = None

    async def __aenter__(self) -> "Scripted":
        self.says = {
            "GET /api/v2/instance": (200, {"domain": ON, "version": "4.5.0"}),
            "GET /api/v1/accounts/verify_credentials": (200, ACME),
            "GET /api/v1/notifications": (200, []),
            **self.says,
        }
        app = web.Application()
        app.router.add_route("GET", "/api/v1/streaming/{path:.*}", self._stream)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        self.cut()
        await self._runner.cleanup()

    def asked(self, path: str, method: str = "GET") -> list[Call]:
        """The calls of a path so far."""
        return [call for call in self.calls if (call.method, call.path) == (method, path)]

    async def listened(self, count: int = 1) -> None:
        """Wait until so many streams are open."""
        async with asyncio.timeout(10), self._more:
            await self._more.wait_for(lambda: len(self._open) >= count)

    async def tell(self, event: str, data: str) -> None:
        """Tell all who listen."""
        for stream in self._open:
            await stream.write(f":thump\n\nevent: {event}\ndata: {data}\n\n".encode())

    def cut(self) -> None:
        """Break all streams off."""
        for stream in self._open:
            assert stream._req is not None
            if stream._req.transport is not None:
                stream._req.transport.abort()
        self._open.clear()

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        self.calls.append(await _call(request))
        if not self.streams:
            return _answered(self.says.get(f"GET {request.path}", (404, {"error": "Record not found"})))
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        await stream.write(b":)\n")
        self._open.append(stream)
        async with self._more:
            self._more.notify_all()
        await asyncio.sleep(3_600)
        return stream

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        call = await _call(request)
        self.calls.append(call)
        said = self.says.get(f"{call.method} {call.path}", (404, {"error": "Record not found"}))
        if callable(said):
            said = said(call)
        if isinstance(said, list):
            said = said.pop(0) if len(said) > 1 else said[0]
        if said is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return _answered(said)


async def _call(request: web.Request) -> Call:
    body = await request.json() if request.content_type == "application/json" else await request.read()
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    key = request.headers.get("Idempotency-Key", "")
    return Call(request.method, request.path, token, key, list(request.query.items()), body)


def _answered(said: Any) -> web.Response:
    status, content, *headers = said
    if isinstance(content, bytes):
        return web.Response(status=status, body=content, headers=headers[0] if headers else None)
    return web.json_response(content, status=status, headers=headers[0] if headers else None)
