"""The board and the page of a rating as people have them: a real browser, a real installation."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from tests.browser import DESK, PHONE, chromium, needs_chromium
from tests.web.demo import Demo, at, come_in, demo_running, live

pytestmark = [pytest.mark.browser, needs_chromium]

SOON_MS = 15_000
AXE_RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo_running(tmp_path_factory.mktemp("demo") / "home") as running:
        yield running


@pytest.fixture(scope="module")
def browser(demo: Demo) -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def morning(demo: Demo, browser: Browser) -> dict[str, Any]:
    return come_in(demo, browser, "Mia")


def check(page: Page) -> None:
    """Nobody is shut out: no rule of accessibility is broken, and nothing is wider than the window."""
    found = Axe().run(page, options=AXE_RULES)
    assert found.violations_count == 0, found.generate_report()
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} pixels too wide"


def test_hours_and_a_policy_are_set_and_tried(demo: Demo, browser: Browser, morning: dict[str, Any]) -> None:
    with at(demo, browser, morning, "Mia", "/settings/levels/") as page:
        check(page)
        page.get_by_role("link", name="New calendar").click()
        check(page)
        page.get_by_label("Name").fill("Office")
        page.get_by_label("Monday").fill("soon")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("alert")).to_contain_text("Monday: 'soon' is no span")
        page.get_by_label("Monday").fill("09:00-12:30, 13:30-18:00")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("link", name="New policy").click()
        check(page)
        page.get_by_label("Name").fill("Mail by day")
        page.get_by_label("First reply").fill("45 min")
        page.get_by_label("Hours that count").select_option("Office")
        page.get_by_label("E-mail").check()
        page.get_by_role("button", name="Save").click()
        page.get_by_label("and arrives on").fill("2026-11-29T12:00")
        page.get_by_role("button", name="Try").click()
        expect(page.get_by_role("status").first).to_contain_text("It arrives on Sunday at 12:00")
        expect(page.get_by_role("status").first).to_contain_text("Monday, 30 November at 09:45")
        for size in (DESK, PHONE):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            check(page)
        page.trouble.clear()  # type: ignore[attr-defined]  # what was refused on purpose


def test_the_board_follows_what_happens_without_being_asked(
    demo: Demo, browser: Browser, morning: dict[str, Any]
) -> None:
    with at(demo, browser, morning, "Mia", "/board/") as page:
        live(page)
        needs = page.get_by_role("link", name=re.compile("need an answer"))
        before = int(needs.locator("b").inner_text())
        demo.says("levels_fan", "@AcmeCustServ my widget caught fire, I am hurt!")
        expect(needs.locator("b")).to_have_text(str(before + 1), timeout=SOON_MS)
        check(page)
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        check(page)
        needs.click()
        expect(page.get_by_role("heading", name="Needs an answer")).to_be_visible()
        expect(page.get_by_text("my widget caught fire").first).to_be_visible()
        check(page)
