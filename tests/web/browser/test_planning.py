"""Planning in a browser, with the real worker: from a file of calls to a published roster, events, the running day."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, expect
from tests.browser import DESK, PHONE, check, needs_chromium
from tests.web.browser.demo import HOME, SOON_MS, Demo, at, live

from hubbub.cli.main import cli

pytestmark = [pytest.mark.browser, needs_chromium]
MADE_MS = 180_000  # a roster may take half a minute of a processor that others want, too
PEOPLE = "name,contract,skills\n" + "".join(
    f'{name},"{contract}",{skills}\n'
    for name, contract, skills in (
        *((f"Ana {number}", "Full time, 5 × 8 h", "Calls") for number in range(14)),
        *((f"Cora {number}", "Full time, 5 × 8 h", "Chat") for number in range(8)),
    )
)


def test_from_a_file_of_calls_to_a_published_roster(
    demo: Demo, browser: Browser, morning: dict[str, Any], tmp_path: Path
) -> None:
    came, people = tmp_path / "came.csv", tmp_path / "people.csv"
    came.write_text(CliRunner().invoke(cli, ["sample", "--weeks", "8"]).output, encoding="utf-8")
    people.write_text(PEOPLE, encoding="utf-8")
    with at(demo, browser, morning, "Mia", "/staffing/") as page:
        page.get_by_role("link", name="Set up").first.click()
        page.get_by_role("link", name="Begin with a file of what came").click()
        page.set_input_files("input[name=file]", came)
        page.get_by_role("button", name="Look at it").click()
        expect(page.get_by_text("The file tells of 2 queues.")).to_be_visible()
        page.get_by_label("Belongs to").first.select_option(label="a new queue: Telephone")
        page.get_by_label("Belongs to").last.select_option(label="a new queue: Chat")
        page.get_by_role("button", name="Keep these days").click()
        expect(page.get_by_role("link", name="Change Calls")).to_be_visible()

        page.goto(f"{HOME}/staffing/forecast/")
        expect(page.get_by_text("are expected in the next seven days")).to_be_visible(timeout=MADE_MS)

        page.goto(f"{HOME}/staffing/people/")
        page.get_by_role("button", name="Make the usual contracts").click()
        page.set_input_files("input[name=file]", people)
        page.get_by_role("button", name="Read it").click()
        expect(page.get_by_text("22 people").first).to_be_visible()

        page.goto(f"{HOME}/staffing/roster/")
        page.get_by_role("link", name="The week after").click()
        page.get_by_role("button", name="Make the roster").click()
        shift = page.locator("a.shift").first
        expect(shift).to_be_visible(timeout=MADE_MS)
        assert page.locator("a.shift").count() >= 22 * 4
        page.get_by_role("link", name="Publish", exact=True).click()
        expect(page.get_by_text("shifts,")).to_be_visible()
        page.get_by_role("button", name="Publish", exact=True).click()
        expect(page.get_by_text("published", exact=True)).to_be_visible(timeout=SOON_MS)

        page.goto(f"{HOME}/staffing/?view=week")
        expect(page.get_by_role("heading", level=2).first).to_be_visible()
    with at(demo, browser, morning, "Alice", "/staffing/roster/") as page:
        page.get_by_role("link", name="The week after").click()
        expect(page.get_by_text("Ana 0").first).to_be_visible()
        expect(page.get_by_role("link", name="Publish again")).to_have_count(0)


def test_what_came_is_forecast_while_one_looks_and_an_event_moves_it(
    demo: Demo, browser: Browser, morning: dict[str, Any]
) -> None:
    made_up = CliRunner().invoke(cli, ["sample", "--weeks", "8"]).output
    with at(demo, browser, morning, "Mia", "/staffing/setup/history/") as page:
        page.get_by_label("Or paste its lines").evaluate("(box, lines) => { box.value = lines }", made_up)
        page.get_by_role("button", name="Look at it").click()
        page.get_by_role("button", name=re.compile("^Keep")).click()
        page.goto(demo.address + "/w/acme-care/staffing/forecast/")
        expect(page.get_by_text("are expected in the next seven days")).to_be_visible(timeout=SOON_MS)
        expect(page.locator(".drawn canvas, .drawn svg").first).to_be_visible()
        for size in (DESK, PHONE):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            check(page)
        page.set_viewport_size(DESK)  # type: ignore[arg-type]
        page.get_by_role("link", name="Events").click()
        check(page)
        page.get_by_role("link", name="Mark an event").click()
        check(page)
        tomorrow = datetime.now(UTC).date() + timedelta(days=1)
        page.get_by_label("Kind").fill("Launch")
        page.get_by_label("Name").fill("Widget 4")
        page.get_by_label("Day").fill(tomorrow.isoformat())
        page.get_by_label("Set by hand").fill("+900")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("+900")).to_be_visible()
        page.get_by_role("link", name="What is expected").click()
        live(page)
        expect(page.get_by_text("forecast anew")).to_have_count(0, timeout=SOON_MS)
        expect(page.get_by_role("row", name=re.compile("Widget 4"))).to_be_visible()
        page.get_by_role("link", name="Backtest").click()
        expect(page.get_by_text("used").first).to_be_visible()
        check(page)
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        check(page)


def test_the_day_follows_what_is_planned_and_what_comes_without_being_asked(
    demo: Demo, browser: Browser, morning: dict[str, Any]
) -> None:
    with at(demo, browser, morning, "Mia", "/staffing/today/") as page:
        live(page)
        check(page)
        with at(demo, browser, morning, "Mia", "/staffing/setup/queues/new/?kind=social") as other:
            other.get_by_label("Name", exact=True).fill("Posts by the sea")
            other.get_by_label("Demo network").check()
            other.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", name="People for Posts by the sea")).to_be_visible(timeout=SOON_MS)
        contacts = page.locator("#today-contacts")
        contacts.get_by_text("Table").click()
        demo.says("today_fan", "@AcmeCustServ my widget caught fire, I am hurt!")
        page.wait_for_function("before => document.querySelector('.day-nav .muted').textContent !== before",
                               arg=page.locator(".day-nav .muted").text_content(), timeout=SOON_MS)  # fmt: skip
        expect(contacts.locator("table")).to_be_visible()  # as it was chosen
        check(page)
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        check(page)
