"""How quick the inbox is with 100,000 cases while the listener is busy, on SQLite.

An installation of its own, its real processes: the demo network says some 200 things a second that match a topic,
each a candidate for a row; the playbook as it is shipped makes rows of what is said to us and of 600 others a minute
(`--all-rows` of all). 20 people click, their clicks evenly spread (`--clicks` a second in all). Measured is the time
the server tells with each answer (`Server-Timing`: from the request's arrival in the web process to its first byte,
waiting for a thread or the database included) and, as `*_round_trip_*`, what the client saw over a kept connection:

list_*      a view of the inbox: random views, queues, topics, searches, people; first pages and deep cursors
next_*      what a browser asks for when somebody resolves a case and goes to the next: resolving, the resolved
            case as it is now, the next case, and that one looks at it
on_screen_* from the answer to POST /posts in the demo network until the words stand in an agent's list

The last line is one JSON object. `slower` is how much longer a fixed loop in Python took during the requests than
before the processes began: what the machine lacked, whoever took it. With `--keep FOLDER` the filled database is
kept for the next run of that day.

    python bench/inbox.py [--cases 100000] [--rate 200] [--clicks 12] [--requests 1500] [--marks 48]
                          [--all-rows] [--keep FOLDER] [--no-browser]
"""

import argparse
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

BAR_MS, BAR_ON_SCREEN_S = 120, 1.0
SPEED = 10  # of the world: its rates are at most 100,000 an hour
MIX = {"fault": 30, "service": 20, "question": 22, "praise": 14, "suggestion": 4, "hello": 4, "private": 6}
TO_US = 8
SMALLTALK = 0.1  # besides: what matches nothing
WORLD = """
name = "acme"
seed = 2012
speed = {speed}
[brand]
name = "Acme"
handle = "AcmeCustServ"
password = "widgets-for-everyone"
tag = "#Acme"
products = ["widget", "Acmegard"]
rival = "NimbrellHQ"
[people]
customers = {customers}
strangers = 1000
helpers = 6
[rates]
{rates}
[rhythm]
least = 1.0
{week}
[[person]]
handle = "NimbrellHQ"
name = "Nimbrell"
role = "competitor"
"""
CUSTOMERS = 25_000
OPEN = ("needs", "needs", "needs", "mine", "held", "watching", "waiting")
PAST = ("resolved", "closed", "imported", "all")
LISTS, NEXTS = ("list", "search", "views"), ("resolve", "open", "look")
LOST_S = 30.0  # what is not on the screen by then counts as so late
MARK, MARK_TOPIC = "lighthouse", "Lighthouse"
WATCH = """
() => {
  window.seen = {};
  const look = () => {
    const at = performance.timeOrigin + performance.now();
    for (const row of document.querySelectorAll("#cases .case-text"))
      for (const mark of row.textContent.match(/lighthouse-\\d+-/g) ?? []) window.seen[mark] ??= at;
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
}
"""


# The installation ----------------------------------------------------------
def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(find: Callable[[], object], within_s: float, what: str) -> None:
    """Look until something is so."""
    deadline = time.monotonic() + within_s
    while not find():
        if time.monotonic() > deadline:
            sys.exit(f"{what} did not come within {within_s:g} s")
        time.sleep(0.05)


def world_file(home: Path, rate: float) -> Path:
    """Write the world that says so much a second, and return where."""
    per_hour = rate * 3600 / SPEED
    rates = {kind: per_hour * share / sum(MIX.values()) for kind, share in MIX.items()}
    rates["smalltalk"] = per_hour * SMALLTALK
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    path = home / "world.toml"
    made = WORLD.format(
        speed=SPEED,
        customers=CUSTOMERS,
        rates="\n".join(f"{kind} = {each:.1f}" for kind, each in rates.items()),
        week="\n".join(f"{day} = {[1] * 24}" for day in days),
    )
    path.write_text("\n".join([made, *spoken_of()]))
    return path


def spoken_of() -> Iterator[str]:
    """The world's own texts, of which one in TO_US speaks to the brand: in a storm most speak of it."""
    shipped = files("hubbub.simulate").joinpath("worlds", "acme.toml").read_text(encoding="utf-8")
    for language, kinds in tomllib.loads(shipped)["texts"].items():
        yield f"[texts.{language}]"
        for kind, texts in kinds.items():
            said = [text if number % TO_US == 0 else text.replace("{at}", "{tag}") for number, text in enumerate(texts)]
            yield f"{kind} = {json.dumps(said, ensure_ascii=False)}"


