"""How fast a file of 200,000 posts is heard and triaged on SQLite, and what a kill costs: nothing.

`hubbub import`, from its start to its end: read, matched against eight topics, understood, decided about, stored.
Then the same file again into an installation of its own, killed (SIGKILL) at random moments and started again until
it is done; what is there is compared with the file by SQL:

lost   rows of the file that are no post, have no decision, or are not counted
twice  posts, decisions, cases, counts and segment lines beyond one a row

`slower` is how much longer a fixed loop in Python took beside the first import than before it.
The last line is one JSON object.

    python bench/import.py [--rows 200000] [--kills 3]
"""

import argparse
import csv
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

BAR = 3_000
TOPICS = (
    ("Acme", "brand", '@AcmeAir OR "acme air"'),
    ("Baggage", "product", "baggage OR luggage OR suitcase OR bag"),
    ("Delays", "product", 'delay OR delayed OR late OR "on time"'),
    ("Food", "product", "food OR meal OR drinks OR snack"),
    ("App", "product", 'app OR website OR "check in"'),
    ("Prices", "product", "refund OR fare OR voucher OR price"),
    ("Rival", "competitor", "@NimbrellJet OR nimbrell"),
    ("Industry", "market", '"air travel" OR airports OR runway'),
)
SAYINGS = {
    "complaint": (
        "my bag never arrived at {place} and nobody answers",
        "{hours} hours on hold and then you hung up. Worst service ever",
        "flight {flight} delayed again, no announcement, no apology",
        "charged twice for one fare, where is my refund?",
        "your app crashes every time I check in for {flight}",
        "cold food, rude crew and a broken seat on {flight}",
        "lost my suitcase for the second time this year!!",
        "cancelled {flight} an hour before and left us in {place} #neveragain",
    ),
    "question": (
        "is {flight} to {place} on time?",
        "can I take a guitar as cabin baggage?",
        "how do I change the name on a booking",
        "what time does check in open in {place}?",
    ),
    "praise": (
        "thank you to the crew of {flight}, you were wonderful",
        "best flight I had in years, {place} in {hours} hours and a smile",
        "shout out to the lady at the desk in {place} who found my bag",
    ),
    "talk": (
        "on my way to {place}",
        "boarding {flight} now, see you on the other side",
        "so {place} it is",
        "window seat, coffee, clouds",
        "air travel used to be elegant",
    ),
    "promotion": ("Cheap fares to {place}! Book now at https://fares.example/{hours}",),
}
WEIGHTS = {"complaint": 45, "question": 20, "praise": 14, "talk": 18, "promotion": 3}
PLACES = ("Boston", "Denver", "Zürich", "Lisboa", "Oslo", "Austin", "München", "Dallas", "Málaga", "Newark")
PEOPLE = 60_000


def write(path: Path, rows: int, seed: int = 2012) -> None:
    """Write a file of posts: who says how much is heavy-tailed, a third of them name the company, some answer."""
    choose = random.Random(seed)
    at, span = datetime(2025, 1, 1, tzinfo=UTC), timedelta(days=180) / rows
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("id", "created_at", "user", "text", "in_reply_to"))
        for number in range(rows):
            [kind] = choose.choices(tuple(WEIGHTS), tuple(WEIGHTS.values()))
            said = choose.choice(SAYINGS[kind]).format(
                place=choose.choice(PLACES), hours=choose.randint(2, 9), flight=f"AC{choose.randint(100, 4999)}"
            )
            person = int(choose.paretovariate(0.6)) % PEOPLE if choose.random() < 0.3 else choose.randrange(PEOPLE)
            text = f"@AcmeAir {said}" if choose.random() < 0.7 else f"{said} with Acme Air"
            answers = number - choose.randint(1, min(number, 40)) if number and choose.random() < 0.1 else ""
            out.writerow((10_000_000 + number, (at + number * span).isoformat(), f"flyer{person}", text, answers))


PREPARE = """
import django
django.setup()
from datetime import UTC, datetime
from hubbub.accounts import services
from hubbub.listening.core.topics import TopicClass
from hubbub.listening.services import save_topic
now = datetime.now(UTC)
mia = services.claim_unattended(name="Mia", email="mia@acme.example", workspace="Acme", timezone="UTC", now=now)
for name, klass, text in {topics!r}:
    save_topic(mia, name=name, klass=TopicClass(klass), text=text, now=now)
"""


