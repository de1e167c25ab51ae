"""Work with a deadline: against its formula, against posts that come in bursts, and over nights."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.kernel.errors import InvalidInput
from hubbub.workforce import burstiness, carried_over, counted, levelled, required_by_deadline
from hubbub.workforce.core import simulated

HOUR = 3600.0


# Each interval by itself -------------------------------------------------------------
@pytest.mark.parametrize(
    ("posts", "branching", "people"), [(60, 0.9, 8), (300, 0.8, 22), (300, 0.9, 26), (1500, 0.9, 108)]
)
def test_bursts_need_more_people_than_as_many_posts_by_themselves(posts: int, branching: float, people: int) -> None:
    alone, bursty = required_by_deadline(posts, within=HOUR, per=HOUR, branching=[0, branching])
    assert alone < bursty == people


@pytest.mark.parametrize(
    ("posts", "hours", "branching", "fading"), [(60, 20_000, 0.9, 4), (300, 6_000, 0.8, 2), (300, 3_000, 0.5, 4)]
)
def test_so_many_people_begin_nine_of_ten_bursty_posts_in_time(
    posts: int, hours: int, branching: float, fading: float
) -> None:
    chance = np.random.default_rng(3)
    came = simulated.posts(posts, branching, fading, hours, chance)
    takes = chance.exponential(1 / 15, len(came))
    people = int(required_by_deadline(posts, within=HOUR, per=HOUR, branching=branching))
    in_time = [(simulated.waits(came, takes, None, each) <= 1).mean() for each in (people, people - 2)]
    assert in_time[0] >= 0.9 > in_time[1]


@given(
    st.floats(0.1, 20_000), st.floats(60, 200_000), st.floats(0.02, 0.98), st.floats(0, 0.95), st.floats(10, 2000),
    st.floats(0, 4000),
)  # fmt: skip
def test_the_number_is_the_first_that_keeps_the_chance_of_being_late_small_enough(
    items: float, within: float, level: float, branching: float, handling: float, spread: float
) -> None:
    people = int(
        required_by_deadline(
            items, within=within, level=level, per=HOUR, handling=handling, spread=spread, branching=branching
        )
    )
    load = items * handling / HOUR
    variance = items / HOUR * ((handling / (1 - branching)) ** 2 + spread**2)

    def late(n: int) -> float:
        return math.exp(-2 * n * (n - load) * within / variance) if n > load else 1.0

    assert people > load
    assert late(people) <= (1 - level) * (1 + 1e-6)
    assert late(people - 1) >= (1 - level) * (1 - 1e-6)


def test_more_time_or_a_steadier_stream_never_needs_more() -> None:
    within = np.geomspace(600, 1e6, 40)
    assert (np.diff(required_by_deadline(300, within=within, branching=0.8)) <= 0).all()
    assert (np.diff(required_by_deadline(300, within=HOUR, branching=np.linspace(0, 0.95, 40))) >= 0).all()
    assert required_by_deadline([0, 7.5 * 60], within=1e12, handling=60, per=HOUR).tolist() == [0, 8]


# What is carried over ----------------------------------------------------------------
def test_what_is_left_waits_for_the_next_interval_first_come_first_served() -> None:
    found = carried_over([120, 0, 0, 30], [1, 1, 1, 0], per=HOUR, handling=60, backlog=30)
    assert found.backlog.tolist() == [90, 30, 0, 30]
    assert found.waits.tolist() == [90 * 60, 30 * 60, 0, math.inf]


def test_what_comes_at_night_is_done_in_the_day_in_time() -> None:
    works = np.tile(np.repeat([False, True, False], [16, 20, 12]), 5)
    items = np.tile(np.repeat([10.0, 60.0, 30.0], [16, 20, 12]), 5)
    people = levelled(items, within=20 * HOUR, working=works)
    assert (people[~works] == 0).all()
    found = carried_over(items, people)
    assert found.waits[: 4 * 48].max() < 20 * HOUR
    assert found.backlog[35] < found.backlog[15]


def test_what_was_left_from_before_is_done_within_the_deadline_too() -> None:
    items = np.full(16, 30.0)
    without, more = (levelled(items, within=2 * HOUR, backlog=left) for left in (0, 120))
    assert more[:4].sum() > without[:4].sum()
    assert carried_over(items, more, backlog=120).waits[:-4].max() < 2 * HOUR
    night = levelled(np.zeros(8), within=4 * HOUR, backlog=30, working=np.arange(8) >= 4)
    assert (night[:4] == 0).all() and night[4:].sum() * 1800 >= 30 * 240


@pytest.mark.parametrize(("from_hour", "to_hour", "within"), [(0, 24, 4), (7, 22, 12), (8, 18, 16)])
def test_bursts_by_day_and_night_are_begun_in_time(from_hour: int, to_hour: int, within: int) -> None:
    hours = np.arange(480) / 2 % 24
    items = 200 * np.exp(-(((hours - 13) / 4.5) ** 2)) + 10
    people = levelled(items, within=within * HOUR, branching=0.8, working=(hours >= from_hour) & (hours < to_hour))
    chance = np.random.default_rng(9)
    late = [share_late(items, people, 0.8, 2, within * HOUR, chance) for _ in range(12)]
    assert np.mean(late) <= 0.1


def share_late(
    items: np.ndarray, people: np.ndarray, branching: float, fading: float, within: float, chance: np.random.Generator
) -> float:
    """Bursty posts whose rate follows the day, worked on by a crew that shares each of them."""
    edges = 1800.0 * np.arange(len(items) + 1)
    expected = np.concatenate([[0], np.cumsum(items)])
    mean = expected[-1] / edges[-1]
    steady = simulated.posts(mean, branching, fading / HOUR, edges[-1], chance)
    came = np.interp(steady * mean, expected, edges)
    worked = np.concatenate([[0], np.cumsum(people) * 1800.0])  # seconds of work that could be done until each edge
    found = np.concatenate([[0], np.cumsum(chance.exponential(240, len(came)))])[:-1] - np.interp(came, edges, worked)
    found -= np.minimum.accumulate(found)
    begun = np.interp(np.interp(came, edges, worked) + found, worked, edges)
    return float((begun - came > within).mean())


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"items": -1}, "from 0 on"), ({"within": 0}, "above 0"), ({"level": 90}, "as .8 for 80 %"),
     ({"branching": 1}, "below 1"), ({"spread": -1}, "spread"), ({"per": 0}, "above 0"), ({"items": "many"}, "number"),
     ({"items": [1, 2], "within": [1, 2, 3]}, "2 | 3|does not fit together")],
)  # fmt: skip
def test_what_can_not_be_is_said_in_a_sentence(wrong: dict[str, object], says: str) -> None:
    given = {"items": 10, "within": HOUR, **wrong}
    with pytest.raises(InvalidInput, match=says):
        required_by_deadline(given.pop("items"), **given)  # type: ignore[arg-type]


def test_work_that_nobody_comes_for_in_time_is_refused() -> None:
    with pytest.raises(InvalidInput, match="before somebody comes"):
        levelled([10, 10, 10, 10], within=1800, working=[True, False, False, True])
    with pytest.raises(InvalidInput, match="as many as there are intervals"):
        levelled([10, 10], within=1800, working=[True])
    with pytest.raises(InvalidInput, match="one row"):
        levelled([[10, 10]], within=1800)


def test_a_day_without_work_needs_nobody() -> None:
    assert levelled([0, 0, 0], within=HOUR).tolist() == [0, 0, 0]
    assert levelled([], within=HOUR).tolist() == []


# How bursty --------------------------------------------------------------------------
@pytest.mark.parametrize(("branching", "fading"), [(0, 4), (0.5, 4), (0.8, 2), (0.9, 4)])
def test_burstiness_is_found_again_in_what_was_counted(branching: float, fading: float) -> None:
    came = simulated.posts(300, branching, fading, 24 * 120, np.random.default_rng(5))
    found = burstiness(counted(came * HOUR, start=0, end=24 * 120 * HOUR))
    assert found.branching == pytest.approx(branching, abs=0.08)


def test_the_course_of_a_day_is_no_burst_where_one_says_what_is_usual() -> None:
    usual = np.tile(100 + 80 * np.sin(np.arange(48) / 48 * 2 * np.pi), 60)
    counts = np.random.default_rng(6).poisson(usual)
    assert burstiness(counts).branching > 0.5
    assert burstiness(counts, usual=usual).branching == 0


@pytest.mark.parametrize("counts", [[1, 2], [0] * 50, [-1] * 50, [[1] * 50]])
def test_too_little_to_tell_is_said(counts: list[int]) -> None:
    with pytest.raises(InvalidInput):
        burstiness(counts)
    with pytest.raises(InvalidInput):
        counted([5], start=0, end=1)
