"""The file connector keeps what every connector promises."""

import csv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from tests.channels.contract import ChannelContract, Live

from hubbub.channels.adapters.file.channel import File
from hubbub.channels.adapters.file.parse import Plan
from hubbub.infra.http import Http

ROWS = Plan(
    "export",
    width=9,
    cells={
        "text": 0,
        "id": 1,
        "author": 2,
        "created_at": 3,
        "parent": 4,
        "followers": 5,
        "private": 6,
        "url": 7,
        "inbound": 8,
    },
)
OBJECTS = Plan("export", names={"text": "text", "author": "user.id", "name": "user.name", "lang": "lang"})


def row(*cells: str) -> bytes:
    return msgspec.json.encode((f"file:export/id:{cells[1]}", 2, ROWS, cells))


class TestFile(ChannelContract):
    kind = "file"
    config = {"path": "posts.csv"}
    page = "file.md"
    samples = (
        row("My widget broke", "1", "bob", "2015-02-24 11:35", "", "1,204", "no", "https://example.org/1", "true"),
        row("@bob We are sorry", "2.0", "acme", "Tue Oct 31 22:10:47 +0000 2017", "1.0", "", "yes", "", "False"),
        msgspec.json.encode(
            ("file:export/0a/1", 7, OBJECTS, {"text": "So’s mine", "user": {"id": 7, "name": "Mia"}, "lang": "en_GB"})
        ),
    )
    unusable = (
        ({"path": "/nowhere/posts.csv"}, {}),
        ({"path": "/"}, {}),
        ({"path": "/dev/null"}, {}),
        ({"path": "a\0b"}, {}),
        ({"path": "posts.csv", "mapping": "text"}, {}),
        ({"path": "posts.csv", "mapping": "body=text"}, {}),
        ({"path": "posts.csv", "mapping": "author=user"}, {}),
        ({"path": "posts.csv", "source": "s" * 200}, {}),
    )

    def line_of(self, text: str) -> bytes:
        cells = [text.encode(errors="replace").decode(), "1", "bob", "2015-02-24", "", "", "", "", ""]
        return msgspec.json.encode(("file:export/id:1", 2, ROWS, cells))

    @asynccontextmanager
    async def live(self, folder: Path) -> AsyncIterator[Live]:
        path = folder / "posts.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("message", "user"))
            writer.writerows((f"My widget broke\nagain, {number % 40}", "bob") for number in range(1_200))
        yield Live(lambda: File({"path": str(path)}, {}, Http("file", allow_private=False)), lines=1_200)
