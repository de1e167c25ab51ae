"""The pages as people have them: a real browser, a real installation, a small living world."""

import csv
import functools
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import APIResponse, Browser, Locator, Page, Request, Route, expect
from tests.browser import AXE_RULES, DESK, PHONE, do_until, needs_chromium, visit
from tests.channels.hostile import HOSTILE, XSS
from tests.installation import until
from tests.web.browser.demo import HOME, LOUD, SOON_MS, Demo, at, live

pytestmark = [pytest.mark.browser, needs_chromium]

AXE_COLOURS = AXE_RULES | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


def row(page: Page, words: str) -> Locator:
    return page.locator("#cases a.case", has_text=words)


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.className"))


# The journey ----------------------------------------------------------------
def test_from_the_link_to_the_first_complaint_to_delivered_and_the_answer_back(demo: Demo, browser: Browser) -> None:
    with visit(browser, demo.address) as page:
        page.goto(demo.running.printed("demo", r"http://\S+/enter/\S+/"))
        expect(page).to_have_url(re.compile(f"{HOME}/inbox/needs/$"))
        complaint = row(page, "broke on the first day")
        expect(complaint).to_be_visible(timeout=SOON_MS)  # the inbox fills by itself
        complaint.click()
        about = page.get_by_role("region", name="About this case")
        expect(about.get_by_role("heading", name="Why this is here")).to_be_visible()
        expect(about.locator(".reason-list li")).not_to_have_count(0)
        expect(page.locator("#moments")).to_contain_text("@vera_lynd")

        page.get_by_label("Your words").fill("Sorry, Vera. Which model is it?")
        page.get_by_role("button", name="Reply publicly").click()
        reply = page.locator(".msg", has_text="Which model is it?")
        expect(reply).to_contain_text("Delivered", timeout=SOON_MS)  # without a reload
        answers = page.locator(".msg:not(.msg-first)", has_text="@vera_lynd")
        expect(answers).not_to_have_count(0, timeout=SOON_MS)
        there = json.loads(urllib.request.urlopen(f"{demo.network}/accounts/AcmeCustServ/posts").read())
        assert [each["post"]["text"] for each in there["events"]] == ["Sorry, Vera. Which model is it?"]


def test_the_whole_desk_works_by_keys_alone(demo: Demo, browser: Browser, morning: dict[str, Any]) -> None:
    for name in ("key_one", "key_two"):
        demo.says(name, f"@AcmeCustServ my widget of {name} is broken!", **LOUD)
    with at(demo, browser, morning, "Alice", "/inbox/needs/") as page:
        press = page.keyboard.press
        for name in ("key_one", "key_two"):
            expect(row(page, name)).to_be_visible(timeout=SOON_MS)
        press("?")
        expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
        press("Escape")
        expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()

        press("j")
        first = page.evaluate("document.activeElement.closest('li')?.id")
        press("j")
        assert page.evaluate("document.activeElement.closest('li')?.id") != first
        press("k")
        assert page.evaluate("document.activeElement.closest('li')?.id") == first
        assert visible_focus(page)
        press("o")
        expect(page.locator("#case[data-case]")).to_be_visible()
        assert f"case-{page.locator('#case').get_attribute('data-case')}" == first

        press("a")
        expect(page.locator(".menu-item:focus")).to_be_visible()
        page.get_by_role("button", name="Me", exact=True).focus()
        press("Enter")
        expect(page.locator("[data-assign] summary")).to_contain_text("Alice Lind")
        until(lambda: focused(page), 10, "the focus, which was lost,")
        press("Shift+N")
        expect(page.locator("#c-text")).to_be_focused()
        page.keyboard.type("Looks like the hinge again.")
        press("Control+Enter")
        expect(page.locator(".msg-note", has_text="hinge again")).to_be_visible()
        expect(page.locator("#c-text")).to_have_value("")  # what was written is sent, and the field is ready again
        press("Escape")
        press("e")
        expect(page.locator("#case-top .badge")).to_have_text("Resolved")
        press("e")
        expect(page.locator("#case-top .badge")).to_have_text("Open")
        press("r")
        expect(page.locator("#c-text")).to_be_focused()
        expect(page.locator("#composer [value=public]")).to_be_checked()
        page.keyboard.type("We are on it.")
        press("Control+Enter")
        expect(page.locator(".msg-reply", has_text="We are on it.")).to_contain_text("Delivered", timeout=SOON_MS)
        press("Escape")
        press("/")
        expect(page.get_by_role("searchbox")).to_be_focused()
        page.keyboard.type("key_two")
        press("Enter")
        expect(page).to_have_url(re.compile("/inbox/all/.*q=key_two"))
        expect(page.locator("#cases > li[data-case]")).to_have_count(1)


