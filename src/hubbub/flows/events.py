"""Asks networks about the accounts of events: who is there, who is silent."""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import AsyncExitStack
from datetime import UTC, datetime

from hubbub.channels import selectors as channels
from hubbub.channels.core.contract import Account, Channel
from hubbub.channels.registry import open_channel
from hubbub.infra.db import with_database
from hubbub.kernel.errors import HubbubError
from hubbub.listening.selectors.events import accounts_to_ask
from hubbub.listening.services.events import learn_account

log = logging.getLogger(__name__)
ANSWER_S = 10.0


async def ask_accounts(allow_private: frozenset[str], now: datetime) -> int:
    """Ask about every account whose turn it is; return how many were answered for. Trouble: they are asked later."""
    asked = await asyncio.to_thread(with_database, accounts_to_ask, now)
    done = 0
    async with AsyncExitStack() as stack:
        opened: dict[int, list[Channel]] = {}
        for account, workspace, handle in asked:
            if workspace not in opened:
                opened[workspace] = []
                for kind, config, secret in await asyncio.to_thread(with_database, channels.for_asking, workspace):
                    channel = open_channel(kind, config, secret, allow_private=allow_private)
                    stack.push_async_callback(channel.aclose)
                    opened[workspace].append(channel)
            if not opened[workspace]:
                continue
            try:
                told, last = await _ask(opened[workspace], handle)
            except (HubbubError, TimeoutError) as error:
                log.info("@%s is asked about later. %s", handle, error)
                continue
            await asyncio.to_thread(with_database, learn_account, account, told, last, now=datetime.now(UTC))
            done += 1
    return done


async def _ask(opened: Iterable[Channel], handle: str) -> tuple[Account | None, datetime | None]:
    """Ask each network in turn, until one knows the account."""
    for channel in opened:
        async with asyncio.timeout(ANSWER_S):
            told = await channel.account(handle)
            if told is not None:
                return told, await channel.last_post(told.id)
    return None, None
