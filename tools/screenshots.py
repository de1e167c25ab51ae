"""Take the pictures of the docs anew: `tools/screenshots.py`. Called by `make docs`; needs Chromium.

A demo of its own is started in a folder of its own, and left to live for some minutes first.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
LIVED_S = 300  # so much of the demo world's life before pictures are taken
STARTS_S = 90


def main() -> None:
    """Start, wait, take."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        sys.exit("screenshots: there is no Chromium here (Debian: apt install chromium).")
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, chromium_sandbox=os.geteuid() != 0)
        with running("run") as (_, link):
            first_run(browser, link)
        with running("demo") as (address, link):
            print(f"the demo world lives for {LIVED_S // 60} minutes first", flush=True)
            time.sleep(LIVED_S)
            demo(browser, address, link)
        browser.close()
    story()
    print(f"{len(list(IMAGES.glob('*.png')))} pictures in docs/images")


@contextmanager
def running(command: str) -> Iterator[tuple[str, str]]:
    """A Hubbub of its own while the block runs; yields its address and the link it prints."""
    with tempfile.TemporaryDirectory(prefix="hubbub-docs-") as home:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUBBUB_", "DATABASE_URL"))}
        port = free_port()
        ports = {"HUBBUB_HOME": home, "HUBBUB_PORT": str(port), "HUBBUB_NETWORK_PORT": str(free_port())}
        process = subprocess.Popen(
            [sys.executable, "-m", "hubbub", command],
            env={**kept, **ports},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            yield f"http://127.0.0.1:{port}", link_of(process)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=STARTS_S)


def link_of(process: "subprocess.Popen[str]") -> str:
    """Return the first link to come in by that is printed."""
    assert process.stdout is not None
    for line in process.stdout:
        if match := re.search(r"http://\S+/(?:enter|start)/\S+", line):
            return match[0]
    sys.exit("screenshots: Hubbub did not start.")


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def first_run(browser: Browser, link: str) -> None:
    """What somebody sees who starts Hubbub for the first time."""
    page = browser.new_page(viewport=DESK, color_scheme="light")  # type: ignore[arg-type]
    page.goto(link)
    take(page, "first-run-light")
    page.close()


def demo(browser: Browser, address: str, link: str) -> None:
    """The inbox, a case, and the plain pages."""
    context = browser.new_context(viewport=DESK, color_scheme="light")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(link)
    workspace = page.url.partition("/w/")[2].partition("/")[0]
    page.locator("a.case").first.click()
    page.wait_for_url(re.compile(r"/inbox/\w+/\d+/"))
    case = page.url
    page.goto(case)  # without the welcome
    take(page, "inbox-light")
    page.goto(f"{address}/w/{workspace}/topics/stream/")
    page.get_by_role("button", name="Begin with your topics").click()
    for number, kind in enumerate(("Much more is said than usual", "Somebody with many followers speaks")):
        page.goto(f"{address}/w/{workspace}/topics/alerts/new/")
        page.locator("#name").fill(("Bursts", "Widely read people")[number])
        page.get_by_label(kind).check()
        if number:
            page.locator("#at_least").fill("10000")
        page.get_by_role("button", name="Save").click()
        page.wait_for_url(re.compile(r"/alerts/$"))
    page.wait_for_timeout(30_000)
    today = date.today()  # noqa: DTZ011  the demo's clock is near enough
    monday = today + timedelta(days=7 - today.weekday())
    for name, path in (
        ("stream-light", f"/w/{workspace}/topics/stream/"),
        ("alerts-light", f"/w/{workspace}/topics/alerts/"),
        ("topic-light", f"/w/{workspace}/topics/1/?span=month"),
        ("topic-form-light", f"/w/{workspace}/topics/1/change/"),
        ("trends-light", f"/w/{workspace}/topics/trends/?span=month"),
        ("board-light", f"/w/{workspace}/board/"),
        ("channels-light", f"/w/{workspace}/settings/channels/"),
        ("health-light", f"/w/{workspace}/settings/channels/1/health/"),
        ("playbook-light", f"/w/{workspace}/settings/playbook/"),
        ("audit-light", f"/w/{workspace}/settings/audit/"),
        ("staffing-light", f"/w/{workspace}/staffing/?day={monday}"),
        ("forecast-light", f"/w/{workspace}/staffing/forecast/"),
        ("roster-light", f"/w/{workspace}/staffing/roster/?week={monday}"),
        ("money-light", f"/w/{workspace}/staffing/money/?from={monday}"),
    ):
        page.goto(address + path)
        take(page, name)
    page.goto(f"{address}/w/{workspace}/topics/events/")
    page.locator("main tbody th a").last.click()  # the one that is over
    page.wait_for_url(re.compile(r"/topics/events/\d+/"))
    take(page, "event-light")
    state = context.storage_state()
    for name, size, scheme, url in (
        ("inbox-dark", DESK, "dark", case),
        ("case-phone", PHONE, "light", case),
        ("inbox-phone", PHONE, "light", f"{address}/w/{workspace}/inbox/needs/"),
    ):
        other = browser.new_context(
            viewport=size,  # type: ignore[arg-type]
            color_scheme=scheme,  # type: ignore[arg-type]
            storage_state=state,
            device_scale_factor=2 if size is PHONE else 1,
        ).new_page()
        other.goto(url)
        take(other, name)
        other.context.close()
    context.close()


def story() -> None:
    """From the complaint to the advocate: the test that walks it takes the pictures."""
    walk = [sys.executable, "-m", "pytest", "-q", "-n", "0", "tests/web/browser/test_advocate.py"]
    subprocess.run(walk, cwd=ROOT, env={**os.environ, "HUBBUB_PICTURES": str(IMAGES)}, check=True)


def take(page: Page, name: str) -> None:
    """Take one picture of what one sees without scrolling."""
    if page.locator("[data-chart]").count():
        page.locator("[data-drawn]").first.wait_for()
    page.wait_for_timeout(1_000)  # pictures, fonts, what is live
    page.screenshot(path=IMAGES / f"{name}.png")


main()
