"""Those who wait to write get their turn, however busy another writer is."""

import threading
import time
from pathlib import Path

import pytest
from django.db import OperationalError
from django.db import connection as ours

from hubbub.config.settings import SQLITE_OPTIONS
from hubbub.infra.sqlite import base, people
from hubbub.infra.sqlite.people import People


def connection(path: Path) -> base.DatabaseWrapper:
    settings = {"ENGINE": "hubbub.infra.sqlite", "NAME": str(path), "OPTIONS": dict(SQLITE_OPTIONS), "TIME_ZONE": None}
    rest = {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False, "AUTOCOMMIT": True, "USER": "", "TEST": {}}
    return base.DatabaseWrapper({**settings, **rest}, "other")


def write(into: base.DatabaseWrapper, hold_s: float = 0.0) -> None:
    into.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    into.connection.execute("INSERT INTO said VALUES (1)")
    time.sleep(hold_s)
    into.commit()
    into.set_autocommit(True)


@pytest.fixture(autouse=True)
def behind_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever served pages in this process before."""
    monkeypatch.setattr(base.DatabaseWrapper, "for_people", False)


def opened(path: Path) -> base.DatabaseWrapper:
    made = connection(path)
    made.ensure_connection()
    made.connection.execute("CREATE TABLE IF NOT EXISTS said (what INTEGER)")
    return made


pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(ours.vendor != "sqlite", reason="PostgreSQL queues writers by itself"),
]


def test_a_writer_without_end_lets_others_in_between_two_transactions(tmp_path: Path) -> None:
    others, enough = opened(tmp_path / "said.db"), threading.Event()

    def busy() -> None:
        mine = opened(tmp_path / "said.db")
        while not enough.is_set():
            write(mine, 0.03)
            time.sleep(0.004)  # a batch is read
        mine.close()

    writer = threading.Thread(target=busy)
    writer.start()
    try:
        waits = []
        for _ in range(20):
            begun = time.monotonic()
            write(others)
            waits.append(time.monotonic() - begun)
    finally:
        enough.set()
        writer.join()
        others.close()
    assert sorted(waits)[len(waits) // 2] < 0.5


def test_a_lock_that_never_ends_is_told_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "PATIENCE_S", 0.1)
    one, other = opened(tmp_path / "said.db"), opened(tmp_path / "said.db")
    one.connection.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        write(other)
    one.connection.execute("ROLLBACK")
    write(other)
    one.close()
    other.close()


def test_who_is_polite_rests_as_long_as_it_held_others_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base.DatabaseWrapper, "polite", True)
    monkeypatch.setattr(base.DatabaseWrapper, "_rests_until", 0.0)
    mine, another = opened(tmp_path / "said.db"), opened(tmp_path / "said.db")
    write(mine, 0.1)
    begun = time.monotonic()
    write(another)  # the whole process rests, not this thread alone
    assert 0.08 <= time.monotonic() - begun < 0.5
    mine.close()
    another.close()


def test_people_write_before_whatever_runs_behind(tmp_path: Path) -> None:
    path = tmp_path / "said.db"
    behind, order = opened(path), []
    gone = People(str(path)).come()

    def waits() -> None:
        mine = opened(path)
        write(mine)
        order.append("behind")
        mine.close()

    thread = threading.Thread(target=waits)
    thread.start()
    time.sleep(0.1)
    order.append("people")
    gone()
    thread.join()
    assert order == ["people", "behind"]
    behind.close()


def test_people_do_not_wait_for_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base.DatabaseWrapper, "for_people", True)
    path = tmp_path / "said.db"
    gone, mine = People(str(path)).come(), opened(path)
    begun = time.monotonic()
    write(mine)
    gone()
    assert time.monotonic() - begun < people.GIVES_WAY_S
    begun = time.monotonic()
    People(str(path)).let_pass()  # those who wrote are gone
    assert time.monotonic() - begun < people.GIVES_WAY_S
    mine.close()


def test_people_who_write_without_end_hold_nothing_up_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "GIVES_WAY_S", 0.1)
    path = tmp_path / "said.db"
    gone, behind = People(str(path)).come(), opened(path)
    begun = time.monotonic()
    write(behind)
    assert 0.1 <= time.monotonic() - begun < 5
    gone()
    behind.close()
