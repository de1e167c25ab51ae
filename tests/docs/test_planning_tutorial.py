"""The tutorial of planning: what it types into a terminal works, in its order, and answers what it says."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.make import make_workspace

from hubbub.cli.main import cli

PAGE = (Path(__file__).parents[2] / "docs" / "planning-tutorial.md").read_text(encoding="utf-8")


def typed() -> list[str]:
    """The lines of its blocks of shell."""
    return [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.strip().splitlines()]


@pytest.mark.django_db
def test_each_line_of_the_tutorial_runs_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make_workspace()
    answers = {}
    for line in typed():
        command, _, target = line.partition(" > ")
        name, *words = shlex.split(command)
        assert name == "hubbub"
        done = CliRunner().invoke(cli, words)
        assert done.exit_code == 0, f"{line}: {done.output}"
        answers[words[0]] = done.output
        if target:
            Path(target).write_text(done.output, encoding="utf-8")
    assert list(answers) == ["sample", "staff", "forecast", "history"]
    assert answers["sample"].splitlines()[0] in PAGE
    assert answers["staff"].splitlines()[0] == "14"
    assert len(re.findall(r"\d\d:\d\d", answers["forecast"])) == 24  # from 08:00 to 20:00
    assert "Calls" in answers["history"]
    assert "Chat" in answers["history"]
