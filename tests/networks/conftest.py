"""One Bluesky network for all tests that need it."""

from collections.abc import Iterator

import pytest
from tests.networks.bluesky_network import BlueskyNetwork


@pytest.fixture(scope="session")
def network() -> Iterator[BlueskyNetwork]:
    with BlueskyNetwork() as running:
        yield running
