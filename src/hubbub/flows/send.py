"""The sender: carries messages from the outbox to their networks, each once, and says honestly how it went."""

import asyncio
import contextlib
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime

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
from hubbub.infra.failpoints import failpoint
from hubbub.infra.http import AddressRefused, AnswerLost, Unreachable
from hubbub.infra.outbox import Message
from hubbub.kernel.errors import HubbubError, NotFound

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 10.0


@dataclass(slots=True)
class Sender:
    """One sending process; `name` stays the same over restarts, so that it knows its former life's claims."""

    name: str
    allow_private: frozenset[str]
    _channels: dict[int, tuple[str, Channel]] = field(default_factory=dict)
    _started: bool = False

    async def round(self) -> int:
        """Deal with what a killed sender left, then send all that is due; return how many were dealt with."""
        done = 0
        for left in await asyncio.to_thread(outbox.abandoned, self.name, _now(), fresh_start=not self._started):
            await self._deal(left, look_first=True, abandoned=True)
            done += 1
        self._started = True
        while message := await self._claim():
            failpoint("send.claimed")
            await self._deal(message, look_first=message.doubtful)
            done += 1
        return done

    async def _claim(self) -> Message | None:
        return await asyncio.to_thread(outbox.claim, self.name, _now())

    async def aclose(self) -> None:
        """Close every channel."""
        for _, channel in self._channels.values():
            await channel.aclose()
        self._channels.clear()

    async def _deal(self, message: Message, *, look_first: bool, abandoned: bool = False) -> None:
        """Look if it may have arrived, send if it has not, and record what the network said."""
        try:
            channel = await self._channel(message.connection)
            if abandoned and not channel.abilities.looks_up:
                words = f"{channel.label} can't be asked whether it arrived. Look, then decide."
                await asyncio.to_thread(outbox.uncertain, message, words, now=_now())
                return
            outgoing = cases.message_of(message.payload)
            sent = await self._look(channel, outgoing) if look_first else None
            if sent is None:
                sent = await channel.send(outgoing)
                failpoint("send.accepted")
            await asyncio.to_thread(outbox.delivered, message, uri=sent.uri, url=sent.url, now=_now())
            failpoint("send.recorded")
        except AnswerLost as error:
            await self._doubt(message, str(error))
        except SlowDown as error:
            wait_s = float(str(error.facts.get("wait_s", 60)))
            await asyncio.to_thread(outbox.again_later, message, str(error), now=_now(), wait_s=wait_s)
        except (Refused, NotPossible, BadConnection, AddressRefused, NotFound) as error:
            await self._fail(message, error)
        except Unreachable as error:
            await asyncio.to_thread(outbox.again_later, message, str(error), now=_now())
        except HubbubError as error:
            await self._fail(message, error)
        except Exception:
            log.exception("Message %s could not be dealt with", message.id)
            await self._doubt(message, "Something unexpected happened while it was sent.")

    async def _look(self, channel: Channel, outgoing: Outgoing) -> Sent | None:
        return await channel.find(outgoing) if channel.abilities.looks_up else None

    async def _doubt(self, message: Message, words: str) -> None:
        """Nobody can tell whether it arrived: look it up soon, or leave it to a person."""
        with contextlib.suppress(HubbubError):
            channel = await self._channel(message.connection)
            if not channel.abilities.looks_up:
                await asyncio.to_thread(outbox.uncertain, message, words, now=_now())
                return
        await asyncio.to_thread(
            outbox.again_later, message, words, now=_now(), wait_s=LOOK_AGAIN_S * message.attempts, doubtful=True
        )

    async def _fail(self, message: Message, error: HubbubError) -> None:
        words = "The connection it was to leave by is gone." if isinstance(error, NotFound) else str(error)
        if isinstance(error, SignInAgain):
            words += " Sign in again under Settings, Channels."
        await asyncio.to_thread(outbox.failed, message, words, now=_now())
        await asyncio.to_thread(cases.delivery_failed, message.subject, now=_now())

    async def _channel(self, connection: int) -> Channel:
        """Return the channel of a connection, opened anew when its settings changed."""
        kind, config, secret = await asyncio.to_thread(channels.for_sending, connection)
        shape = repr((kind, sorted(config.items()), sorted(secret.items())))
        known = self._channels.get(connection)
        if known is not None and known[0] == shape:
            return known[1]
        if known is not None:
            await known[1].aclose()
        opened = open_channel(kind, config, secret, allow_private=self.allow_private)
        self._channels[connection] = (shape, opened)
        return opened


def _now() -> datetime:
    return datetime.now(UTC)
