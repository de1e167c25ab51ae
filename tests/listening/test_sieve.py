"""The sieve may let through too much, never too little."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.listening.examples import MATCHES
from tests.listening.test_matcher import queries, texts

from hubbub.channels.core.contract import Keys
from hubbub.kernel.batch import Lines
from hubbub.listening.core.query import Query, brute, parse
from hubbub.listening.core.sieve import Sieve

KEYS = Keys(("text",), ("id", "by", "answers", "parent", "text"), ("url",))


def line_of(text: str, *, escaped: bool = False, **more: object) -> bytes:
    said = {"id": "at://did:plc:abc/app.post/3kxyz2", "text": text, **more}
    return json.dumps(said, ensure_ascii=escaped).encode("utf-8", "surrogatepass")


def picked(sieve: Sieve, *lines: bytes) -> list[int]:
    rows: list[int] = sieve.pick(Lines.of(lines)).rows.tolist()
    return rows


def asking(*sources: str) -> Sieve:
    return Sieve(KEYS, [parse(source) for source in sources])


@pytest.mark.parametrize("escaped", [False, True])
@pytest.mark.parametrize(("source", "text"), MATCHES)
def test_every_example_that_matches_goes_through(source: str, text: str, escaped: bool) -> None:
    assert picked(asking(source), line_of("nothing"), line_of(text, escaped=escaped))[-1:] == [1]


@settings(max_examples=400)
@given(st.lists(queries, min_size=1, max_size=5), st.lists(texts, min_size=1, max_size=5), st.booleans())
def test_whatever_matches_goes_through(asked: list[Query], batch: list[str], escaped: bool) -> None:
    rows = set(
        picked(Sieve(KEYS, asked), *[line_of(text, escaped=escaped, by="A", url="https://x.a.b/") for text in batch])
    )
    assert {row for row, text in enumerate(batch) if any(brute(query, text) for query in asked)} <= rows


tagged = st.text(st.sampled_from("aAbBcC1_É東ǅʰ\u0301"), min_size=1, max_size=9).map("#{}".format)


@settings(max_examples=400)
@given(tagged, st.sampled_from(["a", "ab", "bc", "abc", "é", "1", "bc*", '"a b"', '"ab c"', "東", "ba", "ca"]))
def test_parts_of_tags_go_through(tag: str, source: str) -> None:
    query = parse(source)
    assert not brute(query, tag) or picked(Sieve(KEYS, [query]), line_of(tag)) == [0]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("acme", line_of("roadacme")),
        ("acme", line_of("acmé жacme acme2")),
        ('"acme widget"', line_of("acme and a widget")),
        ("acme*", line_of("an acm")),
        ("東京", line_of("京東")),
        ("acme b", line_of("beta")),
        ("NOT acme b", line_of("acme")),
        ("fail", line_of("#Failure #FAILED")),
        ('"🎉"', line_of("🎂")),
        ("author:anna", line_of("hello", by="ann")),
    ],
)
def test_what_holds_no_term_is_left_behind(source: str, line: bytes) -> None:
    assert picked(asking(source), line) == []


@pytest.mark.parametrize(
    "line", [b"", b"<html>", b'{"text": "cut o', b'{"text": "\xff"}', b'{"text": "\\ud8"}', b'"a"']
)
def test_what_is_no_line_of_json_goes_through_to_be_refused(line: bytes) -> None:
    assert picked(asking("acme"), line) == [0]


def test_only_the_values_of_keys_are_looked_at() -> None:
    sieve = Sieve(Keys(("text",), ()), [parse("acme")])
    assert picked(sieve, b'{"text": "no", "bio": "acme"}', b'{"text" :\t"ac", "acme": "text"}') == []
    assert picked(sieve, b'{"text": "say \\"acme\\""}', b'{"text": ["a", {"b": "acme"}]}', b'{"bio": 1}') == [0, 1, 2]
    assert picked(sieve, b'{"a": {"text": "no"}, "text": "acme"}', b'{"text": "a", "b": "\\"text\\": acme"}') == [0]


def test_names_are_told_from_topics() -> None:
    sieve = Sieve(KEYS, [parse("acme")], ["did:plc:ourselves7", "@help.acme.example"])
    lines = [
        line_of("acme"),
        line_of("hello", answers="at://did:plc:ourselves7/app.post/3k"),
        line_of("hi @HELP.acme.example acme"),
        line_of("nothing"),
    ]
    found = sieve.pick(Lines.of(lines))
    assert (found.rows.tolist(), found.named.tolist()) == ([0, 1, 2], [False, True, True])


def test_names_can_be_added() -> None:
    sieve = asking("acme")
    many = [f"at://did:plc:somebody/app.post/3kfollowed{number}" for number in range(5_000)]
    replies = [line_of("ok", parent=uri) for uri in many]
    assert picked(sieve, *replies) == []
    sieve.follow(many[:10])
    assert picked(sieve, *replies) == list(range(10))
    sieve.follow(many)
    assert picked(sieve, *replies) == list(range(5_000))
    assert picked(sieve, line_of("acme"), line_of("none")) == [0]


def test_a_site_that_lines_do_not_name_lets_everything_through() -> None:
    query = parse("site:network.example")
    assert picked(Sieve(KEYS, [query]), line_of("a")) == []
    assert picked(Sieve(Keys(("text",), (), site="www.network.example"), [query]), line_of("a"), line_of("b")) == [0, 1]


def test_lines_of_every_making_are_the_same() -> None:
    cut = Lines.split(b'{"a":1}\n\n{"b":2}\n')
    put: Sequence[bytes] = Lines.of([b'{"a":1}', b"", b'{"b":2}'])
    assert list(cut) == list(put) == [b'{"a":1}', b"", b'{"b":2}']
    assert list(cut[1:]) == [b"", b'{"b":2}']
    assert list(Lines.of([b"a\nb", b"c"])) == [b"a\nb", b"c"]
    assert list(Lines.of([])) == [] and len(Lines.split(b"")) == 0


@pytest.mark.parametrize(("source", "text"), [("strasse", "Die Straße"), ("fine", "ﬁne"), ('"gross ist"', "groß ist")])
def test_a_letter_that_stands_for_two_is_both_and_lets_nothing_else_through(source: str, text: str) -> None:
    assert picked(asking(source), line_of(text)) == [0]
    assert picked(asking("acme"), line_of(text)) == []
