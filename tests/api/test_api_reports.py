"""Figures by the API: each opens exactly its cases, a page at a time or as a file, and only to who may."""

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.api.conftest import Caller
from tests.make import Town, make_member, make_workspace

from hubbub.accounts.core.access import Access, Role

Callers = Callable[[Access], Caller]
pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(town: Town) -> Town:
    for number in range(5):
        town.says(f"person_{number}", f"@AcmeCustServ my acme widget number {number} is broken!")
    return town


def behind(api: Caller, what: str, **query: Any) -> Iterator[int]:
    """The numbers of the cases behind a figure, two at a time."""
    after = 0
    while after is not None:
        page = api.get(f"/report/{what}", after=after, limit=2, **query).json()
        assert len(page["cases"]) <= 2
        yield from (each["number"] for each in page["cases"])
        after = page["next"]


def test_every_figure_and_every_part_of_it_opens_as_many_cases_as_it_says(heard: Town, caller: Callers) -> None:
    api = caller(heard.access)
    api.post("/cases/2/resolve")
    api.post("/cases/3/resolve")
    api.post("/cases/3/reopen")
    report = api.get("/report", span="7", by="person").json()
    assert report["figures"] | {"arrived": 5, "resolved": 2, "reopened": 1} == report["figures"]
    for what, many in report["figures"].items():
        assert len(set(behind(api, what, span="7"))) == many
    assert set(behind(api, "reopened", span="7")) == {3}
    parts = [(part["value"], what, many) for part in report["parts"] for what, many in part["figures"].items()]
    assert (str(heard.access.me), "resolved", 2) in parts
    for value, what, many in parts:
        assert len(set(behind(api, what, span="7", by="person", value=value))) == many
    assert report["waits"]["resolved"]["cases"] == 2 and report["rating_mean"] is None


def test_files_hold_what_lists_and_figures_hold(heard: Town, caller: Callers) -> None:
    api = caller(heard.access)
    api.post("/cases/2/resolve")

    def numbers(path: str, **query: Any) -> set[int]:
        answer = api.get(path, **query)
        assert answer["Content-Type"].startswith("text/csv")
        rows = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"), newline=""))
        return {int(row["number"]) for row in rows}

    assert numbers("/exports/cases") == {1, 2, 3, 4, 5}
    assert numbers("/exports/cases", view="resolved") == {2}
    assert numbers("/exports/cases", kind="praise") == set()
    assert numbers("/exports/report/resolved", span="7") == set(behind(api, "resolved", span="today")) == {2}


def test_an_agent_takes_no_file_and_a_stranger_sees_nothing(heard: Town, caller: Callers) -> None:
    bob = caller(make_member(heard.access, "Bob"))
    assert bob.get("/report").json()["figures"]["arrived"] == 5
    assert [bob.get(path).status_code for path in ("/exports/cases", "/exports/report/arrived")] == [403, 403]
    ana = caller(make_member(heard.access, "Ana", Role.ANALYST))
    assert b"Person 1" in b"".join(ana.get("/exports/cases").streaming_content)
    charlie = caller(make_workspace("Globex", "charlie@globex.example"))
    assert set(charlie.get("/report").json()["figures"].values()) == {0}
    assert b"Person 1" not in b"".join(charlie.get("/exports/cases").streaming_content)


@pytest.mark.parametrize(
    "query", [{"from": "2026-11-03", "to": "2026-11-02"}, {"from": "2020-01-01"}, {"span": "soon"}, {"by": "mood"}]
)
def test_a_senseless_span_is_refused_in_words(heard: Town, caller: Callers, query: dict[str, str]) -> None:
    if "from" in query and "to" not in query:
        query = query | {"to": "2026-01-01"}
    answer = caller(heard.access).get("/report", **query)
    assert answer.status_code in (400, 422)
    assert answer.json()["message"]
