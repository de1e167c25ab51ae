"""Money and what-ifs for programs: of who plans, with the figures of the pages."""

from collections.abc import Callable

import pytest
from django.test import Client
from tests.api.conftest import Caller
from tests.make import Town, make_member
from tests.workforce.desk.plans import MONDAY, make_plan

from hubbub.accounts.core.access import Access, Role

Callers = Callable[[Access], Caller]


@pytest.fixture
def sales(town: Town) -> int:
    return make_plan(town.access)[0]


def test_what_a_week_costs_is_told_by_queue(sales: int, town: Town, caller: Callers) -> None:
    told = caller(town.access).get("/money", since=MONDAY.isoformat()).json()
    assert (told["currency"], told["known_days"], told["rostered_days"]) == ("GBP", 7, 0)
    assert told["queues"][0]["queue"] == sales
    assert told["queues"][0]["cost"] == pytest.approx(25_000)
    assert told["all"]["returns"] == pytest.approx(told["all"]["value"] - told["all"]["cost"])


def test_a_what_if_is_tried_kept_shared_withdrawn_and_removed(sales: int, town: Town, caller: Callers) -> None:
    mia = caller(town.access)
    asked = {"since": MONDAY.isoformat(), "changes": {str(sales): {"arrivals": 0.1}}}
    tried = mia.post("/what-if", **asked).json()
    assert tried["same"]["queues"][0]["in_time"] < tried["now"]["queues"][0]["in_time"]
    assert mia.get("/scenarios").json() == []
    made = mia.post("/scenarios", **asked, name="Summer").json()["scenario"]
    found = mia.get(f"/scenarios/{made}").json()
    assert found["answer"] == tried and found["asked"]["changes"][str(sales)]["arrivals"] == 0.1
    path = mia.post(f"/scenarios/{made}/share").json()["path"]
    assert mia.get("/scenarios").json()[0]["shared"] == path
    assert Client().get(path).status_code == 200
    assert mia.post(f"/scenarios/{made}/withdraw").status_code == 204
    assert Client().get(path).status_code == 404
    assert mia.post(f"/scenarios/{made}/remove").status_code == 204
    assert mia.get(f"/scenarios/{made}").status_code == 404


def test_money_is_refused_to_agents_and_nonsense_gets_a_sentence(sales: int, town: Town, caller: Callers) -> None:
    alice = caller(make_member(town.access, "Alice", Role.AGENT))
    assert alice.get("/money", since=MONDAY.isoformat()).status_code == 403
    assert alice.post("/what-if", since=MONDAY.isoformat()).status_code == 403
    mia = caller(town.access)
    odd = mia.post("/what-if", since=MONDAY.isoformat(), changes={"987": {"arrivals": 0.1}})
    assert odd.status_code == 400 and "not planned any more" in odd.json()["message"]
    assert mia.post("/what-if", since=MONDAY.isoformat(), shrinkage=2).status_code == 422
    for far in ("0001-01-01", "9999-12-31"):
        answer = mia.get("/money", since=far, days=31)
        assert answer.status_code == 404 and far in answer.json()["message"]
