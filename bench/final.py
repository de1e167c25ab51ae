"""A final of 16.5 million posts, replayed from a local file ten times as fast as it was said, by the real processes.

The documents tell of a match that 16.5 million posts were about, and of more than 15,000 a second at its peak. Here
another program writes such posts, a quarter of an hour long, into a file that the stream connector follows: some 18,000
a second on average, and at the goals above 60,000. All of them belong to the event that is followed; one in 12,000
names us and becomes a case. Web, listener and worker run as `hubbub run` starts them, on SQLite. Meanwhile the live
page of the event stands open in a browser, and somebody works in an inbox of 5,000 cases.

posts, heard      written into the file; heard of it
speed             ten times real speed: 150 minutes in so many seconds, as a factor
peak_second       posts of the busiest second, as archived
rollup_wrong      cells of the roll-ups that differ from a recount of archive and segments (bar: 0)
lost, twice       posts that are not stored, or more than once (bar: 0)
lag_max_s         how long ago at most that was written which was heard just then; lag_end_s at the last line
event_*_ms        the event page, each time the browser asks for its moving part; event_whole_ms the whole page
inbox_*_ms        the inbox: its list, a case, in turn
rss_mb            the most memory of each process

    python bench/final.py [--posts 16500000] [--seconds 900] [--keep FOLDER] [--shots FOLDER] [--no-browser]
"""

import argparse
import contextlib
import http.client
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

REAL_S = 150 * 60
GOALS = ((0.02, 0.5), (0.21, 1.0), (0.34, 1.2), (0.52, 0.4), (0.63, 2.2), (0.88, 1.5), (0.97, 2.6))  # when, how much
FADES = 0.010  # of the whole time
PEAK = 63_000
TAG = "#EuroFinal"
TURN = 0.63  # when the mood turns
TEMPLATES = 12_000
ID_AT, AUTHOR_AT, USER_AT, TIME_AT = 7, 84, 109, 42  # where the digits stand in a line, see `_template`
CASES = 5_000
TICKS = 4  # a second


