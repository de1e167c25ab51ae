"""Hand-written samples of what Bluesky sends; nobody real."""

import json
from typing import Any

MIA = "did:plc:mia22222222222222222222"
BOB = "did:plc:bob22222222222222222222"
ACME = "did:plc:acme2222222222222222222"
CID = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"
ROOT = {"uri": f"at://{ACME}/app.bsky.feed.post/3lroot2222222", "cid": CID}
PARENT = {"uri": f"at://{BOB}/app.bsky.feed.post/3lparent22222", "cid": CID}
NOON_US = 1_795_348_800_000_000  # 2026-11-22 12:00 UTC


def record(text: str = "My widget is broken", **more: Any) -> dict[str, Any]:
    """A post record."""
    return {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-11-22T11:59:59.123Z", **more}


def commit(operation: str = "create", record: Any = None, **more: Any) -> dict[str, Any]:
    """A Jetstream event about a post of Mia's."""
    inside = {
        "rev": "3lrev2222222a",
        "operation": operation,
        "collection": "app.bsky.feed.post",
        "rkey": "3lpost2222222",
    }
    if record is not None:
        inside |= {"record": record, "cid": CID}
    return {"did": MIA, "time_us": NOON_US, "kind": "commit", "commit": inside} | more


def facet(kind: str, start: int, end: int, **what: str) -> dict[str, Any]:
    """A facet of a record."""
    return {
        "index": {"byteStart": start, "byteEnd": end},
        "features": [{"$type": f"app.bsky.richtext.facet#{kind}", **what}],
    }


def notification(post: Any = None, **more: Any) -> dict[str, Any]:
    """One line of the account channel: a mention by Mia, with her profile."""
    return {
        "post": {
            "uri": f"at://{MIA}/app.bsky.feed.post/3lpost2222222",
            "cid": CID,
            "author": {"did": MIA, "handle": "mia.example.com", "displayName": "Mia 🌻", "viewer": {"muted": False}},
            "reason": "mention",
            "record": record() if post is None else post,
            "indexedAt": "2026-11-22T12:00:00.000Z",
            "labels": [],
        },
        "profile": {
            "did": MIA,
            "followersCount": 1200,
            "followsCount": 80,
            "postsCount": 345,
            "createdAt": "2024-01-02",
        },
    } | more


def line(event: Any) -> bytes:
    """An event as it comes over the wire."""
    return json.dumps(event).encode()
