"""The pages of forecasts: the next weeks, a day, which model won, and the events that move what comes."""

import csv
import json
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from tests.flows.test_forecasting import past
from tests.make import make_member, make_workspace

from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import Person
from hubbub.accounts.services import make_token
from hubbub.care.models import CallRow
from hubbub.flows.forecasting import forecast_all
from hubbub.workforce.core.plan.history import Day
from hubbub.workforce.models import MarkedRow, QueueRow
from hubbub.workforce.selectors import forecasts as selectors
from hubbub.workforce.services import queues

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
LONDON = ZoneInfo("Europe/London")  # where the workspace is
TODAY = NOW.astimezone(LONDON).date()
DAY = timedelta(days=1)


def signed_in(who: Access) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=who.person))
    return client


def read(client: Client, address: str) -> str:
    answer: Any = client.get(address)
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


def staffed(days: int = 60, name: str = "Sales") -> tuple[Access, int, str]:
    mia = make_workspace(now=NOW)
    sales = queues.save_queue(mia, {"name": name, "kind": "phone"}, now=NOW)
    queues.take_history(mia, sales, past(days, until=TODAY), source="import", now=NOW)
    return mia, sales, f"/w/{mia.slug}/staffing/forecast/"


def test_the_next_weeks_are_told_in_words_a_chart_and_a_table_and_a_day_by_its_intervals() -> None:
    mia, sales, pages = staffed()
    forecast_all(NOW)
    client = signed_in(mia)
    page = read(client, pages)
    assert "are expected in the next seven days" in page
    assert "In past weeks it would have been" in page and "taking the week before would have been" in page
    assert "The next two weeks" in page and "In plain words" in page
    tomorrow = TODAY + DAY
    day = read(client, f"{pages}?queue={sales}&day={tomorrow}")
    assert "eight times of ten from" in day and "12:00" in day
    assert "came on" in read(client, f"{pages}?day={TODAY - DAY}")
    assert "Nothing is known of" in read(client, f"{pages}?day=2031-01-01")
    for odd in ("tomorrow", "2026-02-30", "9999-01-01"):
        assert client.get(f"{pages}?day={odd}").status_code == 400
    assert "Sales: " in read(client, f"{pages}?queue=99999999999999999999")


def test_today_shows_what_came_so_far_beside_what_was_expected() -> None:
    mia, sales, pages = staffed()
    queues.save_queue(mia, {"name": "Sales", "kind": "phone", "calls": "*"}, queue=sales, now=NOW)
    forecast_all(NOW)
    midnight = datetime.combine(TODAY, time(), LONDON)
    told = {"direction": "in", "outcome": "answered", "answered_at": midnight, "ended_at": midnight}
    CallRow.objects.create(workspace_id=mia.workspace, source="pbx", native="1", started_at=midnight, **told)
    page = read(signed_in(mia), f"{pages}?day={TODAY}")
    assert "1 came today so far" in page and "were expected until now" in page


def test_the_file_holds_each_interval_of_six_weeks_and_nothing_where_nobody_is_there() -> None:
    mia, sales, pages = staffed()
    hours = {"name": "Sales", "kind": "phone", "week": [(480, 1200)] * 7}
    queues.save_queue(mia, hours, queue=sales, now=NOW)
    forecast_all(NOW)
    rows = list(csv.reader(read(signed_in(mia), f"{pages}forecast.csv").splitlines()))
    assert len(rows) == 1 + 42 * 48
    by_time = {row[0]: row[1:] for row in rows[1:]}
    assert by_time[f"{TODAY + DAY} 03:00"][0] == ""
    assert float(by_time[f"{TODAY + DAY} 12:00"][0]) > 10


def test_where_little_or_nothing_is_known_the_page_says_what_is_missing() -> None:
    mia = make_workspace(now=NOW)
    client, pages = signed_in(mia), f"/w/{mia.slug}/staffing/forecast/"
    assert "No queue is planned yet" in read(client, pages)
    assert "No queue is planned yet" in read(client, f"{pages}backtest/")
    young = queues.save_queue(mia, {"name": "<b>Young</b>", "kind": "mail", "channels": ["mail"]}, now=NOW)
    forecast_all(NOW)
    empty = read(client, pages)
    assert "Nothing is known of &lt;b&gt;Young&lt;/b&gt; yet" in empty and "counted by the desk itself" in empty
    figures = (5.0,) * 48
    queues.take_history(mia, young, [Day(TODAY - DAY, 30, figures, figures, figures)], source="import", now=NOW)
    assert "is being made" in read(client, pages)
    forecast_all(NOW)
    page = read(client, pages)
    assert "After 27 more days" in page and "<b>Young</b>" not in page
    assert "too little history to try" in read(client, f"{pages}backtest/")


