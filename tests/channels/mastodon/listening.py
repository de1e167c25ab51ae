"""How the tests connect, and what they hear."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

from tests.channels.mastodon.mock import SHOP, token_of

from hubbub.channels.adapters.mastodon.channel import Mastodon
from hubbub.channels.adapters.mastodon.tags import Tags
from hubbub.channels.core.contract import Channel, Outgoing
from hubbub.infra.http import Http
from hubbub.kernel.batch import RawBatch


def account(url: str, token: str = token_of(SHOP)) -> Mastodon:
    return Mastodon({"server": url}, {"token": token}, Http("mastodon", allow_private=True))


def tags(url: str, words: str = "#acme", token: str = "") -> Tags:
    return Tags({"server": url, "tags": words}, {"token": token} if token else {}, Http("mastodon", allow_private=True))


async def heard(channel: Channel, cursor: Any, count: int, within_s: float = 20) -> tuple[list[bytes], Any]:
    """Listen until so many lines came; return them and the last cursor."""
    lines: list[bytes] = []
    async with asyncio.timeout(within_s), aclosing(_batches(channel, cursor)) as batches:
        async for batch in batches:
            lines += batch.lines
            cursor = batch.cursor
            if len(lines) >= count:
                break
    return lines, cursor


async def _batches(channel: Channel, cursor: Any) -> Any:
    hearing: AsyncIterator[RawBatch] = channel.hear(cursor)
    try:
        async for batch in hearing:
            yield batch
    finally:
        await hearing.aclose()  # type: ignore[attr-defined]


class Ears:
    """A channel that is listened to all the while; use it as an async context manager."""

    def __init__(self, channel: Channel, cursor: Any = None) -> None:
        self.channel, self.cursor = channel, cursor
        self.lines: list[bytes] = []
        self.ended: BaseException | None = None
        self._more = asyncio.Condition()

    async def __aenter__(self) -> "Ears":
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        await self.channel.aclose()

    async def hear(self, count: int, within_s: float = 20) -> list[dict[str, Any]]:
        """Wait until so many lines came in all; return all of them as posts."""
        async with asyncio.timeout(within_s), self._more:
            await self._more.wait_for(lambda: len(self.lines) >= count or self.ended is not None)
        if self.ended is not None:
            raise self.ended
        return posts(self.lines)

    async def begun(self, within_s: float = 20) -> None:
        """Wait until the first batch came, be it empty."""
        async with asyncio.timeout(within_s), self._more:
            await self._more.wait_for(lambda: self.cursor is not None or self.ended is not None)

    async def _listen(self) -> None:
        try:
            async with aclosing(_batches(self.channel, self.cursor)) as batches:
                async for batch in batches:
                    async with self._more:
                        self.lines += batch.lines
                        self.cursor = batch.cursor
                        self._more.notify_all()
        except Exception as error:
            async with self._more:
                self.ended = error
                self._more.notify_all()


def posts(lines: list[bytes]) -> list[dict[str, Any]]:
    """Lines as posts, all of which must be readable."""
    batch = Mastodon.parse(RawBatch(lines, None, datetime.now(UTC)))
    assert batch.rejects == ()
    return list(batch.posts.to_pylist())


def texts(lines: list[bytes]) -> list[str]:
    return [post["text"] for post in posts(lines)]


def answer(key: str, text: str, to: dict[str, Any] | None = None, **more: Any) -> Outgoing:
    """An answer to a post that was heard, as the inbox makes it."""
    about = {"parent": to["uri"], "parent_ref": to["ref"]} if to else {}
    if to and more.get("private"):
        about["to"] = to["author"]
    return Outgoing(key=key, text=text, queued_at=datetime.now(UTC), **about, **more)
