"""Files are kept once each, under what they hold."""

import os
import time
from pathlib import Path

from hubbub.infra import files


def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    first, again, other = files.put(tmp_path, b"one"), files.put(tmp_path, b"one"), files.put(tmp_path, b"two")
    assert first == again != other
    assert files.read(tmp_path, first) == b"one"
    assert len([each for each in tmp_path.rglob("*") if each.is_file()]) == 2


def test_a_key_names_a_file_of_this_folder_or_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    for key in ("", "secret", "../secret", "0" * 64, "/etc/passwd", "A" * 64):
        assert files.read(tmp_path, key) is None
        files.remove(tmp_path, key)
    assert (tmp_path / "secret").exists()


def test_what_nobody_put_lately_is_told_and_can_be_removed(tmp_path: Path) -> None:
    old, new = files.put(tmp_path, b"old"), files.put(tmp_path, b"new")
    os.utime(tmp_path / old[:2] / old, (1, 1))
    assert files.older_than(tmp_path, time.time() - 60) == [old]
    files.put(tmp_path, b"old")  # wanted anew
    assert files.older_than(tmp_path, time.time() - 60) == []
    files.remove(tmp_path, new)
    assert files.read(tmp_path, new) is None
