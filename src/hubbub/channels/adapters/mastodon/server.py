"""Calls to one server, with or without an account's token: refused in its own words, at its own pace."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from hubbub.channels.adapters.mastodon.names import bare_domain
from hubbub.channels.core.answers import UNREADABLE, ServerFailed, is_safe, nothing_done, wait_s
from hubbub.channels.core.contract import BadConnection, Refused, SignInAgain, SlowDown
from hubbub.infra.http import AnswerLost, Events, Http, Part, Response
from hubbub.kernel.speech import say
from hubbub.kernel.text import clean, clip

NETWORK = "Mastodon"
RESERVE = 20
"""Calls of a server's allowance that hearing leaves to those who wait for an answer."""

T = TypeVar("T")
Params = Sequence[tuple[str, str | int]]


class _Urls(msgspec.Struct):
    streaming: str | None = None


class _Configuration(msgspec.Struct):
    urls: _Urls | None = None


class _OldUrls(msgspec.Struct):
    streaming_api: str | None = None


class _Instance(msgspec.Struct):
    """What a server says of itself: `domain` since 4.0, `uri` before."""

    domain: str | None = None
    uri: str | None = None
    configuration: _Configuration | None = None
    urls: _OldUrls | None = None


class _Error(msgspec.Struct):
    error: str = ""
    error_description: str = ""


class Instance(msgspec.Struct, frozen=True):
    """A server: the domain of its accounts, and where it streams."""

    domain: str
    streaming: str


