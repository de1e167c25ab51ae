"""What an account hears: mentions as they are told or found, and what became of the last of them."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime

import msgspec

from hubbub.channels.adapters.mastodon.heard import Heard
from hubbub.channels.adapters.mastodon.names import checked_id
from hubbub.channels.adapters.mastodon.paging import pages
from hubbub.channels.adapters.mastodon.server import Params, Server
from hubbub.channels.adapters.mastodon.status import Head, line_of, line_of_gone
from hubbub.channels.core.answers import UNREADABLE
from hubbub.channels.core.contract import Refused, SignInAgain, SlowDown

# Servers hold strangers' private messages back from the list and the stream, unless asked for all.
_WANTED: Params = (("types[]", "mention"), ("include_filtered", "true"))
_AT_ONCE = 20  # posts that servers tell in one answer
_ONE_BY_ONE = 40  # posts asked for singly in one look
GONE = (404, 410)


_NOTHING = msgspec.Raw(b"null")


class _Notification(msgspec.Struct):
    type: str = ""
    status: msgspec.Raw = _NOTHING


class Hearing:
    """One account's hearing, from where `heard` stands on."""

    def __init__(self, server: Server, domain: str, heard: Heard) -> None:
        self._server, self._domain, self.heard = server, domain, heard
        self._tells_many = True

    async def catch_up(self) -> AsyncGenerator[list[bytes], None]:
        """Yield the lines of mentions not heard yet, oldest first; the first time, of the newest, even if none."""
        first = not self.heard.mark.after
        async with aclosing(pages(self._server, self.heard.mark, "/api/v1/notifications", _WANTED)) as found:
            async for page in found:
                lines = [line for each in page if (line := self._notified(bytes(each))) is not None]
                if lines or first:
                    yield lines

    def line(self, event: str, data: bytes) -> bytes | None:
        """Return the line of what the stream told; None where it is nothing to us, or known."""
        if event == "notification":
            return self._notified(data)
        if event == "status.update":
            return self._line(msgspec.Raw(data), only_known=True)
        if event == "delete":
            try:
                return self._gone(checked_id(data.decode("ascii", "replace").strip().strip('"')))
            except ValueError:
                return None
        return None

    async def look(self) -> list[bytes]:
        """Return the lines of edits and deletes among the last posts heard."""
        ids = list(self.heard.posts)
        shown = await self._many(ids)
        gone = []
        for key in [key for key in ids if key not in shown][-_ONE_BY_ONE:]:
            await self._server.pace()
            try:
                shown[key] = await self._server.get(f"/api/v1/statuses/{key}", msgspec.Raw)
            except (SlowDown, SignInAgain):
                raise
            except Refused as refused:
                if refused.facts.get("status") in GONE:
                    gone.append(self._gone(key))
        edited = [self._line(status, only_known=True) for status in shown.values()]
        return [*filter(None, edited), *gone]

    def _notified(self, data: bytes) -> bytes | None:
        try:
            told = msgspec.json.decode(data, type=_Notification)
        except UNREADABLE:
            return None
        if bytes(told.status) == b"null" or told.type not in ("mention", "update"):
            return None
        return self._line(told.status, only_known=told.type == "update")

    def _line(self, status: msgspec.Raw, *, only_known: bool) -> bytes | None:
        """Return the line of a post that is news, and remember it."""
        try:
            head = msgspec.json.decode(status, type=Head)
            key, edited = checked_id(head.id), head.edited_at or ""
        except UNREADABLE:
            return None if only_known else line_of(self._domain, status)  # the parser says what is wrong with it
        if (only_known and key not in self.heard.posts) or not self.heard.is_news(key, edited):
            return None
        self.heard.add(key, edited, datetime.now(UTC))
        return line_of(self._domain, status)

    def _gone(self, key: str) -> bytes:
        self.heard.forget(key)
        return line_of_gone(self._domain, key, datetime.now(UTC))

    async def _many(self, ids: Sequence[str]) -> dict[str, msgspec.Raw]:
        """Ask for many posts at once, where the server has it (since 4.3); what it leaves out may be gone."""
        shown: dict[str, msgspec.Raw] = {}
        for start in range(0, len(ids) if self._tells_many else 0, _AT_ONCE):
            some = [("id[]", key) for key in ids[start : start + _AT_ONCE]]
            await self._server.pace()
            try:
                told = await self._server.get("/api/v1/statuses", list[msgspec.Raw], some)
                shown |= {str(msgspec.json.decode(each, type=Head).id): each for each in told}
            except (SlowDown, SignInAgain):
                raise
            except (Refused, *UNREADABLE):
                self._tells_many = False
                break
        return {key: status for key, status in shown.items() if key in ids}
