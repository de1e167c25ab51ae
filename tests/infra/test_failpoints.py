"""Named places to die in, and nowhere else."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import hubbub
from hubbub.infra.failpoints import FAILPOINTS, failpoint

LIVES = """
from hubbub.infra.failpoints import failpoint
for number in range(4):
    failpoint("send.claimed")
    print("send", number, flush=True)
    failpoint("listen.committed")
    print("listen", number, flush=True)
"""


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("send.claimed", []),
        ("listen.committed", ["send 0"]),
        ("listen.committed:2", ["send 0", "listen 0", "send 1"]),
    ],
)
def test_a_process_dies_where_it_was_asked_to(wanted: str, said: list[str]) -> None:
    env = {**os.environ, "HUBBUB_FAILPOINT": wanted}
    done = subprocess.run([sys.executable, "-c", LIVES], env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert done.stdout.split("\n")[:-1] == said


def test_the_list_names_every_place_there_is_in_the_code() -> None:
    code = "".join(path.read_text("utf-8") for path in Path(hubbub.__file__).parent.rglob("*.py"))
    places = re.findall(r'\bfailpoint\(\s*"([^"]+)"\s*\)', code)
    assert sorted(set(places)) == sorted(FAILPOINTS)


def test_a_place_that_is_not_listed_is_an_error_where_any_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    failpoint("nowhere")
    monkeypatch.setenv("HUBBUB_FAILPOINT", "send.claimed")
    with pytest.raises(ValueError, match="nowhere"):
        failpoint("nowhere")
