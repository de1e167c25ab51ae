"""A real Chromium for tests: found, started, and given pages that fail a test when something breaks in them."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
WAIT_S = 30.0
AXE_RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],  # what is well is not listed node by node
}


def where_chromium_is() -> str | None:
    """Return the browser's path; None where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


needs_chromium = pytest.mark.skipif(
    where_chromium_is() is None and not os.environ.get("REQUIRE_BROWSER"),
    reason="no Chromium on this machine (Debian: apt install chromium)",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser. While it is open, its thread can't run an event loop: end it before tests that are `async`."""
    found = where_chromium_is()
    assert found, "no Chromium on this machine (Debian: apt install chromium)"
    expect.set_options(timeout=WAIT_S * 1000)
    with sync_playwright() as playwright:
        # Chromium's sandbox does not work for root, as in most containers.
        browser = playwright.chromium.launch(executable_path=found, chromium_sandbox=os.geteuid() != 0)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visit(browser: Browser, address: str, **options: object) -> Iterator[Page]:
    """A page of a visitor of their own (no cookies yet), whose addresses begin with `address`.

    Trouble in the page (an exception, a refused script, a broken request) fails the test at the end.
    """
    context: BrowserContext = browser.new_context(base_url=address, **{"viewport": DESK, **options})  # type: ignore[arg-type]
    context.set_default_timeout(WAIT_S * 1000)
    trouble: list[str] = []
    page = context.new_page()
    page.trouble = trouble  # type: ignore[attr-defined]  # a test that makes trouble clears it

    def keep(message: ConsoleMessage) -> None:
        late = message.location["url"].endswith("/draft/") and "409" in message.text  # its words were sent meanwhile
        if message.type == "error" and not late:
            trouble.append(message.text)

    page.on("console", keep)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    try:
        yield page
        assert trouble == [], trouble
    finally:
        context.close()


def do_until(deed: Callable[[], object], shown: Locator) -> None:
    """Do something until it shows, where a page may not listen yet, or what it shows goes away by itself."""
    for _ in range(10):
        deed()
        with suppress(AssertionError):
            expect(shown).to_be_visible(timeout=3_000)
            return
    raise AssertionError(f"{shown} never showed")


def check(page: Page) -> None:
    """Nobody is shut out: no rule of accessibility is broken, and nothing is wider than the window."""
    found = Axe().run(page, options=AXE_RULES)
    assert found.violations_count == 0, found.generate_report()
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} pixels too wide"
