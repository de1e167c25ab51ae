"""What the tests of the pages share: the demo network, and an office with something of everything in it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from tests.web.office import Office, demo_network, make_office
from tests.web.walk import Walker

from hubbub.infra.places import Places


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demo network."""
    with demo_network(tmp_path_factory.mktemp("demo")) as address:
        yield address


@pytest.fixture
def office(db: None, places: Places, demo: str, settings: Any) -> Office:
    settings.SEGMENTS, settings.IDENTITIES, settings.ARCHIVE = places.segments, places.identities, places.archive
    settings.SPOOL, settings.FILES = places.spool, places.files
    return make_office(places, demo)


@pytest.fixture
def walker(office: Office, demo: str) -> Walker:
    made = Walker(office, demo)
    for who in (None, office.charlie, *office.people.values()):
        made.client(who)
    for token in office.tokens.values():  # so that none is used for the first time in a test
        Client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    return made
