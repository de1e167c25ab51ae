"""The running day as people have it: a real browser, a real installation."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from tests.browser import PHONE, check, needs_chromium
from tests.web.browser.demo import SOON_MS, Demo, at, live

pytestmark = [pytest.mark.browser, needs_chromium]


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
