"""Identity, and imports that are interrupted."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.channels.file.files import channel, heard, posts, written

from hubbub.channels.adapters.file.channel import LINES, File, _Reading
from hubbub.channels.core.contract import BadConnection
from hubbub.kernel.batch import RawBatch


def uris(batches: list[RawBatch]) -> list[str]:
    return [uri for raw in batches for uri in File.parse(raw).posts["uri"].to_pylist()]


def stored(cursor: Any) -> Any:
    """A cursor as the database gives it back."""
    return json.loads(json.dumps(cursor))


def repeated(path: Path, count: int, seed: int = 1) -> Path:
    """A file without ids in which many rows stand more than once."""
    choose = random.Random(seed)
    rows = (f"widget {choose.randrange(count // 4)} broke,{choose.choice(('bob', 'mia'))}" for _ in range(count))
    return written(path, "\n".join(["text,user", *rows]) + "\n")


async def test_the_end_of_the_file_ends_the_channel(tmp_path: Path) -> None:
    path = repeated(tmp_path / "posts.csv", 2 * LINES + 234)
    batches = await heard(path)
    assert [len(raw.lines) for raw in batches] == [LINES, LINES, 234]
    assert await heard(path, stored(batches[-1].cursor)) == []


async def test_a_row_that_stands_there_three_times_is_three_posts(tmp_path: Path) -> None:
    path = written(tmp_path / "posts.csv", 'text,user\nsame,bob\n"same", bob \nother,bob\nsame,bob\n')
    first, second, other, third = [post["uri"] for post in await posts(path)]
    assert (first[-2:], second[-2:], third[-2:], other[-2:]) == ("/1", "/2", "/3", "/1")
    assert first[:-2] == second[:-2] == third[:-2] != other[:-2]
    assert first.startswith("file:posts/")


async def test_occurrences_are_counted_across_batches_and_restarts(tmp_path: Path) -> None:
    path = repeated(tmp_path / "posts.csv", 2 * LINES + 300)
    batches = await heard(path)
    whole = uris(batches)
    assert len(set(whole)) == 2 * LINES + 300
    for number, raw in enumerate(batches):
        rest = await heard(path, stored(raw.cursor))
        assert uris(rest) == whole[LINES * (number + 1) :]
        assert [line for again in rest for line in again.lines] == [
            line for later in batches[number + 1 :] for line in later.lines
        ]


async def test_the_same_rows_are_the_same_posts_in_any_dialect_and_encoding(tmp_path: Path) -> None:
    plain = written(tmp_path / "posts.csv", "text,user\nGrüße,bob\nGrüße,bob\n")
    other = written(tmp_path / "other.csv", '"text";"user"\r\n"Grüße ";"bob"\r\nGrüße;bob\r\n', "utf-16")
    assert uris(await heard(plain)) == uris(await heard(other, source="posts"))


async def test_another_source_makes_other_posts(tmp_path: Path) -> None:
    path = repeated(tmp_path / "posts.csv", 40)
    assert not set(uris(await heard(path))) & set(uris(await heard(path, source="a/b %")))
    assert uris(await heard(path, source="a/b %"))[0].startswith("file:a%2Fb %25/")


async def test_a_column_may_say_where_each_post_is_from(tmp_path: Path) -> None:
    rows = ["id,text,channel", *(f"{number // 2},widget broke,{('mail', 'chat')[number % 2]}" for number in range(20))]
    path = written(tmp_path / "posts.csv", "\n".join(rows))
    found = uris(await heard(path, mapping="text=text,id=id,source=channel"))
    assert found[:2] == ["file:mail/id:0", "file:chat/id:0"]
    assert len(set(found)) == 20


async def test_a_reply_names_its_parent_as_that_is_known_itself(tmp_path: Path) -> None:
    path = written(tmp_path / "posts.csv", "id,text,in_reply_to\n1,My widget broke,\n2,So’s mine,1.0\n")
    first, second = await posts(path)
    assert (first["parent"], second["parent"]) == (None, first["uri"])


async def test_what_the_organisation_said_itself_is_marked(tmp_path: Path) -> None:
    path = written(tmp_path / "posts.csv", "text,author_id,inbound\n@acme it broke,115,True\nSorry!,acme,False\n")
    customer, ours = await posts(path)
    assert (customer["ref"], customer["handle"], customer["mentions"]) == (None, None, ["acme"])
    assert (ours["ours"], ours["handle"], ours["author"]) == (True, "acme", "acme")


async def test_links_and_mentions_are_found_in_the_text(tmp_path: Path) -> None:
    path = written(tmp_path / "posts.csv", "text\n.@acme see https://example.org/a?b=1. Or @bob_2 (mia@example.org)!\n")
    [post] = await posts(path)
    assert (post["mentions"], post["links"]) == (["acme", "bob_2"], ["https://example.org/a?b=1"])


async def test_a_post_without_a_date_that_can_be_read_is_kept(tmp_path: Path) -> None:
    path = written(tmp_path / "posts.csv", "text,date\nfine,2015-02-24\nfine too,2015-02-25\nodd,yesterday\n")
    [raw] = await heard(path)
    assert [post["happened_at"].year for post in File.parse(raw).posts.to_pylist()][:2] == [2015, 2015]
    assert File.parse(raw).posts["happened_at"].to_pylist()[2] == raw.arrived_at


async def test_a_file_that_grew_is_imported_further_with_the_mapping_it_began_with(tmp_path: Path) -> None:
    path = written(tmp_path / "posts.csv", "text,id,date\nfirst one,1,01/02/2015\n")
    [begun] = await heard(path)
    # Seen as a whole, ids would no longer be ids, and months would come first.
    with path.open("a", encoding="utf-8") as file:
        file.write("second one,1,01/02/2015\nthird one,3,02/25/2015\n")
    [rest] = await heard(path, stored(begun.cursor))
    again = File.parse(rest).posts.to_pylist()
    assert [post["uri"] for post in again] == ["file:posts/id:1", "file:posts/id:3"]
    assert again[0]["created_at"].month == 2


async def test_a_file_that_was_changed_is_not_imported_further(tmp_path: Path) -> None:
    path = repeated(tmp_path / "posts.csv", LINES + 700)
    cursor = stored((await heard(path))[0].cursor)
    whole = path.read_text()
    lines = whole.splitlines(keepends=True)
    for changed, words in (
        ("".join(lines[:300]), f"has become shorter: {LINES:,} of its records were imported, it now has 299"),
        (whole.replace("widget", "gadget", 1), f"was changed after {LINES:,} records were imported"),
        ("".join([lines[0], *reversed(lines[1:])]), "was changed"),
        (whole.replace("text,user", "text,User", 1), "was changed"),
    ):
        with pytest.raises(BadConnection) as caught:
            await heard(written(path, changed), cursor)
        assert words in str(caught.value)
    rest = await heard(written(path, "".join([*lines[:-1], "last,mia\n"])), cursor)
    assert sum(len(raw.lines) for raw in rest) == 700


async def test_a_cursor_of_another_kind_is_refused_in_words(tmp_path: Path) -> None:
    path = repeated(tmp_path / "posts.csv", 40)
    for cursor in ({}, 7, "x", {"record": -1, "digest": "", "mapping": ""}):
        with pytest.raises(BadConnection):
            await heard(path, cursor)


CELLS = ("a b", "a b ", "c, d", 'e "f"', "g\nh", "")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(st.sampled_from(("a b", "a b ", "c, d", 'e "f"', "g\nh", "")), st.sampled_from("xy")), min_size=1
    ),
    cut=st.integers(1, 7),
)
async def test_any_file_cut_anywhere_gives_every_row_once(
    tmp_path: Path, rows: list[tuple[str, str]], cut: int
) -> None:
    text = "text;user\n" + "".join('"{}";{}\n'.format(words.replace('"', '""'), user) for words, user in rows)
    path = written(tmp_path / "posts.csv", text)
    file = channel(path, mapping="text=text,author=user")
    whole = [line for raw in await heard(path, mapping="text=text,author=user") for line in raw.lines]
    assert len(whole) == len(rows)
    cursor, pieces = None, []
    while True:
        reading = _Reading(file, stored(cursor))
        piece = reading.lines(cut)
        if not piece:
            break
        pieces += piece
        cursor = reading.cursor()
    assert pieces == whole


IMPORT = """
import asyncio, json, os, sys
from pathlib import Path
from tests.channels.file.files import channel
from hubbub.channels.adapters.file.channel import File

