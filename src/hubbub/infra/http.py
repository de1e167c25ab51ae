"""The one way out to other machines: time-outs, size limits, and no private addresses.

Addresses are checked when a socket is about to connect, after DNS and after every redirect, so that
neither a clever name nor a redirect reaches what only this machine should see. A connector that
`HUBBUB_ALLOW_PRIVATE` names may connect anywhere.
"""

import errno
import ipaddress
import os
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

import hubbub
from hubbub.kernel.errors import HubbubError
from hubbub.kernel.speech import say

MAX_BODY = 10_000_000
AGENT = f"Hubbub/{hubbub.__version__}"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_OPEN_V6 = ipaddress.ip_network("2000::/3")  # all that is given out; the rest is local, old or not yet anything


class Unreachable(HubbubError):
    """No connection was made, so nothing was acted on there. It may work later."""

    status, retry = 502, True
    message = "{host} could not be reached: {reason}"


class AnswerLost(Unreachable):
    """A connection was made but no whole answer came: whether the request was acted on is unknown."""

    message = "{host} did not answer: {reason}"


class AddressRefused(HubbubError):
    """The name leads to a private or loopback address, which this connector may not touch."""

    status = 400
    message = (
        "{address} is a private address. To let the {connector} connector reach it, "
        "add {connector} to HUBBUB_ALLOW_PRIVATE."
    )


class _Private(OSError):
    """How a refusal gets through aiohttp: with several addresses it goes on to the next only after an OSError."""

    def __init__(self, refusal: AddressRefused) -> None:
        super().__init__(errno.EACCES, "a private address")
        self.refusal = refusal


class TooLarge(HubbubError):
    """The answer is longer than any honest one."""

    status = 502
    message = "The answer of {host} is longer than {limit:,} bytes."


def is_public(address: str) -> bool:
    """Say whether an IP address belongs to the open internet (also behind IPv6 wrappings of IPv4)."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        wrapped = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            wrapped = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if wrapped is None:
            return ip in _OPEN_V6 and ip.is_global
        ip = wrapped
    return ip.is_global and not ip.is_multicast


@dataclass(frozen=True, slots=True)
class Response:
    """A whole answer: status, headers (lower-case names), body and the final address."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


@dataclass(frozen=True, slots=True)
class Part:
    """A field of a multipart form, or (with a file name) a file."""

    name: str
    value: bytes
    filename: str | None = None
    type: str = "application/octet-stream"


class Http:
    """A client for one connector. Use it as an async context manager, or call `aclose`."""

    def __init__(self, connector: str, *, allow_private: bool, timeout_s: float = 20.0) -> None:
        self.connector = connector
        self._allow_private = allow_private
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, connect=min(10.0, timeout_s))
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Http":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _guard(self, info: Any) -> socket.socket:
        """Make the socket for one resolved address, or refuse: the last moment before connecting."""
        family, kind, proto, _, address = info
        if not self._allow_private and not is_public(address[0]):
            raise _Private(AddressRefused(address=address[0], connector=self.connector))
        made = socket.socket(family=family, type=kind, proto=proto)
        made.setblocking(False)
        return made

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=20, limit_per_host=8, socket_factory=self._guard),
                timeout=self._timeout,
                headers={"User-Agent": AGENT},
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
        return self._session

    async def request(
        self,
        method: str,
        url: str,
        *,
        json: object | None = None,
        data: bytes | None = None,
        form: Sequence[Part] | None = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
        max_body: int = MAX_BODY,
    ) -> Response:
        """Send one request and read the whole answer, whatever its status. `form`: parts of a multipart form.

        Redirects are followed for what only reads: what was sent to be acted on is not sent elsewhere.

        Raises
        ------
        Unreachable
            No connection was made.
        AnswerLost
            No answer in time, or broken off.
        AddressRefused
            The address is private and this connector is not allowed there.
        TooLarge
            The body exceeds `max_body`.
        """
        host = _host_of(url)
        timeout = self._timeout if timeout_s is None else aiohttp.ClientTimeout(total=timeout_s, connect=10.0)
        try:
            async with self._open().request(
                method,
                url,
                json=json,
                data=data if form is None else _form(form),
                params=params,
                headers=headers,
                allow_redirects=method in ("GET", "HEAD"),
                max_redirects=5,
                timeout=timeout,
            ) as answer:
                body = bytearray()
                async for chunk in answer.content.iter_chunked(65_536):
                    body += chunk
                    if len(body) > max_body:
                        raise TooLarge(host=host, limit=max_body)
                return Response(
                    answer.status, {k.lower(): v for k, v in answer.headers.items()}, bytes(body), str(answer.url)
                )
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise _translated(error, host) from error

    @asynccontextmanager
    async def events(
        self, url: str, *, headers: Mapping[str, str] | None = None, silent_s: float = 90.0, max_line: int = 4_000_000
    ) -> AsyncIterator["Events"]:
        """Open a stream of server-sent events; it breaks (`AnswerLost`) when nothing comes for `silent_s` seconds."""
        host = _host_of(url)
        timeout = aiohttp.ClientTimeout(total=None, connect=10.0, sock_read=silent_s)
        asked = {"Accept": "text/event-stream", **(headers or {})}
        try:
            async with self._open().get(url, headers=asked, timeout=timeout) as answer:
                yield Events(answer, host, max_line)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise _translated(error, host) from error

    def dial(self, host: str, port: int, *, timeout_s: float = 20.0) -> socket.socket:
        """Connect a plain socket, for what is not HTTP. Blocks: call it in a thread.

        Raises
        ------
        Unreachable
            No connection was made.
        AddressRefused
            The address is private and this connector is not allowed there.
        """
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise Unreachable(host=host, reason="there is no such name") from error
        failure: Exception | None = None
        for each in found:
            try:
                made = self._guard(each)
                try:
                    made.settimeout(timeout_s)
                    made.connect(each[4])
                except BaseException:
                    made.close()
                    raise
                return made
            except OSError as error:
                failure = failure if isinstance(failure, _Private) else error
        if isinstance(failure, _Private):
            raise failure.refusal
        raise Unreachable(host=host, reason=str(failure.strerror if isinstance(failure, OSError) else failure))

    @asynccontextmanager
    async def socket(self, url: str, *, max_message: int = 4_000_000) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """Open a WebSocket; it pings by itself and breaks when the other side stays silent."""
        host = _host_of(url)
        try:
            async with self._open().ws_connect(
                url, heartbeat=20.0, max_msg_size=max_message, timeout=aiohttp.ClientWSTimeout(ws_close=5.0)
            ) as opened:
                yield opened
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise _translated(error, host) from error


