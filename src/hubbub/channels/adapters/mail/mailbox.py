"""One IMAP connection. Every method blocks, so it lives in a thread; `shut` frees that thread from outside."""

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from threading import Event
from typing import Any

import msgspec
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError
from imap_tools.idle import get_socket_poller
from imap_tools.mailbox import BaseMailBox

from hubbub.channels.adapters.mail.headers import ids_of
from hubbub.channels.adapters.mail.mime import read
from hubbub.channels.adapters.mail.settings import Server, Settings
from hubbub.channels.core.contract import BadConnection, SignInAgain
from hubbub.infra.http import Http, Unreachable
from hubbub.kernel.speech import say
from hubbub.kernel.text import clip

TIMEOUT_S = 30.0
IDLE_S = 170
"""How long to wait for the server to speak before asking whether it is still there."""

POLL_S = 30.0
"""Between two questions, where the server can't speak by itself."""

FIRST_DAYS = 7
FIRST_MAILS = 200
MAX_MAIL = 25_000_000
MAX_HEAD = 200_000
MAX_FETCH = 60_000_000
"""Bytes of a mail that are fetched for one of its files."""

_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_REASON = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN)\]", re.IGNORECASE)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Place(msgspec.Struct):
    """The cursor of a mailbox: up to which mail it was heard, and on which day that was."""

    validity: int = 0
    uid: int = 0
    day: str = ""

    @classmethod
    def of(cls, cursor: Any) -> "Place | None":
        """Read a stored cursor; None is the beginning."""
        try:
            return None if cursor is None else msgspec.convert(cursor, cls)
        except msgspec.ValidationError as error:
            raise BadConnection(reason=say("The mailbox's cursor can't be read: {error}.", error=error)) from error

    def since(self) -> date:
        """Return the day from which on mails may be unheard; one before it, as servers count days in their own zone."""
        try:
            return date.fromisoformat(self.day) - timedelta(days=1)
        except ValueError:
            return _today() - timedelta(days=FIRST_DAYS)


class _Client(imaplib.IMAP4):
    """An IMAP connection over a socket that was dialled by our rules."""

    def __init__(self, server: Server, http: Http) -> None:
        self._server, self._http = server, http
        super().__init__(server.host, server.port, TIMEOUT_S)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return self._server.dial(self._http, timeout or TIMEOUT_S)


class _Box(BaseMailBox):
    """`imap_tools` over such a connection."""

    def __init__(self, server: Server, http: Http) -> None:
        self._server, self._http = server, http
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        client = _Client(self._server, self._http)
        try:
            if self._server.must_encrypt("STARTTLS" in client.capabilities):
                client.starttls(self._server.encryption())
        except BaseException:
            client.shutdown()
            raise
        return client


