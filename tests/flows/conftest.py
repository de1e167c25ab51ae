"""A demo network and a mail server for the flows that send."""

from collections.abc import Iterator

import pytest

from tests.flows.demo_network import DemoNetwork
from tests.flows.mailbox import Mailbox, mailbox_open


@pytest.fixture(scope="session")
def demo_network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoNetwork]:
    """One process for all tests; everybody in it is new in each test."""
    with DemoNetwork(tmp_path_factory.mktemp("network")) as running:
        yield running


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server that keeps what it takes."""
    with mailbox_open() as box:
        yield box
