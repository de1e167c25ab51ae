"""Telephone and letters as people have them: a real browser, a real installation."""

import json
import re
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from tests.browser import DESK, PHONE, check, needs_chromium
from tests.installation import until
from tests.web.browser.demo import SOON_MS, Demo, at, live

pytestmark = [pytest.mark.browser, needs_chromium]

PNG = b"\x89PNG\r\n\x1a\n" + b"a scan"


@pytest.fixture(scope="module")
def token(demo: Demo, browser: Browser, morning: dict[str, Any]) -> str:
    with at(demo, browser, morning, "Mia", "/settings/tokens/") as page:
        page.locator("#name").fill("Telephone system")
        page.get_by_role("button", name=re.compile("token", re.IGNORECASE)).first.click()
        return str(page.locator("#token").inner_text())


def tell(demo: Demo, token: str, *calls: dict[str, Any]) -> dict[str, Any]:
    """The telephone system tells of calls."""
    asked = urllib.request.Request(
        f"{demo.address}/api/v1/calls",
        json.dumps({"source": "pbx", "calls": calls}).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(asked, timeout=20) as answer:
        return dict(json.loads(answer.read()))


def ago(minutes: float) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()


def missed(native: str, number: str, name: str = "") -> dict[str, Any]:
    return {
        "id": native, "start": ago(3), "end": ago(1), "caller": number, "name": name, "queue": "Sales",
        "outcome": "abandoned",
    }  # fmt: skip


def test_who_hangs_up_is_called_back_and_the_case_resolved(
    demo: Demo, browser: Browser, morning: dict[str, Any], token: str
) -> None:
    with at(demo, browser, morning, "Mia", "/inbox/needs/") as page:
        live(page)
        assert tell(demo, token, missed("1", "+49 30 1111111", "Orla Quill"))["to_call"] == 1
        line = page.locator("#cases a.case", has_text="Orla Quill")
        expect(line).to_contain_text("Hung up before anybody answered", timeout=SOON_MS)  # without a reload
        line.click()
        task = page.get_by_role("group", name="Call back")
        expect(task.get_by_role("link", name="+49301111111")).to_have_attribute("href", "tel:+49301111111")
        task.get_by_text("Otherwise").click()
        task.get_by_role("button", name="In an hour").click()
        expect(page.locator("#moments")).to_contain_text("nobody was reached", timeout=SOON_MS)
        expect(page.get_by_role("group", name="Call back")).to_contain_text("Tried 1 time so far", timeout=SOON_MS)
        page.get_by_role("button", name="Reached, settled").click()
        expect(page.locator("#case-top .badge", has_text="Resolved")).to_be_visible(timeout=SOON_MS)
        expect(page.get_by_role("group", name="Call back")).to_have_count(0)
        about = page.get_by_role("region", name="About this case")
        expect(about.get_by_role("heading", name="Telephone")).to_be_visible()
        expect(about).to_contain_text("They called Sales: hung up before anybody answered, waited 2 min")


def test_a_call_is_asked_for_in_a_case_and_a_number_noted(
    demo: Demo, browser: Browser, morning: dict[str, Any], token: str
) -> None:
    demo.says("ring_me", "@AcmeCustServ my widget is broken, please call me!", followers=90_000_000)
    with at(demo, browser, morning, "Mia", "/inbox/needs/") as page:
        page.locator("#cases a.case", has_text="ring_me").or_(
            page.locator("#cases a.case", has_text="Ring Me")
        ).first.click(timeout=SOON_MS)
        page.get_by_text("Note a number").click()
        page.get_by_label("Telephone number").fill("+49 30 2222222")
        page.get_by_role("button", name="Save number", exact=True).click()
        about = page.get_by_role("region", name="About this case")
        expect(about.get_by_role("link", name="+49302222222")).to_be_visible(timeout=SOON_MS)
        page.get_by_label("Ask for a call back").click()
        page.locator("#call-why").fill("about the widget")
        page.get_by_role("button", name="Tomorrow at 9").click()
        task = page.get_by_role("group", name="Call back")
        expect(task).to_contain_text("about the widget", timeout=SOON_MS)
        expect(task.get_by_role("link", name="+49302222222")).to_be_visible()
        spoke = {"id": "2", "start": ago(0), "answer": ago(0), "end": ago(0), "caller": "+49302222222", "agent": "Bob"}
        tell(demo, token, spoke)
        page.reload()
        expect(page.locator("#moments")).to_contain_text("They called: answered by Bob")


def test_a_letter_is_typed_in_answered_on_paper_and_posted(
    demo: Demo, browser: Browser, morning: dict[str, Any], tmp_path: Path
) -> None:
    scan, fake = tmp_path / "page.png", tmp_path / "page.pdf"
    scan.write_bytes(PNG)
    fake.write_bytes(b"<html>")
    with at(demo, browser, morning, "Mia", "/inbox/needs/") as page:
        page.get_by_role("link", name="Add a letter").click()
        page.get_by_label("Who wrote it").fill("Edna Voss")
        page.get_by_label("Postal address").fill("1 High Street\nYork")
        page.get_by_label("Subject").fill("My widget")
        page.get_by_label("What it says").fill("It came without a handle.\nWhat now?")
        page.get_by_label("Scans").set_input_files(fake)
        page.trouble.clear()  # type: ignore[attr-defined]
        page.get_by_role("button", name="Add the letter").click()
        expect(page.get_by_role("alert")).to_contain_text("page.pdf is no PDF, PNG or JPEG by its content")
        expect(page.get_by_label("What it says")).to_have_value("It came without a handle.\nWhat now?")
        page.trouble.clear()  # type: ignore[attr-defined]  # the refusal's status
        page.get_by_label("Scans").set_input_files(scan)
        page.get_by_role("button", name="Add the letter").click()
        expect(page).to_have_url(re.compile(r"/inbox/needs/\d+/$"))
        expect(page.locator("#moments")).to_contain_text("It came without a handle.")
        case = page.url

        page.get_by_label("Your words").fill("Dear Edna,\n\nit is on its way.")
        page.get_by_role("button", name="Write the letter").click()
        reply = page.locator(".msg", has_text="it is on its way")
        expect(reply).to_contain_text("To be printed and posted", timeout=SOON_MS)
        reply.get_by_role("link", name="Print").click()
        expect(page.locator("address")).to_have_text(re.compile(r"Edna Voss\s*1 High Street\s*York"))
        page.emulate_media(media="print")
        expect(page.get_by_role("button", name="Print")).to_be_hidden()
        expect(page.get_by_text("it is on its way")).to_be_visible()
        page.emulate_media(media="screen")
        page.get_by_role("button", name="It was posted").click()
        expect(page).to_have_url(re.compile(r"/inbox/"))
        page.goto(case)
        expect(page.locator(".msg", has_text="it is on its way")).to_contain_text("Posted")
        expect(page.locator("#case-top .badge").first).to_have_text("With the customer")
        expect(page.locator("#moments")).to_contain_text("Mia Dahl posted the letter.")


def test_a_file_of_calls_is_read_in_the_browser(
    demo: Demo, browser: Browser, morning: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "nights.csv"
    path.write_text(
        "start,caller,name,wait,talk,outcome\n"
        "2026-11-01 10:00:00,+49 30 3333333,Ivo Brand,0:20,2:00,answered\n"
        "never,+49 30 4444444,,0:20,,missed\n"
    )
    with at(demo, browser, morning, "Mia", "/calls/") as page:
        page.get_by_label("File of calls").set_input_files(path)
        page.get_by_role("button", name="Read it").click()
        expect(page.locator("#toasts")).to_contain_text("1 calls kept; 1 lines could not be read.")
        expect(page.get_by_role("row", name=re.compile("Ivo Brand"))).to_contain_text("Answered")
        expect(page.get_by_text("start: ‘never’ is no moment")).to_be_visible()
        page.get_by_role("button", name="Throw away").click()
        expect(page.get_by_text("start: ‘never’ is no moment")).to_have_count(0)


@pytest.mark.parametrize("path", ["/calls/", "/letters/new/", "/inbox/needs/{called}/"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out(
    demo: Demo, browser: Browser, morning: dict[str, Any], token: str, path: str, size: dict[str, int], scheme: str
) -> None:
    tell(demo, token, missed("shut-out", "+49 30 5555555", "Una Finch"))
    with at(demo, browser, morning, "Mia", "/inbox/needs/") as page:
        line = page.locator("#cases a.case", has_text="Una Finch")
        expect(line).to_be_visible(timeout=SOON_MS)
        called = until(lambda: re.search(r"/(\d+)/", str(line.get_attribute("href"))), 5)
    number = called[1] if called else ""
    where = path.replace("{called}", number)
    with at(demo, browser, morning, "Mia", where, viewport=size, color_scheme=scheme) as page:
        check(page)
