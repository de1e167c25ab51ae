"""Facets of what we send, and record keys."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.channels.adapters.bluesky.facets import facets, mentioned
from hubbub.channels.adapters.bluesky.tid import tid

MIDNIGHT = datetime.fromisoformat("1970-01-01")
DEEP = "https://example.com/a_(b)?x=1#top"
DIDS = {"mia.example.com": "did:plc:mia", "bob.test": "did:plc:bob"}


def found(text: str) -> list[tuple[str, str, str]]:
    """(what stands there, kind, value) of each facet, read back by byte offsets."""
    wire = text.encode()
    result = []
    for facet in facets(text, DIDS):
        (feature,) = facet["features"]
        kind = feature.pop("$type").removeprefix("app.bsky.richtext.facet#")
        (value,) = feature.values()
        result.append((wire[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(), kind, value))
    return result


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello", []),
        ("@mia.example.com hi", [("@mia.example.com", "mention", "did:plc:mia")]),
        ("👩‍👩‍👧 näh (@Mia.Example.COM)!", [("@Mia.Example.COM", "mention", "did:plc:mia")]),
        ("ask @mia.example.com.", [("@mia.example.com", "mention", "did:plc:mia")]),
        ("@nobody.example.com", []),
        ("mail bob@bob.test or me@mia.example.com", []),
        ("@bob", []),
        (f"see {DEEP}.", [(DEEP, "link", DEEP)]),
        ("(https://example.com)", [("https://example.com", "link", "https://example.com")]),
        ("“HTTPS://EXAMPLE.com/ü”", [("HTTPS://EXAMPLE.com/ü", "link", "HTTPS://EXAMPLE.com/ü")]),
        ("https:// and http://", []),
        ("https://example.com/@bob.test", [("https://example.com/@bob.test", "link", "https://example.com/@bob.test")]),
        ("👋 #größe! #東京", [("#größe", "tag", "größe"), ("#東京", "tag", "東京")]),
        ("#1 of #2026 a#b ## #", []),
        ("#️⃣ keycap", []),
        ("#" + "x" * 65, []),
        ("#" + "x" * 64, [("#" + "x" * 64, "tag", "x" * 64)]),
        ("#a @bob.test #b", [("#a", "tag", "a"), ("@bob.test", "mention", "did:plc:bob"), ("#b", "tag", "b")]),
    ],
)  # fmt: skip
def test_facets_point_at_the_bytes_of_what_they_mean(text: str, expected: list[Any]) -> None:
    assert found(text) == expected


def test_a_handle_is_asked_for_once() -> None:
    assert mentioned("@bob.test @BOB.test @x.y.example, @bob") == ["bob.test", "x.y.example"]


@given(st.text(st.sampled_from("ab .#@/:()é👋🏽\u200d\nhtps1"), max_size=80))
def test_facets_never_overlap_and_always_cut_between_letters(text: str) -> None:
    wire, before = text.encode(), 0
    for facet in facets(text, dict.fromkeys(mentioned(text), "did:plc:x")):
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        assert before <= start < end <= len(wire)
        wire[start:end].decode()
        before = end


@given(
    st.datetimes(MIDNIGHT, MIDNIGHT.replace(year=2200), timezones=st.just(UTC)),
    st.text(max_size=40),
)
def test_a_record_key_is_a_valid_one_and_always_the_same(at: datetime, key: str) -> None:
    made = tid(at, key)
    assert re.fullmatch(r"[234567abcdefghij][234567a-z]{12}", made)
    assert made == tid(at, key)
    assert made[:11] < tid(at + timedelta(milliseconds=1), key)[:11]  # keys sort as their times do


def test_two_messages_of_one_moment_get_different_keys() -> None:
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert tid(noon, "message-1") != tid(noon, "message-2")
