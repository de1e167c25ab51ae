import csv
import os
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.listening.examples import MATCHES, MISSES

from hubbub.listening.core.matcher import Matcher
from hubbub.listening.core.query import Facts, Query, QueryError, brute, parse, spans
from hubbub.listening.core.query.grammar import MAX_TERM_LENGTH


def matcher_of(*sources: str) -> Matcher[str]:
    return Matcher([(source, parse(source)) for source in sources])


def matched(source: str, *texts: str) -> list[int]:
    rows: list[int] = matcher_of(source).match(texts).rows.tolist()
    return rows


# --- batches ---


def test_rows_come_in_order_with_the_topics_they_match() -> None:
    matcher = Matcher([((1, 10), parse("acme")), ((1, 11), parse("widget -acme")), ((2, 10), parse("acme widget"))])
    matches = matcher.match(["a widget", "nothing", "an Acme widget", "acme"])
    assert matches.rows.tolist() == [0, 2, 3]
    assert list(matches) == [(0, ((1, 11),)), (2, ((1, 10), (2, 10))), (3, ((1, 10),))]
    assert matches.topics(2) == ((1, 10), (2, 10))
    assert matches.topics(1) == ()
    assert len(matches) == 3


def test_arrow_arrays_slices_and_nulls_are_taken() -> None:
    texts = pa.array(["acme", None, "ACMÉ", "Ünder acme", "acme"], pa.string())
    matcher = matcher_of("acme")
    assert matcher.match(texts).rows.tolist() == [0, 3, 4]
    assert matcher.match(texts.slice(3)).rows.tolist() == [0, 1]


def test_no_topics_and_no_texts_match_nothing() -> None:
    assert len(Matcher[str]([]).match(["acme"])) == 0
    assert len(matcher_of("acme").match([])) == 0
    assert len(matcher_of("acme").match(pa.array([], pa.string()))) == 0
    assert len(matcher_of("acme").match(["", "", "none"])) == 0


def test_terms_that_overlap_are_all_found() -> None:
    matches = matcher_of("acme", '"acme widget"', "widget", '"widget co"').match(["the Acme  widget co"])
    assert matches.topics(0) == ("acme", '"acme widget"', "widget", '"widget co"')


def test_nothing_matches_across_two_texts() -> None:
    assert matched('"acme road" OR acmeroad', "acme", "road", "acme ", " road") == []


def test_very_long_and_very_odd_texts_are_taken() -> None:
    long = "x " * 50_000
    odd = [
        "\x00acme\x00",
        "a\ncme",
        f"{long}acme",
        long,
        "🎉" * 5_000,
        "\u0301" * 1_000 + "acme",
        "\ud800acme\udc00",
        "\n",
    ]
    assert matched("acme", *odd) == [0, 2, 5, 6]


def test_a_text_full_of_handles_and_hits_is_done_in_one_go() -> None:
    assert matched("acme", "@acme.x acme. @a " * 20_000) == [0]
    assert matched("acme", "@acme.x-" * 40_000) == []


def test_the_longest_term_is_found() -> None:
    phrase = "🎉" * MAX_TERM_LENGTH
    assert matched(f'"{phrase}"', f"so {phrase}!", phrase[1:]) == [0]


def test_thousands_of_topics_are_compiled_and_told_apart() -> None:
    matcher = Matcher([(number, parse(f"(brand{number} OR #tag{number}) NOT bad{number}")) for number in range(2_000)])
    matches = matcher.match(["brand17 brand1999", "#tag17 bad17", "tag17", "Brand5 bad6"])
    assert dict(matches) == {0: (17, 1999), 3: (5,)}


# --- the same as the plain rules ---

