"""The staffing page: who is needed and who is there, in words, tables and as a file; and the calculator."""

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.test import Client
from tests.make import make_workspace
from tests.web.office import Office

from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import Person
from hubbub.workforce.models import ContractRow, ForecastRow, MemberRow, QueueRow, RosterRow, ShiftRow
from hubbub.workforce.services import queues

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 30)
AT = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
WEEK = [(480, 1080)] * 5 + [None, None]


@pytest.fixture
def mia() -> Access:
    return make_workspace(now=AT)


@pytest.fixture
def shown(mia: Access) -> Callable[..., str]:
    client = Client()
    client.force_login(Person.objects.get(pk=mia.person))

    def page(address: str = "", **asked: object) -> str:
        answer = client.get(f"/w/{mia.slug}/staffing/{address}", asked)
        assert answer.status_code == asked.get("status", 200), answer.content
        return answer.content.decode()

    return page


def make_line(mia: Access, name: str = "Snark line", many: float = 100.0, days: int = 7, **more: object) -> int:
    """A queue whose week is forecast: so many calls in each of its half-hours."""
    line = queues.save_queue(mia, {"name": name, "kind": "phone", "week": WEEK, **more}, now=AT)
    mean = [0.0] * 16 + [many] * 20 + [0.0] * 12
    for each in range(days):
        ForecastRow.objects.create(
            queue_id=line, day=MONDAY + timedelta(days=each), made_on=AT.date(), step_min=30, model="m", mean=mean,
            low=[0.8 * n for n in mean], high=[1.2 * n for n in mean], day_low=0, day_high=9_999, storm=[0.0] * 48,
            handling_s=[180.0] * 48,
        )  # fmt: skip
    QueueRow.objects.update(forecast_due=False)
    return line


def put_on_roster(mia: Access, skill: str, people: int, pieces: list[list[int]], day: date = MONDAY) -> None:
    """So many people who work one shift."""
    roster, _ = RosterRow.objects.get_or_create(workspace_id=mia.workspace, monday=MONDAY)
    contract, _ = ContractRow.objects.get_or_create(workspace_id=mia.workspace, name="Full", defaults={"data": {}})
    for _ in range(people):
        member = MemberRow.objects.create(
            workspace_id=mia.workspace, name=f"P{MemberRow.objects.count()}", contract=contract, skills=[skill]
        )
        ShiftRow.objects.create(roster=roster, member=member, day=day, pieces=pieces)


def test_each_state_says_what_to_do_next(mia: Access, shown: Callable[..., str]) -> None:
    assert "No queue is planned yet" in shown()
    line = queues.save_queue(mia, {"name": "Snark line", "kind": "phone", "week": WEEK}, now=AT)
    assert "The forecast is being made." in shown(day=MONDAY)
    QueueRow.objects.update(forecast_due=False)
    assert "Import what came before" in shown(day=MONDAY)
    queues.remove_queue(mia, line, now=AT)
    make_line(mia)
    page = shown(day=MONDAY)
    assert "14 people are needed at the most, from 08:00 to 18:00." in page
    assert "Nobody stands on a roster for then yet." in page and "People needed" in page


def test_a_day_says_where_too_few_are_there_and_shows_it_interval_by_interval(
    mia: Access, shown: Callable[..., str]
) -> None:
    line = make_line(mia)
    put_on_roster(mia, "Snark line", 12, [[480, 1080]])
    put_on_roster(mia, "Snark line", 4, [[480, 600], [720, 1080]])
    page = shown(day=MONDAY)
    assert "Short by up to 2 on Snark line from 10:00 to 12:00." in page
    assert "4 h of work are missing and 16 h are too many: moving breaks and shifts helps." in page
    assert page.count('class="short-2">−2<') == 4 and page.count('class="over-1">+2<') == 16
    assert ">07:30<" not in page and ">18:00<" not in page  # closed hours are not shown
    detail = shown(day=MONDAY, queue=line)
    assert "A load of 10.0 erlangs needs 14 to answer 80 % within 20 s." in detail
    assert "64 %" in detail and "97 %" in detail  # with 12 and with 16 people
    assert 'href="?day=2026-11-30&amp;queue=' in page


def test_a_week_adds_up_and_says_which_day_is_worst(mia: Access, shown: Callable[..., str]) -> None:
    make_line(mia)
    put_on_roster(mia, "Snark line", 14, [[480, 1080]])
    put_on_roster(mia, "Snark line", 4, [[480, 1080]], MONDAY + timedelta(days=1))
    page = shown(day=MONDAY + timedelta(days=3), view="week")
    assert "520 h of work are missing this week" in page and "most on Wednesday" in page
    assert "30 Nov – 6 Dec 2026" in page and "Mon 30 Nov" in page


def test_queues_of_one_skill_share_its_people_as_they_are_needed(mia: Access, shown: Callable[..., str]) -> None:
    first = make_line(mia, "Snarks", 100.0, skill="Hunters")
    make_line(mia, "Boojums", 10.0, skill="Hunters")
    put_on_roster(mia, "Hunters", 17, [[480, 1080]])
    page = shown(day=MONDAY, queue=first)
    assert "Enough people are there all day." in page
    rows = list(csv.DictReader(StringIO(shown("plan.csv", day=MONDAY))))
    there = {row["queue"]: (row["required"], row["scheduled"]) for row in rows}
    assert there == {"Snarks": ("14", "14.0"), "Boojums": ("3", "3.0")}
    assert {row["day"] for row in rows} == {"2026-11-30"} and len(rows) == 40
    assert {row["service level"] for row in rows if row["queue"] == "Snarks"} == {"0.8884"}


def test_a_day_or_queue_that_is_none_is_refused_in_words(mia: Access, shown: Callable[..., str]) -> None:
    assert "is no day; write it as 2026-11-30" in shown(day="soon", status=400)
    assert "There is no queue 12345 for you here." in shown(queue="12345", status=404)


def test_people_are_reckoned_with_what_one_more_or_fewer_would_change(office: Office) -> None:
    client = office.client(office.people[Role.AGENT])
    at = f"/w/{office.access.slug}/staffing/reckon/"
    page = client.get(at, {"calls": "100", "per": "30 min", "handling": "180 s", "shrinkage": "30"}).content.decode()
    assert "<b>14</b> people answer" in page and "20 stand on the schedule" in page
    assert ">79.6 %<" in page and ">88.8 %<" in page  # with 13, and with 14
    chat = client.get(at, {"kind": "chat", "at_once": "1", "handling": "3 min", "within": "20 s"}).content.decode()
    assert "<b>14</b> people answer" in chat
    posts = {"kind": "social", "calls": "300", "per": "1 h", "within": "1 h", "branching": "0.9"}
    assert "<b>26</b> people answer" in client.get(at, posts).content.decode()
    for wrong, words in (
        ({"per": ""}, "Say in which time so many come"), ({"handling": "0 s"}, "The handling time is in seconds"),
        ({"shrinkage": "100"}, "Shrinkage is below 100 %"), ({"calls": "900000000"}, "more than a million people"),
        ({"level": "100"}, "A service level is a share above 0 and below 1"), ({"calls": "-3"}, "is no number"),
    ):  # fmt: skip
        answer = client.get(at, wrong)
        assert answer.status_code == 400 and words in answer.content.decode(), wrong
