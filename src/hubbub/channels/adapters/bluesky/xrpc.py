"""Calls to a Bluesky server as one account: signed in, signed in again, and refused in the network's own words."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from hubbub.channels.core.answers import UNREADABLE, ServerFailed, is_safe, nothing_done, wait_s
from hubbub.channels.core.contract import Refused, SignInAgain, SlowDown
from hubbub.infra.http import Http, Response
from hubbub.kernel.speech import say
from hubbub.kernel.text import clean, clip

NETWORK = "Bluesky"
_EXPIRED = frozenset(("ExpiredToken", "InvalidToken"))
_SHUT_OUT = frozenset(
    (*_EXPIRED, "AccountTakedown", "AccountDeactivated", "AccountSuspended", "AuthFactorTokenRequired")
)

T = TypeVar("T")
Params = Mapping[str, str | int | Sequence[str]]


class _Service(msgspec.Struct):
    id: str = ""
    endpoint: str = msgspec.field(name="serviceEndpoint", default="")


class _Document(msgspec.Struct):
    service: list[_Service] = []


class _SignedIn(msgspec.Struct):
    did: str
    handle: str
    access: str = msgspec.field(name="accessJwt")
    refresh: str = msgspec.field(name="refreshJwt")
    document: _Document | None = msgspec.field(name="didDoc", default=None)


class _Words(msgspec.Struct):
    error: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """Who we are on the network, and where our own records are kept."""

    did: str
    handle: str
    host: str
    access: str = field(repr=False)
    refresh: str = field(repr=False)


class Xrpc:
    """One account's way to its server."""

    def __init__(self, http: Http, server: str, identifier: str, password: str) -> None:
        self._http = http
        self._server = server.rstrip("/")
        self._identifier = identifier
        self._password = password
        self._session: Session | None = None
        self._signing_in = asyncio.Lock()

    async def session(self) -> Session:
        """Return the session, signing in if there is none yet."""
        if self._session is None:
            async with self._signing_in:
                if self._session is None:
                    self._session = await self._create()
        return self._session

    async def sign_in(self) -> Session:
        """Sign in anew, so that a wrong password shows."""
        async with self._signing_in:
            self._session = await self._create()
        return self._session

    async def query(self, method: str, answer: type[T], params: Params) -> T:
        """Ask something; `Refused` in the network's words, `Unreachable` if it failed."""
        with nothing_done():
            return decoded((await self._call("GET", method, params=params)).body, answer)

    async def procedure(self, method: str, answer: type[T], body: Mapping[str, Any]) -> T:
        """Have something done; `AnswerLost` or `ServerFailed` if nobody can tell whether it was."""
        return decoded((await self._call("POST", method, body=body)).body, answer)

    async def _call(
        self, verb: str, method: str, *, params: Params | None = None, body: Mapping[str, Any] | None = None
    ) -> Response:
        session = await self.session()
        response = await self._send(session, verb, method, params, body)
        if response.status in (400, 401) and _words(response).error in _EXPIRED:
            session = await self._renew(session)
            response = await self._send(session, verb, method, params, body)
        return _checked(response)

    async def _send(
        self, session: Session, verb: str, method: str, params: Params | None, body: Mapping[str, Any] | None
    ) -> Response:
        query = f"?{urlencode(params, doseq=True)}" if params else ""
        headers = {"Authorization": f"Bearer {session.access}"}
        return await self._http.request(verb, f"{session.host}/xrpc/{method}{query}", json=body, headers=headers)

    async def _create(self) -> Session:
        body = {"identifier": self._identifier, "password": self._password}
        url = f"{self._server}/xrpc/com.atproto.server.createSession"
        with nothing_done():
            return self._to_session(_checked(await self._http.request("POST", url, json=body)))

    async def _renew(self, old: Session) -> Session:
        """Return a session that works again; another call may have renewed it meanwhile."""
        async with self._signing_in:
            if self._session is None or self._session is old:
                url = f"{self._server}/xrpc/com.atproto.server.refreshSession"
                headers = {"Authorization": f"Bearer {old.refresh}"}
                try:
                    with nothing_done():
                        answer = _checked(await self._http.request("POST", url, headers=headers))
                    self._session = self._to_session(answer)
                except SlowDown:
                    raise
                except Refused:
                    self._session = await self._create()
            return self._session

    def _to_session(self, response: Response) -> Session:
        signed = decoded(response.body, _SignedIn)
        services = signed.document.service if signed.document else []
        own = next((each.endpoint for each in services if each.id.endswith("#atproto_pds")), "")
        return Session(
            signed.did, signed.handle, own.rstrip("/") if is_safe(own) else self._server, signed.access, signed.refresh
        )


def decoded(body: bytes | msgspec.Raw, answer: type[T]) -> T:
    """Read an answer, or a part of one; `Refused` if it is not what the network promises."""
    try:
        return msgspec.json.decode(body, type=answer)
    except UNREADABLE as error:
        raise Refused(network=NETWORK, words=say("an answer that can't be read: {error}", error=error)) from error


def _words(response: Response) -> _Words:
    try:
        return msgspec.json.decode(response.body, type=_Words)
    except UNREADABLE:
        return _Words(message=f"HTTP {response.status}")


def _checked(response: Response) -> Response:
    """Return a good answer, or raise what a bad one means."""
    if 200 <= response.status < 300:
        return response
    told = _words(response)
    words = clip(clean(": ".join(filter(None, (told.error, told.message))) or f"HTTP {response.status}"), 500)
    if response.status == 429:
        raise SlowDown(network=NETWORK, words=words, wait_s=wait_s(response.headers, datetime.now(UTC)))
    if response.status >= 500:
        raise ServerFailed(host=urlsplit(response.url).netloc, reason=say("it says “{words}”", words=words))
    if response.status == 401 or told.error in _SHUT_OUT:
        raise SignInAgain(network=NETWORK, words=words)
    raise Refused(network=NETWORK, words=words, error=told.error, reason=told.message)
