"""What an event did, against like accounts without it."""

from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from hubbub.influence.core.impact import Note, history, impact
from hubbub.kernel.errors import InvalidInput

SPONSORS = np.array([0, 1, 2])


def world(effect: float, seed: int = 3) -> NDArray[np.float64]:
    """60 accounts over 42 days that all rise together; the sponsors by `effect` more from day 28 on."""
    rng = np.random.default_rng(seed)
    values = rng.uniform(30, 80, (60, 1)) + rng.normal(0, 1, (60, 42))
    values[:, 28:] += 5
    values[SPONSORS, 28:] += effect
    return values


def test_what_all_accounts_went_through_is_not_the_event() -> None:
    found = impact(world(0), SPONSORS, 28, 42).together
    assert found.after - found.before == pytest.approx(5, abs=1)
    assert found.low < 0 < found.high


def test_an_event_is_found_with_its_size() -> None:
    found = impact(world(4), SPONSORS, 28, 42)
    assert found.together.low < 4 < found.together.high
    assert found.together.low > 0
    assert found.together.p < 0.01
    assert len(found.each) == 3


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    held = [
        each.low <= 2 <= each.high for seed in range(60) for each in [impact(world(2, seed), SPONSORS, 28, 42).together]
    ]
    assert np.mean(held) >= 0.85


def test_missing_days_gone_accounts_and_accounts_without_posts_are_borne() -> None:
    values = world(4)
    values[0, 3:9] = np.nan
    values[50, 20:] = np.nan
    values[51] = 0
    found = impact(values, SPONSORS, 28, 42)
    assert found.without_event == 56
    assert found.together.low > 0


@pytest.mark.parametrize(
    ("rows", "start", "end"), [([], 28, 42), ([0, 0], 28, 42), ([99], 28, 42), ([0], 1, 42), ([0], 28, 43)]
)
def test_events_that_cannot_be_are_refused(rows: list[int], start: int, end: int) -> None:
    with pytest.raises(InvalidInput):
        impact(world(0), np.array(rows, np.int64), start, end)


def test_a_sponsor_that_is_gone_or_too_few_others_are_refused() -> None:
    values = world(0)
    values[1, 28:] = np.nan
    with pytest.raises(InvalidInput, match="Leave it out"):
        impact(values, SPONSORS, 28, 42)
    with pytest.raises(InvalidInput, match="Fewer than 20"):
        impact(world(0)[:15], SPONSORS, 28, 42)


def test_a_note_stands_on_its_day_even_without_a_score() -> None:
    may, june = date(2012, 5, 15), date(2012, 6, 15)
    points = history({may: 43.0}, (Note(june, "holiday"), Note(may, "lobbying campaign")))
    assert [(each.score, each.notes) for each in points] == [(43.0, ("lobbying campaign",)), (None, ("holiday",))]
