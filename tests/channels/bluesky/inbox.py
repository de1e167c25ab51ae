"""Notifications as the network's index serves them."""

from datetime import datetime
from typing import Any

from tests.channels.bluesky.samples import ACME, MIA, notification, record
from tests.channels.bluesky.server import Answer, Call, Server

GET = "com.atproto.repo.getRecord"
LIST = "app.bsky.notification.listNotifications"
NO_RECORD: Answer = (400, {"error": "RecordNotFound", "message": "Could not locate record"})


def told(number: int, at: datetime, did: str = MIA) -> dict[str, Any]:
    view = notification(record(f"No. {number}"))["post"]
    return dict(view) | {
        "uri": f"at://{did}/app.bsky.feed.post/3lpost{number:07}",
        "author": {"did": did, "handle": "mia.example.com"},
        "indexedAt": at.isoformat().replace("+00:00", "Z"),
    }


class Inbox:
    """Notifications as the index pages them: newest first, a full page cut before it is filtered."""

    def __init__(self, server: Server) -> None:
        self.items: list[dict[str, Any]] = []
        self.limit = 100
        server.says[LIST] = self.page
        server.says["app.bsky.actor.getProfiles"] = lambda call: (
            200,
            {"profiles": [{"did": did, "handle": "x.test", "followersCount": 7} for _, did in call.query]},
        )
        server.says["app.bsky.actor.getProfile"] = [(200, {"did": ACME, "handle": "acme.test"})]
        server.says[GET] = [NO_RECORD]
        server.says["app.bsky.feed.getAuthorFeed"] = self.feed

    def feed(self, call: Call) -> Answer:
        actor = dict(call.query)["actor"]
        return 200, {"feed": [{"post": item} for item in self.items if item["author"]["did"] == actor]}

    def page(self, call: Call) -> Answer:
        query = dict(call.query)
        ordered = sorted(self.items, key=lambda item: str(item["indexedAt"]), reverse=True)
        start = next(
            (n for n, item in enumerate(ordered) if item["indexedAt"] < query.get("cursor", "~")), len(ordered)
        )
        cut = ordered[start : start + self.limit]
        shown = [item for item in cut if item["reason"] in ("mention", "reply", "quote")]
        more = {"cursor": cut[-1]["indexedAt"]} if start + self.limit < len(ordered) else {}
        return 200, {"notifications": shown, **more}
