"""Planning in a browser, as the tutorial goes: from a file of calls to a published roster, with the real worker."""

from pathlib import Path
from typing import Any

from click.testing import CliRunner
from playwright.sync_api import Browser, expect
from tests.browser import needs_chromium
from tests.web.browser.demo import HOME, SOON_MS, Demo, at

from hubbub.cli.main import cli

pytestmark = needs_chromium
MADE_MS = 180_000  # a roster may take half a minute of a processor that others want, too
PEOPLE = "name,contract,skills\n" + "".join(
    f'{name},"{contract}",{skills}\n'
    for name, contract, skills in (
        *((f"Ana {number}", "Full time, 5 × 8 h", "Calls") for number in range(10)),
        *((f"Ben {number}", "Part time, 5 × 4 h", "Calls;Chat") for number in range(8)),
        *((f"Cora {number}", "Full time, 5 × 8 h", "Chat") for number in range(4)),
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
