"""A mail server for tests."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from hubbub.infra.environment import MailServer


@dataclass(slots=True)
class Mailbox:
    """A mail server that keeps what it takes."""

    mails: list[EmailMessage] = field(default_factory=list)
    refuses: str = ""
    server: MailServer | None = None

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
        return "250 taken"

    def text(self, number: int = -1) -> str:
        body = self.mails[number].get_body(("plain",))
        assert body is not None
        return str(body.get_content())


@contextmanager
def mailbox_open() -> Iterator[Mailbox]:
    """One that listens on this machine."""
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    box.server = MailServer("127.0.0.1", port, encrypted=False)
    yield box
    controller.stop()
