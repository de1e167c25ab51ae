"""What a mail server's no means, by its number: for this mail or for all, for now or for good."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from tests.installation import free_port

from hubbub.channels.adapters.mail.channel import Mail
from hubbub.channels.core.contract import Outgoing, Refused, SlowDown
from hubbub.infra.http import AnswerLost, Http, Unreachable

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HELLO = Outgoing("k1", "Hello.", NOON, to="jo@ex.test", private=True)


class Says:
    """A mail server that answers a recipient and a whole mail with these words."""

    def __init__(self, to: str = "250 OK", mail: str = "250 OK") -> None:
        self.to, self.mail = to, mail

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.to.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        return self.mail


@contextmanager
def server(handler: Says) -> Iterator[Mail]:
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield Mail(
            {"address": "care@ex.test", "imap_host": "127.0.0.1", "smtp_host": "127.0.0.1", "smtp_port": str(port)},
            {"password": "x"},
            Http("mail", allow_private=True),
        )
    finally:
        controller.stop()


@pytest.mark.parametrize(
    ("says", "means"),
    [
        (Says(to="550 No such person"), Refused),
        (Says(to="450 Greylisted, come again"), Unreachable),
        (Says(to="452 Their mailbox is full"), Unreachable),
        (Says(to="421 Too many mails from you"), SlowDown),
        (Says(mail="554 Looks like spam"), Refused),
        (Says(mail="451 Try later"), Unreachable),
        (Says(mail="421 Closing"), SlowDown),
    ],
)
async def test_a_no_to_one_mail_holds_up_no_other_and_one_to_all_holds_up_all(
    says: Says, means: type[Exception]
) -> None:
    with server(says) as mail:
        with pytest.raises(means) as caught:
            await mail.send(HELLO)
        await mail.aclose()
    assert type(caught.value) is means
    assert not isinstance(caught.value, AnswerLost)
    said = says.to if not says.to.startswith("250") else says.mail
    assert said[4:] in str(caught.value)


async def test_a_yes_is_a_yes() -> None:
    with server(Says()) as mail:
        assert (await mail.send(HELLO)).uri == "mail:k1@ex.test"
        await mail.aclose()