class Installation:
    """A home of its own, with a workspace that listens for eight things."""

    def __init__(self, home: Path) -> None:
        self.home = home
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUBBUB_", "DATABASE_URL"))}
        self.environ = {**kept, "HUBBUB_HOME": str(home), "DJANGO_SETTINGS_MODULE": "hubbub.config.settings"}
        subprocess.run([sys.executable, "-m", "hubbub", "prepare"], env=self.environ, check=True, capture_output=True)
        subprocess.run([sys.executable, "-c", PREPARE.format(topics=TOPICS)], env=self.environ, check=True)

    def start_import(self, path: Path) -> subprocess.Popen[bytes]:
        """Start `hubbub import`."""
        command = [sys.executable, "-m", "hubbub", "import", str(path), "--json"]
        return subprocess.Popen(
            command, env=self.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )

    def count(self, path: Path) -> dict[str, int]:
        """Compare what is stored with the file."""
        with closing(sqlite3.connect(self.home / "hubbub.db")) as database:
            database.execute("CREATE TEMP TABLE source (uri TEXT PRIMARY KEY)")
            with path.open(encoding="utf-8", newline="") as file:
                uris = ((f"file:{path.stem}/id:{row['id']}",) for row in csv.DictReader(file))
                database.executemany("INSERT INTO source VALUES (?)", uris)
            return {name: database.execute(sql).fetchone()[0] for name, sql in COUNTS.items()}


COUNTS = {
    "rows": "SELECT COUNT(*) FROM source",
    "lost posts": "SELECT COUNT(*) FROM source WHERE uri NOT IN (SELECT uri FROM listening_post)",
    "lost decisions": "SELECT COUNT(*) FROM listening_post "
    "WHERE pending OR id NOT IN (SELECT post_id FROM care_decisionrow)",
    "counted": "SELECT SUM(posts) FROM listening_rollup WHERE topic = 0",
    "in segments": "SELECT SUM(posts) FROM listening_segment",
    "posts": "SELECT COUNT(*) FROM listening_post",
    "decisions": "SELECT COUNT(*) FROM care_decisionrow",
    "twice in cases": "SELECT COUNT(*) - COUNT(DISTINCT post_id) FROM care_entry WHERE post_id IS NOT NULL",
    "cases": "SELECT COUNT(*) FROM care_caserow",
    "cases without a post": "SELECT COUNT(*) FROM care_caserow WHERE id NOT IN (SELECT case_id FROM care_entry)",
}


def compared(found: dict[str, int]) -> tuple[int, int]:
    """Return how many were lost, and how many are there twice."""
    rows = found["rows"]
    lost = found["lost posts"] + found["lost decisions"] + max(0, rows - found["counted"])
    beyond = sum(max(0, found[name] - rows) for name in ("counted", "in segments", "posts", "decisions"))
    return lost, beyond + found["twice in cases"] + found["cases without a post"]


def loop() -> float:
    """Time a fixed loop: how fast this machine is just now."""
    started = time.perf_counter()
    total = 0
    for number in range(1_500_000):
        total += number
    return time.perf_counter() - started


def timed(home: Path, path: Path) -> tuple[float, float, dict[str, int]]:
    """Import once, undisturbed: seconds, how much slower the machine was, what is there."""
    installation, before = Installation(home), min(loop() for _ in range(5))
    started = time.perf_counter()
    process = installation.start_import(path)
    beside: list[float] = []
    while process.poll() is None:
        time.sleep(5)
        if not beside and time.perf_counter() - started > 10:
            beside.append(loop())
    took = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"the import ended with {process.returncode}")
    return took, (beside[0] if beside else before) / before, installation.count(path)


def killed(home: Path, path: Path, kills: int, took: float) -> dict[str, int]:
    """Import with kills at random moments in between, to the end."""
    installation, choose = Installation(home), random.Random(7)
    for number in range(kills):
        process = installation.start_import(path)
        time.sleep(max(4.0, choose.uniform(0.5, 1.0) * took / (kills + 1)))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        print(f"killed {number + 1}: {installation.count(path)['posts']:,} posts so far", flush=True)
    if installation.start_import(path).wait():
        raise SystemExit("the import did not end well")
    return installation.count(path)


def main() -> None:
    """Measure, compare, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--kills", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hubbub-bench-") as folder:
        path = Path(folder) / "flyers.csv"
        write(path, given.rows)
        took, slower, first = timed(Path(folder) / "timed", path)
        print(f"{given.rows:,} rows in {took:.1f} s, {first['cases']:,} cases", flush=True)
        second = killed(Path(folder) / "killed", path, given.kills, took)
    lost, twice = compared(second)
    undisturbed = compared(first)
    per_s = round(given.rows / took)
    result = {
        "bench": "import",
        "rows": given.rows,
        "posts_per_s": per_s,
        "bar": BAR,
        "slower": round(slower, 2),
        "cases": first["cases"],
        "kills": given.kills,
        "lost": lost + undisturbed[0],
        "twice": twice + undisturbed[1],
        "cpus": os.cpu_count(),
    }
    print(json.dumps(result))


main()
