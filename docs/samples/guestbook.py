"""Hears a guestbook on the web and answers in it; a made-up network, to show what a connector is."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, TypeVar

import msgspec

from hubbub.channels.core.bare import Bare
from hubbub.channels.core.contract import (
    Abilities,
    Account,
    BadConnection,
    Field,
    NotPossible,
    Outgoing,
    Refused,
    Sent,
    SignInAgain,
    SlowDown,
)
from hubbub.infra.http import AnswerLost, Http
from hubbub.kernel.batch import Batch, BatchBuilder, RawBatch, rows_of

T = TypeVar("T")


class Entry(msgspec.Struct):
    url: str
    author: str
    text: str
    written_at: Annotated[datetime, msgspec.Meta(tz=True)]
    answers: str | None = None


class Page(msgspec.Struct):
    entries: list[msgspec.Raw]
    last: int


class Found(msgspec.Struct):
    entries: list[Entry]


class Guestbook(Bare):
    kind: ClassVar[str] = "guestbook"
    connector: ClassVar[str] = "guestbook"
    label: ClassVar[str] = "Guestbook"
    about: ClassVar[str] = "Hears what visitors write into a guestbook, and answers there."
    abilities: ClassVar[Abilities] = Abilities(reply=True, looks_up=True, narrow=True, max_length=2_000, poll_s=10.0)
    fields: ClassVar[Sequence[Field]] = (
        Field("site", "Address", "Where the guestbook is, such as https://guests.example.org."),
        Field("token", "Token", "The guestbook shows it to its owner under Settings.", secret=True),
    )

    def __init__(self, config: Mapping[str, Any], secret: Mapping[str, Any], http: Http) -> None:
        self._site, self._token, self._http = str(config.get("site")).rstrip("/"), str(secret.get("token")), http
        if not self._site.startswith(("https://", "http://")) or not self._token.isascii():
            raise BadConnection(reason="Give the address with https:// and the token as the guestbook shows it.")

    async def check(self) -> Account | None:
        return await self._call("GET", "/me", Account)

    async def hear(self, cursor: Any) -> AsyncIterator[RawBatch]:
        after = int(cursor or 0)
        while True:
            page = await self._call("GET", "/entries", Page, params={"after": after})
            after = page.last
            if page.entries:
                yield RawBatch([bytes(entry) for entry in page.entries], after, datetime.now(UTC))
            else:
                await asyncio.sleep(self.abilities.poll_s or 10.0)

    @staticmethod
    def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
        builder = BatchBuilder()
        for row, line in rows_of(raw, rows):
            try:
                entry = msgspec.json.decode(line, type=Entry)
            except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
                builder.reject(row, f"This is no entry of a guestbook: {error}.")
                continue
            at = min(entry.written_at, raw.arrived_at)
            builder.add(
                row, entry.url, at, author=entry.author, name=entry.author, text=entry.text, parent=entry.answers
            )
        return builder.build()

    async def send(self, message: Outgoing) -> Sent:
        if message.private:
            raise NotPossible(network=self.label, deed="send private messages")
        body = {"text": message.text, "answers": message.parent, "key": message.key}
        return Sent((await self._call("POST", "/entries", Entry, json=body)).url)

    async def find(self, message: Outgoing) -> Sent | None:
        found = await self._call("GET", "/entries", Found, params={"key": message.key})
        return Sent(found.entries[0].url) if found.entries else None

    async def _call(self, method: str, path: str, shape: type[T], **more: Any) -> T:
        headers = {"Authorization": f"Bearer {self._token}"}
        answer = await self._http.request(method, self._site + path, headers=headers, **more)
        words = answer.body[:200].decode("utf-8", "replace")
        if answer.status == 401:
            raise SignInAgain(network=self.label, words=words)
        if answer.status == 429:
            wait = answer.headers.get("retry-after", "")
            raise SlowDown(network=self.label, words=words, wait_s=int(wait[:6]) if wait.isdecimal() else 60)
        if answer.status >= 500:
            raise AnswerLost(host=self._site, reason=words)
        if answer.status >= 400:
            raise Refused(network=self.label, words=words)
        try:
            return msgspec.json.decode(answer.body, type=shape)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise AnswerLost(host=self._site, reason=f"it speaks no guestbook: {error}") from error
