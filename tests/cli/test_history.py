"""`hubbub history`: what came is shown, kept for queues by their names, and new ones are made."""

import json
from pathlib import Path

import pytest
from tests.cli.terminal import hubbub
from tests.make import make_workspace

from hubbub.accounts.core.access import Access
from hubbub.workforce.core.plan.queue import Kind
from hubbub.workforce.selectors.queues import history, queues

ROWS = "".join(
    f"2026-11-{day} {hour:02}:{half:02},{queue},{many},{takes}\n"
    for queue, many, takes in (("Sales", 7, 200), ("Web chat", 3, 500))
    for day in (23, 24, 26)
    for hour in range(9, 17)
    for half in (0, 30)
)


@pytest.fixture
def mia(db: None, here: Path) -> Access:
    return make_workspace()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "came.csv"
    path.write_text("time,queue,calls,aht\n" + ROWS)
    return path


def test_what_came_is_shown_and_then_kept_for_queues_that_are_made_once(mia: Access, file: Path) -> None:
    shown = hubbub("history", str(file), "--show")
    assert shown.out.splitlines() == [
        "Sales (new): 3 days, 2026-11-23 to 2026-11-26, 336 came",
        "Web chat (new): 3 days, 2026-11-23 to 2026-11-26, 144 came",
    ]
    assert queues(mia) == ()
    assert hubbub("history", str(file)).out.splitlines()[-1] == "6 days kept."
    sales, chat = queues(mia)
    assert (sales.queue.handling_s, sales.queue.week[0], chat.queue.kind) == (200, (540, 1020), Kind.CHAT)
    assert history(mia, sales.id)[0].arrivals[18:20] == (7.0, 7.0)
    again = json.loads(hubbub("history", str(file), "--json").out)
    assert (again["kept"], [each["new"] for each in again["queues"]], len(queues(mia))) == (6, [False, False], 2)


def test_a_file_that_names_no_queue_is_asked_for_one_and_one_that_can_not_be_read_says_why(
    mia: Access, tmp_path: Path
) -> None:
    file = tmp_path / "came.csv"
    file.write_text("time,calls\n2026-11-23 09:00,4\n2026-11-23 09:30,5\n")
    assert "Say which it came to, with --queue." in hubbub("history", str(file)).err
    assert hubbub("history", str(file), "--queue", "Sales").status == 0
    assert [each.queue.name for each in queues(mia)] == ["Sales"]
    file.write_text("time,calls\n2026-11-23 09:00,many\n")
    said = hubbub("history", str(file), "--queue", "Sales")
    assert said.status == 1 and "Line 2: 'many' is not a number from 0 on." in said.err
