"""A desk: installed, filled, served."""

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from inbox import answers, free_port, until
from tracker.project import FURNISH, PASSWORD, QUEUES, SERVED, SETTINGS, STAFF, URLS
from tracker.stores import Store, postgres
from tracker.tickets import Centre

NEEDED = ("django-helpdesk==2.6.1", "granian==2.8.9", "gunicorn", "uvicorn", "psycopg[binary]")
DEFAULT_TICKETS, DEFAULT_FOLLOW_UPS, DEFAULT_OPEN = 1_000_000, 7, 0.05


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
