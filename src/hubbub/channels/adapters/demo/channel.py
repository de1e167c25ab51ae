"""Hears the demo network and answers in it, through its documented HTTP interface only."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlsplit

import msgspec

from hubbub.channels.adapters.demo.parse import parse
from hubbub.channels.core.bare import Bare
from hubbub.channels.core.contract import (
    MOST_FOUND,
    TIMELINE,
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
from hubbub.infra.http import AnswerLost, Http, Response, Unreachable
from hubbub.kernel.batch import Batch, RawBatch
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import clip

KIND = "hubbub-demo-network"
WAIT_S = 25
"""How long one question for news may stay open."""

PAUSE_S = 0.2
"""Between two empty answers, in case the network does not wait."""

_FILE = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
T = TypeVar("T")


class _About(msgspec.Struct):
    kind: str
    name: str


class _Session(msgspec.Struct):
    token: str
    handle: str
    network: str


class _Page(msgspec.Struct):
    born: str
    events: list[msgspec.Raw]
    last: int


class _Events(msgspec.Struct):
    events: list[msgspec.Raw]


class _Post(msgspec.Struct):
    created_at: datetime
    repost_of: str | None = None


class _Shown(msgspec.Struct):
    post: _Post


class _Posts(msgspec.Struct):
    events: list[_Shown]


class _Said(msgspec.Struct):
    uri: str
    url: str | None = None


class _Told(msgspec.Struct):
    to: str


class _Put(msgspec.Struct):
    key: str


class _Error(msgspec.Struct):
    error: str


class _Profile(msgspec.Struct):
    handle: str
    name: str
    bio: str
    followers: int
    follows: int
    posts: int
    reactions: float
    joined_at: datetime
    url: str


class Demo(Bare):
    """One account on a demo network; satisfies `Channel`."""

    kind: ClassVar[str] = "demo"
    connector: ClassVar[str] = "demo"
    label: ClassVar[str] = mark("Demo network")
    about: ClassVar[str] = mark("A small network of made-up people on this machine, to try everything without harm.")
    abilities: ClassVar[Abilities] = Abilities(
        reply=True,
        posts=True,
        private=True,
        threads=True,
        asks=True,
        searches=True,
        edits=True,
        deletes=True,
        max_length=500,
        counts="characters",
        ordered=False,
        looks_up=True,
        files=4,
    )
    fields: ClassVar[Sequence[Field]] = (
        Field("server", mark("Server"), mark("Where the demo network answers."), default="http://127.0.0.1:8001"),
        Field("handle", mark("Handle"), mark("The account that answers, without @.")),
        Field("password", mark("Password"), mark("As the world file says."), secret=True),
    )

    def __init__(self, config: Mapping[str, Any], secret: Mapping[str, Any], http: Http) -> None:
        self._server = _server(str(config.get("server") or self.fields[0].default))
        self._handle = str(config.get("handle") or "").strip().removeprefix("@")
        self._password = str(secret.get("password") or "")
        self._network = str(config.get("network") or "")
        self._http = http
        self._token: str | None = None

    async def check(self) -> Account | None:
        """Try the address, the password and the account."""
        try:
            about = _read(await self._call("GET", "/"), _About)
        except (AnswerLost, Refused) as error:
            raise BadConnection(
                reason=say("There is no demo network at {server}. {error}", server=self._server, error=error)
            ) from error
        if about.kind != KIND:
            raise BadConnection(reason=say("There is no demo network at {server}.", server=self._server))
        self._network = about.name
        self._token = None
        return await self.account(self._handle)

    async def hear(self, cursor: Any) -> AsyncIterator[RawBatch]:
        """Yield what the network holds after the cursor, then what is new, for ever.

        A network that was begun anew has another birthday; it is then heard from its beginning.
        """
        born, after = _position(cursor)
        while True:
            params = {"after": after, "limit": 500, "wait": WAIT_S}
            page = _read(await self._signed("GET", "/events", params=params, timeout_s=WAIT_S + 15), _Page)
            if page.born != born:
                begun_anew, born = born is not None, page.born
                if begun_anew and after:
                    after = 0
                    continue
            after = page.last
            if page.events:
                lines = [bytes(event) for event in page.events]
                yield RawBatch(lines, {"born": born, "after": after}, datetime.now(UTC))
            else:
                await asyncio.sleep(PAUSE_S)

    @staticmethod
    def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
        """Turn events into a batch."""
        return parse(raw, rows)

    async def account(self, id_or_handle: str) -> Account | None:
        """Read a profile."""
        handle = id_or_handle.removeprefix("@")
        if not _NAME.fullmatch(handle):
            return None
        response = await self._signed("GET", f"/accounts/{handle}", known=(404,))
        if response.status == 404:
            return None
        profile = _read(response, _Profile)
        return Account(id=profile.handle, **msgspec.structs.asdict(profile))

    async def last_post(self, id_or_handle: str) -> datetime | None:
        """Read when an account last posted."""
        handle = id_or_handle.removeprefix("@")
        if not _NAME.fullmatch(handle):
            return None
        response = await self._signed("GET", f"/accounts/{handle}/posts", known=(404,))
        if response.status == 404:
            return None
        said = [each.post.created_at for each in _read(response, _Posts).events if each.post.repost_of is None]
        return max(said, default=None)

    async def timeline(self, id_or_handle: str) -> RawBatch | None:
        """Read what an account said last."""
        handle = id_or_handle.removeprefix("@")
        events: list[msgspec.Raw] = []
        if _NAME.fullmatch(handle):
            response = await self._signed("GET", f"/accounts/{handle}/posts", params={"limit": TIMELINE}, known=(404,))
            events = _read(response, _Events).events if response.status == 200 else []
        own = [event for event in events if msgspec.json.decode(event, type=_Shown).post.repost_of is None]
        return RawBatch([bytes(event) for event in own], None, datetime.now(UTC))

    async def thread(self, uri: str) -> RawBatch | None:
        """Read the posts around a public post, or the messages around a private one."""
        parts = _parts(uri)
        path, params = "/messages", {}
        if parts is None:
            return None
        if parts[0] != "messages":
            path = f"/threads/{parts[0]}/{parts[1]}"
        elif len(parts) == 3:
            params = {"with": await self._other_side(parts[1], parts[2])}
        else:
            params = {"with": next((each for each in parts[1].split("+") if not self._is_us(each)), "")}
        response = await self._signed("GET", path, params=params, known=(404, 410))
        if response.status != 200:
            return None
        events = _read(response, _Events).events
        return RawBatch([bytes(event) for event in events], None, datetime.now(UTC))

    async def search(self, words: str, since: datetime) -> RawBatch | None:
        """Read the newest public posts with these words."""
        params = {"q": words, "since": since.isoformat(), "limit": MOST_FOUND}
        events = _read(await self._signed("GET", "/search", params=params), _Events).events
        return RawBatch([bytes(event) for event in events], None, datetime.now(UTC))

    async def attachment(self, ref: str) -> Attached | None:
        """Fetch a file by its key."""
        if not _FILE.fullmatch(ref):
            return None
        response = await self._signed("GET", f"/files/{ref}", known=(404,))
        return None if response.status == 404 else Attached("", "", response.body)

    async def send(self, message: Outgoing) -> Sent:
        """Send a public reply or a private message; the key makes a repeat the same one."""
        if message.private:
            if not message.to:
                raise NotPossible(network=say(self.label), deed="send a private message to nobody")
            body = {"to": message.to, "text": message.text, "key": message.key, "files": await self._put(message.files)}
            return self._sent(await self._signed("POST", "/messages", json=body))
        body = {"text": message.text, "key": message.key, "files": await self._put(message.files)}
        if parent := message.parent_ref or message.parent:
            body["reply_to"] = parent
        return self._sent(await self._signed("POST", "/posts", json=body))

    async def _put(self, files: Sequence[Attached]) -> list[dict[str, str]]:
        """Put files to the network; what is put twice has the same key."""
        put = []
        for file in files:
            answer = await self._signed("POST", "/files", data=file.data)
            put.append({"key": _read(answer, _Put).key, "name": file.name, "type": file.type, "alt": file.alt})
        return put

    async def find(self, message: Outgoing) -> Sent | None:
        """Look a message up by its key. One that was deleted since did arrive."""
        if not _NAME.fullmatch(message.key):
            return None  # no key the network takes
        what = "messages" if message.private else "posts"
        response = await self._signed("GET", f"/{what}/{self._handle}/{message.key}", known=(404, 410))
        if response.status == 410:
            return Sent(self.expected_uri(message) or "")
        return None if response.status == 404 else self._sent(response)

    def expected_uri(self, message: Outgoing) -> str | None:
        """The uri a message will have; None before the network's name is known."""
        if not self._network:
            return None
        private = "messages/" if message.private else ""
        return f"demo://{self._network}/{private}{self._handle}/{message.key}"

    def _is_us(self, handle: str) -> bool:
        return handle.lower() == self._handle.lower()

    async def _other_side(self, handle: str, key: str) -> str:
        """Return with whom a message is exchanged: its author, or to whom we sent it."""
        if not self._is_us(handle):
            return handle
        response = await self._signed("GET", f"/messages/{handle}/{key}", known=(404,))
        return _read(response, _Told).to if response.status == 200 else ""

    def _sent(self, response: Response) -> Sent:
        said = _read(response, _Said)
        return Sent(said.uri, said.url)

    async def _signed(self, method: str, path: str, **options: Any) -> Response:
        """Call with our token; sign in where there is none, and once again where it is no longer valid."""
        if self._token is not None:
            try:
                return await self._call(method, path, **options)
            except SignInAgain:
                self._token = None
        await self._sign_in()
        return await self._call(method, path, **options)

    async def _sign_in(self) -> None:
        body = {"handle": self._handle, "password": self._password}
        session = _read(await self._call("POST", "/sessions", json=body), _Session)
        self._token, self._handle, self._network = session.token, session.handle, session.network

    async def _call(
        self,
        method: str,
        path: str,
        *,
        json: object | None = None,
        data: bytes | None = None,
        params: Mapping[str, str | int] | None = None,
        timeout_s: float | None = None,
        known: Sequence[int] = (),
    ) -> Response:
        """Send one request; raise what the contract says for every status that is neither good nor `known`."""
        headers = {} if self._token is None else {"Authorization": f"Bearer {self._token}"}
        response = await self._http.request(
            method, self._server + path, json=json, data=data, params=params, headers=headers, timeout_s=timeout_s
        )
        status = response.status
        if status in (200, 201) or status in known:
            return response
        words = _words(response)
        if status == 401:
            raise SignInAgain(network=say(self.label), words=words)
        if status == 429:
            raise SlowDown(network=say(self.label), words=words, wait_s=_seconds(response.headers.get("retry-after")))
        if status == 503:
            raise Unreachable(host=self._host, reason=words)
        if status >= 500:
            raise AnswerLost(host=self._host, reason=words)
        raise Refused(network=say(self.label), words=words)

    @property
    def _host(self) -> str:
        return urlsplit(self._server).netloc