def test_words_on_their_way_arrive_once_however_late_another_answer_comes(
    demo: Demo, browser: Browser, morning: dict[str, Any]
) -> None:
    demo.says("late_one", "@AcmeCustServ my widget of late_one is broken!", **LOUD)
    held: dict[str, tuple[Route, APIResponse]] = {}

    def hold(route: Route) -> None:
        held[urlsplit(route.request.url).path.rstrip("/").rpartition("/")[2]] = (route, route.fetch())

    with at(demo, browser, morning, "Alice", "/inbox/needs/") as page:
        row(page, "late_one").click(timeout=SOON_MS)
        page.route(re.compile("/(assign|reply)/?$"), hold)
        page.locator("[data-assign] summary").click()
        page.get_by_role("button", name="Me", exact=True).click()
        page.get_by_text("Note", exact=True).click()
        words = page.locator("#c-text")
        words.fill("The hinge, I think.")
        words.press("Control+Enter")
        expect(page.locator(".msg-note", has_text="The hinge")).to_be_visible()
        for name in ("assign", "reply"):
            expect(words).to_have_value("The hinge, I think.")
            route, answer = held.pop(name)
            route.fulfill(response=answer)
            expect(page.locator("#composer")).to_have_count(1)
        expect(words).to_have_value("")
        expect(page.locator(".msg-note", has_text="The hinge")).to_have_count(1)

        page.reload()
        expect(words).to_have_value("")  # no draft is left either


def visible_focus(page: Page) -> bool:
    """Whether one sees which element has the focus."""
    return bool(page.evaluate(
        "(() => { const s = getComputedStyle(document.activeElement);"
        " return document.activeElement !== document.body"
        " && ((s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none'); })()"
    ))  # fmt: skip


# Live -----------------------------------------------------------------------
def test_a_colleague_sees_the_change_and_who_is_looking(demo: Demo, browser: Browser, morning: dict[str, Any]) -> None:
    demo.says("live_one", "@AcmeCustServ the widget of live_one is broken!", **LOUD)
    with (
        at(demo, browser, morning, "Alice", "/inbox/needs/") as alice,
        at(demo, browser, morning, "Bob", "/inbox/needs/") as bob,
    ):
        for page in (alice, bob):
            row(page, "live_one").click(timeout=SOON_MS)
        expect(bob.locator("#looking")).to_contain_text("Alice Lind", timeout=SOON_MS)
        alice.get_by_label("Your words").fill("Hello! Which model is it?")
        expect(bob.locator("#looking")).to_contain_text("writing", timeout=SOON_MS)
        bob.get_by_label("Your words").fill("Bob was quicker.")
        alice.get_by_role("button", name="Reply publicly").click()
        expect(bob.locator(".msg-reply", has_text="Which model is it?")).to_be_visible(timeout=SOON_MS)
        expect(bob.get_by_label("Your words")).to_have_value("Bob was quicker.")  # what he writes stays


