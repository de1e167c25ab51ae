"""From the complaint to the advocate, as people have it: held, due, answered, helped in private, settled in public."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser import needs_chromium
from tests.web.browser.demo import Demo, at, come_in, live

pytestmark = [pytest.mark.browser, needs_chromium]

SOON_MS = 45_000  # an answer waits ten seconds for second thoughts before it leaves
WHO = "ada_reed"
COMPLAINT = "@AcmeCustServ my widget has been broken for two days. It does not start!"
AGAIN = "@AcmeCustServ hello? My widget is still broken."
ASKED = "Sorry, Ada! Please send us the serial number in a private message."
DETAILS = "My broken widget has the serial number W-20417. I bought it in May."
NOTED = "this one is in warranty."
SENT = "Thank you, Ada. A new widget is on its way to you."


@pytest.fixture(scope="module")
def morning(demo: Demo, browser: Browser) -> dict[str, Any]:
    """Alice and Mia have come in; Mia has made a persona, and asks for a code when a case is resolved."""
    cookies = come_in(demo, browser, "Alice", "Mia")
    with at(demo, browser, cookies, "Mia", "/settings/answering/personas/new/") as page:
        page.get_by_label("Name", exact=True).fill("Jo Park")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("link", name="New persona")).to_be_visible()
    with at(demo, browser, cookies, "Mia", "/settings/cases/") as page:
        codes = page.locator("form", has=page.get_by_label("Codes"))
        codes.get_by_label("Ask for a code").select_option(index=1)
        codes.get_by_label("Codes").fill("Product\n Broken on arrival\n Broke later")
        codes.get_by_role("button", name="Save").click()
        expect(page.get_by_label("Codes")).to_have_value(re.compile("Broke later"))
    return cookies


def said(page: Page, words: str) -> Locator:
    """What stands in the case with these words."""
    return page.locator("#moments .msg", has_text=words)


def next_until(page: Page, words: str) -> None:
    """Press Next until the case with these words is there: others wait too."""
    for _ in range(5):
        before = page.url
        page.get_by_role("button", name="Next", exact=True).click()
        expect(page).not_to_have_url(before)
        expect(page.locator("#case[data-case]")).to_be_visible()
        if said(page, words).count():
            return
    raise AssertionError(f"Next never led to {words!r}")


def test_a_complaint_is_held_due_answered_settled_in_private_and_told_in_public(
    demo: Demo, browser: Browser, morning: dict[str, Any]
) -> None:
    complaint = demo.says(WHO, COMPLAINT)
    with at(demo, browser, morning, "Alice", "/inbox/held/") as page:
        expect(page.locator("#cases a.case", has_text="broken for two days")).to_be_visible(timeout=SOON_MS)
        demo.says(WHO, AGAIN, reply_to=complaint)  # nobody else helped: the hold ends
        page.goto("/w/acme-care/inbox/needs/")
        expect(page.locator("#cases a.case", has_text=WHO)).to_be_visible(timeout=SOON_MS)

        next_until(page, WHO)
        live(page)
        words, composer = page.get_by_label("Your words"), page.get_by_role("form", name="Answer")
        page.get_by_label("Write as").select_option(index=1)
        words.fill(ASKED)
        page.get_by_role("button", name="Reply publicly").click()
        page.locator("[data-undo]").click()
        expect(words).to_have_value(ASKED)
        expect(page.locator("#moments .msg-reply", has_text=ASKED)).to_have_count(0)
        page.get_by_label("Write as").select_option(index=1)
        words.press("Control+Enter")
        expect(said(page, ASKED)).to_contain_text("Jo Park")

        demo.writes(WHO, DETAILS)
        expect(page.locator("#moments .msg-private", has_text=DETAILS)).to_be_visible(timeout=SOON_MS)

        composer.get_by_text("Note", exact=True).click()
        words.press_sequentially("@Mi")
        expect(page.locator("#suggested").get_by_role("option")).to_have_count(1)
        words.press("Enter")
        words.press_sequentially(NOTED)
        words.press("Control+Enter")
        expect(said(page, NOTED).locator(".mention")).to_have_text(re.compile("@Mia"))
        with at(demo, browser, morning, "Mia", "/notices/") as lead:
            expect(lead.locator("#notices")).to_contain_text(re.compile("Alice Lind"), timeout=SOON_MS)

        composer.get_by_text("Private", exact=True).click()
        words.fill(SENT)
        page.get_by_role("button", name="Send privately").click()
        expect(said(page, SENT)).to_be_visible()

        page.locator("[data-resolve] > summary").click()
        page.get_by_role("button", name="Broken on arrival").click()
        expect(page.locator("#case-top .badge")).to_have_text("Resolved")
        expect(page.get_by_role("region", name="About this case")).to_contain_text("Broken on arrival")

        page.get_by_label("More ways to send").click()
        page.get_by_role("button", name="Say publicly how it ended").click()
        expect(words).to_have_value(re.compile("settled"))
        outcome = words.input_value()
        page.get_by_role("button", name="Reply publicly").click()
        expect(said(page, outcome)).to_contain_text("Delivered", timeout=SOON_MS)

        page.get_by_role("button", name="Customer page").click()
        contacts = page.locator(".contacts")
        for each in (COMPLAINT, AGAIN, ASKED, DETAILS, NOTED, SENT, outcome):
            expect(contacts).to_contain_text(each)
