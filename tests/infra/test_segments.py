"""Segments: whole files or none, numbered, and swept when nobody ever committed them."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pyarrow as pa
import pytest

from hubbub.infra import segments

TABLE = pa.table({"uri": ["demo:1", "demo:2"], "text": ["Hello 👩‍👩‍👧", None]})
STREAM = 7


def names(root: Path) -> list[str]:
    return sorted(path.name for path in (root / str(STREAM)).iterdir() if path.name != "lock")


def test_a_segment_is_read_as_it_was_written(tmp_path: Path) -> None:
    size = segments.write(tmp_path, STREAM, 0, TABLE)
    assert segments.read(tmp_path, STREAM, 0).equals(TABLE)
    assert size == segments.path_of(tmp_path, STREAM, 0).stat().st_size
    assert names(tmp_path) == [segments.path_of(tmp_path, STREAM, 0).name]


def test_a_number_that_was_never_committed_is_written_over(tmp_path: Path) -> None:
    segments.write(tmp_path, STREAM, 3, TABLE.slice(0, 1))
    segments.write(tmp_path, STREAM, 3, TABLE)
    assert segments.read(tmp_path, STREAM, 3).equals(TABLE)


def test_sweeping_removes_what_was_not_committed_and_nothing_else(tmp_path: Path) -> None:
    for number in range(12):
        segments.write(tmp_path, STREAM, number, TABLE)
    segments.write(tmp_path, STREAM + 1, 11, TABLE)
    segments.path_of(tmp_path, STREAM, 4).with_suffix(".draft").touch()
    assert segments.sweep(tmp_path, STREAM, 9) == 4  # 9, 10, 11 and the draft
    assert names(tmp_path) == [f"{number:012d}.arrow" for number in range(9)]
    assert segments.read(tmp_path, STREAM + 1, 11).equals(TABLE)
    assert segments.sweep(tmp_path, STREAM, 9) == 0
    assert segments.sweep(tmp_path, STREAM + 2, 0) == 0  # a stream that never wrote


def test_removing_twice_is_harmless(tmp_path: Path) -> None:
    segments.write(tmp_path, STREAM, 0, TABLE)
    segments.remove(tmp_path, STREAM, 0)
    segments.remove(tmp_path, STREAM, 0)
    assert names(tmp_path) == []


DIES = """
import sys, pyarrow as pa
from pathlib import Path
from hubbub.infra import segments
segments.write(Path(sys.argv[1]), 7, 0, pa.table({"uri": ["demo:1"]}))
"""


def test_a_process_killed_while_it_writes_leaves_no_segment(tmp_path: Path) -> None:
    dying = {**os.environ, "HUBBUB_FAILPOINT": "listen.segment_written"}
    done = subprocess.run([sys.executable, "-c", DIES, str(tmp_path)], env=dying, capture_output=True, timeout=60)
    assert done.returncode == -signal.SIGKILL
    with pytest.raises(FileNotFoundError):
        segments.read(tmp_path, STREAM, 0)
    assert len(names(tmp_path)) == 1
    assert segments.sweep(tmp_path, STREAM, 0) == 1
    assert names(tmp_path) == []


def test_only_one_at_a_time_writes_a_stream(tmp_path: Path) -> None:
    entered, order = threading.Event(), []

    def second() -> None:
        entered.set()
        with segments.alone(tmp_path, STREAM):
            order.append("second")

    thread = threading.Thread(target=second)
    with segments.alone(tmp_path, STREAM):
        thread.start()
        entered.wait(10)
        with segments.alone(tmp_path, STREAM + 1):
            order.append("another stream")
        thread.join(0.1)  # it would be through by now, were it not held
        order.append("first")
    thread.join(10)
    assert order == ["another stream", "first", "second"]
