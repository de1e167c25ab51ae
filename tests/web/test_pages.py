"""Files leave in pieces: each is written when the one before has left."""

import asyncio
from collections.abc import Awaitable, Coroutine, Iterator
from typing import Any

import pytest
from django.http import HttpRequest, StreamingHttpResponse

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