@contextmanager
def processes(
    home: Path, world: Path, names: Sequence[str] = ("network", "web", "listener", "worker")
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Run web, listener, worker and the demo network, or some of them, and end them."""
    running: dict[str, subprocess.Popen[bytes]] = {}
    environ = {**os.environ, "HUBBUB_PARENT": "pipe"}
    try:
        for name in names:
            rest = ("--world", str(world)) if name == "network" else ()
            with (home / f"{name}.log").open("ab") as log:
                running[name] = subprocess.Popen(
                    [sys.executable, "-m", "hubbub", name, *rest],
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=environ,
                    start_new_session=True,
                )
            if name == "network":
                until(lambda: answers(int(os.environ["HUBBUB_NETWORK_PORT"])), 60, "an answer of the network")
            elif name == "web":
                until(lambda: answers(int(os.environ["HUBBUB_PORT"])), 60, "an answer of the web process")
        yield running
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def answers(port: int) -> bool:
    """Say whether somebody accepts connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass(frozen=True, slots=True)
class House:
    """What the measurement needs to know of the installation."""

    home: Path
    slug: str
    topics: tuple[int, ...]
    marked: int  # the topic of the marks
    people: tuple[str, ...]  # links to sign in with, one a person

    def ask(self, sql: str) -> int:
        """A number from the database, read beside everybody else."""
        with closing(sqlite3.connect(f"file:{self.home / 'hubbub.db'}?mode=ro", uri=True, timeout=10)) as reader:
            return int(reader.execute(sql).fetchone()[0] or 0)


def furnished(keep: Path | None, home: Path, count: int, *, all_rows: bool) -> House:
    """Make or copy a filled installation, and return what is in it."""
    kept = keep / f"filled-{count}-{datetime.now(UTC):%Y-%m-%d}" if keep else None
    if kept is not None and kept.exists():
        shutil.copytree(kept, home, dirs_exist_ok=True)
    from hubbub.cli.setup import start

    start()
    from django.db import connection

    from fill import access_topics, fill, staff
    from hubbub.accounts import selectors as accounts
    from hubbub.accounts import services as account_services
    from hubbub.accounts.models import Membership
    from hubbub.care.services.settings import change_playbook
    from hubbub.cli.demo import furnish
    from hubbub.cli.prepare import prepare
    from hubbub.kernel.ids import PersonId
    from hubbub.listening.core.topics import TopicClass
    from hubbub.listening.models import Topic
    from hubbub.listening.services import save_topic
    from hubbub.simulate.world import read_world

    now = datetime.now(UTC)
    fresh = not (home / "hubbub.db").exists()
    prepare(quiet=True)
    world = read_world(world_file(home, 1))
    furnish(world, f"http://127.0.0.1:{os.environ['HUBBUB_NETWORK_PORT']}", now=now)
    owner = Membership.objects.select_related("workspace").get(role="owner")
    access = accounts.enter(PersonId(owner.person_id), owner.workspace.slug)
    if fresh:
        staff(access, now)
        started = time.monotonic()
        fill(access, world, count, now=now)
        save_topic(access, name=MARK_TOPIC, klass=TopicClass.PRODUCT, text=MARK, now=now)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        print(f"filled {count:,} cases in {time.monotonic() - started:.0f} s", flush=True)
    if all_rows:
        change_playbook(access, numbers={"rows_a_minute": 60_000}, service_level={}, note="Nothing is shed", now=now)
    people = Membership.objects.filter(workspace_id=access.workspace).order_by("pk").values_list("person_id", flat=True)
    links = tuple(account_services.make_link(PersonId(each), now) for each in people)
    marked = Topic.objects.get(workspace_id=access.workspace, name=MARK_TOPIC).pk
    connection.close()
    if fresh and kept is not None:
        shutil.copytree(home, kept)
    return House(home, access.slug, access_topics(access), marked, links)


# People who click ----------------------------------------------------------
class Answer(NamedTuple):
    """What a request got."""

    server_ms: float  # as the server tells
    round_trip_ms: float
    status: int
    text: str


class Browser:
    """Somebody's browser as far as the server sees it: one kept connection, cookies, the page's token."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies, self.token = port, {}, ""  # type: tuple[int, dict[str, str], str]
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.told_apart_s = 0.0  # how long the last answer wants not to be asked for again

    def ask(self, path: str, fields: dict[str, str] | None = None, *, part: bool = True, live: bool = False) -> Answer:
        """Send a request; a live one as a page does that asks for a part of itself again."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if part:
            headers["HX-Request"] = "true"
        if live:
            headers["Hubbub-Live"] = "true"
        body = None
        if fields is not None:
            body = urlencode(fields)
            headers |= {"X-CSRFToken": self.token, "Content-Type": "application/x-www-form-urlencoded"}
        method = "GET" if fields is None else "POST"
        begun = time.perf_counter()
        try:
            self.line.request(method, path, body, headers)
            answer = self.line.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):  # it was idle for too long
            self.line.close()
            begun = time.perf_counter()
            self.line.request(method, path, body, headers)
            answer = self.line.getresponse()
        text = answer.read().decode()
        taken_ms = (time.perf_counter() - begun) * 1000
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        self.told_apart_s = int(answer.headers.get("Hubbub-Again-Ms", 0)) / 1000
        server_ms = float(answer.headers["Server-Timing"].removeprefix("total;dur="))
        return Answer(server_ms, taken_ms, answer.status, text)

    def enter(self, secret: str, slug: str) -> None:
        """Sign in by a link, and take the token from the first page."""
        for _ in range(5):
            _, _, status, text = self.ask(f"/enter/{secret}/", part=False)
            if status < 500:
                break
        assert status == 302, f"entering: {status} {text[:300]}"
        _, _, status, text = self.ask(f"/w/{slug}/inbox/needs/", part=False)
        assert status == 200, f"signing in: {status}"
        found = re.search(r'name="csrf" content="(\w+)"', text)
        assert found
        self.token = found[1]


