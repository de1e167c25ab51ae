"""The connector of files that grow keeps what every connector promises."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.channels.contract import NOON, ChannelContract, Live, changed, hear, thorough

from hubbub.channels.adapters.stream.channel import Stream
from hubbub.channels.adapters.stream.scan import found
from hubbub.channels.core.contract import BadConnection
from hubbub.infra.http import Http
from hubbub.kernel.batch import Batch, Lines, RawBatch

POST: dict[str, Any] = {
    "id": "1",
    "created_at": "2026-07-01T10:00:00.000Z",
    "text": "My widget broke https://t.example/1 @acme",
    "lang": "EN",
    "author": {
        "id": "7",
        "username": "bob",
        "name": "Bob",
        "followers_count": 12,
        "following_count": 3,
        "tweet_count": 99,
        "created_at": "2019-02-03T00:00:00.000Z",
    },
    "entities": {"urls": [{"expanded_url": "https://example.org/widget"}], "mentions": [{"username": "acme"}]},
    "attachments": {"media_keys": ["3_1", "3_2"]},
}
REPLY = {
    "referenced_tweets": [{"type": "replied_to", "id": "1"}],
    "conversation_id": "1",
    "in_reply_to_user_id": "7",
}


def line(**changes: object) -> bytes:
    return msgspec.json.encode(POST | changes)


def stream(path: Path) -> Stream:
    return Stream({"path": str(path)}, {}, Http("stream", allow_private=False))


def whole(*lines: bytes) -> Batch:
    return Stream.parse(RawBatch(Lines.of(lines), None, NOON))


class TestStream(ChannelContract):
    kind = "stream"
    config = {"path": "posts.ndjson"}
    page = "stream.md"
    samples = (
        line(),
        line(id="2", text="So’s mine", **REPLY),
        line(id="3", text="RT @bob: My widget broke", referenced_tweets=[{"type": "retweeted", "id": "1"}]),
        msgspec.json.encode({"id": "4", "created_at": POST["created_at"], "text": "", "author": {"id": "8"}}),
    )
    unusable = (
        ({"path": "/nowhere/posts.ndjson"}, {}),
        ({"path": "/"}, {}),
        ({"path": "/dev/null"}, {}),
        ({"path": "a\0b"}, {}),
    )

    def line_of(self, text: str) -> bytes:
        return line(text=text.encode(errors="replace").decode())

    @asynccontextmanager
    async def live(self, folder: Path) -> AsyncIterator[Live]:
        path = folder / "posts.ndjson"
        path.write_bytes(b"".join(line(id=str(number)) + b"\n" for number in range(300)))
        yield Live(lambda: stream(path), lines=300)


def test_a_line_tells_who_said_what_and_to_whom() -> None:
    first, reply, repost, _ = whole(*TestStream.samples).posts.to_pylist()
    told = {
        name: first[name] for name in ("uri", "author", "handle", "followers", "lang", "links", "mentions", "media")
    }
    assert told == {
        "uri": "x:1",
        "author": "7",
        "handle": "bob",
        "followers": 12,
        "lang": "en",
        "links": ["https://example.org/widget"],
        "mentions": ["acme"],
        "media": 2,
    }
    assert (reply["parent"], reply["root"], reply["parent_author"]) == ("x:1", "x:1", "7")
    assert repost["repost_of"] == "x:1"


@thorough
@given(data=st.data())
def test_lines_read_at_once_are_what_they_are_one_by_one(data: st.DataObject) -> None:
    lines = data.draw(
        st.lists(st.sampled_from(TestStream.samples) | changed(TestStream.samples), min_size=1, max_size=3)
    )
    at_once, alone = whole(*lines), Stream.parse(RawBatch(lines, None, NOON))
    assert at_once.posts.to_pylist() == alone.posts.to_pylist()
    assert at_once.rejects == alone.rejects


@pytest.mark.parametrize(
    "entities",
    [
        b"null", b"{}", b"[]", b"1", b'""', b'{"mentions":null}', b'{"mentions":{}}', b'{"mentions":[1]}',
        b'{"mentions":[[]]}', b'{"mentions":[]}', b'{"mentions":[{}]}', b'{"mentions":[{"username":null}]}',
        b'{"mentions":[{"username":{"username":"x"}}]}', b'{"mentions":[{"x":{"username":"no"},"username":"\\u00e9"}]}',
        b'{"mentions":[{"username":"a","username":"b"}],"urls":[{"expanded_url":""},{"expanded_url":"https://a.b"}]}',
        b'{"mentions":[{"username":"a"}],"mentions":[]}', b'{"x":{"mentions":[{"username":"no"}]}}',
        b'{ "mentions" : [ { "username" : "a" } , { "x" : [ { "username" : "no" } ] } ] , "urls" : [ ] }',
        b'{"mentions":[{"username":"a"}]},"entities":null', b'null,"entities":{"mentions":[{"username":"a"}]}',
        b'{"mentions":[{"username":" a\x01b "}]}', b'{"urls":[{"expanded_url":"https://a"}]',
        b'{"mentions":[{"username":"a"}}',
    ],
)  # fmt: skip
def test_entities_read_at_once_are_what_they_are_one_by_one(entities: bytes) -> None:
    said = line(entities=None).replace(b'"entities":null', b'"entities":' + entities)
    lines = [line(), said, line()]
    at_once, alone = whole(*lines), Stream.parse(RawBatch(lines, None, NOON))
    assert (at_once.posts.to_pylist(), at_once.rejects) == (alone.posts.to_pylist(), alone.rejects)


@pytest.mark.parametrize(
    "text", ["\\u00e9", "\\ud83d\\ude00", "a\\nb\\tc", '\\"', "\\\\n", "\\/", "\\u0041", "東京 é", "\\u0000x", "\\b"]
)
def test_escapes_are_read_as_json_says(text: str) -> None:
    said = line(text="?").replace(b'"?"', f'"{text}"'.encode())
    assert whole(said).posts["text"].to_pylist() == Stream.parse(RawBatch([said], None, NOON)).posts["text"].to_pylist()
    assert found(Lines.of([said])).odd.size == 0


NESTED = [[[1, {"a": [None, True, -1.5]}], {}, []]]


@pytest.mark.parametrize(
    "odd",
    [
        b'{"id":"1"',
        line()[:-1] + b"},",
        line().replace(b'"id":"1"', b'"id":1'),
        line().replace(b'"text":', b'"te\\u0078t":'),
        line().replace(b'"lang":"EN"', b'"lang":tru'),
        line().replace(b":12,", b":012,"),
        line().replace(b":12,", b":1e3,"),
        line(text="?").replace(b'"?"', b'"\\ud83d"'),
        line(text="?").replace(b'"?"', b'"a\nb"'),
        line(text="?").replace(b'"?"', b'"\\x"'),
        line(x=NESTED).replace(b"]]]", b"]]}"),
        line()[:-1] + b',"author":{}}',
    ],
)
def test_a_line_that_is_not_plain_is_left_to_the_parser(odd: bytes) -> None:
    held = found(Lines.of([line(), odd, line(x=NESTED)]))
    assert (held.rows.tolist(), held.odd.tolist()) == ([0, 2], [1])


def test_one_line_that_is_none_costs_no_other() -> None:
    batch = whole(line(), b"{}", line(id=" "), line(id="5", created_at="yesterday"), line(id="6"))
    assert batch.posts["uri"].to_pylist() == ["x:1", "x:6"]
    assert [reject.row for reject in batch.rejects] == [1, 2, 3]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Bob\u00a0\u2003 Bee", "Bob Bee"),
        (" Bob", "Bob"),
        ("Bob ", "Bob"),
        ("Bob  Bee", "Bob Bee"),
        ("B\u3000B", "B B"),
        ("B\u1680B", "B B"),
        ("Bob\x07", "Bob"),
        ("Bob\x85", "Bob"),
        ("\u00e9" * 300, "\u00e9" * 200),
        ("Zo\u00eb 東京", "Zo\u00eb 東京"),
    ],
)
def test_names_in_columns_are_cleaned_as_one_by_one(said: str, kept: str) -> None:
    author = POST["author"] | {"name": said}
    assert whole(line(author=author), line(id="2")).posts["name"].to_pylist() == [kept, "Bob"]


async def test_what_is_written_later_is_heard_and_half_a_line_waits(tmp_path: Path) -> None:
    path = tmp_path / "posts.ndjson"
    path.write_bytes(line() + b"\n" + line(id="2")[:20])
    channel = stream(path)
    heard = channel.hear(None)
    assert list((await anext(heard)).lines) == [line()]
    with path.open("ab") as file:
        file.write(line(id="2")[20:] + b"\n")
    raw = await asyncio.wait_for(anext(heard), 10)
    assert list(raw.lines) == [line(id="2")]
    assert raw.cursor == path.stat().st_size
    await heard.aclose()  # type: ignore[attr-defined]
    await channel.aclose()


async def test_a_file_that_got_shorter_is_heard_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "posts.ndjson"
    path.write_bytes(line(id="9") + b"\n")
    batches = await hear(stream(path), 1_000_000, 1)
    assert [each for batch in batches for each in batch.lines] == [line(id="9")]


async def test_a_line_without_end_is_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hubbub.channels.adapters.stream.channel.BLOCK", 1_000)
    monkeypatch.setattr("hubbub.channels.adapters.stream.channel.MAX_LINE", 4_000)
    path = tmp_path / "posts.ndjson"
    path.write_bytes(b"x" * 10_000)
    with pytest.raises(BadConnection, match="has a line of more than"):
        await anext(stream(path).hear(None))
