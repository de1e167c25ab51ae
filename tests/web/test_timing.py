"""Every answer tells how long the server took."""

import asyncio
from time import perf_counter
from typing import Any

from hubbub.web.timing import timed


async def test_an_answer_tells_its_milliseconds_and_is_otherwise_as_it_was() -> None:
    async def slow(scope: Any, receive: Any, send: Any) -> None:
        assert scope["path"] == "/here"
        await asyncio.sleep(0.03)
        await send({"type": "http.response.start", "status": 204, "headers": [(b"x", b"y")]})
        await send({"type": "http.response.body", "body": b""})

    told: list[Any] = []

    async def receive() -> Any:
        raise AssertionError

    async def send(message: Any) -> None:
        told.append(message)

    begun = perf_counter()
    await timed(slow)({"type": "http", "path": "/here"}, receive, send)
    most = (perf_counter() - begun) * 1000
    first, (name, words) = told[0]["headers"]
    assert first == (b"x", b"y")
    assert name == b"server-timing"
    assert 30 <= float(words.removeprefix(b"total;dur=")) <= most + 0.1
    assert told[1] == {"type": "http.response.body", "body": b""}
