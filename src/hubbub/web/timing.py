"""How long the server took, told with every answer."""

from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

from hubbub.web.live import Message, Receive, Scope, Send

App = Callable[[Scope, Receive, Send], Awaitable[None]]


def timed(app: Any) -> App:
    """Wrap an ASGI application: its answers tell their milliseconds, from the request's arrival to its first byte.

    The header is that of https://www.w3.org/TR/server-timing/; browsers show it beside each request.
    """

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        begun = perf_counter()

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                taken = f"total;dur={(perf_counter() - begun) * 1000:.1f}"
                message["headers"] = [*message["headers"], (b"server-timing", taken.encode())]
            await send(message)

        await app(scope, receive, told)

    return call