class Server:
    """One server, as far as one token opens it."""

    def __init__(self, http: Http, address: str, token: str) -> None:
        self._http = http
        self.address = address.rstrip("/")
        self.has_token = bool(token)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._instance: Instance | None = None
        self._left: int | None = None
        self._full_again_at = datetime.min.replace(tzinfo=UTC)

    @property
    def host(self) -> str:
        """The server's name in an address."""
        return urlsplit(self.address).netloc.rpartition("@")[2]

    async def instance(self) -> Instance:
        """Return what the server says of itself, asked once."""
        if self._instance is None:
            self._instance = self._as_instance(await self._about())
        return self._instance

    async def get(self, path: str, answer: type[T], params: Params = ()) -> T:
        """Ask something; `Refused` in the server's words, `Unreachable` if it failed."""
        return decoded((await self.call("GET", path, params=params)).body, answer)

    async def post(self, path: str, answer: type[T], body: Mapping[str, Any], *, key: str) -> T:
        """Have something done, once for each key; `AnswerLost` if nobody can tell whether it was."""
        response = await self.call("POST", path, json=body, headers={"Idempotency-Key": key})
        try:
            return msgspec.json.decode(response.body, type=answer)
        except UNREADABLE as error:
            raise AnswerLost(host=self.host, reason=say("the answer makes no sense: {error}", error=error)) from error

    async def upload(self, path: str, form: Sequence[Part]) -> Response:
        """Hand over a file. It shows nowhere yet, so that a lost answer loses nothing."""
        with nothing_done():
            return await self.call("POST", path, form=form, timeout_s=120.0)

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Params = (),
        json: object | None = None,
        form: Sequence[Part] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> Response:
        """Send one request; return a good answer, or raise what a bad one means."""
        url = f"{self.address}{path}" + (f"?{urlencode(params)}" if params else "")
        send = self._http.request(
            method, url, json=json, form=form, headers={**self._headers, **(headers or {})}, timeout_s=timeout_s
        )
        if method != "GET":
            return self._checked(await send)
        with nothing_done():
            response = await send
            self._note(response.headers, datetime.now(UTC))
            return self._checked(response)

    async def pace(self) -> None:
        """Wait until the server's allowance is full again, if it is nearly used up."""
        wait = (self._full_again_at - datetime.now(UTC)).total_seconds()
        if self._left is not None and self._left < RESERVE and wait > 0:
            await asyncio.sleep(wait)
            self._left = None

    @asynccontextmanager
    async def events(self, path: str, params: Params = ()) -> AsyncIterator[Events]:
        """Open a stream; whether it is one, `is_stream` tells."""
        url = f"{(await self.instance()).streaming}/api/v1/streaming/{path}"
        url += f"?{urlencode(params)}" if params else ""
        async with self._http.events(url, headers=self._headers) as events:
            self._safe(events.url)
            yield events

    async def fetch(self, url: str, most: int) -> Response:
        """Fetch a file from wherever it lies, as a stranger."""
        self._safe(url)
        with nothing_done():
            response = await self._http.request("GET", url, max_body=most, timeout_s=60.0)
        self._safe(response.url)
        return response

    async def _about(self) -> _Instance:
        for path in ("/api/v2/instance", "/api/v1/instance"):
            try:
                return await self.get(path, _Instance)
            except (SlowDown, SignInAgain):
                raise
            except Refused as refused:
                known = refused
        words = str(known.facts["words"])
        raise BadConnection(
            reason=say(
                "There is no Mastodon server at {address}. It said: “{words}”", address=self.address, words=words
            )
        ) from known

    def _as_instance(self, told: _Instance) -> Instance:
        modern = told.configuration.urls if told.configuration else None
        streaming = (modern.streaming if modern else None) or (told.urls.streaming_api if told.urls else None) or ""
        address = ("http" + streaming.removeprefix("ws")).rstrip("/") if streaming.startswith("ws") else streaming
        domain = bare_domain(clean(told.domain or told.uri or "")) or self.host.lower()
        return Instance(domain, address if is_safe(address) else self.address)

    def _safe(self, url: str) -> None:
        if not is_safe(url):
            words = say("it leads to {url}, which is not encrypted", url=clip(url, 100))
            raise Refused(network=NETWORK, words=words, status=0)

    def _checked(self, response: Response) -> Response:
        """Return a good answer, or raise what a bad one means."""
        self._safe(response.url)
        status = response.status
        if 200 <= status < 300:
            return response
        words = told_words(response.body, status)
        if status == 401:
            raise SignInAgain(network=NETWORK, words=words, status=status)
        if status == 429:
            raise SlowDown(
                network=NETWORK, words=words, wait_s=wait_s(response.headers, datetime.now(UTC)), status=status
            )
        if status >= 500:
            raise ServerFailed(host=self.host, reason=say("it says “{words}”", words=words))
        raise Refused(network=NETWORK, words=words, status=status)

    def _note(self, headers: Mapping[str, str], now: datetime) -> None:
        """Remember what is left of the allowance for asking."""
        left = headers.get("x-ratelimit-remaining", "")
        reset = {"x-ratelimit-reset": headers.get("x-ratelimit-reset", "")}
        if left.isascii() and left.isdigit() and len(left) < 10 and reset["x-ratelimit-reset"]:
            self._left = int(left)
            self._full_again_at = datetime.fromtimestamp(now.timestamp() + wait_s(reset, now), UTC)


def decoded(body: bytes | msgspec.Raw, answer: type[T]) -> T:
    """Read an answer, or a part of one; `Refused` if it is not what servers promise."""
    try:
        return msgspec.json.decode(body, type=answer)
    except UNREADABLE as error:
        raise Refused(
            network=NETWORK, words=say("an answer that can't be read: {error}", error=error), status=0
        ) from error


def told_words(body: bytes, status: int) -> str:
    """Return what a server says is wrong, in its own words."""
    try:
        told = msgspec.json.decode(body, type=_Error)
    except UNREADABLE:
        told = _Error()
    return clip(clean(": ".join(filter(None, (told.error, told.error_description)))), 500) or say(
        "status {status}", status=status
    )


def address_of(given: object, label: str) -> str:
    """Return the address of a server as people write it; BadConnection where a token may not go there."""
    text = str(given or "").strip().rstrip("/")
    address = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(address)
        usable = is_safe(address) and parts.port != 0 and "@" not in parts.netloc and not parts.query + parts.fragment
    except ValueError:
        usable = False
    if not usable or parts.path or len(address) > 300 or any(map(str.isspace, address)):
        words = say(
            "{channel}: {text!r} is no server's address. Give it like https://mastodon.example.",
            channel=say(label),
            text=clip(clean(text), 80),
        )
        raise BadConnection(reason=words)
    return address.lower()