class Mailbox:
    """A signed-in IMAP connection."""

    def __init__(self, settings: Settings, http: Http) -> None:
        self._settings, self._http = settings, http
        self._box: _Box | None = None
        self._ended = Event()
        self.validity = 0

    def open(self, folder: str | None = None) -> None:
        """Sign in and look into a folder (the settings' own), so that nothing is ever marked as read.

        Raises
        ------
        SignInAgain
            If user or password are wrong.
        BadConnection
            If there is no such folder.
        Unreachable, AddressRefused
            If there is no connection.
        """
        settings, folder = self._settings, folder or self._settings.folder
        with told(settings.imap):
            self._box = box = _Box(settings.imap, self._http)
            if self._ended.is_set():
                self.shut()
            try:
                self._sign_in(box)
                box.folder.set(folder, readonly=True)
            except MailboxLoginError as error:
                raise _no_entry(settings, _said(error)) from error
            except MailboxFolderSelectError as error:
                raise BadConnection(
                    reason=say(
                        "The mailbox has no folder {folder!r}. {host} said: {said}.",
                        folder=clip(folder, 60),
                        host=settings.imap.host,
                        said=_said(error),
                    )
                ) from error
            self.validity = self._number("UIDVALIDITY")

    def _sign_in(self, box: _Box) -> None:
        settings = self._settings
        try:
            if (settings.user + settings.password).isascii():
                box.login(settings.user, settings.password, initial_folder=None)
            else:
                box.login_utf8(settings.user, settings.password, initial_folder=None)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            raise _no_entry(settings, str(error)) from error

    def _number(self, name: str) -> int:
        found = self.client.response(name)[1][0]
        return int(found) if found and bytes(found).isdigit() else 0

    @property
    def client(self) -> imaplib.IMAP4:
        """The connection; Unreachable where there is none."""
        if self._box is None or self._ended.is_set():
            raise Unreachable(host=self._settings.imap.host, reason="the connection was closed")
        return self._box.client

    # Hearing -----------------------------------------------------------------
    def begin(self, place: Place | None) -> tuple[Place, list[int]]:
        """Return where to hear from, and the mails from there on that are there already."""
        with told(self._settings.imap):
            if place is not None and place.validity == self.validity:
                return place, self.after(place.uid)
            day = _today() - timedelta(days=FIRST_DAYS) if place is None else place.since()
            found = self._search(f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}")
            if place is None:
                found = found[-FIRST_MAILS:]
            last = max(self._search("ALL")[-1:], default=0)
            before = found[0] - 1 if found else last
            return Place(
                self.validity, before, _today().isoformat() if place is None or not found else place.day
            ), found

    def after(self, uid: int) -> list[int]:
        """Return the numbers of the mails after one."""
        with told(self._settings.imap):
            return [each for each in self._search(f"UID {uid + 1}:*") if each > uid]

    def _search(self, words: str) -> list[int]:
        self.client.response("EXISTS")  # forget what was told before: what is told from now on may be news
        _, found = self.client.uid("SEARCH", words)
        return sorted(int(each) for each in (found[0] or b"").split())

    def mails(self, uids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Yield mails as they came; of one that is too large its beginning."""
        with told(self._settings.imap):
            sizes = self._sizes(uids)
            for uid in uids:
                if uid in sizes:
                    most = MAX_MAIL if sizes[uid] <= MAX_MAIL else MAX_HEAD
                    if data := self._fetch(uid, most):
                        yield uid, data

    def _sizes(self, uids: Sequence[int]) -> dict[int, int]:
        if not uids:
            return {}
        _, found = self.client.uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE)")
        sizes = {}
        for line in found:
            if isinstance(line, bytes) and (uid := _UID.search(line)) and (size := _SIZE.search(line)):
                sizes[int(uid[1])] = int(size[1])
        return sizes

    def _fetch(self, uid: int, most: int) -> bytes:
        """Return the first bytes of a mail; none where it is gone."""
        _, found = self.client.uid("FETCH", str(uid), f"(UID BODY.PEEK[]<0.{most}>)")
        return next((bytes(each[1]) for each in found if isinstance(each, tuple)), b"")

    @property
    def can_idle(self) -> bool:
        """Whether the server speaks by itself when something happens."""
        return "IDLE" in self.client.capabilities

    def wait(self) -> None:
        """Return when something happened in the folder, or nothing did for long."""
        with told(self._settings.imap):
            client = self.client
            if not self.can_idle:
                self._ended.wait(POLL_S)
                client.noop()
                return
            assert self._box is not None
            self._box.idle.start()  # type: ignore[no-untyped-call]
            if "EXISTS" not in client.untagged_responses and not _has_said_more(client):
                get_socket_poller(client.sock, IDLE_S)
            self._box.idle.stop()  # type: ignore[no-untyped-call]

    # Single mails ------------------------------------------------------------
    def find(self, message_id: str, *, uid: int = 0) -> bytes | None:
        """Return the whole mail with this id, looked for where it was first; None where it is gone."""
        with told(self._settings.imap):
            if uid and (data := self._fetch(uid, MAX_FETCH)) and _id_of(data) == message_id:
                return data
            for found in self.with_id(message_id)[-1:]:
                return self._fetch(found, MAX_FETCH) or None
            return None

    def with_id(self, message_id: str) -> list[int]:
        """Return the numbers of the mails with this message id."""
        if not message_id or not message_id.isascii() or not message_id.isprintable():
            return []
        quoted = message_id.replace("\\", "\\\\").replace('"', '\\"')
        with told(self._settings.imap):
            return self._search(f'HEADER Message-ID "<{quoted}>"')

    def keep_sent(self, message_id: str, data: bytes) -> None:
        """Put a copy of what was sent where the mailbox keeps such, unless the server did so itself."""
        with told(self._settings.imap):
            assert self._box is not None
            if "X-GM-EXT-1" in self.client.capabilities:
                return  # it keeps all that leaves through it
            folders = [each.name for each in self._box.folder.list() if "\\Sent" in each.flags]
            if not folders:
                return
            self._box.folder.set(folders[0], readonly=True)
            if not self.with_id(message_id):
                self._box.append(data, folders[0], flag_set=("\\Seen",))

    # The end -----------------------------------------------------------------
    def shut(self) -> None:
        """Break the connection off, from any thread: whoever waits for the server stops waiting."""
        self._ended.set()
        if self._box is not None:
            with suppress(OSError):
                self._box.client.sock.shutdown(socket.SHUT_RDWR)
            with suppress(OSError):
                self._box.client.sock.close()

    def close(self) -> None:
        """Take leave, from the thread it lives in."""
        if self._box is not None and not self._ended.is_set():
            with suppress(Exception):
                self._box.logout()
        self.shut()


def _has_said_more(client: imaplib.IMAP4) -> bool:
    """Say whether the server said more than was read: that lies in a buffer, where no poll sees it."""
    client.sock.settimeout(0)
    try:
        return bool(client.file.peek(1))  # type: ignore[union-attr]
    except OSError:
        return False
    finally:
        client.sock.settimeout(TIMEOUT_S)


def _id_of(data: bytes) -> str:
    return next(iter(ids_of(read(data[:MAX_HEAD]).first("message-id"))), "")


def _today() -> date:
    return datetime.now(UTC).date()


def _no_entry(settings: Settings, words: str) -> SignInAgain | Unreachable:
    """Return what a refused sign-in means: the password is wrong, or the server has trouble of its own."""
    words = clip(words, 300)
    if _REASON.search(words):
        return Unreachable(host=settings.imap.host, reason=words)
    return SignInAgain(network=f"{settings.imap.host} (IMAP)", words=words)


def _said(error: ImapToolsError) -> str:
    """Return the server's own words in an error."""
    result = getattr(error, "command_result", None)
    if isinstance(result, tuple) and len(result) > 1 and result[1]:
        first = result[1][0]
        return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
    return str(error)


@contextmanager
def told(server: Server) -> Iterator[None]:
    """Tell of what goes wrong on a line in our own errors."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        reason = say("its certificate is not valid for this name ({words})", words=clip(error.verify_message, 120))
        raise Unreachable(host=server.host, reason=reason) from error
    except ssl.SSLError as error:
        reason = say(
            "the encrypted line failed on port {port} ({reason})",
            port=server.port,
            reason=error.reason or say("broken off"),
        )
        raise Unreachable(host=server.host, reason=reason) from error
    except (TimeoutError, OSError, EOFError) as error:
        reason = say("no answer in time") if isinstance(error, TimeoutError) else (error_words(error))
        raise Unreachable(host=server.host, reason=reason) from error
    except (imaplib.IMAP4.error, ImapToolsError, ValueError) as error:
        words = _said(error) if isinstance(error, ImapToolsError) else str(error)
        raise Unreachable(host=server.host, reason=clip(words, 300) or say("it broke off")) from error


def error_words(error: BaseException) -> str:
    """Return what an error of the system says."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or say("it broke off")
