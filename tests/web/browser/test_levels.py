"""The board and the page of a rating as people have them: a real browser, a real installation."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from tests.browser import DESK, PHONE, check, needs_chromium
from tests.web.browser.demo import SOON_MS, Demo, at, live

pytestmark = [pytest.mark.browser, needs_chromium]


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
        expect(needs.locator("b")).not_to_have_text("0", timeout=SOON_MS)  # the story of the town was heard
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
