"""A file is heard in a process of its own, while the one that asked for it decides about what was heard.

This module is imported by that process before Django is set up, so what needs it is imported inside.
"""

import contextlib
import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from hubbub.infra.places import Places
from hubbub.kernel.errors import HubbubError
from hubbub.kernel.ids import StreamId

AHEAD = 2  # batches that may be heard and not decided about yet


class HearingEnded(HubbubError):
    """The process that heard was killed, or failed; what it had committed is there."""

    message = "The process that reads the file ended too early (exit code {code}). Start again: it goes on from there."


@dataclass(frozen=True, slots=True)
class Imported:
    """How an import went, or a batch of it."""

    read: int  # lines of the file that were read now
    heard: int  # posts that were new
    rejected: int  # lines that went to quarantine

    def __add__(self, other: "Imported") -> "Imported":
        """Put both together."""
        return Imported(self.read + other.read, self.heard + other.heard, self.rejected + other.rejected)


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the other process is told."""

    stream: StreamId
    kind: str
    config: Mapping[str, Any]
    places: Places
    database: str  # the name of ours


def heard_apart(hearing: Hearing) -> Iterator[Imported]:
    """Hear a stream that ends, from where it stopped; yield each batch that is committed.

    Raises
    ------
    HubbubError
        What the channel or `ingest` raised; or HearingEnded, if the process died.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_hear, args=(hearing, theirs, os.getpid()), daemon=True)
    process.start()
    theirs.close()
    try:
        while True:
            try:
                found = ours.recv()
            except EOFError:
                process.join()
                raise HearingEnded(code=process.exitcode) from None
            match found:
                case None:
                    return
                case (kind, facts):
                    raise kind(**facts)
            yield found
            with contextlib.suppress(BrokenPipeError):  # it may have come to the end meanwhile
                ours.send(None)  # decided about: hear more
    finally:
        process.terminate()
        process.join()


def _hear(hearing: Hearing, tell: Connection, parent: int) -> None:
    _end_with(parent)
    import django

    django.setup()
    from django.db import connections

    connections["default"].settings_dict["NAME"] = hearing.database
    with contextlib.suppress(BrokenPipeError), long_lived_objects():  # nobody decides any more
        try:
            for batch in _batches(hearing, tell):
                tell.send(batch)
            tell.send(None)
        except HubbubError as error:
            tell.send((type(error), error.facts))


def _batches(hearing: Hearing, answers: Connection) -> Iterator[Imported]:
    import asyncio
    from datetime import UTC, datetime

    from hubbub.care.core.understanding import LinearModel
    from hubbub.channels.registry import open_channel
    from hubbub.flows.ears import Ears
    from hubbub.flows.ingest import ingest, recover

    places = hearing.places
    stream = recover(hearing.stream, places)
    ears, understanding = Ears.open(), LinearModel.shipped()
    batches = aiter(open_channel(hearing.kind, hearing.config, {}).hear(stream.cursor))
    under_way = 0
    with asyncio.Runner() as loop:
        while (raw := loop.run(_next(batches))) is not None:
            if under_way == AHEAD:
                answers.recv()
                under_way -= 1
            done = ingest(stream, raw, ears=ears, understanding=understanding, places=places, now=datetime.now(UTC))
            stream, under_way = done.stream, under_way + 1
            yield Imported(len(raw.lines), done.heard, done.rejected)


async def _next(batches: Any) -> Any:
    return await anext(batches, None)


@contextlib.contextmanager
def long_lived_objects() -> Iterator[None]:
    """Let the collector pass over what stands when the block begins: looking through it costs a tenth."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _end_with(parent: int) -> None:
    """End this process when the one it hears for is gone, however it went; leave Ctrl-C to that one."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.2)
        os._exit(0)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=watch, daemon=True, name="parent").start()
