"""Heard posts are found as they stand now, wherever they lie: in segments, in the archive, edited, deleted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from hubbub.accounts.core.access import Access
from hubbub.flows.archive import AGE, archive_due
from hubbub.infra import archive
from hubbub.infra.places import Places
from hubbub.listening.core.heard import HeardLine, Sought
from hubbub.listening.selectors.posts import posts
from tests.flows.hearing import connect_sky, elsewhere, hear, sky, sky_uri
from tests.make import NOON, make_topic, make_workspace

pytestmark = pytest.mark.django_db
OTHERS = "author = 'did:plc:other'"
SAID = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = Sought(SAID - timedelta(days=1), SAID + timedelta(days=1))


def said(seconds: float) -> str:
    """When a post was written, as the network tells it."""
    return (SAID + timedelta(seconds=seconds)).isoformat()


def all_of(access: Access, sought: Sought, places: Places, limit: int = 2) -> list[HeardLine]:
    """Every page, one after the other."""
    found, after = [], None
    while True:
        page = posts(access, sought, places, limit=limit, after=after)
        assert len(page.posts) <= limit
        found += page.posts
        after = page.after
        if after is None:
            return found


DEEDS = st.lists(
    st.tuples(
        st.sampled_from(("create", "edit", "delete", "archive")),
        st.integers(0, 5),  # which post
        st.sampled_from(("acme broke", "acme works", "zebra and acme", "zebra")),
    ),
    max_size=25,
)


class AnyPast(TestCase):
    @given(deeds=DEEDS)
    def test_what_is_found_is_what_a_simple_book_holds(self, deeds: list[tuple[str, int, str]]) -> None:
        access = make_workspace()
        acme, zebra = (make_topic(access, name, name=name) for name in ("acme", "zebra"))
        stream = connect_sky(access)
        book: dict[int, str] = {}
        dead: set[int] = set()
        with elsewhere() as places:
            for number, (deed, key, text) in enumerate(deeds):
                if deed == "archive":
                    archive_due(places, now=NOON + AGE)
                    continue
                known = key in book and key not in dead
                if (deed == "create" and key in book) or (deed != "create" and not known):
                    continue
                operation = {"create": "create", "edit": "update", "delete": "delete"}[deed]
                hear(
                    access,
                    stream,
                    [sky(f"k{key}", text, operation, at_s=number, createdAt=said(key // 2 * 90))],
                    places,
                )
                if deed == "delete":
                    dead.add(key)
                else:
                    book[key] = text
            alive = {sky_uri(f"k{key}"): text for key, text in book.items() if key not in dead}
            found = all_of(access, DAY, places)
            assert {line.uri: line.text for line in found} == alive
            assert len(found) == len(alive)
            assert [line.mark for line in found] == sorted(
                (line.mark for line in found), key=lambda mark: (mark.said_us, mark.uri), reverse=True
            )
            for name, topic in (("acme", acme), ("zebra", zebra)):
                texts = {line.text for line in all_of(access, replace(DAY, topic=topic), places)}
                assert texts == {text for text in alive.values() if name in text}


@pytest.fixture
def acme(places: Places) -> Access:
    """Three posts, two of which are in the archive."""
    access = make_workspace()
    make_topic(access, "acme", name="Acme")
    stream = connect_sky(access)
    hear(access, stream, [sky("a", "acme is great, thanks!", langs=["en"], createdAt=said(0))], places)
    hear(access, stream, [sky("b", "acme ist kaputt und Mist", langs=["de"], createdAt=said(60))], places)
    archive_due(places, now=NOON + AGE)
    other = sky("c", "where is ACME Street?", langs=["en"], author="did:plc:other", createdAt=said(120))
    hear(access, stream, [other], places)
    return access


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        ({}, "cba"),
        ({"language": "de"}, "b"),
        ({"sentiment": 1}, "a"),
        ({"words": "acme street"}, "c"),
        ({"author": "did:plc:other"}, "c"),
        ({"channel": "bluesky"}, "cba"),
        ({"channel": "feeds"}, ""),
        ({"until": SAID + timedelta(seconds=60)}, "a"),
        ({"since": SAID + timedelta(seconds=60)}, "cb"),
        ({"words": "100%"}, ""),
    ],
)
def test_posts_are_found_by_what_they_are(acme: Access, places: Places, asked: dict[str, Any], keys: str) -> None:
    found = posts(acme, replace(DAY, **asked), places).posts
    assert "".join(line.uri.rsplit("/", 1)[1] for line in found) == keys


def test_nobody_sees_what_another_workspace_heard(acme: Access, places: Places) -> None:
    charlie = make_workspace("Charlie & Co", "charlie@other.example")
    assert posts(charlie, DAY, places).posts == ()


def test_posts_are_found_after_the_archive_was_put_together(acme: Access, places: Places) -> None:
    before = all_of(acme, DAY, places)
    archive_due(places, now=NOON + timedelta(days=1))
    assert all_of(acme, DAY, places) == before
    assert archive.compact(places.archive, keep=timedelta(0)) > 0
    assert all_of(acme, DAY, places) == before


def test_what_somebody_wrote_can_be_forgotten_and_the_rest_stays(acme: Access, places: Places) -> None:
    archive_due(places, now=NOON + timedelta(days=1))
    assert archive.remove(places.archive, acme.workspace, OTHERS) == 1
    assert [line.uri for line in all_of(acme, DAY, places)] == [sky_uri("b"), sky_uri("a")]
    assert archive.remove(places.archive, acme.workspace, f"uri = '{sky_uri('a')}'") == 1
    assert [line.uri for line in all_of(acme, DAY, places)] == [sky_uri("b")]