@dataclass(slots=True)
class Clicks:
    """What people asked for, and how long it took."""

    house: House
    people: Sequence[Browser]
    rng: random.Random = field(default_factory=lambda: random.Random(11))
    answers: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    slowest: list[tuple[float, str]] = field(default_factory=list)
    cursors: list[str] = field(default_factory=list)
    refused: int = 0
    failed: int = 0

    def measure(self, requests: int, per_s: float) -> None:
        """Click so often a second; who is late does not wait for anybody, as long as the server keeps up."""
        begun = time.monotonic()
        for number in range(requests):
            time.sleep(max(0.0, begun + number / per_s - time.monotonic()))
            if number % 3 < 2:
                self._list()
            else:
                self._next()

    def _note(self, what: str, person: Browser, path: str, fields: dict[str, str] | None = None) -> str:
        answer = person.ask(path, fields)
        status, text = answer.status, answer.text
        self.answers[what].append(answer)
        self.slowest = sorted([*self.slowest, (answer.server_ms, f"{'POST ' if fields else ''}{path}")])[-8:]
        if status == 409:  # somebody was quicker
            self.refused += 1
        elif status >= 500:  # the database was not to be had; it counts, and the bar is missed
            self.failed += 1
        else:
            assert status in (200, 204), f"{path}: {status} {text[:200]}"
        return text

    def _list(self) -> None:
        """Somebody looks at a view; every third one goes on from where somebody stopped."""
        rng, base = self.rng, f"/w/{self.house.slug}/inbox"
        if self.cursors and rng.random() < 0.35:
            what, path = "list", self.cursors.pop(rng.randrange(len(self.cursors)))
        else:
            what, path = rng.choices(
                (
                    (
                        "list",
                        f"{base}/{rng.choice(OPEN)}/",
                    ),
                    ("list", f"{base}/{rng.choice(PAST)}/"),
                    ("list", f"{base}/needs/?queue={rng.choice(('safety', 'unsure', 'praise', 'ideas'))}"),
                    ("list", f"{base}/{rng.choice(('needs', 'all'))}/?topic={rng.choice(self.house.topics)}"),
                    ("search", f"{base}/all/?q={self._sought()}"),
                    ("views", f"{base}/needs/views/"),
                ),
                (40, 15, 10, 10, 10, 15),
            )[0]
        text = self._note(what, rng.choice(self.people), path)
        if found := re.search(r'hx-get="([^"]+cursor=[^"]+)"', text):
            self.cursors.append(found[1].replace("&amp;", "&"))
            del self.cursors[:-60]

    def _sought(self) -> str:
        rng = self.rng
        words = ("widget", "jams", "smith", "garcia", "battery", "error e7", "parcel", "zebra", "pennies", "manual")
        return rng.choice((rng.choice(words), f"%23{rng.randrange(1, 100_000)}")).replace(" ", "+")

    def _next(self) -> None:
        """Somebody resolves the first case of a random page, opens the next, and looks at it."""
        rng, slug = self.rng, self.house.slug
        person = rng.choice(self.people)
        view = rng.choice(("needs", "needs", "mine", "waiting", "watching"))
        text = person.ask(f"/w/{slug}/inbox/{view}/").text
        rows = re.findall(rf'href="/w/{slug}/inbox/{view}/(\d+)/', text)
        if len(rows) < 2:
            return
        one, other = rng.sample(rows, 2)
        self._note("resolve", person, f"/w/{slug}/cases/{one}/resolve/", {"by": "e"})
        self._note("open", person, f"/w/{slug}/inbox/{view}/{one}/")
        self._note("open", person, f"/w/{slug}/inbox/{view}/{other}/")
        self._note("look", person, f"/w/{slug}/cases/{other}/look/", {"typing": "no"})


