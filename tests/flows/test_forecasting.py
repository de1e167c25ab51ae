"""Queues are forecast beside the work: each night, when something changed, and whole or not at all."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from hubbub.accounts.core.access import Access, Role
from hubbub.flows.forecasting import forecast_all
from hubbub.kernel.errors import InvalidInput, NotAllowed, NotFound
from hubbub.workforce.core.plan.history import Day
from hubbub.workforce.models import BacktestRow, ForecastRow, MarkedRow, QueueRow
from hubbub.workforce.selectors import forecasts as selectors
from hubbub.workforce.selectors.plan import plan
from hubbub.workforce.services import forecasts as services
from hubbub.workforce.services import queues
from tests.flows.dying import KILLED, live
from tests.make import NOON, make_member, make_workspace

TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)
COURSE = 30 * np.exp(-(((np.arange(48) - 24) / 8) ** 2))


def past(days: int, until: date = TODAY, seed: int = 1, evening: set[date] | None = None) -> list[Day]:
    """Days of calls: fewer at weekends, and half as many again in some evenings."""
    chance = np.random.default_rng(seed)
    found = []
    for back in range(days, 0, -1):
        day = until - back * DAY
        usual = COURSE * (0.5 if day.weekday() > 4 else 1.0) * np.exp(chance.normal(0, 0.05))
        if day in (evening or ()):
            usual[32:38] *= 2.5
        came = tuple(map(float, chance.poisson(usual)))
        found.append(Day(day, 30, came, came, (200.0 if day.weekday() < 5 else 300.0,) * 48))
    return found


def queue(access: Access, days: int = 120, **changes: Any) -> int:
    made = queues.save_queue(access, {"name": "Sales", "kind": "phone", **changes}, now=NOON)
    queues.take_history(access, made, past(days), source="import", now=NOON)
    return made


def ahead(access: Access, which: int, day: date) -> float:
    ((told, _),) = selectors.expected(access, which, day, day + DAY)
    return sum(filter(None, told.mean))


@pytest.mark.django_db
def test_a_queue_is_forecast_for_six_weeks_with_a_band_handling_times_and_how_it_would_have_done() -> None:
    mia = make_workspace()
    sales = queue(mia)
    assert forecast_all(NOON) == 1
    rows = ForecastRow.objects.order_by("day")
    assert [rows[0].day, rows.last().day, rows.count()] == [TODAY, TODAY + 41 * DAY, 42]  # type: ignore[union-attr]
    ((told, made_on),) = selectors.expected(mia, sales, TODAY, TODAY + DAY)
    mean, low, high = np.array(told.mean), np.array(told.low), np.array(told.high)
    assert made_on == TODAY
    assert abs(mean.sum() / COURSE.sum() - 1) < 0.1
    assert (low <= mean + 0.5).all()
    assert (mean <= high + 0.5).all()
    assert low.sum() < told.day_low < mean.sum() < told.day_high < high.sum()
    assert told.handling_s[20] == pytest.approx(200, abs=10)
    tried = selectors.tried(mia)[sales]
    assert tried.error is not None
    assert tried.error < tried.errors["last_week"]
    assert 0.6 < (tried.coverage or 0) < 0.95
    assert plan(mia, TODAY, 7).required("Sales")[24] > 3
    assert forecast_all(NOON) == 0
    assert forecast_all(NOON + DAY) == 1  # anew each day


@pytest.mark.django_db
def test_what_changes_is_forecast_anew_and_replaces_what_was_told_today() -> None:
    mia = make_workspace()
    sales = queue(mia)
    forecast_all(NOON)
    before = ahead(mia, sales, TODAY + DAY)
    event = services.save_event(mia, {"kind": "Launch", "day": TODAY + DAY, "factor": 1.5}, now=NOON)
    assert forecast_all(NOON) == 1
    assert ahead(mia, sales, TODAY + DAY) == pytest.approx(1.5 * before, rel=0.01)
    assert ForecastRow.objects.count() == 42
    services.remove_event(mia, event, now=NOON)
    forecast_all(NOON)
    assert ahead(mia, sales, TODAY + DAY) == pytest.approx(before, rel=0.01)


@pytest.mark.django_db
def test_what_matches_bring_is_learnt_from_those_that_were_marked() -> None:
    mia = make_workspace()
    sales = queues.save_queue(mia, {"name": "Sales", "kind": "phone"}, now=NOON)
    matches = {TODAY - back * DAY for back in (20, 41, 62, 83)}
    queues.take_history(mia, sales, past(120, evening=matches), source="import", now=NOON)
    for day in sorted(matches | {TODAY + 3 * DAY}):
        told = {"kind": "Match", "name": "Cup", "day": day, "start_min": 960, "end_min": 1140}
        services.save_event(mia, told, now=NOON)
    forecast_all(NOON)
    ((usual, _), (match, _)) = selectors.expected(mia, sales, TODAY + 2 * DAY, TODAY + 4 * DAY)
    assert 1.8 < sum(match.mean[32:38]) / sum(usual.mean[32:38]) < 3  # type: ignore[arg-type]
    tried = selectors.tried(mia)[sales]
    (learnt,) = tried.learnt
    assert (learnt["kind"], learnt["seen"]) == ("Match", 4)
    assert len(tried.weeks) == tried.origins == 12
    assert min(tried.weeks) == str(TODAY - 84 * DAY)
    assert 1.8 < learnt["times"] < 3


@pytest.mark.reckons
@pytest.mark.django_db
def test_storms_are_found_and_somebody_says_whether_they_were_some() -> None:
    mia = make_workspace()
    sales = queues.save_queue(mia, {"name": "Posts", "kind": "social"}, now=NOON)
    days = past(120)
    stormy = days[-9]
    came = tuple(each + (150 if 28 <= at < 31 else 0) for at, each in enumerate(stormy.arrivals) if each is not None)
    days[-9] = Day(stormy.day, 30, came, came, stormy.handling_s)
    queues.take_history(mia, sales, days, source="import", now=NOON)
    forecast_all(NOON)
    (storm,) = selectors.events(mia)
    assert (storm.day, storm.start_min, storm.found, storm.confirmed) == (stormy.day, 840, True, None)
    services.judge_storm(mia, storm.id, storm=False, now=NOON)
    forecast_all(NOON)
    assert [each.confirmed for each in selectors.events(mia)] == [False]
    assert selectors.tried(mia)[sales].storms["many"] == 0
    with pytest.raises(NotFound):
        services.remove_event(mia, storm.id, now=NOON)


@pytest.mark.django_db
def test_a_queue_of_which_nothing_is_known_has_a_sentence_instead_of_a_forecast() -> None:
    mia = make_workspace()
    sales = queue(mia)
    forecast_all(NOON)
    queues.forget_history(mia, sales, now=NOON)
    forecast_all(NOON)
    assert not ForecastRow.objects.exists()
    assert "Nothing is known" in selectors.tried(mia)[sales].trouble
    assert forecast_all(NOON) == 0


@pytest.mark.reckons
@pytest.mark.django_db
def test_while_a_telephone_is_shut_nobody_is_expected_and_on_a_day_of_25_hours_one_hour_holds_both() -> None:
    mia = make_workspace()
    hours = [(480, 1200)] * 6 + [None]
    sales = queues.save_queue(mia, {"name": "Sales", "kind": "phone", "week": hours}, now=NOON)
    night = queues.save_queue(mia, {"name": "Night", "kind": "mail"}, now=NOON)
    at = datetime(2026, 10, 24, 12, tzinfo=UTC)
    flat = [Day(at.date() - back * DAY, 30, (6.0,) * 48, (6.0,) * 48, (60.0,) * 48) for back in range(60, 0, -1)]
    for each in (sales, night):
        queues.take_history(mia, each, flat, source="import", now=NOON)
    forecast_all(at)
    (saturday, _), (sunday, _) = selectors.expected(mia, sales, at.date(), at.date() + 2 * DAY)
    assert set(sunday.mean) == {None}
    assert [saturday.mean[15], saturday.mean[40]] == [None, None]
    assert saturday.mean[16] == pytest.approx(6, abs=0.5)
    (_, (longer, _)) = selectors.expected(mia, night, at.date(), at.date() + 2 * DAY)
    assert longer.mean[2] == pytest.approx(2 * longer.mean[5], rel=0.05)  # type: ignore[operator]


@pytest.mark.django_db
def test_what_was_counted_years_ago_is_taken_as_if_it_went_on() -> None:
    mia = make_workspace()
    sales = queues.save_queue(mia, {"name": "Sales", "kind": "phone"}, now=NOON)
    queues.take_history(mia, sales, past(60, until=date(2019, 5, 6)), source="import", now=NOON)
    forecast_all(NOON)
    assert ahead(mia, sales, TODAY) == pytest.approx(COURSE.sum(), rel=0.15)
    assert ahead(mia, sales, TODAY + 4 * DAY) < 0.7 * COURSE.sum()  # a Saturday
    assert "long ago" in selectors.tried(mia)[sales].notes[-1]


@pytest.mark.reckons
@pytest.mark.django_db
def test_how_far_off_week_ahead_forecasts_were_is_kept_and_old_ones_go() -> None:
    mia = make_workspace()
    sales = queue(mia)
    for days in range(22):
        at = NOON + days * DAY
        queues.take_history(mia, sales, past(1, until=TODAY + days * DAY, seed=days), source="import", now=at)
        if days % 3 == 0 or days > 18:
            forecast_all(at)
    today = TODAY + 21 * DAY  # a Tuesday
    found = selectors.accuracy(mia, sales, today)
    assert [(each.since, each.days) for each in found] == [(date(2026, 11, 30), 6), (date(2026, 12, 7), 7)]
    for each in found:
        assert 0 < each.error < (each.naive or 0)
        assert abs(each.bias) < 0.15
        assert 0.6 < each.inside <= 1
    rows = ForecastRow.objects.filter(queue=sales, day=today - DAY).order_by("made_on")
    assert [each.made_on for each in rows] == [TODAY + 12 * DAY, today - DAY]
    assert ForecastRow.objects.filter(day__gt=today + 7 * DAY).values("day").count() == 34


@pytest.mark.django_db
def test_events_are_marked_by_who_plans_and_are_another_companys_never() -> None:
    mia = make_workspace()
    sales = queue(mia, days=20)
    event = services.save_event(mia, {"kind": "Match", "day": TODAY, "queue": sales}, now=NOON)
    charlie = make_workspace("Other", "charlie@other.example")
    alice, lee = make_member(mia, "Alice"), make_member(mia, "Lee", Role.LEAD)
    assert selectors.events(charlie) == ()
    assert selectors.expected(charlie, sales, TODAY, TODAY + DAY) == ()
    with pytest.raises(NotFound):
        services.remove_event(charlie, event, now=NOON)
    with pytest.raises(NotFound):
        services.save_event(charlie, {"kind": "Match", "day": TODAY, "queue": sales}, now=NOON)
    with pytest.raises(NotAllowed):
        services.save_event(alice, {"kind": "Match", "day": TODAY}, now=NOON)
    services.save_event(lee, {"kind": "Match", "day": TODAY, "queue": sales}, event=event, now=NOON)
    for wrong in ({"kind": ""}, {"kind": "x", "start_min": 600, "end_min": 600}, {"kind": "x", "factor": -1.0}):
        with pytest.raises(InvalidInput):
            services.save_event(mia, {"day": TODAY, **wrong}, now=NOON)
    with pytest.raises(InvalidInput):
        services.save_event(mia, {"kind": "Match"}, now=NOON)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("failpoint", ["forecasting.made", "forecasting.in_transaction", "forecasting.kept"])
def test_a_worker_killed_there_has_told_all_of_a_queue_or_nothing(failpoint: str) -> None:
    mia = make_workspace()
    queue(mia, days=20)
    assert live(failpoint, forecast_all, NOON) == KILLED
    kept = failpoint == "forecasting.kept"
    assert ForecastRow.objects.count() == (42 if kept else 0)
    assert (BacktestRow.objects.exists(), QueueRow.objects.get().forecast_due) == (kept, not kept)
    assert live("", forecast_all, NOON) == 0
    assert ForecastRow.objects.count() == 42
    assert not MarkedRow.objects.exists()


@pytest.mark.django_db
def test_where_the_process_that_computes_is_killed_the_queue_is_still_due(monkeypatch: pytest.MonkeyPatch) -> None:
    mia = make_workspace()
    queue(mia, days=400)  # more than a pipe holds, so that nobody may wait for it to be read
    monkeypatch.setenv("HUBBUB_FAILPOINT", "forecasting.foretelling")
    assert forecast_all(NOON) == 0
    assert QueueRow.objects.get().forecast_due
    monkeypatch.delenv("HUBBUB_FAILPOINT")
    assert forecast_all(NOON) == 1


def test_the_process_that_computes_knows_nothing_of_django() -> None:
    code = "import sys, hubbub.flows.foretelling; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
