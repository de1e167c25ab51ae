"""What both Bluesky channels make of the lines they hear."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.channels.bluesky.samples import (
    ACME,
    BOB,
    CID,
    MIA,
    NOON_US,
    PARENT,
    ROOT,
    commit,
    facet,
    line,
    notification,
    record,
)

from hubbub.channels.adapters.bluesky.channel import Bluesky
from hubbub.channels.adapters.bluesky.jetstream import Jetstream
from hubbub.kernel.batch import Batch, Event, RawBatch

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
URI = f"at://{MIA}/app.bsky.feed.post/3lpost2222222"


def public(*lines: bytes, rows: list[int] | None = None) -> Batch:
    return Jetstream.parse(RawBatch(lines, None, NOON), rows)


def own(*lines: bytes) -> Batch:
    return Bluesky.parse(RawBatch(lines, None, NOON))


def only(batch: Batch) -> dict[str, Any]:
    assert batch.rejects == ()
    (post,) = batch.posts.to_pylist()
    return dict(post)


def test_a_new_post_keeps_its_words_its_author_and_its_address() -> None:
    post = only(public(line(commit(record=record("Grüße 👋", langs=["de-AT", "en"])))))
    assert post["uri"] == URI
    assert post["event"] == Event.CREATE
    assert (post["author"], post["text"], post["lang"]) == (MIA, "Grüße 👋", "de-at")
    assert post["happened_at"] == NOON
    assert post["created_at"] == datetime(2026, 11, 22, 11, 59, 59, 123_000, UTC)
    assert post["url"] == f"https://bsky.app/profile/{MIA}/post/3lpost2222222"
    assert json.loads(post["ref"]) == {"cid": CID, "root": None}
    assert (post["parent"], post["root"], post["parent_author"], post["repost_of"]) == (None, None, None, None)
    assert not post["private"]


def test_a_reply_names_its_parent_and_root_and_keeps_what_an_answer_needs() -> None:
    post = only(public(line(commit(record=record(reply={"root": ROOT, "parent": PARENT})))))
    assert (post["parent"], post["root"], post["parent_author"]) == (PARENT["uri"], ROOT["uri"], BOB)
    assert json.loads(post["ref"]) == {"cid": CID, "root": ROOT}


def test_an_edit_is_told_apart_from_a_new_post() -> None:
    post = only(public(line(commit("update", record("My widget works again")))))
    assert (post["event"], post["uri"], post["text"]) == (Event.EDIT, URI, "My widget works again")


def test_a_delete_needs_only_the_address() -> None:
    post = only(public(line(commit("delete"))))
    assert (post["event"], post["uri"], post["author"], post["happened_at"]) == (Event.DELETE, URI, MIA, NOON)
    assert (post["text"], post["created_at"]) == (None, None)


def test_mentions_and_links_come_from_the_facets_and_cards() -> None:
    facets = [
        facet("mention", 0, 5, did=ACME),
        facet("link", 6, 9, uri="https://example.com/a"),
        facet("link", 6, 9, uri="javascript:alert(1)"),
        facet("tag", 10, 14, tag="widget"),
        facet("mention", 0, 5, did="not a did"),
    ]
    embed = {"$type": "app.bsky.embed.external", "external": {"uri": "https://example.com/b", "title": "<script>"}}
    post = only(public(line(commit(record=record("@acme 👋 …", facets=facets, embed=embed)))))
    assert post["mentions"] == [ACME]
    assert sorted(post["links"]) == ["https://example.com/a", "https://example.com/b"]


@pytest.mark.parametrize(
    ("embed", "media", "links"),
    [
        ({"$type": "app.bsky.embed.images", "images": [{"alt": "a"}, {"alt": "b"}]}, 2, []),
        ({"$type": "app.bsky.embed.gallery", "items": [{}, {}, {}]}, 3, []),
        ({"$type": "app.bsky.embed.video", "video": {"ref": {}}}, 1, []),
        (
            {"$type": "app.bsky.embed.record", "record": PARENT},
            0,
            [f"https://bsky.app/profile/{BOB}/post/3lparent22222"],
        ),
        ({"$type": "app.bsky.embed.record", "record": {"uri": f"at://{BOB}/app.bsky.feed.generator/x"}}, 0, []),
        (
            {
                "$type": "app.bsky.embed.recordWithMedia",
                "record": {"record": PARENT},
                "media": {"images": [{}]},
            },
            1,
            [f"https://bsky.app/profile/{BOB}/post/3lparent22222"],
        ),
        ({"$type": "com.example.hologram", "images": 7, "record": [], "media": "x"}, 0, []),
        ("no embed at all", 0, []),
        ({"media": {"media": {"media": {}}}}, 0, []),
    ],
)
def test_an_embed_counts_media_and_names_what_it_links_to(embed: Any, media: int, links: list[str]) -> None:
    post = only(public(line(commit(record=record(embed=embed)))))
    assert (post["media"], post["links"], post["repost_of"]) == (media, links, None)


@pytest.mark.parametrize(
    ("claimed", "kept"),
    [
        ("2999-01-01T00:00:00Z", datetime(2999, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("0000-01-01T00:00:00Z", NOON),
        ("0001-01-01T00:00:00+14:00", NOON),
        ("yesterday", NOON),
        ("", NOON),
    ],
)
def test_a_post_may_lie_about_when_it_was_written_but_not_about_when_it_was_heard(claimed: str, kept: datetime) -> None:
    post = only(public(line(commit(record=record() | {"createdAt": claimed}))))
    assert (post["created_at"], post["happened_at"]) == (kept, NOON)


def test_events_that_are_not_about_posts_are_left_out_without_a_complaint() -> None:
    account = {"did": MIA, "time_us": NOON_US, "kind": "account", "account": {"active": False, "status": "deleted"}}
    identity = {"did": MIA, "time_us": NOON_US, "kind": "identity", "identity": {"handle": "mia.example.com"}}
    like = commit(record={"$type": "app.bsky.feed.like", "subject": PARENT, "text": 5})
    like["commit"]["collection"] = "app.bsky.feed.like"
    batch = public(line(account), line(identity), line(like))
    assert (len(batch), batch.rejects) == (0, ())


def test_only_the_rows_asked_for_are_parsed_and_keep_their_numbers() -> None:
    lines = [line(commit(record=record(str(number)))) for number in range(5)]
    batch = public(*lines, b"{", rows=[1, 3, 5])
    assert [(post["row"], post["text"]) for post in batch.posts.to_pylist()] == [(1, "1"), (3, "3")]
    assert [reject.row for reject in batch.rejects] == [5]


BAD_EVENTS = {
    "no JSON": b"<html>Bad gateway</html>",
    "nothing": b"",
    "not UTF-8": b'{"did":"\xff"}',
    "NUL": b"\x00",
    "a list": b"[]",
    "a number too big": line(commit("delete", time_us=10**30)),
    "a time before time": line(commit("delete", time_us=-(10**18))),
    "a time as text": line(commit("delete", time_us="now")),
    "no account": line(commit("delete", did="mia.example.com")),
    "markup for an account": line(commit("delete", did='did:plc:"><script>')),
    "a kind nobody knows": line({"did": MIA, "time_us": NOON_US, "kind": "miracle"}),
    "an operation nobody knows": line(commit("explode")),
    "a create without its record": line(commit("create")),
    "a text that is a number": line(commit(record=record() | {"text": 5})),
    "a record without text": line(commit(record={"createdAt": "2026-11-22"})),
    "a record that is a list": line(commit(record=[1])),
    "a lone surrogate": b'{"did":"did:plc:a","time_us":1,"kind":"commit","commit":{"operation":"create","collection":'
    b'"app.bsky.feed.post","rkey":"a","record":{"text":"\\ud800"}}}',
    "a reply to nothing": line(commit(record=record(reply={"root": ROOT}))),
    "languages that are a number": line(commit(record=record(langs=5))),
    "a text longer than any": line(commit(record=record("x" * 600_000))),
    "a nest": b'{"did":' + b"[" * 100_000,
}


@pytest.mark.parametrize("bad", BAD_EVENTS.values(), ids=BAD_EVENTS.keys())
def test_a_line_that_makes_no_sense_is_rejected_with_a_reason_and_harms_no_other(bad: bytes) -> None:
    batch = public(line(commit(record=record("before"))), bad, line(commit(record=record("after"))))
    assert [post["text"] for post in batch.posts.to_pylist()] == ["before", "after"]
    (reject,) = batch.rejects
    assert reject.row == 1
    assert len(reject.reason) > 10


def test_a_deeply_nested_embed_is_rejected_and_not_fatal() -> None:
    deep = line(commit(record=record(embed="@"))).replace(b'"@"', b"[" * 50_000 + b"]" * 50_000)
    assert len(public(deep).rejects) == 1


def test_hostile_text_is_kept_as_far_as_it_can_be_read() -> None:
    post = only(public(line(commit(record=record("<script>\u202egnp.exe\u202c\x00\x07 \u200f مرحبا")))))
    assert post["text"] == "<script>\u202egnp.exe\u202c \u200f مرحبا"


# The account's own lines.


def test_a_mention_carries_its_authors_profile() -> None:
    post = only(own(line(notification())))
    assert (post["uri"], post["author"], post["handle"], post["name"]) == (URI, MIA, "mia.example.com", "Mia 🌻")
    assert (post["followers"], post["follows"], post["posts"]) == (1200, 80, 345)
    assert post["joined_at"] == datetime(2024, 1, 2, tzinfo=UTC)
    assert (post["happened_at"], post["text"]) == (NOON, "My widget is broken")
    assert json.loads(post["ref"]) == {"cid": CID, "root": None}


def test_a_mention_without_a_profile_is_heard_all_the_same() -> None:
    post = only(own(line(notification(profile=None))))
    assert (post["handle"], post["followers"]) == ("mia.example.com", None)


def test_a_post_that_is_gone_is_a_delete() -> None:
    post = only(own(line({"gone": URI, "at": "2026-11-22T12:00:00+00:00"})))
    assert (post["event"], post["uri"], post["author"], post["happened_at"]) == (Event.DELETE, URI, MIA, NOON)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"{}",
        b"null",
        line({"gone": URI}),
        line({"gone": f"at://{MIA}/app.bsky.feed.like/1", "at": "2026-11-22"}),
        line(notification(post={"text": None})),
        line(notification() | {"post": notification()["post"] | {"indexedAt": "soon"}}),
        line(
            notification() | {"post": notification()["post"] | {"uri": f"at://{BOB}/app.bsky.feed.post/3lpost2222222"}}
        ),
        line(notification(profile={"did": MIA, "followersCount": "many"})),
    ],
)
def test_an_own_line_that_makes_no_sense_is_rejected(bad: bytes) -> None:
    batch = own(bad)
    assert (len(batch), len(batch.rejects)) == (0, 1)


def test_counts_beyond_sense_are_no_counts() -> None:
    profile = {"did": MIA, "followersCount": 10**17, "followsCount": -1}
    post = only(own(line(notification(profile=profile))))
    assert (post["followers"], post["follows"]) == (None, None)


# Whatever comes, parsing goes on.

SAMPLES = [
    commit(record=record(reply={"root": ROOT, "parent": PARENT}, facets=[facet("mention", 0, 5, did=ACME)])),
    commit(record=record(langs=["en"], embed={"$type": "app.bsky.embed.images", "images": [{}]})),
    commit("delete"),
    notification(),
    notification(record(embed={"record": {"record": PARENT}, "media": {"external": {"uri": "https://example.com"}}})),
    {"gone": URI, "at": "2026-11-22T12:00:00Z"},
]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.datetimes().map(str)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] + [place for key, each in inner for place in places(each, (*path, key))]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A sample in which one thing is replaced by anything, and perhaps a few bytes are damaged."""
    sample = json.loads(json.dumps(draw(st.sampled_from(SAMPLES))))
    place = draw(st.sampled_from([path for path in places(sample) if path]))
    inside = sample
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = draw(JSON)
    wire = bytearray(json.dumps(sample).encode())
    for _ in range(draw(st.integers(0, 2))):
        wire[draw(st.integers(0, len(wire) - 1))] = draw(st.integers(0, 255))
    return bytes(wire)


@settings(max_examples=400, deadline=None)
@given(st.lists(mutated() | st.binary(max_size=60), max_size=4))
def test_parsing_never_fails_and_loses_no_line_of_ours(lines: list[bytes]) -> None:
    for batch, all_count in ((public(*lines), False), (own(*lines), True)):
        rows = [post["row"] for post in batch.posts.to_pylist()] + [reject.row for reject in batch.rejects]
        assert len(rows) == len(set(rows))
        assert set(rows) <= set(range(len(lines)))
        if all_count:
            assert len(rows) == len(lines)
