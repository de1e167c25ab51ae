"""A web site on a free loopback port that answers as a test wants, and notes what it was asked."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class Answer:
    """What an address gives."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Site:
    """Use it as an async context manager; set `answers[path]` before and between visits."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[web.Request] = []
        self.url = ""
        self._more = asyncio.Condition()

    def give(self, path: str, body: str | bytes, status: int = 200, **headers: str) -> str:
        """Answer a path from now on; return its whole address."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        whole = body if isinstance(body, bytes) else body.encode()
        self.answers[path] = Answer(whole, status, {"Content-Type": "application/xml", **named})
        return self.url + path

    def forget(self) -> None:
        """Forget what was asked so far."""
        self.asked.clear()

    async def visits(self, count: int) -> None:
        """Wait until so many requests have come."""
        async with self._more:
            await self._more.wait_for(lambda: len(self.asked) >= count)

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        async with self._more:
            self._more.notify_all()
        answer = self.answers.get(request.path, Answer(status=404))
        etag = answer.headers.get("ETag")
        if etag is not None and request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        return web.Response(body=answer.body, status=answer.status, headers=dict(answer.headers))

    async def __aenter__(self) -> "Site":
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self._runner.cleanup()
