"""What connectors read out of networks' answers."""

from datetime import UTC, datetime

import pytest

from hubbub.channels.core.answers import is_safe, moment, wait_s

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0"}, 1),
        ({"retry-after": "1e99"}, 3_600),
        ({"retry-after": "nan"}, 60),
        ({"retry-after": "Sun, 22 Nov 2026 12:02:00 GMT"}, 120),
        ({"ratelimit-reset": str(int(NOON.timestamp()) + 30)}, 30),
        ({"x-ratelimit-reset": "2026-11-22T12:05:00.000Z"}, 300),
        ({"retry-after": "soon", "x-ratelimit-reset": "2026-11-22T11:00:00Z"}, 1),
        ({}, 60),
    ],
)
def test_how_long_to_wait_is_read_in_all_the_ways_networks_say_it(headers: dict[str, str], expected: int) -> None:
    assert wait_s(headers, NOON) == expected


@pytest.mark.parametrize("address", ["https://a.example", "http://localhost:8", "http://127.0.0.1", "http://[::1]:3"])
def test_a_password_may_go_where_nobody_reads_along(address: str) -> None:
    assert is_safe(address)


@pytest.mark.parametrize("address", ["http://a.example", "ftp://localhost", "https://", "https://[::1", "a", ""])
def test_a_password_may_go_nowhere_else(address: str) -> None:
    assert not is_safe(address)


def test_moments_that_no_calendar_knows_are_none() -> None:
    assert moment("2026-11-22T13:00:00+01:00") == NOON
    assert moment("2026-11-22T12:00:00") == NOON
    assert [moment(text) for text in (None, "", "0000-01-01", "noon", "0001-01-01T00:00:00+23:00")] == [None] * 5