def test_what_a_colleague_says_a_post_is_is_seen_at_once_and_can_be_taken_back(
    demo: Demo, browser: Browser, morning: dict[str, Any]
) -> None:
    demo.says("misread", "@AcmeCustServ the widget of misread is broken!", **LOUD)
    with (
        at(demo, browser, morning, "Alice", "/inbox/needs/") as alice,
        at(demo, browser, morning, "Bob", "/inbox/needs/") as bob,
    ):
        for page in (alice, bob):
            row(page, "misread").click(timeout=SOON_MS)
        kind = alice.locator(".read").first
        expect(kind).to_contain_text("Complaint", timeout=SOON_MS)
        question = kind.get_by_role("button", name="a question", exact=True)

        def says_it_is_a_question() -> None:  # the page may be told who else looks at it just then
            do_until(lambda: kind.locator("summary").press("Enter"), question)
            question.press("Enter")

        do_until(says_it_is_a_question, alice.locator(".reads", has_text="said so"))
        expect(bob.locator(".reads")).to_contain_text("Alice Lind said so", timeout=SOON_MS)
        expect(bob.locator("#moments")).to_contain_text("Alice Lind: It is a question.")
        expect(row(bob, "misread")).to_contain_text("Question")
        bob.locator(".read summary", has_text="Question").click()
        bob.get_by_role("button", name="Take back what was said").click()
        expect(alice.locator(".reads")).not_to_contain_text("said so", timeout=SOON_MS)
        expect(row(alice, "misread")).to_contain_text("Complaint")


def test_after_the_server_was_killed_the_page_has_what_it_missed(
    demo: Demo, browser: Browser, morning: dict[str, Any]
) -> None:
    with visit(browser, demo.address, storage_state=morning["Alice"]) as page:
        page.goto(f"{HOME}/inbox/needs/")
        live(page)
        demo.kill_web()
        demo.says("missed_one", "@AcmeCustServ the widget of missed_one is broken!", **LOUD)
        expect(row(page, "missed_one")).to_be_visible(timeout=SOON_MS)
        page.trouble.clear()  # type: ignore[attr-defined]  # the connections that were refused meanwhile


# What people say ------------------------------------------------------------
def test_in_the_stream_new_posts_wait_behind_a_button_and_the_text_does_not_move(
    demo: Demo, browser: Browser, morning: dict[str, Any]
) -> None:
    demo.says("stream_one", "@AcmeCustServ the widget of stream_one is broken!", **LOUD)
    with at(demo, browser, morning, "Mia", "/topics/stream/", reduced_motion="reduce") as page:
        page.get_by_role("button", name="Begin with your topics").click()
        column = page.locator(".stream-column").first
        first = column.locator(".stream-post").first
        expect(column.get_by_text("stream_one").first).to_be_visible(timeout=SOON_MS)
        before = first.inner_text(), first.bounding_box()
        demo.says("stream_two", "@AcmeCustServ the widget of stream_two is broken!", **LOUD)
        news = column.get_by_role("button", name=re.compile(r"^\d+ new$"))
        expect(news).to_be_visible(timeout=SOON_MS)
        assert (first.inner_text(), first.bounding_box()) == before
        news.click()
        expect(first).to_contain_text("stream_two", timeout=SOON_MS)
        worth = column.get_by_role("button", name="Missed, by worth")
        do_until(worth.click, column.get_by_text("those most worth reading first"))
        assert axe(page, AXE_RULES) == []
        column.get_by_role("button", name="All read").click()
        expect(column.locator(".is-new")).to_have_count(0)
        page.set_viewport_size(PHONE)
        assert page.evaluate(TOO_WIDE) == []


def test_an_alert_stands_above_the_cases_until_it_is_seen(
    demo: Demo, browser: Browser, morning: dict[str, Any]
) -> None:
    with at(demo, browser, morning, "Mia", "/topics/alerts/new/") as page:
        page.locator("#name").fill("Somebody loud")
        page.get_by_label("Somebody with many followers speaks").check()
        expect(page.locator("#minutes")).to_be_hidden()
        page.locator("#at_least").fill("95000000")  # above all others
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("rowheader", name="Somebody loud")).to_be_visible()
        assert axe(page, AXE_RULES) == []
    with at(demo, browser, morning, "Bob", "/inbox/needs/") as page:
        live(page)
        page.wait_for_timeout(12_000)  # the worker looks every five seconds; from then on
        louder = LOUD | {"followers": 99_000_000}
        demo.says("alarm_one", "@AcmeCustServ the widget of alarm_one is broken!", **louder)
        strip = page.locator("#alert-strip")
        expect(strip.get_by_text("alarm_one")).to_be_visible(timeout=SOON_MS)
        assert axe(page, AXE_RULES) == []
        strip.get_by_role("button", name="Seen").click()
        expect(strip.get_by_text("alarm_one")).to_have_count(0)
        page.reload()
        expect(strip.get_by_text("alarm_one")).to_have_count(0)


