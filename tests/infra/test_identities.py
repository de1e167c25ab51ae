"""The hash index: every post known once, each segment applied once, by all processes alike."""

import hashlib
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.infra import identities
from hubbub.infra.identities import Counted, Identities, key_of

HELLO = Counted(minute=29_000_000, channel="demo", lang="en", sentiment=-1, topics=(1, 5))
GONE = Counted(29_000_000, "demo", "en", -1, (1, 5), gone=True, edited_us=1_764_000_000_000_000)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Identities]:
    made = Identities(tmp_path / "identities")
    yield made
    made.close()


def test_what_was_put_in_is_known_and_nothing_else(index: Identities) -> None:
    one, two, other = key_of(1, "demo:1"), key_of(1, "demo:2"), key_of(1, "demo:3")
    index.apply(7, 0, [(one, HELLO.value()), (two, GONE.value())])
    assert index.known([one, two, other]) == {one: HELLO, two: GONE}
    assert index.known([]) == {}
    assert index.count() == 2


def test_a_segment_is_applied_once_and_none_goes_back(index: Identities) -> None:
    key = key_of(1, "demo:1")
    assert index.applied(7) == 0
    index.apply(7, 4, [(key, HELLO.value())])
    assert index.applied(7) == 5
    for number in (4, 3):
        index.apply(7, number, [(key, GONE.value()), (key_of(1, "demo:2"), HELLO.value())])
    assert (index.known([key]), index.count(), index.applied(7)) == ({key: HELLO}, 1, 5)
    index.apply(8, 0, [(key, GONE.value())])  # another stream counts by itself
    assert (index.known([key]), index.applied(8), index.applied(7)) == ({key: GONE}, 1, 5)


def test_the_last_word_on_a_post_in_a_segment_stands(index: Identities) -> None:
    key = key_of(1, "demo:1")
    index.apply(7, 0, [(key, HELLO.value()), (key_of(1, "demo:0"), HELLO.value()), (key, GONE.value())])
    assert index.known([key]) == {key: GONE}


@given(st.tuples(st.integers(1, 2**40), st.text()), st.tuples(st.integers(1, 2**40), st.text()))
def test_no_two_posts_have_the_same_key(one: tuple[int, str], other: tuple[int, str]) -> None:
    assert (key_of(*one) == key_of(*other)) == (one == other)
    assert 14 <= len(key_of(*one)) <= 38


@given(st.lists(st.tuples(st.integers(1, 3), st.text(min_size=1)), max_size=5))
def test_keys_are_the_end_of_a_uri_and_a_digest_that_stays(posts: list[tuple[int, str]]) -> None:
    def expected(workspace: int, uri: str) -> bytes:
        key = struct.pack("<q", workspace)
        tail = uri.encode().rpartition(b"/")[2][:24]
        return tail + hashlib.blake2b(uri.encode(), digest_size=14, key=key).digest()

    found = identities.keys_of([workspace for workspace, _ in posts], [uri for _, uri in posts])
    assert found == [expected(*post) for post in posts]


def test_a_post_of_one_workspace_is_not_known_in_another(index: Identities) -> None:
    index.apply(7, 0, [(key_of(1, "demo:1"), HELLO.value())])
    assert index.known([key_of(2, "demo:1")]) == {}


APPLIES_AND_DIES = """
import os, signal, sys
from pathlib import Path
from hubbub.infra.identities import Counted, Identities, key_of
index = Identities(Path(sys.argv[1]))
index.apply(7, 0, [(key_of(1, "demo:1"), Counted(29000000, "demo", "en", -1, (1, 5)).value())])
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_applied_is_known_to_all(index: Identities, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", APPLIES_AND_DIES, str(tmp_path / "identities")], check=False, timeout=60)
    assert index.known([key_of(1, "demo:1")]) == {key_of(1, "demo:1"): HELLO}
    assert index.applied(7) == 1


def test_a_folder_is_opened_once_however_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    (tmp_path / "real").mkdir()
    opened = identities.at(tmp_path / "real" / ".." / "real")
    try:
        assert identities.at(tmp_path / "link") is opened
    finally:
        identities._open.pop((tmp_path / "real").resolve()).close()
