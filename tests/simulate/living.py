"""A world driven by a clock of our own, and a network served for real."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from hubbub.simulate.life import Life
from hubbub.simulate.log import Log
from hubbub.simulate.network import Network
from hubbub.simulate.people import accounts_of, people_of
from hubbub.simulate.server import serve
from hubbub.simulate.values import Event, Message, Post, Record
from hubbub.simulate.world import Rates, World, read_world

MORNING = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)  # a Tuesday
ADDRESS = "http://127.0.0.1:8001"


@cache
def acme() -> World:
    return read_world()


def quiet(**changes: Any) -> World:
    """The default world without anything that happens by itself."""
    return small(**({"rates": Rates(), "story": (), "burst": ()} | changes))


def small(**changes: Any) -> World:
    """The default world with fewer people, so that it is quick to make."""
    people = msgspec.structs.replace(acme().people, customers=120, strangers=120, helpers=3, bots=4)
    return msgspec.structs.replace(acme(), people=people, **changes)


def with_habits(world: World, **changes: Any) -> World:
    return msgspec.structs.replace(world, habits=msgspec.structs.replace(world.habits, **changes))


class Living:
    """A world and its network, stepped from one due moment to the next."""

    def __init__(self, world: World, *, home: Path | None = None, start: datetime = MORNING) -> None:
        self.world, self.now, self.start = world, start, start
        self.log = Log(home) if home else None
        records = list(self.log.records()) if self.log else []
        born = next((record.born for record in records if record.born), start)
        people = people_of(world)
        self.network = Network(
            world.name, ADDRESS, accounts_of(world, people, ADDRESS, born), {world.brand.handle: world.brand.password}
        )
        self.life = Life(world, people, self.network)
        self.network.replay(records)
        self.life.replay(records)
        self.network.listeners.append(self.life.hear)
        if self.log:
            self.network.keep = self.log.add
            if not records:
                self.log.add(Record(born=born, network=world.name))
        self.life.begin(start)

    def run(self, seconds: float) -> list[Event]:
        """Live for some seconds; return what happened in them."""
        before, end = len(self.network.events), self.now + timedelta(seconds=seconds)
        self.life.step(self.now)
        while self.now < end:
            due = max(self.life.next_due(), self.now + timedelta(milliseconds=1))
            self.now = min(end, due, self.now + timedelta(seconds=20))  # a longer step looks like a machine asleep
            self.life.step(self.now)
        return self.network.events[before:]

    def save(self) -> None:
        """Put everything on disk that happened so far."""
        assert self.log is not None
        self.log.write(self.log.take())

    def die(self) -> None:
        """End like a killed process: what was not saved is lost."""
        assert self.log is not None
        self.log.take()
        self.log.close()

    def answer(self, post: Post, text: str) -> Post:
        """Answer a post as the brand."""
        key = f"answer-{len(self.network.events)}"
        return self.network.say(self.world.brand.handle, text, self.now, key=key, reply_to=post.id)[0]

    def write_to(self, handle: str, text: str) -> Message:
        """Send somebody a private message as the brand."""
        key = f"answer-{len(self.network.events)}"
        return self.network.tell(self.world.brand.handle, handle, text, self.now, key=key)[0]


def said(event: Event) -> Post | Message:
    """What an event is about."""
    found = event.post or event.message
    assert found is not None
    return found


def keys(events: list[Event]) -> list[tuple[str, str, str]]:
    return [(event.type, said(event).id, said(event).text) for event in events]


@asynccontextmanager
async def running(world: World, home: Path) -> AsyncIterator[str]:
    """Serve a world on a free port of this machine; yield its address."""
    stop, address = asyncio.Event(), asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve(world=world, home=home, port=0, ready=address.set_result, stop=stop))
    await asyncio.wait([serving, address], return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        serving.result()
    try:
        yield address.result()
    finally:
        stop.set()
        await serving
