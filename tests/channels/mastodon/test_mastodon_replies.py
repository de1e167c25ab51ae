"""What an answer says and to whom, how it is known again, and what a cursor remembers."""

from datetime import UTC, datetime, timedelta

import pytest

from hubbub.channels.adapters.mastodon.heard import BEGINNING, KEEP, KEEP_FOR, Heard, Mark
from hubbub.channels.adapters.mastodon.replies import MAX_LENGTH, addressed, body_of, likeness
from hubbub.channels.adapters.mastodon.status import Kept

HOME, US = "social.example", "acme@social.example"
BOB, MIA = "bob@far.example", "mia@social.example"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Hello", "@bob@far.example @mia Hello"),
        ("Hello @bob@far.example", "@mia Hello @bob@far.example"),
        ("Hello @Bob@Far.example and @mia.", "Hello @Bob@Far.example and @mia."),
        ("Hello @mia@social.example", "@bob@far.example Hello @mia@social.example"),
        ("Hello @bob", "@bob@far.example @mia Hello @bob"),
        ("Mail me@mia or @miaow", "@bob@far.example @mia Mail me@mia or @miaow"),
    ],
)
def test_an_answer_begins_with_those_it_does_not_name_yet(text: str, whole: str) -> None:
    assert addressed(text, Kept(by=BOB, to=(US, MIA, BOB)), US, HOME, private=False) == whole


def test_in_private_nobody_else_is_named() -> None:
    assert addressed("Hello", Kept(by=BOB, to=(US, MIA)), US, HOME, private=True) == "@bob@far.example Hello"


def test_others_are_named_only_as_far_as_they_fit() -> None:
    text = "x" * (MAX_LENGTH - len("@bob@far.example "))
    assert addressed(text, Kept(by=BOB, to=(MIA,)), US, HOME, private=False) == f"@bob@far.example {text}"


def test_a_public_answer_is_as_quiet_as_its_parent_and_a_private_one_is_direct() -> None:
    def seen_by(visibility: str, *, private: bool) -> object:
        return body_of("x", Kept(visibility=visibility), None, [], private=private)["visibility"]

    assert seen_by("unlisted", private=False) == "unlisted"
    assert seen_by("public", private=False) == seen_by("", private=False) == "public"
    assert seen_by("public", private=True) == seen_by("private", private=True) == "direct"


def test_a_text_is_known_again_however_a_server_shows_it() -> None:
    assert likeness("@bob@far.example  Hello\n\nthere") == likeness("@bob Hello there")
    assert likeness("@bob Hello there") != likeness("@bob Hello there!")


def test_a_mark_stays_a_page_behind_until_nothing_new_comes() -> None:
    mark = Mark()
    mark.begin("")
    assert (mark.after, mark.reached) == (BEGINNING, BEGINNING)
    mark.read("5")
    assert (mark.after, mark.reached) == (BEGINNING, "5")
    mark.read("9")
    assert (mark.after, mark.reached) == ("5", "9")
    mark.read("9")
    assert mark.after == "5"
    mark.settle()
    assert mark.after == "9"


def test_only_the_newest_posts_are_remembered_and_not_for_ever() -> None:
    heard = Heard()
    heard.add("old", "", NOON - KEEP_FOR - timedelta(seconds=1))
    for number in range(KEEP + 5):
        heard.add(str(number), "", NOON)
    assert len(heard.posts) == KEEP
    assert "old" not in heard.posts
    assert "4" not in heard.posts


def test_a_cursor_is_what_was_remembered() -> None:
    heard = Heard()
    heard.mark.begin("7")
    heard.add("1", "then", NOON)
    again = Heard.since(heard.cursor())
    assert again == heard
    assert not again.is_news("1", "then")
    assert again.is_news("1", "later")
    assert Heard.since({"mark": 7}) == Heard.since(None) == Heard()
