"""Reading feeds as sites send them, well formed or not."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.channels.feeds.documents import ATOM, item, rss
from tests.channels.hostile import HOSTILE

from hubbub.channels.adapters.feeds.document import MAX_ENTRIES, Document, FeedUnusable, read
from hubbub.channels.adapters.feeds.parse import parse
from hubbub.kernel.batch import Event, RawBatch

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FEED = "https://blog.example.org/feed"


def reading(body: str | bytes, content_type: str = "application/xml", url: str = FEED) -> Document:
    return read(body if isinstance(body, bytes) else body.encode(), feed=FEED, url=url, content_type=content_type)


def posts(document: Document) -> list[dict[str, Any]]:
    batch = parse(RawBatch([msgspec.json.encode(entry) for entry in document.entries], None, NOON))
    assert batch.rejects == ()
    rows: list[dict[str, Any]] = batch.posts.to_pylist()
    return rows


def test_an_rss_entry_becomes_a_post() -> None:
    at = datetime(2026, 11, 21, 9, tzinfo=UTC)
    more = "<dc:creator>Mia</dc:creator><enclosure url='https://blog.example.org/1.mp3' type='audio/mpeg' length='1'/>"
    [post] = posts(reading(rss(item(1, text="<p>One</p><p>Two &amp; three</p>", at=at, more=more))))
    assert post == {
        **dict.fromkeys(post),
        "ours": False,
        "row": 0,
        "uri": f"feed:{FEED}#entry-1",
        "event": Event.CREATE,
        "happened_at": at,
        "created_at": at,
        "author": "blog.example.org#Mia",
        "name": "Mia",
        "text": "Entry 1\n\nOne\n\nTwo & three",
        "lang": "en-gb",
        "links": ["https://blog.example.org/1"],
        "mentions": [],
        "media": 1,
        "private": False,
        "url": "https://blog.example.org/1",
    }


def test_an_atom_entry_becomes_a_post() -> None:
    document = reading(ATOM, url="https://notes.example.org/atom.xml")
    [post] = posts(document)
    assert document.title == "Notes de version"
    assert post["uri"] == f"feed:{FEED}#tag:example.org,2026:notes/1"
    assert post["text"] == "Version 2 & plus\n\nPremier\n\nSecond"
    assert (post["author"], post["name"]) == ("https://notes.example.org/equipe", "Équipe Acme")
    assert (post["lang"], post["media"]) == ("fr", 1)
    assert post["url"] == "https://notes.example.org/v2"
    assert post["links"] == ["https://notes.example.org/v2", "https://notes.example.org/v1"]
    assert post["created_at"] == datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_whole_text_is_preferred_to_a_summary() -> None:
    more = "<content:encoded><![CDATA[<p>All of it</p>]]></content:encoded>"
    [post] = posts(reading(rss(item(1, text="A part", more=more))))
    assert post["text"] == "Entry 1\n\nAll of it"


def test_of_several_authors_the_first_is_named_with_a_page_of_their_own() -> None:
    both = "<author><name>Mia</name></author><author><name>Bob</name><uri>https://notes.example.org/bob</uri></author>"
    [post] = posts(reading(ATOM.replace("<entry>", f"<entry>{both}")))
    assert (post["name"], post["author"]) == ("Mia", "blog.example.org#Mia")


@pytest.mark.parametrize(
    ("content", "read"),
    [
        ('type="text/markdown">Words of *Mia*', "Words of *Mia*"),
        ('type="application/octet-stream">V29yZHMgb2YgTWlh', "Words of Mia"),
        ('type="application/octet-stream">iVBORw0KGgr/', ""),
        ('type="image/png">iVBORw0KGgr/', ""),
    ],
)
def test_content_that_is_no_html_is_taken_if_it_is_words_and_nothing_else_is_there(content: str, read: str) -> None:
    start, _, rest = ATOM.partition("<content")
    _, _, end = rest.partition("</content>")
    bare = f"{start}<content {content}</content>{end}"
    [post] = posts(reading(bare))
    assert post["text"] == f"Version 2 & plus\n\n{read}".strip()
    [post] = posts(reading(bare.replace("<content", "<summary>In short</summary><content")))
    assert post["text"] == "Version 2 & plus\n\nIn short"


def test_the_title_of_a_feed_is_read_as_a_person_would() -> None:
    document = reading(rss(item(1), title="Widgets <b>&amp; more</b>"))
    assert document.title == "Widgets & more"
    assert posts(document)[0]["name"] == "Widgets & more"


def test_a_title_that_only_repeats_the_beginning_is_not_said_twice() -> None:
    [post] = posts(reading(rss(item(1, title="My widget broke and…", text="My widget broke and nobody answers"))))
    assert post["text"] == "My widget broke and nobody answers"


def test_plain_words_that_look_like_markup_stay() -> None:
    [post] = posts(reading(rss(item(1, title="AT&T <3 widgets", text="1 < 2 & 3 <> 4"))))
    assert post["text"] == "AT&T <3 widgets\n\n1 < 2 & 3 <> 4"


def test_an_entry_without_a_guid_is_known_by_its_link_else_by_title_and_date() -> None:
    linked = "<item><link>https://blog.example.org/7</link><title>Seven</title></item>"
    bare = "<item><title>Eight</title><pubDate>Sat, 21 Nov 2026 10:00:00 GMT</pubDate></item>"
    first, second = (post["uri"] for post in posts(reading(rss(linked, bare))))
    assert first == f"feed:{FEED}#https://blog.example.org/7"
    assert second.startswith(f"feed:{FEED}#")
    assert [post["uri"] for post in posts(reading(rss(bare, linked)))] == [first, second]


def test_entries_that_share_one_guid_are_told_apart() -> None:
    shared = "".join(f"<item><guid>x</guid><link>https://blog.example.org/{n}</link></item>" for n in range(3))
    assert len({post["uri"] for post in posts(reading(rss(shared)))}) == 3


def test_an_entry_that_stands_there_twice_is_one() -> None:
    twice = "<item><title>Twice</title></item>" * 2
    assert len(posts(reading(rss(twice)))) == 1


def test_a_name_longer_than_any_uri_is_shortened_and_still_tells_entries_apart() -> None:
    items = [f"<item><guid>{'é' * 900}{number}</guid></item>" for number in range(2)]
    uris = [post["uri"] for post in posts(reading(rss(*items)))]
    assert len(set(uris)) == 2
    assert max(map(len, uris)) < 200


def test_dates_that_can_not_be_true_become_the_time_of_hearing() -> None:
    for date in (NOON + timedelta(days=400), datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)):
        text = rss(f"<item><title>Odd</title><pubDate>{date:%Y-%m-%dT%H:%M:%SZ}</pubDate></item>")
        [post] = posts(reading(text))
        assert (post["happened_at"], post["created_at"]) == (NOON, NOON)


def test_an_edit_happened_when_the_feed_says_it_was_updated_else_when_it_was_heard() -> None:
    entry = msgspec.structs.replace(reading(ATOM).entries[0], edited=True)
    for updated, happened in ((entry.updated, entry.updated), (None, NOON), (NOON + timedelta(days=1), NOON)):
        line = msgspec.json.encode(msgspec.structs.replace(entry, updated=updated))
        [post] = parse(RawBatch([line], None, NOON)).posts.to_pylist()
        assert (post["event"], post["happened_at"]) == (Event.EDIT, happened)
        assert post["created_at"] == entry.published


def test_a_line_whose_date_has_no_zone_is_turned_away() -> None:
    line = b'{"uri":"feed:x#1","feed":"x","title":"Widget","published":"2026-11-20T09:00:00"}'
    (reject,) = parse(RawBatch([line], None, NOON)).rejects
    assert "timezone" in reject.reason


def test_a_megabyte_of_markup_is_parsed_in_a_blink() -> None:
    entry = msgspec.structs.replace(reading(ATOM).entries[0], body="<p>" * 300_000 + "widget", body_is_html=True)
    began = time.process_time()
    [post] = parse(RawBatch([msgspec.json.encode(entry)], None, NOON)).posts.to_pylist()
    assert time.process_time() - began < 1
    assert post["text"] == "Version 2 & plus\n\nwidget"


def test_only_addresses_a_browser_may_open_are_kept() -> None:
    more = "<enclosure url='javascript:alert(1)' type='image/png'/>"
    [post] = posts(reading(rss(f"<item><title>x</title><link>javascript:alert(1)</link>{more}</item>")))
    assert (post["url"], post["links"], post["media"]) == (None, [], 0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252", "utf-32"])
def test_a_feed_is_read_in_the_encoding_it_names(encoding: str) -> None:
    body = rss(item(1, title="Größe élevée")).replace("utf-8", encoding).encode(encoding)
    [post] = posts(reading(body))
    assert post["text"].startswith("Größe élevée")


@pytest.mark.parametrize("encoding", ["idna", "punycode", "undefined", "zlib", "rot13", "nonsense", "", "\udcff"])
def test_a_feed_that_names_an_encoding_it_is_not_in_is_read_or_refused_in_words(encoding: str) -> None:
    body = rss(item(1, title="Widget")).replace("utf-8", encoding).encode("utf-8", "replace")
    for content_type in ("application/xml", f"text/xml; charset={encoding}"):
        try:
            assert posts(reading(body, content_type))
        except FeedUnusable as error:
            assert str(error).startswith("This feed is too broken to be read")


def test_characters_that_xml_does_not_know_do_not_spoil_a_feed() -> None:
    odd = "&#0;&#x1F;&#xD800;&#99999999999999;&#x110000;" + f"&#{'9' * 5_000};"
    [post] = posts(reading(rss(f"<item><title>Widget {odd} broke</title></item>")))
    assert post["text"].startswith("Widget ")
    assert post["text"].endswith("broke")


def test_entities_that_multiply_are_not_expanded() -> None:
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    doctype = f'<!DOCTYPE rss [<!ENTITY l0 "widget">{laughs}<!ENTITY file SYSTEM "file:///etc/passwd">]>'
    body = rss("<item><title>&l9;&file;</title></item>").replace("?><rss", f"?>{doctype}<rss")
    assert len(posts(reading(body))[0]["text"]) < 1_000
    assert "root:" not in posts(reading(body))[0]["text"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
@pytest.mark.parametrize("piece", ["\n", " \r\n", "<!ENTITY\n", "\n<!DOCTYPE ", "\n<!-- -->"])
def test_whatever_stands_before_a_feed_is_passed_in_a_time_that_grows_with_its_length(
    piece: str, encoding: str
) -> None:
    body = rss(item(1)).replace("utf-8", encoding).replace("?>", "?>" + piece * (300_000 // len(piece)), 1)
    began = time.process_time()
    try:
        assert len(posts(reading(body.encode(encoding)))) == 1
    except FeedUnusable as error:
        assert str(error)
    assert time.process_time() - began < 5  # where time grows with the square, this takes minutes


@pytest.mark.parametrize("tag", ["author", "managingEditor", "dc:creator", "dc:publisher", "webMaster"])
def test_an_author_of_any_length_is_read_in_a_blink(tag: str) -> None:
    began = time.process_time()
    [post] = posts(reading(rss(item(1, more=f"<{tag}>{'x' * 300_000}</{tag}>"))))
    assert len(post["name"]) <= 200
    assert time.process_time() - began < 5


def test_of_a_very_long_feed_the_newest_entries_are_read() -> None:
    at = NOON - timedelta(days=100)
    items = [item(number, at=at + timedelta(minutes=number)) for number in range(MAX_ENTRIES + 200)]
    entries = reading(rss(*items)).entries
    assert len(entries) == MAX_ENTRIES
    assert entries[0].title == f"Entry {MAX_ENTRIES + 199}"


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_entries_are_read_or_refused_in_words(name: str) -> None:
    text = HOSTILE[name].encode("utf-8", "replace").decode()
    for body in (rss(item(1, title=text[:2_000], text=text)), rss(f"<item><description>{text}</description></item>")):
        try:
            document = reading(body)
        except FeedUnusable as error:
            assert str(error)
        else:
            posts(document)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_broken_feeds_are_read_or_refused_in_words(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from((rss(item(1), item(2, at=NOON)).encode(), ATOM.encode(), ATOM.encode("utf-16"))))
    start = data.draw(st.integers(0, len(whole)))
    broken = whole[:start] + data.draw(st.binary(max_size=30)) + whole[start + data.draw(st.integers(0, 40)) :]
    content_type = data.draw(st.sampled_from(("application/xml", "text/html", "text/xml; charset=koi8-r", "", ";;=")))
    try:
        document = reading(broken, content_type)
    except FeedUnusable as error:
        assert str(error)
    else:
        posts(document)