class Events:
    """A stream of server-sent events that is open; or the answer that there is none."""

    def __init__(self, answer: aiohttp.ClientResponse, host: str, max_line: int) -> None:
        self.status, self.url = answer.status, str(answer.url)
        self.headers = {name.lower(): value for name, value in answer.headers.items()}
        self.is_stream = answer.status == 200 and answer.content_type == "text/event-stream"
        self._answer, self._host, self._max_line = answer, host, max_line

    async def body(self, most: int = 100_000) -> bytes:
        """Read an answer that is no stream."""
        return await self._answer.content.read(most)

    async def __aiter__(self) -> AsyncIterator[tuple[str, bytes]]:
        """Yield (event, data); a comment that only keeps the line open comes as ("", b"")."""
        name, rest = "message", b""
        data: list[bytes] = []
        async for chunk in self._answer.content.iter_any():
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > self._max_line:
                raise TooLarge(host=self._host, limit=self._max_line)
            for line in lines:
                field, _, value = line.rstrip(b"\r").partition(b":")
                value = value.removeprefix(b" ")
                if not line.strip():
                    if data:
                        yield name, b"\n".join(data)
                    name, data = "message", []
                elif not field:
                    yield "", b""
                elif field == b"event":
                    name = value.decode("utf-8", "replace")
                elif field == b"data":
                    data.append(value)


def _form(parts: Sequence[Part]) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for part in parts:
        if part.filename is None:
            form.add_field(part.name, part.value.decode())
        else:
            form.add_field(part.name, part.value, filename=part.filename, content_type=part.type)
    return form


def _host_of(url: str) -> str:
    """The host as a message may name it: without the name and password that an address may carry."""
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2] or say("The server")


def _translated(error: BaseException, host: str) -> HubbubError:
    """Find the refusal inside what aiohttp raised, else say that the host can't be reached."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, _Private):
            return cause.refusal
        cause = cause.__cause__ or cause.__context__
    connected = not isinstance(error, _NOT_CONNECTED)
    return (AnswerLost if connected else Unreachable)(host=host, reason=_reason(error))


_NOT_CONNECTED = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.NonHttpUrlClientError,
    ValueError,  # no address at all
)


def _reason(error: BaseException) -> str:
    """What went wrong, in words that repeat no address: some carry a password."""
    match error:
        case TimeoutError():
            return say("no answer in time")
        case aiohttp.TooManyRedirects():
            return say("it redirects again and again")
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError():
            return say("that is no web address")
        case aiohttp.ClientConnectorError() if error.os_error.errno:
            return os.strerror(error.os_error.errno)
        case aiohttp.ClientResponseError():
            return say("it said {words}", words=f"{error.status} {error.message}")
        case _:
            return str(error) or type(error).__name__
