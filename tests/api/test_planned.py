"""Planned queues for programs: made, fed, planned and reckoned, as on the pages."""

from collections.abc import Callable

import pytest
from tests.api.conftest import Caller
from tests.make import Town, make_member
from tests.workforce.desk.plans import MONDAY, make_plan

from hubbub.accounts.core.access import Access, Role

Callers = Callable[[Access], Caller]
WEEK = [[480, 1080]] * 5 + [None, None]


def test_a_queue_is_made_changed_fed_emptied_and_removed(town: Town, caller: Callers) -> None:
    mia = caller(town.access)
    made = mia.post("/staffing/queues", name="Snarks", kind="chat", week=WEEK, margin=0.4).json()["id"]
    told = mia.get(f"/staffing/queues/{made}").json()
    assert (told["kind"], told["within_s"], told["week"], told["margin"], told["days"]) == ("chat", 60, WEEK, 0.4, 0)
    assert mia.post(f"/staffing/queues/{made}", name="Snarks", kind="chat", within_s=30).status_code == 204
    assert mia.get("/staffing/queues").json()[0]["within_s"] == 30
    day = {"day": "2026-11-23", "arrivals": [None] * 16 + [4.0] * 32, "handling_s": [None] * 16 + [300.0] * 32}
    assert mia.post(f"/staffing/queues/{made}/history", days=[day]).json() == {"days": 1}
    (kept,) = mia.get(f"/staffing/queues/{made}/history", since="2026-11-23").json()
    assert (kept["arrivals"][16], kept["handled"][15:17], kept["handling_s"][47]) == (4.0, [None, 4.0], 300.0)
    assert mia.post(f"/staffing/queues/{made}/history/remove").json() == {"days": 1}
    assert mia.post(f"/staffing/queues/{made}/remove").status_code == 204
    assert mia.get(f"/staffing/queues/{made}").status_code == 404


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ({"day": "2026-11-23", "arrivals": [1.0] * 24}, "has 48 of them; 24 were given"),
        ({"day": "2026-11-23", "arrivals": [1.0] * 48, "handling_s": [1.0]}, "as many handling times as arrivals"),
    ],
)
def test_a_day_that_can_not_be_gets_a_sentence(town: Town, caller: Callers, day: dict[str, object], words: str) -> None:
    mia = caller(town.access)
    made = mia.post("/staffing/queues", name="Snarks", kind="phone").json()["id"]
    answer = mia.post(f"/staffing/queues/{made}/history", days=[day])
    assert answer.status_code == 400 and words in answer.json()["message"]


def test_the_plan_is_told_across_weeks_as_it_is_week_by_week(town: Town, caller: Callers) -> None:
    sales, *_ = make_plan(town.access)
    mia = caller(town.access)
    whole = mia.get("/staffing/plan", since=MONDAY.isoformat(), days=10).json()
    line = next(each for each in whole["queues"] if each["id"] == sales)
    assert len(line["expected"]) == len(line["required"]) == 480 and line["forecast"] == [True] * 7 + [False] * 3
    assert max(line["required"]) > 0 and max(line["paid"]) > max(line["required"])
    week = mia.get("/staffing/plan", since=MONDAY.isoformat()).json()
    one = next(each for each in week["queues"] if each["id"] == sales)
    assert one["required"] == line["required"][:336]
    assert mia.get("/staffing/plan", since="9999-12-31").status_code == 404


def test_people_are_reckoned_as_the_command_reckons_them(town: Town, caller: Callers) -> None:
    agent = caller(make_member(town.access, "Alice", Role.AGENT))
    told = agent.post("/staffing/required", kind="phone", contacts=100, shrinkage=0.3).json()
    assert (told["people"], told["scheduled"], told["load"]) == (14, 20, 10.0)
    assert {each["people"]: round(each["in_time"], 3) for each in told["around"]}[13] == 0.796
    few = agent.post("/staffing/required", kind="phone", contacts=1_000, level=0.05, within_s=1e7).json()
    assert few["around"][0]["average_wait_s"] is None  # with fewer than the load, it has no end
    assert agent.post("/staffing/required", kind="phone", contacts=-1).status_code == 422
    for wrong, words in (
        ({"kind": "phone", "contacts": 1e7, "per_s": 1, "handling_s": 1e6}, "more than a million"),
        ({"kind": "chat", "contacts": 1, "level": 1.0}, "A service level is a share"),
        ({"kind": "mail", "contacts": 1, "handling_s": 0}, "The handling time is in seconds above 0."),
    ):
        answer = agent.post("/staffing/required", **wrong)
        assert answer.status_code == 400 and words in answer.json()["message"], wrong


def test_what_a_queue_is_worth_is_told_to_who_plans(town: Town, caller: Callers) -> None:
    caller(town.access).post("/staffing/queues", name="Snarks", kind="phone", client="Tribble", sale_value=9.5)
    (told,) = caller(make_member(town.access, "Alice", Role.AGENT)).get("/staffing/queues").json()
    assert told["name"] == "Snarks" and told["client"] is told["sale_value"] is None
