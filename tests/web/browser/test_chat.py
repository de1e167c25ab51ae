"""The web chat as visitors and agents have it: a real browser, pages of two origins, a real installation."""

import functools
import http.server
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Route, expect
from tests.browser import PHONE, do_until, needs_chromium, visit
from tests.channels.chat.visitors import picture
from tests.web.browser.demo import SOON_MS, Demo, at, demo_running, live

pytestmark = [pytest.mark.browser, pytest.mark.chat, needs_chromium]

AXE_RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
HOSTILE_CSS = (
    "* { color: red !important; font-size: 40px !important; display: inline-block !important; } "
    "button, textarea { visibility: hidden !important; } hubbub-chat { opacity: 0 !important; transform: scale(.1); }"
)


@dataclass
class Shop:
    """A website: every page of it has the chat, and rules as strict as they get."""

    snippet: str = ""
    hubbub: str = ""
    address: str = ""
    head: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)

    def page(self) -> bytes:
        head = f"<style nonce='n'>{self.head}</style>" if self.head else ""
        links = "<h1>Shop</h1><a href='/other'>Another page</a>"
        return f"<!doctype html><html lang='en'><title>Shop</title>{head}<main>{links}</main>{self.snippet}".encode()

    @property
    def rules(self) -> str:
        return (
            f"default-src 'none'; style-src 'nonce-n'; script-src {self.hubbub}/chat/; connect-src {self.hubbub}; "
            "require-trusted-types-for 'script'"
        )


@contextmanager
def opened(shop: Shop) -> Iterator[Shop]:
    class Pages(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404 if self.path == "/favicon.ico" else 200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Security-Policy", shop.rules)
            self.end_headers()
            self.wfile.write(shop.page())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=functools.partial(server.serve_forever, 0.05), daemon=True).start()
        shop.address = f"http://127.0.0.1:{server.server_port}"
        yield shop
        server.shutdown()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    mail = {"HUBBUB_MAIL_SERVER": "smtp://127.0.0.1:1", "HUBBUB_MAIL_FROM": "desk@acme.example"}
    with demo_running(tmp_path_factory.mktemp("chat") / "home", **mail) as running:
        yield running


@pytest.fixture(scope="module")
def shop(demo: Demo, browser: Browser, morning: dict[str, Any]) -> Iterator[Shop]:
    """A website whose owner made a chat, and pasted its line."""
    with opened(Shop()) as made:
        with at(demo, browser, morning, "Mia", "/settings/channels/new/chat/") as page:
            page.get_by_label("Name shown to visitors").fill("Acme Shop")
            page.get_by_label("Websites").fill(made.address)
            page.get_by_role("button", name="Try and connect").click()
            expect(page.get_by_role("heading", name="Put it on your website")).to_be_visible()
            made.snippet, made.hubbub = page.locator("#snippet").inner_text(), demo.address
        yield made


@contextmanager
def desk(demo: Demo, browser: Browser, morning: dict[str, Any], who: str = "Alice") -> Iterator[Page]:
    """An agent at their inbox."""
    with at(demo, browser, morning, who, "/inbox/needs/") as page:
        live(page)
        yield page


def open_chat(page: Page) -> Locator:
    page.get_by_role("button", name="Chat with us").click()
    panel = page.get_by_role("dialog", name="Chat with Acme Shop")
    expect(panel).to_be_visible()
    return panel


def begin(page: Page, name: str = "") -> Locator:
    panel = open_chat(page)
    panel.get_by_label("Your name").fill(name)
    panel.get_by_role("button", name="Agree and start").click()
    expect(panel.get_by_label("Your message")).to_be_focused()
    return panel


def write(panel: Locator, text: str) -> None:
    panel.get_by_label("Your message").fill(text)
    panel.get_by_label("Your message").press("Enter")


def row(page: Page, words: str) -> Locator:
    return page.locator("#cases a.case", has_text=words)


def answer(page: Page, text: str) -> None:
    page.get_by_label("Your words").fill(text)
    page.get_by_role("button", name="Send privately").click()


