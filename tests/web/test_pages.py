"""Files leave in pieces, each when the one before has left; parts that only stay live keep nobody waiting."""

import asyncio
import threading
from collections.abc import Awaitable, Coroutine, Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from hubbub.web import pace
from hubbub.web.pages import Pages

SCOPE = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}


class Waits:
    """Something to wait for."""

    def __init__(self, rest: Coroutine[Any, Any, Any]) -> None:
        self._rest = rest

    def __await__(self) -> Any:
        return self._rest.__await__()


class Reader:
    """Who asks for a file, and turns away after some pieces."""

    def __init__(self, turns_away_after: int | None = None) -> None:
        self.told: list[Any] = []
        self.left = asyncio.Event()
        self._most, self._asked = turns_away_after, False

    def receive(self) -> Awaitable[Any]:
        """Give something to wait for that is no coroutine, as servers may."""
        return Waits(self._next())

    async def _next(self) -> Any:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b""}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.told.append(message)
        if len(self.told) - 1 == self._most:
            self.left.set()
            await asyncio.sleep(0)  # so that the server hears of it
            await asyncio.sleep(0)

    @property
    def got(self) -> list[bytes]:
        return [each["body"] for each in self.told[1:] if each.get("body")]


@pytest.mark.parametrize(("turns_away_after", "made"), [(None, 5), (2, 2)])
async def test_a_file_is_written_as_it_is_sent_and_only_for_who_still_wants_it(
    monkeypatch: pytest.MonkeyPatch, turns_away_after: int | None, made: int
) -> None:
    written: list[str] = []

    def pieces() -> Iterator[bytes]:
        try:
            for number in range(5):
                written.append(f"{number} while {len(reader.got)} had left")
                yield b"%d" % number
        finally:
            written.append("closed")

    def answer(self: Pages, request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(pieces())

    monkeypatch.setattr(Pages, "get_response", answer)
    reader = Reader(turns_away_after)
    await Pages()(SCOPE, reader.receive, reader.send)
    assert reader.got == [b"%d" % number for number in range(made)]
    assert written == [*(f"{number} while {number} had left" for number in range(made)), "closed"]


async def test_parts_that_only_stay_live_keep_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()

    def answer(self: Pages, request: HttpRequest) -> HttpResponse:
        return HttpResponse(b"live" if "Hubbub-Live" in request.headers and go_on.wait(20) else b"whole")

    async def ask(**more: Any) -> bytes:
        reader = Reader()
        await pages({**SCOPE, **more}, reader.receive, reader.send)
        return b"".join(reader.got)

    monkeypatch.setattr(Pages, "get_response", answer)
    pages = Pages()
    live = [asyncio.create_task(ask(headers=[(pace.LIVE, b"true")])) for _ in range(20)]
    await asyncio.sleep(0.05)
    try:
        assert await asyncio.wait_for(ask(), 10) == b"whole"
        assert not any(each.done() for each in live)
    finally:
        go_on.set()
    assert await asyncio.gather(*live) == [b"live"] * 20