# Every page -----------------------------------------------------------------
def every_page(demo: Demo, browser: Browser, morning: dict[str, Any]) -> list[str]:
    """The addresses of all pages that a manager can open, found by following what leads there."""
    found: list[str] = []
    ahead = [f"{HOME}/inbox/needs/", f"{HOME}/start/", f"{HOME}/settings/"]
    kinds: set[str] = set()
    with visit(browser, demo.address, storage_state=morning["Mia"]) as page:
        while ahead:
            path = ahead.pop(0)
            kind = re.sub(r"\d+", "1", path)
            if kind in kinds:
                continue
            kinds.add(kind)
            found.append(path)
            page.goto(path)
            for link in page.locator("a[href^='/']").evaluate_all("all => all.map(each => each.getAttribute('href'))"):
                if link.startswith((HOME, "/me/")) and "?" not in link and not re.search(r"\.\w+$", link):
                    ahead.append(link)
    return found


@pytest.fixture(scope="module")
def pages(demo: Demo, browser: Browser, morning: dict[str, Any]) -> list[str]:
    demo.says("page_one", "@AcmeCustServ the widget of page_one is broken!", **LOUD)
    with at(demo, browser, morning, "Mia", "/inbox/needs/") as page:
        expect(row(page, "page_one")).to_be_visible(timeout=SOON_MS)
    return every_page(demo, browser, morning)


@pytest.fixture(scope="module")
def looked(demo: Demo, browser: Browser, morning: dict[str, Any], pages: list[str]) -> dict[str, dict[str, list[Any]]]:
    """What is wrong with each page: by axe in light and in dark (there, only what colours can break), and too wide."""
    found: dict[str, dict[str, list[Any]]] = {"light": {}, "dark": {}, "wide": {}}

    def look(page: Page, path: str) -> None:
        page.goto(path)
        found["light"][path] = axe(page, AXE_RULES)
        page.emulate_media(color_scheme="dark")
        found["dark"][path] = axe(page, AXE_COLOURS)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(PHONE)
        found["wide"][path] = page.evaluate(TOO_WIDE)
        page.set_viewport_size(DESK)

    with visit(browser, demo.address, storage_state=morning["Mia"], reduced_motion="reduce") as page:
        for path in [*pages, "/me/", "/nowhere/"]:
            look(page, path)
        page.trouble.clear()  # type: ignore[attr-defined]  # the page that is not there
    with visit(browser, demo.address, reduced_motion="reduce") as page:
        look(page, "/signin/")
    return found


def axe(page: Page, rules: dict[str, Any]) -> list[Any]:
    broken = Axe().run(page, options=rules).response["violations"]
    return [(each["id"], [node["target"] for node in each["nodes"]][:3]) for each in broken]


@pytest.mark.parametrize("what", ["light", "dark", "wide"])
def test_axe_finds_nothing_on_any_page_and_none_is_wider_than_a_telephone(
    looked: dict[str, dict[str, list[Any]]], what: str
) -> None:
    assert len(looked[what]) > 25
    assert {path: wrong for path, wrong in looked[what].items() if wrong} == {}


TOO_WIDE = """() => {
  const wide = document.documentElement.scrollWidth > innerWidth ? ['the page'] : [];
  const inside = (each) => {
    for (let at = each.parentElement; at; at = at.parentElement)
      if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(at).overflowX)) return true;
    return false;
  };
  for (const each of document.querySelectorAll('body *')) {
    const box = each.getBoundingClientRect();
    if (box.width && box.right > innerWidth + 1 && !inside(each)) wide.push(each.tagName + '.' + each.className);
  }
  return wide.slice(0, 5);
}"""


