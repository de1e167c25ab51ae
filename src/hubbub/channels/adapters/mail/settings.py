"""The settings of a mailbox, and how its servers are spoken to."""

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hubbub.channels.adapters.mail.headers import address_of
from hubbub.channels.core.contract import BadConnection
from hubbub.infra.http import Http, Unreachable
from hubbub.kernel.speech import say
from hubbub.kernel.text import clean, clip

LOCAL = ("localhost", "127.0.0.1", "::1")
IMAPS, SUBMISSIONS = 993, 465
"""Ports on which a line is encrypted from its first byte."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server of one protocol."""

    name: str  # of the protocol: IMAP or SMTP
    host: str
    port: int

    @property
    def is_local(self) -> bool:
        """Whether it is this machine, so that nobody listens on the way."""
        return self.host.lower() in LOCAL

    @property
    def is_encrypted(self) -> bool:
        """Whether the line is encrypted from its first byte, rather than on demand (STARTTLS)."""
        return self.port in (IMAPS, SUBMISSIONS)

    def encryption(self) -> ssl.SSLContext:
        """Return how the line is encrypted: only to a server that proves its name, unless it is this machine."""
        made = ssl.create_default_context()
        if self.is_local:
            made.check_hostname = False
            made.verify_mode = ssl.CERT_NONE
        return made

    def dial(self, http: Http, timeout_s: float) -> socket.socket:
        """Connect. Blocks."""
        try:
            opened = http.dial(self.host, self.port, timeout_s=timeout_s)
        except Unreachable as error:
            reason = say(
                "{reason}, on port {port} ({name})", reason=error.facts.get("reason"), port=self.port, name=self.name
            )
            raise Unreachable(host=self.host, reason=reason) from error
        if not self.is_encrypted:
            return opened
        try:
            return self.encryption().wrap_socket(opened, server_hostname=self.host)
        except BaseException:
            opened.close()
            raise

    def must_encrypt(self, offered: bool) -> bool:
        """Say whether to encrypt now; BadConnection where a password would travel for everybody to read."""
        if self.is_encrypted:
            return False
        if not offered and not self.is_local:
            sure = IMAPS if self.name == "IMAP" else SUBMISSIONS
            raise BadConnection(
                reason=say(
                    "{host} offers no encryption on port {port}, and a password is not sent without. "
                    "Try {name} port {sure}.",
                    host=self.host,
                    port=self.port,
                    name=self.name,
                    sure=sure,
                )
            )
        return offered


@dataclass(frozen=True, slots=True)
class Settings:
    """A mailbox."""

    address: str
    name: str
    imap: Server
    smtp: Server
    user: str
    password: str = field(repr=False)
    folder: str

    @classmethod
    def of(cls, config: Mapping[str, Any], secret: Mapping[str, Any]) -> "Settings":
        """Read the settings; BadConnection in words if they can't be used."""
        given = _line(config.get("address"))
        address = address_of(given)
        if not address or address != given.lower() or not address.isascii() or '"' in address:
            raise BadConnection(reason="Address: give one like care@example.org.")
        user = _line(config.get("user")) or given
        password = secret.get("password")
        password = password if isinstance(password, str) else ""
        if not user.isprintable() or any(ord(letter) < 32 or letter == "\x7f" for letter in password):
            raise BadConnection(reason="User and password have no line breaks or control characters.")
        if len(user) > 320 or len(password) > 1_000 or "\ud800" <= max(user + password, default="") <= "\udfff":
            raise BadConnection(reason="User or password: no mail server takes one like this.")
        folder = _line(config.get("folder")) or "INBOX"
        if len(folder) > 300 or not folder.isprintable():
            raise BadConnection(reason="Folder: give its name as the mail server shows it, such as INBOX.")
        return cls(
            address=address,
            name=_line(config.get("name"))[:100],
            imap=_server("IMAP", config.get("imap_host"), config.get("imap_port") or IMAPS),
            smtp=_server("SMTP", config.get("smtp_host"), config.get("smtp_port") or SUBMISSIONS),
            user=user,
            password=password,
            folder=folder,
        )

    @property
    def domain(self) -> str:
        """What stands behind the @."""
        return self.address.rpartition("@")[2]


def _line(given: object) -> str:
    return " ".join(clean(given).split()) if isinstance(given, str) else ""


def _server(name: str, host: object, port: object) -> Server:
    place = _line(host).strip("[]")
    if not place or len(place) > 255 or not all(each.isalnum() or each in "-._:" for each in place):
        raise BadConnection(
            reason=say("{name} server: give its name, such as {example}.example.org.", name=name, example=name.lower())
        )
    text = str(port).strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 5 else 0
    if not 0 < number < 65_536:
        raise BadConnection(
            reason=say(
                "{name} port: {text!r} is none. Give a number such as 993 or 465.", name=name, text=clip(text, 20)
            )
        )
    return Server(name, place, number)
