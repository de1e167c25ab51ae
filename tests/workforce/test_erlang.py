"""Queues against published figures, against exact arithmetic, and against the chain of births and deaths they solve."""

import math
from decimal import Decimal, getcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm

from hubbub.kernel.errors import InvalidInput
from hubbub.workforce import blocking, redialled, served, wait_probability


# What others published ------------------------------------------------------------
def test_a_hundred_calls_in_half_an_hour_as_the_documentation_of_pyworkforce_has_them() -> None:
    met = served(100, 14)
    assert met.load == 10
    assert met.waits == pytest.approx(0.1741319335950498, rel=1e-12)
    assert met.in_time == pytest.approx(0.8883500191794669, rel=1e-12)
    assert met.occupancy == pytest.approx(0.7142857142857143, rel=1e-12)
    assert met.gives_up == 0


def test_with_five_minutes_of_patience_as_its_tests_have_them() -> None:
    met = served(100, 14, patience=300)
    found = (met.waits, met.gives_up, met.occupancy, met.average_wait / 60, met.in_time)
    assert [float(each) for each in found] == pytest.approx([0.14526, 0.013984, 0.704297, 0.069919, 0.916792], abs=1e-6)


@pytest.mark.parametrize(("agents", "load", "exact"), [(1, 0.5, "1/2"), (2, 1, "1/3"), (3, 2, "4/9"), (2, 1.5, "9/14")])
def test_small_queues_are_the_fractions_of_the_textbooks(agents: int, load: float, exact: str) -> None:
    assert wait_probability(load, agents) == pytest.approx(float(Fraction(exact)), rel=1e-14)


@pytest.mark.parametrize(("lines", "load"), [(10, 4.46), (20, 12.03), (50, 37.9), (100, 84.06)])
def test_loads_at_one_percent_of_blocking_are_those_of_the_tables(lines: int, load: float) -> None:
    step = 0.005 if load != 37.9 else 0.05
    assert blocking(load - step, lines) < 0.01 < blocking(load + step, lines)


def test_impatience_as_mandelbaum_and_zeltyn_show_it() -> None:
    leave = served(48, 50, per=60, handling=60, patience=120)
    stay = served(48, 50, per=60, handling=60, within=58.1)
    assert (round(float(leave.gives_up), 3), round(float(leave.average_wait), 1)) == (0.031, 3.7)
    assert round(float(leave.occupancy), 2) == 0.93
    assert round(float(stay.average_wait), 1) == 20.8
    assert round(float(stay.average_wait) * 48 / 60) == 17  # Little's law
    assert stay.in_time == pytest.approx(0.9, abs=5e-4)


@pytest.mark.parametrize(
    ("lines", "load", "published", "true"), [(132, 123, 0.0346, 0.03124), (200, 180, 0.012, 0.010)]
)
def test_two_published_figures_of_blocking_are_wrong(lines: int, load: int, published: float, true: float) -> None:
    exact = float(exact_blocking(Decimal(load), lines))
    assert blocking(load, lines) == pytest.approx(exact, rel=1e-12)
    assert exact == pytest.approx(true, abs=6e-4) and abs(exact - published) > 0.001


def test_a_published_figure_of_waiting_is_wrong() -> None:
    assert wait_probability(20, 25) == pytest.approx(0.209, abs=5e-4)  # published: 0.261
    assert wait_probability(123, 132) == pytest.approx(0.3211161792617074, rel=1e-12)


# Exact arithmetic -------------------------------------------------------------------
def exact_blocking(load: Decimal, lines: int) -> Decimal:
    """Erlang's recurrence in 50 digits, from no line at all."""
    getcontext().prec = 50
    inverse = Decimal(1)
    for k in range(1, lines + 1):
        inverse = 1 + inverse * k / load
    return 1 / inverse


@pytest.mark.parametrize(
    ("load", "lines"),
    [("0.01", 1), ("0.01", 4), ("0.5", 12), ("10", 10), ("999.5", 1000), ("5000", 4000), ("5000", 5300),
     ("30000", 30100), ("100000", 99000), ("100000", 100014), ("100000", 101500)],
)  # fmt: skip
def test_both_are_right_to_ten_digits_from_a_hundredth_to_a_hundred_thousand_erlangs(load: str, lines: int) -> None:
    exact = exact_blocking(Decimal(load), lines)
    assert float(blocking(float(load), lines)) == pytest.approx(float(exact), rel=1e-10)
    if lines > Decimal(load):
        waits = lines * exact / (lines - Decimal(load) * (1 - exact))
        assert float(wait_probability(float(load), lines)) == pytest.approx(float(waits), rel=1e-10)


def test_a_million_erlangs_and_far_too_many_lines_are_no_trouble() -> None:
    assert 0 < blocking(1e6, 1_000_000) < 0.001
    assert blocking(1e6, 10) == pytest.approx(1 - 1e-5, rel=1e-9)
    assert (blocking(1.0, 500), wait_probability(0.01, 400)) == (0.0, pytest.approx(0.0, abs=1e-300))


