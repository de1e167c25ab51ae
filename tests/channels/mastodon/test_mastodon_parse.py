"""What a line says, as columns."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.channels.mastodon.listening import posts
from tests.channels.mastodon.samples import BOB, DORA, ON, line, status
from tests.channels.mastodon.test_mastodon_contract import FULL, OLD

from hubbub.channels.adapters.mastodon.channel import Mastodon
from hubbub.channels.adapters.mastodon.names import split_uri
from hubbub.channels.adapters.mastodon.status import MAX_HTML, MAX_NAMED
from hubbub.kernel.batch import Event, RawBatch
from hubbub.kernel.details import details_of

NAMING = (
    '<p><span class="h-card"><a href="https://x.example/@acme" class="u-url mention">@<span>acme</span></a></span> '
    '<a href="https://x.example/tags/w" class="mention hashtag" rel="tag">#<span>w</span></a></p>'
)
SHORTENED = (
    '<a href="https://a.example/long/way"><span class="invisible">https://</span>'
    '<span class="ellipsis">a.example/long</span><span class="invisible">/way</span></a>'
)


def post(raw: Any) -> dict[str, Any]:
    return posts([line(raw)])[0]


def test_a_post_is_known_by_the_server_that_shows_it_and_its_author_by_the_whole_name() -> None:
    told = post(status())
    assert told["uri"] == f"mastodon://{ON}/109"
    assert (told["author"], told["handle"], told["name"]) == ("bob@home.example", "bob@home.example", "Bob 🌻")
    assert (told["followers"], told["follows"], told["posts"]) == (1200, 80, 345)
    assert told["joined_at"] == datetime(2024, 1, 2, tzinfo=UTC)
    assert told["mentions"] == [f"acme@{ON}"]
    assert told["created_at"] == datetime(2026, 11, 22, 11, 59, 59, 123_000, UTC)
    assert (told["lang"], told["url"], told["private"]) == ("en", "https://home.example/@Bob/1", False)
    assert json.loads(told["ref"])["id"] == "https://home.example/users/Bob/statuses/1"


def test_all_that_a_post_may_tell_is_told() -> None:
    told = post(FULL)
    details = details_of(told["details"])
    assert told["text"] == "Look, here"
    assert told["links"] == ["https://acme.example/w?a=1&b=2", "https://acme.example/card"]
    assert (told["parent"], told["parent_author"]) == (f"mastodon://{ON}/109", "dora@far.example")
    assert (told["private"], told["media"]) == (True, 2)
    assert (details.warning, details.visibility, details.quoted) == ("Sharp edges", "direct", "What Dora said")
    assert [(each.text, each.votes) for each in details.poll] == [("Mend", 3), ("Replace", None)]
    (file,) = details.files
    assert (file.name, file.type, file.alt) == ("lid.png", "image/png", "A broken lid")


def test_a_post_of_2016_is_read_too() -> None:
    told = post(OLD)
    assert (told["uri"], told["parent"]) == (f"mastodon://{ON}/12", f"mastodon://{ON}/11")
    assert told["author"] == told["parent_author"] == f"bob@{ON}"


@pytest.mark.parametrize(
    ("content", "text", "links"),
    [
        ("<p>One</p><p>Two<br />Three</p>", "One\n\nTwo\nThree", []),
        (
            NAMING,
            "@acme #w",
            [],
        ),
        (
            SHORTENED,
            "https://a.example/long/way",
            ["https://a.example/long/way"],
        ),
        ("<a href=\"javascript:alert(1)\">x</a><a href='http://b.example'>y</a>", "xy", ["http://b.example"]),
        ("a &lt;b&gt; &amp; c", "a <b> & c", []),
    ],
)
def test_a_person_reads_what_the_markup_shows(content: str, text: str, links: list[str]) -> None:
    told = post(status(content))
    assert (told["text"], told["links"]) == (text, links)


def test_an_edit_is_one_at_the_time_of_the_edit() -> None:
    told = post(status(edited_at="2026-11-22T12:30:00.000Z"))
    assert (told["event"], told["happened_at"]) == (Event.EDIT, datetime(2026, 11, 22, 12, 30, tzinfo=UTC))
    assert told["created_at"] < told["happened_at"]


def test_whom_a_reply_answers_is_told_only_where_the_post_tells_it() -> None:
    answer = {"in_reply_to_id": "1", "in_reply_to_account_id": "9"}
    assert post(status(**answer))["parent_author"] is None
    assert post(status(**answer, mentions=[DORA]))["parent_author"] == "dora@far.example"
    assert post(status(**answer | {"in_reply_to_account_id": BOB["id"]}))["parent_author"] == "bob@home.example"


@pytest.mark.parametrize(
    ("visibility", "private"), [("public", False), ("unlisted", False), ("private", True), ("direct", True)]
)
def test_what_only_some_may_see_is_private(visibility: str, private: bool) -> None:
    assert post(status(visibility=visibility))["private"] is private


def test_a_shared_post_names_what_it_shares() -> None:
    assert post(status("", id="112", reblog=status(id="108")))["repost_of"] == f"mastodon://{ON}/108"


def test_too_much_of_anything_is_cut_or_turned_away() -> None:
    many = [{"id": str(n), "acct": f"person{n}"} for n in range(500)]
    anchors = "".join(f'<a href="https://a.example/{n}">x</a>' for n in range(500))
    told = post(status(anchors, mentions=many, spoiler_text="w" * 50_000, poll={"options": [{"title": "x"}] * 500}))
    assert len(told["mentions"]) == len(told["links"]) == MAX_NAMED
    assert len(told["details"]) < 10_000
    batch = Mastodon.parse(RawBatch([line(status("x" * (MAX_HTML + 1)))], None, datetime.now(UTC)))
    assert "at most 100,000 are taken" in batch.rejects[0].reason


@pytest.mark.parametrize(
    "bad",
    [
        {"on": "far.example/x"},
        {"on": ""},
        {"status": status(id="a/b")},
        {"status": status(id="")},
        {"status": status(created_at="yesterday")},
        {"status": status(account=BOB | {"acct": "a@b@c"})},
        {"status": None},
    ],
)
def test_what_makes_no_sense_is_turned_away_with_a_reason(bad: dict[str, Any]) -> None:
    told = json.dumps({"on": ON, "status": status()} | bad).encode()
    batch = Mastodon.parse(RawBatch([told], None, datetime.now(UTC)))
    assert len(batch) == 0
    assert batch.rejects[0].reason.startswith("Not a post we can read: ")


@pytest.mark.parametrize("uri", ["mastodon://", "mastodon://a.example", "mastodon://a.example/1/2", "at://a/1", ""])
def test_no_other_address_is_taken_for_a_posts(uri: str) -> None:
    with pytest.raises(ValueError, match="this is"):
        split_uri(uri)