STORED = "() => [document.cookie, localStorage.length, sessionStorage.length]"


def test_both_sides_talk_see_who_writes_and_nothing_is_kept_before_the_visitor_agrees(
    demo: Demo,
    browser: Browser,
    morning: dict[str, Any],
    shop: Shop,
    record_property: Callable[[str, object], None],
) -> None:
    with desk(demo, browser, morning) as alice, visit(browser, shop.address) as page:
        page.goto("/")
        panel = open_chat(page)
        expect(panel.get_by_text("Somebody is here")).to_be_visible()
        assert page.evaluate(STORED) == ["", 0, 0]
        assert page.context.cookies([shop.address, demo.address]) == []
        panel.get_by_label("Your name").fill("Nora")
        panel.get_by_role("button", name="Agree and start").click()
        panel.get_by_label("Your message").press_sequentially("My parcel is late, can you help?")
        panel.get_by_label("Your message").press("Enter")
        expect(row(alice, "My parcel is late")).to_be_visible(timeout=SOON_MS)
        expect(panel.get_by_text("You are next in line")).to_be_visible()
        expect(panel.locator(".state")).to_have_text("Sent")

        row(alice, "My parcel is late").click()
        expect(alice.locator("#looking")).to_contain_text("Nora is here")
        expect(panel.locator(".state")).to_have_text("Seen")
        writing, answering = panel.get_by_label("Your message"), alice.get_by_label("Your words")
        do_until(lambda: writing.press_sequentially("It"), alice.locator("#looking", has_text="Nora is typing"))
        do_until(lambda: answering.press_sequentially("Which one?"), panel.get_by_text("Alice is typing"))
        began = time.monotonic()
        answer(alice, "Which one?")
        expect(panel.get_by_text("Which one?")).to_be_visible(timeout=SOON_MS)
        to_visitor_s = time.monotonic() - began
        expect(alice.locator(".msg-reply", has_text="Which one?")).to_contain_text("Delivered")
        expect(panel.get_by_text("next in line")).to_have_count(0)
        began = time.monotonic()
        write(panel, "The one with the gnome.")
        expect(alice.locator(".msg", has_text="with the gnome")).to_be_visible()
        to_agent_s = time.monotonic() - began
        record_property("inbox_s", round(to_agent_s, 2))
        record_property("delivered_s", round(to_visitor_s, 2))
        assert page.context.cookies([shop.address, demo.address]) == []
        assert page.evaluate("localStorage.length") == 1
        assert Axe().run(page, options=AXE_RULES).response["violations"] == []


def test_a_chat_survives_a_page_change_and_a_second_tab_shows_the_same_one(
    demo: Demo, browser: Browser, morning: dict[str, Any], shop: Shop
) -> None:
    with desk(demo, browser, morning) as alice, visit(browser, shop.address) as page:
        page.goto("/")
        write(begin(page, "Olga"), "Do you have gnomes?")
        row(alice, "Do you have gnomes?").click(timeout=SOON_MS)
        page.get_by_role("link", name="Another page").click()
        expect(page).to_have_url(re.compile("/other$"))
        answer(alice, "In three sizes.")
        expect(page.get_by_role("button", name="Chat with us, 1 new")).to_be_visible(timeout=SOON_MS)
        other = page.context.new_page()
        other.goto("/")
        panels = [open_chat(each) for each in (page, other)]
        for panel in panels:
            expect(panel.locator(".line")).to_contain_text(["Hello!", "Do you have gnomes?", "In three sizes."])
        write(panels[1], "The largest, please.")
        expect(panels[0].locator(".mine").last).to_contain_text("The largest, please.")
        expect(panels[0].locator(".line")).to_have_count(4)
        expect(panels[1].locator(".line")).to_have_count(4)
        expect(alice.locator(".msg", has_text="The largest")).to_have_count(1)

        panels[1].get_by_role("button", name="End chat").click()
        panels[1].get_by_role("alertdialog").get_by_role("button", name="End chat").click()
        for panel in panels:  # the other tab forgets it, too
            expect(panel.get_by_role("button", name="Agree and start")).to_be_visible()
        assert page.evaluate(STORED) == ["", 0, 0]
        expect(alice.locator("#moments")).to_contain_text("Olga ended the chat.")
        expect(alice.locator("#looking")).to_contain_text("ended the chat")


