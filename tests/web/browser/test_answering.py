"""The composer in a real browser: no word is lost, what was sent can be taken back, a lead approves, a note names."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser import needs_chromium
from tests.web.browser.demo import LOUD, SOON_MS, Demo, at

pytestmark = [pytest.mark.browser, needs_chromium]


def opens(page: Page, words: str) -> None:
    page.locator("#cases a.case", has_text=words).click(timeout=SOON_MS)
    expect(page.locator("#c-text")).to_be_visible()


def test_a_draft_survives_a_killed_web_process_a_reload_and_another_machine(
    demo: Demo, browser: Browser, morning: dict[str, Any]
) -> None:
    demo.says("draft_one", "@AcmeCustServ my widget of draft_one is broken!", **LOUD)
    with at(demo, browser, morning, "Alice", "/inbox/needs/") as page:
        opens(page, "draft_one")
        words = page.locator("#c-text")
        words.click()
        with page.expect_response(re.compile("/draft/$")):
            page.keyboard.type("Sorry! The hinge")
        demo.kill_web()
        page.keyboard.type(" is loose.")  # nobody answers just now
        expect(words).to_have_value("Sorry! The hinge is loose.")
        page.trouble.clear()  # type: ignore[attr-defined]  # what broke was broken by this test
        with page.expect_response(lambda answer: answer.url.endswith("/draft/") and answer.ok, timeout=SOON_MS):
            pass
        page.trouble.clear()  # type: ignore[attr-defined]
        page.reload()
        expect(words).to_have_value("Sorry! The hinge is loose.")
        address = page.url
    with at(demo, browser, morning, "Alice", address.partition("/acme-care")[2]) as page:
        expect(page.locator("#c-text")).to_have_value("Sorry! The hinge is loose.")
    with at(demo, browser, morning, "Mia", address.partition("/acme-care")[2]) as page:
        expect(page.locator("#looking")).to_contain_text("Alice Lind has a draft")
        expect(page.locator("#c-text")).to_have_value("")


def test_files_stay_with_a_draft_move_along_and_leave_once(
    demo: Demo, browser: Browser, morning: dict[str, Any]
) -> None:
    demo.says("file_one", "@AcmeCustServ my widget of file_one is broken!", **LOUD)
    with at(demo, browser, morning, "Alice", "/inbox/needs/") as page:
        opens(page, "file_one")
        words, kept = page.locator("#c-text"), page.locator("#kept-files li")
        words.fill("Sorry! This is how it is mended.")
        with page.expect_response(re.compile("/draft/files/$")):
            page.locator("input[name=files]").set_input_files(
                {"name": "how.txt", "mimeType": "text/plain", "buffer": b"Turn the hinge."}
            )
        expect(kept).to_have_count(1)
        expect(page.locator("#attached li")).to_have_count(0)
        with page.expect_response(re.compile("/draft/$")):
            words.press("End")
            page.keyboard.type(" Well?")
        page.reload()
        expect(kept).to_contain_text("how.txt")
        page.locator("#composer").get_by_text("Private", exact=True).click()
        expect(kept).to_contain_text("how.txt")
        page.locator("#composer").get_by_text("Public", exact=True).click()
        expect(kept).to_contain_text("how.txt")
        words.press("Control+Enter")
        expect(page.locator("#moments .msg-reply")).to_contain_text("how.txt", timeout=SOON_MS)  # once it has left
        expect(kept).to_have_count(0)
        page.reload()
        expect(page.locator("#moments .msg-reply")).to_be_visible()
        expect(kept).to_have_count(0)


def test_what_was_sent_is_taken_back_a_lead_approves_and_a_note_names_a_colleague(
    demo: Demo, browser: Browser, morning: dict[str, Any]
) -> None:
    demo.says("undo_one", "@AcmeCustServ my widget of undo_one is broken!", **LOUD)
    with (
        at(demo, browser, morning, "Alice", "/inbox/needs/") as page,
        at(demo, browser, morning, "Mia", "/inbox/needs/") as lead,
    ):
        opens(page, "undo_one")
        words = page.locator("#c-text")
        words.fill("Sorry! Which model is it?")
        words.press("Control+Enter")
        expect(page.locator(".leaving")).to_contain_text("leaves in")
        expect(words).to_have_value("")
        page.locator("[data-undo]").click()
        expect(words).to_have_value("Sorry! Which model is it?")
        expect(page.locator("#moments .msg-reply")).to_have_count(0)

        page.get_by_label("More ways to send").click()
        page.get_by_role("button", name="Ask somebody to look first").click()
        expect(page.locator(".msg-pending")).to_contain_text("Waits for approval")
        expect(words).to_have_value("")
        lead.get_by_role("link", name="Approvals 1").click(timeout=SOON_MS)
        lead.get_by_label("Words").fill("Sorry, that is a pity! Which model is it?")
        lead.get_by_role("button", name="Approve").click()
        expect(lead.get_by_text("Nothing waits for approval")).to_be_visible()
        reply = page.locator(".msg-reply", has_text="that is a pity")
        expect(reply).to_contain_text("approved by Mia", timeout=SOON_MS)

        page.get_by_text("Note", exact=True).click()
        words.press_sequentially("Ask @Mi")
        expect(page.locator("#suggested").get_by_role("option")).to_have_count(1)
        words.press("Enter")
        words.press_sequentially("please.")
        words.press("Control+Enter")
        expect(page.locator(".msg-note .mention")).to_have_text(re.compile("@Mia"))
