"""The generic connector: messages that programs post into the API."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

import msgspec

from hubbub.channels.adapters.generic.message import parse
from hubbub.channels.adapters.handed_over import HandedOver, source_of
from hubbub.channels.core.contract import (
    Abilities,
    Attached,
    Field,
    NotPossible,
    Outgoing,
    Refused,
    Sent,
)
from hubbub.infra.http import Http
from hubbub.kernel.batch import Batch, RawBatch
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import clean

MAX_SOURCE = 100
MAX_FILE = 20_000_000


class Generic(HandedOver):
    """A source that posts to us and opens no connection; satisfies the `Channel` protocol."""

    kind: ClassVar[str] = "generic"
    connector: ClassVar[str] = "generic"
    label: ClassVar[str] = mark("Messages posted in")
    about: ClassVar[str] = mark("Takes messages of any origin, posted into our API as JSON.")
    abilities: ClassVar[Abilities] = Abilities(narrow=True, edits=True, deletes=True)
    fields: ClassVar[Sequence[Field]] = (
        Field(
            "source",
            mark("Source"),
            help=mark("Where the messages are from. Messages with the same source and id are the same."),
        ),
    )

    def __init__(self, config: Mapping[str, Any], secret: Mapping[str, Any], http: Http) -> None:
        super().__init__(config, secret, http)
        self.source = source_of(config, MAX_SOURCE)

    def lines(self, messages: Iterable[object]) -> list[bytes]:
        """Return the lines that `parse` takes for messages as JSON decodes them; see `message.Message`."""
        return [msgspec.json.encode((self.source, _encodable(message))) for message in messages]

    @staticmethod
    def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
        """Turn messages into posts. Pure; never raises."""
        return parse(raw, rows)

    async def attachment(self, ref: str) -> Attached | None:
        """Fetch a file from where the message said that it is."""
        answer = await self._http.request("GET", ref, max_body=MAX_FILE)
        if answer.status in (404, 410):
            return None
        if answer.status != 200:
            raise Refused(network=say(self.label), words=say("status {status} for the file", status=answer.status))
        kind = answer.headers.get("content-type", "").partition(";")[0].strip()
        return Attached(urlsplit(ref).path.rpartition("/")[2], kind or "application/octet-stream", answer.body)

    async def send(self, message: Outgoing) -> Sent:
        """Raise: there is no way back."""
        raise NotPossible(network=say("A source that posts in"), deed="take replies: there is no way back to it")


def _encodable(message: object) -> object:
    """Return a message as UTF-8 can hold it: lone surrogates, which JSON allows, become U+FFFD."""
    try:
        return msgspec.Raw(msgspec.json.encode(message))
    except UnicodeEncodeError:
        return msgspec.Raw(clean(json.dumps(message, ensure_ascii=False)).encode())
