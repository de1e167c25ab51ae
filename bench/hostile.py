"""What connectors do with lines no honest network sends: each gets 10,000 of its samples, mutated.

Samples are those of the connectors' contract tests (`tests/channels`), and what a recorded folder has for them
(`--data`, laid out as `bench/recorded.py` says). Keys are dropped, doubled and renamed, values get other types, sizes
and ranges, dates that never were, NULs and half characters; lines are cut, nested, blown up to two megabytes, their
bytes swapped: see `mutations.py`. Line N of a connector is the same at every run. Each is parsed alone, on the clock,
and then with a hundred others, which must change nothing. Whole feeds, files and posted messages are mutated as well,
and read where foreign bytes come in; these are fewer (`--documents`), hold many lines and are read beside the work of
others, so their time and memory stand apart; one that takes more than 20 seconds counts as escaped.

tried             lines, all connectors together; stored, rejected and left out say what became of them
escaped           lines at which anything was raised, the process died, or a batch broke the contract (bar: 0);
                  documents count as well
slowest_ms        the slowest line; the slowest found are measured again, each alone in a process of its own, best of
                  three (bar: 200)
most_mb           the most resident memory that one line took on top; the hungriest found are measured again, each alone
                  in a fresh process (bar: 50)
unmutated_stored  share of the samples as they are that become a post (bar: .99)

The last line is one JSON object, with the same figures for each connector. Lines that failed are told on standard
error, and kept where `--keep` names a folder.

    python bench/hostile.py [--each 10000] [--documents 1000] [--only KIND ...] [--data DIR] [--keep FOLDER]
"""

import argparse
import contextlib
import ctypes
import heapq
import json
import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from targets import ROOT, Target, connectors, documents

BARS = {"escaped": 0, "slowest_ms": 200, "most_mb": 50, "unmutated_stored": 0.99}
TOGETHER = 100
STUCK_S = 20
"""Of processor time: who takes longer is stopped."""

SPARE_BYTES = 2 << 30
"""Memory a process may take on top before it is told there is none, so that the machine lives on."""

AGAIN = 8
"""Of the slowest, of the hungriest and of the longest lines so many are measured again."""

FORK = multiprocessing.get_context("fork")


@dataclass(slots=True)
class Found:
    """What came of some lines. Extremes are (figure, number), the largest last."""

    tried: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    escaped: dict[int, str] = field(default_factory=dict)
    slow: list[tuple[float, int]] = field(default_factory=list)
    hungry: list[tuple[float, int]] = field(default_factory=list)
    long: list[tuple[float, int]] = field(default_factory=list)

    def add(self, other: "Found") -> None:
        """Take in what came of other lines."""
        self.tried += other.tried
        self.outcomes += other.outcomes
        self.escaped |= other.escaped
        for name in ("slow", "hungry", "long"):
            setattr(self, name, heapq.nlargest(AGAIN, getattr(self, name) + getattr(other, name)))

    def again(self) -> set[int]:
        """Return the lines to be measured again."""
        return {number for extremes in (self.slow, self.hungry, self.long) for _, number in extremes}


class Stuck(BaseException):
    """A line took so long that nobody waits for its end."""


def main() -> None:
    """Feed every connector, measure the extremes again, print."""
    given = _given()
    began = time.monotonic()
    sys.path.insert(0, str(ROOT))
    with _django():
        targets = [*connectors(given.only, given.data), *documents(given.only, given.data)]
        counts = {target.name: given.each if target.batches else given.documents for target in targets}
        found = feed(targets, counts)
        figures = {target.name: measured(target, found[target.name], given.keep) for target in targets}
    lines = [figures[target.name] for target in targets if target.batches]
    result: dict[str, Any] = {"bench": "hostile", "each": given.each}
    result |= {name: sum(figure[name] for figure in lines) for name in ("tried", "stored", "rejected", "left_out")}
    result["escaped"] = sum(figure["escaped"] for figure in figures.values())
    result |= {name: max(figure[name] for figure in lines) for name in ("slowest_ms", "most_mb")}
    kept = [each for target in targets if target.batches for each in unmutated(target)]
    result["unmutated_stored"] = round(sum(kept) / len(kept), 4)
    result["met"] = (
        result["escaped"] <= BARS["escaped"]
        and result["slowest_ms"] <= BARS["slowest_ms"]
        and result["most_mb"] <= BARS["most_mb"]
        and result["unmutated_stored"] >= BARS["unmutated_stored"]
    )
    result["took_s"] = round(time.monotonic() - began)
    result["connectors"] = {target.name: figures[target.name] for target in targets if target.batches}
    result["documents"] = {target.name: figures[target.name] for target in targets if not target.batches}
    print(json.dumps(result))