def test_on_a_telephone_everything_is_reached(demo: Demo, browser: Browser, morning: dict[str, Any]) -> None:
    demo.says("phone_one", "@AcmeCustServ the widget of phone_one is broken!", **LOUD)
    with at(demo, browser, morning, "Bob", "/inbox/needs/", viewport=PHONE, has_touch=True) as page:
        expect(row(page, "phone_one")).to_be_visible(timeout=SOON_MS)
        page.get_by_role("button", name="Views and queues").tap()
        expect(page.get_by_role("link", name=re.compile("Held"))).to_be_visible()
        page.locator("#views").get_by_role("button", name="Back to the list").tap()
        row(page, "phone_one").tap()
        expect(page.get_by_label("Your words")).to_be_visible()
        page.get_by_role("button", name="About this customer").tap()
        expect(page.get_by_role("heading", name="Why this is here")).to_be_visible()
        page.get_by_role("button", name="Back to the case").tap()
        page.get_by_label("Your words").fill("Hello from the train.")
        page.get_by_role("button", name="Reply publicly").tap()
        expect(page.locator(".msg-reply", has_text="from the train")).to_contain_text("Delivered", timeout=SOON_MS)
        page.locator("#thread").get_by_role("button", name="Back to the list").tap()
        expect(page.get_by_role("heading", level=1).first).to_be_visible()
        for name in ("Topics", "Settings"):
            page.get_by_role("navigation", name="Main").get_by_role("link", name=name).tap()
            expect(page.get_by_role("main")).to_be_visible()


# Hostile words ----------------------------------------------------------------
SHOWN = [
    *XSS,
    *(
        HOSTILE[name]
        for name in ("right to left override", "zero width", "tower of marks", "template", "format", "SQL")
    ),
]
CANARY = "<img src=//evil.example/x onerror=alert(1)>"


def test_nothing_that_strangers_write_does_anything_in_the_browser(
    demo: Demo, browser: Browser, morning: dict[str, Any], tmp_path: Path
) -> None:
    said = [f"@AcmeCustServ my widget is broken {number} {text}" for number, text in enumerate(together(SHOWN))]
    for number, text in enumerate(said):
        demo.says(f"evil_{number}", text, name=f"{CANARY}{number}"[:80], bio=CANARY, **LOUD)
    with at(demo, browser, morning, "Mia", "/settings/tokens/") as page:
        page.get_by_label("Name", exact=True).fill(CANARY[:60])
        page.get_by_role("button", name="Make a token").click()
        token = page.locator("#token").inner_text()
    by_api(demo, token, said)
    by_file(demo, tmp_path, said)
    by_bluesky(demo, tmp_path, said)
    with feed_of(said) as feed, visit(browser, demo.address, storage_state=morning["Mia"]) as page:
        page.goto(f"{HOME}/settings/channels/new/feed/")
        page.get_by_label("Address of the feed").fill(feed)
        page.get_by_label("Name", exact=True).fill(CANARY[:60])
        page.get_by_role("button", name="Try and connect").click()
        expect(page.get_by_text("Connected.")).to_be_visible(timeout=SOON_MS)
        where = {"demo", "generic", "file", "bluesky", "feeds"}
        until(lambda: where <= channels_of(demo, token), 30, "a case of each connector")

    asked: list[str] = []
    dialogs: list[str] = []
    with visit(browser, demo.address, storage_state=morning["Mia"]) as page:
        page.on("request", lambda request: asked.append(foreign(request, demo)))
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        numbers = {each["channel"]: [] for each in all_cases(demo, token)}
        for each in all_cases(demo, token):
            numbers[each["channel"]].append(each["number"])
        for path in (f"{HOME}/inbox/needs/", f"{HOME}/inbox/all/?q=widget", f"{HOME}/settings/channels/",
                     f"{HOME}/settings/tokens/", f"{HOME}/settings/audit/", f"{HOME}/start/"):  # fmt: skip
            page.goto(path)
            assert page.evaluate(INJECTED) == [], path
        for channel in sorted(where):
            for number in numbers[channel]:
                page.goto(f"{HOME}/inbox/all/{number}/")
                assert page.evaluate(INJECTED) == [], f"case {number} of {channel}"
    assert dialogs == []
    assert [each for each in asked if each] == []


