"""What visitors say, as posts; and the settings of a website."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.channels.chat.test_chat_contract import said
from tests.channels.chat.visitors import CONFIG, NOON

from hubbub.channels.adapters.chat.channel import Chat
from hubbub.channels.adapters.chat.parse import Said, Sent, line
from hubbub.channels.adapters.chat.site import Site, origin
from hubbub.channels.core.contract import BadConnection
from hubbub.kernel.batch import RawBatch
from hubbub.kernel.details import details_of


def posts(*lines: bytes) -> list[dict[str, object]]:
    batch = Chat.parse(RawBatch(lines, None, NOON))
    assert batch.rejects == ()
    return batch.posts.to_pylist()


def test_a_visit_is_one_thread_of_private_posts_by_one_account() -> None:
    first, second = posts(said(1, "Hello"), said(2, "Anybody?"))
    assert (first["uri"], second["uri"]) == ("chat:3/7f3a00c1d2e3/1", "chat:3/7f3a00c1d2e3/2")
    assert first["root"] == second["root"] == first["uri"]
    assert {first["author"], second["author"]} == {"7f3a00c1d2e3"}
    assert (first["name"], first["private"], first["handle"]) == ("Visitor 7F3A", True, None)


def test_a_file_is_named_by_its_visit_and_its_number() -> None:
    picture, paper = posts(
        said(3, "", Sent("0" * 64, "a.png", "image/png", 7)), said(4, "", Sent("1" * 64, "b.pdf", "application/pdf", 8))
    )
    [file] = details_of(str(picture["details"])).files
    assert (file.ref, file.name, file.type, file.size) == ("7f3a00c1d2e3/3", "a.png", "image/png", 7)
    assert (picture["media"], paper["media"]) == (1, 0)


def test_what_is_dated_ahead_did_not_happen_later_than_it_came() -> None:
    [post] = posts(line(Said(3, "7f3a", 1, "x", "Hello", NOON + timedelta(days=2))))
    assert post["happened_at"] == NOON


@pytest.mark.parametrize(
    "wrong",
    [
        Said(3, "7f3a/9", 1, "x", "Hello", NOON),
        Said(3, "7f3a", 0, "x", "Hello", NOON),
        Said(0, "7f3a", 1, "x", "Hello", NOON),
        Said(3, "7f3a", 1, "x", " ", NOON),
        Said(3, "7f3a", 1, "x", "Hello", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_what_makes_no_sense_is_turned_away(wrong: Said) -> None:
    batch = Chat.parse(RawBatch([line(wrong)], None, NOON))
    assert (len(batch), len(batch.rejects)) == (0, 1)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("https://Shop.Example.org", "https://shop.example.org"),
        ("https://shop.example.org:443/", "https://shop.example.org"),
        ("https://shop.example.org:8443", "https://shop.example.org:8443"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:80", "http://[::1]"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_an_origin_is_kept_as_browsers_name_it(given: str, found: str) -> None:
    assert origin(given) == found


def test_several_websites_stand_beside_each_other() -> None:
    site = Site.of({**CONFIG, "origins": " https://a.example, https://b.example\nhttps://a.example "})
    assert site.origins == {"https://a.example", "https://b.example"}


def test_words_on_a_light_colour_are_dark() -> None:
    assert [Site.of({**CONFIG, "colour": each}).ink for each in ("#0f658f", "#ffe08a", "#FFFFFF")] == [
        "#ffffff",
        "#000000",
        "#000000",
    ]


def test_no_website_is_no_chat() -> None:
    with pytest.raises(BadConnection, match="is no address"):
        Site.of({**CONFIG, "origins": " "})
