import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.listening.core.letters import tag_parts
from hubbub.listening.core.marks import marks
from hubbub.listening.core.tags import divided

PIECES = [*'aAbB1_#@:/. -\n;,")(<>?é東中ß😀\u0301１²', "http://", "HTTPS://", "#Ab", "@ab", "#AcmeFail", "#ABc1D_e"]
texts = st.lists(st.lists(st.sampled_from(PIECES), max_size=20).map("".join), max_size=8)


@pytest.mark.parametrize(
    ("text", "tags", "links", "mentions"),
    [
        ("so #AcmeFail, @acme.", ["AcmeFail"], [], ["acme"]),
        ("#1 #_1 #v2 a#b", ["_1", "v2"], [], []),
        ("@1 @a.b @a-b.c @a@b.example info@b.example", [], [], ["1", "a.b", "a-b.c", "a@b.example"]),
        ("https://a.example/x?y=#z, (http://b.example).", [], ["https://a.example/x?y=#z", "http://b.example"], []),
        ("seehttps://a.example HTTP://B.example ftp://c https://", [], ["HTTP://B.example"], []),
        ("#東京 #café! é#no 東@no", ["東京", "café"], [], []),
        ("#a#b #a@b @a#b", ["a", "a"], [], ["a"]),
        ("", [], [], []),
    ],
)
def test_texts_are_marked_as_written(text: str, tags: list[str], links: list[str], mentions: list[str]) -> None:
    found = marks(pa.array(["#x", text, None, "@y"], pa.string()))
    assert found.tags.to_pylist() == [["x"], tags, [], []]
    assert found.links.to_pylist() == [[], links, [], []]
    assert found.mentions.to_pylist() == [[], mentions, [], ["y"]]


@given(texts)
def test_marks_are_the_same_alone_and_in_a_slice(said: list[str]) -> None:
    whole = marks(pa.array(["#before", *said, "@after"], pa.string()).slice(1, len(said)))
    alone = [marks(pa.array([text], pa.string())) for text in said]
    for name in whole._fields:
        assert getattr(whole, name).to_pylist() == [getattr(each, name)[0].as_py() for each in alone]


@given(texts)
def test_the_parts_of_tags_are_those_of_each_text(said: list[str]) -> None:
    rows, parts = divided(pa.array([*said, None], pa.string()))
    expected = [(row, part) for row, text in enumerate(said) for _, _, part in tag_parts(text)]
    assert sorted(zip(rows.tolist(), parts.to_pylist(), strict=True)) == sorted(expected)
