"""From the complaint to the advocate, as people have it. docs/from-complaint-to-advocate.md shows the same story.

With HUBBUB_PICTURES, which names a folder, the pictures of that page are taken on the way.
"""

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser import needs_chromium, visit
from tests.installation import until
from tests.web.browser.demo import SOON_MS, WORLD, Demo, at, come_in, demo_running, live

pytestmark = [pytest.mark.browser, needs_chromium]

HOW = "@AcmeCustServ how do I reset the clock of my Acmegard?"
TRY = "Hold the reset for ten seconds, until the light blinks."
SOLVED = "That worked, thanks!"
MIRA = {
    "name": "Mira Daye",
    "followers": 310,
    "follows": 280,
    "posts": 2_400,
    "reactions": 2.0,
    "joined_at": "2019-04-01T00:00:00Z",
}
COMPLAINT = "My #Acme widget has been broken for 5 days now. Its disgusting!"
TOO = "So's mine. I'm now on my third #Acme widget…they are so unreliable."
ASKED = "Sorry, Mira! We want to put this right. Please send us the serial number in a private message."
DETAILS = "It is a widget, serial number W-20417. I bought it in May."
NOTED = "this one is in warranty."
SENT = "Thank you, Mira. A new widget is on its way to you. May we ask you later how you found it?"
YES = "Yes, do. Thank you so much, that was quick!"
RATED = "Quick, and a person with a name."
PRAISE = "My widget broke, and @AcmeCustServ put it right in a day. Thank you, that was great service!"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A town in which nobody complains by themselves: another broken widget would be a second voice."""
    folder = tmp_path_factory.mktemp("town")
    world = folder / "world.toml"
    world.write_text(WORLD.read_text("utf-8").partition("[[story]]")[0], "utf-8")
    with demo_running(folder / "home", world) as running:
        yield running


@pytest.fixture(scope="module")
def morning(demo: Demo, browser: Browser) -> dict[str, Any]:
    """Alice and Mia have come in; Mia has set how cases are answered, and what is asked when one is resolved."""
    cookies = come_in(demo, browser, "Alice", "Mia")
    with at(demo, browser, cookies, "Mia", "/settings/answering/") as page:
        page.get_by_label("A reply can be taken back for").fill("8")
        page.get_by_role("button", name="Save").first.click()
        expect(page.locator("#toasts .toast")).to_be_visible()
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
    with at(demo, browser, cookies, "Mia", "/settings/levels/rating/") as page:
        page.get_by_label("Ask people how satisfied they are").check()
        page.get_by_label("Ask after").fill("0 min")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", name="Service levels").first).to_be_visible()
    return cookies


def said(page: Page, words: str) -> Locator:
    """What stands in the case with these words."""
    return page.locator("#moments .msg", has_text=words)


def row(page: Page, words: str) -> Locator:
    """The case with these words, in a list."""
    return page.locator("#cases a.case", has_text=words)


def next_until(page: Page, words: str) -> None:
    """Press Next until the case with these words is there: others wait too."""
    for _ in range(5):
        before = page.url
        page.get_by_role("button", name="Next", exact=True).click()
        expect(page).not_to_have_url(before)
        number = re.search(r"/(\d+)/(?:\?|$)", page.url)
        assert number, page.url
        expect(page.locator(f"#case[data-number='{number[1]}']")).to_be_visible()
        if said(page, words).count():
            return
    raise AssertionError(f"Next never led to {words!r}")


def picture(page: Page, name: str) -> None:
    """Take a picture of what is seen, if somebody wants pictures."""
    if folder := os.environ.get("HUBBUB_PICTURES"):
        page.mouse.move(0, 0)
        page.wait_for_timeout(500)
        page.screenshot(path=f"{folder}/advocate-{name}.png")


def test_from_the_complaint_to_the_advocate(demo: Demo, browser: Browser, morning: dict[str, Any]) -> None:
    # 1 Do nothing in haste: this is a public forum, somebody may solve it.
    question = demo.says("ada_reed", HOW)
    demo.says("mira_daye", COMPLAINT, **MIRA)
    with at(demo, browser, morning, "Alice", "/inbox/held/") as page:
        expect(row(page, "reset the clock")).to_be_visible(timeout=SOON_MS)
        demo.says("helpful_hal", TRY, reply_to=question)
        demo.says("ada_reed", SOLVED, reply_to=question)

        # 2 A complaint about us, not to us: to intervene or not? See what happens next.
        page.goto("/w/acme-care/inbox/watching/")
        row(page, "broken for 5 days").click(timeout=SOON_MS)
        expect(said(page, COMPLAINT)).to_be_visible()
        picture(page, "1-watching")

        # 3 'So's mine' is the sign: one case with both posts, and somebody takes it.
        demo.says("toby_quill", TOO)
        expect(said(page, TOO)).to_be_visible(timeout=SOON_MS)
        about = page.get_by_role("region", name="About this case")
        expect(about).to_contain_text("with a like problem", timeout=SOON_MS)
        picture(page, "2-second-voice")
        page.goto("/w/acme-care/inbox/needs/?queue=praise")
        expect(row(page, "reset the clock")).to_be_visible(timeout=SOON_MS)
        next_until(page, COMPLAINT)
        live(page)

        # 4 Apologise, ask for a little more, take ownership; in public, by a person with a name.
        words, composer = page.get_by_label("Your words"), page.get_by_role("form", name="Answer")
        page.get_by_label("Write as").select_option(index=1)
        words.fill(ASKED)
        page.get_by_role("button", name="Reply publicly").click()
        page.locator("[data-undo]").click()
        expect(words).to_have_value(ASKED)
        expect(page.locator("#moments .msg-reply", has_text=ASKED)).to_have_count(0)
        page.get_by_label("Write as").select_option(index=1)
        picture(page, "3-answer")
        words.press("Control+Enter")
        expect(said(page, ASKED)).to_contain_text("Jo Park")
        expect(said(page, ASKED)).to_contain_text("Delivered", timeout=SOON_MS)

        # 5 What is personal, in private: the customer's own words, a colleague's note, the answer.
        demo.writes("mira_daye", DETAILS)
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
        expect(said(page, SENT)).to_contain_text("Delivered", timeout=SOON_MS)
        demo.writes("mira_daye", YES)
        expect(page.locator("#moments .msg-private", has_text=YES)).to_be_visible(timeout=SOON_MS)
        picture(page, "4-private")

        # 6 Settled, and said where the question was asked.
        page.locator("[data-resolve] > summary").click()
        page.get_by_role("button", name="Broken on arrival").click()
        expect(page.locator("#case-top .badge")).to_have_text("Resolved")
        expect(about).to_contain_text("Broken on arrival")
        page.get_by_label("More ways to send").click()
        page.get_by_role("button", name="Say publicly how it ended").click()
        expect(words).to_have_value(re.compile("settled"))
        outcome = words.input_value()
        page.get_by_role("button", name="Reply publicly").click()
        expect(said(page, outcome)).to_be_visible()

        # 7 How was it? One link, no account.
        (link,) = until(lambda: re.findall(r"http://\S+/rate/\S+", " ".join(demo.told_in_private("mira_daye"))), 45)
        with visit(browser, demo.address) as hers:
            hers.goto(link)
            hers.get_by_label("Very good").check()
            hers.get_by_label("Anything you want to tell us").fill(RATED)
            picture(hers, "6-rating")
            hers.get_by_role("button", name="Send").click()
            expect(hers.get_by_role("heading")).to_contain_text("Thank you")
        expect(page.locator("#moments")).to_contain_text("They gave 5 of 5", timeout=SOON_MS)
        expect(said(page, outcome)).to_contain_text("Delivered", timeout=SOON_MS)
        expect(page.locator("#case-top .badge")).to_have_text("Resolved")
        picture(page, "5-settled")

        # 8 One person, all that was said, and what she allows.
        page.get_by_role("button", name="Customer page").click()
        contacts = page.locator(".contacts")
        for each in (COMPLAINT, ASKED, DETAILS, NOTED, SENT, YES, outcome):
            expect(contacts).to_contain_text(each)
        page.get_by_text("Note a permission").click()
        page.get_by_label("To", exact=True).select_option("Ask them to tell others")
        page.get_by_label("How we know").fill("private message")
        page.get_by_label("The words they agreed to").fill(YES)
        page.get_by_role("button", name="Note it").last.click()
        expect(page.get_by_text(f"private message: “{YES}”")).to_be_visible()
        picture(page, "7-customer")

        # 9 Three days later, once, with permission, and by a person: would she tell others?
        page.goto("/w/acme-care/advocates/")
        expect(page.get_by_text("Nobody to ask just now")).to_be_visible()
        demo.later(days=3)
        page.reload()
        proposal = page.get_by_role("region", name="Mira Daye")
        expect(proposal).to_contain_text("gave 5 of 5")
        expect(proposal).to_contain_text("said they may be asked")
        picture(page, "8-proposed")
        proposal.get_by_role("button", name="Ask them", exact=True).click()
        expect(page.get_by_text("Nobody to ask just now")).to_be_visible()

        # 10 She does, where others read it; and it is counted.
        demo.says("mira_daye", PRAISE)
        page.goto("/w/acme-care/inbox/needs/?queue=praise")
        expect(row(page, "put it right in a day")).to_be_visible(timeout=SOON_MS)
        demo.later()
        page.goto("/w/acme-care/advocates/")
        won = page.get_by_role("row").nth(1)
        expect(won.get_by_role("cell")).to_have_text(["1", "1", "1"])
        picture(page, "9-won")
        won.get_by_role("link").last.click()
        expect(page.get_by_role("listitem").filter(has_text="broken for 5 days")).to_be_visible()
