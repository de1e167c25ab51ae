"""The sender: carries messages from the outbox to their networks, each once, and says honestly how it went."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from hubbub.accounts.selectors import speaking_there
from hubbub.care.services import cases
from hubbub.channels import selectors as channels
from hubbub.channels.core.contract import (
    BadConnection,
    Channel,
    NotPossible,
    Outgoing,
    Refused,
    Sent,
    SignInAgain,
    SlowDown,
)
from hubbub.channels.registry import open_channel
from hubbub.infra import outbox
from hubbub.infra.db import with_database
from hubbub.infra.failpoints import failpoint
from hubbub.infra.http import AddressRefused, AnswerLost, Unreachable
from hubbub.infra.outbox import Message, State
from hubbub.kernel.errors import HubbubError, NotFound
from hubbub.kernel.speech import say

log = logging.getLogger(__name__)
T = TypeVar("T")

LOOK_AGAIN_S = 10.0
AT_ONCE = 8
"""Connections by which messages leave at the same time. By each of them, one message at a time."""

LOOK_FOR_MORE_S = 1.0


@dataclass(slots=True)
class Sender:
    """One sending process; `name` stays the same over restarts, so that it knows its former life's claims."""

    name: str
    allow_private: frozenset[str]
    files: Path  # where what is attached to messages is kept
    _channels: dict[int, tuple[str, Channel]] = field(default_factory=dict, repr=False)  # with their secrets
    _started: bool = False

    async def round(self) -> int:
        """Deal with what a killed sender left, then send all that is due; return how many were dealt with."""
        left = await _db(outbox.abandoned, self.name, _now(), fresh_start=not self._started)
        for abandoned in left:
            await self._deal(abandoned, look_first=True, abandoned=True)
        self._started = True
        done, leaving = len(left), dict[int, asyncio.Task[None]]()  # by connection
        try:
            while True:
                while len(leaving) < AT_ONCE and (message := await self._claim(leaving)):
                    failpoint("send.claimed")
                    dealing = self._deal(message, look_first=message.doubtful)
                    leaving[message.connection] = asyncio.create_task(dealing)
                    done += 1
                if not leaving:
                    return done
                await asyncio.wait(leaving.values(), timeout=LOOK_FOR_MORE_S, return_when=asyncio.FIRST_COMPLETED)
                leaving = {connection: each for connection, each in leaving.items() if not each.done()}
        finally:
            for each in leaving.values():
                each.cancel()
            await asyncio.gather(*leaving.values(), return_exceptions=True)

    async def _claim(self, busy: Collection[int]) -> Message | None:
        return await _db(outbox.claim, self.name, _now(), busy=busy)

    async def aclose(self) -> None:
        """Close every channel."""
        for _, channel in self._channels.values():
            await channel.aclose()
        self._channels.clear()

    async def _deal(self, message: Message, *, look_first: bool, abandoned: bool = False) -> None:
        """Look if it may have arrived, send if it has not, and record what the network said."""
        with await _db(speaking_there, message.workspace):
            await self._deal_there(message, look_first=look_first, abandoned=abandoned)

    async def _deal_there(self, message: Message, *, look_first: bool, abandoned: bool) -> None:
        try:
            channel = await self._channel(message.connection)
            if abandoned and not _settles(channel):
                words = say("{network} can't be asked whether it arrived. Look, then decide.", network=channel.label)
                await _db(outbox.uncertain, message, words, now=_now())
                return
            outgoing = await asyncio.to_thread(cases.message_of, message.payload, self.files)
            sent = await self._look(channel, outgoing) if look_first else None
            if sent is None:
                sent = await channel.send(outgoing)
                failpoint("send.accepted")
            await _db(outbox.delivered, message, uri=sent.uri, url=sent.url, now=_now())
            failpoint("send.recorded")
        except AnswerLost as error:
            await self._doubt(message, str(error))
        except SlowDown as error:
            wait_s = float(str(error.facts.get("wait_s", 60)))
            await _db(outbox.pause, message.connection, str(error), wait_s=wait_s, now=_now())
            await self._again(message, str(error), wait_s=wait_s)
        except (Refused, NotPossible, BadConnection, AddressRefused, NotFound) as error:
            await self._fail(message, error)
        except Unreachable as error:
            await self._again(message, str(error))
        except HubbubError as error:
            await self._fail(message, error)
        except Exception:
            log.exception("Message %s could not be dealt with", message.id)
            await self._doubt(message, say("Something unexpected happened while it was sent."))

    async def _look(self, channel: Channel, outgoing: Outgoing) -> Sent | None:
        return await channel.find(outgoing) if channel.abilities.looks_up else None

    async def _doubt(self, message: Message, words: str) -> None:
        """Nobody can tell whether it arrived: look it up or repeat it soon, or leave it to a person."""
        with contextlib.suppress(HubbubError):
            channel = await self._channel(message.connection)
            if not _settles(channel):
                await _db(outbox.uncertain, message, words, now=_now())
                return
        await self._again(message, words, wait_s=LOOK_AGAIN_S * message.attempts, doubtful=True)

    async def _again(self, message: Message, words: str, **when: Any) -> None:
        """Try later; once that was tried for long enough, the case needs somebody."""
        if await _db(outbox.again_later, message, words, now=_now(), **when) is not State.QUEUED:
            await _db(cases.delivery_failed, message.subject, now=_now())

    async def _fail(self, message: Message, error: HubbubError) -> None:
        words = say("The connection it was to leave by is gone.") if isinstance(error, NotFound) else str(error)
        if isinstance(error, SignInAgain):
            words += " " + say("Sign in again under Settings, Channels.")
        await _db(outbox.failed, message, words, now=_now())
        await _db(cases.delivery_failed, message.subject, now=_now())

    async def _channel(self, connection: int) -> Channel:
        """Return the channel of a connection, opened anew when its settings changed."""
        kind, config, secret = await _db(channels.for_sending, connection)
        shape = repr((kind, sorted(config.items()), sorted(secret.items())))
        known = self._channels.get(connection)
        if known is not None and known[0] == shape:
            return known[1]
        if known is not None:
            await known[1].aclose()
        opened = open_channel(kind, config, secret, allow_private=self.allow_private)
        self._channels[connection] = (shape, opened)
        return opened


def _settles(channel: Channel) -> bool:
    """Say whether a doubt about a message can be settled without a person."""
    return channel.abilities.looks_up or channel.abilities.repeats


async def _db(work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Do something with the database beside the event loop."""
    return await asyncio.to_thread(with_database, work, *args, **kwargs)


def _now() -> datetime:
    return datetime.now(UTC)
