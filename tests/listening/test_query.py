import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.listening.examples import MATCHES, MISSES

from hubbub.kernel.text import clean
from hubbub.listening.core.query import (
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_TERM_LENGTH,
    MAX_TERMS,
    And,
    Kind,
    Not,
    Or,
    QueryError,
    Term,
    anchors,
    brute,
    cuts,
    explain,
    holds,
    parse,
)


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
    ],
)
def test_words_operators_and_brackets_make_a_tree(source: str, root: object) -> None:
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
    ["a", "b", '"', "“", "(", ")", "OR", "AND", "NOT", "-", "#", "@", ".", "'", " ", "é", "\x00", "\n"]
)


@given(st.lists(pieces, max_size=20).map("".join) | st.lists(pieces, max_size=20).map(" ".join) | st.text(max_size=50))
def test_anything_is_either_a_query_or_an_error_in_words(source: str) -> None:
    try:
        query = parse(source)
    except QueryError as error:
        assert 0 <= error.position <= len(source)
        assert error.hint and str(error) == clean(str(error)) and "\n" not in str(error)
    else:
        assert query.terms and explain(query).startswith("Posts with ")
        assert not brute(query, "")


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
    assert (found is None) == holds(tree, lambda _: False)
    if found is not None and holds(tree, present.__contains__):
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
