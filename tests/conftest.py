"""What every test may use: the cast, builders, a database on either engine."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from hubbub.accounts.core.access import Access
    from hubbub.infra.places import Places

settings.register_profile("untimed", deadline=None)  # no test is a timed one, and the first call may compile
settings.load_profile("untimed")

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)  # a Tuesday
LONG = ("test_access_walk", "test_api_contract", "test_kill")  # a file is one process's work, so these are no last ones


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--only-database", action="store_true", help="Only tests that touch the database.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Networks run when asked for; on PostgreSQL only what touches the database runs again. The slowest begin."""
    wanted = config.getoption("-m") or ""
    kept, dropped = [], []
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        database = "db" in fixtures or "transactional_db" in fixtures or item.get_closest_marker("django_db")
        unwanted = (item.get_closest_marker("networks") and "networks" not in wanted) or (
            config.getoption("--only-database")
            and (not database or item.get_closest_marker("browser") or item.get_closest_marker("reckons"))
        )
        (dropped if unwanted else kept).append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
    items[:] = sorted(kept, key=lambda item: (item.get_closest_marker("browser") is None, item.path.stem not in LONG))


@pytest.fixture
def places(tmp_path: Path) -> "Iterator[Places]":
    """Folders for segments, identities and archive, of this test alone."""
    from hubbub.infra import identities
    from hubbub.infra.places import Places

    folders = (tmp_path / name for name in ("segments", "identities", "archive", "spool", "files"))
    made = Places(*folders)
    yield made
    opened = identities._open.pop(made.identities.resolve(), None)
    if opened is not None:
        opened.close()


@pytest.fixture
def now() -> datetime:
    """Noon on a quiet Tuesday."""
    return NOON


@pytest.fixture
def mia() -> "Access":
    """The owner of a workspace."""
    from tests.make import make_workspace

    return make_workspace()


@pytest.fixture
def charlie() -> "Access":
    """The owner of another workspace, who must never see anything of Mia's."""
    from tests.make import make_workspace

    return make_workspace("Globex Desk", "charlie@globex.example")
