"""The demo installation as a visitor has it: all its processes, and a world that is quiet but for two stories."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect
from tests.browser import visit
from tests.installation import Installation

HOME = "/w/acme-care"
SOON_MS = 60_000  # what takes several processes a second takes long where all of them want the processor
LOUD = {"followers": 90_000_000, "follows": 300, "posts": 9_000, "reactions": 4_000.0}  # so many see it: no hold lasts
WORLD = Path(__file__).with_name("world.toml")
LATER = """
import sys
from hubbub.cli.setup import start
start()
from datetime import UTC, datetime, timedelta
from django.apps import apps
from django.db import transaction
from django.db.models import DateTimeField, F
from hubbub.care.services import advocates
from hubbub.listening.models import Post
span = timedelta(days=int(sys.argv[1]))
with transaction.atomic():
    for model in [*apps.get_app_config("care").get_models(), Post]:
        moments = [each.name for each in model._meta.fields if isinstance(each, DateTimeField)]
        if span and moments:
            model._base_manager.update(**{name: F(name) - span for name in moments})
advocates.look_all(datetime.now(UTC))
"""
PEOPLE = {"Alice": "alice@example.org", "Bob": "bob@example.org", "Mia": "mia@example.org"}


class Demo:
    """A running demo: who wants in gets a link, and anybody may say something on its network."""

    def __init__(self, running: Installation, network: str) -> None:
        self.running, self.network, self.address = running, network, running.address

    def link(self, who: str) -> str:
        """A link that signs somebody in once."""
        return self.running.call("link", PEOPLE[who]).strip().splitlines()[-1]

    def says(self, handle: str, text: str, **more: object) -> str:
        """Somebody says something on the network; return what the post is called."""
        return str(self._post("/posts", {"as": handle, "text": text, **more})["uri"])

    def writes(self, handle: str, text: str) -> None:
        """Somebody writes to us in private."""
        self._post("/messages", {"as": handle, "to": "AcmeCustServ", "text": text})

    def told_in_private(self, handle: str) -> list[str]:
        """What we wrote to somebody in private, as their network has it."""
        brand = {"handle": "AcmeCustServ", "password": "widgets-for-everyone"}
        token = {"Authorization": f"Bearer {self._post('/sessions', brand)['token']}"}
        asked = urllib.request.Request(f"{self.network}/messages?with={handle}", headers=token)
        with urllib.request.urlopen(asked, timeout=10) as answer:
            told = [each["message"] for each in json.loads(answer.read())["events"]]
        return [str(each["text"]) for each in told if each["to"] == handle]

    def later(self, days: int = 0) -> None:
        """So many days pass: the desk's past is so much older. Then the worker's minute comes for the follow-ups."""
        subprocess.run([sys.executable, "-c", LATER, str(days)], env=self.running._environ, check=True)

    def kill_web(self) -> None:
        """End the web processes as a power cut would; they are started again by themselves."""
        told = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        lines = [line.split(None, 2) for line in told.splitlines()]
        mine = str(self.running._running["demo"].pid)
        (web,) = [int(pid) for pid, parent, args in lines if parent == mine and args.endswith("hubbub web")]
        os.killpg(web, signal.SIGKILL)

    def _post(self, path: str, body: dict[str, object]) -> dict[str, object]:
        asked = urllib.request.Request(
            self.network + path, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
        )
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return dict(json.loads(answer.read()))


@contextmanager
def demo_running(home: Path, world: Path = WORLD, **environ: str) -> Iterator[Demo]:
    """Start everything, each process by itself so that a test can kill one."""
    with Installation(home, HUBBUB_ALLOW_PRIVATE="feeds,bluesky", **environ) as made:
        made.start("demo", "--world", str(world))
        network = made.printed("demo", r"its demo network at http://\S+").split()[-1]
        yield Demo(made, network)


def come_in(demo: Demo, browser: Browser, *people: str) -> dict[str, Any]:
    """People come in by their links; return the cookies of each."""
    kept = {}
    for who in people:
        with visit(browser, demo.address) as page:
            page.goto(demo.link(who))
            expect(page).to_have_url(re.compile("/inbox/needs/"))
            kept[who] = page.context.storage_state()
    return kept


@contextmanager
def at(demo: Demo, browser: Browser, morning: dict[str, Any], who: str, path: str, **options: Any) -> Iterator[Page]:
    """The browser of somebody who came in, open at a page."""
    with visit(browser, demo.address, storage_state=morning[who], **options) as page:
        page.goto(HOME + path)
        yield page


def live(page: Page) -> None:
    """See that the page hears of what happens."""
    expect(page.locator("html[data-live=yes]")).to_be_attached()
