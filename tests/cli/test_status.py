"""`hubbub status` counts what is there."""

import json
from pathlib import Path

import pytest
from tests.cli.terminal import hubbub
from tests.make import NOON, Town, make_town, make_workspace

import hubbub as product
from hubbub.infra import outbox
from hubbub.infra.places import Places

pytestmark = pytest.mark.django_db


def status() -> dict[str, object]:
    said = hubbub("status", "--json")
    assert (said.status, said.err) == (0, "")
    return dict(json.loads(said.out))


def put(town: Town, key: str) -> None:
    outbox.put(
        workspace=town.access.workspace, connection=town.connection, conversation=key, subject=1, key=key,
        payload={}, expected_uri=None, now=NOON,
    )  # fmt: skip


def test_a_new_installation_counts_nothing(here: Path) -> None:
    found = status()
    assert found.pop("version") == product.__version__
    assert set(found.values()) == {0}
    assert {"heard", "cases", "delivered", "quarantined", "uncertain"} <= set(found)


def test_what_was_heard_decided_sent_and_not_understood_is_counted(here: Path, places: Places) -> None:
    town = make_town(make_workspace(), places)
    town.says("bob", "@AcmeCustServ my widget broke after two days, this is rubbish")
    town.says("carol", "Somebody said acme in passing")
    town.hear([b"no post at all", b'{"type": "post", "at": 3}'])
    for key in ("one", "two", "three"):
        put(town, key)
    first, second = outbox.claim("sender", NOON), outbox.claim("sender", NOON)
    assert first is not None
    assert second is not None
    outbox.delivered(first, uri="demo://acme/1", url=None, now=NOON)
    outbox.uncertain(second, "No answer.", now=NOON)
    found = status()
    assert {name: found[name] for name in ("heard", "cases", "delivered", "queued", "quarantined", "uncertain")} == {
        "heard": 2,
        "cases": len(town.cases()),
        "delivered": 1,
        "queued": 1,
        "quarantined": 2,
        "uncertain": 1,
    }
    assert found["cases"] == 1


def test_without_json_each_count_stands_on_a_line(here: Path) -> None:
    lines = dict(line.split() for line in hubbub("status").out.splitlines())
    assert lines == {name: str(value) for name, value in status().items()}
