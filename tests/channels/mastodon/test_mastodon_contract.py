"""Both connectors keep what every connector promises."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.channels.contract import ChannelContract, Live
from tests.channels.mastodon.mock import CUST, SHOP, Mock, token_of
from tests.channels.mastodon.samples import BOB, DORA, ON, line, status

from hubbub.channels.adapters.mastodon.channel import Mastodon
from hubbub.channels.adapters.mastodon.tags import Tags
from hubbub.infra.http import Http

OLD = {  # as a server of 2016 told it: a number for an id, and less of everything
    "id": 12,
    "created_at": "2016-11-24T10:02:12.085Z",
    "in_reply_to_id": 11,
    "in_reply_to_account_id": 7,
    "sensitive": None,
    "visibility": "public",
    "uri": "tag:home.example,2016-11-24:objectId=12:objectType=Status",
    "url": "https://home.example/users/Bob/updates/12",
    "content": "<p>Old</p>",
    "account": {"id": 7, "username": "Bob", "acct": "Bob", "created_at": "2016-11-24T10:02:12.085Z"},
    "media_attachments": [],
    "mentions": [],
    "reblog": None,
}
FULL = status(
    '<p>Look, <a href="https://acme.example/w?a=1&amp;b=2" rel="nofollow">here</a></p>',
    id="110",
    in_reply_to_id="109",
    in_reply_to_account_id="9",
    visibility="direct",
    spoiler_text="Sharp edges",
    mentions=[DORA],
    media_attachments=[
        {"id": "3", "type": "image", "url": "https://files.example/a/lid.png", "description": "A broken lid"},
        {"id": "4", "type": "unknown", "url": None, "remote_url": None},
    ],
    poll={"id": "5", "options": [{"title": "Mend", "votes_count": 3}, {"title": "Replace", "votes_count": None}]},
    card={"url": "https://acme.example/card"},
    quote={"state": "accepted", "quoted_status": status("<p>What Dora said</p>", id="90")},
)
SAMPLES = (
    line(),
    line(FULL),
    line(OLD),
    line(status("<p>Mended</p>", id="111", edited_at="2026-11-22T12:30:00.000Z")),
    line(status("", id="112", reblog=status(id="108"))),
    line({"id": "113", "account": BOB, "created_at": "2026-11-22T11:00:00Z"}),
    b'{"on":"social.example","gone":"99","at":"2026-11-22T12:00:00+00:00"}',
)
UNUSABLE = (
    "http://social.example",
    "ftp://social.example",
    "https://mia:secret@social.example",
    "https://social.example:99999",
    "https://social.example/@acme",
    "https://[::1",
    "https://social.example/?a=b",
    "https://" + "a" * 600,
    "http://127.0.0.1:1",
    "https://169.254.169.254",
    "social example",
)


class TestMastodon(ChannelContract):
    kind = "mastodon"
    config = {"server": f"https://{ON}"}
    secret = {"token": "abcd"}
    page = "mastodon.md"
    hides_markup = True
    samples = SAMPLES
    unusable = (*(({"server": server}, {"token": "abcd"}) for server in UNUSABLE), ({"server": f"https://{ON}"}, {}))

    def line_of(self, text: str) -> bytes:
        return line(status(text, spoiler_text=text[:3_000], account=BOB | {"display_name": text[:500]}))

    @asynccontextmanager
    async def live(self, folder: Path) -> AsyncIterator[Live]:
        with Mock(folder / "mock") as mock:
            for number in range(12):
                mock.post(CUST, f"@{SHOP} my widget broke, {number}")
            config, secret = {"server": mock.url}, {"token": token_of(SHOP)}
            yield Live(lambda: Mastodon(config, secret, Http("mastodon", allow_private=True)), lines=12)


class TestTags(ChannelContract):
    kind = "mastodon_tags"
    config = {"server": f"https://{ON}", "tags": "#Acme, widget"}
    page = "mastodon.md"
    hides_markup = True
    samples = SAMPLES
    unusable = (
        *(({"server": server, "tags": "acme"}, {}) for server in UNUSABLE),
        ({"server": f"https://{ON}", "tags": "#"}, {}),
        ({"server": f"https://{ON}", "tags": "two-words"}, {}),
        ({"server": f"https://{ON}", "tags": "x" * 80}, {}),
        ({"server": f"https://{ON}", "tags": " ".join(map(str, range(11)))}, {}),
    )

    def line_of(self, text: str) -> bytes:
        return line(status(text))

    @asynccontextmanager
    async def live(self, folder: Path) -> AsyncIterator[Live]:
        with Mock(folder / "mock") as mock:
            for number in range(12):
                mock.post(CUST, f"my #{'acme' if number % 2 else 'widget'} broke, {number}")
            config = {"server": mock.url, "tags": "#acme #widget"}
            yield Live(lambda: Tags(config, {}, Http("mastodon", allow_private=True)), lines=12)
