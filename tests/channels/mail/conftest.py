"""One post office for all tests that need it, in each process that runs some."""

from collections.abc import Iterator

import pytest
from tests.channels.mail.post_office import PostOffice, missing


@pytest.fixture(scope="session")
def post_office() -> Iterator[PostOffice]:
    """A real mail server; tests that need one are skipped where there is none."""
    if lacks := missing():
        pytest.skip(lacks)
    with PostOffice() as running:
        yield running
