"""Turn single messages into batches: full ones under load, prompt ones when it is quiet."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from hubbub.kernel.batch import RawBatch

MAX_LINES = 500
MAX_WAIT_S = 0.1

T = TypeVar("T")


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


async def prompted(source: AsyncIterator[T], every_s: float) -> AsyncGenerator[T | None, None]:
    """Yield what comes as it comes, and None where nothing came for so many seconds."""
    coming: asyncio.Future[T] | None = None
    try:
        while True:
            if coming is None:
                coming = asyncio.ensure_future(anext(source))
            done, _ = await asyncio.wait((coming,), timeout=every_s)
            if not done:
                yield None
                continue
            ready, coming = coming, None
            try:
                item = ready.result()
            except StopAsyncIteration:
                return
            yield item
    finally:
        if coming is not None:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)


async def merged(sources: Mapping[str, AsyncIterator[T]]) -> AsyncGenerator[tuple[str, T], None]:
    """Yield what several sources bring as it comes, each with its source's name; ends with the first that ends.

    An error of a source is raised after what came before it was yielded.
    """
    queue: asyncio.Queue[tuple[str, T] | BaseException | None] = asyncio.Queue(maxsize=MAX_LINES)

    async def fill(name: str, source: AsyncIterator[T]) -> None:
        try:
            async for item in source:
                await queue.put((name, item))
            await queue.put(None)
        except Exception as error:
            await queue.put(error)

    filling = [asyncio.create_task(fill(name, source)) for name, source in sources.items()]
    try:
        while (item := await queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        for task in filling:
            task.cancel()
        await asyncio.gather(*filling, return_exceptions=True)