def test_the_backtest_says_which_model_won_and_by_how_much_over_the_week_before() -> None:
    mia, sales, pages = staffed()
    forecast_all(NOW)
    page = read(signed_in(mia), f"{pages}backtest/?queue={sales}")
    tried = selectors.tried(mia)[sales]
    assert tried.error is not None and f"{100 * tried.error:.1f}" in page
    assert f"{100 * tried.errors['last_week']:.1f}" in page and "used" in page


def test_an_event_is_marked_changed_and_taken_back_and_odd_input_keeps_the_words() -> None:
    mia, sales, pages = staffed()
    client = signed_in(mia)
    told = {
        "kind": "Match", "name": "Cup <i>final</i>", "day": str(TODAY + DAY), "from": "20:00", "until": "22:30",
        "queue": str(sales), "change": "+35",
    }  # fmt: skip
    assert client.post(f"{pages}events/new/", told).status_code == 302
    (event,) = selectors.events(mia)
    assert (event.start_min, event.end_min, event.factor, event.queue) == (1200, 1350, 1.35, sales)
    shown = read(client, f"{pages}events/")
    assert "Cup &lt;i&gt;final" in shown and "+35\u00a0%, set by hand" in shown
    assert 'value="+35"' in read(client, f"{pages}events/{event.id}/")
    assert client.post(f"{pages}events/{event.id}/", {**told, "change": "−20 %", "from": ""}).status_code == 302
    assert selectors.event(mia, event.id).factor == 0.8
    for wrong in (
        {"change": "lots"}, {"from": "25:00"}, {"from": "23:00"}, {"day": "soon"}, {"kind": " "}, {"change": "-500"},
    ):  # fmt: skip
        answer = client.post(f"{pages}events/new/", {**told, **wrong})
        assert answer.status_code == 400 and "Cup &lt;i&gt;final" in answer.content.decode(), wrong
    forecast_all(NOW)
    assert "Cup &lt;i&gt;final" in read(client, pages)
    client.post(f"{pages}events/{event.id}/undo/")
    assert selectors.events(mia) == ()


def test_a_storm_that_was_found_is_confirmed_or_denied() -> None:
    mia, sales, pages = staffed()
    storm = MarkedRow.objects.create(
        workspace_id=mia.workspace, queue_id=sales, kind="storm", name="140", day=TODAY - DAY, start_min=600,
        end_min=720, storm=True, found=True,
    )  # fmt: skip
    client = signed_in(mia)
    assert "+140" in read(client, f"{pages}events/")
    for said, kept in (("yes", True), ("no", False)):
        client.post(f"{pages}events/{storm.pk}/judge/", {"storm": said})
        assert selectors.event(mia, storm.pk).confirmed is kept


def test_agents_read_and_mark_nothing_and_strangers_find_nothing() -> None:
    mia, sales, pages = staffed()
    alice = signed_in(make_member(mia, "Alice", Role.AGENT, now=NOW))
    assert "Mark an event" not in read(alice, f"{pages}events/")
    assert alice.post(f"{pages}events/new/", {"kind": "Match", "day": str(TODAY)}).status_code == 403
    assert alice.post(f"{pages}queues/{sales}/measure/").status_code == 403
    charlie = signed_in(make_workspace("Other", "charlie@other.example", now=NOW))
    for path in ("", "forecast.csv", "backtest/", "events/"):
        assert charlie.get(pages + path).status_code == 404
    other = f"/w/other/staffing/forecast/?queue={sales}"
    assert "Sales" not in read(charlie, other)


def test_counting_anew_is_asked_for_on_the_page() -> None:
    mia, sales, pages = staffed()
    QueueRow.objects.update(measured_until=TODAY)
    assert signed_in(mia).post(f"{pages}queues/{sales}/measure/").status_code == 302
    assert QueueRow.objects.get().measured_until is None


def test_programs_read_forecasts_and_mark_events() -> None:
    mia, sales, _ = staffed()
    secret = make_token(mia, name="Planner", now=NOW)
    api = Client(headers={"Authorization": f"Bearer {secret}"})
    event = {"kind": "Match", "day": str(TODAY + DAY), "start_min": 1200, "end_min": 1350, "queue": sales, "times": 2.0}
    made = api.post("/api/v1/staffing/events", json.dumps(event), content_type="application/json").json()
    forecast_all(NOW)
    told = api.get(f"/api/v1/staffing/queues/{sales}/forecast", {"days": "3"}).json()
    assert [each["day"] for each in told["days"]] == [str(TODAY + each * DAY) for each in range(3)]
    assert told["model"] in told["backtest"] and len(told["days"][0]["expected"]) == 48
    assert [(each["id"], each["times"]) for each in api.get("/api/v1/staffing/events").json()] == [(made["event"], 2.0)]
    assert api.post(f"/api/v1/staffing/events/{made['event']}/remove").status_code == 204
    assert api.get("/api/v1/staffing/events").json() == []
    assert api.get(f"/api/v1/staffing/queues/{sales + 999}/forecast").status_code == 404
    wrong = api.post("/api/v1/staffing/events", json.dumps({**event, "start_min": -1}), content_type="application/json")
    assert wrong.status_code == 422
