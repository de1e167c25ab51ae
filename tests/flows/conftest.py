"""A demo network for the flows that send."""

from collections.abc import Iterator

import pytest

from tests.flows.demo_network import DemoNetwork


@pytest.fixture(scope="session")
def demo_network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoNetwork]:
    """One process for all tests; everybody in it is new in each test."""
    with DemoNetwork(tmp_path_factory.mktemp("network")) as running:
        yield running
