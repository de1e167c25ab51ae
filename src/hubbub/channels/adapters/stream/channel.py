"""The stream connector: follows a file of JSON lines that another program writes to, for ever."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from hubbub.channels.adapters.stream.parse import parse
from hubbub.channels.core.bare import Bare
from hubbub.channels.core.contract import (
    Abilities,
    Account,
    BadConnection,
    Field,
    Keys,
    NotPossible,
    Outgoing,
    Sent,
)
from hubbub.infra.http import Http
from hubbub.kernel.batch import Batch, Lines, RawBatch
from hubbub.kernel.speech import mark, say

BLOCK = 4 << 20
"""Bytes read at a time: some thousands of posts."""
MAX_LINE = 16 << 20
POLL_S = 0.2
MAX_PATH = 1_000


class Stream(Bare):
    """One file that grows; satisfies the `Channel` protocol. The cursor is how many bytes of it were heard."""

    kind: ClassVar[str] = "stream"
    connector: ClassVar[str] = "stream"
    label: ClassVar[str] = mark("File that grows")
    about: ClassVar[str] = mark("Follows a file of posts that another program writes, one JSON object a line.")
    abilities: ClassVar[Abilities] = Abilities(
        keys=Keys(
            words=("text",),
            names=("username", "conversation_id", "in_reply_to_user_id"),
            sites=("expanded_url",),
        )
    )
    fields: ClassVar[Sequence[Field]] = (
        Field(
            "path",
            mark("File"),
            help=mark("One JSON object a line, as X's filtered stream sends them, with the author inside."),
        ),
    )

    def __init__(self, config: Mapping[str, Any], secret: Mapping[str, Any], http: Http) -> None:
        given = config.get("path")
        if not isinstance(given, str) or not given.strip() or len(given) > MAX_PATH or not given.isprintable():
            raise BadConnection(reason="File: give the path of a file.")
        self.path, self._http = Path(given.strip()), http

    @property
    def scope(self) -> str | None:
        """One stream for all who follow this file."""
        return f"stream:{self.path}"[:MAX_PATH]

    async def check(self) -> Account | None:
        """Look whether the file is there; there is no account."""
        await asyncio.to_thread(self._look)
        return None

    async def hear(self, cursor: Any) -> AsyncIterator[RawBatch]:
        """Yield what is written after a cursor; without one, from the beginning. A file that got shorter begins anew.

        Raises
        ------
        BadConnection
            If the file can't be read, or a line of it is longer than 16 MB.
        """
        at = int(cursor or 0)
        while True:
            data, at = await asyncio.to_thread(self._read, at)
            if data:
                yield RawBatch(Lines.split(data), at, datetime.now(UTC))
            else:
                await asyncio.sleep(POLL_S)

    def _look(self) -> int:
        try:
            with self.path.open("rb") as file:
                if not self.path.is_file():
                    raise BadConnection(reason=say("{path} is no file.", path=self.path))
                return file.seek(0, 2)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise BadConnection(reason=say("{path} can't be read: {reason}.", path=self.path, reason=reason)) from error

    def _read(self, at: int) -> tuple[bytes, int]:
        """Return whole lines from there on, and where they end."""
        if self._look() < at:
            at = 0
        size = BLOCK
        with self.path.open("rb") as file:
            while True:
                file.seek(at)
                data = file.read(size)
                end = data.rfind(b"\n") + 1
                if end or len(data) < size:
                    return data[:end], at + end
                if size >= MAX_LINE:
                    raise BadConnection(
                        reason=say("{path} has a line of more than {most} MB.", path=self.path, most=MAX_LINE >> 20)
                    )
                size *= 2

    @staticmethod
    def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
        """Turn lines into posts. Pure; never raises."""
        return parse(raw, rows)

    async def send(self, message: Outgoing) -> Sent:
        """Raise: nobody reads it."""
        raise NotPossible(network=say("A file"), deed="take replies: what it holds was said elsewhere")
