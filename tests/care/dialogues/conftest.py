"""A talk for each dialogue."""

import pytest
from tests.care.dialogues.talk import Talk, make_talk

from hubbub.infra.places import Places


@pytest.fixture
def talk(request: pytest.FixtureRequest, db: None, places: Places, monkeypatch: pytest.MonkeyPatch) -> Talk:
    """People talk, and one desk listens; the order of arrival is the run's."""
    return make_talk(places, monkeypatch, getattr(request, "param", 0))
