"""`hubbub import`: how a file is read is shown, a wrong mapping is told, and nothing is added twice."""

import json
from pathlib import Path

import pytest
from tests.cli.terminal import Said, hubbub
from tests.make import make_topic, make_workspace

from hubbub.config.settings import HOME
from hubbub.listening.models import Post

FILE = """\
Date,User,Tweet
2026-11-20 10:00,bob,@acme my widget broke after two days. Rubbish!
2026-11-20 11:00,carol,"Love my acme widget, thank you"
2026-11-20 12:00,dave,
2026-11-20 13:00,erin,Nothing to do with anybody
"""


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    path = tmp_path / "posts.csv"
    path.write_text(FILE)
    return path


def bring(path: Path, *options: str) -> Said:
    return hubbub("import", str(path), *options)


@pytest.mark.django_db
def test_how_a_file_would_be_read_is_shown_and_nothing_is_done(here: Path, posts: Path) -> None:
    said = bring(posts, "--show")
    assert (said.status, said.out) == (0, "")
    assert said.err == "posts.csv: text=Tweet,author=User,created_at=Date (change it with --map)\n"
    assert bring(posts, "--show", "--map", "text=User").err == "posts.csv: text=User (change it with --map)\n"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--map", "text=Body"], "There is no column ‘Body’ for text. The columns: Date, User, Tweet."),
        (["--map", "Tweet"], "A mapping looks like text=body,author=user; ‘Tweet’ does not."),
        (["--map", "author=User"], "The mapping does not say which column is the text, as in text=body."),
        (["--workspace", "globex"], "There is no workspace 'globex'; there are: acme-care."),
    ],
)
def test_what_can_not_be_done_is_one_line(here: Path, posts: Path, options: list[str], line: str) -> None:
    make_workspace()
    said = bring(posts, *options)
    assert said.status == 1
    assert said.err.splitlines()[-1] == f"hubbub: {line}"
    assert not Post.objects.exists()


@pytest.mark.django_db
def test_a_file_that_is_not_there_is_one_line(here: Path, tmp_path: Path) -> None:
    said = bring(tmp_path / "none.csv")
    assert (said.status, said.out, said.err) == (1, "", f"hubbub: There is no file {tmp_path}/none.csv.\n")


@pytest.mark.django_db
def test_into_which_workspace_is_asked_only_where_it_is_not_plain(here: Path, posts: Path) -> None:
    assert "There is no workspace yet: start Hubbub and open the link it prints." in bring(posts).err
    make_workspace()
    make_workspace("Globex Desk", "charlie@globex.example")
    said = bring(posts)
    assert said.status == 1
    assert "Say into which workspace, with --workspace: acme-care, globex-desk." in said.err


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_imported_again_adds_nothing(here: Path, posts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBBUB_HOME", str(HOME))  # where the process that hears finds our keys
    access = make_workspace()
    make_topic(access, "acme")
    charlie = make_workspace("Globex Desk", "charlie@globex.example")
    make_topic(charlie, "acme")
    into = ("--workspace", access.slug)

    first = bring(posts, *into, "--json")
    assert (first.status, json.loads(first.out)) == (0, {"read": 4, "heard": 3, "quarantined": 1})
    texts = set(Post.objects.filter(workspace_id=access.workspace).values_list("text", flat=True))
    assert texts == {
        "@acme my widget broke after two days. Rubbish!",
        "Love my acme widget, thank you",
        "Nothing to do with anybody",
    }

    again = bring(posts, *into)
    assert (again.status, again.out) == (0, "Nothing new in posts.csv: all of it was imported before.\n")
    assert Post.objects.filter(workspace_id=access.workspace).count() == 3
    assert not Post.objects.filter(workspace_id=charlie.workspace).exists()
