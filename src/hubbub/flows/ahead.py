"""What can be made of a raw batch without a database, in a process of its own: parsed, and every text read."""

import asyncio
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from hubbub.care.core.reading import TextReading, read_texts
from hubbub.care.core.understanding import LinearModel
from hubbub.channels.registry import channel_class
from hubbub.kernel.batch import Batch, RawBatch

AHEAD = 3  # batches that are being read while one is stored


@dataclass(frozen=True, slots=True)
class Prepared:
    """A parsed batch, and what was made of its texts."""

    batch: Batch
    readings: Sequence[TextReading] | None  # one a row of the batch; None: read those that are heard


def prepare(kind: str, raw: RawBatch) -> Prepared:
    """Parse a batch and read all its texts with the shipped model. Pure."""
    batch = channel_class(kind).parse(raw)
    texts = [text or "" for text in batch.posts.column("text").to_pylist()]
    return Prepared(batch, read_texts(texts, LinearModel.shipped()))


async def prepared(kind: str, batches: AsyncIterator[RawBatch]) -> AsyncIterator[tuple[RawBatch, Prepared]]:
    """Yield batches in order with what was made of them; another process works a few ahead."""
    context = multiprocessing.get_context("spawn")
    waiting: deque[tuple[RawBatch, asyncio.Future[Prepared]]] = deque()
    with ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=(os.getpid(),)) as pool:
        try:
            async for raw in batches:
                waiting.append((raw, asyncio.get_running_loop().run_in_executor(pool, prepare, kind, raw)))
                if len(waiting) > AHEAD:
                    first, reading = waiting.popleft()
                    yield first, await reading
            while waiting:
                first, reading = waiting.popleft()
                yield first, await reading
        finally:
            for _, reading in waiting:
                reading.cancel()


def _begin(parent: int) -> None:
    """End this process when the one it reads for is gone, however it went; leave Ctrl-C to that one."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(0)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=watch, daemon=True, name="parent").start()
