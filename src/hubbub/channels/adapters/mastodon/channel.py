"""One account on a Mastodon server: hears who speaks to it, answers in the thread or in private."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import msgspec

from hubbub.channels.adapters.mastodon.heard import Heard
from hubbub.channels.adapters.mastodon.hearing import Hearing
from hubbub.channels.adapters.mastodon.names import post_uri, split_uri
from hubbub.channels.adapters.mastodon.news import DUE, OPENED, told
from hubbub.channels.adapters.mastodon.paging import PAGE
from hubbub.channels.adapters.mastodon.reader import PUBLIC, Reader
from hubbub.channels.adapters.mastodon.replies import MAX_LENGTH, addressed, body_of, likeness
from hubbub.channels.adapters.mastodon.server import NETWORK, Params, address_of, decoded
from hubbub.channels.adapters.mastodon.status import Head, Kept, Profile, Status, account_of, kept_of, line_of
from hubbub.channels.core.answers import UNREADABLE, moment
from hubbub.channels.core.contract import (
    MOST_FOUND,
    Abilities,
    Account,
    Attached,
    BadConnection,
    Field,
    NotPossible,
    Outgoing,
    Refused,
    Sent,
    SignInAgain,
    SlowDown,
)
from hubbub.infra.http import Http, Part, Unreachable
from hubbub.kernel.batch import RawBatch
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import html_to_text

FILES = 4
FILE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp", "video/mp4", "video/webm", "video/quicktime")
LOOK_S = 600.0
"""Between two looks at the last posts heard, for edits and deletes that no stream told."""

_NEEDED = (
    "read:accounts",
    "read:notifications",
    "read:search",
    "read:statuses",
    "write:media",
    "write:statuses",
)
_MAX_ALT = 1_500
_WORKING_ON_IT = (202, 206)
_FILE_READY_S = 60.0
_SLACK = timedelta(minutes=1)  # that a server's clock may be behind ours
_OWN_PAGES = 10


class _Scopes(msgspec.Struct):
    """What a token may do: as the sign-in tells it, or (since 4.3) its application."""

    scope: list[str] | str = ""
    scopes: list[str] | str = ""

    def all(self) -> set[str]:
        given = self.scope or self.scopes
        return set(given.split() if isinstance(given, str) else given)


class _Found(msgspec.Struct):
    statuses: list[msgspec.Raw] = []


class _Published(msgspec.Struct):
    id: str | int
    url: str | None = None
    uri: str | None = None


class _Own(_Published):
    content: str | None = None
    created_at: str | None = None
    in_reply_to_id: str | int | None = None


class _Media(msgspec.Struct):
    id: str | int


class Mastodon(Reader):
    """An account of ours on a server that speaks Mastodon's language; satisfies `Channel`."""

    kind: ClassVar[str] = "mastodon"
    connector: ClassVar[str] = "mastodon"
    label: ClassVar[str] = mark("Mastodon account")
    about: ClassVar[str] = mark("Hears who mentions your account or writes to it in private, and answers there.")
    abilities: ClassVar[Abilities] = Abilities(
        reply=True,
        posts=True,
        private=True,
        private_note=mark("On Mastodon it is a post that only those named in it can see: name nobody else."),
        threads=True,
        asks=True,
        searches=True,
        edits=True,
        deletes=True,
        files=FILES,
        file_types=FILE_TYPES,
        max_length=MAX_LENGTH,
        looks_up=True,
        narrow=True,
    )
    fields: ClassVar[Sequence[Field]] = (
        Field("server", mark("Server"), mark("Where your account lives, such as https://mastodon.social.")),
        Field(
            "token",
            mark("Access token"),
            mark("Preferences, Development, New application; scopes read, write."),
            secret=True,
        ),
    )

    def __init__(self, config: Mapping[str, Any], secret: Mapping[str, Any], http: Http) -> None:
        super().__init__(http, address_of(config.get("server"), self.label), str(secret.get("token") or "").strip())
        self._own: Profile | None = None

    async def check(self) -> Account | None:
        """Try the address, the token and what it may do; return our own account."""
        domain = await self._domain()
        self._own = None
        account = account_of(await self._us(), domain)
        if lacking := await self._lacking():
            words = say(
                "The access token may not {names}. Make one with the scopes read and write.", names=", ".join(lacking)
            )
            raise BadConnection(reason=words)
        return account

    # Hearing.

    async def hear(self, cursor: Any) -> AsyncIterator[RawBatch]:
        """Yield who speaks to us, oldest first, and which of those posts changed; at first, the newest forty."""
        hearing = Hearing(self._server, await self._domain(), Heard.since(cursor))
        clock = asyncio.get_running_loop().time
        looked_at = clock()

        def batch(lines: list[bytes]) -> RawBatch:
            return RawBatch(lines, hearing.heard.cursor(), datetime.now(UTC))

        async with aclosing(told(self._server, "user")) as news:
            async for event in news:
                if event not in (OPENED, DUE):
                    if (line := hearing.line(*event)) is not None:
                        yield batch([line])
                    continue
                async with aclosing(hearing.catch_up()) as found:
                    async for lines in found:
                        yield batch(lines)
                if event == OPENED or clock() - looked_at >= LOOK_S:
                    if changed := await hearing.look():
                        yield batch(changed)
                    looked_at = clock()

    async def search(self, words: str, since: datetime) -> RawBatch | None:
        """Read the newest public posts with these words that the server finds; a phrase as it stands."""
        domain = await self._domain()
        asked = f'"{words}"' if " " in words else words
        found: dict[str, bytes | None] = {}
        offset = 0
        while offset < MOST_FOUND:
            params: Params = (("q", asked), ("type", "statuses"), ("limit", PAGE), ("offset", offset))
            page = (await self._server.get("/api/v2/search", _Found, (*params, ("resolve", "false")))).statuses
            heads = [(decoded(raw, Head), raw) for raw in page]
            fresh = {
                str(head.id): line_of(domain, raw) if head.visibility in PUBLIC else None
                for head, raw in heads
                if str(head.id) not in found and _is_since(head, since)
            }
            if not fresh:
                break  # older ones follow, or a server that knows no offset says the same again
            found |= fresh
            offset += len(page)
        return RawBatch([line for line in found.values() if line is not None], None, datetime.now(UTC))

    # Answering.

    async def send(self, message: Outgoing) -> Sent:
        """Publish an answer; the key makes a repeat within the hour the same one."""
        domain, kept, parent, text = await self._written(message)
        media = [await self._upload(each) for each in message.files]
        body = body_of(text, kept, parent, media, private=message.private)
        return _sent(domain, await self._server.post("/api/v1/statuses", _Published, body, key=message.key))

    async def find(self, message: Outgoing) -> Sent | None:
        """Look for the message among our own latest posts: the same words below the same post."""
        domain, _, parent, text = await self._written(message)
        wanted, since = likeness(text), message.queued_at - _SLACK
        path = f"/api/v1/accounts/{(await self._us()).id}/statuses"
        params: Params = (("limit", PAGE), ("exclude_reblogs", "true"))
        before: Params = ()
        for _ in range(_OWN_PAGES):
            page = await self._server.get(path, list[_Own], (*params, *before))
            for own in page:
                if (moment(own.created_at) or since) < since:
                    return None
                answers = None if own.in_reply_to_id is None else str(own.in_reply_to_id)
                if answers == parent and likeness(html_to_text(own.content or "")) == wanted:
                    return _sent(domain, own)
            if not page:
                break
            before = (("max_id", str(page[-1].id)),)
        return None

    async def _written(self, message: Outgoing) -> tuple[str, Kept, str | None, str]:
        """Return our domain, what is answered, its id on our server, and the text with those it answers."""
        if len(message.files) > FILES:
            raise NotPossible(network=NETWORK, deed=say("carry more than {most} files in one message", most=FILES))
        domain = await self._domain()
        kept, parent = await self._answered(message, domain)
        if message.private and message.to:
            kept = msgspec.structs.replace(kept, by=message.to)
        if message.private and not kept.by:
            raise NotPossible(network=NETWORK, deed="send a private message to nobody")
        us = account_of(await self._us(), domain).id
        return domain, kept, parent, addressed(message.text, kept, us, domain, private=message.private)

    async def _answered(self, message: Outgoing, domain: str) -> tuple[Kept, str | None]:
        """Return what is known of the post to answer, and its id on our server."""
        if message.parent is None:
            return Kept(), None
        try:
            there, key = split_uri(message.parent)
        except ValueError as error:
            raise NotPossible(network=NETWORK, deed="answer what stands on another network") from error
        try:
            kept = msgspec.json.decode(message.parent_ref or "", type=Kept)
        except UNREADABLE:
            kept = None
        if there != domain:
            return kept or Kept(), await self._resolved(kept.id if kept else "")
        if kept is None:
            kept = kept_of(await self._server.get(f"/api/v1/statuses/{key}", Status), domain)
        return kept, key

    async def _resolved(self, name: str) -> str:
        """Return the id that a post of another server has on ours."""
        if name:
            params: Params = (("q", name), ("type", "statuses"), ("resolve", "true"), ("limit", 1))
            for raw in (await self._server.get("/api/v2/search", _Found, params)).statuses:
                return str(decoded(raw, Head).id)
        raise Refused(network=NETWORK, words=say("our server does not find the post to answer"), status=404)

    async def _upload(self, file: Attached) -> str:
        """Hand over a file, and wait until the server has made it ready; return its id."""
        form = [Part("file", file.data, file.name or "file", file.type)]
        if file.alt:
            form.append(Part("description", file.alt[:_MAX_ALT].encode()))
        try:
            response = await self._server.upload("/api/v2/media", form)
        except Refused as refused:
            if refused.facts.get("status") != 404:  # servers before 3.1.3
                raise
            response = await self._server.upload("/api/v1/media", form)
        key = str(decoded(response.body, _Media).id)
        try:
            async with asyncio.timeout(_FILE_READY_S):
                while response.status in _WORKING_ON_IT:
                    await asyncio.sleep(1.0)
                    response = await self._server.call("GET", f"/api/v1/media/{key}")
        except TimeoutError as error:
            reason = say("it still works on the file after {number:.0f} seconds", number=_FILE_READY_S)
            raise Unreachable(host=self._server.host, reason=reason) from error
        return key

    async def _us(self) -> Profile:
        if self._own is None:
            self._own = await self._server.get("/api/v1/accounts/verify_credentials", Profile)
        return self._own

    async def _lacking(self) -> list[str]:
        """Return the scopes that the token lacks, as far as the server tells."""
        for path in ("/oauth/token/info", "/api/v1/apps/verify_credentials"):
            try:
                scopes = (await self._server.get(path, _Scopes)).all()
            except SlowDown:
                raise
            except (Refused, Unreachable, SignInAgain):
                continue
            if scopes:
                return [each for each in _NEEDED if not scopes & {each, each.partition(":")[0]}]
        return []


def _is_since(head: Head, since: datetime) -> bool:
    at = moment(head.created_at)
    return at is not None and at >= since


def _sent(domain: str, published: _Published) -> Sent:
    return Sent(post_uri(domain, published.id), published.url or published.uri)
