"""Days of calls, chats and deferred work: against a second simulation, against formulas, and against the rules."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.kernel.errors import InvalidInput
from hubbub.workforce import Day, Kind, Queue, Routing, Team, blocking, play_days, served
from hubbub.workforce.core import simulated
from hubbub.workforce.core.blended import run
from hubbub.workforce.core.blended.items import drawn
from tests.workforce.second import Desk

HALF_HOURS = 4


def phone(items: Any = 40.0, **changes: Any) -> Queue:
    return Queue("phone", Kind.CALL, **{"items": items, "handling": 240.0, "patience": 180.0, **changes})


def chat(items: Any = 20.0, **changes: Any) -> Queue:
    return Queue("chat", Kind.CHAT, **{"items": items, "handling": 600.0, "within": 60.0, "slows": 0.2, **changes})


def social(items: Any = 30.0, **changes: Any) -> Queue:
    usual = {"items": items, "handling": 200.0, "within": 1800.0, "level": 0.9, "branching": 0.6, "lasts": 900.0}
    return Queue("social", Kind.DEFERRED, **{**usual, **changes})


# Against a second simulation ------------------------------------------------------------
counts = st.lists(st.integers(0, 5), min_size=HALF_HOURS, max_size=HALF_HOURS)
skills = st.sets(st.sampled_from(["phone", "chat", "social"]), min_size=1).map(lambda found: tuple(sorted(found)))


@st.composite
def days(draw: st.DrawFn) -> Day:
    amount = st.floats(0, 30)
    queues = [
        phone(draw(amount), patience=draw(st.sampled_from([None, 60.0, 600.0]))),
        chat(draw(amount), at_once=draw(st.integers(1, 4)), slows=draw(st.sampled_from([0.0, 0.3]))),
        social(draw(amount), branching=draw(st.sampled_from([0.0, 0.7])), backlog=draw(st.sampled_from([0, 7]))),
    ]
    teams = [Team(f"team {k}", draw(skills), draw(counts)) for k in range(draw(st.integers(1, 3)))]
    teams.append(Team("all", ("phone", "chat", "social"), draw(counts)))
    rules = Routing(
        draw(st.integers(0, 3)), draw(st.sampled_from([0.1, 0.6])), draw(st.booleans()), draw(st.booleans())
    )
    order = draw(st.permutations(queues))
    return Day(tuple(order), tuple(teams), routing=rules)


@settings(max_examples=150, deadline=None)
@given(days(), st.integers(0, 10_000))
def test_a_second_simulation_says_the_same_of_every_item(day: Day, seed: int) -> None:
    items = drawn(day, HALF_HOURS, seed, 0)
    ours, second = run.ran(day, items).waits, Desk(day, items).run()
    np.testing.assert_allclose(ours, second, atol=1e-6)


@settings(max_examples=50, deadline=None)
@given(days(), st.integers(0, 10_000))
def test_whoever_comes_is_served_gives_up_or_waits_and_people_work_no_longer_than_they_are_there(
    day: Day, seed: int
) -> None:
    items = drawn(day, HALF_HOURS, seed, 0)
    floor = run.ran(day, items)
    for q, queue in enumerate(day.queues):
        waits = floor.waits[items.first[q] : items.first[q + 1]]
        assert np.isnan(waits).sum() == floor.left[q, -1]
        if queue.patience is None:
            assert not (np.signbit(waits) & ~np.isnan(waits)).any()
    assert (floor.busy <= floor.paid + 1e-6).all() and (floor.busy >= -1e-6).all()
    assert (floor.paid.sum(axis=1) >= day.people.sum(axis=1) * day.per - 1e-3).all()


def test_one_queue_is_the_simple_simulation_draw_for_draw() -> None:
    for queue in (phone(), social()):
        day = Day((queue,), (Team("all", (queue.name,), 6),))
        items = drawn(day, 400, 3, 0)
        ours = run.ran(day, items).waits
        simple = simulated.waits(items.came, items.work, items.stays, 6)
        known = ~np.isnan(ours)
        assert known.mean() > 0.99
        np.testing.assert_allclose(ours[known], simple[known], atol=1e-6)


# Against formulas -----------------------------------------------------------------------
@pytest.mark.parametrize(("calls", "people", "patience"), [(100, 13, None), (100, 9, 120.0), (500, 52, 240.0)])
def test_calls_alone_meet_what_erlang_says(calls: int, people: int, patience: float | None) -> None:
    queue = phone(np.full(48, calls), handling=180.0, patience=patience)
    found = play_days(Day((queue,), (Team("all", ("phone",), people),), again=True), days=100).whole["phone"]
    exact = served(calls, people, handling=180, patience=patience)
    for ours, right in ((found.in_time, exact.in_time), (found.gives_up, exact.gives_up)):
        assert abs(ours.mean - right) <= max(0.002, 3 * ours.error)
    assert abs(found.average_wait.mean - exact.average_wait) <= max(0.05, 3 * found.average_wait.error)


@pytest.mark.parametrize("spread", [0.0, 180.0, 400.0])
def test_where_nobody_can_wait_it_is_the_loss_formula_however_long_calls_take(spread: float) -> None:
    queue = phone(np.full(48, 100), handling=180.0, patience=1e-9, spread=spread)
    found = play_days(Day((queue,), (Team("all", ("phone",), 12),), again=True), days=100).whole["phone"]
    assert abs(found.gives_up.mean - blocking(10, 12)) <= max(0.002, 3 * found.gives_up.error)


def test_chats_that_do_not_slow_each_other_wait_as_if_each_were_a_person() -> None:
    queue = chat(np.full(48, 60), slows=0.0, at_once=3)
    found = play_days(Day((queue,), (Team("all", ("chat",), 8),), again=True), days=100).whole["chat"]
    exact = served(60, 24, handling=600, within=60)
    assert abs(found.in_time.mean - exact.in_time) <= max(0.002, 3 * found.in_time.error)


# Designs of a desk ----------------------------------------------------------------------
TWELVE_HOURS = 24
FILLING = 1 - 0.7 * np.exp(-0.6 * (np.arange(TWELVE_HOURS) + 0.5) / 2)
"""How a stream of posts that call forth others fills up when it starts from nothing."""
SILOS = (Team("phone", ("phone",), 27), Team("chat", ("chat",), 8), Team("social", ("social",), 12))


def both(people: int) -> tuple[Team, ...]:
    return Team("both", ("phone", "social"), people), Team("chat", ("chat",), 8)


def desk(teams: tuple[Team, ...], reserve: int = 0) -> Day:
    """25 erlangs of calls, chats for eight people, 12 erlangs of posts; twelve hours, empty at first."""
    calls = phone(np.full(TWELVE_HOURS, 25 * 1800 / 300), handling=300.0)
    posts = social(90 * FILLING, handling=240.0, within=3600.0, branching=0.7, lasts=1800.0)
    return Day((calls, chat(44.0, slows=0.15), posts), teams, routing=Routing(reserve))


@pytest.mark.parametrize(
    ("day", "calls", "posts", "gives_up"),
    [(desk(SILOS), 0.786, 0.985, 0.054), (desk(both(39)), 0.889, 1.0, 0.030), (desk(both(39), 2), 0.952, 1.0, 0.013),
     (desk(both(36), 1), 0.847, 0.959, 0.039)],
)  # fmt: skip
def test_designs_come_out_as_an_earlier_simulation_had_them(
    day: Day, calls: float, posts: float, gives_up: float
) -> None:
    """That one had a chat model and bursts of its own, forty days, and no note of its handling times."""
    found = play_days(day, days=100).whole
    assert found["phone"].in_time.mean == pytest.approx(calls, abs=0.025)
    assert found["phone"].gives_up.mean == pytest.approx(gives_up, abs=0.006)
    assert found["social"].in_time.mean == pytest.approx(posts, abs=0.035)
    assert found["chat"].in_time.mean == pytest.approx(0.896, abs=0.025)


def test_people_who_can_both_do_more_and_a_reserve_of_them_does_still_more_for_calls() -> None:
    silos, dual, kept = (play_days(day, days=60).whole for day in (desk(SILOS), desk(both(39)), desk(both(39), 2)))
    level = [found["phone"].in_time.mean for found in (silos, dual, kept)]
    assert level[0] + 0.05 < level[1] and level[1] + 0.03 < level[2]
    assert kept["social"].in_time.mean > 0.95


@pytest.mark.parametrize("reserve", [1, 2, 4, 8])
def test_a_larger_reserve_never_hurts_calls(reserve: int) -> None:
    less, more = (play_days(desk(both(37), each), days=40).whole["phone"].in_time for each in (reserve - 1, reserve))
    assert more.mean >= less.mean - 2 * less.error


@settings(max_examples=15, deadline=None)
@given(st.integers(8, 20), st.integers(1, 4), st.integers(0, 5))
def test_more_people_serve_no_fewer_in_time(people: int, more: int, seed: int) -> None:
    def level(many: int) -> Any:
        team = Team("all", ("phone", "social"), many)
        return play_days(Day((phone(), social()), (team,), routing=Routing(1)), days=40, seed=seed).whole

    few, many = level(people), level(people + more)
    for name in ("phone", "social"):
        assert many[name].in_time.mean >= few[name].in_time.mean - 0.005


def test_specialists_before_those_who_could_take_calls_leave_more_for_calls() -> None:
    teams = (Team("both", ("phone", "social"), 20), Team("social", ("social",), 12))
    day = Day((phone(np.full(20, 150), handling=200), social(90.0)), teams)
    other = dataclasses.replace(day, routing=Routing(specialists_first=False))
    good, poor = (play_days(each, days=60).whole["phone"].in_time for each in (day, other))
    assert good.mean > poor.mean + 0.05


def test_what_is_nearest_to_its_deadline_comes_first_where_one_asks_for_it() -> None:
    queues = (social(np.full(20, 30)), Queue("letters", Kind.DEFERRED, 30.0, 200.0, within=600.0))
    day = Day(queues, (Team("all", ("social", "letters"), 7),))
    by_order = play_days(day).whole
    by_deadline = play_days(dataclasses.replace(day, routing=Routing(by_deadline=True))).whole
    assert by_deadline["letters"].in_time.mean > by_order["letters"].in_time.mean + 0.05


# Days and nights ------------------------------------------------------------------------
def test_what_is_left_at_night_is_done_in_the_morning_where_the_day_comes_again() -> None:
    works = np.arange(48) // 2
    people = np.where((works >= 8) & (works < 20), 6, 0)
    mail = Queue("mail", Kind.DEFERRED, 20.0, 240.0, within=16 * 3600.0, level=0.9)
    day = Day((mail,), (Team("mail", ("mail",), people),), again=True)
    found = play_days(day)
    assert found.whole["mail"].in_time.mean == 1.0
    assert found.each["mail"].backlog.mean[15] > 250 > 10 > found.each["mail"].backlog.mean[39]
    assert found.each["mail"].average_wait.mean[41] > 8 * 3600
    alone = play_days(dataclasses.replace(day, again=False))
    assert alone.whole["mail"].backlog.mean == pytest.approx(160, abs=10)
    assert alone.occupancy["mail"].mean < found.occupancy["mail"].mean


def test_a_backlog_a_storm_and_other_figures_change_nothing_else() -> None:
    day = Day((phone(), social(branching=0.0)), (Team("all", ("phone", "social"), 12),), per=1800.0)
    changed = dataclasses.replace(day, queues=(day.queues[0], social(branching=0.0, backlog=20, storm=[0, 50, 20, 0])))
    before, after = drawn(day, 4, 1, 0), drawn(changed, 4, 1, 0)
    assert (before.came[: before.first[1]] == after.came[: after.first[1]]).all()
    assert set(before.came[before.first[1] :]) < set(after.came[after.first[1] :])
    more = dataclasses.replace(day, queues=(phone(44.0), day.queues[1]))
    assert set(before.came[: before.first[1]]) < set(drawn(more, 4, 1, 0).came)


def test_the_same_seed_plays_the_same_and_another_does_not() -> None:
    day = desk(both(37), 1)
    levels = [play_days(day, days=5, seed=seed).whole["phone"].in_time.mean for seed in (4, 4, 5)]
    assert levels[0] == levels[1] != levels[2]


def test_a_day_on_which_nothing_comes_or_nobody_is_there_is_no_error() -> None:
    nothing = play_days(Day((phone(0), social(0)), (Team("all", ("phone", "social"), 3),))).whole
    assert nothing["phone"].in_time.mean == 1 and nothing["social"].items.mean == 0
    nobody = play_days(Day((phone(10, patience=None), social(10)), (Team("all", ("phone", "social"), 0),))).whole
    assert nobody["phone"].in_time.mean == 0 and nobody["social"].backlog.mean > 0


# What can't be ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("wrong", "says"),
    [(lambda: phone(-1), "from 0 on"), (lambda: phone(handling=0), "above 0"), (lambda: phone(level=80), "as .8"),
     (lambda: phone(patience=None, gives_up=0.1), "needs a patience"), (lambda: social(branching=1), "never end"),
     (lambda: chat(at_once=0), "from 1 to 20"), (lambda: chat(slows=1), "below 1"),
     (lambda: social(within=0), "deadline"),
     (lambda: Team("a", ("phone",), 1.5), "whole people"), (lambda: Team("a", ("phone",), 1, -2), "costs"),
     (lambda: Routing(-1), "reserve"), (lambda: Routing(old=2), "from 0 to 1"),
     (lambda: Day((), ()), "at least one queue"), (lambda: Day((phone(), phone()), (SILOS[0],)), "of its own"),
     (lambda: Day((phone(),), (Team("a", ("fax",), 1),)), "skill fax"),
     (lambda: Day((phone(), social()), (SILOS[0],)), "Nobody"),
     (lambda: Day((phone([1, 2, 3]),), (Team("a", ("phone",), [1, 2]),)), "as many for all"),
     (lambda: play_days(desk(SILOS), days=1), "two days")],
)  # fmt: skip
def test_what_can_not_be_is_said_in_a_sentence(wrong: Any, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        wrong()
