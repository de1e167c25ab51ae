"""One Bluesky account: hears who speaks to it, answers in the thread, reads profiles."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar

import msgspec

from hubbub.channels.adapters.bluesky import views
from hubbub.channels.adapters.bluesky.facets import facets, mentioned
from hubbub.channels.adapters.bluesky.heard import Heard
from hubbub.channels.adapters.bluesky.record import (
    COLLECTION,
    Post,
    Ref,
    post_uri,
    split_uri,
    web_url,
)
from hubbub.channels.adapters.bluesky.tid import tid
from hubbub.channels.adapters.bluesky.views import Head, Node, Profile, View, account_of
from hubbub.channels.adapters.bluesky.xrpc import NETWORK, Params, Xrpc, decoded
from hubbub.channels.core.answers import UNREADABLE, ServerFailed, is_safe, moment
from hubbub.channels.core.bare import Bare
from hubbub.channels.core.contract import (
    MOST_FOUND,
    TIMELINE,
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
from hubbub.infra.http import Http
from hubbub.kernel.batch import Batch, RawBatch
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import clean, clip

SERVER = "https://bsky.social"
POLL_S = 2.0
REASONS = ("mention", "reply", "quote")
FIRST_MOST = 100
_PAGE = 100
_EMPTY_PAGES = 20
_LINES = 500
_PROFILES_AT_ONCE = 25
_PROFILE_S = 3600.0
_PROFILES_KEPT = 5_000
_THREAD_DEPTH = 100

T = TypeVar("T")


class _Listing(msgspec.Struct):
    notifications: list[msgspec.Raw]
    cursor: str | None = None


class _Searched(msgspec.Struct):
    posts: list[msgspec.Raw]
    cursor: str | None = None


class _Thread(msgspec.Struct):
    thread: Node


class _Profiles(msgspec.Struct):
    profiles: list[Profile]


class _Resolved(msgspec.Struct):
    did: str


class _There(msgspec.Struct):
    uri: str


class _Stored(msgspec.Struct):
    value: Post


class _Kept(msgspec.Struct):
    """What `parse` kept for answering a post."""

    cid: str
    root: Ref | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """A post of a listing, still raw."""

    uri: str
    at: datetime
    did: str
    raw: msgspec.Raw


class Bluesky(Bare):
    """An account of ours on Bluesky, over the server that holds it."""

    kind: ClassVar[str] = "bluesky"
    connector: ClassVar[str] = "bluesky"
    label: ClassVar[str] = mark("Bluesky account")
    about: ClassVar[str] = mark("Hears who mentions, answers or quotes your account, and replies in the thread.")
    abilities: ClassVar[Abilities] = Abilities(
        reply=True,
        posts=True,
        threads=True,
        asks=True,
        searches=True,
        deletes=True,
        max_length=300,
        counts="graphemes",
        max_bytes=3_000,
        ordered=True,
        looks_up=True,
        narrow=True,
        poll_s=POLL_S,
    )
    fields: ClassVar[Sequence[Field]] = (
        Field("server", mark("Server"), mark("Leave it as it is unless your account lives elsewhere."), default=SERVER),
        Field("handle", mark("Handle"), mark("Such as acme.bsky.social, without the @.")),
        Field(
            "password",
            mark("App password"),
            mark("Bluesky: Settings, Privacy and security, App passwords."),
            secret=True,
        ),
    )

    def __init__(self, config: Mapping[str, Any], secret: Mapping[str, Any], http: Http) -> None:
        server = str(config.get("server") or SERVER).strip()
        if not is_safe(server):
            words = say(
                "{channel}: the server has to start with https://, unlike {server!r}.",
                channel=say(self.label),
                server=clip(server, 80),
            )
            raise BadConnection(reason=words)
        handle = str(config.get("handle") or "").strip().removeprefix("@")
        account = str(config.get("account") or "")  # our own account's id, known from an earlier check
        self._http = http
        self._xrpc = Xrpc(http, server, handle, str(secret.get("password") or "").strip())
        self._did = account if account.startswith("did:") else ""
        self._profiles: dict[str, tuple[float, Profile]] = {}
        self._hidden: set[str] = set()

    async def check(self) -> Account | None:
        """Sign in anew and return our own account."""
        session = await self._xrpc.sign_in()
        self._did = session.did
        # The network's index may not know a new account yet.
        return await self.account(session.did) or Account(session.did, session.handle)

    async def account(self, id_or_handle: str) -> Account | None:
        """Read a profile; None where the network has none."""
        try:
            found = await self._xrpc.query("app.bsky.actor.getProfile", Profile, {"actor": id_or_handle})
        except Refused as refused:
            if refused.facts.get("reason") == "Profile not found":
                return None
            raise
        return account_of(found)

    async def last_post(self, id_or_handle: str) -> datetime | None:
        """Read when an account last posted."""
        try:
            feed = await self._xrpc.query(
                "app.bsky.feed.getAuthorFeed", views.AuthorFeed, views.latest_of(id_or_handle)
            )
        except Refused as refused:
            if refused.facts.get("reason") == "Profile not found":
                return None
            raise
        return views.latest(feed)

    async def timeline(self, id_or_handle: str) -> RawBatch | None:
        """Read what an account said last; reposts and what is pinned are left out."""
        posts: list[_Found] = []
        try:
            asked = views.latest_of(id_or_handle, TIMELINE)
            answer = await self._xrpc.query("app.bsky.feed.getAuthorFeed", views.RawFeed, asked)
            posts = _found([item.post for item in answer.feed if not bytes(item.reason)])
        except Refused as refused:
            if refused.facts.get("reason") != "Profile not found":
                raise
        return RawBatch(await self._lines(posts), None, datetime.now(UTC))

    # Hearing.

    async def hear(self, cursor: Any) -> AsyncIterator[RawBatch]:
        """Yield who speaks to us, oldest first, and which of those posts are gone; without a cursor, from a day ago."""
        heard = Heard.since(cursor, datetime.now(UTC))
        most = FIRST_MOST if cursor is None else None
        while True:
            fresh, missing = await self._poll(heard, most)
            if most is not None and not fresh:
                # Remember since when we listen, or a first mention long after could be out of reach.
                yield RawBatch([], heard.cursor(), datetime.now(UTC))
            most = None
            for part in (fresh[start : start + _LINES] for start in range(0, len(fresh), _LINES)):
                lines = await self._lines(part)
                for found in part:
                    heard.add(found.uri, found.at)
                yield RawBatch(lines, heard.cursor(), datetime.now(UTC))
            gone = [uri for uri in missing if await self._is_gone(uri)]
            if gone:
                now = datetime.now(UTC)
                for uri in gone:
                    heard.forget(uri)
                yield RawBatch([views.line_of_gone(uri, now.isoformat()) for uri in gone], heard.cursor(), now)
            await asyncio.sleep(POLL_S)

    async def _poll(self, heard: Heard, most: int | None) -> tuple[list[_Found], list[str]]:
        """Return what is new, oldest first, at most so many of the newest; and what is not listed any more."""
        params: dict[str, str | int | Sequence[str]] = {"limit": _PAGE, "reasons": REASONS}
        listed: dict[str, _Found] = {}
        fresh: dict[str, _Found] = {}
        empty = 0
        while True:
            page = await self._xrpc.query("app.bsky.notification.listNotifications", _Listing, params)
            found = _found(page.notifications)
            new = {each.uri: each for each in found if each.uri not in fresh and heard.is_new(each.uri, each.at)}
            listed |= {each.uri: each for each in found}
            fresh |= new
            # The index cuts a page before it filters, so that one full of likes comes empty: read on.
            empty = 0 if found else empty + 1
            whole = page.cursor is None or (moment(page.cursor) or heard.floor) < heard.floor
            enough = most is not None and len(fresh) >= most
            if page.cursor is None or whole or enough or (found and not new) or empty > _EMPTY_PAGES:
                break
            params["cursor"] = page.cursor
        # The list is whole down to the oldest post on it, or all the way.
        never = datetime.max.replace(tzinfo=UTC)
        after = heard.floor if whole else min((each.at for each in listed.values()), default=never)
        ordered = sorted(fresh.values(), key=lambda each: each.at)
        if enough and most is not None:
            ordered = ordered[-most:]
            heard.settle(ordered[0].at)
        return ordered, [uri for uri in heard.missing(listed.keys(), after) if uri not in self._hidden]

    async def _is_gone(self, uri: str) -> bool:
        """Tell a deleted post from one that is merely hidden from us (muted, blocked), which is asked only once."""
        try:
            await self._record(*split_uri(uri), _There)
        except (SlowDown, SignInAgain):
            raise
        except Refused as refused:
            if _no_record(refused):
                return True
        except ValueError:
            pass  # never a post
        self._hidden.add(uri)
        return False

    async def _lines(self, posts: Sequence[_Found]) -> list[bytes]:
        """Put each post and its author's profile into one line, so that parsing needs nobody."""
        profiles = await self._authors([post.did for post in posts])
        return [views.line_of(post.raw, profiles.get(post.did)) for post in posts]

    async def _authors(self, dids: Sequence[str]) -> dict[str, Profile]:
        """Read profiles, those read within the hour from memory."""
        now = time.monotonic()
        if len(self._profiles) > _PROFILES_KEPT:
            self._profiles.clear()
        known = {did: kept[1] for did in dids if (kept := self._profiles.get(did)) and now - kept[0] < _PROFILE_S}
        ask = [did for did in dict.fromkeys(dids) if did not in known]
        for start in range(0, len(ask), _PROFILES_AT_ONCE):
            some = ask[start : start + _PROFILES_AT_ONCE]
            try:
                answer = await self._xrpc.query("app.bsky.actor.getProfiles", _Profiles, {"actors": some})
            except (SlowDown, SignInAgain):
                raise
            except Refused:
                continue  # nobody waits for an answer because a follower count can't be had
            for profile in answer.profiles:
                profile.bio = None
                known[profile.did] = profile
                self._profiles[profile.did] = (now, profile)
        return known

    @staticmethod
    def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
        """Turn our own lines into a batch."""
        return views.parse(raw, rows)

    async def thread(self, uri: str) -> RawBatch | None:
        """Read the posts above a post, the post and the replies below it; no lines if it is gone."""
        params: Params = {"uri": uri, "depth": _THREAD_DEPTH, "parentHeight": _THREAD_DEPTH}
        posts: list[_Found] = []
        try:
            answer = await self._xrpc.query("app.bsky.feed.getPostThread", _Thread, params)
            posts = _found(views.flat(answer.thread))
        except Refused as refused:
            if refused.facts.get("error") != "NotFound":
                raise
        return RawBatch(await self._lines(posts), None, datetime.now(UTC))

    async def search(self, words: str, since: datetime) -> RawBatch | None:
        """Read the newest posts with these words; a phrase as it stands."""
        asked = f'"{words}"' if " " in words else words
        params: dict[str, str | int | Sequence[str]] = {"q": asked, "sort": "latest", "limit": _PAGE}
        params["since"] = since.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        found: dict[str, _Found] = {}
        while len(found) < MOST_FOUND:
            page = await self._xrpc.query("app.bsky.feed.searchPosts", _Searched, params)
            fresh = {each.uri: each for each in _found(page.posts) if each.uri not in found}
            found |= fresh
            if page.cursor is None or not fresh:
                break
            params["cursor"] = page.cursor
        return RawBatch(await self._lines([*found.values()][:MOST_FOUND]), None, datetime.now(UTC))

    # Answering.

    async def send(self, message: Outgoing) -> Sent:
        """Post a reply (or a post, where there is no parent) under the key that is the message's for ever."""
        if message.private or message.to is not None:
            raise NotPossible(network=NETWORK, deed="carry private messages through Hubbub yet")
        text = clean(message.text)
        self._did = (await self._xrpc.session()).did
        record: dict[str, Any] = {
            "$type": COLLECTION,
            "text": text,
            "createdAt": message.queued_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        if found := facets(text, await self._resolve(mentioned(text))):
            record["facets"] = found
        if message.parent is not None:
            record["reply"] = await self._reply_to(message.parent, message.parent_ref)
        key = tid(message.queued_at, message.key)
        body = {"repo": self._did, "collection": COLLECTION, "rkey": key, "record": record}
        try:
            await self._xrpc.procedure("com.atproto.repo.createRecord", _There, body)
        except ServerFailed:
            # A record that is already there makes the server fail without a word.
            if not await self._stands(key, text, message.parent):
                raise
        return _sent(self._did, key)

    async def find(self, message: Outgoing) -> Sent | None:
        """Look whether the message's record is there."""
        self._did = (await self._xrpc.session()).did
        key = tid(message.queued_at, message.key)
        try:
            await self._record(self._did, key, _There)
        except Refused as refused:
            if _no_record(refused):
                return None
            raise
        return _sent(self._did, key)

    def expected_uri(self, message: Outgoing) -> str | None:
        """The uri the message will have, as soon as our own account's id is known."""
        return post_uri(self._did, tid(message.queued_at, message.key)) if self._did else None

    async def _stands(self, key: str, text: str, parent: str | None) -> bool:
        """Say whether this very message stands at a key; `Refused` if it is another one."""
        try:
            post = (await self._record(self._did, key, _Stored)).value
        except Refused as refused:
            if _no_record(refused):
                return False
            raise
        if post.text != text or (post.reply.parent.uri if post.reply else None) != parent:
            raise Refused(network=NETWORK, words=say("another post of this account stands at {key}", key=key))
        return True

    async def _record(self, did: str, key: str, answer: type[T]) -> T:
        params: Params = {"repo": did, "collection": COLLECTION, "rkey": key}
        return await self._xrpc.query("com.atproto.repo.getRecord", answer, params)

    async def _resolve(self, handles: Sequence[str]) -> dict[str, str]:
        """Find the accounts behind handles; those nobody has are left out."""
        dids = {}
        for handle in handles:
            try:
                found = await self._xrpc.query("com.atproto.identity.resolveHandle", _Resolved, {"handle": handle})
            except (SlowDown, SignInAgain):
                raise
            except Refused:
                continue
            dids[handle] = found.did
        return dids

    async def _reply_to(self, parent: str, ref: str | None) -> dict[str, Any]:
        """Return references to the parent and the root: as they were kept, else as the network has them now."""
        try:
            kept = msgspec.json.decode(ref or "", type=_Kept)
        except UNREADABLE:
            params: Params = {"uri": parent, "depth": 0, "parentHeight": 0}
            node = (await self._xrpc.query("app.bsky.feed.getPostThread", _Thread, params)).thread
            if not node.post:
                raise Refused(network=NETWORK, words=say("the post to answer is not there any more")) from None
            view = decoded(node.post, View)
            kept = _Kept(view.cid, view.record.reply.root if view.record.reply else None)
        above = {"uri": parent, "cid": kept.cid}
        return {"parent": above, "root": {"uri": kept.root.uri, "cid": kept.root.cid} if kept.root else above}


def _no_record(refused: Refused) -> bool:
    """Say whether a refusal means: there is no such record, or no such account any more."""
    return refused.facts.get("error") == "RecordNotFound" or str(refused.facts.get("reason")).startswith(
        "Could not find repo"
    )


def _sent(did: str, key: str) -> Sent:
    return Sent(post_uri(did, key), web_url(did, key))


def _found(raws: Sequence[msgspec.Raw]) -> list[_Found]:
    """Read what is needed of each post before parsing; one without a time counts as of now."""
    heads = ((decoded(raw, Head), raw) for raw in raws)
    return [_Found(head.uri, moment(head.at) or datetime.now(UTC), head.author.did, raw) for head, raw in heads]
