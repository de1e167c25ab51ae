"""Everything public on Bluesky, without an account: posts, edits and deletes as JSON over a WebSocket."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, ClassVar, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
import msgspec

from hubbub.channels.adapters.bluesky.record import COLLECTION, Post, columns, post_uri
from hubbub.channels.adapters.bluesky.views import AuthorFeed, Profile, account_of, latest, latest_of
from hubbub.channels.core.answers import UNREADABLE
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
from hubbub.channels.core.gather import gather
from hubbub.infra.http import Http, Unreachable
from hubbub.kernel.batch import Batch, BatchBuilder, Event, RawBatch, rows_of
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import clip

OVERLAP_US = 5_000_000
"""How far before the cursor a connection starts again: what is told twice does no harm, a gap would."""

RECONNECT_S = 0.5
PROFILE_S = 3.0
MAX_ADDRESS = 500
_NOTHING = msgspec.Raw()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EVENTS = {"create": Event.CREATE, "update": Event.EDIT, "delete": Event.DELETE}


class _Commit(msgspec.Struct):
    operation: Literal["create", "update", "delete"]
    collection: str
    rkey: str
    record: msgspec.Raw = _NOTHING  # read only if it is a post's: others have other fields
    cid: str = ""


class _Event(msgspec.Struct):
    did: str
    time_us: int
    kind: Literal["commit", "identity", "account"]
    commit: _Commit | None = None


class _Time(msgspec.Struct):
    time_us: int


_EVENT = msgspec.json.Decoder(_Event)
_TIME = msgspec.json.Decoder(_Time)
_POST = msgspec.json.Decoder(Post)
_PROFILE, _FEED = msgspec.json.Decoder(Profile), msgspec.json.Decoder(AuthorFeed)


class Jetstream(Bare):
    """The public stream of all posts; every workspace that listens to one address shares one connection."""

    kind: ClassVar[str] = "jetstream"
    connector: ClassVar[str] = "bluesky"
    label: ClassVar[str] = mark("Bluesky, everything public")
    about: ClassVar[str] = mark("Hears every public post on Bluesky as it is written. Needs no account.")
    abilities: ClassVar[Abilities] = Abilities(
        edits=True,
        deletes=True,
        ordered=True,
        asks=True,
        keys=Keys(
            words=("record",),
            names=("did", "operation", "record"),
            sites=("record",),
            always=("update", "delete"),
            site="bsky.app",
        ),
    )
    fields: ClassVar[Sequence[Field]] = (
        Field(
            "url",
            mark("Jetstream address"),
            mark("Leave it as it is unless you run a Jetstream of your own."),
            default="wss://jetstream2.us-east.bsky.network/subscribe",
        ),
        Field(
            "appview",
            mark("Profiles from"),
            mark("Where authors are looked up; the public one needs no account."),
            required=False,
            default="https://public.api.bsky.app",
        ),
    )

    def __init__(self, config: Mapping[str, Any], secret: Mapping[str, Any], http: Http) -> None:
        self._url = str(config.get("url") or self.fields[0].default).strip()
        if not _is_socket(self._url):
            raise BadConnection(
                reason=say(
                    "{channel}: {url!r} is no WebSocket address (wss://…).",
                    channel=say(self.label),
                    url=clip(self._url, 80),
                )
            )
        self._appview = str(config.get("appview") or self.fields[1].default).strip().rstrip("/")
        self._http = http

    @property
    def scope(self) -> str | None:
        """One stream for all who listen to this address."""
        return f"bluesky:public:{self._url}"

    async def check(self) -> Account | None:
        """Connect once; there is no account."""
        async with self._http.socket(self._address(None)):
            return None

    async def hear(self, cursor: Any) -> AsyncIterator[RawBatch]:
        """Yield all posts after a cursor (microseconds on the stream's clock); without one, from now on.

        Now is told first, as a cursor without a line, so that who is killed before anybody spoke goes on from there.
        It is `{"begun": microseconds}`, since it is by our clock, which the first post sets right.
        A connection that breaks after it told something is opened again at once; one that tells nothing
        raises `Unreachable`.
        """
        now = datetime.now(UTC)
        if told := isinstance(cursor, int):
            last: int = cursor
        else:
            last = (now - _EPOCH) // timedelta(microseconds=1)
            if isinstance(cursor, Mapping):
                last = min(last, cursor["begun"])  # our clock may have been ahead then

        def latest(line: bytes) -> int | dict[str, int]:
            # The stream's clock never goes back for us, even where an overlap is told again; ours may be ahead of it.
            nonlocal last, told
            if (at := _time_us(line)) is not None:
                last, told = (max(last, at) if told else at), True
            return last if told else {"begun": last}

        if not told:
            yield RawBatch([], {"begun": last}, now)
        while True:
            heard_any = False
            async for raw in gather(self._connection(last), latest):
                heard_any = True
                yield raw
            if not heard_any:
                raise Unreachable(host=urlsplit(self._url).netloc, reason="the stream ended without a word")
            await asyncio.sleep(RECONNECT_S)

    async def _connection(self, cursor: int | None) -> AsyncIterator[bytes]:
        """Yield the messages of one connection until it ends."""
        async with self._http.socket(self._address(cursor)) as socket:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    yield message.data.encode()

    def _address(self, cursor: int | None) -> str:
        parts = urlsplit(self._url)
        query = [*parse_qsl(parts.query), ("wantedCollections", COLLECTION)]
        if cursor is not None:
            query.append(("cursor", str(max(0, cursor - OVERLAP_US))))
        return parts._replace(query=urlencode(query)).geturl()

    @staticmethod
    def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
        """Turn events into a batch; what is not about a post is left out."""
        builder = BatchBuilder()
        for row, line in rows_of(raw, rows):
            try:
                event = _EVENT.decode(line)
                if event.commit is not None and event.commit.collection == COLLECTION:
                    _add(builder, row, event, event.commit)
            except UNREADABLE as error:
                builder.reject(row, say("Not an event we can read: {error}.", error=clip(str(error), 300)))
        return builder.build()

    async def account(self, id_or_handle: str) -> Account | None:
        """Read a public profile; the stream itself carries none."""
        method = f"{self._appview}/xrpc/app.bsky.actor.getProfile"
        answer = await self._http.request("GET", method, params={"actor": id_or_handle}, timeout_s=PROFILE_S)
        try:
            return account_of(_PROFILE.decode(answer.body)) if answer.status == HTTPStatus.OK else None
        except UNREADABLE:
            return None

    async def last_post(self, id_or_handle: str) -> datetime | None:
        """Read when an account last posted; the stream itself does not tell."""
        method = f"{self._appview}/xrpc/app.bsky.feed.getAuthorFeed"
        answer = await self._http.request("GET", method, params=latest_of(id_or_handle), timeout_s=PROFILE_S)
        try:
            return latest(_FEED.decode(answer.body)) if answer.status == HTTPStatus.OK else None
        except UNREADABLE:
            return None

    async def send(self, message: Outgoing) -> Sent:
        """The stream can't be spoken to."""
        raise NotPossible(network=say(self.label), deed="send anything: connect a Bluesky account for that")


def _is_socket(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port  # a ValueError if it is none
    except ValueError:
        return False
    return parts.scheme in ("ws", "wss") and bool(parts.hostname) and len(url) <= MAX_ADDRESS


def _time_us(line: bytes) -> int | None:
    try:
        return _TIME.decode(line).time_us
    except UNREADABLE:
        return None


def _add(builder: BatchBuilder, row: int, event: _Event, commit: _Commit) -> None:
    """Add one event about a post; ValueError or OverflowError where it makes no sense."""
    uri = post_uri(event.did, commit.rkey)
    # The stream's clock, not the post's: a post may claim any time for itself.
    at = _EPOCH + timedelta(microseconds=event.time_us)
    if commit.operation == "delete":
        return builder.add(row, uri, at, Event.DELETE, author=event.did)
    if not commit.record:
        raise ValueError(say("a post without its record"))
    post = _POST.decode(commit.record)
    return builder.add(row, uri, at, _EVENTS[commit.operation], **columns(post, event.did, commit.rkey, commit.cid))
