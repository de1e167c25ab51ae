"""The web chat: the other end is a page of a website that carries our widget, and our own tables are the network."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from hubbub.channels.adapters.chat import visits
from hubbub.channels.adapters.chat.parse import parse
from hubbub.channels.adapters.chat.site import COLOUR, Site
from hubbub.channels.adapters.handed_over import HandedOver
from hubbub.channels.core.contract import (
    Abilities,
    Attached,
    Field,
    NotPossible,
    Outgoing,
    Sent,
)
from hubbub.infra.db import with_database
from hubbub.infra.http import Http
from hubbub.infra.places import places
from hubbub.kernel.batch import Batch, RawBatch
from hubbub.kernel.speech import mark, say


class Chat(HandedOver):
    """A chat on one or more websites; satisfies the `Channel` protocol."""

    kind: ClassVar[str] = "chat"
    connector: ClassVar[str] = "chat"
    label: ClassVar[str] = mark("Web chat")
    about: ClassVar[str] = mark(
        "A chat on your own website: one line to paste, and nothing kept before a visitor agrees."
    )
    abilities: ClassVar[Abilities] = Abilities(
        private=True,
        files=5,
        file_bytes=visits.MAX_FILE,
        max_length=visits.MAX_ANSWER,
        looks_up=True,
        narrow=True,
    )
    fields: ClassVar[Sequence[Field]] = (
        Field("site", mark("Name shown to visitors"), mark("Who they talk to, such as Acme Care.")),
        Field(
            "origins",
            mark("Websites"),
            mark(
                "Where the chat may appear, such as https://shop.example.org; several with spaces between. "
                "Nowhere else does it work."
            ),
        ),
        Field(
            "greeting",
            mark("Greeting"),
            mark("What a visitor reads first, at most 300 characters."),
            required=False,
            default=mark("Hello! How can we help?"),
        ),
        Field("colour", mark("Colour"), mark("Of its button, such as #0f658f."), required=False, default=COLOUR),
    )

    def __init__(self, config: Mapping[str, Any], secret: Mapping[str, Any], http: Http) -> None:
        super().__init__(config, secret, http)
        self.site = Site.of(config)

    @staticmethod
    def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
        """Turn what visitors said into posts. Pure; never raises."""
        return parse(raw, rows)

    async def attachment(self, ref: str) -> Attached | None:
        """Return a file that a visitor sent, None where it was removed."""
        return await asyncio.to_thread(with_database, visits.attached, ref, places().files)

    async def send(self, message: Outgoing) -> Sent:
        """Put a reply where the visitor's page reads it, once by its key; Refused if nobody will ever read it."""
        if not message.private or not message.to:
            raise NotPossible(network=say(self.label), deed="take anything but answers to a visitor")
        return Sent(
            await asyncio.to_thread(with_database, visits.answer, message, places().files, now=datetime.now(UTC))
        )

    async def find(self, message: Outgoing) -> Sent | None:
        """Say whether a reply stands in the chat."""
        found = await asyncio.to_thread(with_database, visits.find, message)
        return None if found is None else Sent(found)
