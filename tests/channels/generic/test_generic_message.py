"""Messages that programs post in."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.channels.generic.messages import lines

from hubbub.channels.adapters.generic.channel import Generic
from hubbub.channels.adapters.generic.message import id_of, uri_of
from hubbub.infra.http import Http
from hubbub.kernel.batch import Batch, Event, RawBatch
from hubbub.kernel.details import details_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def parsed(*messages: object) -> Batch:
    return Generic.parse(RawBatch(lines(*messages), None, NOON))


def refusal(message: object) -> str:
    batch = parsed(message)
    assert len(batch) == 0
    return batch.rejects[0].reason


def test_a_message_becomes_a_post() -> None:
    message = {
        "id": 7,
        "text": "So’s mine, @acme",
        "author": {"id": "u1", "handle": "@mia", "name": "Mia", "followers": 12},
        "created_at": "2026-11-21T09:30:00+01:00",
        "url": "https://shop.example.org/chat/7",
        "lang": "en_GB",
        "parent": "6",
        "root": 1,
        "private": True,
        "mentions": ["@acme"],
    }
    [post] = parsed(message).posts.to_pylist()
    assert post == {
        **dict.fromkeys(post),
        "ours": False,
        "row": 0,
        "uri": "generic:shop chat/7",
        "event": Event.CREATE,
        "happened_at": datetime(2026, 11, 21, 8, 30, tzinfo=UTC),
        "created_at": datetime(2026, 11, 21, 8, 30, tzinfo=UTC),
        "author": "u1",
        "handle": "mia",
        "name": "Mia",
        "followers": 12,
        "text": "So’s mine, @acme",
        "lang": "en-gb",
        "parent": "generic:shop chat/6",
        "root": "generic:shop chat/1",
        "mentions": ["acme"],
        "links": [],
        "media": 0,
        "private": True,
        "url": "https://shop.example.org/chat/7",
    }


def test_the_text_alone_is_enough() -> None:
    [post] = parsed({"text": "My widget broke"}).posts.to_pylist()
    assert (post["happened_at"], post["author"], post["private"]) == (NOON, None, False)


def test_without_an_id_the_same_content_is_the_same_message_in_any_order_of_keys() -> None:
    first = {"text": "My widget broke", "author": {"id": "1", "name": "Bob"}}
    turned = {"author": {"name": "Bob", "id": "1"}, "text": "My widget broke"}
    other = {**first, "text": "My widget broke!"}
    uris = parsed(first, turned, other).posts["uri"].to_pylist()
    assert uris[0] == uris[1] != uris[2]


def test_an_album_is_one_post_that_shows_each_picture_in_words() -> None:
    pictures = [{"url": f"https://shop.example.org/{n}.jpg", "type": "image/jpeg", "alt": f"Half {n}"} for n in (1, 2)]
    [post] = parsed(
        {"id": 1, "subject": "Broken", "files": [*pictures, {"url": "https://x.example/bill"}]}
    ).posts.to_pylist()
    details = details_of(post["details"])
    assert (post["text"], post["media"], details.subject) == ("", 2, "Broken")
    assert [(each.ref, each.alt) for each in details.files] == [
        ("https://shop.example.org/1.jpg", "Half 1"),
        ("https://shop.example.org/2.jpg", "Half 2"),
        ("https://x.example/bill", ""),
    ]


def test_a_message_is_changed_and_taken_back_by_its_id() -> None:
    edit = {"id": 1, "event": "edit", "text": "Better", "changed_at": "2026-11-22T11:00:00Z", "created_at": 0}
    first, second = parsed(edit, {"id": 1, "event": "delete"}).posts.to_pylist()
    assert first["uri"] == second["uri"] == "generic:shop chat/1"
    assert (first["event"], first["text"], first["happened_at"].hour, first["created_at"].year) == (
        1,
        "Better",
        11,
        1970,
    )
    assert (second["event"], second["text"], second["happened_at"]) == (2, None, NOON)


def test_a_uri_leads_back_to_the_id_of_its_own_source_alone() -> None:
    assert id_of("a/b%", uri_of("a/b%", "x/1")) == "x/1"
    assert id_of("a", uri_of("a/b", "1")) is None
    assert id_of("a", None) is None


def test_sources_do_not_share_ids() -> None:
    here, there = lines({"id": "1", "text": "a"}, source="a/b"), lines({"id": "b/1", "text": "a"}, source="a")
    uris = Generic.parse(RawBatch([*here, *there], None, NOON)).posts["uri"].to_pylist()
    assert len(set(uris)) == 2


def test_a_message_dated_ahead_did_not_happen_later_than_it_came() -> None:
    [post] = parsed({"text": "a", "created_at": "2027-01-01"}).posts.to_pylist()
    assert post["happened_at"] == NOON


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({}, "has no text"),
        ({"text": "a", "event": "like"}, "Invalid enum value 'like'"),
        ({"text": "a", "event": "edit"}, "needs its id"),
        ({"event": "delete"}, "needs its id"),
        ({"id": 1, "event": "delete", "changed_at": "soon"}, "changed_at looks like"),
        ({"files": [{"url": "javascript:alert(1)"}]}, "is no web address"),
        ({"files": [{"alt": "a"}]}, "required field `url`"),
        ({"files": [{"url": "https://a.example/"}] * 51}, "has 51 files"),
        ([], "Expected `object`, got `array`"),
        ({"text": 7}, "Expected `str`, got `int` - at `$.text`"),
        ({"text": " \n"}, "has no text"),
        ({"text": "a", "id": ["7"]}, "at `$.id`"),
        ({"text": "a", "id": "7" * 500}, "The id is longer than 400 bytes"),
        ({"text": "a", "created_at": "yesterday"}, "‘yesterday’ is no date; created_at looks like"),
        ({"text": "a", "created_at": 1e300}, "created_at"),
        ({"text": "a", "created_at": "0001-01-01T00:00:00Z"}, "created_at"),
        ({"text": "a", "lang": "English"}, "‘English’ is no language"),
        ({"text": "a", "url": "javascript:alert(1)"}, "is no web address"),
        ({"text": "a", "private": "yes"}, "Expected `bool`"),
        ({"text": "a", "mentions": ["b"] * 51}, "has 51 mentions"),
        ({"text": "a" * 600_000}, "at most 500,000"),
    ],
)
def test_a_message_that_makes_no_sense_is_refused_in_words(message: object, words: str) -> None:
    assert words in refusal(message)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(), lambda each: st.lists(each) | st.dictionaries(st.text(), each)
)


@given(JSON)
def test_any_json_is_a_post_or_refused(message: Any) -> None:
    batch = parsed(message, {"text": "a", "author": message}, json.loads(json.dumps({"text": "a", "id": message})))
    assert len(batch) + len(batch.rejects) == 3


async def test_nothing_is_heard_by_itself() -> None:
    channel = Generic({"source": "a"}, {}, Http("generic", allow_private=False))
    assert [raw async for raw in channel.hear(None)] == []
    assert await channel.check() is None
    await channel.aclose()
