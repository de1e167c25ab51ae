"""Hand-written samples of what a Mastodon server sends; nobody real."""

import json
from typing import Any

ON = "social.example"
BOB = {
    "id": "7",
    "username": "Bob",
    "acct": "Bob@home.example",
    "display_name": "Bob 🌻",
    "note": "<p>I like <b>widgets</b>.<br>A lot.</p>",
    "url": "https://home.example/@Bob",
    "avatar": "https://social.example/bob.png",
    "created_at": "2024-01-02T00:00:00.000Z",
    "followers_count": 1200,
    "following_count": 80,
    "statuses_count": 345,
    "last_status_at": "2026-11-22",
    "bot": False,
    "emojis": [],
    "fields": [],
}
ACME = {"id": "1", "username": "acme", "acct": "acme", "url": "https://social.example/@acme"}
DORA = {"id": "9", "username": "dora", "acct": "Dora@far.example", "url": "https://far.example/@dora"}


def status(content: str = "<p>My widget is broken</p>", **more: Any) -> dict[str, Any]:
    """A post of Bob's, as a server of today shows it."""
    return {
        "id": "109",
        "created_at": "2026-11-22T11:59:59.123Z",
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": "en",
        "uri": "https://home.example/users/Bob/statuses/1",
        "url": "https://home.example/@Bob/1",
        "edited_at": None,
        "content": content,
        "reblog": None,
        "account": BOB,
        "media_attachments": [],
        "mentions": [ACME],
        "tags": [],
        "card": None,
        "poll": None,
    } | more


def mention(number: int = 1, **more: Any) -> dict[str, Any]:
    """A notification of such a post."""
    told = status(f"<p>No. {number}</p>", id=str(1_000 + number)) | more
    return {"id": str(number), "type": "mention", "created_at": told["created_at"], "account": BOB, "status": told}


def line(post: Any = None, **more: Any) -> bytes:
    """A line of the connector's."""
    return json.dumps({"on": ON, "status": status() if post is None else post} | more).encode()
