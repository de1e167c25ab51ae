"""`hubbub doctor` tells a good installation from each kind of bad one, and says what to mend."""

import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from tests.cli.terminal import hubbub
from tests.installation import Installation, free_port
from tests.make import NOON, connect_demo, make_workspace

from hubbub.channels.models import Stream
from hubbub.infra import outbox


def mended(said: str) -> list[str]:
    """What is to mend, without the marks."""
    return [line.removeprefix("  MEND  ") for line in said.splitlines() if line.startswith("  MEND  ")]


@pytest.mark.django_db
def test_a_good_installation_is_told_to_be_well(here: Path) -> None:
    connect_demo(make_workspace())
    said = hubbub("doctor")
    assert mended(said.out) == []
    assert (said.status, said.err) == (0, "")
    assert said.out.endswith("\n\nAll is well.\n")
    for line in ("Home: can be written", "Secrets: 1 readable", "Channels: 1 stream", "Outbox: empty"):
        assert f"  well  {line}\n" in said.out


# What stops everything else --------------------------------------------------
def only_trouble(status: int, out: str) -> str:
    (line,) = mended(out)
    assert status == 1
    assert out.endswith("\n\n1 thing to mend.\n")
    return line


@pytest.mark.parametrize(
    ("environ", "line"),
    [
        (
            {"HUBBUB_PORT": "eighty"},
            "Settings: HUBBUB_PORT is 'eighty' in the environment: a port is a whole number from 1 to 65535.",
        ),
        ({"HUBBUB_PROT": "80"}, "Settings: HUBBUB_PROT is no setting. Did you mean HUBBUB_PORT?"),
    ],
)
def test_wrong_settings_are_told(
    home: Path, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], line: str
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    said = hubbub("doctor")
    assert only_trouble(said.status, said.out) == line


@pytest.mark.django_db
def test_a_home_that_is_missing_is_made(here: Path) -> None:
    assert "  well  Home: can be written\n" in hubbub("doctor").out
    assert here.is_dir()


def test_a_home_that_can_not_be_written_is_told(home: Path) -> None:
    home.symlink_to("nowhere", target_is_directory=True)
    said = hubbub("doctor")
    assert only_trouble(said.status, said.out) == (
        f"Home: {home} can't be written: File exists. Set HUBBUB_HOME to a folder of yours."
    )


@pytest.mark.parametrize(
    ("environ", "line"),
    [
        ({}, r"Database: It is \d+ migrations behind\. Run `hubbub prepare`\."),
        (
            {"DATABASE_URL": "postgresql://mia:hunter2@127.0.0.1:{port}/hubbub"},
            r"Database: It can't be reached: .*refused.*\. Look at DATABASE_URL\.",
        ),
    ],
)
def test_a_database_out_of_reach_or_of_another_version_is_told(
    tmp_path: Path, environ: dict[str, str], line: str
) -> None:
    environ = {name: value.format(port=free_port()) for name, value in environ.items()}
    with Installation(tmp_path / "home", **environ) as bad:
        done = bad.try_to("doctor")
    assert "hunter2" not in done.stdout + done.stderr
    assert done.stderr == ""
    assert re.fullmatch(line, only_trouble(done.returncode, done.stdout))


def test_a_damaged_file_of_keys_is_told(tmp_path: Path) -> None:
    with Installation(tmp_path / "home") as bad:
        (bad.home / "secrets").mkdir(mode=0o700)
        (bad.home / "secrets" / "keys").write_text("no key\n")
        done = bad.try_to("doctor")
    assert only_trouble(done.returncode, done.stdout) == (
        f"Keys: {bad.home}/secrets/keys holds a line that is no key. `hubbub new-key` prints one."
    )


# What a running installation may have ----------------------------------------
@pytest.mark.django_db
def test_a_wrong_key_an_open_folder_a_failing_channel_and_an_uncertain_reply_are_told(
    here: Path, settings: Any
) -> None:
    access = make_workspace()
    stream = Stream.objects.get(connections=connect_demo(access))
    Stream.objects.filter(pk=stream.pk).update(error="The network said 503.")
    outbox.put(
        workspace=access.workspace, connection=1, conversation="1", subject=1, key="1", payload={},
        expected_uri=None, now=NOON,
    )  # fmt: skip
    message = outbox.claim("one", NOON)
    assert message is not None
    outbox.uncertain(message, "No answer.", now=NOON)
    settings.SECRET_KEYS_AT_REST = (Fernet.generate_key().decode(),)
    said = hubbub("doctor")
    secrets, channels, replies = mended(said.out)
    assert secrets.startswith("Secrets: A stored secret can't be decrypted. Put the key it was written with back")
    assert channels == f"Channels: {stream.scope}: The network said 503."
    assert replies == "Outbox: 1 message may or may not have arrived; look, and decide in the case."
    assert said.status == 1
    assert said.out.endswith("3 things to mend.\n")

    (here / "secrets").mkdir(parents=True)
    (here / "secrets").chmod(0o755)
    assert f"Secrets: Others can read {here}/secrets. Run: chmod 700 {here}/secrets" in mended(hubbub("doctor").out)
