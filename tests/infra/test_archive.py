"""The archive: segments go in once, in their order, whatever is repeated."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from hubbub.infra import archive

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
US = pa.timestamp("us", "UTC")


def posts(*uris: str, workspace: int = 1, at: datetime = NOON) -> pa.Table:
    said = [at + timedelta(seconds=place) for place in range(len(uris))]
    return pa.table(
        {
            "workspace": pa.array([workspace] * len(uris), pa.int64()),
            "uri": list(uris),
            "said_at": pa.array(said, US),
        }
    )


def uris(root: Path) -> list[str]:
    return sorted(DeltaTable(str(root)).to_pyarrow_table().column("uri").to_pylist())


def test_an_archive_that_was_never_written_is_empty(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    assert archive.archived_up_to(root, 7) is None
    assert archive.count(root) == 0


def test_an_append_that_is_repeated_adds_nothing(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    assert archive.append(root, 7, 1, [posts("a", "b"), posts("c")])
    assert not archive.append(root, 7, 1, [posts("a", "b"), posts("c")])
    assert not archive.append(root, 7, 0, [posts("a", "b")])
    assert archive.archived_up_to(root, 7) == 1
    assert archive.append(root, 7, 2, [posts("d")])
    assert uris(root) == ["a", "b", "c", "d"]
    assert archive.count(root) == 4


def test_each_stream_counts_by_itself(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    archive.append(root, 7, 5, [posts("a")])
    assert archive.archived_up_to(root, 8) is None
    assert archive.append(root, 8, 0, [posts("b", workspace=2)])
    assert (archive.archived_up_to(root, 7), archive.archived_up_to(root, 8)) == (5, 0)
    assert uris(root) == ["a", "b"]


@pytest.mark.parametrize("held", [None, 0], ids=["a new archive", "an archive with something in it"])
def test_of_several_that_append_the_same_at_once_one_does(tmp_path: Path, held: int | None) -> None:
    root, gate = tmp_path / "archive", Barrier(4)
    if held is not None:
        archive.append(root, 7, held, [posts("first")])

    def again(_: int) -> bool:
        gate.wait(20)
        return archive.append(root, 7, 1, [posts("a", "b")])

    with ThreadPoolExecutor(4) as pool:
        wrote = list(pool.map(again, range(4)))
    assert wrote.count(True) == 1
    assert uris(root) == ["a", "b", *([] if held is None else ["first"])]


def test_streams_that_append_at_once_both_do(tmp_path: Path) -> None:
    root, gate = tmp_path / "archive", Barrier(2)

    def appends(stream: int) -> bool:
        gate.wait(20)
        return archive.append(root, stream, 0, [posts(f"stream {stream}")])

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(appends, (7, 8))) == [True, True]
    assert uris(root) == ["stream 7", "stream 8"]


def test_a_days_files_are_put_together_in_the_order_of_time(tmp_path: Path) -> None:
    root, begins = tmp_path / "archive", NOON - timedelta(hours=12)
    for number in range(6):  # each piece reaches over all the day, and over midnight
        said = [f"{number}/{hour}" for hour in range(30)]
        table = posts(*said).set_column(
            2, "said_at", pa.array([begins + timedelta(hours=hour, minutes=7 * number) for hour in range(30)], US)
        )
        archive.append(root, 7, number, [table, posts(f"other {number}", workspace=2)])
    before = uris(root)
    assert len(DeltaTable(str(root)).file_uris()) == 18
    assert archive.compact(root, keep=timedelta(0)) == 18
    assert len(DeltaTable(str(root)).file_uris()) == 3
    assert uris(root) == before
    start = int(begins.timestamp()) * 1_000_000
    said = [part.read(["said_at"]).column(0) for part in archive.parts(root, 1, start, start + archive.DAY_US)]
    assert [len(column) for column in said] == [24 * 6]
    assert said[0].to_pylist() == sorted(said[0].to_pylist())
    assert archive.archived_up_to(root, 7) == 5
    together = DeltaTable(str(root)).file_uris()
    archive.compact(root, keep=timedelta(0))
    assert DeltaTable(str(root)).file_uris() == together, "what is together stays"
