"""From a case to an article and into the next case, in a real browser: drafted, reviewed, suggested, inserted, sent."""

import os
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser import needs_chromium
from tests.web.browser.demo import LOUD, SOON_MS, Demo, at

pytestmark = [pytest.mark.browser, needs_chromium]

REPLY = "Hello Cold, warm the lever with your hands, then put Acmegard on its hinge."


def opens(page: Page, words: str) -> None:
    page.locator("#cases a.case", has_text=words).click(timeout=SOON_MS)
    expect(page.locator("#c-text")).to_be_visible()


def seen(page: Page, name: str) -> None:
    """Keep pictures in both sizes and themes where somebody wants to look: HUBBUB_PICTURES names the folder."""
    if folder := os.environ.get("HUBBUB_PICTURES"):
        for theme in ("light", "dark"):
            for width, height in ((1440, 900), (390, 844)):
                page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
                page.set_viewport_size({"width": width, "height": height})
                page.screenshot(path=f"{folder}/{name}-{theme}-{width}.png")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1440, "height": 900})


def test_an_answer_that_helped_is_written_down_looked_at_and_helps_again(
    demo: Demo, browser: Browser, morning: dict[str, Any]
) -> None:
    demo.says(
        "cold_one", "@AcmeCustServ the lever of my acme widget freezes and jams in the cold! order 471199", **LOUD
    )
    with at(demo, browser, morning, "Alice", "/inbox/needs/") as page:
        opens(page, "cold_one")
        page.locator("#c-text").fill(REPLY)
        page.locator("#c-text").press("Control+Enter")
        expect(page.locator(".leaving")).to_be_visible()
        page.keyboard.press("Escape")
        page.locator("[data-more] > summary").click()
        page.get_by_role("button", name="Make it an article").click()
        expect(page.get_by_role("heading", name="What was taken out")).to_be_visible()
        expect(page.locator(".taken")).to_contain_text("471199")
        seen(page, "draft")
        page.get_by_role("button", name="Ask somebody to look at it").click()
        expect(page.get_by_text("A team lead or manager looks at it next.")).to_be_visible()
        address = page.url.partition("/acme-care")[2]
    with at(demo, browser, morning, "Mia", address) as page:
        seen(page, "review")
        page.get_by_role("button", name="Publish").click()
        expect(page.locator(".badge-good", has_text="Published")).to_be_visible()
        page.goto(page.url.partition("/knowledge/")[0] + "/knowledge/?q=lever")
        expect(page.locator("table.table tbody tr")).to_have_count(1)
        seen(page, "list")
        page.goto(page.url.partition("/knowledge/")[0] + "/advocates/")
        seen(page, "advocates")
    demo.says("cold_two", "@AcmeCustServ my widget jams, the lever freezes when it is cold", **LOUD)
    with at(demo, browser, morning, "Alice", "/inbox/needs/") as page:
        opens(page, "cold_two")
        expect(page.locator("#known")).to_contain_text("Not used yet")
        seen(page, "suggested")
        page.keyboard.press("Escape")
        page.locator("#case h1, #case h2").first.click()
        page.keyboard.press("w")
        expect(page.locator("#c-text")).to_have_value(re.compile("^Hello .+, warm the lever with your hands"))
        page.locator("#c-text").press("Control+Enter")
        expect(page.locator(".leaving")).to_be_visible()
        page.goto(page.url.partition("/inbox/")[0] + address)
        expect(page.locator(".facts-wide")).to_contain_text("in 1")
        seen(page, "article")
