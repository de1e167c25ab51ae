"""Those who wait to write get their turn, however busy another writer is."""

import threading
import time
from pathlib import Path

import pytest
from django.db import OperationalError
from django.db import connection as ours

from hubbub.config.settings import SQLITE_OPTIONS
from hubbub.infra.sqlite import base


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
    mine = opened(tmp_path / "said.db")
    begun = time.monotonic()
    write(mine, 0.1)
    assert 0.2 <= time.monotonic() - begun < 0.6
    mine.close()
