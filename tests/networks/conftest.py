"""One Bluesky network, and one browser a file, for all tests that need them."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser
from tests.browser import chromium
from tests.networks.bluesky_network import BlueskyNetwork


@pytest.fixture(scope="session")
def network(record_testsuite_property: Callable[[str, object], None]) -> Iterator[BlueskyNetwork]:
    with BlueskyNetwork() as running:
        record_testsuite_property("network_ready_s", round(running.took_s, 1))
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running
