"""One stateful server for all tests of a process, empty for each."""

from collections.abc import Iterator

import pytest
from tests.channels.mastodon.mock import Mock


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mock]:
    with Mock(tmp_path_factory.mktemp("mastodon")) as running:
        yield running


@pytest.fixture
def mock(_running: Mock) -> Iterator[Mock]:
    yield _running
    _running.heal()
    _running.ask("POST", "/api/v1/_mock/reset")
