import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.listening.examples import MATCHES, MISSES

from hubbub.kernel.speech import speaking
from hubbub.kernel.text import clean
from hubbub.listening.core.letters import tag_parts, words
from hubbub.listening.core.query import Facts, QueryError, brute, explain, parse
from hubbub.listening.core.query.grammar import MAX_DEPTH, MAX_LENGTH, MAX_TERM_LENGTH, MAX_TERMS
from hubbub.listening.core.query.meaning import cuts, hosts
from hubbub.listening.core.query.nodes import And, AtLeast, Filter, Kind, Near, Not, Or, Term, anchors, holds


def word(text: str) -> Term:
    return Term(text, Kind.WORD)


A, B, C, D = map(word, "abcd")


# --- what a query may say ---


@pytest.mark.parametrize(
    ("source", "root"),
    [
        ("a", A),
        ("a b", And((A, B))),
        ("a AND b c", And((A, B, C))),
        ("a OR b OR c", Or((A, B, C))),
        ("a b OR c d", Or((And((A, B)), And((C, D))))),
        ("a (b OR c)", And((A, Or((B, C))))),
        ("a NOT b", And((A, Not(B)))),
        ("a AND NOT b", And((A, Not(B)))),
        ("a NOT b c", And((A, Not(B), C))),
        ("a -b", And((A, Not(B)))),
        ("-b a", And((Not(B), A))),
        ("a -(b OR c)", And((A, Not(Or((B, C)))))),
        ("NOT NOT a", A),
        ("((a))", A),
        ("(a b) (c d)", And((A, B, C, D))),
        ("(a OR b) OR c", Or((A, B, C))),
        ("a\nb", And((A, B))),
        ("a NEAR/5 b", Near((A,), (B,), 5)),
        ("a NEAR/5f b c", And((Near((A,), (B,), 5, ordered=True), C))),
        ("(a OR b) NEAR/1 (c OR d OR c)", Near((A, B), (C, D), 1)),
        ("a NEAR/2 b OR c", Or((Near((A,), (B,), 2), C))),
        ("-a NEAR/2 b", None),
        ("c -(a NEAR/2 b)", And((C, Not(Near((A,), (B,), 2))))),
        ("ATLEAST/3 a b", And((AtLeast((A,), 3), B))),
        ("ATLEAST/2 (a OR b)", AtLeast((A, B), 2)),
        ("a lang:EN|de", And((A, Filter("lang", ("en", "de"))))),
        ("author:@Acme.example", Filter("author", ("acme.example",))),
        ("site:https://WWW.example.com/", Filter("site", ("example.com",))),
        ("a followers:>1,000", And((A, Filter("followers", (">1000",))))),
        ("a -is:repost", And((A, Not(Filter("is", ("repost",)))))),
    ],
)
def test_words_operators_and_brackets_make_a_tree(source: str, root: object) -> None:
    if root is None:
        with pytest.raises(QueryError, match="NEAR/2 joins words and phrases"):
            parse(source)
    else:
        assert parse(source).root == root


@pytest.mark.parametrize(
    ("source", "term"),
    [
        ("Acme", word("acme")),
        ("wi-fi", word("wi-fi")),
        ("Don’t", word("don't")),
        ("snake_case2", word("snake_case2")),
        ("東京", word("東京")),
        ("हिन्दी", word("हिन्दी")),
        ("می‌خواهم", word("می‌خواهم")),
        ("ANDROID", word("android")),
        ('"Acme  Road"', Term("acme road", Kind.PHRASE)),
        ("“Acme Road”", Term("acme road", Kind.PHRASE)),
        ("„Acme Road“", Term("acme road", Kind.PHRASE)),
        ('"AT&T"', Term("at&t", Kind.PHRASE)),
        ('"🎉"', Term("🎉", Kind.PHRASE)),
        ('"acme"', word("acme")),
        ("#Acme", Term("acme", Kind.TAG)),
        ('"#Acme"', Term("acme", Kind.TAG)),
        ("@Acme", Term("acme", Kind.HANDLE)),
        ("@acme.example.com", Term("acme.example.com", Kind.HANDLE)),
        ("@acme@example.com", Term("acme@example.com", Kind.HANDLE)),
        ("Widget*", Term("widget", Kind.PREFIX)),
        ("wi-f*", Term("wi-f", Kind.PREFIX)),
        ("near", word("near")),
    ],
)
def test_terms_are_words_phrases_tags_and_handles(source: str, term: Term) -> None:
    assert parse(source).root == term