def _server(given: str) -> str:
    """Return the address without a slash at its end; BadConnection if it is none."""
    given = given.strip().rstrip("/")
    try:
        parts = urlsplit(given)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or "@" in parts.netloc:
        raise BadConnection(
            reason=say("{given!r} is no address. Give it like http://127.0.0.1:8001.", given=clip(given, 80))
        )
    return given


def _position(cursor: Any) -> tuple[str | None, int]:
    """Return whose history a cursor belongs to, and where it stands; the beginning where it says neither."""
    if isinstance(cursor, Mapping):
        born, after = cursor.get("born"), cursor.get("after")
        if isinstance(born, str) and isinstance(after, int) and after >= 0:
            return born, after
    return None, 0


def _parts(uri: str) -> list[str] | None:
    """Return the parts of a uri after the network's name; None if it names no post, message or conversation."""
    scheme, _, rest = uri.partition("://")
    parts = rest.split("/")[1:]
    most = 3 if parts[:1] == ["messages"] else 2
    fits = scheme == "demo" and 2 <= len(parts) <= most and all(_NAME.fullmatch(p.replace("+", "_")) for p in parts)
    return parts if fits else None


def _seconds(given: str | None) -> int:
    return min(int(given), 3_600) if given is not None and given.isascii() and given.isdigit() else 5


def _words(response: Response) -> str:
    """Return what the network says is wrong, in its own words."""
    try:
        return clip(msgspec.json.decode(response.body, type=_Error).error, 300)
    except (ValueError, RecursionError):
        return say("status {status}", status=response.status)


def _read(response: Response, shape: type[T]) -> T:
    """Read a good answer; one that makes no sense leaves open what was done, like a lost one."""
    try:
        return msgspec.json.decode(response.body, type=shape)
    except (ValueError, RecursionError) as error:
        raise AnswerLost(
            host=urlsplit(response.url).netloc, reason=say("the answer makes no sense: {error}", error=error)
        ) from error
