"""One Bluesky network for all tests that need it."""

from collections.abc import Callable, Iterator

import pytest
from tests.networks.bluesky_network import BlueskyNetwork


@pytest.fixture(scope="session")
def network(record_testsuite_property: Callable[[str, object], None]) -> Iterator[BlueskyNetwork]:
    with BlueskyNetwork() as running:
        record_testsuite_property("network_ready_s", round(running.took_s, 1))
        yield running
