"""What the desk did becomes the history of its queues: counted once, whatever is killed, by the clock on the wall."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from hubbub.accounts.core.access import Access
from hubbub.care.models import CallRow, CaseRow, ClockRow, Contact
from hubbub.flows.measuring import measure_all, today_so_far
from hubbub.kernel.errors import NotFound
from hubbub.workforce.core.plan.history import Day
from hubbub.workforce.models import HistoryRow, QueueRow
from hubbub.workforce.selectors.queues import history
from hubbub.workforce.services import queues
from hubbub.workforce.services.measuring import measure_again
from tests.care.test_care_selectors import make_case
from tests.flows.dying import KILLED, live
from tests.make import NOON, make_workspace

TODAY = date(2026, 11, 24)
MIN, DAY = timedelta(minutes=1), timedelta(days=1)


def called(access: Access, at: datetime, queue: str = "Sales", talked: timedelta = 3 * MIN, **how: Any) -> None:
    told = {"direction": "in", "outcome": "answered", "answered_at": at, "ended_at": at + talked, **how}
    native = str(CallRow.objects.count())
    CallRow.objects.create(
        workspace_id=access.workspace, source="pbx", native=native, queue=queue, started_at=at, **told
    )


def waited(access: Access, at: datetime, case: CaseRow, kind: str = "first", **how: Any) -> None:
    told = {"channel": "bluesky", "policy": "", "outcome": "met", "stopped_at": at + 5 * MIN, **how}
    ClockRow.objects.create(workspace_id=access.workspace, case=case, kind=kind, started_at=at, **told)


def worked(access: Access, at: datetime, case: CaseRow, seconds: float, channel: str = "bluesky") -> None:
    Contact.objects.create(
        workspace_id=access.workspace, case=case, person_id=access.me, channel=channel, kind="question", began_at=at,
        last_at=at, ended_at=at, worked_s=seconds, outcome="reply",
    )  # fmt: skip


def phone(access: Access, calls: str = "Sales") -> int:
    return queues.save_queue(access, {"name": calls, "kind": "phone", "calls": calls}, now=NOON)


def totals(access: Access, queue: int) -> dict[date, float]:
    return {each.day: each.total for each in history(access, queue)}


@pytest.mark.django_db
def test_calls_of_days_that_are_over_are_counted_from_the_first_whole_day_on() -> None:
    mia = make_workspace()
    sales = phone(mia)
    called(mia, NOON - 4 * DAY)  # from here on, so this day is not whole
    for minutes, talked in ((0, 2), (10, 4), (40, 9)):
        called(mia, NOON - 2 * DAY + minutes * MIN, talked=talked * MIN)
    called(mia, NOON - 2 * DAY, outcome="abandoned", answered_at=None)
    called(mia, NOON - 2 * DAY, queue="Repairs")
    called(mia, NOON - 2 * DAY, direction="out")
    called(mia, NOON - MIN)  # today
    assert measure_all(NOON) == 3
    assert totals(mia, sales) == {TODAY - 3 * DAY: 0.0, TODAY - 2 * DAY: 4.0, TODAY - DAY: 0.0}
    day = history(mia, sales)[1]
    assert (day.arrivals[24:26], day.handled[24:26], day.handling_s[24:26]) == ((3.0, 1.0), (2.0, 1.0), (180.0, 540.0))
    row = QueueRow.objects.get()
    assert (row.measured_until, row.forecast_due) == (TODAY, True)


@pytest.mark.django_db
def test_each_night_one_day_is_added_and_late_records_of_the_last_ones_too() -> None:
    mia = make_workspace()
    sales = phone(mia)
    called(mia, NOON - 9 * DAY)
    measure_all(NOON)
    QueueRow.objects.update(forecast_due=False)
    assert measure_all(NOON + 6 * 60 * MIN) == 0
    assert not QueueRow.objects.get().forecast_due
    called(mia, NOON - DAY)  # its record comes late
    called(mia, NOON - 8 * DAY)  # and this one much later
    assert measure_all(NOON + DAY) == 2
    assert totals(mia, sales)[TODAY - DAY] == 1.0
    assert totals(mia, sales)[TODAY - 8 * DAY] == 0.0
    measure_again(mia, sales, now=NOON)
    assert measure_all(NOON + DAY) == 1
    assert totals(mia, sales)[TODAY - 8 * DAY] == 1.0


@pytest.mark.django_db
def test_after_days_without_a_worker_all_that_was_missed_is_counted() -> None:
    mia = make_workspace()
    sales = phone(mia)
    called(mia, NOON - 3 * DAY)
    measure_all(NOON)
    for days in range(60):
        called(mia, NOON + days * DAY)
    assert measure_all(NOON + 60 * DAY) == 60
    assert set(list(totals(mia, sales).values())[2:]) == {1.0}


@pytest.mark.django_db
def test_a_day_that_was_imported_stays_as_it_is() -> None:
    mia = make_workspace()
    sales = phone(mia)
    called(mia, NOON - 4 * DAY)
    given = Day(TODAY - 2 * DAY, 30, (7.0,) * 48, (7.0,) * 48, (90.0,) * 48)
    queues.take_history(mia, sales, [given], source="import", now=NOON)
    measure_all(NOON)
    assert history(mia, sales)[1] == given
    assert HistoryRow.objects.filter(source="desk").count() == 2


@pytest.mark.django_db
def test_each_time_that_a_reply_is_waited_for_is_work_and_what_nobody_was_to_answer_is_none() -> None:
    mia = make_workspace()
    posts = queues.save_queue(mia, {"name": "Posts", "kind": "social", "channels": ["bluesky"]}, now=NOON)
    case = make_case(mia, 1)
    waited(mia, NOON - 3 * DAY, case)
    waited(mia, NOON - DAY, case)
    waited(mia, NOON - DAY + 5 * MIN, case, "next")
    waited(mia, NOON - DAY, case, "resolution")
    waited(mia, NOON - DAY, case, outcome="dropped")
    waited(mia, NOON - DAY, case, channel="mail")
    for seconds in (100.0, 300.0):
        worked(mia, NOON - DAY + 20 * MIN, case, seconds)
    measure_all(NOON)
    assert totals(mia, posts)[TODAY - DAY] == 2.0
    day = history(mia, posts)[-1]
    assert (day.arrivals[24], day.handled[24], day.handling_s[24]) == (2.0, 2.0, 200.0)


@pytest.mark.django_db
def test_a_chat_is_one_however_often_something_is_said_in_it() -> None:
    mia = make_workspace()
    chats = queues.save_queue(mia, {"name": "Chat", "kind": "chat", "channels": ["chat"]}, now=NOON)
    case = make_case(mia, 1)
    waited(mia, NOON - 3 * DAY, case, channel="chat")
    began = NOON - DAY
    waited(mia, began, case, "resolution", channel="chat", stopped_at=began + 20 * MIN)
    waited(mia, began, case, channel="chat")
    waited(mia, began + 4 * MIN, case, "next", channel="chat")
    for minutes in (3, 9, 50):
        worked(mia, began + minutes * MIN, case, 120.0, "chat")
    measure_all(NOON)
    day = history(mia, chats)[-1]
    assert (day.total, day.handled[24], day.handling_s[24]) == (1.0, 1.0, 240.0)


@pytest.mark.django_db
def test_a_queue_that_is_fed_by_something_else_forgets_what_was_measured() -> None:
    mia = make_workspace()
    sales = phone(mia)
    called(mia, NOON - 4 * DAY)
    called(mia, NOON - 2 * DAY)
    called(mia, NOON - 5 * DAY, queue="Repairs")
    measure_all(NOON)
    queues.save_queue(
        mia, {"name": "Sales", "kind": "phone", "calls": "Sales", "within_s": 30.0}, queue=sales, now=NOON
    )
    assert totals(mia, sales)[TODAY - 2 * DAY] == 1.0
    queues.save_queue(mia, {"name": "Sales", "kind": "phone", "calls": "Repairs"}, queue=sales, now=NOON)
    assert totals(mia, sales) == {}
    measure_all(NOON)
    assert set(totals(mia, sales).values()) == {0.0}


@pytest.mark.django_db
def test_intervals_of_another_length_are_counted_anew_and_forecast_anew() -> None:
    mia = make_workspace()
    sales = phone(mia)
    called(mia, NOON - 4 * DAY)
    called(mia, NOON - 2 * DAY)
    measure_all(NOON)
    QueueRow.objects.update(forecast_due=False)
    queues.save_rules(mia, {"step_min": 15, "country": "DE"}, now=NOON)
    assert QueueRow.objects.get().forecast_due
    assert measure_all(NOON) == 3
    assert [(each.step_min, each.total) for each in history(mia, sales)] == [(15, 0.0), (15, 1.0), (15, 0.0)]


@pytest.mark.django_db
def test_bursts_are_measured_where_posts_call_forth_others_and_not_where_they_come_by_themselves() -> None:
    mia = make_workspace()
    chance = np.random.default_rng(5)
    for name in ("Calm", "Stormy"):
        queue = queues.save_queue(mia, {"name": name, "kind": "social", "channels": [name]}, now=NOON)
        days = []
        for day in range(60):
            counts = chance.poisson(2.0, 48)
            if name == "Stormy":
                for at in chance.integers(0, 44, 6):
                    counts[at : at + 4] += chance.poisson([12, 8, 4, 2])
            figures = tuple(map(float, counts))
            days.append(Day(TODAY - (day + 1) * DAY, 30, figures, figures, (60.0,) * 48))
        queues.take_history(mia, queue, days, source="import", now=NOON)
    measure_all(NOON)
    calm, stormy = QueueRow.objects.order_by("id").values_list("branching", flat=True)
    assert calm == 0.0
    assert stormy > 0.4


@pytest.mark.django_db
def test_today_so_far_knows_what_is_over_and_counts_what_runs() -> None:
    mia = make_workspace()
    sales = phone(mia)
    called(mia, NOON - 40 * MIN)
    called(mia, NOON + 3 * MIN)
    found = today_so_far(mia, sales, NOON + 10 * MIN)
    assert (found.over, found.running, found.day.arrivals[22:25]) == (24, 1.0, (1.0, 0.0, None))
    charlie = make_workspace("Other", "charlie@other.example")
    with pytest.raises(NotFound):
        today_so_far(charlie, sales, NOON)


@pytest.mark.django_db
def test_days_of_23_and_25_hours_are_counted_by_the_clock_on_the_wall() -> None:
    mia = make_workspace()
    sales = phone(mia)
    for month, day, hour in ((3, 27, 9), (3, 29, 8), (3, 30, 8), (10, 25, 0), (10, 25, 1), (10, 26, 9)):
        called(mia, datetime(2026, month, day, hour, 15, tzinfo=UTC))
    measure_all(NOON)
    found = {each.day: each.arrivals for each in history(mia, sales)}
    assert found[date(2026, 3, 29)][2:4] == (None, None)
    assert (found[date(2026, 3, 29)][18], found[date(2026, 3, 30)][18], found[date(2026, 10, 26)][18]) == (1, 1, 1)
    assert found[date(2026, 10, 25)][2] == 2.0


@pytest.mark.django_db
def test_what_another_company_is_called_about_is_not_ours() -> None:
    mia, charlie = make_workspace(), make_workspace("Other", "charlie@other.example")
    sales, theirs = phone(mia), phone(charlie, "*")
    called(mia, NOON - 3 * DAY)
    called(mia, NOON - 2 * DAY)
    called(charlie, NOON - 9 * DAY)
    measure_all(NOON)
    assert sum(totals(mia, sales).values()) == 1.0
    assert sum(totals(charlie, theirs).values()) == 0.0
    with pytest.raises(NotFound):
        measure_again(replace(charlie), sales, now=NOON)


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_two_pieces_goes_on_from_there_and_counts_nothing_twice() -> None:
    mia = make_workspace()
    sales = phone(mia)
    for days in range(1, 91):
        called(mia, NOON - days * DAY)
    assert live("measuring.kept:2", measure_all, NOON) == KILLED
    assert QueueRow.objects.get().measured_until == TODAY - 89 * DAY + 56 * DAY
    assert live("", measure_all, NOON) == 0
    assert list(totals(mia, sales).values()) == [1.0] * 89
