"""The benchmark of hostile lines: it runs, finds what it looks for, and says which connector it knows no samples of."""

import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture
def hostile() -> Iterator[ModuleType]:
    sys.path.insert(0, str(BENCH))
    yield importlib.import_module("hostile")
    sys.path.remove(str(BENCH))


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(BENCH / "hostile.py"), *options], capture_output=True, text=True, timeout=60
    )


def test_a_few_lines_of_a_connector_do_no_harm() -> None:
    done = run("--only", "generic", "--each", "50", "--documents", "4")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert (figures["tried"], figures["escaped"], figures["unmutated_stored"]) == (50, 0, 1.0)
    assert figures["stored"] + figures["rejected"] + figures["left_out"] == 50
    assert figures["stored"] > 0 < figures["rejected"]
    assert set(figures["connectors"]) == {"generic"}
    assert {name: each["tried"] for name, each in figures["documents"].items()} == {"posted messages": 4}


def test_a_kind_of_connection_without_samples_ends_it_with_its_name() -> None:
    done = run("--only", "feed", "telegraph")
    assert done.returncode != 0
    assert "has samples of: telegraph" in done.stderr


def fed(hostile: ModuleType, work: Callable[[Sequence[bytes]], list[str]], count: int = 20) -> dict[str, float]:
    """Figures of a made-up connector."""
    target = hostile.Target("made up", [b'{"text": "My widget broke"}'], work, lambda found, _: found)
    (found,) = hostile.feed([target], {"made up": count}).values()
    figures: dict[str, float] = hostile.measured(target, found, None)
    return figures


def as_it_was(lines: Sequence[bytes]) -> bool:
    return list(lines) == [b'{"text": "My widget broke"}']


def test_an_exception_escapes(hostile: ModuleType, capfd: pytest.CaptureFixture[str]) -> None:
    def work(lines: Sequence[bytes]) -> list[str]:
        if as_it_was(lines):
            return ["stored"]
        raise LookupError("no such widget")

    figures = fed(hostile, work)
    assert (figures["tried"], figures["escaped"], figures["unmutated_stored"]) == (20, 20, 1.0)
    assert "made up line 0: LookupError: no such widget" in capfd.readouterr().err


def test_a_line_at_which_the_process_dies_escapes_and_the_others_go_on(hostile: ModuleType) -> None:
    target = hostile.Target("made up", [b'{"text": "My widget broke"}'], len, len)
    lines = [target.line(number) for number in range(20)]
    fatal = next(line for line in lines if lines.count(line) == 1)

    def work(lines: Sequence[bytes]) -> list[str]:
        if fatal in lines:
            os._exit(3)
        return ["stored"] * len(lines)

    figures = fed(hostile, work)
    assert (figures["tried"], figures["escaped"], figures["stored"]) == (20, 1, 19)


def test_a_line_that_becomes_another_thing_among_others_escapes(hostile: ModuleType) -> None:
    figures = fed(hostile, lambda lines: ["stored" if len(lines) == 1 else "rejected"] * len(lines), 5)
    assert figures["escaped"] == 5


def test_what_is_slow_or_takes_much_memory_shows(hostile: ModuleType) -> None:
    def work(lines: Sequence[bytes]) -> list[str]:
        if len(lines) == 1 and not as_it_was(lines):
            time.sleep(0.02)
            bytearray(os.urandom(1)) * 40_000_000  # so large that it is never taken from what was freed before
        return ["stored"] * len(lines)

    figures = fed(hostile, work, 3)
    assert 20 <= figures["slowest_ms"] < 2_000
    assert 35 <= figures["most_mb"] < 70


def test_line_n_is_the_same_at_every_run_and_no_line_is_a_sample_as_it_was(hostile: ModuleType) -> None:
    target = hostile.Target("made up", [b'{"text": "My widget broke"}', b"From: mia\n\nBroke, again"], len, len)
    lines = [target.line(number) for number in range(400)]
    assert lines == [target.line(number) for number in range(400)]
    assert len(set(lines)) > 300
    assert max(map(len, lines)) <= importlib.import_module("mutations").MOST
    assert not set(lines) & set(target.samples)
