"""The processes of an installation that `faults` kills, each started again when it ends."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

SCRIPT = Path(__file__).with_name("faults.py")
UP_S = {"listener": 3.5, "worker": 3.5, "web": 9.0}  # who runs for so long serves, and is worth killing


class Crew:
    """The processes of an installation, each started again when it ends."""

    def __init__(self, environ: dict[str, str], log: Path) -> None:
        self.environ, self._log = environ, log.open("ab")
        self._running: dict[str, tuple[subprocess.Popen[bytes], float]] = {}
        self.rss_mb = 0

    def start(self, role: str, **more: str) -> None:
        """Start one, in a group of its own."""
        command = [sys.executable, str(SCRIPT), "--role", role]
        process = subprocess.Popen(
            command, env={**self.environ, **more}, stdout=self._log, stderr=self._log, start_new_session=True
        )
        self._running[role] = (process, time.monotonic())

    def watch(self) -> None:
        """Start again what ended."""
        for role, (process, _) in list(self._running.items()):
            if process.poll() is not None:
                self.start(role)
        self.rss_mb = max(self.rss_mb, _rss_mb(self._running["listener"][0].pid))

    def up(self) -> list[str]:
        """Return who has run for a while."""
        now = time.monotonic()
        return [
            role for role, (process, at) in self._running.items() if now - at > UP_S[role] and process.poll() is None
        ]

    def kill(self, role: str) -> None:
        """End one and its children as a power cut would."""
        process, _ = self._running[role]
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def dies_at(self, role: str, failpoint: str, meanwhile: Callable[[], None], within_s: float = 60) -> bool:
        """Let one pass a failpoint; say whether it died there."""
        self.kill(role)
        self.start(role, HUBBUB_FAILPOINT=failpoint)
        process, until = self._running[role][0], time.monotonic() + within_s
        while time.monotonic() < until and process.poll() is None:
            meanwhile()
        died = process.poll() == -signal.SIGKILL
        self.kill(role)
        self.start(role)
        return died

    def end(self, *, gently: bool = False) -> None:
        """End all."""
        for process, _ in self._running.values():
            if gently:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(60)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._running.clear()


def _rss_mb(pid: int) -> int:
    with contextlib.suppress(OSError):
        status = Path(f"/proc/{pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) // 1024 if "VmHWM:" in status else 0
    return 0
