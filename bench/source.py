"""A numbered source for `faults`: a Jetstream that keeps its own book of what it told."""

import asyncio
import json
import random
import re
import threading
import time
from collections import Counter
from typing import Any

EVENTS = 150_000
POISON_EVERY = 400
AHEAD_US = 180_000_000  # the stream's clock is ahead of ours: what it tells is told after somebody began to hear


class Source:
    """A Jetstream in a thread that remembers what it told."""

    def __init__(self, seed: int) -> None:
        from hubbub.simulate.jetstream import Replayer, numbered

        dice = random.Random(seed)
        start_us = time.time_ns() // 1_000 + AHEAD_US
        self.events: list[bytes] = []
        self.poison: set[bytes] = set()
        for number, event in enumerate(numbered(EVENTS, seed=seed, start_us=start_us, step_us=10_000)):
            self.events.append(event)
            if number % POISON_EVERY == POISON_EVERY - 1:
                self.events.append(_poison(number, dice))
                self.poison.add(self.events[-1])
        self._replayer = Replayer(())
        self._loop = asyncio.new_event_loop()
        self.told = 0
        self._paused = threading.Event()
        self._over = threading.Event()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._do(self._replayer.__aenter__())

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    @property
    def url(self) -> str:
        """Where it listens."""
        return self._replayer.url

    def joined(self, connections: int) -> None:
        """Wait for somebody who hears."""
        self._do(self._replayer.joined(connections))

    def say(self, count: int) -> None:
        """Tell some more."""
        some = self.events[self.told : self.told + count]
        self.told += len(some)
        self._do(self._replayer.say(*some))

    @property
    def last_us(self) -> int:
        """When the last event was told that can be read, by the stream's clock."""
        for event in reversed(self.events[: self.told]):
            if event not in self.poison:
                return int(json.loads(event)["time_us"])
        return 0

    def cut(self) -> None:
        """Break every connection off."""
        self._loop.call_soon_threadsafe(self._replayer.cut)

    def book(self) -> "Book":
        """Return what was told."""
        return Book(self.events[: self.told], self.poison)


def _poison(number: int, dice: random.Random) -> bytes:
    """Return a line that nobody can read, and that says so in its own way."""
    post = b'"commit": {"operation": "create", "collection": "app.bsky.feed.post", "rkey": "%d", '
    post += b'"record": {"text": "no"}}'
    made = (
        b'{"did": "did:plc:poison", "time_us": 1, "kind": "commit", "commit": {"operation": "create", "widget %d',
        b'{"did": 7, "time_us": 1, "kind": "commit", ' + post + b"}",
        b"[" * 2_000 + b"%d",
        b'{"did": "did:plc:poison", "time_us": 1e999, "kind": "commit", ' + post + b"}",
    )
    return dice.choice(made) % number


class Book:
    """What the source told: each post's events, and how it stands."""

    def __init__(self, events: list[bytes], poison: set[bytes]) -> None:
        self.lines: Counter[tuple[str, str]] = Counter()
        self.standing: dict[str, str] = {}
        self.poison = sum(event in poison for event in events)
        for event in events:
            if event in poison or b'"app.bsky.feed.post"' not in event:
                continue
            told = json.loads(event)
            commit = told.get("commit") or {}
            if commit.get("collection") != "app.bsky.feed.post":
                continue
            uri = f"at://{told['did']}/app.bsky.feed.post/{commit['rkey']}"
            if commit["operation"] == "delete":
                self.lines[uri, "delete"] += 1
                del self.standing[uri]
            else:
                self.lines[uri, "create" if commit["operation"] == "create" else "edit"] += 1
                self.standing[uri] = commit["record"]["text"]

    def topics(self) -> Counter[str]:
        """Return how many posts that stand match each topic, by the plainest of rules."""
        found: Counter[str] = Counter()
        for text in self.standing.values():
            words = set(re.findall(r"\w+", text.lower()))
            found["Widgets"] += bool(words & {"widget", "battery"})
            found["Late"] += {"late", "parcel"} <= words
            found["All"] += "no" in words
        return found
