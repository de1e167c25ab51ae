"""What the network remembers after a crash, a cut line or a mistake."""

import asyncio
import resource
import threading
from pathlib import Path

import msgspec
import pytest
from aiohttp.test_utils import TestClient, TestServer
from tests.simulate.living import MORNING, Living, keys, quiet, running, small

from hubbub.kernel.errors import Conflict
from hubbub.simulate.attachments import Files
from hubbub.simulate.errors import CannotRun, Gone
from hubbub.simulate.log import FILE, Log
from hubbub.simulate.network import Network
from hubbub.simulate.server import Server, serve
from hubbub.simulate.values import Profile


def lived(home: Path) -> Living:
    living = Living(small(), home=home)
    living.run(60)
    living.save()
    living.die()
    return living


def test_a_log_rebuilds_everything_it_kept(tmp_path: Path) -> None:
    living = Living(quiet(), home=tmp_path)
    network = living.network
    first, _ = network.say("visitor", "one", MORNING, key="a", profile=Profile(followers=7, bio="just here"))
    network.say("dan_hollowmere", "two", MORNING, key="b", reply_to=first.id)
    network.say("visitor", "three", MORNING, key="c")
    network.edit("visitor/a", "one, edited", MORNING)
    network.delete("visitor/c", MORNING)
    network.tell("visitor", "AcmeCustServ", "psst", MORNING, key="m")
    living.save()
    living.die()
    again = Living(quiet(), home=tmp_path).network
    assert keys(again.events) == keys(network.events)
    assert [again.account(handle) for handle in ("visitor", "dan_hollowmere")] == [
        network.account(handle) for handle in ("visitor", "dan_hollowmere")
    ]
    assert again.thread("visitor/a") == network.thread("visitor/a")
    assert again.messages_with("AcmeCustServ", "visitor") == network.messages_with("AcmeCustServ", "visitor")
    assert again.say("visitor", "one", MORNING, key="a") == (again.post("visitor/a"), False)
    with pytest.raises(Conflict):
        again.say("visitor", "something else", MORNING, key="a")
    with pytest.raises(Gone):
        again.say("visitor", "three", MORNING, key="c")


def test_a_torn_last_line_is_cut_off(tmp_path: Path) -> None:
    whole = lived(tmp_path)
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes()[:-20])
    again = Living(small(), home=tmp_path)
    assert keys(again.network.events) == keys(whole.network.events)[:-1]
    again.run(30)
    again.save()
    again.die()
    third = Living(small(), home=tmp_path)
    assert keys(third.network.events) == keys(again.network.events)
    third.die()


def test_rubbish_at_the_end_is_cut_off(tmp_path: Path) -> None:
    whole = lived(tmp_path)
    with (tmp_path / FILE).open("ab") as file:
        file.write(b"\0" * 300 + b"\n")
    again = Living(small(), home=tmp_path)
    assert keys(again.network.events) == keys(whole.network.events)
    again.die()


def test_a_damaged_line_in_the_middle_stops_the_start_in_words(tmp_path: Path) -> None:
    lived(tmp_path)
    path = tmp_path / FILE
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:5], b"{oops\n", *lines[6:]]))
    with pytest.raises(CannotRun, match=r"network\.jsonl, line 6, can't be read"):
        Living(small(), home=tmp_path)


def test_a_full_disk_leaves_a_log_that_can_be_read(tmp_path: Path) -> None:
    living = Living(small(), home=tmp_path)
    living.run(30)
    living.save()
    whole = keys(living.network.events)
    living.run(30)
    log, limits = living.log, resource.getrlimit(resource.RLIMIT_FSIZE)
    assert log is not None
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.path.stat().st_size + 100, limits[1]))
    try:
        with pytest.raises(CannotRun, match=r"network\.jsonl can't be written: File too large"):
            living.save()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    living.run(30)
    log.close()
    again = Living(small(), home=tmp_path)
    assert keys(again.network.events) == whole
    again.die()


def test_two_processes_never_write_one_log(tmp_path: Path) -> None:
    log = Log(tmp_path)
    with pytest.raises(CannotRun, match="Another demo network is running"):
        Log(tmp_path)
    log.close()
    Log(tmp_path).close()


class GatedLog(Log):
    """A log on a disk that takes one group each time it is let."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.gate = threading.Semaphore(0)

    def write(self, group: bytes) -> None:
        if group:
            self.gate.acquire()
        super().write(group)


async def test_nothing_is_told_before_it_is_on_disk(tmp_path: Path) -> None:
    log, network = GatedLog(tmp_path), Network("slow", "http://slow")
    server = Server(network, MORNING, log, Files(tmp_path / "files"), faults=False)
    writing = asyncio.create_task(server.write_groups())
    async with TestClient(TestServer(server.app())) as client:

        async def seen() -> list[str]:
            page = await (await client.get("/events")).json()
            return [event["post"]["text"] for event in page["events"]]

        one = asyncio.create_task(client.post("/posts", json={"as": "visitor", "text": "one"}))
        await asyncio.sleep(0.2)  # its group waits for the disk
        two = asyncio.create_task(client.post("/posts", json={"as": "visitor", "text": "two"}))
        await asyncio.sleep(0.2)
        assert await seen() == [] and not one.done() and not two.done()
        log.gate.release()
        assert (await one).status == 201
        assert await seen() == ["one"] and not two.done()
        log.gate.release()
        assert (await two).status == 201
        assert await seen() == ["one", "two"]
    server.finish()
    await writing
    log.close()


async def test_a_folder_of_another_network_is_refused(tmp_path: Path) -> None:
    async with running(quiet(), tmp_path):
        pass
    with pytest.raises(CannotRun, match="belongs to the network acme, not to other"):
        async with running(quiet(name="other"), tmp_path):
            pass


async def test_a_taken_port_is_named(tmp_path: Path) -> None:
    async with running(quiet(), tmp_path / "one") as address:
        port = int(address.rpartition(":")[2])
        with pytest.raises(CannotRun, match=f"can't listen on 127.0.0.1:{port}"):
            await serve(world=quiet(), home=tmp_path / "two", host="127.0.0.1", port=port, stop=asyncio.Event())


def test_somebody_who_left_the_world_file_keeps_their_posts(tmp_path: Path) -> None:
    lived(tmp_path)
    without = tuple(person for person in small().person if person.handle != "dan_hollowmere")
    world = msgspec.structs.replace(small(), person=without, story=())
    again = Living(world, home=tmp_path)
    assert again.network.account("dan_hollowmere").name == "Dan Hollowmere"
    assert again.network.posts_of("dan_hollowmere")
    again.die()
