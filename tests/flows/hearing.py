"""What the tests of flows share: lines heard on any connection, and the counts told again from what is on disk."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deltalake import DeltaTable

from hubbub.accounts.core.access import Access
from hubbub.care.core.understanding import LinearModel
from hubbub.channels import selectors as channels
from hubbub.channels import services as channel_services
from hubbub.flows.ears import Ears
from hubbub.flows.ingest import Ingested, ingest
from hubbub.infra import identities, segments
from hubbub.infra.places import Places
from hubbub.kernel.batch import Event, RawBatch
from hubbub.listening.models import EVERY_POST, Rollup, Segment
from tests.channels.bluesky.samples import MIA, NOON_US, commit, line, record
from tests.make import NOON

NOWHERE = "http://127.0.0.1:1"  # nobody answers there
Cell = tuple[int, int, int, str, str, int]


def connect_sky(access: Access, url: str = "ws://127.0.0.1:1/subscribe", name: str = "Everything public") -> int:
    """Hear the public stream, which all workspaces share."""
    config = {"url": url, "appview": NOWHERE}
    return channel_services.connect(access, kind="jetstream", name=name, config=config, now=NOON)


def sky(
    key: str, text: str = "", operation: str = "create", *, at_s: float = 0, author: str = MIA, **more: Any
) -> bytes:
    """A line of the public stream: somebody writes, changes or takes back the post of that key."""
    event = commit(operation, None if operation == "delete" else record(text, **more))
    event["commit"]["rkey"] = key
    return line(event | {"did": author, "time_us": NOON_US + int(at_s * 1e6)})


def sky_uri(key: str, author: str = MIA) -> str:
    """What such a post is called."""
    return f"at://{author}/app.bsky.feed.post/{key}"


def hear(
    access: Access, connection: int, lines: Sequence[bytes], places: Places, *, now: datetime = NOON, **how: Any
) -> Ingested:
    """Hear lines as one batch of a connection's stream, at a moment."""
    stream_id = channels.connection(access, connection).stream
    assert stream_id is not None
    stream = how.pop("stream", None) or channels.stream(stream_id)
    raw = RawBatch(lines, how.pop("cursor", {"lines": len(lines)}), now)
    how = {"ears": Ears.open(), "understanding": LinearModel.shipped(), "now": now} | how
    return ingest(stream, raw, places=places, **how)


def waiting(places: Places) -> list[dict[str, Any]]:
    """Every line of every segment that was committed and is not archived, in the order of the commits."""
    rows = Segment.objects.filter(archived_at__isnull=True).order_by("pk").values_list("stream_id", "number")
    return [each for stream, number in rows for each in segments.read(places.segments, stream, number).to_pylist()]


def archived(places: Places) -> list[dict[str, Any]]:
    """Every line of the archive."""
    return DeltaTable(str(places.archive)).to_pyarrow_table().to_pylist() if places.archive.exists() else []


def lines_of(stored: Sequence[dict[str, Any]]) -> Counter[tuple[int, str, str]]:
    """Which events are stored, and how often: by workspace, uri and kind."""
    return Counter((each["workspace"], each["uri"], Event(each["event"]).name.lower()) for each in stored)


def recount(stored: Sequence[dict[str, Any]]) -> Counter[Cell]:
    """The roll-ups told again from what is on disk: each post by its last wording, none that was taken back."""
    last: dict[tuple[int, str], dict[str, Any]] = {}
    for each in sorted(stored, key=lambda each: (each["event"] == Event.DELETE, each["happened_at"], each["event"])):
        last[each["workspace"], each["uri"]] = each
    return Counter(
        (each["workspace"], topic, int(each["said_at"].timestamp() // 60), *_rest(each))
        for each in last.values()
        if each["event"] != Event.DELETE
        for topic in (EVERY_POST, *each["topics"])
    )


def _rest(each: dict[str, Any]) -> tuple[str, str, int]:
    return each["channel"], each["language"], each["sentiment"]


def counted() -> Counter[Cell]:
    """The roll-ups as pages read them."""
    rows = Rollup.objects.exclude(posts=0)
    names = ("workspace_id", "topic", "minute", "channel", "lang", "sentiment")
    return Counter({tuple(key): posts for *key, posts in rows.values_list(*names, "posts")})


def counted_posts(access: Access, topic: int = EVERY_POST) -> int:
    """How many posts of a topic (or of all) the roll-ups of a workspace have."""
    found = counted().items()
    return sum(posts for cell, posts in found if cell[:2] == (access.workspace, topic))


@contextmanager
def elsewhere() -> Iterator[Places]:
    """Folders that are gone afterwards, for tests that need several."""
    with TemporaryDirectory() as folder:
        home = Path(folder).resolve()
        try:
            yield Places(home / "segments", home / "identities", home / "archive", home / "spool", home / "files")
        finally:
            if opened := identities._open.pop(home / "identities", None):
                opened.close()
