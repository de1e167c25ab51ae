"""A small XRPC server that says what a test tells it to: for what the real network can't be made to say."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from tests.channels.bluesky.samples import ACME

Answer = tuple[int, Any] | tuple[int, Any, dict[str, str]] | None
"""Status, body (JSON, or bytes as they are) and headers; None breaks the connection off."""


@dataclass(frozen=True)
class Call:
    """A request as it arrived."""

    method: str
    token: str
    query: list[tuple[str, str]]
    body: Any


@dataclass
class Server:
    """Answers each method with what stands in `says`, the last answer over and over, and keeps all calls."""

    says: dict[str, list[Answer] | Callable[[Call], Answer]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    url: str = ""
    _runner: web.AppRunner | None = None
    _sessions: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    async def __aenter__(self) -> "Server":
        app = web.Application()
        app.router.add_route("*", "/xrpc/{method}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def count(self, method: str) -> int:
        """How often a method was called."""
        return sum(call.method.endswith(method) for call in self.calls)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        body = await request.json() if request.can_read_body else None
        call = Call(method, token, list(request.query.items()), body)
        self.calls.append(call)
        said = self.says.get(method) or self._session
        answer = said(call) if callable(said) else said.pop(0) if len(said) > 1 else said[0]
        if answer is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        status, content, *headers = answer
        if isinstance(content, bytes):
            return web.Response(status=status, body=content, headers=headers[0] if headers else None)
        return web.json_response(content, status=status, headers=headers[0] if headers else None)

    def _session(self, call: Call) -> Answer:
        """Sign anybody in; each session has tokens of its own."""
        if call.method not in ("com.atproto.server.createSession", "com.atproto.server.refreshSession"):
            return 501, {"error": "MethodNotImplemented", "message": call.method}
        self._sessions[call.method] += 1
        name = f"{call.method.rpartition('.')[2]}-{self._sessions[call.method]}"
        return 200, {"did": ACME, "handle": "acme.test", "accessJwt": f"access-{name}", "refreshJwt": f"refresh-{name}"}
