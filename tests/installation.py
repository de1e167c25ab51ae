"""A whole installation of Hubbub in a home of its own: its real processes, started by its real command line."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

STARTS_S = 180.0

T = TypeVar("T")


def until(find: Callable[[], T], within_s: float, what: str = "what was waited for") -> T:
    """Look until something is found (until it is truthy), and return it."""
    deadline = time.monotonic() + within_s
    while not (found := find()):
        assert time.monotonic() < deadline, f"{what} did not come within {within_s:g} s; the last look found {found!r}"
        time.sleep(0.05)
    return found


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    """Starts, kills and asks the processes of one home. None of them outlives the block.

    >>> with Installation(tmp_path / "home") as hubbub:  # doctest: +SKIP
    ...     hubbub.call("prepare")
    ...     hubbub.start("web")
    """

    def __init__(self, home: Path, **environ: str) -> None:
        self.home, self.port = home, free_port()
        # Compiled modules are kept, whatever this machine's habit: a process would be twice as long in starting.
        ours = ("HUBBUB_", "DATABASE_URL", "DJANGO_", "PYTHONDONTWRITEBYTECODE")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        own = {"HUBBUB_HOME": str(home), "HUBBUB_PORT": str(self.port), "HUBBUB_NETWORK_PORT": str(free_port())}
        self._environ = {**kept, **own, **environ}
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "Installation":
        self.home.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        for name in reversed(list(self._running)):
            self.stop(name)

    @property
    def address(self) -> str:
        """Where its pages are."""
        return f"http://127.0.0.1:{self.port}"

    def call(self, *arguments: str) -> str:
        """Run `hubbub <arguments>` to its end, and return what it printed."""
        done = self.try_to(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def try_to(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run `hubbub <arguments>` to its end, however it ends."""
        command = [sys.executable, "-m", "hubbub", *arguments]
        return subprocess.run(command, env=self._environ, capture_output=True, text=True, timeout=STARTS_S)

    def status(self) -> dict[str, int]:
        """What `hubbub status` counts."""
        return dict(json.loads(self.call("status", "--json")))

    def start(self, name: str, *arguments: str, **environ: str) -> None:
        """Start `hubbub <name>` in the background; web is waited for."""
        assert self.ended(name) is not None, f"{name} is running already"
        with self._log(name).open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", "hubbub", name, *arguments],
                stdin=subprocess.PIPE,  # closes when we are gone, and with it the process
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**self._environ, "HUBBUB_PARENT": "pipe", **environ},
                start_new_session=True,
            )
        if name in ("web", "run", "demo"):
            until(lambda: self.ended(name) is not None or self._answers(), STARTS_S, f"an answer of {name}")
            assert self.ended(name) is None, self.said(name)

    def kill(self, name: str) -> None:
        """End a process as a power cut would."""
        self._running[name].kill()
        self._running[name].wait()

    def stop(self, name: str) -> None:
        """Ask a process to end, and see that it does."""
        process = self._running.pop(name)
        process.terminate()
        try:
            process.wait(15)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """Stop a process for as long as the block runs."""
        self.stop(name)
        try:
            yield
        finally:
            self.start(name)

    def ended(self, name: str) -> int | None:
        """With what status a process ended (minus the signal, where it was killed); None while it runs."""
        process = self._running.get(name)
        return 0 if process is None else process.poll()

    def said(self, name: str) -> str:
        """All that a process printed so far."""
        return self._log(name).read_text("utf-8", "replace") if self._log(name).exists() else ""

    def printed(self, name: str, pattern: str) -> str:
        """Wait until a process printed something, and return it."""
        return until(lambda: re.search(pattern, self.said(name)), STARTS_S, f"{pattern} of {name}").group()  # type: ignore[union-attr]

    def _log(self, name: str) -> Path:
        return self.home.with_name(f"{self.home.name}-{name}.log")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False
