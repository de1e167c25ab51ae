"""Forecasts of queues that were made, so that what is true is known."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.kernel.errors import InvalidInput
from hubbub.workforce import (
    Event,
    Forecast,
    History,
    forecast,
    handling,
    holidays_of,
    inside,
    instants,
    passes,
    reforecast,
)
from hubbub.workforce.core.forecast.models import last_week

MONDAY = date(2025, 1, 6)
WEEKDAYS = np.array([1.2, 1.05, 1, 1, 0.95, 0.5, 0.4])
Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def course(intervals: int = 24) -> np.ndarray:
    at = np.arange(intervals) / intervals
    found: np.ndarray = np.exp(-(((at - 0.5) / 0.2) ** 2)) + 0.05
    return found


def counts(days: int, seed: int = 1, level: float = 100, change: Change | None = None) -> np.ndarray:
    """Poisson counts with a weekday, a course of the day, and days that scatter and remember the day before."""
    chance = np.random.default_rng(seed)
    off = np.zeros(days)
    for day in range(1, days):
        off[day] = 0.6 * off[day - 1] + chance.normal() * 0.06
    usual = level * WEEKDAYS[np.arange(days) % 7, None] * course() * np.exp(off)[:, None]
    if change is not None:
        usual = change(usual, chance)
    return np.where(np.isnan(usual), np.nan, chance.poisson(np.nan_to_num(usual)).astype(float))


def day_hours(usual: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    usual[:, :8] = usual[:, 20:] = np.nan
    usual[5::7] = usual[6::7] = np.nan
    return usual


def growing(usual: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    return np.asarray(usual * np.exp(0.003 * np.arange(len(usual)))[:, None])


def shifted(usual: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    usual[-120:] *= 1.5
    return usual


def outages(usual: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    usual[chance.random(len(usual)) < 0.03] *= 0.3
    return usual


def bursting(usual: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    for _ in range(len(usual) // 12):
        day, begins = chance.integers(len(usual)), chance.integers(18)
        usual[day, begins : begins + 4] += chance.exponential(400) * np.array([0.5, 1, 0.6, 0.3])
    return usual


@pytest.mark.parametrize(
    ("level", "change"),
    [(100, None), (100, day_hours), (100, growing), (100, shifted), (100, outages), (100, bursting), (4, None),
     (0.4, None)],
    ids=["plain", "day hours", "growing", "shifted", "outages", "bursting", "few", "sparse"],
)  # fmt: skip
def test_a_week_ahead_is_far_better_than_last_week_and_eight_in_ten_counts_lie_inside(
    level: float, change: Change | None
) -> None:
    history = History(MONDAY, counts(350, level=level, change=change))
    missed = naive = hits = many = 0.0
    for back in range(7, 7 * 13, 7):
        known = history.until(history.end - timedelta(days=back))
        came = history.arrivals[known.days : known.days + 7]
        told, before = forecast(known), last_week(known.arrivals, 7)
        here = ~np.isnan(came)
        assert not np.isnan(told.median[here]).any()
        missed += np.abs(told.median - came)[here].sum()
        naive += np.abs(before - came)[here].sum()
        hits += inside(told.exact(0.1), told.exact(0.9), came, told.spread.whole)[here].sum()
        many += here.sum()
    assert missed <= 0.78 * naive
    assert 0.75 <= hits / many <= 0.85


def test_the_model_that_wins_is_named_with_what_each_was_off() -> None:
    tried = forecast(History(MONDAY, counts(300))).backtest
    assert tried.origins == 12
    assert tried.errors[tried.model] <= 1.01 * min(tried.errors.values())
    assert tried.gain is not None and tried.gain == 1 - tried.errors[tried.model] / tried.errors["last_week"] > 0.22
    assert tried.coverage is not None and 0.75 < tried.coverage < 0.87


def test_a_distribution_is_in_order_and_its_samples_agree_with_it() -> None:
    told = forecast(History(MONDAY, counts(200)))
    low, high = told.interval()
    assert (low <= told.median).all() and (told.median <= high).all() and (told.quantile(0.95) >= high).all()
    drawn = told.samples(4000, seed=3)
    assert np.allclose(drawn.mean(0), told.mean, rtol=0.05, atol=0.5)
    assert abs((drawn <= high).mean() - 0.9) < 0.02
    whole = drawn.sum(2)[:, 0]
    assert whole.std() > 1.5 * np.sqrt(drawn[:, 0].var(0).sum())  # hours of a day go together
    below, middle, above = told.totals()
    assert below[0] < middle[0] < above[0] and abs(middle[0] - np.median(whole)) < 0.03 * middle[0]
    assert (told.samples(2, seed=3) == told.samples(2, seed=3)).all()
    spread = replace(told.spread, linked=0.5, fades=1.0, shared=0.4)
    week = replace(told, backtest=replace(told.backtest, spread=spread)).samples(4000, seed=3).sum(2)
    assert week.sum(1).var() > 2 * week.var(0).sum()  # and so do days of a week, where the past did


def flat(days: int, at: float = 200.0) -> np.ndarray:
    return np.asarray(np.random.default_rng(5).poisson(at, (days, 24)).astype(float))


def test_a_holiday_does_what_it_did_and_an_unseen_one_what_others_do() -> None:
    table, names = flat(420), {}
    for number, day in enumerate((40, 90, 150, 210, 260, 330)):
        table[day] = np.random.default_rng(day).poisson(70 if number % 2 else 100, 24)
        table[day - 1] = np.random.default_rng(day).poisson(300, 24)
        names[MONDAY + timedelta(days=day)] = "Half" if number % 2 == 0 else "Third"
    coming = {MONDAY + timedelta(days=421): "Half", MONDAY + timedelta(days=424): "New"}
    told = forecast(History(MONDAY, table), holidays=names | coming)
    days = told.median.mean(1)
    assert abs(days[1] - 100) < 12 and 70 < days[4] < 125
    assert abs(days[0] - 300) < 20  # the day before
    assert abs(days[6] - 200) < 10
    assert {each.kind: each.seen for each in told.learnt}["Half"] == 3
    low, high = told.interval()
    assert (high - low)[4].mean() > 1.5 * (high - low)[6].mean()  # what was never seen is less sure
    plain = forecast(History(MONDAY, table))
    assert abs(plain.median.mean() - 200) < 10  # such days do not spoil the base, even if nobody names them


def test_a_holiday_on_which_it_was_closed_is_closed() -> None:
    table = flat(370)
    table[100] = np.nan
    names = {MONDAY + timedelta(days=day): "Closed" for day in (100, 372)}
    told = forecast(History(MONDAY, table), holidays=names)
    assert np.isnan(told.median[2]).all() and not np.isnan(told.median[[0, 1, 3]]).any()
    assert next(each for each in told.learnt if each.kind == "Closed").closed


def test_an_event_brings_what_its_kind_brought_at_the_hours_it_brought_it() -> None:
    table, events = flat(200), []
    start = datetime.combine(MONDAY, time(18))
    for day in (30, 75, 120, 160):
        table[day, 17:22] = np.random.default_rng(day).poisson([200, 600, 800, 400, 200])
        events.append(Event("match", start + timedelta(days=day)))
    table[100, 17:22] = np.random.default_rng(9).poisson(500, 5)
    events.append(Event("launch", start + timedelta(days=100)))
    coming = [Event(kind, start + timedelta(days=200 + day)) for day, kind in enumerate(("match", "launch", "strike"))]
    told = forecast(History(MONDAY, table), events=[*events, *coming])
    match, launch, strike = told.median[:3]
    assert np.abs(match[17:22] / [200, 600, 800, 400, 200] - 1).max() < 0.25
    assert 300 < launch[17:22].mean() < 560  # seen once: something, and less sure
    assert strike[17:22].mean() > 250  # never seen: what others do
    assert np.abs(told.median[:3, :17] - 200).max() < 30
    assert abs(told.median[4].mean() - 200) < 10
    assert {each.kind: each.seen for each in told.learnt} == {"match": 4, "launch": 1, "strike": 0}


def test_storms_are_kept_out_of_the_base_and_provided_for() -> None:
    table = flat(210, at=20)
    for day in range(5, 210, 20):
        table[day, 10:13] += [100, 200, 60]
    told = forecast(History(MONDAY, table))
    assert np.abs(told.median - 20).max() <= 3
    storms = told.storms
    assert len(storms.found) == 11 and all((storm.interval, len(storm.extra)) == (10, 3) for storm in storms.found)
    assert abs(storms.size(0.5) - 360) < 30 and abs(storms.per_week - 7 * 11 / 210) < 0.02
    assert 0 < storms.chance < 0.1
    assert abs((told.with_storms() - told.mean).sum(1)[0] - storms.per_week / 7 * 360) < 2
    upper = told.in_storm(0, interval=10)
    assert upper[11] > 200 and upper[13] < 25
    assert told.in_storm(0, interval=23).shape == (24,)


def test_three_odd_days_are_a_new_level_and_no_accident() -> None:
    table = flat(100)
    table[-10:] *= 2
    assert forecast(History(MONDAY, table)).median.mean() > 300
    table = flat(100)
    table[-1] *= 2
    assert forecast(History(MONDAY, table)).median.mean() < 230


def test_the_rest_of_the_day_follows_its_morning_and_grows_surer() -> None:
    history = History(MONDAY, counts(350, level=1000))
    before = after = hits = many = 0.0
    for back in range(1, 50):
        known = history.until(history.end - timedelta(days=back))
        came = history.arrivals[known.days]
        told = forecast(known, ahead=1)
        rest = reforecast(told, 0, np.where(np.arange(24) < 12, came, np.nan))
        assert np.isnan(rest.median[0, :12]).all()
        before += np.abs(told.median[0] - came)[12:].sum()
        after += np.abs(rest.median[0] - came)[12:].sum()
        hits += inside(rest.exact(0.1), rest.exact(0.9), came, True)[0, 12:].sum()
        many += 12
    assert after < 0.8 * before
    assert 0.72 < hits / many < 0.88, hits / many
    width = [high - low for low, high in (told.interval(), rest.interval())]
    assert width[1][0, 12:].mean() < width[0][0, 12:].mean()
    high = reforecast(told, 0, np.where(np.arange(24) < 12, told.quantile(0.95)[0], np.nan))
    assert (high.median[0, 12:] >= told.median[0, 12:]).all() and high.median[0, 13] > told.median[0, 13]
    usual = np.where(np.arange(24) < 12, told.median[0], np.nan)
    stormy, strong = usual.copy(), usual * 3
    stormy[9:11] *= 4
    assert np.allclose(reforecast(told, 0, stormy).mean[0, 12:], reforecast(told, 0, usual).mean[0, 12:], rtol=0.02)
    assert (reforecast(told, 0, strong).mean[0, 12:18] > 1.1 * told.mean[0, 12:18]).all()
    nothing = reforecast(told, 0, np.full(24, np.nan))
    assert (nothing.median == told.median).all()
    assert np.nansum(high.samples(500, 1)[:, 0, 12:].mean(0)) > np.nansum(told.samples(500, 1)[:, 0, 12:].mean(0))


@pytest.mark.parametrize(
    ("day", "seen", "says"), [(1, np.zeros(24), "not in the forecast"), (0, np.zeros(23), "one number an interval"),
                              (0, np.full(24, -1.0), "from 0 on"), (0, ["x"] * 24, "one number")],
)  # fmt: skip
def test_a_day_that_can_not_be_is_said_in_a_sentence(day: int, seen: object, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        reforecast(forecast(History(MONDAY, flat(20)), ahead=1), day, seen)  # type: ignore[arg-type]


def test_handling_times_are_their_own_where_many_were_measured_and_others_where_few_were() -> None:
    chance = np.random.default_rng(2)
    arrivals = np.full((140, 24), 50.0)
    arrivals[:, 3] = 0
    arrivals[-7, 3] = 1
    true = np.where(np.arange(24) < 12, 200.0, 300.0)
    took = true + chance.normal(size=(140, 24)) * 150 / np.sqrt(np.maximum(arrivals, 1))
    took[-7, 3] = 1000.0
    told = handling(History(MONDAY, arrivals, np.maximum(took, 1)))
    others = np.arange(24) != 3
    assert np.abs(told.mean - true)[:, others].max() < 12
    assert 180 < told.mean[0, 3] < 400 and np.isfinite(told.mean).all()
    assert abs(told.whole - 250) < 10 and abs(told.spread - 150) < 20


def test_without_handling_times_that_is_said() -> None:
    with pytest.raises(InvalidInput, match="measured yet"):
        handling(History(MONDAY, flat(7)))


@pytest.mark.parametrize(
    ("days", "says"), [(1, "Only one day"), (3, "Less than two weeks"), (7, "Less than two weeks")]
)
def test_a_short_history_has_an_answer_and_says_what_is_not_known(days: int, says: str) -> None:
    told = forecast(History(MONDAY, counts(days)))
    assert not np.isnan(told.median).any()
    assert any(says in note for note in told.notes) and any("Too little" in note for note in told.notes)
    low, high = told.interval()
    assert (high - low)[0, 12] > 20
    assert told.backtest.gain is None


def test_how_far_off_one_may_be_is_learnt_or_said_to_be_assumed() -> None:
    daily = counts(40).sum(1, keepdims=True)
    assert forecast(History(MONDAY, daily[:24])).notes
    assert not forecast(History(MONDAY, counts(40))).notes


def test_week_days_stay_closed_once_two_weeks_are_known() -> None:
    told = forecast(History(MONDAY, counts(21, change=day_hours)))
    assert np.isnan(told.median[5:]).all() and not np.isnan(told.median[:5, 8:20]).any()


@pytest.mark.parametrize("table", [np.full((9, 24), np.nan), np.zeros((0, 24))])
def test_without_any_count_that_is_said(table: np.ndarray) -> None:
    with pytest.raises(InvalidInput, match="Nothing has been counted"):
        forecast(History(MONDAY, table))


def test_only_zeros_are_foretold_as_zeros() -> None:
    told = forecast(History(MONDAY, np.zeros((60, 24))))
    assert (told.median == 0).all() and (told.interval()[0] == 0).all() and told.mean.max() < 0.3
    assert told.storms.found == ()


@pytest.mark.parametrize(
    ("table", "says"), [(np.zeros((3, 25)), "24 hours"), (np.zeros(24), "24 hours"), (-np.ones((3, 24)), "from 0 on"),
                        (np.full((3, 24), np.inf), "from 0 on")],
)  # fmt: skip
def test_a_history_that_can_not_be_is_said_in_a_sentence(table: np.ndarray, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        History(MONDAY, table)


@pytest.mark.parametrize("ahead", [0, 367])
def test_how_far_ahead_has_bounds(ahead: int) -> None:
    with pytest.raises(InvalidInput, match="at least"):
        forecast(History(MONDAY, flat(9)), ahead)


def test_a_clock_that_changes_skips_intervals_or_goes_through_them_twice() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    assert (passes(spring, 2, 48, berlin)[0, 3:7] == [1, 0, 0, 1]).all()
    assert (passes(autumn, 2, 48, berlin)[0, 3:7] == [1, 2, 2, 1]).all() and (
        passes(autumn, 2, 48, berlin)[1] == 1
    ).all()
    assert len(instants(spring, 48, berlin)) == 46 and len(instants(autumn, 48, berlin)) == 50
    doubled = [start.astimezone(UTC).hour for place, start in instants(autumn, 24, berlin) if place == 2]
    assert doubled == [0, 1]
    told = forecast(History(spring - timedelta(days=70), flat(70), zone=berlin))
    assert np.isnan(told.median[0, 2]) and not np.isnan(told.median[0, [1, 3]]).any()


def test_holidays_of_a_country_that_is_none_are_said() -> None:
    assert holidays_of("de", date(2026, 12, 24), date(2026, 12, 26), "BY")[date(2026, 12, 25)] == "Christmas Day"
    with pytest.raises(InvalidInput, match="two letters"):
        holidays_of("Narnia", MONDAY, MONDAY)


@settings(max_examples=25, deadline=None)
@given(
    days=st.integers(1, 60), intervals=st.sampled_from([1, 2, 24, 96]), level=st.sampled_from([0.0, 0.1, 3.0, 5000.0]),
    missing=st.floats(0, 0.9), seed=st.integers(0, 99),
)  # fmt: skip
def test_any_history_gets_a_forecast_in_order(
    days: int, intervals: int, level: float, missing: float, seed: int
) -> None:
    chance = np.random.default_rng(seed)
    table = chance.poisson(level, (days, intervals)).astype(float)
    table[chance.random(table.shape) < missing] = np.nan
    table[0, 0] = 1
    told: Forecast = forecast(History(MONDAY, table), 9)
    low, high = told.interval()
    open_ = ~np.isnan(told.median)
    assert open_.any()
    assert ((low <= told.median) & (told.median <= high) & (low >= 0))[open_].all()
    assert np.isfinite(told.mean[open_]).all() and np.isfinite(told.totals()[2]).all()
