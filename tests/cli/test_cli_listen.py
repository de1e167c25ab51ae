"""`hubbub listen`: the main job in a terminal, with no account and no database."""

import json
from pathlib import Path

import pytest
from tests.cli.terminal import hubbub

FILE = """\
{"id": 1, "created_at": "2026-11-20T10:00:00Z", "author": "bob", "text": "@acme my widget broke, this is rubbish"}
{"id": 2, "created_at": "2026-11-20T11:00:00Z", "author": "carol", "text": "Love my ACME widget, thank you"}
{"id": 3, "created_at": "2026-11-20T12:00:00Z", "author": "dave", "text": "An academe is no acmeist"}
{"id": 4, "created_at": "2026-11-20T13:00:00Z", "author": "erin", "text": "My acme kettle is fine \\u001b[31m\\ud83d"}
"""


@pytest.fixture
def posts(home: Path, tmp_path: Path) -> Path:
    path = tmp_path / "posts.jsonl"
    path.write_text(FILE)
    return path


def test_what_matches_is_told_with_what_to_do_and_why(posts: Path) -> None:
    said = hubbub("listen", "acme NOT kettle", "--file", str(posts), "--us", "@Acme", "--json")
    assert (said.status, said.err) == (0, "")
    complaint, praise = map(json.loads, said.out.splitlines())
    assert (complaint["who"], complaint["kind"], complaint["about"]) == ("bob", "complaint", "to us")
    assert complaint["text"] == "@acme my widget broke, this is rubbish"
    assert complaint["said_at"] == "2026-11-20T10:00:00+00:00"
    assert (praise["who"], praise["kind"], praise["about"], praise["decision"]) == (
        "carol",
        "praise",
        "about us",
        "thank",
    )
    for found in (complaint, praise):
        assert found["rule"]
        assert all(reason.endswith(".") for reason in found["reasons"])
        assert found["reasons"]
        assert 0 < found["kind_probability"] <= 1
        assert -1 <= found["sentiment"] <= 1
    assert complaint["sentiment"] < 0 < praise["sentiment"]


def test_a_person_reads_the_decision_below_the_post(posts: Path) -> None:
    said = hubbub("listen", "acme NOT kettle", "--file", str(posts))
    assert said.status == 0
    head, text, decision = said.out.split("\n")[:3]
    assert head.endswith("complaint  bob")
    assert text == "@acme my widget broke, this is rubbish"
    assert "Complaint about us" in decision


def test_what_a_stranger_wrote_can_not_play_with_the_terminal(posts: Path) -> None:
    said = hubbub("listen", "kettle", "--file", str(posts))
    assert "My acme kettle is fine [31m\ufffd" in said.out
    assert "\x1b" not in said.out


def test_it_stops_after_the_count_asked_for(posts: Path) -> None:
    said = hubbub("listen", "acme", "--file", str(posts), "--json", "--count", "1")
    assert len(said.out.splitlines()) == 1


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (
            "acme AND (widget",
            "is never closed. Add a ) at the end, after character 16.\n  acme AND (widget\n           ^\n",
        ),
        ('acme "widget', '\n  acme "widget\n       ^\n'),
    ],
)
def test_a_query_that_can_not_be_read_says_where(posts: Path, query: str, words: str) -> None:
    said = hubbub("listen", query, "--file", str(posts))
    assert (said.status, said.out) == (1, "")
    assert words in said.err


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        ([], 2, "Say where to listen: --jetstream, --feed URL or --file PATH."),
        (["--file", "a", "--feed", "http://x"], 2, "Say where to listen"),
        (["--file", "none.jsonl"], 1, "hubbub: There is no file "),
        (["--feed", "ftp://x/feed"], 1, "hubbub: "),
        (["--jetstream", "https://x"], 1, "hubbub: "),
    ],
)
def test_a_place_where_nothing_can_be_heard_is_told(home: Path, options: list[str], status: int, words: str) -> None:
    said = hubbub("listen", "acme", *options)
    assert (said.status, said.out) == (status, "")
    assert words in said.err
    assert "Traceback" not in said.err


def test_a_wrong_setting_stops_it(posts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBBUB_PORT", "eighty")
    said = hubbub("listen", "acme", "--file", str(posts))
    assert said.status == 1
    assert "HUBBUB_PORT is 'eighty' in the environment" in said.err
