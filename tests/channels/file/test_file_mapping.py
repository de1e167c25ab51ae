"""Which column is what: guesses, and corrections by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.channels.adapters.file.mapping import PARTS, Mapping, guess, truth
from hubbub.kernel.errors import InvalidInput

WORDS = ["My widget broke again", "So is mine, for days", "Thanks, it works now"]


def guessed(**columns: list[str]) -> Mapping:
    """The guess for columns by name; `_` in a name stands for a blank."""
    return guess(list(columns), [list(row) for row in zip(*columns.values(), strict=True)])


def test_a_support_archive_maps_itself() -> None:
    header = [
        "",
        "tweet_id",
        "author_id",
        "inbound",
        "created_at",
        "text",
        "response_tweet_id",
        "in_response_to_tweet_id",
    ]
    sample = [
        ["0", "1", "acme", "False", "Tue Oct 31 22:10:47 +0000 2017", "@115712 We are sorry to hear", "2", "3.0"],
        ["1", "2", "115712", "True", "Tue Oct 31 22:11:45 +0000 2017", "@acme and how do you mend it", "", "1.0"],
    ]
    assert guess(header, sample) == Mapping(
        text="text",
        id="tweet_id",
        author="author_id",
        created_at="created_at",
        parent="in_response_to_tweet_id",
        inbound="inbound",
    )


@pytest.mark.parametrize(
    ("text", "author", "date"),
    [
        ("Nachricht", "Verfasser", "Erstellt am"),
        ("Commentaire", "Auteur", "Date de création"),
        ("Mensaje", "Usuario", "Fecha de creación"),
        ("Messaggio", "Mittente", "Data"),
        ("Bericht", "Afzender", "Datum"),
        ("MESSAGE_TEXT", "user-id", "Posted At"),
        ("Комментарий", "Автор", "Дата"),
        ("本文", "作者", "日付"),
    ],
)
def test_names_are_known_in_several_languages(text: str, author: str, date: str) -> None:
    columns = {date: ["24.02.2015", "25.02.2015", "26.02.2015"], author: ["bob", "mia", "bob"], text: WORDS}
    assert guessed(**columns) == Mapping(text=text, author=author, created_at=date, dates="day-first")


def test_values_tell_where_names_do_not() -> None:
    columns = {
        "q1": ["4", "5", "3"],
        "q2": ["2015-02-24 10:00", "2015-02-25 10:00", ""],
        "q3": ["yes please", "", ""],
        "q4": WORDS,
    }
    assert guessed(**columns) == Mapping(text="q4", created_at="q2")


def test_a_column_that_repeats_or_has_gaps_is_no_id() -> None:
    assert guessed(id=["1", "1", "2"], text=WORDS).id == ""
    assert guessed(id=["1", "", "2"], text=WORDS).id == ""
    assert guessed(id=["1", "2", "3"], text=WORDS).id == "id"


def test_without_an_id_nothing_can_be_a_parent() -> None:
    assert guessed(in_reply_to=["", "1", "1"], text=WORDS).parent == ""


def test_a_column_whose_values_do_not_fit_its_name_is_passed_over() -> None:
    columns = {
        "text": ["1", "2", "3"],
        "date": ["low", "high", "low"],
        "private": ["Mia", "Bob", "Mia"],
        "followers": ["many", "few", "few"],
        "url": ["a", "b", "c"],
        "comment": WORDS,
    }
    assert guessed(**columns) == Mapping(text="comment")


def test_a_channel_is_a_column_of_few_short_words() -> None:
    assert guessed(channel=["mail", "chat"] * 6, text=WORDS * 4).source == "channel"
    assert guessed(channel=[f"c{n}" for n in range(12)], text=WORDS * 4).source == ""


def test_nested_names_of_json_are_known() -> None:
    columns = {
        "text": WORDS,
        "user.id": ["1", "2", "3"],
        "user.screen_name": ["a", "b", "c"],
        "user.name": ["A", "B", "C"],
    }
    assert guessed(**columns) == Mapping(text="text", author="user.id", handle="user.screen_name", name="user.name")


def test_a_header_alone_is_guessed_by_its_names() -> None:
    assert guess(["id", "body"], []) == Mapping(text="body", id="id")


def test_a_file_without_text_is_refused_with_its_columns() -> None:
    with pytest.raises(InvalidInput, match=r"No column looks like the text of posts. The columns: a, b\."):
        guess(["a", "b"], [["1", "2"]])


def test_a_mapping_is_read_as_people_write_it() -> None:
    made = Mapping.parse(' text = body , author=user, "name=Name, in full", dates=month-first')
    assert made == Mapping(text="body", author="user", name="Name, in full", dates="month-first")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "does not"),
        ("body", "looks like text=body"),
        ("text=", "looks like text=body"),
        ("author=user", "which column is the text"),
        ("text=a,text=b", "names text twice"),
        ("text=a,colour=b", "A post has no ‘colour’; it has text, id, author"),
        ("text=a,dates=sometimes", "day-first or month-first"),
        ("text=a,parent=b", "id needs a column"),
        ('text=a,"author=b', "can't be read"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        Mapping.parse(text)


@given(st.dictionaries(st.sampled_from(PARTS[:-1]), st.text(st.characters(exclude_categories=("C", "Z")), min_size=1)))
def test_a_mapping_that_is_shown_can_be_given_back(columns: dict[str, str]) -> None:
    made = Mapping(**{"text": "t", "id": "i", **columns, "dates": "day-first"})
    assert Mapping.parse(str(made)) == made


def test_a_missing_column_is_named_with_those_there_are() -> None:
    with pytest.raises(InvalidInput) as caught:
        Mapping.parse("text=text,author=user").columns(["", "id", "text"])
    assert str(caught.value) == "There is no column ‘user’ for author. The columns: id, text."


def test_a_column_is_found_whatever_its_case() -> None:
    assert Mapping.parse("text=TEXT, id=ID").columns(["Id", "Text", "id"]) == {"text": 1, "id": 0}


@given(
    st.lists(st.text(max_size=12), max_size=6),
    st.lists(st.lists(st.text(max_size=30), max_size=7), max_size=5),
)
def test_any_header_is_guessed_or_refused_in_words(header: list[str], sample: list[list[str]]) -> None:
    try:
        made = guess(header, sample)
    except InvalidInput as error:
        assert "text" in str(error)
    else:
        assert made.text in header


def test_yes_and_no_in_several_languages() -> None:
    assert [truth(word) for word in ("TRUE", "1.0", "ja", " Oui ", "sí")] == [True] * 5
    assert [truth(word) for word in ("False", "0", "nein", "NON", "не")] == [False] * 4 + [None]
