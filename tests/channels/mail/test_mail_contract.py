"""The e-mail connector keeps what every connector promises."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.channels.contract import ChannelContract, Live
from tests.channels.mail.letters import bounce, mail, mixed
from tests.channels.mail.post_office import PASSWORD, PostOffice, missing

from hubbub.channels.adapters.mail.channel import Mail
from hubbub.infra.http import Http

CONFIG = {"address": "care@acme.example", "imap_host": "imap.acme.example", "smtp_host": "smtp.acme.example"}
LOCAL = {"address": "care@acme.example", "imap_host": "127.0.0.1", "smtp_host": "127.0.0.1"}
SECRET = {"password": PASSWORD}


class TestMail(ChannelContract):
    kind = "mail"
    config = CONFIG
    secret = SECRET
    page = "mail.md"
    samples = (
        mail(),
        mail("On its way, thanks", key="second@example.org", In_Reply_To="<first@example.org>"),
        mail("<p>My widget <b>broke</b></p>", content="text/html", key="third@example.org", heard=""),
        mixed(
            ("Content-Type: text/plain", "See the picture"),
            ('Content-Type: image/png; name="a.png"\nContent-Transfer-Encoding: base64', "iVBORw0KGgo="),
            key="fourth@example.org",
        ),
        mail("Nobody knows me", key="", date=""),
        bounce("ours@acme.example"),
    )
    unusable = (
        ({**CONFIG, "address": "care"}, SECRET),
        ({**CONFIG, "address": "care@acme.example\r\nBcc: all@example.org"}, SECRET),
        ({**CONFIG, "imap_host": "imap acme"}, SECRET),
        ({**CONFIG, "imap_host": "imap.acme.example/inbox"}, SECRET),
        ({**CONFIG, "imap_port": "often"}, SECRET),
        ({**CONFIG, "smtp_port": "70000"}, SECRET),
        (CONFIG, {"password": "two\r\nlines"}),
        ({**LOCAL, "imap_port": "1"}, SECRET),
        ({**CONFIG, "imap_host": "169.254.169.254"}, SECRET),
    )

    def line_of(self, text: str) -> bytes:
        words = base64.encodebytes(text.encode(errors="replace"))
        return mail(words, Content_Transfer_Encoding="base64")

    @asynccontextmanager
    async def live(self, folder: Path) -> AsyncIterator[Live]:
        if lacks := missing():
            pytest.skip(lacks)
        with PostOffice() as office:
            for number in range(25):
                office.put("care", mail(f"Number {number}", key=f"{number}@example.org", heard=""))
            yield Live(lambda: Mail(office.config(), SECRET, Http("mail", allow_private=True)), lines=25)
