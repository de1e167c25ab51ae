"""What the connector makes of the network's events, and of anything else."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulate.living import Living, small

from hubbub.channels.adapters.demo.parse import parse
from hubbub.kernel.batch import Event, RawBatch

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
AUTHOR: dict[str, Any] = {
    "handle": "visitor",
    "name": "A visitor",
    "followers": 12,
    "follows": 30,
    "posts": 4,
    "reactions": 0.5,
    "joined_at": "2020-05-17T09:30:00Z",
}
POST: dict[str, Any] = {
    "id": "visitor/1",
    "uri": "demo://acme/visitor/1",
    "url": "http://127.0.0.1:8001/@visitor/1",
    "author": AUTHOR,
    "created_at": "2026-11-22T11:59:00Z",
    "edited_at": None,
    "text": "@AcmeCustServ hello",
    "lang": "en",
    "parent": "demo://acme/mia/9",
    "root": "demo://acme/mia/8",
    "parent_author": "mia",
    "mentions": ["AcmeCustServ"],
    "links": [],
    "media": 1,
    "repost_of": None,
}
EVENT: dict[str, Any] = {"seq": 1, "type": "post", "at": "2026-11-22T12:00:00Z", "post": POST, "message": None}
MESSAGE: dict[str, Any] = {
    "id": "visitor/m",
    "uri": "demo://acme/messages/visitor/m",
    "conversation": "demo://acme/messages/AcmeCustServ+visitor",
    "author": AUTHOR,
    "to": "AcmeCustServ",
    "created_at": "2026-11-22T12:00:00Z",
    "text": "psst",
    "lang": None,
}


def raw(*lines: bytes) -> RawBatch:
    return RawBatch(lines, None, NOON)


def line(**changes: Any) -> bytes:
    return json.dumps(EVENT | changes).encode()


def one(data: bytes) -> dict[str, Any]:
    batch = parse(raw(data))
    assert batch.rejects == ()
    (row,) = batch.posts.to_pylist()
    return dict(row)


def test_a_post_keeps_everything_the_network_says() -> None:
    post = one(line())
    assert post["uri"] == "demo://acme/visitor/1" and post["event"] == Event.CREATE
    assert post["happened_at"] == NOON and post["created_at"] == datetime(2026, 11, 22, 11, 59, tzinfo=UTC)
    assert (post["author"], post["handle"], post["name"]) == ("visitor", "visitor", "A visitor")
    assert (post["followers"], post["follows"], post["posts"], post["reactions"]) == (12, 30, 4, 0.5)
    assert post["joined_at"] == datetime(2020, 5, 17, 9, 30, tzinfo=UTC)
    assert (post["parent"], post["root"], post["parent_author"]) == ("demo://acme/mia/9", "demo://acme/mia/8", "mia")
    assert (post["mentions"], post["media"], post["private"]) == (["AcmeCustServ"], 1, False)
    assert (post["url"], post["ref"]) == ("http://127.0.0.1:8001/@visitor/1", "visitor/1")


def test_a_delete_has_no_text() -> None:
    post = one(line(type="delete", post=POST | {"text": ""}))
    assert post["event"] == Event.DELETE and post["text"] is None


def test_an_edit_keeps_when_the_post_was_made() -> None:
    post = one(line(type="edit"))
    assert post["event"] == Event.EDIT and post["created_at"] < post["happened_at"]


def test_a_message_is_private_and_belongs_to_its_conversation() -> None:
    post = one(line(type="message", post=None, message=MESSAGE))
    assert post["private"] and post["root"] == MESSAGE["conversation"] and post["mentions"] == ["AcmeCustServ"]


def test_everything_a_world_says_can_be_read() -> None:
    events = Living(small()).run(460)
    batch = parse(raw(*map(msgspec.json.encode, events)))
    assert batch.rejects == ()
    assert len(batch) == len(events)
    assert set(batch.posts.column("event").to_pylist()) == {0, 1, 2}


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        line(type="party"),
        line(type="message"),
        line(post=None),
        line(at="yesterday"),
        line(at="2026-11-22T12:00:00"),
        line(post=POST | {"text": None}),
        line(post=POST | {"author": AUTHOR | {"followers": -1}}),
        line(post=POST | {"author": AUTHOR | {"followers": 2**60}}),
        line(post=POST | {"author": AUTHOR | {"reactions": 1e300}}),
        line(post=POST | {"author": None}),
        line(post=POST | {"uri": " "}),
        line(post=POST | {"uri": "x" * 5_000}),
        line(post=POST | {"text": "x" * 600_000}),
        json.dumps(EVENT | {"post": POST | {"text": "\ud800"}}).encode(),
    ],
)
def test_a_bad_line_rejects_only_itself(bad: bytes) -> None:
    batch = parse(raw(line(), bad, line()))
    assert [reject.row for reject in batch.rejects] == [1]
    assert batch.rejects[0].reason
    assert batch.posts.column("row").to_pylist() == [0, 2]


def test_a_moment_outside_the_calendar_spoils_no_other_line() -> None:
    batch = parse(
        raw(line(), line(at="9999-12-31T23:59:59-14:00"), line(post=POST | {"created_at": "0001-01-01T00:00:00+14:00"}))
    )
    assert [reject.row for reject in batch.rejects] == [1]
    assert batch.posts.column("row").to_pylist() == [0, 2]


def test_only_the_rows_asked_for_are_read() -> None:
    batch = parse(raw(b"bad", line(), b"bad", line()), [3, 1])
    assert batch.posts.column("row").to_pylist() == [3, 1] and batch.rejects == ()


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None)
@given(
    lines=st.lists(
        st.binary(max_size=60)
        | values.map(lambda value: json.dumps(value).encode())
        | st.dictionaries(st.sampled_from(sorted(POST)), values, max_size=3).map(lambda bad: line(post=POST | bad))
        | st.dictionaries(st.sampled_from(sorted(AUTHOR)), values, max_size=3).map(
            lambda bad: line(post=POST | {"author": AUTHOR | bad})
        )
        | st.dictionaries(st.sampled_from(sorted(EVENT)), values, max_size=3).map(lambda bad: line(**bad)),
        max_size=6,
    )
)
def test_whatever_comes_every_line_is_read_or_rejected(lines: list[bytes]) -> None:
    batch = parse(raw(*lines))
    rows = batch.posts.column("row").to_pylist() + [reject.row for reject in batch.rejects]
    assert sorted(rows) == list(range(len(lines)))