# The chain of births and deaths -------------------------------------------------------
def chain(load: float, agents: int, patience: float, within: float) -> tuple[float, float, float]:
    """Who waits, gives up, is answered in time, from the states themselves; times in handling times."""
    logs, rates, k = [0.0], [0.0], 0
    while k < agents or logs[-1] > max(logs) - 45 or load > rates[-1]:
        k += 1
        rates.append(min(k, agents) + max(0, k - agents) / patience)
        logs.append(logs[-1] + math.log(load / rates[-1]))
    top = max(logs)
    weights = [math.exp(each - top) for each in logs]
    total = math.fsum(weights)
    waiting = math.fsum(weights[agents:]) / total
    gone = math.fsum(weight * (k - agents) / patience for k, weight in enumerate(weights) if k > agents) / load / total
    ahead = len(weights) - agents
    moves = np.zeros((ahead + 2, ahead + 2))  # how many are ahead, then served, then gone
    for each in range(ahead):
        moves[each, each - 1 if each else ahead] = agents + each / patience
        moves[each, ahead + 1] = 1 / patience
        moves[each, each] = -moves[each].sum()
    served_by = expm(moves * within)[:ahead, ahead]
    late = math.fsum(weight * chance for weight, chance in zip(weights[agents:], served_by, strict=True)) / total
    return waiting, gone, 1 - waiting + late


@pytest.mark.parametrize(
    ("load", "agents", "patience", "within"),
    [(10.0, 14, 5 / 3, 1 / 9), (10.0, 10, 2.0, 0.1), (10.0, 3, 5.0, 0.5), (48.0, 50, 2.0, 0.2), (0.5, 1, 0.2, 0.1),
     (3.0, 9, 30.0, 0.01), (60.0, 20, 3.0, 1.0), (20.0, 1, 4.0, 2.0)],
)  # fmt: skip
def test_who_waits_gives_up_and_is_answered_in_time_is_what_the_states_say(
    load: float, agents: int, patience: float, within: float
) -> None:
    met = served(load, agents, per=1, handling=1, within=within, patience=patience)
    waiting, gone, in_time = chain(load, agents, patience, within)
    assert [float(met.waits), float(met.gives_up), float(met.in_time)] == pytest.approx(
        [waiting, gone, in_time], abs=1e-9
    )
    assert float(met.gives_up) == pytest.approx(gone, rel=1e-9)


def test_in_deep_overload_who_comes_too_much_gives_up() -> None:
    met = served(50_000, 1_000, per=1, handling=1, patience=2, within=0.5)
    assert met.gives_up == pytest.approx(0.98, rel=1e-6)
    assert met.in_time == pytest.approx(0, abs=1e-9)
    huge = served(2e6, 1_000_000, per=1, handling=1, patience=3, within=0.1)
    assert (huge.waits, huge.gives_up) == (pytest.approx(1), pytest.approx(0.5, rel=1e-5))


@given(st.floats(0.05, 300), st.integers(1, 400), st.floats(0.05, 40))
def test_one_agent_more_makes_nothing_worse(load: float, agents: int, patience: float) -> None:
    met = served(load, [agents, agents + 1], per=1, handling=1, within=0.3, patience=patience)
    for worse in (met.waits, met.gives_up, met.average_wait, met.occupancy):
        assert worse[1] <= worse[0] + 1e-12
    assert met.in_time[1] >= met.in_time[0] - 1e-12
    assert ((met.in_time >= 0) & (met.in_time <= 1) & (met.gives_up >= 0) & (met.gives_up <= 1)).all()


def test_who_is_very_patient_waits_as_if_nobody_gave_up() -> None:
    met, without = served(100, 14, patience=1e9), served(100, 14)
    assert met.in_time == pytest.approx(float(without.in_time), abs=1e-6)
    assert met.average_wait == pytest.approx(float(without.average_wait), rel=1e-5)


def test_who_calls_again_makes_the_queue_longer_until_both_agree() -> None:
    calls = redialled(100, 9, again=0.6, patience=120)
    gone = served(calls, 9, patience=120).gives_up
    assert calls == pytest.approx(float(100 + 0.6 * calls * gone), rel=1e-9)
    assert redialled([100, 50], 9, again=0.0, patience=120).tolist() == [100, 50]


def test_whole_days_are_one_call_and_nobody_waits_where_nobody_comes() -> None:
    met = served([0, 100, 200], [[0], [14]], per=[1800, 1800, 900])
    assert met.waits.shape == (2, 3)
    assert (met.waits[0, 0], met.in_time[0, 0], met.average_wait[0, 0], met.occupancy[0, 0]) == (0, 1, 0, 0)
    assert (met.waits[0, 1], met.in_time[0, 1], met.average_wait[0, 1]) == (1, 0, math.inf)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"calls": -1}, "from 0 on"), ({"calls": math.nan}, "from 0 on"), ({"agents": 2.5}, "whole people"),
     ({"per": 0}, "above 0"), ({"handling": -3}, "above 0"), ({"patience": 0}, "above 0"),
     ({"within": -1}, "0 seconds")],
)  # fmt: skip
def test_what_can_not_be_is_said_in_a_sentence(wrong: dict[str, float], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        served(**{"calls": 100, "agents": 14, **wrong})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"calls": [1, 2], "agents": [1, 2, 3]}, "2, 3, 1, 1|does not fit together"), ({"calls": "many"}, "comes in"),
     ({"within": float("nan")}, "within which to answer"), ({"agents": 2.5}, "whole people")],
)  # fmt: skip
def test_what_does_not_fit_or_is_no_number_is_said_in_a_sentence(wrong: dict[str, object], says: str) -> None:
    given = {"calls": 100, "agents": 14, **wrong}
    with pytest.raises(InvalidInput, match=says):
        served(given.pop("calls"), given.pop("agents"), **given)  # type: ignore[arg-type]