def test_operators_in_lower_case_are_words() -> None:
    assert parse("a or b and not c").root == And(tuple(map(word, ("a", "or", "b", "and", "not", "c"))))


def test_a_query_keeps_what_was_written_and_lists_its_terms_once() -> None:
    query = parse(" Acme (b OR ACME) -c")
    assert query.source == " Acme (b OR ACME) -c"
    assert query.terms == (word("acme"), B, C)


# --- what is wrong with it ---

DASH = "Put - directly before what a post must lack, as in -jobs, or put words with a - in quotation marks."
SIGN = "Letters must follow @, and nothing else come directly before it, or use quotation marks."


@pytest.mark.parametrize(
    ("source", "position", "said"),
    [
        ("", 0, "The query is empty. Write at least one word."),
        (" \n ", 0, "The query is empty. Write at least one word."),
        (
            'broken "acme road',
            7,
            "The quotation mark before “acme road” is never closed. Add one at the end, after character 17.",
        ),
        ('acme "', 5, "The quotation mark at the end is never closed. Add one at the end, after character 6."),
        ("(a OR b", 0, "The bracket before “a OR b” is never closed. Add a ) at the end, after character 7."),
        ("a (b (c)", 2, "The bracket before “b (c)” is never closed. Add a ) at the end, after character 8."),
        ("a (", 2, "The last bracket is never closed. Add a ) at the end, after character 3."),
        ("a)", 1, "The bracket at character 2 closes, but none was opened. Take it away, or open one before it."),
        ("a ()", 2, "There is nothing between the brackets. Write a word there."),
        ('a ""', 2, "There is nothing between the quotation marks. Write what to look for."),
        ('a " \u200d"', 2, "There is nothing between the quotation marks. Write what to look for."),
        ("OR a", 0, "Nothing stands before “OR”. Write a word there."),
        ("(AND a)", 1, "Nothing stands before “AND”. Write a word there."),
        ("a AND", 2, "Nothing stands after “AND”. Write a word there."),
        ("(a OR) b", 3, "Nothing stands after “OR”. Write a word there."),
        ("a AND OR b", 6, "Nothing stands between “AND” and “OR”. Write a word there."),
        ("NOT", 0, "Nothing stands after “NOT”. Write a word there."),
        ("a NOT OR b", 6, "Nothing stands between “NOT” and “OR”. Write a word there."),
        (
            "AT&T",
            2,
            "The character “&” can't stand here (character 3). Put words with such a character in quotation marks.",
        ),
        ("a\x00", 1, "The character U+0000 can't stand here (character 2). Take it away."),
        ('"\ud800"', 1, "The character U+D800 can't stand here (character 2). Take it away."),
        (
            "a - b",
            2,
            "The character “-” can't stand here (character 3). " + DASH,
        ),
        (
            "info@example.com",
            4,
            "The character “@” can't stand here (character 5). " + SIGN,
        ),
        ("b a*", 2, "“a*” would find every word that begins with “a”. Write at least 2 letters before the *."),
        (
            "acme *",
            5,
            (
                "The character “*” can't stand here (character 6). "
                "Put * directly after the beginning of a word, as in widget*."
            ),
        ),
        ("a NEAR b", 2, "NEAR needs a number. Write NEAR/5; for the word itself, write it in small letters."),
        ("a NEAR/0 b", 2, "NEAR/ takes a number from 1 to 100. Write NEAR/5."),
        ("a ATLEAST/1000 b", 2, "ATLEAST/ takes a number from 1 to 100. Write ATLEAST/5."),
        ("a NEAR/5", 2, "Nothing stands after “NEAR/5”. Write a word there."),
        ("NEAR/5 a", 0, "Nothing stands before “NEAR/5”. Write a word there."),
        ("a NEAR/5 b NEAR/5 c", 11, "NEAR joins two words, not three. Write: a NEAR/5 b AND b NEAR/5 c."),
        (
            "(a b) NEAR/5 c",
            6,
            (
                "NEAR/5 joins words and phrases, or some with OR between them in brackets. "
                "Write it like acme NEAR/5 (broken OR refund)."
            ),
        ),
        ("a lang:", 2, "Nothing stands after “lang:”. Write a language, as in lang:en."),
        ("a has:cats", 2, "The filter has: can't be “cats”. Write has:link, has:media or has:question."),
        (
            "a followers:1000",
            2,
            "The filter followers: can't be “1000”. Write how many follow the author, as in followers:>1000.",
        ),
        (
            "https://acme.example",
            0,
            (
                "There is no filter “https:”. There are lang:, channel:, author:, site:, country:, followers:, has:, "
                "is:; put other words with a : in quotation marks."
            ),
        ),
        (
            "author:a OR has:link",
            12,
            (
                "“has:link” alone would find far too many posts. "
                "Say also what a post must say, such as: acme has:link. Alone can stand only author: and site:."
            ),
        ),
    ],
)
def test_a_query_that_cannot_be_used_says_where_and_why(source: str, position: int, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(source)
    error = caught.value
    assert (error.status, error.position, str(error)) == (400, position, said)
    assert error.hint and str(error).endswith(error.hint)


@pytest.mark.parametrize("source", ["NOT a", "-a", "a OR NOT b", "NOT (a b)", "NOT a NOT b", "a OR (b OR -c)"])
def test_a_query_that_matches_by_absence_alone_is_refused(source: str) -> None:
    with pytest.raises(QueryError, match="lacks a word") as caught:
        parse(source)
    assert source[caught.value.position] in "N-"


@pytest.mark.parametrize("source", ["a NOT b", "NOT (b OR NOT a)", "a (b OR NOT c)"])
def test_a_query_with_a_word_that_must_be_there_is_taken(source: str) -> None:
    assert not brute(parse(source), "nothing of it")


@pytest.mark.parametrize(
    ("source", "position"),
    [
        ("a" * (MAX_LENGTH + 1), MAX_LENGTH),
        ("a " * (MAX_TERMS + 1), 2 * MAX_TERMS),
        ("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1), MAX_DEPTH),
        ("b " + "a" * (MAX_TERM_LENGTH + 1), 2),
    ],
)
def test_a_query_out_of_proportion_is_refused(source: str, position: int) -> None:
    with pytest.raises(QueryError) as caught:
        parse(source)
    assert caught.value.position == position


def test_the_largest_queries_are_taken() -> None:
    assert len(parse(" OR ".join(f"w{n}" for n in range(MAX_TERMS))).terms) == MAX_TERMS
    assert parse("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH).root == A
    assert parse("NOT " * 998 + "a").root == A
    deep = "".join(f"a{n} (b{n} OR NOT c{n} -(" for n in range(MAX_DEPTH // 2)) + "d" + "))" * (MAX_DEPTH // 2)
    assert explain(parse(deep)) and not brute(parse(deep), "d")


pieces = st.sampled_from(
    [
        "aa*",
        "*",
        "NEAR/2",
        "NEAR/3f",
        "ATLEAST/2",
        "lang:en",
        "author:a",
        "has:",
        "NEAR",
        "a",
        "b",
        '"',
        "“",
        "(",
        ")",
        "OR",
        "AND",
        "NOT",
        "-",
        "#",
        "@",
        ".",
        "'",
        " ",
        "é",
        "\x00",
        "\n",
    ]
)


@given(st.lists(pieces, max_size=20).map("".join) | st.lists(pieces, max_size=20).map(" ".join) | st.text(max_size=50))
def test_anything_is_either_a_query_or_an_error_in_words(source: str) -> None:
    try:
        query = parse(source)
    except QueryError as error:
        assert 0 <= error.position <= len(source)
        assert error.hint and str(error) == clean(str(error)) and "\n" not in str(error)
    else:
        assert anchors(query.root) and explain(query).startswith("Posts with ")
        assert not brute(query, "", Facts())


# --- what it means ---


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("acme", "Posts with “acme”."),
        ("acme #broken @acme", "Posts with “acme” and the tag #broken and the handle @acme."),
        ('acme OR "acme road"', "Posts with “acme” or the phrase “acme road”."),
        ("acme -jobs -(a OR b)", "Posts with “acme”, but not “jobs” or (“a” or “b”)."),
        ("a OR (b c -d)", "Posts with “a” or (“b” and “c”, but not “d”)."),
        ("a (b OR NOT c)", "Posts with “a” and (“b” or not “c”)."),
        ("a (b OR -c -d)", "Posts with “a” and (“b” or (not “c” and not “d”))."),
        ("aa* NEAR/1f (b OR c)", "Posts with (“b” or “c”) at most 1 word after a word that begins with “aa”."),
        ("a NEAR/4 b", "Posts with “b” at most 4 words from “a”."),
        ("ATLEAST/3 a", "Posts with “a” at least 3 times."),
        (
            "a lang:en|de author:b -has:link followers:>=1000",
            (
                "Posts with “a” and the language en or the language de and the author @b "
                "and an author with at least 1,000 followers, but not a link."
            ),
        ),
    ],
)
def test_a_query_is_told_in_plain_words(source: str, said: str) -> None:
    assert explain(parse(source)) == said


terms = st.sampled_from([A, B, C, D])
trees = st.recursive(
    terms,
    lambda nodes: (
        nodes.map(Not)
        | st.lists(nodes, min_size=2, max_size=3).map(lambda parts: And(tuple(parts)))
        | st.lists(nodes, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts)))
    ),
    max_leaves=8,
)


@given(trees, st.sets(terms))
def test_a_text_that_matches_has_one_of_the_terms_looked_for(tree: And, present: set[Term]) -> None:
    found = anchors(tree)
    assert (found is None) == holds(tree, lambda _leaf, _wanted: False)
    if found is not None and holds(tree, lambda leaf, _: leaf in present):
        assert found & present


@given(st.lists(st.integers(1, 5), max_size=5), st.integers(0, 20), st.integers(1, 8))
def test_a_place_cuts_a_handle_that_it_has_a_part_of(gaps: list[int], start: int, length: int) -> None:
    taken, at = [], 0
    for gap in gaps:
        taken.append((at + gap, at + 2 * gap + 2))
        at += 2 * gap + 2
    end = start + length
    place = set(range(start, end))
    cut = any(
        place & set(range(opens, closes)) and not place >= set(range(opens + 1, closes)) for opens, closes in taken
    )
    assert cuts(taken, start, end) == cut


@pytest.mark.parametrize(("source", "text"), MATCHES)
def test_what_matches(source: str, text: str) -> None:
    assert brute(parse(source), text)


@pytest.mark.parametrize(("source", "text"), MISSES)
def test_what_does_not_match(source: str, text: str) -> None:
    assert not brute(parse(source), text)


NEAR_AND_MORE = [
    ("a NEAR/1 b", "a b", True),
    ("a NEAR/1 b", "b, a", True),
    ("a NEAR/1 b", "a c b", False),
    ("a NEAR/2 b", "a c b", True),
    ("a NEAR/2f b", "b c a", False),
    ("a NEAR/2 b", "a don't b", True),
    ("a NEAR/2 b", "a wi-fi! 🎉 b", True),
    ("a NEAR/2 b", "a @c.example.com b", True),
    ("a NEAR/2 b", "a https://c.example/d/e b", True),
    ("a NEAR/1 a", "a", False),
    ("a NEAR/1 a", "a a", True),
    ('"a b" NEAR/1 "b c"', "a b c", False),
    ('"a b" NEAR/1 c', "a b c", True),
    ("東 NEAR/2 京", "東の京", True),
    ("東 NEAR/1 京", "東の京", False),
    ("(a OR b) NEAR/1 (c OR d)", "x b d", True),
    ("c -(a NEAR/1 b)", "c a b", False),
    ("c -(a NEAR/1 b)", "a c b", True),
    ("ATLEAST/2 a", "a", False),
    ("ATLEAST/2 a", "a b a", True),
    ("ATLEAST/3 (a OR b)", "a b a", True),
    ("aa*", "aardvark", True),
    ("aa*", "aa", True),
    ("aa*", "baa", False),
    ("aa*", "#aardvark", True),
    ("aa*", "@aardvark.example", False),
    ("acme", "#AcmeFail", True),
    ("fail", "#AcmeFail", True),
    ('"acme fail"', "so #acme_fail", True),
    ("acme", "#acmefail", False),
    ("fai", "#AcmeFail", False),
    ("bbc news 24", "#BBCNews24", True),
    ('"fail good"', "#AcmeFail #GoodDay", False),
    ("#acme", "#AcmeFail", False),
    ("a -acme", "a #AcmeFail", False),
]


@pytest.mark.parametrize(("source", "text", "matches"), NEAR_AND_MORE)
def test_nearness_numbers_beginnings_and_parts_of_tags(source: str, text: str, matches: bool) -> None:
    assert brute(parse(source), text) == matches


FACTS = Facts(
    language="en-gb",
    channel="bluesky",
    author="Ann.example",
    account="did:plc:ANN",
    site="bsky.app",
    links=frozenset({"shop.acme.example"}),
    followers=1000,
    reply=True,
)


@pytest.mark.parametrize(
    ("filters", "passed"),
    [
        ("lang:en", True),
        ("lang:en-gb", True),
        ("lang:e|de", None),
        ("lang:de", False),
        ("channel:bluesky|feeds", True),
        ("channel:feeds", False),
        ("author:ann.example", True),
        ("author:@ANN.example", True),
        ("author:did:plc:ann", True),
        ("author:ann", False),
        ("site:acme.example", True),
        ("site:shop.acme.example", True),
        ("site:cme.example", False),
        ("site:bsky.app", True),
        ("country:gb", True),
        ("country:UK|de", True),
        ("country:de", False),
        ("country:gbr", None),
        ("followers:>999", True),
        ("followers:>1000", False),
        ("followers:>=1000", True),
        ("followers:<1000", False),
        ("followers:<=1000", True),
        ("has:link", True),
        ("has:media", False),
        ("has:question", True),
        ("is:reply", True),
        ("is:repost", False),
        ("is:repost|reply", True),
    ],
)
def test_filters_ask_what_a_post_tells_beside_its_words(filters: str, passed: bool | None) -> None:
    if passed is None:
        with pytest.raises(QueryError):
            parse(f"a {filters}")
        return
    assert brute(parse(f"a {filters}"), "a? b", FACTS) == passed
    assert brute(parse(f"a -{filters}"), "a? b", FACTS) != passed
    assert brute(parse(f"a {filters}"), "a? b")  # the text alone can't tell
    assert brute(parse(f"a -{filters}"), "a? b")


def test_what_is_not_known_passes_no_filter() -> None:
    for each in ("country:gb", "lang:en", "followers:<5", "author:a", "site:b.example", "has:link", "is:reply"):
        assert not brute(parse(f"a {each}"), "a", Facts())
        assert brute(parse(f"a -{each}"), "a", Facts())


def test_a_question_mark_in_an_address_asks_nothing() -> None:
    assert not brute(parse("a has:question"), "a https://b.example/?q=1", Facts())
    assert brute(parse("a has:link"), "a https://b.example/?q=1", Facts())


def test_words_are_counted_as_people_would() -> None:
    text = "don't wi-fi @a.b https://c.example/d 東京 x_1 !"
    assert [text[start:end] for start, end in words(text)] == [
        "don't", "wi-fi", "@a.b", "https://c.example/d", "東", "京", "x_1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tag", "parts"),
    [
        ("AcmeFail", "Acme Fail"),
        ("BBCNews", "BBC News"),
        ("iPhone15Pro", "i Phone 15 Pro"),
        ("acme_fail", "acme fail"),
        ("ÉcoleDÉté", "École D Été"),
        ("acme", None),
        ("ACME", None),
        ("2026", None),
    ],
)
def test_a_tag_has_parts_where_its_writer_shows_them(tag: str, parts: str | None) -> None:
    assert [part for _, _, part in tag_parts(f"so #{tag}!")] == ([parts] if parts else [])


def test_hosts_are_told_without_www_and_user() -> None:
    addresses = ["https://www.Acme.example:8080/a", "http://user@b.example", "ftp://c.example"]
    assert hosts(addresses, "see HTTPS://d.example/x") == {"acme.example", "b.example", "d.example"}


def test_a_query_is_explained_in_the_language_that_is_spoken() -> None:
    with speaking("de"):
        said = explain(parse('acme (refund OR "money back") -#jobs'))
        assert (
            said == "Beiträge mit „acme“ und („refund“ oder der Wortfolge „money back“), aber nicht dem Hashtag #jobs."
        )
        with pytest.raises(QueryError, match="Die Klammer vor „acme“ wird nicht geschlossen"):
            parse("(acme")
