"""Files as people have them: any dialect, any encoding, and some that are no posts at all."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.channels.file.files import channel, posts, rejects, written

from hubbub.channels.adapters.file.table import open_table
from hubbub.channels.core.contract import BadConnection

ROWS = [
    ["id", "text", "user"],
    ["1", "My widget broke; again, | and\tagain", "bob"],
    ["2", 'She said "so’s mine"', "mia"],
    ["3", "Two lines:\nthis is the second\n\nand the fourth", "chloë"],
    ["4", "'quoted'", "bob"],
]


def table_text(delimiter: str = ",", end: str = "\n", quote: str = '"', **more: object) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end, quotechar=quote, **more).writerows(ROWS)  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
async def test_any_delimiter_and_line_end_is_recognised(tmp_path: Path, delimiter: str, end: str) -> None:
    path = written(tmp_path / "posts.csv", table_text(delimiter, end))
    heard = await posts(path)
    assert [post["text"] for post in heard] == [row[1] for row in ROWS[1:]]
    assert [post["author"] for post in heard] == ["bob", "mia", "chloë", "bob"]
    assert [post["uri"] for post in heard] == [f"file:posts/id:{number}" for number in range(1, 5)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
async def test_any_encoding_is_recognised(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path / "posts.csv", table_text(), encoding)
    assert [post["handle"] for post in await posts(path)] == ["bob", "mia", "chloë", "bob"]


async def test_a_letter_far_into_a_file_that_is_not_utf_8_is_seen_in_time(tmp_path: Path) -> None:
    lines = ["text", *(f"widget number {number} of many" for number in range(60_000)), "Größe"]
    path = written(tmp_path / "posts.csv", "\n".join(lines), "cp1252")
    assert open_table(path).encoding == "cp1252"


async def test_quotes_may_be_single_or_all_around_or_escaped(tmp_path: Path) -> None:
    expected = [row[1] for row in ROWS[1:]]
    for more in (
        {"quoting": csv.QUOTE_ALL},
        {"quoting": csv.QUOTE_ALL, "quote": "'"},
        {"escapechar": "\\", "doublequote": False, "quoting": csv.QUOTE_ALL},
    ):
        path = written(tmp_path / "posts.csv", table_text(**more))
        assert [post["text"] for post in await posts(path)] == expected, more


async def test_a_file_of_one_column_keeps_its_commas(tmp_path: Path) -> None:
    path = written(tmp_path / "posts.csv", 'text\nYes, it broke, again; | really\n"Two\nlines"\n\nDone\n')
    assert [post["text"] for post in await posts(path)] == ["Yes, it broke, again; | really", "Two\nlines", "Done"]


async def test_json_lines_are_read_with_nested_names(tmp_path: Path) -> None:
    lines = [
        {
            "id": 1,
            "text": "My widget broke",
            "user": {"id": 7, "screen_name": "bob", "name": "Bob", "followers_count": 3},
        },
        {"id": 2, "user": {"id": 8, "screen_name": "mia"}, "text": "So’s mine\u2028here", "new": [1, 2]},
    ]
    path = written(tmp_path / "posts.jsonl", "\n\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n")
    first, second = await posts(path)
    assert (first["author"], first["handle"], first["name"], first["followers"]) == ("7", "bob", "Bob", 3)
    assert (second["author"], second["handle"], second["name"], second["followers"]) == ("8", "mia", None, None)
    assert second["text"] == "So’s mine\u2028here"
    assert [first["uri"], second["uri"]] == ["file:posts/id:1", "file:posts/id:2"]


async def test_json_lines_that_are_none_are_rejected_with_their_line(tmp_path: Path) -> None:
    good = '{"text": "My widget broke"}'
    deep = "[" * 50_000
    path = written(
        tmp_path / "posts.json", "\n".join([good, "{", "[1]", '{"text": 7', deep, '{"text": null}', "", good])
    )
    assert len(await posts(path)) == 2
    reasons = await rejects(path)
    assert reasons[:2] == ["Line 2 is not JSON: {.", "Line 3 is not a JSON object: [1]."]
    assert reasons[-1] == "Line 6 has no text."
    assert len(reasons) == 5


async def test_lone_surrogates_in_json_become_a_mark(tmp_path: Path) -> None:
    path = written(tmp_path / "posts.jsonl", '{"text": "widget \\ud800 broke"}\n')
    assert [post["text"] for post in await posts(path)] == ["widget \ufffd broke"]


async def test_rows_too_long_or_short_or_without_text_are_rejected_with_their_line(tmp_path: Path) -> None:
    path = written(tmp_path / "posts.csv", 'id,text\n1,fine\n2,two,many\n3\n"4\n",  \n5,fine\n')
    assert [post["text"] for post in await posts(path)] == ["fine", "fine"]
    assert await rejects(path) == [
        "Line 3 has 3 columns, the first line has 2.",
        "Line 4 has 1 columns, the first line has 2.",
        "Line 6 has no text.",
    ]


async def test_a_quote_that_never_closes_costs_one_row(tmp_path: Path) -> None:
    rows = ["text", "fine", '"oh no', *(f"{'widget ' * 50}{number}" for number in range(6_000))]
    path = written(tmp_path / "posts.csv", "\n".join(rows))
    assert await rejects(path, mapping="text=text") == [
        "Line 3 can't be read (field larger than field limit (1000000)): \"oh no."
    ]
    assert len(await posts(path, mapping="text=text")) == 6_001


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \n\n", "is empty"),
        (b"PK\x03\x04" + bytes(200), "is a spreadsheet or ZIP file. Save it as CSV"),
        (b"%PDF-1.7 ...", "is a PDF"),
        (bytes(range(256)) * 40, "holds no text"),
        (bytes(5_000) + b"x", "holds no text"),
        (b"\x01\x02\x03\x04text" * 100, "holds no text"),
        (b"a,b\n1,2\n", "No column looks like the text of posts. The columns: a, b."),
    ],
)
async def test_a_file_of_no_posts_is_refused_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(BadConnection) as caught:
        await channel(written(tmp_path / "posts.csv", content)).check()
    assert words in str(caught.value)


async def test_a_json_array_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(BadConnection, match="one object a line"):
        await channel(written(tmp_path / "posts.json", '[{"text": "a"}]')).check()


async def test_a_folder_a_missing_file_and_one_not_to_be_read_are_told_apart(tmp_path: Path) -> None:
    for path, words in (
        (tmp_path, "is a folder, not a file."),
        (tmp_path / "none.csv", "There is no file"),
        (Path("/dev/zero"), "is not an ordinary file."),
        (written(tmp_path / "plain", b"text\nx") / "below.csv", "can't be read: Not a directory."),
    ):
        with pytest.raises(BadConnection, match=words):
            await channel(path).check()


async def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    path = written(tmp_path / "posts.csv", table_text())
    with pytest.raises(BadConnection) as caught:
        await channel(path, mapping="text=body").check()
    assert str(caught.value) == "There is no column ‘body’ for text. The columns: id, text, user."


async def test_the_order_of_day_and_month_is_decided_once_for_the_whole_file(tmp_path: Path) -> None:
    rows = ["text,date", *(f"widget {number},03/04/2015" for number in range(2_000)), "last,04/25/2015"]
    path = written(tmp_path / "posts.csv", "\n".join(rows))
    heard = await posts(path)
    assert {post["created_at"].strftime("%d %B") for post in heard} == {"04 March", "25 April"}
    by_hand = await posts(path, mapping="text=text,created_at=date,dates=day-first")
    assert by_hand[0]["created_at"].strftime("%d %B") == "03 April"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400) | st.text(max_size=400).map(lambda text: f"text,id\n{text}".encode("utf-16")))
async def test_any_bytes_are_posts_or_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path / "posts.csv", content)
    try:
        await posts(path)
    except BadConnection as error:
        assert str(error).endswith(".")
