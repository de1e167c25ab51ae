"""The e-mail connector: one mailbox, heard by IMAP as mails arrive, and answered by SMTP."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from smtplib import SMTP
from typing import Any, ClassVar, TypeVar

import msgspec

from hubbub.channels.adapters.mail.compose import Letter, compose
from hubbub.channels.adapters.mail.line import line_of
from hubbub.channels.adapters.mail.mailbox import Mailbox, Place
from hubbub.channels.adapters.mail.mime import read
from hubbub.channels.adapters.mail.parse import FileRef, parse
from hubbub.channels.adapters.mail.settings import Settings
from hubbub.channels.adapters.mail.submission import signed_in, submit
from hubbub.channels.core.bare import Bare
from hubbub.channels.core.contract import (
    Abilities,
    Account,
    Attached,
    Field,
    NotPossible,
    Outgoing,
    Sent,
)
from hubbub.infra.http import Http
from hubbub.kernel.batch import Batch, RawBatch
from hubbub.kernel.errors import HubbubError
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import clean

log = logging.getLogger(__name__)
T = TypeVar("T")

MAILS_AT_ONCE = 20
BYTES_AT_ONCE = 4_000_000
"""Bytes of mails from which on a batch is handed over; a mail comes on top of that."""


class Mail(Bare):
    """One mailbox; satisfies the `Channel` protocol."""

    kind: ClassVar[str] = "mail"
    connector: ClassVar[str] = "mail"
    label: ClassVar[str] = mark("E-mail")
    about: ClassVar[str] = mark("Hears what is written to a mailbox, and answers by mail.")
    abilities: ClassVar[Abilities] = Abilities(private=True, narrow=True, files=10, file_bytes=15_000_000)
    fields: ClassVar[Sequence[Field]] = (
        Field("address", mark("Address"), mark("To which customers write, such as care@example.org.")),
        Field("name", mark("Name shown"), mark("As customers see it beside the address; empty: none."), required=False),
        Field("imap_host", mark("IMAP server"), mark("Where the mailbox is read, such as imap.example.org.")),
        Field("imap_port", mark("IMAP port"), mark("993, or 143 with STARTTLS."), required=False, default="993"),
        Field("smtp_host", mark("SMTP server"), mark("Where mail is handed in, such as smtp.example.org.")),
        Field("smtp_port", mark("SMTP port"), mark("465, or 587 with STARTTLS."), required=False, default="465"),
        Field("user", mark("User"), mark("For signing in; empty: the address."), required=False),
        Field(
            "password",
            mark("Password"),
            mark("Of the mailbox. Many providers want one made for programs."),
            secret=True,
        ),
        Field("folder", mark("Folder"), mark("What is heard."), required=False, default="INBOX"),
    )

    def __init__(self, config: Mapping[str, Any], secret: Mapping[str, Any], http: Http) -> None:
        self._settings = Settings.of(config, secret)
        self._http = http
        self._hand: ThreadPoolExecutor | None = None  # for all but hearing, which keeps a thread of its own
        self._open: set[Callable[[], None]] = set()  # how to break off what waits for a server

    async def check(self) -> Account | None:
        """Sign in to both servers, and look for the folder."""
        await self._do(self._check)
        settings = self._settings
        return Account(id=settings.address, handle=settings.address, name=settings.name)

    def _check(self) -> None:
        with self._mailbox():
            pass
        with self._submission():
            pass

    async def hear(self, cursor: Any) -> AsyncIterator[RawBatch]:
        """Yield mails from the cursor on (None: at most 200 of the last 7 days), then each as it arrives, for ever."""
        known = Place.of(cursor)
        mailbox = Mailbox(self._settings, self._http)
        self._open.add(mailbox.shut)
        ear = ThreadPoolExecutor(1, "mail-ear")
        do = partial(asyncio.get_running_loop().run_in_executor, ear)
        try:
            await do(mailbox.open)
            place, fresh = await do(mailbox.begin, known)
            if not fresh:
                yield RawBatch([], _cursor(place), datetime.now(UTC))
            seen = place.uid  # beyond the cursor, where a mail is gone before it is read
            while True:
                seen = max([seen, *fresh])
                while fresh:
                    lines, fresh = await do(_some, mailbox, fresh, self._settings.address)
                    if lines:
                        place = Place(
                            place.validity, max(uid for uid, _ in lines), datetime.now(UTC).date().isoformat()
                        )
                        yield RawBatch([line for _, line in lines], _cursor(place), datetime.now(UTC))
                fresh = await do(mailbox.after, seen)
                if not fresh:
                    await do(mailbox.wait)
                    fresh = await do(mailbox.after, seen)
        finally:
            mailbox.shut()
            self._open.discard(mailbox.shut)
            ear.shutdown(wait=False, cancel_futures=True)

    @staticmethod
    def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
        """Turn mails into posts. Pure; never raises."""
        return parse(raw, rows)

    async def attachment(self, ref: str) -> Attached | None:
        """Fetch a file that came with a mail; None where the mail left the folder."""
        try:
            return await self._do(self._attachment, msgspec.json.decode(ref, type=FileRef))
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return None

    def _attachment(self, ref: FileRef) -> Attached | None:
        with self._mailbox() as mailbox:
            data = mailbox.find(ref.id, uid=ref.uid if ref.validity == mailbox.validity else 0)
        if data is None:
            return None
        parts = [part for part in read(data).walk() if (part.number or "1") == ref.part and not part.parts]
        return Attached(clean(parts[-1].filename), parts[-1].type, parts[-1].content()) if parts else None

    async def send(self, message: Outgoing) -> Sent:
        """Send a private message as a mail."""
        if not message.private:
            raise NotPossible(network=say(self.label), deed="reply in public")
        letter = compose(message, self._settings)
        await self._do(self._send, letter)
        self._keep(letter)
        return Sent(self._uri(message))

    def _send(self, letter: Letter) -> None:
        with self._submission() as client:
            submit(client, letter, self._settings)

    def _keep(self, letter: Letter) -> None:
        """Put a copy into the mailbox, beside: a mail that left has left."""

        def keep() -> None:
            try:
                with self._mailbox() as mailbox:
                    mailbox.keep_sent(letter.id, letter.data)
            except Exception as error:
                words = str(error) if isinstance(error, HubbubError) else type(error).__name__
                log.warning("No copy of what was sent is in the mailbox of %s: %s", self._settings.address, words)

        with suppress(RuntimeError):  # closed meanwhile
            self._threads().submit(keep)

    def expected_uri(self, message: Outgoing) -> str | None:
        """The uri the mail will have."""
        return self._uri(message) if message.private else None

    def _uri(self, message: Outgoing) -> str:
        return f"mail:{message.key}@{self._settings.domain}"

    async def aclose(self) -> None:
        """Break off whatever waits for a server, and close every connection."""
        for shut in list(self._open):
            shut()
        self._open.clear()
        if self._hand is not None:
            self._hand.shutdown(wait=False, cancel_futures=True)
            self._hand = None
        await self._http.aclose()

    # Threads -------------------------------------------------------------
    def _threads(self) -> ThreadPoolExecutor:
        if self._hand is None:
            self._hand = ThreadPoolExecutor(1, "mail-hand")
        return self._hand

    async def _do(self, work: Callable[..., T], *args: Any) -> T:
        """Do something that blocks, in the channel's own thread. Who stops waiting for it breaks it off."""
        return await asyncio.get_running_loop().run_in_executor(self._threads(), partial(work, *args))

    @contextmanager
    def _mailbox(self) -> Iterator[Mailbox]:
        made = Mailbox(self._settings, self._http)
        self._open.add(made.shut)
        try:
            made.open()
            yield made
        finally:
            made.close()
            self._open.discard(made.shut)

    @contextmanager
    def _submission(self) -> Iterator[SMTP]:
        sockets: list[Callable[[], None]] = []

        def opened(made: socket.socket) -> None:
            sockets.append(partial(_break, made))
            self._open.add(sockets[-1])

        try:
            with signed_in(self._settings, self._http, opened) as client:
                yield client
        finally:
            self._open.difference_update(sockets)


def _break(opened: socket.socket) -> None:
    with suppress(OSError):
        opened.shutdown(socket.SHUT_RDWR)


def _cursor(place: Place) -> dict[str, Any]:
    return {"validity": place.validity, "uid": place.uid, "day": place.day}


def _some(mailbox: Mailbox, uids: Sequence[int], address: str) -> tuple[list[tuple[int, bytes]], list[int]]:
    """Return some mails as lines, and the numbers of those that are left."""
    lines: list[tuple[int, bytes]] = []
    size, last = 0, 0
    for uid, data in mailbox.mails(uids[:MAILS_AT_ONCE]):
        lines.append((uid, line_of(data, mailbox=address, uid=uid, validity=mailbox.validity)))
        size, last = size + len(data), uid
        if size > BYTES_AT_ONCE:
            break
    else:
        last = uids[:MAILS_AT_ONCE][-1]
    return lines, [uid for uid in uids if uid > last]
