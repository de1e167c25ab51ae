"""Turn single messages into batches: full ones under load, prompt ones when it is quiet."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

from hubbub.kernel.batch import RawBatch

MAX_LINES = 500
MAX_WAIT_S = 0.1


async def gather(
    messages: AsyncIterator[bytes],
    cursor_of: Callable[[bytes], Any],
    *,
    max_lines: int = MAX_LINES,
    max_wait_s: float = MAX_WAIT_S,
) -> AsyncIterator[RawBatch]:
    """Yield batches of at most `max_lines` messages, none older than `max_wait_s` seconds.

    An error of the source is raised after what came before it was yielded.
    """
    queue: asyncio.Queue[bytes | BaseException | None] = asyncio.Queue(maxsize=max_lines * 4)

    async def fill() -> None:
        try:
            async for message in messages:
                await queue.put(message)
            await queue.put(None)
        except Exception as error:
            await queue.put(error)

    filling = asyncio.create_task(fill())
    try:
        ended: BaseException | None = None
        open_ = True
        while open_:
            lines: list[bytes] = []
            deadline: float | None = None
            while len(lines) < max_lines:
                try:
                    async with asyncio.timeout_at(deadline):
                        item = await queue.get()
                except TimeoutError:
                    break
                if item is None or isinstance(item, BaseException):
                    ended, open_ = item, False
                    break
                lines.append(item)
                if deadline is None:
                    deadline = asyncio.get_running_loop().time() + max_wait_s
            if lines:
                yield RawBatch(lines, cursor_of(lines[-1]), datetime.now(UTC))
        if ended is not None:
            raise ended
    finally:
        filling.cancel()


async def prompted(batches: AsyncIterator[RawBatch], every_s: float) -> AsyncIterator[RawBatch | None]:
    """Yield batches as they come, and None where none came for so many seconds."""
    coming: asyncio.Future[RawBatch] | None = None
    try:
        while True:
            if coming is None:
                coming = asyncio.ensure_future(anext(batches))
            done, _ = await asyncio.wait((coming,), timeout=every_s)
            if not done:
                yield None
                continue
            ready, coming = coming, None
            try:
                raw = ready.result()
            except StopAsyncIteration:
                return
            yield raw
    finally:
        if coming is not None:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
