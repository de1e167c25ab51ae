"""What the tests of the API share: a town that is heard, and callers with tokens."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from tests.make import Town, make_town, make_workspace

from hubbub.accounts import services as accounts
from hubbub.accounts.core.access import Access
from hubbub.care.services import settings as care_settings
from hubbub.infra.places import Places


@dataclass
class Caller:
    """A program with somebody's token."""

    token: str

    def get(self, path: str, **query: Any) -> Any:
        return Client().get(f"/api/v1{path}", query, headers=self._headers)

    def post(self, path: str, **body: Any) -> Any:
        return Client().post(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=self._headers)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture
def mia(db: None) -> Access:
    made = make_workspace()
    care_settings.first_playbook(made, now=datetime.now(UTC))
    return made


@pytest.fixture
def town(mia: Access, places: Places, settings: Any) -> Town:
    settings.SEGMENTS, settings.IDENTITIES, settings.ARCHIVE = places.segments, places.identities, places.archive
    return make_town(mia, places, at=datetime.now(UTC) - timedelta(hours=1))


@pytest.fixture
def caller(town: Town) -> Callable[[Access], Caller]:
    return lambda access: Caller(accounts.make_token(access, "Script", now=datetime.now(UTC)))
