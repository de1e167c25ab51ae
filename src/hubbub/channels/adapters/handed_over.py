"""What channels share that nobody listens to: a person or a program hands over what was said."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from hubbub.channels.core.contract import Account, Attached, NotPossible, Outgoing, Sent
from hubbub.infra.http import Http
from hubbub.kernel.batch import RawBatch


class HandedOver:
    """No network: there is nobody to ask and nothing to send through. What a channel has of these, it says itself."""

    unsent: ClassVar[str]  # what can't be done with a reply, in words that finish "… can't …"
    label: ClassVar[str]

    def __init__(self, config: Mapping[str, Any], secret: Mapping[str, Any], http: Http) -> None:
        self._http = http

    @property
    def scope(self) -> str | None:
        """None: what is handed over belongs to the workspace it was handed to."""
        return None

    async def check(self) -> Account | None:
        """Return None: there is nothing to reach."""
        return None

    async def hear(self, cursor: Any) -> AsyncIterator[RawBatch]:
        """Yield nothing: what was said comes by itself."""
        none: tuple[RawBatch, ...] = ()
        for raw in none:
            yield raw

    async def account(self, id_or_handle: str) -> Account | None:
        """Return None: there is nobody to ask."""
        return None

    async def last_post(self, id_or_handle: str) -> datetime | None:
        """Return None: there is nobody to ask."""
        return None

    async def thread(self, uri: str) -> RawBatch | None:
        """Return None: what there is of a conversation was handed over."""
        return None

    async def search(self, words: str, since: datetime) -> RawBatch | None:
        """Return None: there is nobody to ask."""
        return None

    async def attachment(self, ref: str) -> Attached | None:
        """Return None: nothing came with what was said."""
        return None

    async def send(self, message: Outgoing) -> Sent:
        """Raise: no program carries it."""
        raise NotPossible(network=self.label, deed=self.unsent)

    async def find(self, message: Outgoing) -> Sent | None:
        """Return None: nobody can look."""
        return None

    def expected_uri(self, message: Outgoing) -> str | None:
        """Return None: nothing we send has a name there."""
        return None

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.aclose()
