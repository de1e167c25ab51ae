"""The world file is read strictly, and its page names everything in it."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.simulate import world as schema
from hubbub.simulate.errors import WorldError
from hubbub.simulate.world import DEFAULT, Kind, Role, read_world

DOCS = Path(__file__).parents[2] / "docs"
SMALLEST = """
name = "tiny"
[brand]
name = "Tiny"
handle = "TinyHelp"
password = "long enough"
tag = "#Tiny"
products = ["thimble"]
rival = "Bigger"
[[person]]
handle = "Bigger"
name = "Bigger"
role = "competitor"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "world.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_world_that_ships_is_rich() -> None:
    texts = read_world().texts
    english = {kind: len(set(lines)) for kind, lines in texts["en"].items()}
    assert english["fault"] + english["service"] >= 60
    assert english["question"] >= 30
    assert english["praise"] >= 30
    assert english["suggestion"] >= 15
    assert english["spam"] >= 15
    assert english["smalltalk"] >= 40
    assert set(texts) == {"en", "fr", "de", "es", "ja"}


def test_a_small_file_is_enough_and_says_the_rest_like_acme(tmp_path: Path) -> None:
    world = read_world(write(tmp_path, SMALLEST))
    assert world.texts == read_world().texts
    assert world.story == ()
    assert world.rates.per_hour() == dict.fromkeys(Kind, 0.0)


@pytest.mark.parametrize(
    ("added", "sentence"),
    [
        ("[rates]\nfualt = 3", "world.toml: rates: object contains unknown field `fualt`."),
        ('[rates]\nfault = "many"', "world.toml: rates.fault: expected `float`, got `str`."),
        ("[rates]\nfault = -1", "world.toml: rates.fault: expected `float` >= 0.0."),
        ("[rates]\nfault = nan", "world.toml: rates.fault: expected `float` >= 0.0."),
        ("[people]\ncustomers = 1000000", "world.toml: people.customers: expected `int` <= 100000."),
        ("[people.languages]\nxx = 1.0", "world.toml: people.languages.xx: there are no names.xx."),
        ("[people.languages]\nfr = 0.0", "world.toml: people.languages: every share is 0."),
        ("[habits]\nanswer_s = [9, 3]", "world.toml: habits.answer_s: the first number is larger than the second."),
        ("[habits]\nturns = 1.5", "world.toml: habits.turns: expected `int`, got `float`."),
        (
            '[[person]]\nhandle = "bigger"\nname = "B"\nrole = "bot"',
            "world.toml: the handle Bigger is there twice.",
        ),
        ('[[person]]\nhandle = "a b"\nname = "B"\nrole = "bot"', "world.toml: person[1].handle: expected"),
        ('[[person]]\nhandle = "messages"\nname = "B"\nrole = "bot"', "world.toml: person[1].handle: expected"),
        (
            '[[person]]\nhandle = "b"\nname = "B"\nrole = "king"',
            "world.toml: person[1].role: invalid enum value 'king'.",
        ),
        (
            '[[story]]\nname = "s"\nstarts_s = 1\n[[story.line]]\nwho = "nobody"\ntext = "hi"',
            "world.toml: story s, line 1: there is no person @nobody.",
        ),
        (
            '[[story]]\nname = "s"\nstarts_s = 1\n[[story.line]]\nwho = "Bigger"\ntext = "hi"\nto = 1',
            "world.toml: story s, line 1: it speaks of line 1, which is not an earlier one.",
        ),
        (
            '[[story]]\nname = "s"\nstarts_s = 1\n[[story.line]]\nwho = "Bigger"',
            "world.toml: story s, line 1: the text is missing.",
        ),
        (
            (
                '[[story]]\nname = "s"\nstarts_s = 1\n[[story.line]]\nwho = "Bigger"\ntext = "psst"\nprivate = true\n'
                '[[story.line]]\nwho = "Bigger"\ntext = "what?"\nto = 1'
            ),
            "world.toml: story s, line 2: line 1 is private.",
        ),
        (
            (
                '[[story]]\nname = "s"\nstarts_s = 1\n[[story.line]]\nwho = "Bigger"\ntext = "a"\n'
                '[[story.line]]\nwho = "TinyHelp"\ndeletes = 1'
            ),
            "world.toml: story s, line 2: line 1 is somebody else's.",
        ),
        (
            '[[burst]]\nname = "b"\nstarts_min = 1\nlasts_min = 1\nposts = 3\nkind = "fault"\ntexts = ["my {nose}"]',
            "world.toml: burst b, text 1: there are no words for {nose}.",
        ),
        (
            '[[burst]]\nname = "b"\nstarts_min = 1\nlasts_min = 1\nposts = 3\nkind = "fault"\ntexts = ["my { nose"]',
            "world.toml: burst b, text 1: a brace belongs to no slot; a slot is written like {product}.",
        ),
        (
            (
                '[[burst]]\nname = "b"\nstarts_min = 1\nlasts_min = 1\nposts = 3\nkind = "fault"\n'
                f'texts = ["{"o" * 480} {{model}} {{model}}"]'
            ),
            "world.toml: burst b, text 1: it could have more than 500 characters.",
        ),
        ('[texts.en]\nfault = ["{at} ouch"]', "world.toml: texts.en: there is no thanks; people answer with it."),
        ("[names.en]\nfirst = []\nlast = []", "world.toml: names.en: it needs first and last."),
        ("oh dear", "world.toml: it is not TOML:"),
    ],
)
def test_an_error_is_one_sentence_that_names_the_place(tmp_path: Path, added: str, sentence: str) -> None:
    with pytest.raises(WorldError) as caught:
        read_world(write(tmp_path, SMALLEST + added))
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match=r"^nowhere\.toml: it can't be read: No such file or directory\.$"):
        read_world(tmp_path / "nowhere.toml")


def test_a_rate_needs_texts_of_its_kind(tmp_path: Path) -> None:
    replies = "\n".join(f'{kind} = ["…"]' for kind in schema.REPLIES)
    with pytest.raises(WorldError, match=r"rates\.fault: there is no texts\.en\.fault"):
        read_world(write(tmp_path, f"{SMALLEST}[rates]\nfault = 1\n[texts.en]\n{replies}"))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_file_gives_a_world_or_an_error_of_ours(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = SMALLEST + DEFAULT.read_text(encoding="utf-8").split("# The cast of the stories")[0].split("[people]")[1]
    start = data.draw(st.integers(0, len(text)))
    end = min(len(text), start + data.draw(st.integers(0, 40)))
    instead = data.draw(st.text(alphabet='abz019.-_"=[]{}#,\n \t', max_size=12) | st.text(max_size=4))
    path = tmp_path_factory.mktemp("worlds") / "world.toml"
    path.write_text(text[:start] + instead + text[end:], encoding="utf-8", errors="replace")
    try:
        read_world(path)
    except WorldError as error:
        assert str(error).startswith("world.toml: ")


def test_the_page_about_the_world_file_names_everything_in_it() -> None:
    page = (DOCS / "world.md").read_text(encoding="utf-8")
    tables = [
        each
        for each in vars(schema).values()
        if isinstance(each, type) and issubclass(each, msgspec.Struct) and each.__struct_fields__
    ]
    words = {field for table in tables for field in table.__struct_fields__}
    words |= {kind.value for kind in Kind} | {role.value for role in Role} | set(schema.REPLIES)
    words |= {f"{{{slot}}}" for slot in schema.BUILT_IN}
    assert sorted(word for word in words if f"`{word}`" not in page) == []
