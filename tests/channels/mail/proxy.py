"""A stretch of the line to a mail server, without encryption, that breaks where a test wants it to."""

import asyncio
from typing import Self


class Proxy:
    """Passes SMTP on, but for STARTTLS, and breaks off once the server has got a command: its answer is lost."""

    def __init__(self, port: int, *, cut_after: str) -> None:
        self._to, self._cut = port, cut_after.encode()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()

    async def _serve(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        server, on = await asyncio.open_connection("127.0.0.1", self._to)
        cut = asyncio.Event()

        async def answers() -> None:
            while line := await server.readline():
                if cut.is_set():
                    break
                if b"STARTTLS" not in line:
                    back.write(line)
            back.close()

        async def words() -> None:
            while line := await client.readline():
                if line.startswith(self._cut) and line.strip() != b"..":
                    cut.set()
                on.write(line)
                await on.drain()

        self._tasks |= {asyncio.ensure_future(answers()), asyncio.ensure_future(words())}
