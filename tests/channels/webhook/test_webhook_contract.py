"""The webhook connector keeps what every connector promises."""

from tests.channels.contract import ChannelContract
from tests.channels.generic.messages import lines


class TestWebhook(ChannelContract):
    kind = "webhook"
    config = {"source": "shop chat", "reply": "https://shop.example.org/hubbub"}
    secret = {"key": "a key"}
    page = "webhook.md"
    samples = tuple(
        lines(
            {"text": "My widget broke"},
            {
                "id": 7,
                "subject": "Look",
                "author": {"id": "u1", "handle": "@mia", "name": "Mia"},
                "files": [
                    {"url": "https://shop.example.org/1.jpg", "type": "image/jpeg", "alt": "A widget in two halves"},
                    {"url": "https://shop.example.org/2.jpg", "type": "image/jpeg", "name": "2.jpg"},
                ],
                "parent": "6",
                "root": 1,
                "private": True,
            },
            {"id": 7, "event": "edit", "changed_at": "2026-11-22T11:00:00Z", "text": "Both halves"},
            {"id": 7, "event": "delete"},
        )
    )
    unusable = (
        ({"source": " "}, {}),
        ({"source": "shop", "reply": "example.org"}, {}),
        ({"source": "shop", "reply": "https://mia:secret@example.org/"}, {}),
        ({"source": "shop", "reply": "ftp://example.org/"}, {}),
    )

    def line_of(self, text: str) -> bytes:
        return lines({"id": "1", "text": text, "files": [{"url": "https://shop.example.org/1", "alt": text[:500]}]})[0]
