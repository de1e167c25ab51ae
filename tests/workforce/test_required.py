"""The fewest people with whom all targets are met."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.kernel.errors import InvalidInput
from hubbub.workforce import Cause, Targets, on_the_schedule, required_agents, served, shrinkage


def test_a_hundred_calls_in_half_an_hour_need_fourteen_people_and_twenty_on_the_schedule() -> None:
    assert required_agents(100, Targets(0.8, within=20, occupancy=0.85)) == 14
    assert on_the_schedule(14, 0.3) == 20


def test_a_hundred_thousand_erlangs_need_fourteen_more_than_that() -> None:
    assert required_agents(1e6, Targets(0.8, within=20)) == 100_014


def test_with_an_hour_s_time_the_next_whole_number_above_the_load_is_enough() -> None:
    assert required_agents(10.6, Targets(0.9, within=3600), per=180) == 11


def test_who_gives_up_needs_fewer_people_even_fewer_than_the_load() -> None:
    lenient = Targets(level=None, gives_up=0.3)
    assert required_agents(1000, lenient, patience=180) < 100 < required_agents(1000, Targets())


TARGETS = st.builds(
    Targets,
    level=st.floats(0.05, 0.99),
    within=st.floats(0, 2000),
    average_wait=st.none() | st.floats(0.5, 500),
    gives_up=st.none() | st.floats(0.001, 0.5),
    occupancy=st.none() | st.floats(0.3, 1),
)


@given(st.floats(0.02, 900), TARGETS, st.floats(5, 5000))
def test_so_many_meet_all_targets_and_one_fewer_misses_one(calls: float, targets: Targets, patience: float) -> None:
    stays = patience if targets.gives_up is not None else None
    need = int(required_agents(calls, targets, patience=stays))
    enough, fewer = (meets(calls, each, targets, stays) for each in (need, need - 1))
    assert enough
    assert need == 0 or not fewer


def meets(calls: float, agents: int, targets: Targets, patience: float | None) -> bool:
    met = served(calls, max(agents, 0), within=targets.within, patience=patience)
    return bool(
        met.in_time >= (targets.level or 0)
        and met.average_wait <= (np.inf if targets.average_wait is None else targets.average_wait)
        and met.gives_up <= (1 if targets.gives_up is None else targets.gives_up)
        and met.occupancy <= (1 if targets.occupancy is None else targets.occupancy) * (1 + 1e-12)
        and (patience is not None or agents > met.load)
    )


def test_ten_thousand_intervals_are_one_call() -> None:
    calls = np.random.default_rng(5).uniform(10, 50_000, 10_000)
    found = required_agents(calls, Targets())
    assert found.shape == calls.shape
    assert (served(calls, found).in_time >= 0.8).all()
    assert (served(calls, found - 1).in_time < 0.8).all()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"level": 80}, "share above 0 and below 1"), ({"level": None}, "at least one target"),
     ({"within": -1}, "0 seconds"), ({"gives_up": 1}, "below 1"), ({"occupancy": 1.1}, "at most 1"),
     ({"average_wait": 0}, "above 0")],
)  # fmt: skip
def test_targets_nobody_could_meet_say_what_to_mend(wrong: dict[str, float], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        Targets(**wrong)


def test_a_share_that_gives_up_needs_a_patience() -> None:
    with pytest.raises(InvalidInput, match="patience"):
        required_agents(100, Targets(gives_up=0.05))


# Shrinkage ----------------------------------------------------------------------------
def test_shares_of_what_is_left_and_shares_of_all_are_told_apart_and_explained() -> None:
    told = shrinkage([Cause("Holiday", 0.1), Cause("Sickness", 0.05, of_rest=False), Cause("Breaks", 0.1)])
    assert told.share == pytest.approx(1 - (0.9 - 0.05) * 0.9)
    assert told.words == (
        "Holiday: 10.0% of what is left, 10.0% of all paid time",
        "Sickness: 5.0% of all paid time",
        "Breaks: 10.0% of what is left, 8.5% of all paid time",
    )


def test_causes_that_leave_nobody_are_refused() -> None:
    with pytest.raises(InvalidInput, match="leave nobody"):
        shrinkage([Cause("Holiday", 0.6), Cause("Sickness", 0.4, of_rest=False)])
    with pytest.raises(InvalidInput, match="Breaks: a share"):
        Cause("Breaks", 1.2)


def test_so_many_on_the_schedule_leave_enough_who_answer() -> None:
    need = np.arange(0, 500)
    planned = on_the_schedule(need, [Cause("Holiday", 0.12), Cause("Training", 0.03)])
    left = 1 - shrinkage([Cause("Holiday", 0.12), Cause("Training", 0.03)]).share
    assert (planned * left >= need - 1e-6).all() and ((planned - 1) * left < need).all()


@pytest.mark.parametrize("people", [-3, float("nan"), 2.5])
def test_people_who_can_not_be_stand_on_no_schedule(people: float) -> None:
    assert on_the_schedule(14, 0) == 14
    with pytest.raises(InvalidInput, match="whole people"):
        on_the_schedule(people, 0.3)
    with pytest.raises(InvalidInput, match="a share"):
        on_the_schedule(14, 1)
