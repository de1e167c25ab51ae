"""What a channel is that has nothing of its own. One that has more inherits this, and says only what it has."""

from datetime import datetime

from hubbub.channels.core.contract import Account, Attached, Outgoing, Sent
from hubbub.infra.http import Http
from hubbub.kernel.batch import RawBatch


class Bare:
    """Nobody to ask, nothing to look up, one connection's own; see `contract.Channel` for what each of these means."""

    _http: Http

    @property
    def scope(self) -> str | None:
        """None: what is heard belongs to one connection alone."""
        return None

    async def account(self, id_or_handle: str) -> Account | None:
        """Return None: nobody can be asked who somebody is."""
        return None

    async def last_post(self, id_or_handle: str) -> datetime | None:
        """Return None: nobody can be asked what somebody said."""
        return None

    async def timeline(self, id_or_handle: str) -> RawBatch | None:
        """Return None: nobody can be asked what somebody said."""
        return None

    async def thread(self, uri: str) -> RawBatch | None:
        """Return None: what there is of a conversation was heard."""
        return None

    async def search(self, words: str, since: datetime) -> RawBatch | None:
        """Return None: there is no search."""
        return None

    async def attachment(self, ref: str) -> Attached | None:
        """Return None: what it shows is looked at where it stands."""
        return None

    async def find(self, message: Outgoing) -> Sent | None:
        """Return None: nobody can tell whether it arrived."""
        return None

    def expected_uri(self, message: Outgoing) -> str | None:
        """Return None: no key fixes what a message will be called."""
        return None

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.aclose()
