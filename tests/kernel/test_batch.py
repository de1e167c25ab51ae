"""What every connector may hand in, and what becomes of it: cleaned, cut, left out or refused with a reason."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.kernel.batch import (
    MAX_TEXT,
    MAX_URI,
    POST_SCHEMA,
    Batch,
    BatchBuilder,
    Event,
    RawBatch,
    columns_of,
    rows_of,
)

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ANY_TEXT = st.text(st.characters(), max_size=60)
ANY_NUMBER = st.none() | st.integers()


def built(**fields: Any) -> Batch:
    builder = BatchBuilder()
    builder.add(**({"row": 7, "uri": "feed:1", "happened_at": NOON} | fields))
    return builder.build()


def only(**fields: Any) -> dict[str, Any]:
    (post,) = built(**fields).posts.to_pylist()
    return post


@given(
    uri=ANY_TEXT,
    texts=st.fixed_dictionaries(
        {
            name: st.none() | ANY_TEXT
            for name in ("author", "handle", "name", "text", "lang", "parent", "root", "repost_of", "url", "ref")
        }
    ),
    counts=st.fixed_dictionaries({"followers": ANY_NUMBER, "follows": ANY_NUMBER, "posts": ANY_NUMBER}),
    lists=st.fixed_dictionaries({"mentions": st.lists(ANY_TEXT), "links": st.lists(ANY_TEXT)}),
    media=st.integers(),
    event=st.sampled_from(Event),
)
def test_whatever_a_network_says_becomes_a_post_or_a_reason(
    uri: str, texts: dict[str, Any], counts: dict[str, Any], lists: dict[str, Any], media: int, event: Event
) -> None:
    batch = built(uri=uri, event=event, media=media, **texts, **counts, **lists)
    assert len(batch) + len(batch.rejects) == 1
    assert batch.posts.schema == POST_SCHEMA
    batch.posts.validate(full=True)
    for post in batch.posts.to_pylist():
        assert 0 < len(post["uri"].encode()) <= MAX_URI
        assert post["uri"] == post["uri"].strip()
        for value in (each for each in post.values() if isinstance(each, str)):
            value.encode()


def test_a_post_keeps_what_was_said() -> None:
    text = "My widget \u200fשלום\u200e 👩‍👩‍👧 broke <b>again</b>\nTwice."
    post = only(text=text, handle="bob", lang="en_GB", mentions=["acme"], private=True, ref="r1")
    known = {
        "uri": "feed:1",
        "row": 7,
        "text": text,
        "lang": "en-gb",
        "mentions": ["acme"],
        "private": True,
        "ref": "r1",
    }
    assert {name: post[name] for name in known} == known


def test_lone_surrogates_and_control_characters_are_replaced_wherever_they_stand() -> None:
    bad, fine = "a\ud800b\x00", "a\ufffdb"
    names = ("uri", "author", "handle", "name", "text", "parent", "root", "parent_author", "repost_of", "url", "ref")
    post = only(**dict.fromkeys(names, bad), mentions=[bad], links=[bad])
    assert {post[name] for name in names} == {fine}
    assert post["mentions"] == post["links"] == [fine]


def test_a_text_of_100_kb_is_kept_whole() -> None:
    said = "widget " * 15_000
    assert only(text=said)["text"] == said


def test_a_longer_text_than_anybody_writes_is_refused_with_its_length() -> None:
    assert only(text="x" * MAX_TEXT)["text"] == "x" * MAX_TEXT
    batch = built(text="x" * (MAX_TEXT + 1))
    assert len(batch) == 0
    (reject,) = batch.rejects
    assert (reject.row, reject.reason) == (7, "The text has 500,001 characters; at most 500,000 are taken.")


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("", "The post has no id."),
        (" \x00\n", "The post has no id."),
        ("u" * (MAX_URI + 1), f"The post's id is too long: {'u' * 80}…"),
        ("ü" * (MAX_URI // 2 + 1), f"The post's id is too long: {'ü' * 80}…"),
    ],
)
def test_a_post_without_an_id_that_can_be_kept_is_refused(uri: str, reason: str) -> None:
    batch = built(uri=uri)
    assert [each.reason for each in batch.rejects] == [reason]
    assert len(batch) == 0


def test_the_longest_id_is_taken_as_it_is() -> None:
    assert only(uri="u" * MAX_URI)["uri"] == "u" * MAX_URI


def test_a_link_that_is_too_long_is_left_out_and_the_post_stays() -> None:
    long = "https://example.org/" + "x" * MAX_URI
    post = only(parent=long, root=long, url=long, repost_of=long, text="still said")
    assert [post[name] for name in ("parent", "root", "url", "repost_of")] == [None] * 4
    assert post["text"] == "still said"


def test_names_stand_on_one_line_of_at_most_200_characters() -> None:
    post = only(name="  Alice\n\nLind ", handle="x" * 300, author="\t")
    assert (post["name"], post["handle"], post["author"]) == ("Alice Lind", "x" * 200, "")


@pytest.mark.parametrize(("told", "kept"), [(0, 0), (5, 5), (-1, None), (2**53, None), (10**30, None), (None, None)])
def test_a_count_that_makes_no_sense_is_not_kept(told: int | None, kept: int | None) -> None:
    post = only(followers=told, follows=told, posts=told)
    assert (post["followers"], post["follows"], post["posts"]) == (kept, kept, kept)


def test_times_are_kept_in_utc_also_those_of_the_future() -> None:
    later = NOON + timedelta(days=365 * 70)
    post = only(happened_at=later.astimezone(timezone(timedelta(hours=-8))), joined_at=NOON)
    assert (post["happened_at"], post["created_at"], post["joined_at"]) == (later, later, NOON)


def test_a_time_without_a_zone_is_in_utc() -> None:
    post = only(happened_at=NOON.replace(tzinfo=None), joined_at=NOON.replace(tzinfo=None))
    assert (post["happened_at"], post["joined_at"]) == (NOON, NOON)


@pytest.mark.parametrize(
    "odd",
    [
        datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-14))),
        datetime(1, 1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
    ],
)
def test_a_time_that_lies_outside_the_calendar_in_utc_spoils_only_what_it_stands_in(odd: datetime) -> None:
    builder = BatchBuilder()
    builder.add(0, "feed:1", odd)
    builder.add(1, "feed:2", NOON, created_at=odd, joined_at=odd)
    batch = builder.build()
    assert [(each.row, each.reason) for each in batch.rejects] == [
        (0, f"The post’s date lies outside the calendar: {odd.isoformat()}.")
    ]
    (post,) = batch.posts.to_pylist()
    assert (post["row"], post["created_at"], post["joined_at"]) == (1, NOON, None)


@pytest.mark.parametrize("event", [Event.EDIT, Event.DELETE])
def test_an_edit_or_a_delete_does_not_say_when_the_post_was_made(event: Event) -> None:
    assert only(event=event)["created_at"] is None
    assert only(event=event, created_at=NOON)["created_at"] == NOON


def test_a_batch_of_nothing_has_the_columns_all_the_same() -> None:
    batch = BatchBuilder().build()
    assert (len(batch), batch.posts.schema, batch.rejects) == (0, POST_SCHEMA, ())


def test_only_the_rows_asked_for_are_read() -> None:
    raw = RawBatch([b"a", b"b", b"c"], None, NOON)
    assert list(rows_of(raw, [2, 0])) == [(2, b"c"), (0, b"a")]
    assert list(rows_of(raw, None)) == [(0, b"a"), (1, b"b"), (2, b"c")]
    assert list(rows_of(raw, [])) == []


def test_lists_that_come_as_columns_are_cleaned_like_those_that_come_one_by_one() -> None:
    lists = pa.array([["https://a.example/\x1f", "\ud7ff"], []], pa.list_(pa.string()))
    made = columns_of({"uri": ["x:1", "x:2"], "links": lists, "mentions": lists}, 2)
    for name in ("links", "mentions"):
        assert made.column(name).to_pylist() == [["https://a.example/", "\ud7ff"], []]
