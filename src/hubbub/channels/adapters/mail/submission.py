"""One mail's way out by SMTP, stage by stage, so that what went wrong says whether it may have arrived. Blocks."""

import smtplib
import socket
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from hubbub.channels.adapters.mail.compose import Letter
from hubbub.channels.adapters.mail.mailbox import error_words, told
from hubbub.channels.adapters.mail.settings import Server, Settings
from hubbub.channels.core.contract import BadConnection, Refused, SignInAgain, SlowDown
from hubbub.infra.http import AnswerLost, Http, Unreachable
from hubbub.kernel.speech import say
from hubbub.kernel.text import clip

TIMEOUT_S = 25.0
ANSWER_S = 60.0
"""How long the server may think about a mail it got; a sender that waits longer counts as dead."""

WAIT_S = 120
"""How long to wait where the server says that it won't take a mail now."""

_TOO_SOON = range(400, 500)
_CLOSING = 421  # the server takes nothing from us just now


class _Client(smtplib.SMTP):
    """An SMTP connection over a socket that was dialled by our rules."""

    def __init__(self, server: Server, http: Http, opened: Callable[[socket.socket], None]) -> None:
        self._server, self._http, self._opened = server, http, opened
        super().__init__(server.host, server.port, timeout=TIMEOUT_S)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        made = self._server.dial(self._http, timeout)
        self._opened(made)
        return made


@contextmanager
def signed_in(settings: Settings, http: Http, opened: Callable[[socket.socket], None]) -> Iterator[smtplib.SMTP]:
    """Connect and sign in; `opened` gets the socket, so that it can be shut from outside.

    Raises
    ------
    SignInAgain
        If user or password are wrong.
    Unreachable, AddressRefused, BadConnection, SlowDown
        If there is no connection to sign in on.
    """
    server = settings.smtp
    client = None
    try:
        with _nothing_happened(server):
            client = _Client(server, http, opened)
            client.ehlo_or_helo_if_needed()
            if server.must_encrypt(client.has_extn("starttls")):
                client.starttls(context=server.encryption())
                client.ehlo()
            _sign_in(client, settings)
        yield client
    finally:
        if client is not None:
            with suppress(Exception):
                client.quit()
            client.close()


def _sign_in(client: smtplib.SMTP, settings: Settings) -> None:
    network = f"{settings.smtp.host} (SMTP)"
    if not client.has_extn("auth"):
        if settings.smtp.is_local:
            return  # who may send from this machine needs no password
        raise BadConnection(
            reason=say(
                "{host} takes no sign-in on port {port}. Try SMTP port 465 or 587.",
                host=settings.smtp.host,
                port=settings.smtp.port,
            )
        )
    try:
        if (settings.user + settings.password).isascii():
            client.login(settings.user, settings.password)
        else:
            _sign_in_plain(client, f"\0{settings.user}\0{settings.password}".encode())
    except smtplib.SMTPAuthenticationError as error:
        words = _words(error.smtp_error)
        if error.smtp_code in _TOO_SOON:
            raise SlowDown(network=network, wait_s=WAIT_S, words=words) from error
        raise SignInAgain(network=network, words=words) from error
    except smtplib.SMTPNotSupportedError as error:
        raise BadConnection(
            reason=say("{network} knows no way to sign in that Hubbub knows.", network=network)
        ) from error


def _sign_in_plain(client: smtplib.SMTP, secret: bytes) -> None:
    """Sign in with letters that `smtplib` does not send."""
    code, words = client.docmd("AUTH", f"PLAIN {b64encode(secret).decode()}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, words)


def submit(client: smtplib.SMTP, letter: Letter, settings: Settings) -> None:
    """Hand a mail over.

    Raises
    ------
    Refused
        If the server does not take it.
    SlowDown
        If it takes nothing just now.
    Unreachable
        If it takes this one later, or the connection broke before the mail was whole: nothing was acted on.
    AnswerLost
        If it broke, or nothing came, after the mail was handed over.
    """
    server = settings.smtp
    with _nothing_happened(server):
        size = [f"size={len(letter.data)}"] if client.has_extn("size") else []
        _took(server, *client.mail(settings.address, size))
        _took(server, *client.rcpt(letter.to))
        _took(server, *client.docmd("DATA"), good=(354,))
        client.send(_dotted(letter.data))
    try:
        client.sock.settimeout(ANSWER_S)  # type: ignore[union-attr]
        client.send(b".\r\n")
        code, words = client.getreply()
    except (OSError, smtplib.SMTPException) as error:
        reason = say("no answer in time") if isinstance(error, TimeoutError) else error_words(error)
        raise AnswerLost(
            host=server.host, reason=say("the mail was handed over, then {reason}", reason=reason)
        ) from error
    _took(server, code, words)


def _dotted(data: bytes) -> bytes:
    """Return a mail as SMTP carries it: a dot before each line that begins with one."""
    lines = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in data.split(b"\r\n"))
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"


def _took(server: Server, code: int, words: bytes, *, good: tuple[int, ...] = (250, 251)) -> None:
    network = f"{server.host} (SMTP)"
    if code in good:
        return
    if code == _CLOSING:
        raise SlowDown(network=network, wait_s=WAIT_S, words=f"{code} {_words(words)}")
    if code in _TOO_SOON:  # about this mail or this mailbox only: the others go on
        raise Unreachable(
            host=server.host, reason=say("it takes this mail later: {code} {words}", code=code, words=_words(words))
        )
    if code < 0:
        raise Unreachable(host=server.host, reason="the connection broke off")
    raise Refused(network=network, words=f"{code} {_words(words)}")


def _words(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return clip(text, 300)


@contextmanager
def _nothing_happened(server: Server) -> Iterator[None]:
    """Tell of what goes wrong before a mail is whole: nothing was acted on."""
    with told(server):
        try:
            yield
        except smtplib.SMTPResponseException as error:
            code = error.smtp_code if error.smtp_code > 0 else -1
            _took(server, code, _words(error.smtp_error).encode())
            raise Unreachable(host=server.host, reason=str(error)) from error
        except smtplib.SMTPException as error:  # an OSError, which would be told in fewer words
            raise Unreachable(
                host=server.host, reason=clip(str(error), 200) or say("the connection broke off")
            ) from error
