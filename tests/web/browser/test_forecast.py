"""From a file of what came to a forecast and an event that moves it: a real browser, a real installation."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, expect
from tests.browser import DESK, PHONE, check, needs_chromium
from tests.web.browser.demo import SOON_MS, Demo, at, live

from hubbub.cli.sample import sample_command

pytestmark = [pytest.mark.browser, needs_chromium]


def test_what_came_is_forecast_while_one_looks_and_an_event_moves_it(
    demo: Demo, browser: Browser, morning: dict[str, Any]
) -> None:
    made_up = CliRunner().invoke(sample_command, ["--weeks", "8"]).output
    with at(demo, browser, morning, "Mia", "/staffing/setup/history/") as page:
        page.get_by_label("Or paste its lines").fill(made_up)
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
