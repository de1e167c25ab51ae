"""Segments go into the archive when they are many or old, in order, each once."""

from datetime import timedelta
from typing import Any

import pytest
from deltalake import DeltaTable

from hubbub.accounts.core.access import Access
from hubbub.flows.archive import AGE, archive_due
from hubbub.infra import identities
from hubbub.infra.places import Places
from tests.flows.hearing import archived, connect_sky, hear, lines_of, sky, sky_uri, waiting
from tests.make import NOON, make_topic, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Access:
    access = make_workspace()
    make_topic(access, "acme", name="Acme")
    return access


def test_what_is_young_and_little_waits_and_what_is_old_or_much_goes(acme: Access, places: Places) -> None:
    stream = connect_sky(acme)
    for number in range(3):
        hear(acme, stream, [sky(f"k{number}", "my acme")], places)
    assert archive_due(places, now=NOON + AGE - timedelta(seconds=1)) == 0
    assert archive_due(places, now=NOON, rows=4) == 0
    assert archive_due(places, now=NOON, rows=3) == 3
    hear(acme, stream, [sky("k3", "my acme")], places)
    assert archive_due(places, now=NOON + AGE) == 1
    assert archive_due(places, now=NOON + AGE) == 0
    assert lines_of(archived(places)) == {(acme.workspace, sky_uri(f"k{number}"), "create"): 1 for number in range(4)}
    assert waiting(places) == []
    assert list(places.segments.rglob("*.arrow")) == []


def test_many_segments_are_one_commit_and_a_post_is_still_known_afterwards(acme: Access, places: Places) -> None:
    stream = connect_sky(acme)
    lines = [sky(f"k{number}", "my acme") for number in range(5)]
    for line in lines:
        hear(acme, stream, [line], places)
    archive_due(places, now=NOON + AGE)
    commits = [each["operation"] for each in DeltaTable(str(places.archive)).history()]
    assert commits.count("WRITE") == 1
    assert hear(acme, stream, lines, places).heard == 0


def test_a_lost_hash_index_is_told_again_from_the_segments_before_they_leave(acme: Access, places: Places) -> None:
    stream = connect_sky(acme)
    hear(acme, stream, [sky("one", "my acme")], places)
    identities._open.pop(places.identities.resolve()).close()
    for file in places.identities.iterdir():
        file.unlink()
    archive_due(places, now=NOON + AGE)
    assert hear(acme, stream, [sky("one", "my acme")], places).heard == 0


def test_a_workspaces_part_of_the_archive_holds_nobody_elses_posts(acme: Access, places: Places) -> None:
    charlie = make_workspace("Charlie & Co", "charlie@other.example")
    make_topic(charlie, "zebra", name="Zebra")
    stream = connect_sky(acme)
    connect_sky(charlie)
    hear(acme, stream, [sky("a", "my acme"), sky("z", "my zebra"), sky("both", "acme or zebra")], places)
    archive_due(places, now=NOON + AGE)
    found = {
        access.slug: {each["uri"] for each in part_of(access, places)}  # as a query of one workspace reads it
        for access in (acme, charlie)
    }
    assert found == {acme.slug: {sky_uri("a"), sky_uri("both")}, charlie.slug: {sky_uri("z"), sky_uri("both")}}


def part_of(access: Access, places: Places) -> list[dict[str, Any]]:
    """The rows of a workspace's partition."""
    mine = ("workspace", "=", access.workspace)
    return DeltaTable(str(places.archive)).to_pyarrow_table(filters=[mine]).to_pylist()
