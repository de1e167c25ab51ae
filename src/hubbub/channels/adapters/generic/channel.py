"""The generic connector: messages that programs post into the API."""

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

import msgspec

from hubbub.channels.adapters.generic.message import parse
from hubbub.channels.core.contract import (
    Abilities,
    Account,
    Attached,
    BadConnection,
    Field,
    NotPossible,
    Outgoing,
    Refused,
    Sent,
)
from hubbub.infra.http import Http
from hubbub.kernel.batch import Batch, RawBatch
from hubbub.kernel.text import clean

MAX_SOURCE = 100
MAX_FILE = 20_000_000


class Generic:
    """A source that posts to us and opens no connection; satisfies the `Channel` protocol."""

    kind: ClassVar[str] = "generic"
    connector: ClassVar[str] = "generic"
    label: ClassVar[str] = "Messages posted in"
    about: ClassVar[str] = "Takes messages of any origin, posted into our API as JSON."
    abilities: ClassVar[Abilities] = Abilities(narrow=True, edits=True, deletes=True)
    fields: ClassVar[Sequence[Field]] = (
        Field(
            "source", "Source", help="Where the messages are from. Messages with the same source and id are the same."
        ),
    )

    def __init__(self, config: Mapping[str, Any], secret: Mapping[str, Any], http: Http) -> None:
        given = config.get("source")
        self.source = " ".join(clean(given).split()) if isinstance(given, str) else ""
        if not 1 <= len(self.source) <= MAX_SOURCE:
            raise BadConnection(reason=f"Source: give a name of at most {MAX_SOURCE} characters.")
        self._http = http

    @property
    def scope(self) -> str | None:
        """None: what is posted in belongs to the workspace it was posted to."""
        return None

    def lines(self, messages: Iterable[object]) -> list[bytes]:
        """Return the lines that `parse` takes for messages as JSON decodes them; see `message.Message`."""
        return [msgspec.json.encode((self.source, _encodable(message))) for message in messages]

    async def check(self) -> Account | None:
        """Return None: there is nothing to reach."""
        return None

    async def hear(self, cursor: Any) -> AsyncIterator[RawBatch]:
        """Yield nothing: messages come by themselves."""
        none: tuple[RawBatch, ...] = ()
        for raw in none:
            yield raw

    @staticmethod
    def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
        """Turn messages into posts. Pure; never raises."""
        return parse(raw, rows)

    async def account(self, id_or_handle: str) -> Account | None:
        """Return None: we know of an author what the message told."""
        return None

    async def last_post(self, id_or_handle: str) -> datetime | None:
        """Return None: we know of an author what the message told."""
        return None

    async def thread(self, uri: str) -> RawBatch | None:
        """Return None: what there is of a thread was posted in."""
        return None

    async def search(self, words: str, since: datetime) -> RawBatch | None:
        """Return None: there is nobody to ask."""
        return None

    async def attachment(self, ref: str) -> Attached | None:
        """Fetch a file from where the message said that it is."""
        answer = await self._http.request("GET", ref, max_body=MAX_FILE)
        if answer.status in (404, 410):
            return None
        if answer.status != 200:
            raise Refused(network=self.label, words=f"status {answer.status} for the file")
        kind = answer.headers.get("content-type", "").partition(";")[0].strip()
        return Attached(urlsplit(ref).path.rpartition("/")[2], kind or "application/octet-stream", answer.body)

    async def send(self, message: Outgoing) -> Sent:
        """Raise: there is no way back."""
        raise NotPossible(network="A source that posts in", deed="take replies: there is no way back to it")

    async def find(self, message: Outgoing) -> Sent | None:
        """Return None: nothing of ours is ever there."""
        return None

    def expected_uri(self, message: Outgoing) -> str | None:
        """Return None: nothing is ever sent."""
        return None

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.aclose()


def _encodable(message: object) -> object:
    """Return a message as UTF-8 can hold it: lone surrogates, which JSON allows, become U+FFFD."""
    try:
        return msgspec.Raw(msgspec.json.encode(message))
    except UnicodeEncodeError:
        return msgspec.Raw(clean(json.dumps(message, ensure_ascii=False)).encode())
