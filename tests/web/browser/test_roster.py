"""The roster in a browser: shifts dragged and moved by keys, by two leads at once."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser import chromium, needs_chromium, visit
from tests.make import NOON, PASSWORD, make_member, make_workspace
from tests.workforce.desk.make import MONDAY, make_planned_week

from hubbub.accounts.core.access import Role
from hubbub.workforce.services import rosters

pytestmark = needs_chromium
BREAKS = [(630, 645, True), (750, 780, False), (885, 900, True)]


def come_in(page: Page, email: str, address: str) -> Page:
    events = {"content_type": "text/event-stream", "body": "retry: 600000\n\n"}  # this server has none
    page.route("**/events/**", lambda route: route.fulfill(**events))
    page.goto("/signin/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/w/**")
    page.goto(address)
    return page


def shift_of(page: Page, name: str) -> Locator:
    return page.locator("tbody tr", has_text=name).locator("a.shift")


def drag(page: Page, what: Locator, to: tuple[float, float], *, at: float = 0.5) -> None:
    box = what.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * at, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(*to, steps=6)
    page.mouse.up()


def middle(what: Locator) -> tuple[float, float]:
    box = what.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.django_db(transaction=True)
def test_shifts_are_dragged_and_moved_by_keys_and_two_leads_lose_nothing(live_server: Any) -> None:
    mia = make_workspace()
    make_member(mia, "Lee", Role.LEAD)
    _, team = make_planned_week(mia, 3, many=4.0)
    for version, who in enumerate(team[:2]):
        change = {"member": who, "day": MONDAY, "pieces": [(540, 1050)], "breaks": BREAKS}
        rosters.edit(mia, MONDAY, version, change, now=NOON)
    address = f"/w/{mia.slug}/staffing/roster/?week={MONDAY}"
    with chromium() as browser, visit(browser, live_server.url) as page, visit(browser, live_server.url) as other:
        come_in(page, "mia@acme.example", address)
        come_in(other, "lee@acme.example", address)
        said = page.locator("[data-said]")

        bar = shift_of(page, "Agent 0")
        drag(page, bar, middle(page.locator("tr", has_text="Agent 2").locator("td").nth(3)))  # Thursday, another person
        expect(shift_of(page, "Agent 2")).to_have_text("09:00–17:30")
        expect(bar).to_have_count(0)
        expect(said).to_contain_text("Shift is now 09:00–17:30.")

        moved = shift_of(page, "Agent 2")
        moved.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        expect(moved).to_have_text("09:30–18:00")
        page.keyboard.press("Shift+ArrowRight")
        expect(moved).to_have_text("09:30–18:15")
        expect(said).to_contain_text("form")  # no form of shift of the contract is so long
        expect(moved).to_have_class("shift s1 is-odd is-locked")
        page.keyboard.press("Control+z")
        expect(moved).to_have_text("09:30–18:00")

        stale = shift_of(other, "Agent 1")
        stale.focus()
        other.keyboard.press("Delete")
        expect(other.locator("[data-shown]")).to_contain_text("Somebody else changed this roster")
        other.trouble.clear()  # type: ignore[attr-defined]  # it was refused, as it should be
        expect(shift_of(other, "Agent 2")).to_have_text("09:30–18:00")
        expect(shift_of(other, "Agent 1")).to_have_count(1)
        shift_of(other, "Agent 1").focus()
        other.keyboard.press("Delete")
        expect(shift_of(other, "Agent 1")).to_have_count(0)

        page.goto(f"{address}&day=2026-12-10")
        bar = shift_of(page, "Agent 2")
        pause = bar.locator(".pause").first
        x, y = middle(pause)
        one, two = (middle(page.locator(".roster-scale span").nth(each))[0] for each in (0, 1))
        hour = two - one
        drag(page, pause, (x + hour / 2, y))
        expect(bar).to_have_attribute("data-breaks", "690-705-1,780-810-0,915-930-1")
        box = bar.bounding_box()
        assert box is not None
        drag(page, bar, (box["x"] + box["width"] + hour, y), at=(box["width"] - 3) / box["width"])
        expect(bar).to_have_text("09:30–19:00")
        bar.focus()
        page.keyboard.press("Enter")
        form = page.locator("[data-dialog] form")
        expect(form.locator("[name=piece]")).to_have_value("09:30–19:00")
        page.keyboard.press("Escape")
        expect(form).to_be_hidden()
        page.locator("tr", has_text="Agent 0").locator("td").focus()
        page.keyboard.press("Enter")
        form.get_by_role("button", name="Save").click()
        expect(shift_of(page, "Agent 0")).to_have_count(1)


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_a_roster_sees_it_once_it_is_there_and_is_not_disturbed_before(live_server: Any) -> None:
    mia = make_workspace()
    make_member(mia, "Alice")
    _, team = make_planned_week(mia, 3, many=4.0)
    change = {"member": team[0], "day": MONDAY, "pieces": [(540, 1050)], "breaks": BREAKS}
    rosters.edit(mia, MONDAY, 0, change, now=NOON)
    news = "document.dispatchEvent(new CustomEvent('hubbub:change', {detail: {kind: 'plan', version: 9}}))"
    address = f"/w/{mia.slug}/staffing/roster/?week={MONDAY}"
    with chromium() as browser, visit(browser, live_server.url) as page, visit(browser, live_server.url) as other:
        come_in(page, "alice@acme.example", address)
        come_in(other, "mia@acme.example", address)
        expect(page.get_by_role("heading", name="This week is not published yet")).to_be_visible()
        page.evaluate("window.same = true")
        with page.expect_response("**/roster/**"):
            page.evaluate(news)
        page.wait_for_timeout(200)
        assert page.evaluate("window.same")
        other.get_by_role("link", name="Publish", exact=True).click()
        other.get_by_role("button", name="Publish", exact=True).click()
        expect(other.get_by_text("published", exact=True)).to_be_visible()
        page.evaluate(news)
        expect(page.locator("tbody tr", has_text="Agent 0")).to_contain_text("09:00–17:30")