def together(texts: list[str], most: int = 420) -> list[str]:
    """Texts joined to as few as fit a post."""
    posts = [""]
    for text in texts:
        if len(posts[-1]) + len(text) > most:
            posts.append("")
        posts[-1] += f" {text[:most]}"
    return posts


INJECTED = """() => [...document.querySelectorAll('body script:not([type="application/json"]), iframe, ' +
    'img, object, embed, style, math, base')]
  .map(each => each.outerHTML.slice(0, 80))
  .concat([...document.querySelectorAll('*')].flatMap(each => [...each.attributes]
    .filter(a => a.name.startsWith('on')
      || /^\\s*javascript:/i.test(a.value) && ['href', 'src', 'action'].includes(a.name))
    .map(a => each.tagName + ' ' + a.name)))"""


def foreign(request: Request, demo: Demo) -> str:
    return "" if urlsplit(request.url).netloc == urlsplit(demo.address).netloc else request.url


def ask(demo: Demo, token: str, path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{demo.address}/api/v1{path}", data, headers)) as answer:
        return json.loads(answer.read())


def all_cases(demo: Demo, token: str) -> list[dict[str, Any]]:
    return [
        case
        for view in ("all", "imported", "watching")
        for case in ask(demo, token, f"/cases?view={view}&limit=200")["cases"]
    ]


def channels_of(demo: Demo, token: str) -> set[str]:
    return {each["channel"] for each in all_cases(demo, token)}


def by_api(demo: Demo, token: str, said: list[str]) -> None:
    for number, text in enumerate(said):
        author = {"id": f"a{number}", "handle": CANARY, "name": CANARY}
        ask(demo, token, "/posts", {"source": "mail", "id": f"<{CANARY}{number}>", "text": text, "author": author})


def by_file(demo: Demo, folder: Path, said: list[str]) -> None:
    with (folder / "posts.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "author", "text", "url"])
        rows.writerows([number, f"{CANARY}{number}", text, "javascript:alert(1)"] for number, text in enumerate(said))
    demo.running.call("import", str(folder / "posts.csv"), "--live")


BLUESKY = """
import json, sys
from hubbub.cli.setup import start
from hubbub.infra.places import places
start()
from datetime import UTC, datetime
from tests.flows.hearing import connect_sky, hear, sky
from hubbub.accounts import selectors as accounts
from hubbub.accounts.models import Membership
from hubbub.care.core.understanding import LinearModel
from hubbub.care.services import triage
row = Membership.objects.filter(role="owner").first()
access = accounts.enter(row.person_id, row.workspace.slug)
now = datetime.now(UTC)
said = json.load(open(sys.argv[1]))
lines = [sky(f"k{n}", text.replace("@AcmeCustServ my", "my acme")) for n, text in enumerate(said)]
hear(access, connect_sky(access, "ws://127.0.0.1:1/x"), lines, places(), now=now)
while triage.triage(access.workspace, understanding=LinearModel.shipped(), now=now):
    pass
"""


def by_bluesky(demo: Demo, folder: Path, said: list[str]) -> None:
    """What the public stream would bring, through parse and ingest."""
    (folder / "said.json").write_text(json.dumps(said))
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", BLUESKY, str(folder / "said.json")],
        env={**demo.running._environ, "PYTHONPATH": f"{root}:{os.environ.get('PYTHONPATH', '')}"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@contextmanager
def feed_of(said: list[str]) -> Iterator[str]:
    """A feed of hostile entries, served on this machine."""
    entries = "".join(
        f"<item><guid>e{number}</guid><title>{escape(CANARY)}</title><link>javascript:alert(1)</link>"
        f"<author>{escape(CANARY)}</author><description>{escape('acme widget broken: ' + clean(text))}</description>"
        "</item>"
        for number, text in enumerate(said)
    )
    body = f"<rss version='2.0'><channel><title>{escape(CANARY)}</title>{entries}</channel></rss>".encode()

    class Feed(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Feed) as server:
        threading.Thread(target=functools.partial(server.serve_forever, 0.05), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/feed.xml"
        server.shutdown()


def clean(text: str) -> str:
    return "".join(each for each in text if each >= " ")
