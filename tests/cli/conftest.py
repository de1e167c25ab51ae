"""What the tests of the commands share: an installation of this test alone, on the test's database."""

import os
from pathlib import Path
from typing import Any

import pytest

from hubbub.infra.places import Places


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment with nothing of Hubbub's but a home."""
    for name in list(os.environ):
        if name.startswith("HUBBUB_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HUBBUB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")  # else rich folds lines where the terminal of the test ends
    return tmp_path / "home"


@pytest.fixture
def here(home: Path, places: Places, settings: Any) -> Path:
    """The home of an installation, whose database is the test's."""
    settings.HOME = home
    settings.SEGMENTS, settings.IDENTITIES, settings.ARCHIVE = places.segments, places.identities, places.archive
    return home
