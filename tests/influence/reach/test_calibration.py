"""Reach held against impressions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.influence.core.reach.calibration import calibration
from hubbub.influence.core.reach.effective import Followers, effective
from hubbub.kernel.errors import InvalidInput

RNG = np.random.default_rng(11)


def posts(n: int, course, noise: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    reach = RNG.lognormal(6, 1.5, n)
    return reach, course(reach) * np.exp(RNG.normal(0, noise, n))


def test_without_impressions_reach_stays_as_it_is_and_as_unsure() -> None:
    found = calibration([], [])
    assert found(100) == pytest.approx(100)
    low, high = found.between(100)
    assert (low, high) == pytest.approx((40, 250))
    assert np.isnan(found.error)


def test_a_network_that_shows_twice_as_much_is_learnt_as_a_factor() -> None:
    reach, seen = posts(200, lambda x: 2 * x)
    found = calibration(reach, seen)
    assert found(50) == pytest.approx(100, rel=0.12)
    assert found.error == pytest.approx(np.expm1(0.3 * 0.6745), abs=0.06)
    low, high = found.between(reach)
    assert ((low < seen) & (seen < high)).mean() == pytest.approx(0.8, abs=0.08)


def test_a_few_posts_move_it_little() -> None:
    one = calibration([100], [1_000])
    assert 100 < one(100) < 200
    assert calibration([100] * 3, [1_000] * 3)(100) > one(100)


def test_a_course_that_bends_is_followed_where_there_are_posts_enough() -> None:
    reach, seen = posts(400, lambda x: 20 * np.sqrt(x))
    new, came = posts(400, lambda x: 20 * np.sqrt(x))
    found = calibration(reach, seen)
    assert np.median(np.abs(np.log(found(new) / came))) < 0.3
    low, high = found.between(new)
    assert ((low < came) & (came < high)).mean() == pytest.approx(0.8, abs=0.08)


@given(st.lists(st.tuples(st.floats(1, 1e6), st.floats(0, 1e6)), max_size=60))
def test_more_reach_is_never_fewer_impressions(pairs: list[tuple[float, float]]) -> None:
    found = calibration([each[0] for each in pairs], [each[1] for each in pairs])
    asked = found(np.geomspace(0.1, 1e7, 50))
    assert (np.diff(asked) >= -1e-9 * asked[1:]).all()
    assert found(0) == 0


def test_the_reach_of_an_hour_is_told_as_the_network_counts_it() -> None:
    reach, seen = posts(200, lambda x: 3 * x, 0.1)
    raw = effective(Followers.unknown(564))
    told = calibration(reach, seen).of(raw)
    assert told.people == pytest.approx(3 * raw.people, rel=0.1)
    assert np.ptp(told.high / told.low) < 1e-9 and told.high[0] / told.low[0] < raw.high[0] / raw.low[0]


def test_rows_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InvalidInput, match="rows"):
        calibration([1.0], [1.0, 2.0])
