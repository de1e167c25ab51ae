"""Several cases at once as people do it: chosen by key and box, merged, undone; and leads on their board."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from tests.browser import DESK, PHONE, needs_chromium
from tests.web.browser.demo import SOON_MS, Demo, at, live

pytestmark = [pytest.mark.browser, needs_chromium]


def test_cases_are_chosen_by_key_and_box_merged_and_undone(
    demo: Demo, browser: Browser, morning: dict[str, Any]
) -> None:
    for who in ("ann_one", "ben_two", "cat_three"):
        demo.says(who, "@AcmeCustServ my acme widget is broken, it does not work at all!")
    with at(demo, browser, morning, "Mia", "/inbox/all/", viewport=DESK) as page:
        live(page)
        rows = page.locator("#cases li[data-number]")
        mine = [rows.filter(has_text=name) for name in ("Ann", "Ben", "Cat")]
        for row in mine:
            expect(row).to_have_count(1, timeout=SOON_MS)
        mine[0].locator("a.case").focus()
        page.keyboard.press("x")
        expect(page.locator("#bulk-count")).to_have_text("1 chosen")
        for row in mine[1:]:
            row.locator("[data-pick]").check()
        expect(page.locator("#bulk-count")).to_have_text("3 chosen")

        page.locator("#bulk summary", has_text="Sort").click()
        page.locator("#bulk-tag").fill("Batch 7")
        page.locator("#bulk").get_by_role("button", name="Add").click()
        expect(page.locator("[data-toast]").last).to_contain_text("3 cases tagged", timeout=SOON_MS)
        expect(page.locator("#bulk")).to_be_hidden()
        for row in mine:
            expect(row.locator(".tag-mini")).to_have_text("Batch 7", timeout=SOON_MS)

        page.locator("[data-picking]").click()
        for row in mine[:2]:
            row.locator("[data-pick]").check()
        page.locator("#bulk summary[aria-label=More]").click()
        page.locator("#bulk").get_by_role("button", name="Merge into the oldest").click()
        toast = page.locator("[data-toast]", has_text="merged into case")
        expect(toast).to_be_visible(timeout=SOON_MS)
        numbers = sorted(int(row.get_attribute("data-number") or 0) for row in mine[:2])
        gone = page.locator(f"#cases li[data-number='{numbers[1]}']")
        expect(gone).to_contain_text("Closed", timeout=SOON_MS)
        toast.get_by_role("button", name="Undo").click()
        expect(page.locator("[data-toast]", has_text="Undone.")).to_be_visible(timeout=SOON_MS)
        expect(gone).not_to_contain_text("Closed", timeout=SOON_MS)


def test_a_case_becomes_a_lead_and_goes_from_stage_to_stage(
    demo: Demo, browser: Browser, morning: dict[str, Any]
) -> None:
    demo.says("dan_four", "@AcmeCustServ my acme gizmo is broken, can I buy another one?")
    with at(demo, browser, morning, "Mia", "/inbox/all/", viewport=PHONE) as page:
        row = page.locator("#cases li[data-number]", has_text="Dan")
        expect(row).to_have_count(1, timeout=SOON_MS)
        row.locator("a.case").click()
        page.locator("[data-more] summary").click()
        page.get_by_role("button", name="Make it a lead").click()
        expect(page.locator("[data-toast]", has_text="It is a lead now")).to_be_visible(timeout=SOON_MS)
    with at(demo, browser, morning, "Mia", "/leads/", viewport=DESK) as page:
        card = page.locator(".lead-card", has_text="gizmo")
        expect(page.locator("[data-stage]", has_text="New").locator(".lead-card")).to_have_count(1)
        card.locator("summary").click()
        card.get_by_role("button", name="Offered").click()
        expect(page.locator("[data-stage]", has=page.get_by_role("heading", name=re.compile("Offered")))
               .locator(".lead-card")).to_have_count(1, timeout=SOON_MS)  # fmt: skip
