"""Shares with their intervals, and what counts as a change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.listening.core.comparison import Comparison, interval
from hubbub.listening.core.span import Span
from hubbub.listening.core.volume import Share, volume

MIDNIGHT = datetime(2026, 11, 30, tzinfo=UTC)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_an_interval_holds_its_share_and_stays_within_bounds(part: int, more: int) -> None:
    found = interval(part, part + more)
    assert 0 <= found.low <= found.share + 1e-9
    assert found.share <= found.high + 1e-9 <= 1 + 2e-9


def test_more_posts_make_an_interval_narrower() -> None:
    few, many = interval(5, 10), interval(500, 1_000)
    assert many.high - many.low < few.high - few.low
    assert interval(0, 0) == interval(0, 0)
    assert (interval(0, 0).low, interval(0, 0).high) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("now", "before", "more", "colder"),
    [
        ((0, 10, 0), (0, 0, 0), 0, 0),  # nothing to hold it against
        ((0, 5, 0), (0, 1, 0), 0, 0),  # five times, of nearly nothing
        ((10, 80, 10), (5, 40, 5), 1, 0),
        ((5, 40, 5), (10, 80, 10), -1, 0),
        ((11, 100, 11), (10, 100, 10), 0, 0),
        ((80, 20, 0), (20, 80, 0), 0, 1),
        ((20, 80, 0), (80, 20, 0), 0, -1),
        ((6, 4, 0), (4, 6, 0), 0, 0),  # few: it may be chance
    ],
)
def test_a_change_is_told_where_it_is_beyond_chance(
    now: tuple[int, int, int], before: tuple[int, int, int], more: int, colder: int
) -> None:
    found = Comparison(Share("", now), Share("", before))
    assert (found.more, found.colder) == (more, colder)


def test_counts_add_up_over_steps_channels_and_languages() -> None:
    span = Span(MIDNIGHT, MIDNIGHT + timedelta(hours=6), ZoneInfo("UTC"), finest="hour")
    cells = [
        (MIDNIGHT + timedelta(hours=1), "bluesky", "en", -1, 3),
        (MIDNIGHT + timedelta(hours=1, minutes=59), "feeds", "de", 1, 2),
        (MIDNIGHT + timedelta(hours=5), "bluesky", "en", 0, 4),
    ]
    found = volume(span, cells)
    assert [step.posts for step in found.steps] == [0, 5, 0, 0, 0, 4]
    assert found.whole.moods == (3, 4, 2)
    assert [(share.name, share.posts) for share in found.channels] == [("bluesky", 7), ("feeds", 2)]
    assert sum(share.posts for share in found.languages) == 9
    assert found.peak is not None
    assert found.peak.start == MIDNIGHT + timedelta(hours=1)