# On the screen --------------------------------------------------------------
def on_screen(house: House, link: str, marks: int) -> list[float]:
    """Say so many things to the brand, and return how many seconds each took to an agent's list."""
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        sys.exit("no Chromium on this machine (Debian: apt install chromium), or say --no-browser")
    said: dict[str, float] = {}
    network = http.client.HTTPConnection("127.0.0.1", int(os.environ["HUBBUB_NETWORK_PORT"]), timeout=30)
    rng = random.Random(3)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, chromium_sandbox=os.geteuid() != 0)
        page = browser.new_page(
            base_url=f"http://127.0.0.1:{os.environ['HUBBUB_PORT']}", viewport={"width": 1440, "height": 900}
        )
        page.goto(f"/enter/{link}/")
        page.goto(f"/w/{house.slug}/inbox/all/?topic={house.marked}")
        page.locator("html[data-live=yes]").wait_for(state="attached")
        page.evaluate(WATCH)
        for number in range(marks):
            mark = f"{MARK}-{number}-"
            post = {"as": f"keeper{number}", "text": f"@AcmeCustServ my lamp has stopped working, {mark}"}
            network.request("POST", "/posts", json.dumps(post), {"Content-Type": "application/json"})
            assert network.getresponse().read()
            said[mark] = time.time()
            page.wait_for_timeout(rng.uniform(300, 900))
        deadline = time.monotonic() + LOST_S
        while len(seen := page.evaluate("window.seen")) < marks and time.monotonic() < deadline:
            page.wait_for_timeout(100)
        browser.close()
    return [seen[mark] / 1000 - at if mark in seen else LOST_S for mark, at in said.items()]


# The whole -------------------------------------------------------------------
def loop_ms() -> float:
    """How long a fixed piece of Python takes on this machine just now."""
    begun = time.perf_counter()
    sum(number * number for number in range(200_000))
    return (time.perf_counter() - begun) * 1000


def p95(values: Sequence[float]) -> float:
    """The value that 95 % do not exceed."""
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)] if values else 0.0


