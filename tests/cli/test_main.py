"""Every command answers, and what goes wrong is one line."""

import socket
from pathlib import Path
from typing import Any

import pytest
from tests.cli.terminal import hubbub
from tests.installation import Installation

from hubbub.cli.main import COMMANDS
from hubbub.infra import environment


def test_help_names_every_command_with_a_sentence() -> None:
    said = hubbub("--help")
    assert said.status == 0
    told = [line.split(maxsplit=1) for line in said.out.partition("Commands:\n")[2].splitlines()]
    assert [words[0] for words in told] == list(COMMANDS)
    assert all(len(words) == 2 for words in told)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_tells_how_it_is_used(name: str) -> None:
    said = hubbub(name, "--help")
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith(f"Usage: hubbub {name} ")


def test_a_command_that_is_none_is_told() -> None:
    said = hubbub("dance")
    assert (said.status, said.out) == (2, "")
    assert "No such command 'dance'." in said.err


@pytest.mark.parametrize("url", ["", "sqlite:////dev/null/none/hubbub.db"])
def test_a_database_that_can_not_be_used_is_one_line(tmp_path: Path, url: str) -> None:
    with Installation(tmp_path / "home", DATABASE_URL=url) as bare:
        done = bare.try_to("status")
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("hubbub: The database can't be used: ")
    assert line.endswith(" `hubbub doctor` says more.")


def test_run_says_which_port_is_taken_before_it_starts_anything(
    home: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("HUBBUB_PORT", str(port))
        settings.ENVIRONMENT = environment.read()
        said = hubbub("run")
    assert (said.status, said.out) == (1, "")
    assert said.err == (
        f"Error: Port {port} on 127.0.0.1 can't be used: Address already in use. Choose another with HUBBUB_PORT=…\n"
    )