def _given() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--each", type=int, default=10_000, help="lines a connector")
    asked.add_argument("--documents", type=int, default=1_000, help="whole documents")
    asked.add_argument("--only", nargs="*", help="kinds of connections, instead of all")
    asked.add_argument("--data", type=Path, help="a folder of recorded answers, as bench/recorded.py takes")
    asked.add_argument("--keep", type=Path, help="where to put lines that failed")
    return asked.parse_args()


@contextlib.contextmanager
def _django() -> Iterator[None]:
    """Set Django up on a home of its own: what connectors' tests import may ask for it."""
    with tempfile.TemporaryDirectory(prefix="hubbub-hostile-") as home:
        os.environ |= {"HUBBUB_HOME": home, "DJANGO_SETTINGS_MODULE": "hubbub.config.settings"}
        import django

        django.setup()
        yield


def unmutated(target: Target) -> list[bool]:
    """Say of each sample as it is whether it becomes a post."""
    return [target.outcomes(target.work([sample]), 1) == ["stored"] for sample in target.samples]


def feed(targets: Sequence[Target], counts: Mapping[str, int]) -> dict[str, Found]:
    """Feed all, in parts, each in a process of its own, as many at once as there are processors."""
    cores = os.cpu_count() or 1
    parts: list[tuple[Target, range]] = []
    for target in targets:
        size = max(TOGETHER, -(-counts[target.name] // (2 * cores)))
        parts += [
            (target, range(first, min(first + size, counts[target.name])))
            for first in range(0, counts[target.name], size)
        ]
    parts.sort(key=lambda part: part[0].batches)  # documents take longest
    found = {target.name: Found() for target in targets}
    running: dict[Any, tuple[Any, Any, Target, range]] = {}  # by the end of a pipe that its process answers into
    answered: Any
    while parts or running:
        while parts and len(running) < cores:
            target, numbers = parts.pop(0)
            ours, theirs = FORK.Pipe(duplex=False)
            at = FORK.Value("q", numbers.start, lock=False)
            process = FORK.Process(target=_fed, args=(target, numbers, theirs, at))
            process.start()
            theirs.close()
            running[ours] = process, at, target, numbers
        for answered in wait(list(running)):
            process, at, target, numbers = running.pop(answered)
            try:
                found[target.name].add(answered.recv())
            except EOFError:  # it died: what it did before is done again without the line it died at
                process.join()
                found[target.name].add(Found(1, escaped={at.value: f"the process died ({process.exitcode})"}))
                parts += [
                    (target, range(*ends))
                    for ends in ((numbers.start, at.value), (at.value + 1, numbers.stop))
                    if ends[0] < ends[1]
                ]
            process.join()
    return found


def _fed(target: Target, numbers: range, answer: Any, at: Any) -> None:
    """Feed some lines, each alone and then together, and answer with what came of them."""
    found = Found()
    _ready(target)
    for first in range(numbers.start, numbers.stop, TOGETHER):
        lines: dict[int, bytes] = {}
        alone: dict[int, str] = {}
        for number in range(first, min(first + TOGETHER, numbers.stop)):
            at.value = number
            line = lines[number] = target.line(number)
            found.tried += 1
            before, began = _begin_mb(), time.perf_counter()
            try:
                result = _watched(target.work, [line])
                took = time.perf_counter() - began
                (alone[number],) = target.outcomes(result, 1)
            except Stuck:
                took = time.perf_counter() - began
                if not target.batches:
                    found.escaped[number] = f"it took more than {STUCK_S} seconds"
            except BaseException as error:
                took = time.perf_counter() - began
                found.escaped[number] = f"{type(error).__name__}: {str(error)[:300]}"
            found.add(Found(slow=[(took, number)], hungry=[(_most_mb() - before, number)], long=[(len(line), number)]))
        found.outcomes.update(alone.values())
        if target.batches:
            _together(target, {number: lines[number] for number in alone}, alone, found)
    answer.send(found)
    answer.close()


def _together(target: Target, lines: Mapping[int, bytes], alone: Mapping[int, str], found: Found) -> None:
    """Parse lines in one batch: what becomes of each must be what became of it alone."""
    if not lines:
        return
    numbers = list(lines)
    try:
        outcomes = target.outcomes(_watched(target.work, list(lines.values())), len(numbers))
    except BaseException as error:
        found.escaped[numbers[0]] = f"with those after it: {type(error).__name__}: {str(error)[:300]}"
        return
    for number, outcome in zip(numbers, outcomes, strict=True):
        if outcome != alone[number]:
            found.escaped[number] = f"{alone[number]} alone, {outcome} among others"


def measured(target: Target, found: Found, keep: Path | None) -> dict[str, Any]:
    """Return the figures of one target; the extremes are measured again, one at a time."""
    slowest = most = 0.0
    with tempfile.TemporaryDirectory(prefix="hubbub-hostile-") as folder:
        for number in sorted(found.again() - found.escaped.keys()):
            line = Path(folder) / "line"
            _apart(lambda number=number, line=line: line.write_bytes(target.line(number)))  # type: ignore[misc]
            again = _apart(lambda line=line: _alone(target, line))  # type: ignore[misc]
            if again is None:
                found.escaped[number] = "the process died when it was measured again"
                continue
            took_ms, took_mb = again
            slowest, most = max(slowest, took_ms), max(most, took_mb)
            if target.batches and (took_ms > BARS["slowest_ms"] or took_mb > BARS["most_mb"]):
                _tell(target, number, f"{took_ms:.0f} ms, {took_mb:.0f} MB", keep)
    for number, words in sorted(found.escaped.items()):
        _tell(target, number, words, keep)
    kept = unmutated(target)
    return {
        "tried": found.tried,
        "escaped": len(found.escaped),
        "slowest_ms": round(slowest, 1),
        "most_mb": round(most, 1),
        "samples": len(kept),
        "unmutated_stored": round(sum(kept) / len(kept), 4),
        **{name: found.outcomes[name] for name in ("stored", "rejected", "left_out")},
    }


def _tell(target: Target, number: int, words: str, keep: Path | None) -> None:
    print(f"hostile: {target.name} line {number}: {words}", file=sys.stderr)
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / f"{target.name.replace(' ', '-')}-{number}").write_bytes(target.line(number))


def _alone(target: Target, path: Path) -> tuple[float, float]:
    """Return the best of three times in ms, and the memory the first took in MB; in a fresh process."""
    _ready(target)
    line = path.read_bytes()
    before, times = _begin_mb(), []
    most = 0.0
    for _ in range(3):
        began = time.perf_counter()
        with contextlib.suppress(Stuck):
            _watched(target.work, [line])
        times.append(time.perf_counter() - began)
        most = most or _most_mb() - before
        if times[-1] > 1:
            break
    return 1_000 * min(times), most


def _apart(work: Callable[[], Any]) -> Any:
    """Do something in a process of its own and return what it returned; None where it died."""
    ours, theirs = FORK.Pipe(duplex=False)
    process = FORK.Process(target=lambda: theirs.send(work()))
    process.start()
    theirs.close()
    try:
        return ours.recv()
    except EOFError:
        return None
    finally:
        process.join()


def _watched(work: Callable[[Sequence[bytes]], Any], lines: Sequence[bytes]) -> Any:
    signal.setitimer(signal.ITIMER_PROF, STUCK_S)
    try:
        return work(lines)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _ready(target: Target) -> None:
    """Let the connector load and compile what it does once a process; then let nothing take all memory or time."""
    unmutated(target)

    def stuck(*_: object) -> None:
        raise Stuck

    signal.signal(signal.SIGPROF, stuck)
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)  # what is free but kept would be used again, and not seen
    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * resource.getpagesize() + SPARE_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _begin_mb() -> float:
    """Return the resident memory, and let the most of it be counted from here on, where the system can."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return _most_mb()


def _most_mb() -> float:
    """Return the most resident memory since then; where the system can't tell, since the process began."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1e3
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    main()
