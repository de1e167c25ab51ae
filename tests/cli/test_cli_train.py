"""`hubbub train`: labels from a file, one try with its figures, and clear words for what is wrong with a file."""

import json
from pathlib import Path

import pytest
from tests.cli.terminal import hubbub
from tests.make import make_workspace

from hubbub.care import selectors as care
from hubbub.care.models import Label, OwnModel
from hubbub.care.selectors.understanding import own_model

HEAD = "Tweet,Mood\n"
LINES = "".join(
    f"this gadget is {'zonk' if n % 2 else 'brill'} {n},{'neg' if n % 2 else 'Positive'}\n" for n in range(200)
)


@pytest.fixture(autouse=True)
def _none_read_yet() -> None:
    own_model.cache_clear()  # ids begin anew with each test


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    path = tmp_path / "gadgets.csv"
    path.write_text(HEAD + LINES + "no label,\n")
    return path


def train(path: Path, *options: str, label: str = "Mood") -> tuple[int, str, str]:
    said = hubbub("train", "--task", "sentiment", "--data", str(path), "--text", "Tweet", "--label", label, *options)
    return said.status, said.out, said.err


@pytest.mark.django_db
def test_a_file_teaches_a_model_that_is_better_and_reads_from_now_on(here: Path, labelled: Path) -> None:
    mia = make_workspace()
    status, out, err = train(labelled)
    assert status == 0
    assert err.splitlines()[0] == "gadgets.csv: 100 positive, 100 negative"
    first, figures, words, last = out.splitlines()
    assert first == "200 labels are new."
    assert figures.startswith("sentiment ")
    assert "held-back labels" in figures
    assert words == "It is surely better at sentiment, and worse at nothing."
    assert last == "It reads from now on."
    assert care.understanding(mia.workspace).version == OwnModel.objects.get().version
    status, out, _ = train(labelled)  # the same again
    assert (out.splitlines()[0], out.splitlines()[-1]) == ("0 labels are new.", "It reads already.")


@pytest.mark.django_db
def test_a_dry_run_says_all_of_it_and_keeps_nothing(here: Path, labelled: Path) -> None:
    make_workspace()
    status, out, _ = train(labelled, "--dry-run", "--json")
    told = json.loads(out)
    assert (status, told["better"], told["took_over"], "data" in told) == (0, True, False, False)
    assert not (Label.objects.exists() or OwnModel.objects.exists())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "label", "line"),
    [
        (HEAD + LINES, "Feeling", "gadgets.csv has no column 'Feeling'. Its columns: Tweet, Mood."),
        (
            HEAD + "a,glad\nb,glad\nc,sad\n",
            "Mood",
            "These labels can't be read: 'glad', 'sad'. Write negative, neutral and positive, or -1, 0 and 1.",
        ),
        (HEAD + "a,\n", "Mood", "gadgets.csv has no row with a text and a label."),
    ],
)
def test_what_is_wrong_with_a_file_is_one_line_and_nothing_is_kept(
    here: Path, tmp_path: Path, content: str, label: str, line: str
) -> None:
    make_workspace()
    path = tmp_path / "gadgets.csv"
    path.write_text(content)
    status, _, err = train(path, label=label)
    assert (status, err.splitlines()[-1]) == (1, f"hubbub: {line}")
    assert not Label.objects.exists()
