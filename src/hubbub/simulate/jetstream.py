"""A small Jetstream for tests and demonstrations: serves numbered events, resumes at a cursor, and can break off.

    python -m hubbub.simulate.jetstream --port 6008 --posts 10000 --seed 7 --rate 50

Like the real one it tells everybody about accounts and handles, whatever collections they asked for; tells
what came after a cursor, or only what comes from now on where there is none; and knows nothing of acknowledgements.
"""

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

POST = "app.bsky.feed.post"
LIKE = "app.bsky.feed.like"
_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
_WORDS = (
    "parcel",
    "widget",
    "late",
    "broken",
    "thanks",
    "lovely",
    "battery",
    "screen",
    "order",
    "still",
    "waiting",
    "new",
)


class _Commit(msgspec.Struct):
    collection: str = ""


class _Event(msgspec.Struct):
    time_us: int
    kind: str = ""
    commit: _Commit = msgspec.field(default_factory=_Commit)


_EVENT = msgspec.json.Decoder(_Event)


def numbered(count: int, *, seed: int, start_us: int, step_us: int = 100_000, people: int = 200) -> list[bytes]:
    """Return `count` events, `step_us` apart; each post begins with its number, as in "No. 17".

    Mostly new posts, a fifth of them replies; between them edits, deletes, likes and changes of handle.
    """
    dice = random.Random(seed)
    dids = [f"did:plc:{''.join(dice.choices(_ALPHABET, k=24))}" for _ in range(people)]
    posts: list[dict[str, Any]] = []
    events: list[bytes] = []
    for number in range(count):
        at = start_us + number * step_us
        draw = dice.random() if posts else 1.0
        event: dict[str, Any] = {"did": dice.choice(dids), "time_us": at, "kind": "commit"}
        if draw < 0.03:
            event |= {"kind": "identity", "identity": {"did": event["did"], "handle": f"user{number}.example.com"}}
        elif draw < 0.08:
            event["commit"] = _commit("create", LIKE, number, dice, {"subject": _ref(dice.choice(posts))})
        elif draw < 0.11:
            post = posts.pop(dice.randrange(len(posts)))
            event |= {"did": post["did"], "commit": {"operation": "delete", "collection": POST, "rkey": post["rkey"]}}
        elif draw < 0.13:
            post = dice.choice(posts)
            commit = _commit("update", POST, number, dice, _post(number, at, dice, None)) | {"rkey": post["rkey"]}
            event |= {"did": post["did"], "commit": commit}
        else:
            parent = dice.choice(posts) if posts and dice.random() < 0.2 else None
            event["commit"] = _commit("create", POST, number, dice, _post(number, at, dice, parent))
            root = parent["root"] if parent else None
            posts.append({"did": event["did"], "root": root, **event["commit"]})
            posts[-1]["root"] = root or _ref(posts[-1])
        events.append(msgspec.json.encode(event))
    return events


def _commit(
    operation: str, collection: str, number: int, dice: random.Random, record: dict[str, Any]
) -> dict[str, Any]:
    key = "3l" + "".join(_ALPHABET[number >> shift & 31] for shift in range(50, -5, -5))
    cid = "bafyrei" + "".join(dice.choices(_ALPHABET, k=52))
    record = {"$type": collection, **record}
    return {"operation": operation, "collection": collection, "rkey": key, "cid": cid, "record": record}


def _post(number: int, at: int, dice: random.Random, parent: dict[str, Any] | None) -> dict[str, Any]:
    text = f"No. {number} " + " ".join(dice.choices(_WORDS, k=dice.randint(3, 25)))
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at // 1_000_000))
    post: dict[str, Any] = {"text": text, "createdAt": created, "langs": ["en"]}
    return post | ({"reply": {"root": parent["root"], "parent": _ref(parent)}} if parent else {})


def _ref(post: dict[str, Any]) -> dict[str, str]:
    return {"uri": f"at://{post['did']}/{POST}/{post['rkey']}", "cid": post["cid"]}


def read(path: Path) -> list[bytes]:
    """Return the events of a file, one JSON object a line."""
    return [line for line in path.read_bytes().splitlines() if line.strip()]