def main() -> None:
    """Measure, and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--cases", type=int, default=100_000)
    options.add_argument("--rate", type=float, default=200.0, help="posts a second that match a topic")
    options.add_argument("--clicks", type=float, default=12.0, help="clicks a second of all people together")
    options.add_argument("--requests", type=int, default=1_500)
    options.add_argument("--marks", type=int, default=48)
    options.add_argument("--all-rows", action="store_true", help="every candidate becomes a row")
    options.add_argument("--keep", type=Path, help="a folder in which the filled database is kept")
    options.add_argument("--no-browser", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="hubbub-bench-") as folder:
        home = Path(folder) / "home"
        home.mkdir()
        os.environ |= {
            "HUBBUB_HOME": str(home),
            "HUBBUB_PORT": str(free_port()),
            "HUBBUB_NETWORK_PORT": str(free_port()),
            "HUBBUB_ALLOW_PRIVATE": "demo",
        }
        os.environ.pop("DATABASE_URL", None)
        quiet_ms = statistics.median(loop_ms() for _ in range(21))
        house = furnished(given.keep, home, given.cases, all_rows=given.all_rows)
        with processes(home, world_file(home, given.rate)) as running:
            told = measured(house, given, quiet_ms)
            ended = [name for name, process in running.items() if process.poll() is not None]
            assert not ended, f"{ended} ended meanwhile; see {home}"
    print(json.dumps(told))


def measured(house: House, given: argparse.Namespace, quiet_ms: float) -> dict[str, object]:
    """Wait for the load, click, look at the screen; return what was found."""
    posts = "SELECT count(*) FROM listening_post"
    heard = "SELECT sum(posts) FROM listening_segment"
    before = house.ask(heard)
    until(lambda: house.ask(heard) > before + given.rate * 5, 120, "the load")
    people = [Browser(int(os.environ["HUBBUB_PORT"])) for _ in house.people]
    for person, link in zip(people[1:], house.people[1:], strict=True):
        person.enter(link, house.slug)
    clicks = Clicks(house, people[1:])
    clicks.measure(30, given.clicks)
    clicks = Clicks(house, people[1:], cursors=clicks.cursors)
    loops: list[float] = []
    stop = threading.Event()

    def pace() -> None:
        while not stop.wait(1.0):
            loops.append(loop_ms())

    pacing = threading.Thread(target=pace, daemon=True)
    pacing.start()
    begun, heard_0, rows_0 = time.monotonic(), house.ask(heard), house.ask(posts)
    clicks.measure(given.requests, given.clicks)
    screen = [] if given.no_browser else on_screen(house, house.people[0], given.marks)
    span, heard_1, rows_1 = time.monotonic() - begun, house.ask(heard), house.ask(posts)
    behind = house.ask("SELECT count(*) FROM listening_post WHERE pending")
    stop.set()
    pacing.join()
    for slow in clicks.slowest:
        print(*slow)
    lists = [each for name in LISTS for each in clicks.answers[name]]
    nexts = [each for name in NEXTS for each in clicks.answers[name]]
    list_ms, next_ms = (p95([each.server_ms for each in some]) for some in (lists, nexts))
    list_trip_ms, next_trip_ms = (p95([each.round_trip_ms for each in some]) for some in (lists, nexts))
    screen_s = p95(screen)
    for name, answers in sorted(clicks.answers.items()):
        taken = [each.server_ms for each in answers]
        print(f"{name:8} {len(taken):5} times: median {statistics.median(taken):6.1f} ms, p95 {p95(taken):6.1f}, "
              f"most {max(taken):6.1f}")  # fmt: skip
    met = clicks.failed == 0 and list_ms <= BAR_MS and next_ms <= BAR_MS and screen_s <= BAR_ON_SCREEN_S
    return {
        "bench": "inbox",
        "list_p95_ms": round(list_ms, 1),
        "next_p95_ms": round(next_ms, 1),
        "on_screen_p95_s": round(screen_s, 3) if screen else None,
        "met": met,
        "list_p50_ms": round(statistics.median(each.server_ms for each in lists), 1),
        "next_p50_ms": round(statistics.median(each.server_ms for each in nexts), 1),
        "list_round_trip_p95_ms": round(list_trip_ms, 1),
        "next_round_trip_p95_ms": round(next_trip_ms, 1),
        "on_screen_p50_s": round(statistics.median(screen), 3) if screen else None,
        "requests": len(lists) + len(nexts),
        "failed": clicks.failed,
        "cases": house.ask("SELECT count(*) FROM care_caserow"),
        "heard_per_s": round((heard_1 - heard_0) / span, 1),
        "rows_per_s": round((rows_1 - rows_0) / span, 1),
        "behind_rows": behind,
        "slower": round(statistics.median(loops) / quiet_ms, 2),
        "list_p95_loops": round(list_ms / statistics.median(loops), 2),
        "load_average": round(os.getloadavg()[0], 2),
    }


if __name__ == "__main__":
    main()