LETTERS = [
    *"aAbBéß_7",
    *("e\u0301", "\u0301", "İ", "i", "i\u0307", "ı", "ſ", "s", "ﬁ", "Ж", "ж", "ǰ", "ŉ"),
    *("東", "京", "か", "\u3099", "ー", "ดี", "ก", "่", "가", "ᄀ\u1161", "\u11a8", "हि"),
    *("😀", "❤\ufe0f", "👩\u200d💻", "1\ufe0f\u20e3", "\u200f", "\u200c"),
    *("’", "'", "ʼ", "#", "@", ".", "-", "‑", '"', "“"),
    *("@a", "@a.b", "@b@a", "#a", "#a_b", "#東京", "a b", "東京", "ab."),
    *(" ", " ", " ", "\n", "\t", "\u00a0", "\u3000", "\x00", "\x1f"),
    *("#aB", "#Ab7", "#AAb", "#É\u0301a", "https://a.b/", "?", "ab ", " b "),
]
texts = st.lists(st.sampled_from(LETTERS), max_size=25).map("".join)
WORDS = [
    "a",
    "b",
    "ab",
    "s",
    "ss",
    "é",
    "e",
    "i",
    "fi",
    "ж",
    "東",
    "東京",
    "か",
    "が",
    "ー",
    "ดี",
    "ก",
    "가",
    "हि",
    "a_",
    "7",
    "a-b",
    "a’s",
    "#a",
    "#東",
    "#é",
    "@a",
    "@a.b",
    "@b@a",
    "@é",
]
PHRASES = [
    "a b",
    "a  東",
    "東 京",
    "a @b",
    "@a b",
    "#a b",
    "😀",
    "❤",
    "💻",
    ".",
    "-a",
    "a.",
    "@",
    "’",
    "\u0301a",
    "a\u200d",
]
PREFIXES = ["ab*", "ss*", "fi*", "東京*", "a-b*"]
FILTERS = [
    "lang:en",
    "country:gb",
    "author:a",
    "site:a.b",
    "followers:>5",
    "has:link",
    "has:question",
    "is:reply|repost",
]
simple_terms = st.sampled_from(WORDS + PREFIXES) | st.sampled_from(PHRASES).map('"{}"'.format)
any_terms = texts.map(lambda text: '"' + re.sub('["“”„]', "", text) + '"')
sources = st.recursive(
    simple_terms | any_terms,
    lambda inner: (
        st.tuples(inner, inner).map("({0[0]} {0[1]})".format)
        | st.tuples(simple_terms, st.integers(1, 3), st.sampled_from(["", "f"]), simple_terms, simple_terms).map(
            "({0[0]} NEAR/{0[1]}{0[2]} ({0[3]} OR {0[4]}))".format
        )
        | st.tuples(st.integers(1, 3), simple_terms, simple_terms).map("(ATLEAST/{0[0]} ({0[1]} OR {0[2]}))".format)
        | st.tuples(inner, st.sampled_from(FILTERS)).map("({0[0]} {0[1]})".format)
        | st.tuples(inner, st.sampled_from(FILTERS)).map("({0[0]} -{0[1]})".format)
        | st.tuples(inner, st.sampled_from(FILTERS[1:3])).map("({0[0]} OR {0[1]})".format)
        | st.tuples(inner, inner).map("({0[0]} OR {0[1]})".format)
        | st.tuples(inner, inner).map("({0[0]} NOT {0[1]})".format)
        | st.tuples(inner, inner, inner).map("({0[0]} ({0[1]} OR -{0[2]}))".format)
    ),
    max_leaves=5,
)


def parsed(source: str) -> Query | None:
    try:
        return parse(source)
    except QueryError:
        return None


queries = sources.map(parsed).filter(lambda query: query is not None)


def test_the_matcher_agrees_with_the_plain_rules_on_every_example() -> None:
    asked = [parse(source) for source in sorted({source for source, _ in MATCHES + MISSES})]
    batch = [text for _, text in MATCHES + MISSES]
    matches = Matcher(list(enumerate(asked))).match(batch)
    for row, text in enumerate(batch):
        assert matches.topics(row) == tuple(key for key, query in enumerate(asked) if brute(query, text)), text


told = st.builds(
    Facts,
    language=st.sampled_from(["", "en", "en-gb", "de"]),
    author=st.sampled_from(["", "A", "b"]),
    site=st.sampled_from(["", "a.b"]),
    links=st.sampled_from([frozenset(), frozenset({"x.a.b"}), frozenset({"a.b.x"})]),
    followers=st.sampled_from([None, 5, 6]),
    reply=st.booleans(),
)