@dataclass(slots=True)
class Replayer:
    """Serves events at `url` while it is open, on loopback unless told otherwise.

    With `rate_per_s` they come out at that pace; without, all of them have been told already and stand ready for
    a cursor. `cut_after` breaks every connection off after so many messages, in the middle, as a network does.
    """

    events: Sequence[bytes]
    rate_per_s: float | None = None
    cut_after: int | None = None
    host: str = "127.0.0.1"
    port: int = 0
    asked: list[int | None] = field(default_factory=list)  # the cursors that connections came with
    _told: list[bytes] = field(default_factory=list)
    _more: asyncio.Condition = field(default_factory=asyncio.Condition)
    _open: set[asyncio.Transport] = field(default_factory=set)
    _joined: int = 0
    _runner: web.AppRunner | None = None
    _telling: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"ws://{self.host}:{self.port}/subscribe"

    async def __aenter__(self) -> "Replayer":
        app = web.Application()
        app.router.add_get("/subscribe", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.host, self.port).start()
        self.port = self._runner.addresses[0][1]
        if self.rate_per_s is None:
            await self.say(*self.events)
        else:
            self._telling = asyncio.create_task(self._tell(self.rate_per_s))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._telling is not None:
            self._telling.cancel()
        self.cut()
        if self._runner is not None:
            await self._runner.cleanup()

    async def say(self, *events: bytes) -> None:
        """Tell events now."""
        async with self._more:
            self._told.extend(events)
            self._more.notify_all()

    async def joined(self, connections: int = 1) -> None:
        """Wait until so many connections were made; who checks an address before hearing it makes two."""
        async with self._more:
            await self._more.wait_for(lambda: self._joined >= connections)

    def cut(self) -> None:
        """Break every connection off without a good-bye; what is still on its way is lost."""
        for transport in self._open:
            transport.abort()

    async def _tell(self, rate_per_s: float) -> None:
        clock = asyncio.get_running_loop().time
        began, told = clock(), 0
        while told < len(self.events):
            due = min(len(self.events), int((clock() - began) * rate_per_s) + 1)
            await self.say(*self.events[told:due])
            told = due
            await asyncio.sleep(max(0.01, 1 / rate_per_s))

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        try:
            cursor = int(request.query["cursor"]) if "cursor" in request.query else None
        except ValueError as error:
            raise web.HTTPBadRequest(text="cursor has to be a number") from error
        wanted = tuple(request.query.getall("wantedCollections", []))
        self.asked.append(cursor)
        at = len(self._told) if cursor is None else self._index(cursor)
        socket, transport = web.WebSocketResponse(heartbeat=20), request.transport
        await socket.prepare(request)
        if transport is None:
            return socket  # gone already
        self._open.add(transport)
        async with self._more:
            self._joined += 1
            self._more.notify_all()
        sending = asyncio.create_task(self._send(socket, transport, at, wanted))
        try:
            async for _ in socket:  # nothing is expected; this answers pings and notices the end
                pass
        finally:
            sending.cancel()
            self._open.discard(transport)
        return socket

    async def _send(
        self, socket: web.WebSocketResponse, transport: asyncio.Transport, at: int, wanted: tuple[str, ...]
    ) -> None:
        sent = 0
        while sent != self.cut_after:
            async with self._more:
                while at >= len(self._told):
                    await self._more.wait()
            event, at = self._told[at], at + 1
            if _is_wanted(event, wanted):
                try:
                    await socket.send_str(event.decode())
                except ConnectionError:
                    return
                sent += 1
        transport.abort()

    def _index(self, cursor: int) -> int:
        """Where the first event at or after a cursor stands."""
        later = (place for place, line in enumerate(self._told) if (event := _read(line)) and event.time_us >= cursor)
        return next(later, len(self._told))


def _read(line: bytes) -> _Event | None:
    """Return what decides whether to send a line; None where it is none of ours, for it is served all the same."""
    try:
        return _EVENT.decode(line)
    except (msgspec.DecodeError, ValueError):
        return None


def _is_wanted(line: bytes, wanted: tuple[str, ...]) -> bool:
    event = _read(line)
    if event is None or event.kind != "commit" or not wanted:
        return True
    collection = event.commit.collection
    return any(collection == each or (each.endswith(".*") and collection.startswith(each[:-1])) for each in wanted)


async def _run(options: argparse.Namespace) -> None:
    if options.file:
        events = read(options.file)
    else:
        step_us = max(1, int(1_000_000 / options.rate))
        events = numbered(options.posts, seed=options.seed, start_us=time.time_ns() // 1_000, step_us=step_us)
    async with Replayer(events, options.rate, options.cut_after, options.host, options.port) as replayer:
        sys.stdout.write(f"{len(events):,} events, {options.rate:g} a second, at {replayer.url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    """Serve from the command line until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m hubbub.simulate.jetstream", description=__doc__.splitlines()[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=6008)
    parser.add_argument("--posts", type=int, default=10_000, help="how many events to make up")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", type=Path, help="serve these events instead, one JSON object a line")
    parser.add_argument("--rate", type=float, default=50.0, help="events a second")
    parser.add_argument("--cut-after", type=int, help="break every connection off after so many messages")
    try:
        asyncio.run(_run(parser.parse_args()))
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
