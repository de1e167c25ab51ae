"""The product against real networks on loopback, both ways. Called by `make test-networks`.

    tools/networks.py [what pytest takes]

Bluesky's own servers are installed from npm once, into `$HUBBUB_NETWORKS_CACHE` (default ~/.cache/hubbub/networks,
some 700 MB); that takes about four minutes. Dovecot, Postfix and the Mastodon server of the tests run in folders of
their own. A table tells how each network did, and the last line has the figures, as JSON.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

Figures = dict[str, Any]

NEEDED = {  # Debian's package: its program, by any of these names
    "npm": ("npm",),
    "postgresql": ("postgres", "/usr/lib/postgresql/*/bin/postgres"),
    "redis-server": ("redis-server",),
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "dovecot-imapd": ("dovecot", "/usr/sbin/dovecot"),
    "dovecot-lmtpd": ("/usr/lib/dovecot/lmtp",),
    "postfix": ("postfix", "/usr/sbin/postfix"),
}
WHERE = ("tests/networks", "tests/flows/test_pace.py", "tests/web/browser/test_chat.py")
# In one process: every further one would start a network of its own.
HOW = ("-m", "networks or chat", "-p", "no:xdist", "-v", "-o", "junit_family=xunit1")
NETWORKS = {  # how the names of test files begin, and whom they speak to
    "test_bluesky": "Bluesky (its own servers)",
    "test_mastodon": "Mastodon (mastodon_mock)",
    "test_mail": "E-mail (Dovecot, Postfix)",
    "test_chat": "Web chat (Chromium)",
    "test_pace": "A network that asks to wait",
}


def main() -> None:
    """Check what is needed, run, show the figures; exit as pytest did."""
    if missing := [package for package, names in NEEDED.items() if not any(map(is_there, names))]:
        sys.exit(f"test-networks: something is missing. On Debian and Ubuntu: apt install {' '.join(missing)}")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hubbub-networks-") as folder:
        report = Path(folder) / "report.xml"
        kept = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "HUBBUB_HOME")}
        command = [sys.executable, "-m", "pytest", *WHERE, *HOW, f"--junitxml={report}", *sys.argv[1:]]
        code = subprocess.run(command, env=kept).returncode
        figures = measured(report) if report.exists() else {}
    print(json.dumps({**figures, "took_s": round(time.monotonic() - started, 1)}))
    sys.exit(code)


def is_there(program: str) -> bool:
    """Find a program by its name or, as Debian keeps PostgreSQL's off the path, by a pattern."""
    return any(Path("/").glob(program[1:])) if program.startswith("/") else shutil.which(program) is not None


def measured(report: Path) -> Figures:
    """Print a table of what the tests measured, and return it: a line a network."""
    cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    lines = [line for start, name in NETWORKS.items() if (line := told(name, start, cases))]
    columns = list(dict.fromkeys(each for line in lines for each in line))
    rows = [columns, *([str(line.get(each, "")) for each in columns] for line in lines)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(columns))]
    print()
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    count = len(cases)
    bad = sum(each.find("failure") is not None or each.find("error") is not None for each in cases)
    return {"tests": count, "failed": bad, "networks": lines}


def told(name: str, start: str, cases: Sequence[ElementTree.Element]) -> Figures | None:
    """Return a network's line: its tests, and each figure; of several seconds the middle and the slowest."""
    own = [each for each in cases if f".{start}" in each.get("classname", "")]
    if not own:
        return None
    passed = sum(all(each.find(how) is None for how in ("failure", "error", "skipped")) for each in own)
    line: Figures = {"network": name, "passed": f"{passed} of {len(own)}"}
    for each in (found for case in own for found in case.iter("property")):
        value = json.loads(each.get("value", "null"))
        several = isinstance(value, list) and value
        line[each.get("name", "")] = f"{statistics.median(value)}, most {max(value)}" if several else value
    return line


main()
