"""What the tests in a browser share: a demo of each module's own, a browser, and people who have come in."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser
from tests.browser import chromium
from tests.web.browser.demo import Demo, come_in, demo_running


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo_running(tmp_path_factory.mktemp("demo") / "home") as running:
        yield running


@pytest.fixture(scope="module")
def browser(demo: Demo) -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def morning(demo: Demo, browser: Browser) -> dict[str, Any]:
    """Alice, Bob and Mia have come in by their links; their cookies."""
    return come_in(demo, browser, "Alice", "Bob", "Mia")