def main() -> None:
    """Write, hear, look, recount."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--posts", type=int, default=16_500_000)
    asked.add_argument("--seconds", type=int, default=900)
    asked.add_argument("--keep", type=Path)
    asked.add_argument("--shots", type=Path, help="a folder for pictures of the event page")
    asked.add_argument("--no-browser", action="store_true")
    asked.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.write:
        write(given.write, given.posts, given.seconds)
        return
    home = given.keep or Path(tempfile.mkdtemp(prefix="hubbub-final-"))
    try:
        print(json.dumps(run(home, given)))
    finally:
        if given.keep is None:
            shutil.rmtree(home, ignore_errors=True)


def rates(posts: int, seconds: int) -> NDArray[np.int64]:
    """Return how many posts each second has; the busiest as many as the rates of the whole match ask for."""
    at = np.arange(seconds) / seconds
    rest = 0.75 + 0.25 * np.sin(3 * np.pi * at) ** 2
    bumps = sum(much * np.exp(-np.maximum(0, at - when) / FADES) * (at >= when) for when, much in GOALS)
    mean, peak = posts / seconds, PEAK * (posts / seconds) / (16_500_000 / 900)
    # The bumps are as high as makes the busiest second what it has to be, with the mean what it is.
    low, high = 0.0, 100.0
    for _ in range(60):
        middle = (low + high) / 2
        curve = rest + middle * np.asarray(bumps)
        low, high = (middle, high) if curve.max() / curve.mean() < peak / mean else (low, middle)
    found: NDArray[np.int64] = np.floor(curve / curve.sum() * posts).astype(np.int64)
    found[-1] += posts - found.sum()
    return found


# The writer --------------------------------------------------------------
def write(path: Path, posts: int, seconds: int) -> None:
    """Write posts into a file as time goes by; what was written when stands beside it."""
    first, later = (_templates(seed, mood) for seed, mood in ((1, "warm"), (2, "cold")))
    told = path.with_suffix(".told")
    rng, number, plan = np.random.default_rng(3), 0, rates(posts, seconds)
    began = time.time()
    with path.open("ab", buffering=0) as file, told.open("w") as log:
        for second, count in enumerate(plan.tolist()):
            for tick in range(TICKS):
                due = began + second + tick / TICKS
                time.sleep(max(0.0, due - time.time()))
                some = count // TICKS + (tick < count % TICKS)
                pool = first if second / seconds < TURN else later
                file.write(_lines(pool, rng, number, some, due))
                number += some
                log.write(f"{time.time():.3f} {number}\n")
            log.flush()


def _templates(seed: int, mood: str) -> list[bytes]:
    from corpus import Corpus

    corpus, chance = Corpus(seed, terms=100), random.Random(seed)
    says = {
        "warm": ("What a goal!", "I love this match", "so happy, great team", "amazing, brilliant", "come on!"),
        "cold": ("terrible referee", "what a disaster, awful", "I hate this", "so sad, worst defence ever", "oh no"),
    }
    made = []
    for number in range(TEMPLATES):
        text, lang = corpus.text(0.0, corpus.terms)
        if chance.random() < 0.5:
            text += " " + chance.choice(says[mood if chance.random() < 0.8 else "warm"])
        if number == 5:
            text = "@AcmeCustServ my widget is broken, it stops all the time. Please help!"
        made.append(_template(f"{text} {TAG}", lang if number % 2 else None, number))
    return made


def _template(text: str, lang: str | None, number: int) -> bytes:
    """Return a line whose digits (id, time, author) are put in later; these stand first, always in the same place."""
    head = (
        '{"id":"0000000000000000000","created_at":"2026-01-01T00:00:00.000Z","author":{"id":"0000000000",'
        '"username":"u0000000000",'
    )
    assert head[ID_AT : ID_AT + 19] == "0" * 19 and head[TIME_AT : TIME_AT + 2] == "20"
    assert head[AUTHOR_AT : AUTHOR_AT + 10] == "0" * 10 and head[USER_AT : USER_AT + 10] == "0" * 10, head
    person = {
        "name": f"Fan {number}",
        "description": "at every match since I was seven " * 3,
        "created_at": "2014-03-11T00:00:00Z",
        "followers_count": int(1e6 / (1 + number)),
        "following_count": number % 5_000,
        "tweet_count": number * 7 % 100_000,
        "profile_image_url": f"https://pictures.example.com/profile_images/{number}/face_normal.jpg",
    }
    rest = {
        "text": text,
        **({"lang": lang} if lang else {}),
        "public_metrics": {"retweet_count": number % 11, "reply_count": number % 3, "like_count": number % 101},
        "entities": {"hashtags": [{"tag": TAG[1:]}], "mentions": []},
        "possibly_sensitive": False,
        "reply_settings": "everyone",
    }
    body = json.dumps(person, separators=(",", ":"))[1:] + "," + json.dumps(rest, separators=(",", ":"))[1:]
    return (head + body + "\n").encode()


def _lines(pool: list[bytes], rng: np.random.Generator, first: int, count: int, due: float) -> bytes:
    """Return so many lines with ids from `first` on."""
    if not count:
        return b""
    picked = [pool[place] for place in rng.integers(0, len(pool), count).tolist()]
    data = np.frombuffer(bytearray(b"".join(picked)), np.uint8)
    starts = np.cumsum([0, *map(len, picked[:-1])])
    _digits(data, starts + ID_AT, 10**18 + first + np.arange(count), 19)
    people = 1_000_000_000 + (2_500_000 * rng.power(0.5, count)).astype(np.int64)
    _digits(data, starts + AUTHOR_AT, people, 10)
    _digits(data, starts + USER_AT, people, 10)
    at = f"{datetime.fromtimestamp(due, UTC):%Y-%m-%dT%H:%M:%S.}{int(due % 1 * 1000):03d}Z".encode()
    data[starts[:, None] + TIME_AT + np.arange(len(at))] = np.frombuffer(at, np.uint8)
    return data.tobytes()


def _digits(data: Any, places: Any, numbers: Any, width: int) -> None:
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    data[places[:, None] + np.arange(width)] = (numbers[:, None] // powers % 10 + 48).astype(np.uint8)


# The installation --------------------------------------------------------
def run(home: Path, given: argparse.Namespace) -> dict[str, Any]:
    """Let it all happen; return the figures."""
    home.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    os.environ |= {"HUBBUB_HOME": str(home), "HUBBUB_PORT": str(port), "HUBBUB_LOG": "warning"}
    os.environ.pop("DATABASE_URL", None)
    from hubbub.cli.setup import start

    start()
    path = home / "match.jsonl"
    path.touch()
    access, event, topic, cookie = _furnish(path, given.seconds)
    crew: dict[str, subprocess.Popen[bytes]] = {}
    looked: dict[str, list[float]] = {"event": [], "event_whole": [], "inbox": []}
    done = threading.Event()
    try:
        for name in ("web", "listener", "worker"):
            crew[name] = subprocess.Popen([sys.executable, "-m", "hubbub", name], env=os.environ)
        _until_well(port)
        address = f"/w/{access.slug}/topics/events/{event}/"
        threads = [threading.Thread(target=_work, args=(port, access.slug, cookie, done, looked["inbox"]))]
        if not given.no_browser:
            threads.append(threading.Thread(target=_watch, args=(port, address, cookie, done, looked, given.shots)))
        for thread in threads:
            thread.start()
        writer = subprocess.Popen(
            [sys.executable, __file__, "--write", path, "--posts", str(given.posts), "--seconds", str(given.seconds)]
        )
        crew["writer"] = writer
        told = _follow(path, given.posts, writer)
        done.set()
        for thread in threads:
            thread.join()
        rss = {name: _rss_mb(process.pid) for name, process in crew.items() if name != "writer"}
    finally:
        done.set()
        for process in crew.values():
            process.send_signal(signal.SIGTERM)
        for process in crew.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(60)
    return _figures(access.workspace, topic, given, told, looked, rss)


def _furnish(path: Path, seconds: int) -> tuple[Any, int, int, str]:
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from fill import fill, staff
    from hubbub.accounts.models import Person
    from hubbub.accounts.services import make_person, make_workspace
    from hubbub.care.services import settings as care
    from hubbub.channels.models import Connection
    from hubbub.channels.services import connect
    from hubbub.cli.prepare import prepare
    from hubbub.listening.core.topics import TopicClass
    from hubbub.listening.selectors.events import event as event_of
    from hubbub.listening.services import save_topic
    from hubbub.listening.services.events import save_event
    from hubbub.simulate.world import read_world

    prepare(quiet=True)
    now = datetime.now(UTC)
    mia = make_person(email="mia@acme.example", name="Mia", password="a long enough one")
    access = make_workspace(owner=mia, name="Acme Care", timezone="Europe/London", now=now)
    care.first_playbook(access, now=now)
    save_topic(access, name="Acme", klass=TopicClass.BRAND, text="acme OR @AcmeCustServ", now=now)
    nowhere = {"server": "http://127.0.0.1:1", "handle": "AcmeCustServ", "network": "acme"}
    connect(access, kind="demo", name="Demo", config=nowhere, secret={"password": "x"}, now=now)
    staff(access, now)
    fill(access, read_world(), CASES, now=now)
    Connection.objects.update(enabled=False)
    connect(access, kind="stream", name="The match", config={"path": str(path)}, now=now)
    event = save_event(
        access,
        name="The final",
        text=TAG,
        since=now + timedelta(minutes=1),
        until=now + timedelta(minutes=2, seconds=seconds),
        accounts="@u1000000001 @sponsor",
        now=now,
    )
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(mia), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = Person.objects.get(pk=mia).get_session_auth_hash()
    session.save()
    return access, event, event_of(access, event).topic, f"hubbub_session={session.session_key}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until_well(port: int) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError):
            if _get(port, "/health", "")[0] == 200:
                return
        time.sleep(0.1)
    sys.exit("The web process does not answer.")


def _get(port: int, path: str, cookie: str) -> tuple[int, bytes]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    line.request("GET", path, headers={"Cookie": cookie})
    answer = line.getresponse()
    body = answer.read()
    line.close()
    return answer.status, body


def _work(port: int, slug: str, cookie: str, done: threading.Event, taken: list[float]) -> None:
    """Look at the inbox and at one case after another, as somebody does who works there."""
    chance = random.Random(5)
    while not done.wait(0.8):
        number = chance.randrange(1, CASES)
        for path in (f"/w/{slug}/inbox/needs/", f"/w/{slug}/inbox/all/{number}/"):
            began = time.perf_counter()
            status, _ = _get(port, path, cookie)
            taken.append(time.perf_counter() - began)
            if status != 200:
                print(f"{path}: {status}", flush=True)


def _watch(
    port: int, path: str, cookie: str, done: threading.Event, looked: dict[str, list[float]], shots: Path | None
) -> None:
    """Keep the event page open in a browser; its own requests are what is timed."""
    from playwright.sync_api import sync_playwright

    name, _, value = cookie.partition("=")
    home = f"http://127.0.0.1:{port}"
    with sync_playwright() as browsers:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = browsers.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(viewport={"width": 1440, "height": 1000})
        context.add_cookies([{"name": name, "value": value, "url": home}])
        page = context.new_page()

        def took(request: Any) -> None:
            if request.url.endswith(path):
                kind = "event" if request.headers.get("hx-request") else "event_whole"
                looked[kind].append((request.timing["responseEnd"] - request.timing["requestStart"]) / 1000)

        page.on("requestfinished", took)
        page.goto(home + path)
        began, pictures = time.monotonic(), 0
        while not done.is_set():
            page.wait_for_timeout(1_000)
            if time.monotonic() - began > 60 * (pictures + 1):
                pictures += 1
                if shots is not None:
                    shots.mkdir(parents=True, exist_ok=True)
                    page.screenshot(path=shots / f"final-{pictures:02}.png")
                page.goto(home + path)  # somebody comes anew, too
        browser.close()


def _follow(path: Path, posts: int, writer: subprocess.Popen[bytes]) -> dict[str, Any]:
    """Wait until everything written was heard; return how far behind hearing was."""
    from hubbub.channels.models import Stream

    told, seen, began = path.with_suffix(".told"), [], time.time()
    ended: float | None = None
    while True:
        heard = Stream.objects.get(kind="stream").lines
        seen.append((time.time(), heard))
        if writer.poll() is not None and ended is None:
            ended = time.time()
            if writer.returncode:
                sys.exit("The writer failed.")
        if heard >= posts:
            break
        if ended is not None and time.time() - ended > 300:
            break
        if len(seen) % 30 == 0:
            print(f"{time.time() - began:.0f} s: {heard:,} heard", flush=True)
        time.sleep(1)
    written = np.array([line.split() for line in told.read_text().splitlines()], float)
    when = [float(each) for each in written[:, 0]]
    places = np.searchsorted(written[:, 1], [heard + 1 for _, heard in seen]).tolist()
    lags = [at - when[min(len(when) - 1, place)] for (at, _), place in zip(seen, places, strict=True)]
    behind = [lag for lag, (_, heard) in zip(lags, seen, strict=True) if 0 < heard < posts]
    late = [at - when[0] - tick / TICKS for tick, at in enumerate(when)]
    return {
        "heard": seen[-1][1],
        "seconds": round(when[-1] - when[0], 1),
        "lag_max_s": round(max(behind, default=0.0), 1),
        "lag_end_s": round(seen[-1][0] - when[-1], 1),
        "writer_late_s": round(max(late), 2),
    }


def _figures(
    workspace: int, topic: int, given: argparse.Namespace, told: dict[str, Any], looked: dict[str, list[float]],
    rss: dict[str, int],
) -> dict[str, Any]:  # fmt: skip
    from hubbub.care.models import CaseRow
    from hubbub.listening.models import Rollup
    from hubbub.listening.services import fold

    fold()
    recount, seconds, stored = _recount(workspace)
    kept = Rollup.objects.filter(workspace_id=workspace).exclude(posts=0)
    names = ("topic", "minute", "lang", "sentiment")
    counted: Counter[tuple[Any, ...]] = Counter()
    for *cell, posts in kept.values_list(*names, "posts").iterator():
        counted[tuple(cell)] += posts
    wrong = sum(recount[cell] != counted[cell] for cell in recount.keys() | counted.keys())
    peak = max(seconds.values(), default=0)
    figures: dict[str, Any] = {
        "posts": given.posts,
        **told,
        "speed": round(REAL_S * (given.posts / 16_500_000) / told["seconds"], 2),
        "peak_second": peak,
        "about_the_event": sum(posts for cell, posts in counted.items() if cell[0] == topic),
        "rollup_wrong": wrong,
        "lost": given.posts - len(stored),
        "twice": sum(seconds.values()) - len(stored),
        "cases": CaseRow.objects.filter(workspace_id=workspace).count() - CASES,
        "rss_mb": rss,
    }
    for name, taken in looked.items():
        if len(taken) > 1:
            ordered = sorted(taken)
            figures[f"{name}_p50_ms"] = round(1000 * statistics.median(ordered))
            figures[f"{name}_p95_ms"] = round(1000 * ordered[int(len(ordered) * 0.95) - 1])
            figures[f"{name}_looks"] = len(ordered)
    figures["met"] = not (wrong or figures["lost"] or figures["twice"]) and peak >= 60_000
    return figures


def _recount(workspace: int) -> tuple[Counter[tuple[Any, ...]], Counter[int], set[int]]:
    """Count again what archive and segments hold; return cells, posts a second, and the numbers of the posts."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from hubbub.infra import archive, segments
    from hubbub.infra.places import places
    from hubbub.listening.models import Segment

    cells: Counter[tuple[Any, ...]] = Counter()
    seconds: Counter[int] = Counter()
    stored: set[int] = set()

    def count(table: pa.Table) -> None:
        said = table.column("said_at").cast(pa.int64()).to_numpy()
        numbers, counts = np.unique(said // 1_000_000, return_counts=True)
        seconds.update(dict(zip(numbers.tolist(), counts.tolist(), strict=True)))
        stored.update(int(uri[-8:]) for uri in table.column("uri").to_pylist())
        topics = table.column("topics").combine_chunks()
        of = pc.list_parent_indices(topics).to_numpy()
        rows = np.concatenate((of, np.arange(table.num_rows)))
        about = np.concatenate((topics.flatten().to_numpy(), np.zeros(table.num_rows, np.int64)))
        languages = table.column("language").combine_chunks().dictionary_encode()
        keys = np.stack((about, said[rows] // 60_000_000, languages.indices.to_numpy()[rows],
                         table.column("sentiment").to_numpy()[rows]))  # fmt: skip
        found, times = np.unique(keys, axis=1, return_counts=True)
        names = languages.dictionary.to_pylist()
        for (topic, minute, lang, sentiment), posts in zip(found.T.tolist(), times.tolist(), strict=True):
            cells[topic, minute, names[lang], sentiment] += posts

    asked = ("said_at", "uri", "topics", "language", "sentiment")
    for part in archive.parts(places().archive, workspace, 0, 2**62):
        count(part.read(asked))
    for stream, number in Segment.objects.filter(archived_at=None).values_list("stream_id", "number"):
        count(segments.read(places().segments, stream, number).select(asked))
    return cells, seconds, stored


def _rss_mb(pid: int) -> int:
    """Return the most memory a process and its children ever had."""
    pids = [pid, *_children(pid)]
    found = 0
    for each in pids:
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{each}/status").read_text()
            found += int(status.split("VmHWM:")[1].split()[0]) if "VmHWM:" in status else 0
    return found // 1024


def _children(pid: int) -> Iterator[int]:
    with contextlib.suppress(OSError):
        for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield int(each)
            yield from _children(int(each))


if __name__ == "__main__":
    main()