def test_files_go_both_ways(demo: Demo, browser: Browser, morning: dict[str, Any], shop: Shop, tmp_path: Path) -> None:
    with desk(demo, browser, morning) as alice, visit(browser, shop.address) as page:
        page.goto("/")
        panel = begin(page, "Petra")
        write(panel, "Look at this")
        panel.locator("input[type=file]").set_input_files(
            [
                {"name": "broken.png", "mimeType": "image/png", "buffer": picture()},
                {"name": "x.html", "mimeType": "text/html", "buffer": b"<script>alert(1)</script>"},
            ]
        )
        expect(panel.get_by_role("img", name="broken.png")).to_be_visible()
        with page.expect_download() as saved:
            panel.get_by_role("button", name="x.html").click()
        assert Path(saved.value.path()).read_bytes() == b"<script>alert(1)</script>"
        row(alice, "Look at this").click(timeout=SOON_MS)
        expect(alice.locator("#moments")).to_contain_text("x.html")
        expect(alice.locator("#moments img")).to_have_count(1)
        done = subprocess.run(
            [sys.executable, "-c", SEND_A_FILE, "Petra"], env=demo.running._environ, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        expect(panel.get_by_role("button", name="manual.pdf")).to_be_visible(timeout=SOON_MS)
        with page.expect_download() as saved:
            panel.get_by_role("button", name="manual.pdf").click()
        assert Path(saved.value.path()).read_bytes() == b"%PDF-1.7 how to"
        panel.locator("input[type=file]").set_input_files(
            {"name": "film.mov", "mimeType": "video/mp4", "buffer": b"x" * 8_000_001}
        )
        expect(panel.get_by_text("film.mov is larger than 8 MB.")).to_be_visible()


SEND_A_FILE = """
import asyncio, sys
from hubbub.cli.setup import start
start()
from datetime import UTC, datetime
from hubbub.channels.core.contract import Attached, Outgoing
from hubbub.channels.models import ChatVisit
from hubbub.channels.registry import open_channel
row = ChatVisit.objects.select_related("connection").get(name=sys.argv[1])
file = Attached("manual.pdf", "application/pdf", b"%PDF-1.7 how to")
message = Outgoing("key-of-a-file", "Here it is.", datetime.now(UTC), to=row.code, private=True, files=(file,))
asyncio.run(open_channel("chat", row.connection.config, {}).send(message))
"""


def test_cut_lines_and_a_killed_server_lose_and_double_nothing(
    demo: Demo, browser: Browser, morning: dict[str, Any], shop: Shop
) -> None:
    with desk(demo, browser, morning) as alice, visit(browser, shop.address) as page:
        page.goto("/")
        panel = begin(page, "Rosa")
        write(panel, "First of Rosa")
        row(alice, "First of Rosa").click(timeout=SOON_MS)
        expect(panel.locator(".state")).to_have_text("Seen")

        taken: list[str] = []

        def lose_the_answer(route: Route) -> None:
            """The server gets what is said, and the page never learns of it; once."""
            if taken:
                route.continue_()
            else:
                taken.append(route.fetch().text())
                route.abort()

        page.route(re.compile("/say$"), lose_the_answer)
        write(panel, "Said while an answer was lost")
        expect(alice.locator(".msg", has_text="while an answer was lost")).to_have_count(1, timeout=SOON_MS)
        expect(panel.locator(".unsent")).to_have_count(0)

        demo.kill_web()
        write(panel, "Said while nobody was there")
        expect(panel.get_by_text("Not connected just now.")).to_be_visible()
        expect(panel.locator(".state")).to_have_text("Sending…")
        expect(alice.locator(".msg", has_text="while nobody was there")).to_have_count(1, timeout=SOON_MS)
        expect(panel.locator(".unsent")).to_have_count(0, timeout=SOON_MS)
        expect(panel.get_by_text("Not connected just now.")).to_have_count(0, timeout=SOON_MS)
        alice.reload()
        answer(alice, "Still here.")
        expect(panel.get_by_text("Still here.")).to_have_count(1, timeout=SOON_MS)
        page.reload()
        panel = open_chat(page)
        said = ["Hello!", "First of Rosa", "Said while an answer", "Said while nobody", "Still here."]
        expect(panel.locator(".line")).to_contain_text(said)
        expect(panel.locator(".line")).to_have_count(len(said))
        expect(alice.locator(".msg")).to_have_count(4)
        for each in (page, alice):
            each.trouble.clear()  # type: ignore[attr-defined]  # the connections that were refused meanwhile


def test_on_another_website_there_is_no_chat(demo: Demo, browser: Browser, shop: Shop) -> None:
    with opened(Shop(shop.snippet, shop.hubbub)) as foreign, visit(browser, foreign.address) as page:
        with page.expect_event("requestfailed", lambda request: request.url.endswith("/site")):
            page.goto("/")
        page.wait_for_timeout(300)
        expect(page.get_by_role("button", name="Chat with us")).to_have_count(0)
        secret = "0" * 40
        asked = f"""async () => {{
          const answer = await fetch("{shop.hubbub}/chat/{shop.snippet.split("/chat/")[1].split("/")[0]}/visit", {{
            method: "POST", headers: {{ Authorization: "Bearer {secret}" }}, body: "{{}}" }}).catch((e) => "no");
          return answer === "no" ? "no" : answer.status;
        }}"""
        assert page.evaluate(asked) == "no"
        page.trouble.clear()  # type: ignore[attr-defined]  # what was refused


def test_when_nobody_is_there_a_message_is_left_with_an_address(
    demo: Demo, browser: Browser, morning: dict[str, Any], shop: Shop
) -> None:
    with visit(browser, shop.address) as page:
        page.wait_for_timeout(62_000)  # until nobody was there for a minute
        page.goto("/")
        panel = begin(page, "Sara")
        expect(panel.get_by_text("Leave a message and your e-mail address")).to_be_visible()
        write(panel, "Call me about the gnome")
        expect(panel.get_by_label("Your e-mail address")).to_be_focused()  # first
        panel.get_by_label("Your e-mail address").fill("sara@customer.example")
        panel.get_by_label("Your message").press("Enter")
        expect(panel.get_by_text("We answer to sara@customer.example")).to_be_visible()
        with desk(demo, browser, morning) as alice:
            row(alice, "Call me about the gnome").click(timeout=SOON_MS)
            expect(alice.locator("#moments")).to_contain_text("left an address for the answer: sara@customer.example")
            expect(alice.locator("#about")).to_contain_text("sara@customer.example")


def test_it_stands_whatever_the_page_looks_like_and_fits_a_telephone(demo: Demo, browser: Browser, shop: Shop) -> None:
    shop.head = HOSTILE_CSS
    try:
        with visit(browser, shop.address, viewport=PHONE, has_touch=True, reduced_motion="reduce") as page:
            page.goto("/")
            panel = begin(page)
            box = panel.bounding_box()
            assert box is not None
            assert (box["x"], box["width"], box["height"]) == (0, PHONE["width"], PHONE["height"])
            style = "getComputedStyle(each).fontSize + getComputedStyle(each).visibility"
            assert panel.get_by_label("Your message").evaluate(f"each => {style}") == "16pxvisible"
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                found = Axe().run(page, "hubbub-chat", options=AXE_RULES).response["violations"]
                assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found] == []
            page.keyboard.press("Escape")
            expect(page.get_by_role("button", name="Chat with us")).to_be_focused()
    finally:
        shop.head = ""
