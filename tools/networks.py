"""The product against the real Bluesky network on loopback. Called by `make test-networks`.

    tools/networks.py [what pytest takes]

The network's own servers are installed from npm once, into `$HUBBUB_NETWORKS_CACHE` (default
~/.cache/hubbub/networks, some 700 MB); that takes about four minutes. The last line is the figures, as JSON.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree

Figures = dict[str, float | str | list[float]]

NEEDED = {  # Debian's package: its program, by any of these names
    "npm": ("npm",),
    "postgresql": ("postgres", "/usr/lib/postgresql/*/bin/postgres"),
    "redis-server": ("redis-server",),
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
}
# In one process: every further one would start a network of its own.
HOW = ("tests/networks", "-m", "networks", "-p", "no:xdist", "-v")


def main() -> None:
    """Check what is needed, run, show the figures; exit as pytest did."""
    if missing := [package for package, names in NEEDED.items() if not any(map(is_there, names))]:
        sys.exit(f"test-networks: something is missing. On Debian and Ubuntu: apt install {' '.join(missing)}")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hubbub-networks-") as folder:
        report = Path(folder) / "report.xml"
        kept = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "HUBBUB_HOME")}
        command = [sys.executable, "-m", "pytest", *HOW, f"--junitxml={report}", *sys.argv[1:]]
        code = subprocess.run(command, env=kept).returncode
        figures = measured(report) if report.exists() else {}
    print(json.dumps({**figures, "took_s": round(time.monotonic() - started, 1)}))
    sys.exit(code)


def is_there(program: str) -> bool:
    """Find a program by its name or, as Debian keeps PostgreSQL's off the path, by a pattern."""
    return any(Path("/").glob(program[1:])) if program.startswith("/") else shutil.which(program) is not None


def measured(report: Path) -> Figures:
    """Read what the tests measured from pytest's report; of several seconds, the middle and the slowest too."""
    suites = ElementTree.parse(report).getroot().iter("testsuite")
    figures: Figures = {}
    for suite in suites:
        figures |= {each: int(suite.get(each, "0")) for each in ("tests", "failures", "errors", "skipped")}
        for each in suite.iter("property"):
            name, value = each.get("name", ""), json.loads(each.get("value", "null"))
            figures[name] = value
            if isinstance(value, list):
                figures |= {f"{name}_median": statistics.median(value), f"{name}_max": max(value)}
    return figures


main()
