"""The generic connector keeps what every connector promises."""

from tests.channels.contract import ChannelContract
from tests.channels.generic.messages import lines


class TestGeneric(ChannelContract):
    kind = "generic"
    config = {"source": "shop chat"}
    samples = tuple(
        lines(
            {"text": "My widget broke"},
            {
                "id": 7,
                "text": "So’s mine, @acme",
                "author": {"id": "u1", "handle": "@mia", "name": "Mia", "followers": 12},
                "created_at": "2026-11-21T09:30:00+01:00",
                "url": "https://shop.example.org/chat/7",
                "lang": "en-GB",
                "parent": "6",
                "root": 1,
                "private": True,
                "mentions": ["@acme"],
            },
            {"id": "x", "text": "Thanks", "created_at": 1_790_000_000.5, "author": {"handle": "bob"}, "colour": "red"},
        )
    )
    unusable = (({"source": " "}, {}), ({"source": "s" * 200}, {}))

    def line_of(self, text: str) -> bytes:
        return lines({"id": "1", "text": text, "author": {"name": text[:50]}})[0]
