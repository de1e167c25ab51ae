"""What is remembered for a second: only where one asks for it, and never another workspace's or language's."""

from collections.abc import Iterator

import pytest

from hubbub.infra import memory
from hubbub.infra.memory import forget, recall, remembered, remembering
from hubbub.kernel.speech import speaking

ASKED: list[int] = []


@remembered
def tags(workspace: int) -> tuple[int, int]:
    ASKED.append(workspace)
    return workspace, len(ASKED)


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    memory._kept.clear()
    ASKED.clear()
    yield
    memory._kept.clear()


def test_outside_of_a_page_everything_is_read_anew() -> None:
    assert tags(1) != tags(1)
    assert not memory._kept


def test_pages_share_an_answer_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    with remembering():
        assert tags(1) == tags(1)
        assert tags(2) == (2, 2)  # another workspace has its own
    with remembering():
        assert tags(1) == (1, 1)  # another page, too
    monkeypatch.setattr("time.monotonic", lambda: 1e12)
    with remembering():
        assert tags(1) == (1, 3)


def test_what_somebody_changed_is_forgotten() -> None:
    with remembering():
        first = tags(1)
        forget(2)
        assert tags(1) == first
        forget(1)
        assert tags(1) != first


def test_words_are_remembered_by_language() -> None:
    with remembering():
        assert recall(1, "label", lambda: "mail") == "mail"
        with speaking("de"):
            assert recall(1, "label", lambda: "E-Mail") == "E-Mail"
        assert recall(1, "label", lambda: "never asked") == "mail"
