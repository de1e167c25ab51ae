"""What `hostile` feeds: the `parse` of each kind of connection, and what takes whole documents, with their samples."""

import asyncio
import json
import pkgutil
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import replay
from mutations import mutated

ROOT = Path(__file__).resolve().parents[1]
SEED = 2026


@dataclass(frozen=True, slots=True)
class Target:
    """What is fed: samples, the work on the clock, and what its result is called; it raises where that breaks rules."""

    name: str
    samples: Sequence[bytes]
    work: Callable[[Sequence[bytes]], Any]
    outcomes: Callable[[Any, int], list[str]]
    batches: bool = True

    def line(self, number: int) -> bytes:
        """Return line N, the same at every run."""
        rng = random.Random(f"{SEED}/{self.name}/{number}")
        return mutated(rng.choice(self.samples), rng)


def connectors(only: Sequence[str] | None, data: Path | None) -> list[Target]:
    """Return every kind of connection there is, with its samples; ends the program where one has none."""
    from hubbub.channels.registry import KINDS

    contract = import_module("tests.channels.contract")
    for path in sorted((ROOT / "tests" / "channels").rglob("test_*.py")):
        if "ChannelContract" in path.read_text(encoding="utf-8"):
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    suites: dict[str, Any] = {}
    waiting = contract.ChannelContract.__subclasses__()
    while waiting:
        suite = waiting.pop()
        waiting += suite.__subclasses__()
        if getattr(suite, "samples", None):
            suites.setdefault(suite.kind, suite)
    kinds = only if only is not None else [*KINDS]
    if missing := [kind for kind in kinds if kind not in suites]:
        sys.exit(f"hostile: no subclass of ChannelContract in tests/channels has samples of: {', '.join(missing)}")
    more = recorded(data) if data else {}
    return [_connector(contract, suites[kind], more.get(kind, [])) for kind in kinds]


def _connector(contract: Any, suite: Any, more: Sequence[bytes]) -> Target:
    from hubbub.channels.registry import channel_class
    from hubbub.kernel.batch import RawBatch

    parse, judge = channel_class(suite.kind).parse, suite().look_at

    def outcomes(batch: Any, count: int) -> list[str]:
        judge(batch, count)
        found = ["left_out"] * count
        for row in batch.posts["row"].to_pylist():
            found[row] = "stored"
        for reject in batch.rejects:
            found[reject.row] = "rejected"
        return found

    return Target(
        suite.kind, [*suite.samples, *more], lambda lines: parse(RawBatch(lines, None, contract.NOON)), outcomes
    )


def recorded(data: Path) -> dict[str, list[bytes]]:
    """Return lines of each kind of connection that recorded answers give, where a module of `replay` tells them."""
    found: dict[str, list[bytes]] = {}
    for name in (module.name for module in pkgutil.iter_modules(replay.__path__)):
        lines = getattr(import_module(f"replay.{name}"), "lines", None)
        if lines is not None and (data / name).is_dir():
            for kind, more in lines(data).items():
                found.setdefault(kind, []).extend(more)
    return found


def documents(only: Sequence[str] | None, data: Path | None) -> list[Target]:
    """Return what takes whole documents of foreign bytes, by the kind of connection they come to."""
    made = {"feed": _feeds(data), "file": _files(), "generic": _posted()}
    return [target for kind, target in made.items() if only is None or kind in only]


def _document(name: str, samples: Sequence[bytes], posts: Callable[[bytes], int]) -> Target:
    """Make a target of what says how many posts a document gave; an error of ours is a way to turn it away."""
    from hubbub.kernel.errors import HubbubError

    def work(bodies: Sequence[bytes]) -> list[str]:
        try:
            return ["stored" if posts(bodies[0]) else "left_out"]
        except HubbubError:
            return ["rejected"]

    return Target(name, samples, work, lambda found, _: found, batches=False)


def _feeds(data: Path | None) -> Target:
    from hubbub.channels.adapters.feeds.document import read

    written = import_module("tests.channels.feeds.documents")
    items = (written.item(1, text="<p>My <b>widget</b> broke</p>"), written.item(2, at=written.ago(days=1)))
    samples = [written.rss(*items).encode(), written.ATOM.encode(), written.ATOM.encode("utf-16")]
    if data is not None and (data / "feeds").is_dir():
        samples += [path.read_bytes() for path in sorted((data / "feeds").iterdir())]
    address = "https://feed.example.org/feed"
    return _document(
        "feeds",
        samples,
        lambda body: len(read(body, feed=address, url=address, content_type="application/xml").entries),
    )


def _files() -> Target:
    from hubbub.channels.adapters.file.channel import File
    from hubbub.infra.http import Http

    async def heard(path: Path) -> int:
        file = File({"path": str(path)}, {}, Http("file", allow_private=False))
        return sum([len(File.parse(raw)) async for raw in file.hear(None)])

    def posts(body: bytes) -> int:
        with tempfile.TemporaryDirectory(prefix="hubbub-hostile-") as folder:
            path = Path(folder) / "posts.csv"
            path.write_bytes(body)
            return asyncio.run(heard(path))

    table = (ROOT / "docs" / "samples" / "posts.csv").read_bytes()
    objects = b'{"text": "My widget broke", "user": "bob"}\n{"text": "So did mine", "user": "mia", "id": 7}\n'
    return _document("files", [table, table.replace(b",", b"\t"), table.decode().encode("utf-16"), objects], posts)


def _posted() -> Target:
    from hubbub.channels.adapters.generic.channel import Generic
    from hubbub.infra.http import Http
    from hubbub.kernel.batch import RawBatch

    contract = import_module("tests.channels.contract")
    source = Generic({"source": "shop chat"}, {}, Http("generic", allow_private=False))

    def posts(body: bytes) -> int:
        try:
            messages = json.loads(body)
        except (ValueError, RecursionError):
            return 0  # the API turns away what is no JSON, before it comes here
        return len(
            Generic.parse(RawBatch(source.lines(messages if isinstance(messages, list) else []), None, contract.NOON))
        )

    message = {"id": 7, "text": "My widget broke", "author": {"id": "u1", "name": "Mia"}, "created_at": 1_790_000_000}
    return _document(
        "posted messages", [json.dumps([message, {"text": "Thanks", "mentions": ["@acme"]}]).encode()], posts
    )