@settings(max_examples=300)
@given(st.lists(queries, min_size=1, max_size=8), st.lists(st.tuples(texts, told), min_size=1, max_size=8))
def test_the_matcher_agrees_with_the_plain_rules(asked: list[Query], batch: list[tuple[str, Facts]]) -> None:
    said, facts = [text for text, _ in batch], [fact for _, fact in batch]
    matcher = Matcher(list(enumerate(asked)))
    with_facts, without = matcher.match(said, facts.__getitem__), matcher.match(said)
    columns = [pa.array([getattr(fact, name) for fact in facts]) for name in ("author", "account")]
    by_column = matcher.match(said, facts.__getitem__, authors=columns)
    assert [column.tolist() for column in by_column.pairs] == [column.tolist() for column in with_facts.pairs]
    for row, (text, fact) in enumerate(batch):
        assert with_facts.topics(row) == tuple(k for k, query in enumerate(asked) if brute(query, text, fact)), text
        assert without.topics(row) == tuple(k for k, query in enumerate(asked) if brute(query, text)), text
    assert with_facts.rows.tolist() == sorted(with_facts.rows.tolist())


@settings(max_examples=200)
@given(queries, texts)
def test_what_is_marked_lies_apart_and_is_there_when_a_query_matches(query: Query, text: str) -> None:
    marked = spans(text, query)
    assert all(0 <= start < end <= len(text) for start, end in marked)
    assert all(first[1] < second[0] for first, second in pairwise(marked))
    assert marked or not brute(query, text, Facts())


@pytest.mark.skipif("HUBBUB_DATA" not in os.environ, reason="HUBBUB_DATA names no folder with real posts")
def test_the_matcher_agrees_with_the_plain_rules_on_real_posts() -> None:
    with (Path(os.environ["HUBBUB_DATA"]) / "text" / "airline.csv").open(encoding="utf-8", newline="") as file:
        posts = [row["text"] for row in csv.DictReader(file)]
    said = [re.findall(r"[#@]?\w+", post.lower()) for post in posts]
    common = [word for word, _ in Counter(word for words in said for word in words).most_common(300)]
    pairs = Counter(f'"{a} {b}"' for words in said for a, b in pairwise(words) if a not in "#@")
    phrases = [phrase for phrase, _ in pairs.most_common(300)]
    asked = [
        parse(f"({a} OR {b} {c}) -{d}") for a, b, c, d in zip(common, phrases, common[150:], common[75:], strict=False)
    ]
    asked += [parse(word) for word in common[::5]]
    pairs_of = zip(common[::7], common[3::5], strict=False)
    asked += [parse(f"({a} NEAR/4 {b}) OR ATLEAST/2 ({b} OR {a})") for a, b in pairs_of]
    asked += [parse(f"{word[:4]}* -is:reply has:question") for word in common[::9] if len(word) > 4 and word.isalpha()]
    matches = Matcher(list(enumerate(asked))).match(posts)
    for row in range(0, len(posts), 20):
        assert matches.topics(row) == tuple(key for key, query in enumerate(asked) if brute(query, posts[row]))


# --- what is marked ---


@pytest.mark.parametrize(
    ("source", "text", "marked"),
    [
        ("acme", "An ACME’s, acme", ["ACME", "acme"]),
        ('acme OR widget OR "acme widget"', "an Acme \n widget", ["Acme \n widget"]),
        ("straße", "Große STRASSE, straße", ["STRASSE", "straße"]),
        ("café", "😀 CAFE\u0301!", ["CAFE\u0301"]),
        ("istanbul", "\u00a0 İstanbul", ["İstanbul"]),
        ("東京", "今日は東京都", ["東京"]),
        ("#acme @acme", "#Acme @acme @acme.example", ["#Acme", "@acme"]),
        ("acme NOT jobs", "acme jobs", ["acme"]),
        ("acme", "nothing", []),
        ("acme fail", "so #AcmeFail, acme", ["#AcmeFail", "acme"]),
        ("widg* NEAR/2 acme", "acme Widgets", ["acme", "Widg"]),
    ],
)
def test_what_was_found_is_marked_in_the_text_as_written(source: str, text: str, marked: list[str]) -> None:
    assert [text[start:end] for start, end in spans(text, parse(source))] == marked