async def run(path, log):
    done = [json.loads(line) for line in log.read_text().splitlines() if line] if log.exists() else []
    with log.open("a") as out:
        async for raw in channel(path).hear(done[-1]["cursor"] if done else None):
            out.write(json.dumps({"uris": File.parse(raw).posts["uri"].to_pylist(), "cursor": raw.cursor}) + "\\n")
            out.flush()
            os.fsync(out.fileno())
            print("stored", flush=True)

asyncio.run(run(Path(sys.argv[1]), Path(sys.argv[2])))
"""


def test_an_import_that_is_killed_again_and_again_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    path, log = repeated(tmp_path / "posts.csv", 8 * LINES), tmp_path / "log"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(["src", "."])}
    root = Path(__file__).parents[3]
    for kills in (1, 3, None):
        with subprocess.Popen(
            [sys.executable, "-c", IMPORT, str(path), str(log)], cwd=root, env=environment, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            for _ in range(kills or 0):
                assert process.stdout.readline() == b"stored\n"
            if kills:
                process.send_signal(signal.SIGKILL)
            assert process.wait() == (-signal.SIGKILL if kills else 0)
        # A line half written is what a transaction rolled back.
        log.write_text("".join(line for line in log.read_text().splitlines(keepends=True) if line.endswith("\n")))
    found = [uri for line in log.read_text().splitlines() for uri in json.loads(line)["uris"]]
    assert len(found) == len(set(found)) == 8 * LINES
    assert found == uris(asyncio.run(heard(path)))
