"""What a server streams, and when to ask for what no stream told."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Final

from hubbub.channels.adapters.mastodon.server import NETWORK, Params, Server, told_words
from hubbub.channels.core.answers import wait_s
from hubbub.channels.core.contract import SignInAgain, SlowDown
from hubbub.channels.core.gather import prompted
from hubbub.infra.http import AnswerLost, Events, Unreachable

ASK_S = 60.0
"""Between two looks for what a stream leaves out, such as messages of strangers that the server holds back."""

POLL_S = 15.0
"""Between two looks where there is no stream."""

STREAM_AGAIN_S = 600.0
"""Between two tries to stream from a server that does not."""

STEADY_S = 60.0
LONGEST_PAUSE_S = 30.0

Told = tuple[str, bytes]
OPENED: Final[Told] = ("(opened)", b"")
"""A stream begins, or is given up for a while: look for all that was said meanwhile."""

DUE: Final[Told] = ("(due)", b"")
"""Time to look for what no stream told."""


async def told(server: Server, path: str, params: Params = ()) -> AsyncGenerator[Told, None]:
    """Yield a stream's events for ever, with OPENED and DUE among them; without a stream, these alone."""
    cuts = 0
    while True:
        begun = _clock()
        streams = False
        try:
            async with server.events(path, params) as events:
                if events.is_stream:
                    streams = True
                    yield OPENED
                    async with aclosing(_timed(aiter(events))) as timed:
                        async for event in timed:
                            yield event
                else:
                    _is_none(events, await events.body(), server.has_token)
        except AnswerLost:
            pass  # cut: what was said meanwhile is asked for
        except Unreachable:
            streams = False
        if streams:
            cuts = 0 if _clock() - begun > STEADY_S else cuts + 1
            await asyncio.sleep(min(2.0 ** (cuts - 1) if cuts else 0.0, LONGEST_PAUSE_S))
            continue
        yield OPENED
        while _clock() - begun < STREAM_AGAIN_S:
            await asyncio.sleep(POLL_S)
            yield DUE


async def _timed(events: AsyncIterator[Told]) -> AsyncGenerator[Told, None]:
    """Yield events, and DUE now and then, also while nothing is told."""
    due = _clock() + ASK_S
    async with aclosing(prompted(events, min(ASK_S, 1.0))) as coming:
        async for event in coming:
            if event is not None and event[0]:
                yield event
            if _clock() >= due:
                yield DUE
                due = _clock() + ASK_S


def _is_none(answer: Events, body: bytes, has_token: bool) -> None:
    """Take it that there is no stream, unless the answer says something else."""
    words = told_words(body, answer.status)
    if answer.status == 401 and has_token:
        raise SignInAgain(network=NETWORK, words=words, status=answer.status)
    if answer.status == 429:
        wait = wait_s(answer.headers, datetime.now(UTC))
        raise SlowDown(network=NETWORK, words=words, wait_s=wait, status=answer.status)


def _clock() -> float:
    return asyncio.get_running_loop().time()
