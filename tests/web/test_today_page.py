"""The page of the running day."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.make import PASSWORD, make_member, make_workspace
from tests.workforce.desk.running import Desk

from hubbub.accounts.core.access import Access, Role
from hubbub.web.workforce.today import page as view
from hubbub.workforce.models import ShiftRow


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Ten o'clock on a Monday: a rush until noon, in which Ann has her break."""
    desk = Desk.made(make_workspace())
    desk.forecast("Sales", [0.0] * 16 + [30.0] * 8 + [10.0] * 12 + [0.0] * 12)
    for place in range(5):
        name = "Ann" if place == 0 else f"Ben {place}"
        desk.person(name)
        desk.shift(name, 480, 1080, [(660, 690, False)] if place == 0 else [])
        desk.works(name, {}, ("available", 480 if place != 1 else 500))
    for minute in range(480, 600):
        desk.call(minute, waited_s=30 if minute % 3 == 0 else 3)
    monkeypatch.setattr(view, "now", lambda: desk.at(600))
    return desk


def browser(access: Access, email: str = "mia@acme.example") -> Client:
    client = Client()
    assert client.login(username=email, password=PASSWORD)
    return client


def shown(desk: Desk, email: str = "mia@acme.example", **query: Any) -> str:
    answer = browser(desk.access, email).get(f"/w/{desk.access.slug}/staffing/today/", query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_page_says_what_is_missing_what_helps_and_who_is_late(desk: Desk) -> None:
    page = shown(desk)
    assert "Sales is short by up to 1." in page
    assert "What helps: moving one break. Then nobody is missing." in page
    assert "Move Ann’s break from 11:00 to 12:00" in page
    assert '<dd class="bad"><a href' in page  # 67 % in time
    assert "target 80 % in 20 s" in page
    assert "20 min" in page  # somebody began late
    part = browser(desk.access).get(f"/w/{desk.access.slug}/staffing/today/", headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<div id="today"')


def test_a_break_is_moved_with_one_press_and_an_old_page_changes_nothing(desk: Desk) -> None:
    client, address = browser(desk.access), f"/w/{desk.access.slug}/staffing/today/do/"
    shift = ShiftRow.objects.get(member=desk.members["Ann"])
    press = {"what": "break", "shift": shift.pk, "which": 0, "start": 720, "end": 750, "version": 1}
    assert client.post(address, press).status_code == 302
    assert ShiftRow.objects.get(pk=shift.pk).breaks == [[720, 750, False]]
    assert "There are enough people for the next two hours." in shown(desk)
    assert client.post(address, press | {"start": 735}).status_code == 409
    assert client.post(address, press | {"start": 1000, "version": 2}).status_code == 400
    assert client.post(address, {"what": "break"}).status_code == 400
    assert ShiftRow.objects.get(pk=shift.pk).breaks == [[720, 750, False]]


def test_agents_see_the_day_without_who_keeps_to_the_roster_and_without_costs(desk: Desk) -> None:
    make_member(desk.access, "Alice", Role.AGENT)
    page = shown(desk, "alice@acme.example")
    assert "Sales is short by up to 1." in page
    assert "Who is where" in page
    for hidden in ("Worked of planned", "Move the break", "costs nothing", "20 min"):
        assert hidden not in page


def test_a_chosen_queue_has_its_service_level_by_interval_and_what_is_behind_it(desk: Desk) -> None:
    sales = desk.queues["Sales"]
    page = shown(desk, queue=str(sales))
    assert "Answered in time" in page
    assert f"/staffing/today/{sales}/?day=2026-11-30&amp;at=16" in page
    behind = browser(desk.access).get(f"/w/{desk.access.slug}/staffing/today/{sales}/?day=2026-11-30&at=16")
    assert "20 of 30 were answered in time." in behind.content.decode()
    desk.call(530, lost=True)
    lost = browser(desk.access).get(f"/w/{desk.access.slug}/staffing/today/{sales}/?lost=1").content.decode()
    assert "1 caller gave up." in lost
    assert lost.count("<tr>") == 2
    desk.call(597, waited_s=0)
    at_once = browser(desk.access).get(f"/w/{desk.access.slug}/staffing/today/{sales}/?day=2026-11-30&at=19")
    assert "answered after 0 s" in at_once.content.decode()
    assert "Still waits" not in at_once.content.decode()


@pytest.mark.parametrize(
    ("day", "status"), [("2026-11-31", 400), ("yesterday", 400), ("0001-01-01", 404), ("2027-01-01", 404)]
)
def test_a_day_that_is_none_too_old_or_still_to_come_gets_a_sentence(desk: Desk, day: str, status: int) -> None:
    answer = browser(desk.access).get(f"/w/{desk.access.slug}/staffing/today/?day={day}")
    assert answer.status_code == status


def test_every_state_of_a_day_says_what_it_is(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    yesterday = (desk.day - timedelta(days=1)).isoformat()
    assert "Nothing came that day." in shown(desk, day=yesterday)
    monkeypatch.setattr(view, "now", lambda: desk.at(1400))
    assert "Nothing is open any more today." in shown(desk)
    monkeypatch.setattr(view, "now", lambda: desk.at(100))
    assert "Nothing is open in the next two hours." in shown(desk)
    monkeypatch.setattr(view, "now", lambda: desk.at(1440 + 600))
    page = shown(desk, day=desk.day.isoformat())
    assert "Sales reached 67 %; 80 % was the target." in page
    assert "Who was there" in page
    assert "There is no forecast for today" in shown(desk)


def test_without_queues_the_page_says_what_to_do(db: None) -> None:
    access = make_workspace()
    page = browser(access).get(f"/w/{access.slug}/staffing/today/").content.decode()
    assert "No queue is planned yet." in page
